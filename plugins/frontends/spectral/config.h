#pragma once

#include <cstdint>
#include <optional>

#include "melgraph/params.h"

// The parameters of `frontend.stft`, `frontend.mel` and `frontend.mfcc` as plain values.

namespace melgraph_frontends {

enum class Output { stft, mel, mfcc };
enum class WindowShape { hann, hamming, blackman, povey, sine, rectangular };
enum class WindowSymmetry { periodic, symmetric, half_sample };
enum class PadMode { reflect, reflect_edge, constant };
enum class PreemphasisMode { replicate, valid, zero };
enum class SpectrumNorm { none, window, frame_length };
enum class MelScale { htk, slaney, kaldi };
enum class MelNorm { none, slaney, unit_sum, unit_max };
enum class LogKind { none, ln_add, ln_floor, db, log10_floor, log10_1p };
enum class ResizeKernel { bilinear_aa, bilinear };

/// Where frames lie and what stands beyond the ends of the sound. Unit: samples.
struct FramingConfig {
  std::int64_t n_fft = 400;
  std::int64_t win_length = 400;
  std::int64_t hop_length = 200;
  bool center = true;
  bool left_aligned = false;
  bool snip_edges = true;
  bool drop_last_frame = false;
  PadMode pad_mode = PadMode::reflect;
};

/// What happens to samples before the Fourier transform.
struct SampleConfig {
  double scale = 1;
  bool remove_clip_mean = false;
  bool remove_dc_offset = false;
  double preemphasis = 0;
  PreemphasisMode preemphasis_mode = PreemphasisMode::replicate;

  /// Return whether pre-emphasis takes the first sample away.
  bool shortens() const { return preemphasis != 0 && preemphasis_mode == PreemphasisMode::valid; }
};

struct WindowConfig {
  WindowShape shape = WindowShape::hann;
  WindowSymmetry symmetry = WindowSymmetry::periodic;
  SpectrumNorm normalized = SpectrumNorm::none;
};

struct MelConfig {
  std::int64_t n_mels = 128;
  double f_min = 0;
  std::optional<double> f_max;
  MelScale scale = MelScale::htk;
  bool triangles_in_mel = false;
  MelNorm norm = MelNorm::none;
  bool floored_grid = false;
  bool drop_nyquist = false;
  bool zero_dc = false;
  bool htk_bug = false;
};

struct LogConfig {
  LogKind kind = LogKind::none;
  double eps = 1e-10;
  double db_ref = 1;
  std::optional<double> top_db;
};

struct CepstrumConfig {
  std::int64_t n_mfcc = 40;
  bool ortho = true;
  double lifter = 0;
  std::int64_t lifter_offset = 0;
  bool use_energy = false;
  double energy_floor = 0;
};

struct ImageConfig {
  double mean = 0;
  double std = 1;
  bool normalize_after_pad = false;
  std::optional<std::int64_t> height;  ///< bands
  std::optional<std::int64_t> width;   ///< frames
  ResizeKernel kernel = ResizeKernel::bilinear_aa;
  bool mel_time = false;  ///< the last two axes are swapped
};

struct PatchConfig {
  std::int64_t frames = 0;  ///< 0: no patches
  std::int64_t hop = 0;
  bool pad_tail = false;
  bool pad_to_patch = false;
};

struct Config {
  Output output = Output::mel;
  std::optional<std::int64_t> sample_rate;
  FramingConfig framing;
  SampleConfig samples;
  WindowConfig window;
  int power = 2;
  MelConfig mel;
  LogConfig log;
  CepstrumConfig cepstrum;
  ImageConfig image;
  PatchConfig patch;
};

/// Read the parameters of a node that gives `output`; those its type does not have stay as they
/// are.
Config read_config(const melgraph::Params& params, Output output);

}  // namespace melgraph_frontends
