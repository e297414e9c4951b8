#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "melgraph/params.h"

// The parameters of `frontend.stft`, `frontend.mel` and `frontend.mfcc` as plain values.

namespace melgraph_frontends {

enum class Output { stft, mel, mfcc };
enum class WindowShape { hann, hamming, hamming_equiripple, blackman, povey, sine, rectangular };
enum class WindowSymmetry { periodic, symmetric, half_sample };
enum class PadMode { reflect, reflect_edge, constant };
enum class PreemphasisMode { replicate, valid, zero };
enum class SpectrumNorm { none, window, frame_length };
enum class MelScale { htk, slaney, kaldi };
enum class MelNorm { none, slaney, unit_sum, unit_max, unit_tri };
enum class LogKind { none, ln_add, ln_floor, db, log10_floor, log10_1p, pcen };
enum class Cmvn { none, mean, mean_variance };
enum class ResizeKernel { bilinear_aa, bilinear, bicubic };
enum class PatchTail { drop, pad, repeat };

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

/// Window and step of one of several images of the same sound. Unit: samples.
struct Resolution {
  std::int64_t win_length = 0;
  std::int64_t hop_length = 0;
};

/// What happens to samples before the Fourier transform.
struct SampleConfig {
  std::int64_t min_samples = 0;  ///< shorter sound gets zeros after it
  bool quantize_int16 = false;
  double scale = 1;
  bool remove_clip_mean = false;
  bool remove_dc_offset = false;
  double preemphasis = 0;
  PreemphasisMode preemphasis_mode = PreemphasisMode::replicate;
  double dither = 0;  ///< standard deviation; 0: none
  std::int64_t dither_seed = 0;

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
  bool empty_above_nyquist = false;
  double vtln_warp = 1;  ///< 1: none
  double vtln_low = 100;
  double vtln_high = -500;  ///< not above 0: below half the sample rate by as much
};

struct LogConfig {
  LogKind kind = LogKind::none;
  double eps = 1e-10;
  double db_ref = 1;
  std::optional<double> top_db;
};

/// Per-channel energy normalisation, the values of LogKind::pcen.
struct PcenConfig {
  double gain = 0.98;
  double bias = 2;
  double power = 0.5;
  double time_constant = 0.4;  ///< seconds
  double eps = 1e-6;
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
  bool align_corners = false;
  bool mel_time = false;  ///< the last two axes are swapped
};

struct PatchConfig {
  std::int64_t frames = 0;  ///< 0: no patches
  std::int64_t hop = 0;
  PatchTail tail = PatchTail::drop;
  bool pad_to_patch = false;
};

struct Config {
  Output output = Output::mel;
  std::optional<std::int64_t> sample_rate;
  FramingConfig framing;  ///< of the first resolution
  /// One channel of the output each; empty: the framing above, for each channel of the input.
  std::vector<Resolution> resolutions;
  SampleConfig samples;
  WindowConfig window;
  int power = 2;
  MelConfig mel;
  LogConfig log;
  PcenConfig pcen;
  CepstrumConfig cepstrum;
  Cmvn cmvn = Cmvn::none;
  ImageConfig image;
  PatchConfig patch;
};

/// Read the parameters of a node that gives `output`; those its type does not have stay as they
/// are.
Config read_config(const melgraph::Params& params, Output output);

/// Return how many images one item gives.
std::size_t count_resolutions(const Config& config);

/// Return the framing of image `index`.
FramingConfig framing_of(const Config& config, std::size_t index);

}  // namespace melgraph_frontends
