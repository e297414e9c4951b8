#include "preset_values.h"

namespace melgraph_frontends {
namespace {

const char* const gong =
    "Gong et al.: AST: Audio Spectrogram Transformer, Interspeech 2021, arXiv:2104.01778";
const char* const oracle = "torchaudio compliance.kaldi.fbank";

// Frames are filled up with zeros to `frames` before they are normalised; twice the deviation is
// meant.
Values ast(double mean, double deviation, std::int64_t frames, bool remove_clip_mean = true) {
  return merge(kaldi_values(128, 1, "hann"), {{"remove_clip_mean", flag(remove_clip_mean)},
                                              {"mean", number(mean)},
                                              {"std", number(2 * deviation)},
                                              {"normalize_when", text("after_pad")},
                                              {"patch_frames", whole(frames)},
                                              {"patch_tail", text("pad")}});
}

Presets transformers() {
  return {
      make_preset("ast-audioset",
                  "Input of the Audio Spectrogram Transformer, for sound of 16000 Hz: 1024 frames, "
                  "filled up with zeros before they are normalised",
                  {gong}, ast(-4.2677393, 4.5689974, 1024), "", oracle),
      make_preset("ast-esc50", "Input of the Audio Spectrogram Transformer of ESC-50: 512 frames",
                  {gong}, ast(-6.6268077, 5.358466, 512), "", oracle),
      make_preset("ast-speechcommands",
                  "Input of the Audio Spectrogram Transformer of Speech Commands: 128 frames",
                  {gong}, ast(-6.845978, 5.5654526, 128), "", oracle),
      make_preset(
          "hf-ast",
          "Input of the Audio Spectrogram Transformer as ASTFeatureExtractor of Hugging Face "
          "computes it: ast-audioset without the removal of the clip's mean, which the "
          "training had",
          {gong,
           "github.com/huggingface/transformers, "
           "feature_extraction_audio_spectrogram_transformer.py"},
          ast(-4.2677393, 4.5689974, 1024, false), "", oracle),
      make_preset(
          "eat", "Input of EAT, for sound of 16000 Hz: 1024 frames, as ast-audioset",
          {"Chen et al.: EAT: self-supervised pre-training with efficient audio transformer, "
           "IJCAI 2024, arXiv:2401.03497"},
          ast(-4.268, 4.569, 1024), "sinc-hann-6", oracle),
      make_preset("beats", "Input of BEATs, for sound of 16000 Hz",
                  {"Chen et al.: BEATs: audio pre-training with acoustic tokenizers, ICML 2023, "
                   "arXiv:2212.09058"},
                  merge(kaldi_values(128, 32768, "povey"),
                        {{"mean", number(15.41663)}, {"std", number(2 * 6.55582)}}),
                  "", oracle),
  };
}

}  // namespace

const char* const kaldi_reference = "Povey et al.: The Kaldi speech recognition toolkit, ASRU 2011";

Values kaldi_values(std::int64_t n_mels, double scale, const char* window) {
  return {{"sample_rate", whole(16000)},
          {"scale", number(scale)},
          {"n_fft", whole(512)},
          {"win_length", whole(400)},
          {"hop_length", whole(160)},
          {"window", text(window)},
          {"window_symmetry", text("symmetric")},
          {"center", flag(false)},
          {"win_align", text("left")},
          {"remove_dc_offset", flag(true)},
          {"preemphasis", number(0.97)},
          {"n_mels", whole(n_mels)},
          {"f_min", number(20)},
          {"mel_scale", text("kaldi")},
          {"mel_domain", text("mel")},
          {"mel_nyquist", text("drop")},
          {"log", text("ln_floor")},
          {"log_eps", number(1.1920928955078125e-07)}};
}

Presets kaldi_presets() {
  Presets presets = {
      make_preset(
          "kaldi-fbank-80",
          "Kaldi's filter bank features of 80 bands without dither, for sound of 16000 Hz in "
          "[-1, 1], scaled to the range of 16 bits",
          {kaldi_reference}, kaldi_values(80, 32768, "povey"), "sinc-hann-6", oracle),
      make_preset(
          "kaldi-fbank-23",
          "compute-fbank-feats of Kaldi with its defaults but without dither, for sound of "
          "16000 Hz in [-1, 1], scaled to the range of 16 bits; \"dither\": 1 beside it adds "
          "noise as Kaldi does",
          {kaldi_reference}, kaldi_values(23, 32768, "povey"), "sinc-hann-6", oracle),
      make_preset(
          "k2-fbank-80",
          "Filter bank features of icefall and sherpa, for sound of 16000 Hz: 80 bands up to "
          "7600 Hz, one frame every 10 ms, samples as they are, no dither",
          {"github.com/k2-fsa/icefall", "github.com/csukuangfj/kaldi-native-fbank",
           kaldi_reference},
          merge(kaldi_values(80, 1, "povey"), {{"snip_edges", flag(false)},
                                               {"pad_mode", text("reflect_edge")},
                                               {"f_max", number(7600)}}),
          "sinc-hann-6", oracle),
  };
  for (melgraph::Preset& preset : transformers()) presets.push_back(std::move(preset));
  return presets;
}

}  // namespace melgraph_frontends
