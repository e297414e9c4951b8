#include "presets.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "preset_values.h"

namespace melgraph_frontends {

using melgraph::Preset;

Values merge(Values base, const Values& more) {
  for (const auto& value : more) {
    const auto same = std::find_if(base.begin(), base.end(),
                                   [&](const auto& other) { return other.first == value.first; });
    if (same == base.end()) {
      base.push_back(value);
    } else {
      same->second = value.second;
    }
  }
  return base;
}

Preset make_preset(const char* name, const char* doc, References references, Values values,
                   const char* resampler, const char* oracle) {
  Preset preset;
  preset.name = name;
  preset.doc = doc;
  preset.references = std::move(references);
  preset.values = std::move(values);
  preset.resampler = resampler;
  preset.facts = {{"oracle", oracle}};
  return preset;
}

std::vector<Preset> mel_presets() {
  std::vector<Preset> all;
  for (auto family : {audioset_presets, panns_presets, kaldi_presets, passt_presets,
                      palanisamy_presets, library_presets}) {
    Presets presets = family();
    std::move(presets.begin(), presets.end(), std::back_inserter(all));
  }
  return all;
}

std::vector<Preset> mfcc_presets() {
  return {
      make_preset(
          "kaldi-mfcc-13",
          "Kaldi's MFCC without dither, with coefficient 0 in place of the energy, for "
          "sound of 16000 Hz in [-1, 1], scaled to the range of 16 bits",
          {kaldi_reference},
          merge(kaldi_values(23, 32768, "povey"), {{"n_mfcc", whole(13)}, {"lifter", number(22)}}),
          "sinc-hann-6", "torchaudio compliance.kaldi.mfcc"),
      make_preset("librosa-default", "mfcc of librosa 0.9 and later, for sound of 22050 Hz",
                  {librosa_reference}, merge(librosa_values(), {{"n_mfcc", whole(20)}}), "soxr-hq",
                  "librosa mfcc"),
      make_preset("torchaudio-default", "MFCC of torchaudio, for sound of 16000 Hz",
                  {torchaudio_reference},
                  merge(torchaudio_values(),
                        {{"n_mfcc", whole(40)}, {"log", text("db")}, {"top_db", number(80)}}),
                  "sinc-hann-6", "torchaudio MFCC"),
  };
}

}  // namespace melgraph_frontends
