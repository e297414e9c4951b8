#include "preset_values.h"

namespace melgraph_frontends {
namespace {

const char* const hershey =
    "Hershey et al.: CNN architectures for large-scale audio classification, ICASSP 2017, "
    "arXiv:1609.09430";
const char* const essentia =
    "Alonso-Jimenez et al.: TensorFlow audio models in Essentia, ICASSP 2020, arXiv:2003.07393";

// What VGGish and YAMNet have in common.
Values audioset_models() {
  return {{"sample_rate", whole(16000)}, {"n_fft", whole(512)},        {"win_length", whole(400)},
          {"hop_length", whole(160)},    {"center", flag(false)},      {"win_align", text("left")},
          {"power", whole(1)},           {"n_mels", whole(64)},        {"f_min", number(125)},
          {"f_max", number(7500)},       {"mel_scale", text("kaldi")}, {"mel_domain", text("mel")},
          {"mel_dc", text("zero")},      {"log", text("ln_add")},      {"patch_frames", whole(96)}};
}

Presets essentia_presets() {
  return {
      make_preset("essentia-vggish",
                  "Input of VGGish models in Essentia, for sound of 16000 Hz: as vggish with a "
                  "symmetric window and a patch of 96 frames every 93",
                  {essentia, "github.com/MTG/essentia, tensorflowinputvggish.cpp"},
                  merge(audioset_models(), {{"window_symmetry", text("symmetric")},
                                            {"mel_scale", text("htk")},
                                            {"mel_dc", text("keep")},
                                            {"log_eps", number(0.01)},
                                            {"patch_hop", whole(93)}}),
                  "", "numpy, after MelBands of Essentia"),
      make_preset(
          "fsd-sinet",
          "Input of FSD-SINet in Essentia, for sound of 22050 Hz: patches of 101 frames, one "
          "every 50. Give it clips without offset and with a peak of 1; the number of frames "
          "at the end of a clip is unconfirmed",
          {"Fonseca, Ferraro, Serra: Improving sound event classification by increasing "
           "shift invariance in convolutional neural networks, arXiv:2107.00623",
           "github.com/MTG/essentia, tensorflowinputfsdsinet.cpp"},
          {{"sample_rate", whole(22050)},
           {"n_fft", whole(2048)},
           {"win_length", whole(660)},
           {"hop_length", whole(220)},
           {"window", text("hamming")},
           {"pad_mode", text("constant")},
           {"n_mels", whole(96)},
           {"f_min", number(50)},
           {"f_max", number(10500)},
           {"mel_scale", text("slaney")},
           {"log", text("log10_floor")},
           {"log_eps", number(1e-30)},
           {"patch_frames", whole(101)},
           {"patch_hop", whole(50)}},
          "", "none: written after the sources of Essentia"),
      make_preset(
          "musicnn-16k", "Input of MusiCNN, for sound of 16000 Hz: patches of 187 frames (3 s)",
          {"Pons, Serra: musicnn: pre-trained convolutional neural networks for music audio "
           "tagging, arXiv:1909.06654"},
          {{"sample_rate", whole(16000)},
           {"n_fft", whole(512)},
           {"hop_length", whole(256)},
           {"n_mels", whole(96)},
           {"mel_scale", text("slaney")},
           {"mel_norm", text("slaney")},
           {"log", text("log10_1p")},
           {"log_eps", number(1e-4)},
           {"patch_frames", whole(187)}},
          "kaiser-best", "librosa stft, filters.mel"),
  };
}

}  // namespace

Presets audioset_presets() {
  Presets presets = {
      make_preset("vggish",
                  "Log mel of VGGish, for sound of 16000 Hz: patches of 96 frames (0.975 s), one "
                  "every 0.96 s",
                  {hershey, "github.com/tensorflow/models, research/audioset/vggish"},
                  merge(audioset_models(), {{"log_eps", number(0.01)}, {"patch_hop", whole(96)}}),
                  "kaiser-best", "numpy, after mel_features.py of AudioSet"),
      make_preset("yamnet",
                  "Log mel of YAMNet, for sound of 16000 Hz: patches of 96 frames (0.975 s), one "
                  "every 0.48 s; the sound is padded with zeros to whole patches",
                  {"github.com/tensorflow/models, research/audioset/yamnet"},
                  merge(audioset_models(), {{"log_eps", number(0.001)},
                                            {"patch_hop", whole(48)},
                                            {"pad_to_patch", flag(true)}}),
                  "kaiser-best", "numpy, after mel_features.py of AudioSet"),
  };
  for (melgraph::Preset& preset : essentia_presets()) presets.push_back(std::move(preset));
  return presets;
}

}  // namespace melgraph_frontends
