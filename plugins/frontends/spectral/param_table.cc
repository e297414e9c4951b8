#include "param_table.h"

#include "param_parts.h"

namespace melgraph_frontends {
namespace {

using melgraph::ParamSpec;
using melgraph::ParamValue;

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
  table.push_back(ParamSpec::string("window",
                                    "Window function; hamming_equiripple is 0.53836 - "
                                    "0.46164 cos, DALI's")
                      .one_of({"hann", "hamming", "hamming_equiripple", "blackman", "povey", "sine",
                               "rectangular"})
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
  table.push_back(ParamSpec::integers("channel_win_lengths",
                                      "Windows of several images of a sound of one channel, which "
                                      "become the channels of the output; n_fft is common. With "
                                      "channel_hop_lengths and resize_width; null: one image")
                      .range(2, max_samples)
                      .in("samples")
                      .or_null());
  table.push_back(ParamSpec::integers("channel_hop_lengths", "Steps of these images")
                      .range(1, max_samples)
                      .in("samples")
                      .or_null());
  table.push_back(
      ParamSpec::integer("min_samples", "Append zeros to an item of fewer samples; null: none")
          .range(1, max_item_samples)
          .in("samples")
          .or_null());
}

void add_samples(Table& table) {
  table.push_back(ParamSpec::boolean("quantize_int16",
                                     "Round each sample as a round trip through 16 bits does: "
                                     "cut to [-1, 1], times 32767, fraction dropped, over 32767. "
                                     "Passes no gradient")
                      .otherwise(ParamValue(false)));
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
  table.push_back(ParamSpec::number("dither",
                                    "Standard deviation of normal noise added to each sample of "
                                    "each frame, after scale and before remove_dc_offset; 0: none")
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
