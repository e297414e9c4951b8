#include "preset_values.h"

namespace melgraph_frontends {
namespace {

const char* const radford =
    "Radford et al.: Robust speech recognition via large-scale weak supervision, ICML 2023, "
    "arXiv:2212.04356";
const char* const whisper_oracle = "torch stft, librosa filters.mel";

Values whisper(std::int64_t n_mels) {
  return {{"sample_rate", whole(16000)},
          {"n_fft", whole(400)},
          {"hop_length", whole(160)},
          {"drop_last_frame", flag(true)},
          {"n_mels", whole(n_mels)},
          {"mel_scale", text("slaney")},
          {"mel_norm", text("slaney")},
          {"log", text("log10_floor")},
          {"top_db", number(80)},
          {"mean", number(-4)},
          {"std", number(4)}};
}

}  // namespace

const char* const librosa_reference =
    "McFee et al.: librosa: audio and music signal analysis in Python, SciPy 2015";
const char* const torchaudio_reference =
    "Yang et al.: TorchAudio: building blocks for audio and speech processing, ICASSP 2022, "
    "arXiv:2110.15018";

Values librosa_values() {
  return {{"sample_rate", whole(22050)},  {"n_fft", whole(2048)}, {"hop_length", whole(512)},
          {"pad_mode", text("constant")}, {"n_mels", whole(128)}, {"mel_scale", text("slaney")},
          {"mel_norm", text("slaney")},   {"log", text("db")},    {"top_db", number(80)}};
}

// Everything else is at torchaudio's defaults already.
Values torchaudio_values() {
  return {{"sample_rate", whole(16000)}, {"mel_grid", text("sr_floor")}};
}

Presets library_presets() {
  return {
      make_preset("whisper-80",
                  "Input of Whisper, for sound of 16000 Hz; give it windows of 30 s, padded with "
                  "zeros",
                  {radford}, whisper(80), "", whisper_oracle),
      make_preset(
          "whisper-128",
          "Input of Whisper large-v3, for sound of 16000 Hz; give it windows of 30 s, padded "
          "with zeros",
          {radford}, whisper(128), "", whisper_oracle),
      make_preset("librosa-default",
                  "melspectrogram and power_to_db of librosa 0.9 and later, for sound of 22050 Hz",
                  {librosa_reference}, librosa_values(), "soxr-hq",
                  "librosa melspectrogram, power_to_db"),
      make_preset(
          "librosa-0.8",
          "melspectrogram and power_to_db of librosa up to 0.8, which mirrors the ends, for "
          "sound of 22050 Hz",
          {librosa_reference}, merge(librosa_values(), {{"pad_mode", text("reflect")}}),
          "kaiser-best", "librosa melspectrogram with pad_mode reflect, power_to_db"),
      make_preset(
          "torchaudio-default", "MelSpectrogram of torchaudio, for sound of 16000 Hz; no logarithm",
          {torchaudio_reference}, torchaudio_values(), "sinc-hann-6", "torchaudio MelSpectrogram"),
  };
}

}  // namespace melgraph_frontends
