#include "mel_scale.h"

#include <cmath>

namespace melgraph_frontends {
namespace {

// Slaney, Auditory Toolbox: 200/3 Hz a mel up to 1000 Hz, then 27 steps for a factor of 6.4.
constexpr double slaney_knee_hz = 1000;
constexpr double slaney_knee_mel = 15;
const double slaney_step = std::log(6.4) / 27;

}  // namespace

double hz_to_mel(MelScale scale, double hz) {
  switch (scale) {
    case MelScale::htk: return 2595 * std::log10(1 + hz / 700);
    case MelScale::kaldi: return 1127 * std::log(1 + hz / 700);
    case MelScale::slaney:
      if (hz < slaney_knee_hz) return 3 * hz / 200;
      return slaney_knee_mel + std::log(hz / slaney_knee_hz) / slaney_step;
  }
  return hz;
}

double mel_to_hz(MelScale scale, double mel) {
  switch (scale) {
    case MelScale::htk: return 700 * (std::pow(10.0, mel / 2595) - 1);
    case MelScale::kaldi: return 700 * (std::exp(mel / 1127) - 1);
    case MelScale::slaney:
      if (mel < slaney_knee_mel) return 200 * mel / 3;
      return slaney_knee_hz * std::exp((mel - slaney_knee_mel) * slaney_step);
  }
  return mel;
}

}  // namespace melgraph_frontends
