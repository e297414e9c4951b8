#include "config.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "melgraph/error.h"

namespace melgraph_frontends {
namespace {

using melgraph::Params;

template <class Enum>
Enum choice(const Params& params, const char* name,
            const std::vector<std::pair<const char*, Enum>>& values) {
  const std::string& text = params.string(name);
  for (const auto& value : values) {
    if (text == value.first) return value.second;
  }
  throw melgraph::Error(melgraph::ErrorCode::internal,
                        std::string("parameter ") + name + ": unknown value '" + text + "'");
}

bool is(const Params& params, const char* name, const char* value) {
  return params.string(name) == value;
}

std::optional<double> optional_number(const Params& params, const char* name) {
  if (params.is_null(name)) return std::nullopt;
  return params.number(name);
}

std::optional<std::int64_t> optional_integer(const Params& params, const char* name) {
  if (params.is_null(name)) return std::nullopt;
  return params.integer(name);
}

FramingConfig read_framing(const Params& params) {
  FramingConfig framing;
  framing.n_fft = params.integer("n_fft");
  framing.win_length = optional_integer(params, "win_length").value_or(framing.n_fft);
  // torchaudio: half a window, rounded down, but never nothing.
  const std::int64_t half_window = framing.win_length < 2 ? 1 : framing.win_length / 2;
  framing.hop_length = optional_integer(params, "hop_length").value_or(half_window);
  framing.center = params.boolean("center");
  framing.left_aligned = is(params, "win_align", "left");
  framing.snip_edges = params.boolean("snip_edges");
  framing.drop_last_frame = params.boolean("drop_last_frame");
  framing.pad_mode = choice<PadMode>(params, "pad_mode",
                                     {{"reflect", PadMode::reflect},
                                      {"reflect_edge", PadMode::reflect_edge},
                                      {"constant", PadMode::constant}});
  return framing;
}

std::vector<Resolution> read_resolutions(const Params& params) {
  std::vector<Resolution> resolutions;
  if (params.is_null("channel_win_lengths") || params.is_null("channel_hop_lengths")) return {};
  const std::vector<std::int64_t>& windows = params.integers("channel_win_lengths");
  const std::vector<std::int64_t>& hops = params.integers("channel_hop_lengths");
  // Arrays of different length are reported by `check_relations`.
  for (std::size_t i = 0; i < std::min(windows.size(), hops.size()); ++i) {
    resolutions.push_back({windows[i], hops[i]});
  }
  return resolutions;
}

SampleConfig read_samples(const Params& params) {
  SampleConfig samples;
  samples.min_samples = optional_integer(params, "min_samples").value_or(0);
  samples.quantize_int16 = params.boolean("quantize_int16");
  samples.scale = params.number("scale");
  samples.remove_clip_mean = params.boolean("remove_clip_mean");
  samples.remove_dc_offset = params.boolean("remove_dc_offset");
  samples.preemphasis = params.number("preemphasis");
  samples.preemphasis_mode = choice<PreemphasisMode>(params, "preemphasis_mode",
                                                     {{"replicate", PreemphasisMode::replicate},
                                                      {"valid", PreemphasisMode::valid},
                                                      {"zero", PreemphasisMode::zero}});
  samples.dither = params.number("dither");
  samples.dither_seed = params.integer("dither_seed");
  return samples;
}

WindowConfig read_window(const Params& params) {
  WindowConfig window;
  window.shape = choice<WindowShape>(params, "window",
                                     {{"hann", WindowShape::hann},
                                      {"hamming", WindowShape::hamming},
                                      {"hamming_equiripple", WindowShape::hamming_equiripple},
                                      {"blackman", WindowShape::blackman},
                                      {"povey", WindowShape::povey},
                                      {"sine", WindowShape::sine},
                                      {"rectangular", WindowShape::rectangular}});
  window.symmetry = choice<WindowSymmetry>(params, "window_symmetry",
                                           {{"periodic", WindowSymmetry::periodic},
                                            {"symmetric", WindowSymmetry::symmetric},
                                            {"half_sample", WindowSymmetry::half_sample}});
  window.normalized = choice<SpectrumNorm>(params, "normalized",
                                           {{"none", SpectrumNorm::none},
                                            {"window", SpectrumNorm::window},
                                            {"frame_length", SpectrumNorm::frame_length}});
  return window;
}

LogConfig read_log(const Params& params) {
  LogConfig log;
  log.kind = choice<LogKind>(params, "log",
                             {{"none", LogKind::none},
                              {"ln_add", LogKind::ln_add},
                              {"ln_floor", LogKind::ln_floor},
                              {"db", LogKind::db},
                              {"log10_floor", LogKind::log10_floor},
                              {"log10_1p", LogKind::log10_1p},
                              {"pcen", LogKind::pcen}});
  log.eps = params.number("log_eps");
  log.db_ref = params.number("db_ref");
  log.top_db = optional_number(params, "top_db");
  return log;
}

PcenConfig read_pcen(const Params& params) {
  PcenConfig pcen;
  pcen.gain = params.number("pcen_gain");
  pcen.bias = params.number("pcen_bias");
  pcen.power = params.number("pcen_power");
  pcen.time_constant = params.number("pcen_time_constant");
  pcen.eps = params.number("pcen_eps");
  return pcen;
}

MelConfig read_mel(const Params& params) {
  MelConfig mel;
  mel.n_mels = params.integer("n_mels");
  mel.f_min = params.number("f_min");
  mel.f_max = optional_number(params, "f_max");
  mel.scale = choice<MelScale>(
      params, "mel_scale",
      {{"htk", MelScale::htk}, {"slaney", MelScale::slaney}, {"kaldi", MelScale::kaldi}});
  mel.triangles_in_mel = is(params, "mel_domain", "mel");
  mel.norm = choice<MelNorm>(params, "mel_norm",
                             {{"none", MelNorm::none},
                              {"slaney", MelNorm::slaney},
                              {"unit_sum", MelNorm::unit_sum},
                              {"unit_max", MelNorm::unit_max},
                              {"unit_tri", MelNorm::unit_tri}});
  mel.floored_grid = is(params, "mel_grid", "sr_floor");
  mel.drop_nyquist = is(params, "mel_nyquist", "drop");
  mel.zero_dc = is(params, "mel_dc", "zero");
  mel.htk_bug = params.boolean("htk_bug");
  mel.empty_above_nyquist = is(params, "mel_above_nyquist", "empty");
  mel.vtln_warp = params.number("vtln_warp");
  mel.vtln_low = params.number("vtln_low");
  mel.vtln_high = params.number("vtln_high");
  return mel;
}

CepstrumConfig read_cepstrum(const Params& params) {
  CepstrumConfig cepstrum;
  cepstrum.n_mfcc = params.integer("n_mfcc");
  cepstrum.ortho = is(params, "dct_norm", "ortho");
  cepstrum.lifter = params.number("lifter");
  cepstrum.lifter_offset = params.integer("lifter_offset");
  cepstrum.use_energy = params.boolean("use_energy");
  cepstrum.energy_floor = params.number("energy_floor");
  return cepstrum;
}

ImageConfig read_image(const Params& params) {
  ImageConfig image;
  image.mean = params.number("mean");
  image.std = params.number("std");
  image.normalize_after_pad = is(params, "normalize_when", "after_pad");
  image.height = optional_integer(params, "resize_height");
  image.width = optional_integer(params, "resize_width");
  image.kernel = choice<ResizeKernel>(params, "resize_kernel",
                                      {{"bilinear_aa", ResizeKernel::bilinear_aa},
                                       {"bilinear", ResizeKernel::bilinear},
                                       {"bicubic", ResizeKernel::bicubic}});
  image.align_corners = params.boolean("resize_align_corners");
  image.mel_time = is(params, "layout", "mel_time");
  return image;
}

PatchConfig read_patch(const Params& params) {
  PatchConfig patch;
  patch.frames = optional_integer(params, "patch_frames").value_or(0);
  patch.hop = optional_integer(params, "patch_hop").value_or(patch.frames);
  patch.tail = choice<PatchTail>(
      params, "patch_tail",
      {{"drop", PatchTail::drop}, {"pad", PatchTail::pad}, {"repeat", PatchTail::repeat}});
  patch.pad_to_patch = params.boolean("pad_to_patch");
  return patch;
}

}  // namespace

Config read_config(const Params& params, Output output) {
  Config config;
  config.output = output;
  config.sample_rate = optional_integer(params, "sample_rate");
  config.framing = read_framing(params);
  config.resolutions = read_resolutions(params);
  if (!config.resolutions.empty()) config.framing = framing_of(config, 0);
  config.samples = read_samples(params);
  config.window = read_window(params);
  config.power = static_cast<int>(params.integer("power"));
  if (output != Output::stft) config.mel = read_mel(params);
  config.log = read_log(params);
  config.pcen = read_pcen(params);
  if (output == Output::mfcc) config.cepstrum = read_cepstrum(params);
  config.cmvn = choice<Cmvn>(
      params, "cmvn",
      {{"none", Cmvn::none}, {"mean", Cmvn::mean}, {"mean_variance", Cmvn::mean_variance}});
  config.image = read_image(params);
  config.patch = read_patch(params);
  return config;
}

std::size_t count_resolutions(const Config& config) {
  return std::max<std::size_t>(config.resolutions.size(), 1);
}

FramingConfig framing_of(const Config& config, std::size_t index) {
  FramingConfig framing = config.framing;
  if (!config.resolutions.empty()) {
    framing.win_length = config.resolutions[index].win_length;
    framing.hop_length = config.resolutions[index].hop_length;
  }
  return framing;
}

}  // namespace melgraph_frontends
