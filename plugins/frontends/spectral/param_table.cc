#include "param_table.h"

namespace melgraph_frontends {
namespace {

using melgraph::ParamSpec;
using melgraph::ParamValue;
using Table = std::vector<ParamSpec>;

// Longest transform and hop: bounds the memory that a graph can ask for.
constexpr double max_samples = 65536;
constexpr double max_frames = 100000;
constexpr double max_bands = 4096;

void add_framing(Table& table) {
  table.push_back(ParamSpec::integer("sample_rate",
                                     "Rate the front end is meant for; null: any. A view of "
                                     "another rate is refused")
                      .range(1, 1e6)
                      .in("Hz")
                      .or_null());
  table.push_back(ParamSpec::integer("n_fft", "Length of the Fourier transform")
                      .range(2, max_samples)
                      .in("samples")
                      .otherwise(400));
  table.push_back(ParamSpec::integer("win_length", "Length of the window; null: n_fft")
                      .range(2, max_samples)
                      .in("samples")
                      .or_null());
  table.push_back(ParamSpec::integer("hop_length",
                                     "Step from frame to frame; null: half of win_length, "
                                     "rounded down")
                      .range(1, max_samples)
                      .in("samples")
                      .or_null());
  table.push_back(ParamSpec::string("window", "Window function")
                      .one_of({"hann", "hamming", "blackman", "povey", "sine", "rectangular"})
                      .otherwise("hann"));
  table.push_back(ParamSpec::string("window_symmetry",
                                    "Argument of the window's cosines: n/N (periodic), n/(N-1) "
                                    "(symmetric) or (n+0.5)/N (half_sample)")
                      .one_of({"periodic", "symmetric", "half_sample"})
                      .otherwise("periodic"));
  table.push_back(ParamSpec::boolean("center",
                                     "Pad n_fft/2 samples at both ends, so that frame t is "
                                     "centred at sample t*hop_length")
                      .otherwise(ParamValue(true)));
  table.push_back(ParamSpec::string("pad_mode",
                                    "What stands beyond the ends: the sound mirrored without its "
                                    "last sample, mirrored with it, or zeros")
                      .one_of({"reflect", "reflect_edge", "constant"})
                      .otherwise("reflect"));
  table.push_back(ParamSpec::string("win_align",
                                    "Where a window shorter than n_fft stands in its frame; left "
                                    "needs center false, and counts frames by win_length")
                      .one_of({"center", "left"})
                      .otherwise("center"));
  table.push_back(ParamSpec::boolean("snip_edges",
                                     "Without center: keep only frames that lie in the sound. "
                                     "False: one frame a hop, centred on it, as Kaldi does")
                      .otherwise(ParamValue(true)));
  table.push_back(
      ParamSpec::boolean("drop_last_frame", "Drop the last frame").otherwise(ParamValue(false)));
}

void add_samples(Table& table) {
  table.push_back(
      ParamSpec::number("scale", "Factor on every sample").above(0).otherwise(ParamValue(1.0)));
  table.push_back(
      ParamSpec::boolean("remove_clip_mean", "Subtract the mean of each channel of the whole item")
          .otherwise(ParamValue(false)));
  table.push_back(ParamSpec::boolean("remove_dc_offset", "Subtract the mean of each frame")
                      .otherwise(ParamValue(false)));
  table.push_back(ParamSpec::number("preemphasis", "Coefficient c of x[n] - c x[n-1]; 0: none")
                      .range(0, 1)
                      .otherwise(ParamValue(0.0)));
  table.push_back(ParamSpec::string("preemphasis_mode",
                                    "replicate: inside each frame, whose first sample is its own "
                                    "predecessor; valid: over the item, whose first sample falls "
                                    "away; zero: over the item, zero before its first sample")
                      .one_of({"replicate", "valid", "zero"})
                      .otherwise("replicate"));
  table.push_back(
      ParamSpec::number("dither",
                        "Standard deviation of noise added to each sample; only 0, none, "
                        "is available")
          .at_least(0)
          .otherwise(ParamValue(0.0)));
  table.push_back(
      ParamSpec::integer("dither_seed", "Seed of that noise").range(0, 2147483647).otherwise(0));
}

void add_spectrum(Table& table) {
  table.push_back(ParamSpec::integer("power", "Exponent of the magnitude: 1 magnitude, 2 power")
                      .range(1, 2)
                      .otherwise(2));
  table.push_back(ParamSpec::string("normalized",
                                    "Divide the spectrum by the square root of the window's "
                                    "energy, or of n_fft")
                      .one_of({"none", "window", "frame_length"})
                      .otherwise("none"));
}

void add_mel(Table& table) {
  table.push_back(ParamSpec::integer("n_mels", "Mel bands").range(1, max_bands).otherwise(128));
  table.push_back(ParamSpec::number("f_min", "Lower end of the lowest band")
                      .at_least(0)
                      .in("Hz")
                      .otherwise(ParamValue(0.0)));
  table.push_back(
      ParamSpec::number("f_max", "Upper end of the highest band; null: half the sample rate")
          .above(0)
          .in("Hz")
          .or_null());
  table.push_back(ParamSpec::string("mel_scale",
                                    "htk: 2595 log10(1+f/700); slaney: linear below 1000 Hz; "
                                    "kaldi: 1127 ln(1+f/700)")
                      .one_of({"htk", "slaney", "kaldi"})
                      .otherwise("htk"));
  table.push_back(ParamSpec::string("mel_domain", "Where the triangles are linear")
                      .one_of({"hz", "mel"})
                      .otherwise("hz"));
  table.push_back(ParamSpec::string("mel_norm",
                                    "Weight of a band: peak 1, area 1 over Hz (slaney), sum 1 or "
                                    "largest weight 1")
                      .one_of({"none", "slaney", "unit_sum", "unit_max"})
                      .otherwise("none"));
  table.push_back(ParamSpec::string("mel_grid",
                                    "Frequencies of the bins: k*rate/n_fft, or spread evenly from "
                                    "0 to rate/2 rounded down, as torchaudio does")
                      .one_of({"exact", "sr_floor"})
                      .otherwise("exact"));
  table.push_back(ParamSpec::string("mel_nyquist", "Whether the bin at half the rate counts")
                      .one_of({"keep", "drop"})
                      .otherwise("keep"));
  table.push_back(ParamSpec::string("mel_dc", "Whether the bin at 0 Hz counts")
                      .one_of({"keep", "zero"})
                      .otherwise("keep"));
  table.push_back(ParamSpec::boolean("htk_bug",
                                     "Leave out the first bin of the lowest band where f_min is "
                                     "not 0, as HTK does")
                      .otherwise(ParamValue(false)));
}

void add_log(Table& table) {
  table.push_back(
      ParamSpec::string("log",
                        "ln_add: ln(x+log_eps); ln_floor: ln(max(x,log_eps)); db: decibels of "
                        "max(x,log_eps) over db_ref; log10_floor: log10(max(x,log_eps)); "
                        "log10_1p: log10(1+x/log_eps)")
          .one_of({"none", "ln_add", "ln_floor", "db", "log10_floor", "log10_1p"})
          .otherwise("none"));
  table.push_back(ParamSpec::number("log_eps", "Offset or floor of the logarithm")
                      .above(0)
                      .otherwise(ParamValue(1e-10)));
  table.push_back(
      ParamSpec::number("db_ref", "Value that is 0 dB").above(0).otherwise(ParamValue(1.0)));
  table.push_back(ParamSpec::number("top_db",
                                    "Raise values to this much below the item's largest; null: "
                                    "no limit. With log db or log10_floor")
                      .at_least(0)
                      .in("dB")
                      .or_null());
}

void add_cepstrum(Table& table) {
  table.push_back(
      ParamSpec::integer("n_mfcc", "Coefficients kept").range(1, max_bands).otherwise(40));
  table.push_back(ParamSpec::string("dct_norm", "ortho: orthonormal DCT-II; none: the sum times 2")
                      .one_of({"ortho", "none"})
                      .otherwise("ortho"));
  table.push_back(
      ParamSpec::number("lifter",
                        "Length L of the lifter 1 + L/2 sin(pi (n+lifter_offset)/L); 0: none")
          .at_least(0)
          .otherwise(ParamValue(0.0)));
  table.push_back(
      ParamSpec::integer("lifter_offset", "0: Kaldi and HTK; 1: librosa").range(0, 1).otherwise(0));
  table.push_back(ParamSpec::boolean("use_energy",
                                     "Put ln of the frame's energy, after remove_dc_offset and "
                                     "before pre-emphasis, in place of coefficient 0")
                      .otherwise(ParamValue(false)));
  table.push_back(ParamSpec::number("energy_floor", "Smallest energy; at least 1.1920929e-07")
                      .at_least(0)
                      .otherwise(ParamValue(0.0)));
}

void add_image(Table& table) {
  table.push_back(ParamSpec::number("mean", "Subtracted at the end").otherwise(ParamValue(0.0)));
  table.push_back(
      ParamSpec::number("std", "Divisor at the end").above(0).otherwise(ParamValue(1.0)));
  table.push_back(ParamSpec::string("normalize_when",
                                    "Whether the frames that patch_tail pad adds are 0 after mean "
                                    "and std (before_pad) or before them (after_pad)")
                      .one_of({"before_pad", "after_pad"})
                      .otherwise("before_pad"));
  table.push_back(ParamSpec::integer("resize_height", "Bands after resizing; null: as they are")
                      .range(1, max_bands)
                      .or_null());
  table.push_back(ParamSpec::integer("resize_width", "Frames after resizing; null: as they are")
                      .range(1, max_frames)
                      .in("frames")
                      .or_null());
  table.push_back(ParamSpec::string("resize_kernel",
                                    "bilinear_aa: widened where it shrinks, as Pillow does; "
                                    "bilinear: two neighbours, as OpenCV does")
                      .one_of({"bilinear_aa", "bilinear"})
                      .otherwise("bilinear_aa"));
  table.push_back(ParamSpec::string("layout", "Order of the last two axes")
                      .one_of({"time_mel", "mel_time"})
                      .otherwise("time_mel"));
}

void add_patches(Table& table) {
  table.push_back(ParamSpec::integer("patch_frames",
                                     "Frames in a patch; null: no patches. Sound too short for "
                                     "one patch is padded with zeros to exactly one")
                      .range(1, max_frames)
                      .in("frames")
                      .or_null());
  table.push_back(ParamSpec::integer("patch_hop", "Step from patch to patch; null: patch_frames")
                      .range(1, max_frames)
                      .in("frames")
                      .or_null());
  table.push_back(ParamSpec::string("patch_tail",
                                    "What becomes of frames after the last whole patch: dropped, "
                                    "or filled up with frames of zeros")
                      .one_of({"drop", "pad"})
                      .otherwise("drop"));
  table.push_back(ParamSpec::boolean("pad_to_patch",
                                     "Append zero samples until the last patch is whole, as "
                                     "YAMNet does")
                      .otherwise(ParamValue(false)));
}

Table make(bool mel, bool cepstrum) {
  Table table;
  add_framing(table);
  add_samples(table);
  add_spectrum(table);
  if (mel) add_mel(table);
  add_log(table);
  if (cepstrum) add_cepstrum(table);
  add_image(table);
  add_patches(table);
  return table;
}

}  // namespace

Table stft_params() {
  return make(false, false);
}
Table mel_params() {
  return make(true, false);
}
Table mfcc_params() {
  return make(true, true);
}

Table delta_params() {
  Table table;
  table.push_back(
      ParamSpec::string("method",
                        "regression: torchaudio, order 2 applies it twice; kaldi: order 2 is one "
                        "composite kernel; savgol: polynomial fit, librosa")
          .one_of({"regression", "kaldi", "savgol"})
          .otherwise("regression"));
  table.push_back(ParamSpec::integer("width", "Frames that one delta sees, odd")
                      .range(3, 99)
                      .in("frames")
                      .otherwise(5));
  table.push_back(
      ParamSpec::integer("order", "1: first, 2: second difference").range(1, 2).otherwise(1));
  table.push_back(ParamSpec::string("edge",
                                    "replicate: the first and last frame go on; interp: with "
                                    "savgol, the polynomial fitted to the outermost frames")
                      .one_of({"replicate", "interp"})
                      .otherwise("replicate"));
  table.push_back(
      ParamSpec::boolean("keep_input",
                         "Give the input, then the deltas of every order up to `order`, along the "
                         "feature axis; false: the deltas of `order` alone")
          .otherwise(ParamValue(true)));
  return table;
}

}  // namespace melgraph_frontends
