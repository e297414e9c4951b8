#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "melgraph/descriptor.h"

// What the files of presets share, and the families that they give.

namespace melgraph_frontends {

using Values = std::vector<std::pair<std::string, melgraph::ParamValue>>;
using Presets = std::vector<melgraph::Preset>;
using References = std::vector<std::string>;

inline melgraph::ParamValue text(const char* value) {
  return melgraph::ParamValue(std::string(value));
}
inline melgraph::ParamValue whole(std::int64_t value) {
  return melgraph::ParamValue(value);
}
inline melgraph::ParamValue number(double value) {
  return melgraph::ParamValue(value);
}
inline melgraph::ParamValue flag(bool value) {
  return melgraph::ParamValue(value);
}
inline melgraph::ParamValue list(std::vector<std::int64_t> values) {
  return melgraph::ParamValue(std::move(values));
}

/// Return `base` with the values of `more`, which replace those of the same name.
Values merge(Values base, const Values& more);

/// Make a preset. `resampler` is the one that the reference resamples with, empty where that is not
/// known; `oracle` the program that its numbers are compared with.
melgraph::Preset make_preset(const char* name, const char* doc, References references,
                             Values values, const char* resampler, const char* oracle);

/// Kaldi's filter bank features without dither: 25 ms windows every 10 ms at 16000 Hz.
Values kaldi_values(std::int64_t n_mels, double scale, const char* window);
/// `melspectrogram` and `power_to_db` of librosa 0.9 and later.
Values librosa_values();
/// `MelSpectrogram` of torchaudio.
Values torchaudio_values();

extern const char* const kaldi_reference;
extern const char* const librosa_reference;
extern const char* const torchaudio_reference;

Presets audioset_presets();  ///< VGGish, YAMNet, Essentia's and MusiCNN
Presets panns_presets();     ///< PANNs and the networks that took its features over
Presets kaldi_presets();     ///< Kaldi's features and the transformers that take them
Presets passt_presets();     ///< PaSST, EfficientAT, CED, Dasheng, BYOL-A
Presets palanisamy_presets();
Presets library_presets();  ///< Whisper, librosa, torchaudio

}  // namespace melgraph_frontends
