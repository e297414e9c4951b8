#include "presets.h"

#include <cstdint>
#include <string>
#include <utility>

namespace melgraph_frontends {
namespace {

using melgraph::ParamValue;
using melgraph::Preset;
using Values = std::vector<std::pair<std::string, ParamValue>>;

ParamValue text(const char* value) {
  return ParamValue(std::string(value));
}
ParamValue whole(std::int64_t value) {
  return ParamValue(value);
}
ParamValue number(double value) {
  return ParamValue(value);
}
ParamValue flag(bool value) {
  return ParamValue(value);
}

Preset make(const char* name, const char* doc, std::vector<std::string> references, Values values) {
  Preset preset;
  preset.name = name;
  preset.doc = doc;
  preset.references = std::move(references);
  preset.values = std::move(values);
  return preset;
}

Values merge(Values base, const Values& more) {
  base.insert(base.end(), more.begin(), more.end());
  return base;
}

// What VGGish and YAMNet have in common.
Values audioset_models() {
  return {{"sample_rate", whole(16000)}, {"n_fft", whole(512)},        {"win_length", whole(400)},
          {"hop_length", whole(160)},    {"center", flag(false)},      {"win_align", text("left")},
          {"power", whole(1)},           {"n_mels", whole(64)},        {"f_min", number(125)},
          {"f_max", number(7500)},       {"mel_scale", text("kaldi")}, {"mel_domain", text("mel")},
          {"mel_dc", text("zero")},      {"log", text("ln_add")},      {"patch_frames", whole(96)}};
}

// PANNs: Slaney's mel bands with area 1, power in decibels.
Values panns(std::int64_t sample_rate, std::int64_t n_fft, std::int64_t hop_length, double f_max) {
  return {{"sample_rate", whole(sample_rate)},
          {"n_fft", whole(n_fft)},
          {"hop_length", whole(hop_length)},
          {"n_mels", whole(64)},
          {"f_min", number(50)},
          {"f_max", number(f_max)},
          {"mel_scale", text("slaney")},
          {"mel_norm", text("slaney")},
          {"log", text("db")}};
}

// Kaldi's filter bank features without dither: 25 ms windows every 10 ms at 16000 Hz.
Values kaldi(std::int64_t n_mels, double scale, const char* window) {
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

Values librosa() {
  return {{"sample_rate", whole(22050)},  {"n_fft", whole(2048)}, {"hop_length", whole(512)},
          {"pad_mode", text("constant")}, {"n_mels", whole(128)}, {"mel_scale", text("slaney")},
          {"mel_norm", text("slaney")},   {"log", text("db")},    {"top_db", number(80)}};
}

// Everything else is at torchaudio's defaults already.
Values torchaudio() {
  return {{"sample_rate", whole(16000)}, {"mel_grid", text("sr_floor")}};
}

const char* const kaldi_reference = "Povey et al.: The Kaldi speech recognition toolkit, ASRU 2011";
const char* const panns_reference =
    "Kong et al.: PANNs: large-scale pretrained audio neural networks for audio pattern "
    "recognition, IEEE/ACM TASLP 28, 2020, arXiv:1912.10211";
const char* const whisper_reference =
    "Radford et al.: Robust speech recognition via large-scale weak supervision, ICML 2023, "
    "arXiv:2212.04356";
const char* const librosa_reference =
    "McFee et al.: librosa: audio and music signal analysis in Python, SciPy 2015";
const char* const torchaudio_reference =
    "Yang et al.: TorchAudio: building blocks for audio and speech processing, ICASSP 2022, "
    "arXiv:2110.15018";

}  // namespace

std::vector<Preset> mel_presets() {
  return {
      make("vggish",
           "Log mel of VGGish, for sound of 16000 Hz: patches of 96 frames (0.975 s), one every "
           "0.96 s",
           {"Hershey et al.: CNN architectures for large-scale audio classification, ICASSP 2017, "
            "arXiv:1609.09430",
            "github.com/tensorflow/models, research/audioset/vggish"},
           merge(audioset_models(), {{"log_eps", number(0.01)}, {"patch_hop", whole(96)}})),
      make("yamnet",
           "Log mel of YAMNet, for sound of 16000 Hz: patches of 96 frames (0.975 s), one every "
           "0.48 s; the sound is padded with zeros to whole patches",
           {"github.com/tensorflow/models, research/audioset/yamnet"},
           merge(audioset_models(), {{"log_eps", number(0.001)},
                                     {"patch_hop", whole(48)},
                                     {"pad_to_patch", flag(true)}})),
      make("panns-32k", "Log mel of PANNs (CNN14 and others), for sound of 32000 Hz, in dB",
           {panns_reference}, panns(32000, 1024, 320, 14000)),
      make("panns-16k", "Log mel of PANNs for sound of 16000 Hz, in dB", {panns_reference},
           panns(16000, 512, 160, 8000)),
      make("kaldi-fbank-80",
           "Kaldi's filter bank features of 80 bands without dither, for sound of 16000 Hz in "
           "[-1, 1], scaled to the range of 16 bits",
           {kaldi_reference}, kaldi(80, 32768, "povey")),
      make("ast-audioset",
           "Input of the Audio Spectrogram Transformer, for sound of 16000 Hz: 1024 frames, filled "
           "up with zeros before they are normalised",
           {"Gong et al.: AST: Audio Spectrogram Transformer, Interspeech 2021, arXiv:2104.01778"},
           merge(kaldi(128, 1, "hann"), {{"remove_clip_mean", flag(true)},
                                         {"mean", number(-4.2677393)},
                                         {"std", number(2 * 4.5689974)},
                                         {"normalize_when", text("after_pad")},
                                         {"patch_frames", whole(1024)},
                                         {"patch_tail", text("pad")}})),
      make("beats", "Input of BEATs, for sound of 16000 Hz",
           {"Chen et al.: BEATs: audio pre-training with acoustic tokenizers, ICML 2023, "
            "arXiv:2212.09058"},
           merge(kaldi(128, 32768, "povey"),
                 {{"mean", number(15.41663)}, {"std", number(2 * 6.55582)}})),
      make("passt", "Input of PaSST and EfficientAT, for sound of 32000 Hz",
           {"Koutini et al.: Efficient training of audio transformers with patchout, Interspeech "
            "2022, arXiv:2110.05069",
            "Schmid et al.: Efficient large-scale audio tagging via transformer-to-CNN knowledge "
            "distillation, ICASSP 2023, arXiv:2211.04772"},
           {{"sample_rate", whole(32000)},
            {"n_fft", whole(1024)},
            {"win_length", whole(800)},
            {"hop_length", whole(320)},
            {"window_symmetry", text("symmetric")},
            {"preemphasis", number(0.97)},
            {"preemphasis_mode", text("valid")},
            {"n_mels", whole(128)},
            {"f_max", number(15000)},
            {"mel_scale", text("kaldi")},
            {"mel_domain", text("mel")},
            {"mel_nyquist", text("drop")},
            {"log", text("ln_add")},
            {"log_eps", number(1e-5)},
            {"mean", number(-4.5)},
            {"std", number(5)}}),
      make("ced-16k", "Input of CED and Dasheng, for sound of 16000 Hz, in dB",
           {"Dinkel et al.: CED: consistent ensemble distillation for audio tagging, ICASSP 2024, "
            "arXiv:2308.11957"},
           {{"sample_rate", whole(16000)},
            {"n_fft", whole(512)},
            {"hop_length", whole(160)},
            {"n_mels", whole(64)},
            {"log", text("db")},
            {"top_db", number(120)}}),
      make("whisper-80",
           "Input of Whisper, for sound of 16000 Hz; give it windows of 30 s, padded with zeros",
           {whisper_reference}, whisper(80)),
      make("whisper-128",
           "Input of Whisper large-v3, for sound of 16000 Hz; give it windows of 30 s, padded with "
           "zeros",
           {whisper_reference}, whisper(128)),
      make("librosa-default",
           "melspectrogram and power_to_db of librosa 0.9 and later, for sound of 22050 Hz",
           {librosa_reference}, librosa()),
      make("torchaudio-default",
           "MelSpectrogram of torchaudio, for sound of 16000 Hz; no logarithm",
           {torchaudio_reference}, torchaudio()),
  };
}

std::vector<Preset> mfcc_presets() {
  return {
      make("kaldi-mfcc-13",
           "Kaldi's MFCC without dither, with coefficient 0 in place of the energy, for sound of "
           "16000 Hz in [-1, 1], scaled to the range of 16 bits",
           {kaldi_reference},
           merge(kaldi(23, 32768, "povey"), {{"n_mfcc", whole(13)}, {"lifter", number(22)}})),
      make("librosa-default", "mfcc of librosa 0.9 and later, for sound of 22050 Hz",
           {librosa_reference}, merge(librosa(), {{"n_mfcc", whole(20)}})),
      make("torchaudio-default", "MFCC of torchaudio, for sound of 16000 Hz",
           {torchaudio_reference},
           merge(torchaudio(),
                 {{"n_mfcc", whole(40)}, {"log", text("db")}, {"top_db", number(80)}})),
  };
}

}  // namespace melgraph_frontends
