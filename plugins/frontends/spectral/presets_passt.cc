#include "preset_values.h"

namespace melgraph_frontends {
namespace {

const char* const koutini =
    "Koutini et al.: Efficient training of audio transformers with patchout, Interspeech 2022, "
    "arXiv:2110.05069";
const char* const schmid =
    "Schmid et al.: Efficient large-scale audio tagging via transformer-to-CNN knowledge "
    "distillation, ICASSP 2023, arXiv:2211.04772";
const char* const niizumi =
    "Niizumi et al.: BYOL for audio: self-supervised learning for general-purpose audio "
    "representation, IJCNN 2021, arXiv:2103.06695";
const char* const passt_oracle = "torch stft, torchaudio get_mel_banks";
const char* const ced_oracle = "torchaudio MelSpectrogram, AmplitudeToDB";

Values passt(double f_max) {
  return {{"sample_rate", whole(32000)},
          {"n_fft", whole(1024)},
          {"win_length", whole(800)},
          {"hop_length", whole(320)},
          {"window_symmetry", text("symmetric")},
          {"preemphasis", number(0.97)},
          {"preemphasis_mode", text("valid")},
          {"n_mels", whole(128)},
          {"f_max", number(f_max)},
          {"mel_scale", text("kaldi")},
          {"mel_domain", text("mel")},
          {"mel_nyquist", text("drop")},
          {"log", text("ln_add")},
          {"log_eps", number(1e-5)},
          {"mean", number(-4.5)},
          {"std", number(5)}};
}

Values ced() {
  return {{"sample_rate", whole(16000)}, {"n_fft", whole(512)}, {"hop_length", whole(160)},
          {"n_mels", whole(64)},         {"log", text("db")},   {"top_db", number(120)}};
}

Values byol_a() {
  return {{"sample_rate", whole(16000)}, {"n_fft", whole(1024)}, {"hop_length", whole(160)},
          {"n_mels", whole(64)},         {"f_min", number(60)},  {"f_max", number(7800)},
          {"log", text("ln_add")}};
}

}  // namespace

Presets passt_presets() {
  return {
      make_preset("passt", "Input of PaSST and EfficientAT, for sound of 32000 Hz",
                  {koutini, schmid}, passt(15000), "soxr-hq", passt_oracle),
      make_preset("passt-code-default",
                  "Input of PaSST as its code computes it where f_max is not set: up to 15500 Hz, "
                  "while the published networks were trained up to 15000 Hz",
                  {koutini}, passt(15500), "soxr-hq", passt_oracle),
      make_preset("efficientat-32k", "Input of EfficientAT, for sound of 32000 Hz: that of PaSST",
                  {schmid}, passt(15000), "soxr-hq", passt_oracle),
      make_preset("ced-16k", "Input of CED and Dasheng, for sound of 16000 Hz, in dB",
                  {"Dinkel et al.: CED: consistent ensemble distillation for audio tagging, ICASSP "
                   "2024, arXiv:2308.11957"},
                  ced(), "", ced_oracle),
      make_preset("dasheng-16k", "Input of Dasheng, for sound of 16000 Hz, in dB: that of CED",
                  {"Dinkel et al.: Scaling up masked audio encoder learning for general audio "
                   "classification, Interspeech 2024, arXiv:2406.06992"},
                  ced(), "", ced_oracle),
      make_preset(
          "byol-a",
          "Input of BYOL-A, for sound of 16000 Hz, by torchaudio; set mean and std to those "
          "of the data set that a network was trained with",
          {niizumi},
          merge(byol_a(),
                {{"mel_grid", text("sr_floor")}, {"log_eps", number(1.1920928955078125e-07)}}),
          "", "torchaudio MelSpectrogram"),
      make_preset(
          "byol-a-librosa",
          "Input of BYOL-A, for sound of 16000 Hz, with librosa's mel bands, as the "
          "published weights want; set mean and std to those of the data set that a network "
          "was trained with",
          {niizumi},
          merge(byol_a(), {{"mel_scale", text("slaney")},
                           {"mel_norm", text("slaney")},
                           {"log_eps", number(2.220446049250313e-16)}}),
          "", "librosa stft, filters.mel"),
  };
}

}  // namespace melgraph_frontends
