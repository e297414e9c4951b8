#include "param_parts.h"

// The parameters of what follows the Fourier transform.

namespace melgraph_frontends {

using melgraph::ParamSpec;
using melgraph::ParamValue;

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
                                    "Weight of a band: peak 1, area 1 over Hz (slaney), sum 1, "
                                    "largest weight 1, or area 1 where the triangles are linear "
                                    "(unit_tri)")
                      .one_of({"none", "slaney", "unit_sum", "unit_max", "unit_tri"})
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
  table.push_back(ParamSpec::string("mel_above_nyquist",
                                    "Whether f_max may lie above half the sample rate, where "
                                    "bands stay empty, as librosa lets it")
                      .one_of({"refuse", "empty"})
                      .otherwise("refuse"));
  table.push_back(
      ParamSpec::number("vtln_warp",
                        "Factor that vocal tract length normalisation warps frequencies by, as "
                        "Kaldi and HTK do; 1: none")
          .range(0.5, 2)
          .otherwise(ParamValue(1.0)));
  table.push_back(ParamSpec::number("vtln_low", "Lower end of the range that is warped by it")
                      .above(0)
                      .in("Hz")
                      .otherwise(ParamValue(100.0)));
  table.push_back(ParamSpec::number("vtln_high",
                                    "Upper end of that range; not above 0: half the sample rate "
                                    "less this much")
                      .in("Hz")
                      .otherwise(ParamValue(-500.0)));
}

void add_log(Table& table) {
  table.push_back(
      ParamSpec::string("log",
                        "ln_add: ln(x+log_eps); ln_floor: ln(max(x,log_eps)); db: decibels of "
                        "max(x,log_eps) over db_ref; log10_floor: log10(max(x,log_eps)); "
                        "log10_1p: log10(1+x/log_eps); pcen: per-channel energy normalisation")
          .one_of({"none", "ln_add", "ln_floor", "db", "log10_floor", "log10_1p", "pcen"})
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
  table.push_back(ParamSpec::number("pcen_gain",
                                    "Exponent g of (x / (eps + smoothed x)^g + bias)^power - "
                                    "bias^power. The defaults are librosa's, for sound in the "
                                    "range of 32 bits: set scale to 2147483648")
                      .at_least(0)
                      .otherwise(ParamValue(0.98)));
  table.push_back(
      ParamSpec::number("pcen_bias", "Its bias").at_least(0).otherwise(ParamValue(2.0)));
  table.push_back(ParamSpec::number("pcen_power", "Its power; 0: logarithm of 1 + x / smoothed x")
                      .at_least(0)
                      .otherwise(ParamValue(0.5)));
  table.push_back(ParamSpec::number("pcen_time_constant", "Time constant of its smoothing")
                      .above(0)
                      .in("s")
                      .otherwise(ParamValue(0.4)));
  table.push_back(ParamSpec::number("pcen_eps", "Its eps").above(0).otherwise(ParamValue(1e-6)));
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
  table.push_back(ParamSpec::string("cmvn",
                                    "Subtract from each band its mean over the item's frames, "
                                    "and divide by its standard deviation; before resizing")
                      .one_of({"none", "mean", "mean_variance"})
                      .otherwise("none"));
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
                                    "bilinear: two neighbours, as OpenCV does; bicubic: four, "
                                    "as PyTorch does")
                      .one_of({"bilinear_aa", "bilinear", "bicubic"})
                      .otherwise("bilinear_aa"));
  table.push_back(ParamSpec::boolean("resize_align_corners",
                                     "Let the outermost frames and bands stay where they are "
                                     "when resizing; with bilinear and bicubic")
                      .otherwise(ParamValue(false)));
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
                                    "filled up with frames of zeros, or with the item's frames "
                                    "from its first one on")
                      .one_of({"drop", "pad", "repeat"})
                      .otherwise("drop"));
  table.push_back(ParamSpec::boolean("pad_to_patch",
                                     "Append zero samples until the last patch is whole, as "
                                     "YAMNet does")
                      .otherwise(ParamValue(false)));
}

}  // namespace melgraph_frontends
