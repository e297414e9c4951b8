#include <algorithm>
#include <string>

#include "findings.h"

namespace melgraph_frontends {
namespace {

// Kaldi's conditions: the warped piece lies inside the bank, and is not empty.
void check_vtln(Findings& findings, const MelConfig& mel, double f_max, double nyquist) {
  if (mel.vtln_warp == 1) {
    for (const char* name : {"vtln_low", "vtln_high"}) {
      findings.no_effect(name, "without vtln_warp", "set vtln_warp");
    }
    return;
  }
  const double upper = mel.vtln_high > 0 ? mel.vtln_high : nyquist + mel.vtln_high;
  if (mel.vtln_low <= mel.f_min) {
    findings.param(
        "vtln_low",
        "vtln_low " + text(mel.vtln_low) + " Hz is not above f_min " + text(mel.f_min) + " Hz",
        "raise vtln_low or lower f_min");
  }
  if (upper >= f_max) {
    findings.param("vtln_high",
                   "vtln_high, " + text(upper) + " Hz, is not below f_max " + text(f_max) + " Hz",
                   "lower vtln_high or raise f_max");
  }
  if (mel.vtln_low * std::max(1.0, mel.vtln_warp) >= upper * std::min(1.0, mel.vtln_warp)) {
    findings.param("vtln_warp",
                   "vtln_warp " + text(mel.vtln_warp) + " leaves nothing between vtln_low " +
                       text(mel.vtln_low) + " Hz and vtln_high, " + text(upper) + " Hz",
                   "use a vtln_warp nearer to 1");
  }
}

}  // namespace

void check_mel(Findings& findings, const Config& config, int sample_rate) {
  if (sample_rate <= 0) {
    findings.audio("the sound has no sample rate, which the mel bands need",
                   "wire a view of the source");
    return;
  }
  const double nyquist = 0.5 * sample_rate;
  const double f_max = config.mel.f_max.value_or(nyquist);
  if (f_max > nyquist && !config.mel.empty_above_nyquist) {
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
  check_vtln(findings, config.mel, f_max, nyquist);
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

}  // namespace melgraph_frontends
