#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "run/phase_filter.h"

namespace melgraph {

enum class SincWindow { hann, kaiser };

/// Windowed sinc as a resampler's filter.
struct SincDesign {
  std::string_view name;  ///< of the resampler
  SincWindow window = SincWindow::hann;
  double zero_crossings = 0;  ///< of the sinc, on each side
  double rolloff = 0;         ///< zero crossings a sample of the lower rate
  double beta = 0;            ///< of the Kaiser window
};

/// Return the designs of the resamplers that are windowed sincs.
///
/// `sinc-hann-6` is torchaudio's default and Kaldi's; `kaiser-best` and `kaiser-fast` are
/// torchaudio's `sinc_interp_kaiser` with the numbers of resampy 0.2's `kaiser_best` and
/// `kaiser_fast`; `kaiser-best-r3` is resampy 0.3's `kaiser_best`, whose window spans 50 samples of
/// the lower rate, and not 50 zero crossings.
const std::vector<SincDesign>& sinc_designs();

/// Polyphase filter of one pair of rates.
struct SincKernel {
  std::int64_t down = 1;            ///< input samples a period: a multiple of from / gcd(from, to)
  std::int64_t up = 1;              ///< output samples a period: as many times to / gcd(from, to)
  std::vector<std::int64_t> last;   ///< [up] input index of the last tap, period starting at 0
  std::vector<PhaseTile> tiles;     ///< [up / filter_phases, rounded up], of ascending phases
  std::vector<float> coefficients;  ///< of the tiles
};

/// Return the Kaiser window at `relative` = -1 ... 1 of its half width, for `beta` up to 15,
/// without libm.
double kaiser_window(double beta, double relative);

/// Return the highest frequency that `design` passes, of the lower rate: above is its stop band.
double stop_band_edge(const SincDesign& design);

/// Return how often the rate can be halved before the filter, with no change of its result.
///
/// A filter of which the lower rate alone decides is the same behind half the input rate, and half
/// as long. That takes a stop band deep enough to hide what the halving leaves, and room below the
/// halved rate for `Halver`'s filter to be short.
int halvings(const SincDesign& design, int from, int to);

/// Return the kernel of `design` for `from` / 2^`halved` to `to` Hz, shared between all who ask for
/// the same ratio.
///
/// It is computed in float64 without libm, so that its bits are the same everywhere. Taps outside
/// the window are left out. Throws `Error` where it would take more than `max_sinc_kernel_bytes`.
/// [any-thread]
std::shared_ptr<const SincKernel> sinc_kernel(const SincDesign& design, int from, int to,
                                              int halved = 0);

/// Largest kernel, bytes of coefficients.
inline constexpr std::size_t max_sinc_kernel_bytes = std::size_t{64} << 20;

}  // namespace melgraph
