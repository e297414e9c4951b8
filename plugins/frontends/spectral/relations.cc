#include "relations.h"

#include <cstdio>
#include <string>

namespace melgraph_frontends {
namespace {

using melgraph::InferContext;

std::string text(std::int64_t value) {
  return std::to_string(value);
}

std::string text(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.10g", value);
  return buffer;
}

// Counts what it passes on, so that all findings of a node are seen at once.
class Findings {
 public:
  explicit Findings(InferContext& context) : context_(context) {}

  void param(const char* name, const std::string& message, const std::string& hint) {
    context_.report_param(name, message, hint);
    any_ = true;
  }
  void audio(const std::string& message, const std::string& hint) {
    context_.report_input("audio", 0, message, hint);
    any_ = true;
  }
  bool any() const { return any_; }

 private:
  InferContext& context_;
  bool any_ = false;
};

void check_framing(Findings& findings, const Config& config) {
  const FramingConfig& framing = config.framing;
  if (framing.win_length > framing.n_fft) {
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

void check_patches(Findings& findings, InferContext& context, const Config& config) {
  const melgraph::Params& params = context.params();
  if (config.patch.frames == 0) {
    for (const char* name : {"patch_hop", "patch_tail", "pad_to_patch"}) {
      if (!params.given(name) || params.is_null(name)) continue;
      findings.param(name, std::string(name) + " has no effect without patch_frames",
                     "set patch_frames, or leave " + std::string(name) + " out");
    }
    return;
  }
  if (config.patch.pad_to_patch && (config.framing.center || !config.framing.snip_edges)) {
    findings.param("pad_to_patch", "pad_to_patch needs center false and snip_edges true",
                   "set center to false, or use patch_tail pad");
  }
  if (config.patch.pad_to_patch && config.patch.pad_tail) {
    findings.param("pad_to_patch", "pad_to_patch and patch_tail pad exclude each other",
                   "take one of them");
  }
  if (config.image.height || config.image.width) {
    findings.param(config.image.height ? "resize_height" : "resize_width",
                   "resizing is not available together with patch_frames",
                   "leave patch_frames out: the view's windows cut the sound");
  }
}

void check_mel(Findings& findings, const Config& config, int sample_rate) {
  if (sample_rate <= 0) {
    findings.audio("the sound has no sample rate, which the mel bands need",
                   "wire a view of the source");
    return;
  }
  const double nyquist = 0.5 * sample_rate;
  const double f_max = config.mel.f_max.value_or(nyquist);
  if (f_max > nyquist) {
    findings.param(
        "f_max",
        "f_max " + text(f_max) + " Hz is above half the sample rate, " + text(nyquist) + " Hz",
        "lower f_max, or give the view a sample_rate of " + text(2 * f_max) + " or more");
  }
  if (config.mel.f_min >= f_max) {
    findings.param(
        "f_min",
        "f_min " + text(config.mel.f_min) + " Hz is not below f_max " + text(f_max) + " Hz",
        "lower f_min or raise f_max");
  }
}

void check_log(Findings& findings, InferContext& context, const Config& config) {
  const LogKind kind = config.log.kind;
  if (config.log.top_db && kind != LogKind::db && kind != LogKind::log10_floor) {
    findings.param("top_db", "top_db has no effect with log " + context.params().string("log"),
                   "set log to db or log10_floor, or leave top_db out");
  }
  if (config.log.db_ref != 1 && kind != LogKind::db) {
    findings.param("db_ref", "db_ref has no effect with log " + context.params().string("log"),
                   "set log to db, or leave db_ref out");
  }
}

void check_cepstrum(Findings& findings, const Config& config) {
  if (config.cepstrum.n_mfcc > config.mel.n_mels) {
    findings.param("n_mfcc",
                   "n_mfcc " + text(config.cepstrum.n_mfcc) + " is more than n_mels " +
                       text(config.mel.n_mels),
                   "use " + text(config.mel.n_mels) + " coefficients or fewer");
  }
  if (config.cepstrum.energy_floor > 0 && !config.cepstrum.use_energy) {
    findings.param("energy_floor", "energy_floor has no effect without use_energy",
                   "set use_energy to true, or leave energy_floor out");
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
  check_patches(findings, context, config);
  if (config.output != Output::stft) check_mel(findings, config, rate);
  check_log(findings, context, config);
  if (config.output == Output::mfcc) check_cepstrum(findings, config);
  if (context.params().number("dither") != 0) {
    findings.param("dither", "dither is not available", "set dither to 0");
  }
  return !findings.any();
}

}  // namespace melgraph_frontends
