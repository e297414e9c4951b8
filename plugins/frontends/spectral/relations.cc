#include "relations.h"

#include <string>

#include "findings.h"

namespace melgraph_frontends {
namespace {

using melgraph::InferContext;

void check_framing(Findings& findings, const Config& config) {
  const FramingConfig& framing = config.framing;
  if (config.resolutions.empty() && framing.win_length > framing.n_fft) {
    findings.param(
        "win_length",
        "win_length " + text(framing.win_length) + " is longer than n_fft " + text(framing.n_fft),
        "use n_fft " + text(framing.win_length) + " or more, or a shorter window");
  }
  if (framing.left_aligned && framing.center) {
    findings.param("win_align", "win_align left does not go with center true",
                   "set center to false, or win_align to center");
  }
  if (!framing.snip_edges && framing.center) {
    findings.param("snip_edges", "snip_edges false does not go with center true",
                   "set center to false for Kaldi's frames, or leave snip_edges out");
  }
  if (!framing.snip_edges && !framing.center && !framing.left_aligned) {
    findings.param("snip_edges", "snip_edges false needs win_align left",
                   "set win_align to left for Kaldi's frames");
  }
}

// Several images of one sound, which become the channels.
void check_resolutions(Findings& findings, InferContext& context, const Config& config) {
  const melgraph::Params& params = findings.params();
  const bool windows = !params.is_null("channel_win_lengths");
  const bool hops = !params.is_null("channel_hop_lengths");
  if (!windows && !hops) return;
  if (windows != hops) {
    const std::string missing = windows ? "channel_hop_lengths" : "channel_win_lengths";
    findings.param(windows ? "channel_win_lengths" : "channel_hop_lengths",
                   "there is no " + missing, "set both, of equal length");
    return;
  }
  const auto channels = static_cast<std::int64_t>(params.integers("channel_win_lengths").size());
  const auto steps = static_cast<std::int64_t>(params.integers("channel_hop_lengths").size());
  if (channels != steps || channels < 2 || channels > 8) {
    findings.param("channel_win_lengths",
                   "there are " + text(channels) + " windows and " + text(steps) +
                       " steps, and must be 2 to 8 of each",
                   "give channel_win_lengths and channel_hop_lengths of equal length");
  }
  for (const Resolution& resolution : config.resolutions) {
    if (resolution.win_length <= config.framing.n_fft) continue;
    findings.param("channel_win_lengths",
                   "the window of " + text(resolution.win_length) +
                       " samples is longer than n_fft " + text(config.framing.n_fft),
                   "raise n_fft to the longest window");
  }
  for (const char* name : {"win_length", "hop_length"}) {
    findings.no_effect(name, "with channel_win_lengths", "leave channel_win_lengths out");
  }
  if (!config.image.width) {
    findings.param("channel_win_lengths", "the images have different numbers of frames",
                   "set resize_width to the number that all should have");
  }
  const std::int64_t given = context.input("audio").size_of("channel");
  if (given != 1 && given != melgraph::unknown_size) {
    findings.audio("channel_win_lengths makes the channels from one, the sound has " + text(given),
                   "set \"channels\": 1 in the view");
  }
}

void check_image(Findings& findings, const Config& config) {
  const ImageConfig& image = config.image;
  if (!image.align_corners) return;
  if (!image.height && !image.width) {
    findings.no_effect("resize_align_corners", "without resizing",
                       "set resize_height or resize_width");
  } else if (image.kernel == ResizeKernel::bilinear_aa) {
    findings.param("resize_align_corners",
                   "resize_align_corners does not go with resize_kernel bilinear_aa",
                   "set resize_kernel to bilinear or bicubic");
  }
}

void check_patches(Findings& findings, const Config& config) {
  if (config.patch.frames == 0) {
    for (const char* name : {"patch_hop", "patch_tail", "pad_to_patch"}) {
      findings.no_effect(name, "without patch_frames", "set patch_frames");
    }
    return;
  }
  if (config.patch.pad_to_patch && (config.framing.center || !config.framing.snip_edges)) {
    findings.param("pad_to_patch", "pad_to_patch needs center false and snip_edges true",
                   "set center to false, or use patch_tail pad");
  }
  if (config.patch.pad_to_patch && config.patch.tail != PatchTail::drop) {
    findings.param("pad_to_patch",
                   "pad_to_patch and patch_tail " + findings.params().string("patch_tail") +
                       " exclude each other",
                   "take one of them");
  }
  if (config.image.width) {
    findings.param("resize_width",
                   "resize_width gives every sound the same number of frames, and does not go with "
                   "patch_frames",
                   "leave patch_frames out: the view's windows cut the sound");
  }
}

void check_log(Findings& findings, const Config& config) {
  const LogKind kind = config.log.kind;
  const std::string with = "with log " + findings.params().string("log");
  if (config.log.top_db && kind != LogKind::db && kind != LogKind::log10_floor) {
    findings.param("top_db", "top_db has no effect " + with,
                   "set log to db or log10_floor, or leave top_db out");
  }
  if (config.log.db_ref != 1 && kind != LogKind::db) {
    findings.param("db_ref", "db_ref has no effect " + with, "set log to db, or leave db_ref out");
  }
  if (kind == LogKind::pcen) return;
  for (const char* name :
       {"pcen_gain", "pcen_bias", "pcen_power", "pcen_time_constant", "pcen_eps"}) {
    findings.no_effect(name, with, "set log to pcen");
  }
}

}  // namespace

bool check_relations(InferContext& context, const Config& config) {
  Findings findings(context);
  const int rate = context.input("audio").sample_rate;
  // Everything else about frequencies would follow from this one mistake.
  if (config.sample_rate && *config.sample_rate != rate) {
    const std::string wanted = text(*config.sample_rate);
    findings.param("sample_rate",
                   "the front end is for sound of " + wanted + " Hz, its view has " +
                       text(static_cast<std::int64_t>(rate)) + " Hz",
                   "set \"sample_rate\": " + wanted + " in the view; it resamples");
    return false;
  }
  check_framing(findings, config);
  check_resolutions(findings, context, config);
  check_image(findings, config);
  check_patches(findings, config);
  if (config.output != Output::stft) check_mel(findings, config, rate);
  check_log(findings, config);
  if (config.output == Output::mfcc) check_cepstrum(findings, config);
  if (config.samples.dither == 0) {
    findings.no_effect("dither_seed", "without dither", "set dither");
  }
  return !findings.any();
}

}  // namespace melgraph_frontends
