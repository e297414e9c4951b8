#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <vector>

#include "frontends/spectral/config.h"

// Front ends that between them use every operator of the kernels, and a signal for them.

namespace melgraph_frontends {

inline std::vector<float> noise(std::size_t count, std::uint32_t seed = 1) {
  std::vector<float> samples(count);
  for (float& sample : samples) {
    seed = 1664525U * seed + 1013904223U;
    sample = static_cast<float>(0.5 * seed / 4294967296.0 - 0.25);
  }
  return samples;
}

inline Config config_of(std::int64_t n_fft, std::int64_t win_length, std::int64_t hop_length) {
  Config config;
  config.framing.n_fft = n_fft;
  config.framing.win_length = win_length;
  config.framing.hop_length = hop_length;
  return config;
}

inline Config vggish() {
  Config config = config_of(512, 400, 160);
  config.framing.center = false;
  config.framing.left_aligned = true;
  config.power = 1;
  config.mel.n_mels = 64;
  config.mel.f_min = 125;
  config.mel.f_max = 7500;
  config.mel.scale = MelScale::kaldi;
  config.mel.triangles_in_mel = true;
  config.mel.zero_dc = true;
  config.log.kind = LogKind::ln_add;
  config.log.eps = 0.01;
  return config;
}

inline Config kaldi() {
  Config config = config_of(512, 400, 160);
  config.framing.center = false;
  config.framing.left_aligned = true;
  config.samples.scale = 32768;
  config.samples.remove_dc_offset = true;
  config.samples.preemphasis = 0.97;
  config.window = {WindowShape::povey, WindowSymmetry::symmetric, SpectrumNorm::none};
  config.mel.n_mels = 80;
  config.mel.f_min = 20;
  config.mel.scale = MelScale::kaldi;
  config.mel.triangles_in_mel = true;
  config.mel.drop_nyquist = true;
  config.log.kind = LogKind::ln_floor;
  config.log.eps = 1.1920928955078125e-07;
  return config;
}

inline Config librosa() {
  Config config = config_of(2048, 2048, 512);
  config.framing.pad_mode = PadMode::constant;
  config.mel.scale = MelScale::slaney;
  config.mel.norm = MelNorm::slaney;
  config.log.kind = LogKind::db;
  config.log.top_db = 80;
  return config;
}

inline Config mfcc() {
  Config config = config_of(400, 400, 200);
  config.output = Output::mfcc;
  config.log.kind = LogKind::db;
  config.log.top_db = 80;
  config.cepstrum.n_mfcc = 13;
  return config;
}

inline Config energy_mfcc() {
  Config config = mfcc();
  config.cepstrum.use_energy = true;
  return config;
}

inline Config kaldi_mfcc() {
  Config config = kaldi();
  config.output = Output::mfcc;
  config.mel.n_mels = 23;
  config.cepstrum.n_mfcc = 13;
  config.cepstrum.lifter = 22;
  config.cepstrum.use_energy = true;
  return config;
}

/// As HTK has it: the first sample, which is its own predecessor, counts in the window.
inline Config htk_mfcc() {
  Config config = kaldi_mfcc();
  config.window.shape = WindowShape::hamming;
  return config;
}

inline Config odd() {
  Config config = config_of(2205, 551, 220);
  config.mel.floored_grid = true;
  config.log.kind = LogKind::ln_add;
  config.log.eps = 1e-6;
  return config;
}

inline Config prepared() {
  Config config = kaldi();
  config.samples.scale = 3;
  config.samples.quantize_int16 = true;
  config.samples.remove_clip_mean = true;
  config.samples.preemphasis_mode = PreemphasisMode::valid;
  config.log.kind = LogKind::log10_1p;
  config.log.eps = 1e-4;
  return config;
}

inline Config bins() {
  Config config = config_of(60, 50, 17);
  config.output = Output::stft;
  config.framing.pad_mode = PadMode::reflect_edge;
  config.framing.center = false;
  config.framing.left_aligned = true;
  config.framing.snip_edges = false;
  config.log.kind = LogKind::log10_floor;
  return config;
}

struct Case {
  const char* name;
  Config config;
  int sample_rate;
  std::size_t samples;
  double tolerance;
  std::uint64_t bits;  ///< of the recorded output
};

inline void PrintTo(const Case& value, std::ostream* out) {
  *out << value.name;
}

inline std::vector<Case> cases() {
  return {{"vggish", vggish(), 16000, 6001, 1e-4, 199797372579565511U},
          {"kaldi", kaldi(), 16000, 6001, 2e-3, 15789098260095550937U},
          {"librosa", librosa(), 22050, 7001, 1e-3, 11792906700469165622U},
          {"mfcc", mfcc(), 16000, 5000, 2e-3, 1081505882641469439U},
          {"energy_mfcc", energy_mfcc(), 16000, 5000, 2e-3, 15699176704555107064U},
          {"kaldi_mfcc", kaldi_mfcc(), 16000, 5000, 4e-3, 6371144747457876691U},
          {"htk_mfcc", htk_mfcc(), 16000, 5000, 4e-3, 6615202817088198482U},
          {"odd", odd(), 22050, 5001, 1e-3, 2802568473228195906U},
          {"prepared", prepared(), 16000, 5000, 1e-3, 7266904169096115610U},
          {"bins", bins(), 8000, 400, 1e-3, 512996780792901498U}};
}

}  // namespace melgraph_frontends
