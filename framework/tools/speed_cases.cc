#include <string>
#include <utility>
#include <vector>

#include "bench_frontends.h"

namespace melgraph::cli {

namespace {

Settings preset(const char* name) {
  return {{"preset", std::string(name)}};
}

Settings vggish_without_patches() {
  Settings settings = preset("vggish");
  settings.emplace_back("patch_frames", ParamValue());
  settings.emplace_back("patch_hop", ParamValue());
  return settings;
}

/// MFCC as torchaudio has them by default, with 13 coefficients and the usual frames of speech.
Settings mfcc_settings() {
  const auto whole = [](std::int64_t value) { return ParamValue(value); };
  const auto text = [](const char* value) { return ParamValue(std::string(value)); };
  return {{"n_fft", whole(512)},          {"win_length", whole(400)},  {"hop_length", whole(160)},
          {"n_mels", whole(40)},          {"n_mfcc", whole(13)},       {"log", text("db")},
          {"log_eps", ParamValue(1e-10)}, {"top_db", ParamValue(80.0)}};
}

std::vector<SpeedCase> all_cases() {
  const char* const mel = "frontend.mel";
  // Tolerances: the features of one program in float32 against another's, on this sound.
  return {
      {"vggish",
       "log-mel 64 at 16 kHz, as VGGish",
       mel,
       vggish_without_patches(),
       16000,
       {"torchaudio", "librosa"},
       1e-3},
      {"kaldi-fbank-80",
       "Kaldi filter banks 80 at 16 kHz",
       mel,
       preset("kaldi-fbank-80"),
       16000,
       {"torchaudio", "kaldi-native-fbank"},
       1e-2},
      {"librosa-mel-128",
       "mel 128 in dB at 22.05 kHz, as librosa",
       mel,
       preset("librosa-default"),
       22050,
       {"torchaudio", "librosa"},
       1e-2},
      {"mfcc-13",
       "MFCC 13 at 16 kHz",
       "frontend.mfcc",
       mfcc_settings(),
       16000,
       {"torchaudio", "librosa"},
       1e-2},
      {"three-resolutions",
       "image of three resolutions at 44.1 kHz",
       mel,
       preset("palanisamy-esc50"),
       44100,
       {"torchaudio", "librosa"},
       1e-2},
      {"sinc-hann-6",
       "resampling 44.1 to 16 kHz, sinc-hann-6",
       "",
       {},
       44100,
       {"torchaudio"},
       1e-5},
      {"kaiser-best",
       "resampling 44.1 to 16 kHz, kaiser-best",
       "",
       {},
       44100,
       {"torchaudio"},
       1e-3},
      {"soxr-hq", "resampling 44.1 to 16 kHz, soxr-hq", "", {}, 44100, {"soxr"}, 1e-5},
  };
}

}  // namespace

std::vector<SpeedCase> speed_cases(const std::string& filter) {
  std::vector<SpeedCase> found;
  for (SpeedCase& one : all_cases()) {
    if (one.name.find(filter) != std::string::npos) found.push_back(std::move(one));
  }
  return found;
}

}  // namespace melgraph::cli
