#include "preset_values.h"

namespace melgraph_frontends {
namespace {

const char* const kong =
    "Kong et al.: PANNs: large-scale pretrained audio neural networks for audio pattern "
    "recognition, IEEE/ACM TASLP 28, 2020, arXiv:1912.10211";
const char* const htsat =
    "Chen et al.: HTS-AT: a hierarchical token-semantic audio transformer for sound classification "
    "and detection, ICASSP 2022, arXiv:2202.00874";
const char* const oracle = "librosa stft, filters.mel, power_to_db";

// PANNs: Slaney's mel bands with area 1, power in decibels.
Values panns(std::int64_t sample_rate, std::int64_t n_fft, std::int64_t hop_length,
             std::int64_t n_mels, double f_max) {
  return {{"sample_rate", whole(sample_rate)},
          {"n_fft", whole(n_fft)},
          {"hop_length", whole(hop_length)},
          {"n_mels", whole(n_mels)},
          {"f_min", number(50)},
          {"f_max", number(f_max)},
          {"mel_scale", text("slaney")},
          {"mel_norm", text("slaney")},
          {"log", text("db")}};
}

// The network takes 1024 frames; it stretches what is shorter.
Values htsat_image(Values values) {
  return merge(std::move(values), {{"resize_width", whole(1024)},
                                   {"resize_kernel", text("bicubic")},
                                   {"resize_align_corners", flag(true)}});
}

}  // namespace

Presets panns_presets() {
  return {
      make_preset("panns-32k", "Log mel of PANNs (CNN14 and others), for sound of 32000 Hz, in dB",
                  {kong}, panns(32000, 1024, 320, 64, 14000), "soxr-hq", oracle),
      make_preset("panns-16k", "Log mel of PANNs for sound of 16000 Hz, in dB", {kong},
                  panns(16000, 512, 160, 64, 8000), "soxr-hq", oracle),
      make_preset("panns-8k", "Log mel of PANNs for sound of 8000 Hz, in dB", {kong},
                  panns(8000, 256, 80, 64, 4000), "soxr-hq", oracle),
      make_preset("panns-mel32", "Log mel of PANNs with 32 bands, for sound of 32000 Hz, in dB",
                  {kong}, panns(32000, 1024, 320, 32, 14000), "soxr-hq", oracle),
      make_preset("panns-mel128", "Log mel of PANNs with 128 bands, for sound of 32000 Hz, in dB",
                  {kong}, panns(32000, 1024, 320, 128, 14000), "soxr-hq", oracle),
      make_preset("htsat-32k",
                  "Input of HTS-AT, for sound of 32000 Hz, in dB: stretched to 1024 frames, those "
                  "of 10 s; give it windows of 10 s or shorter",
                  {htsat}, htsat_image(panns(32000, 1024, 320, 64, 14000)), "",
                  "librosa stft, filters.mel, power_to_db; torch interpolate bicubic"),
      make_preset(
          "htsat-16k",
          "Input of HTS-AT for speech commands of 1 s at 16000 Hz, in dB, stretched to 1024 "
          "frames; unconfirmed that f_max stayed at 14000 Hz",
          {htsat},
          merge(htsat_image(panns(16000, 1024, 160, 64, 14000)),
                {{"mel_above_nyquist", text("empty")}}),
          "", "librosa stft, filters.mel, power_to_db; torch interpolate bicubic"),
      make_preset(
          "laion-clap-48k",
          "Input of LAION-CLAP, for sound of 48000 Hz, in dB; it repeats shorter sound up to "
          "10 s. Unconfirmed",
          {"Wu et al.: Large-scale contrastive language-audio pretraining with feature "
           "fusion and keyword-to-caption augmentation, ICASSP 2023, arXiv:2211.06687"},
          merge(panns(48000, 1024, 480, 64, 14000), {{"quantize_int16", flag(true)}}), "", oracle),
      make_preset("ms-clap-2023",
                  "Input of Microsoft's CLAP of 2023, for 7 s of sound of 44100 Hz, in dB. "
                  "Unconfirmed",
                  {"Elizalde et al.: Natural language supervision for general-purpose audio "
                   "representations, ICASSP 2024, arXiv:2309.05767"},
                  panns(44100, 1024, 320, 64, 8000), "", oracle),
  };
}

}  // namespace melgraph_frontends
