#include "mel_filterbank.h"

#include <algorithm>
#include <cstddef>

#include "mel_scale.h"
#include "vtln.h"

namespace melgraph_frontends {
namespace {

std::vector<double> bin_frequencies(const MelConfig& mel, std::int64_t n_fft, int sample_rate) {
  std::vector<double> hz(static_cast<std::size_t>(n_fft / 2 + 1));
  for (std::size_t k = 0; k < hz.size(); ++k) {
    const double bin = static_cast<double>(k);
    if (mel.floored_grid) {
      hz[k] = bin * static_cast<double>(sample_rate / 2) / static_cast<double>(n_fft / 2);
    } else {
      hz[k] = bin * sample_rate / static_cast<double>(n_fft);
    }
  }
  return hz;
}

// `width_hz` and `width` are those of the band in Hz and where its triangle is linear.
double band_factor(const MelConfig& mel, const std::vector<double>& weights, double width_hz,
                   double width) {
  double divisor = 1;
  switch (mel.norm) {
    case MelNorm::none: return 1;
    case MelNorm::slaney: return 2 / width_hz;
    case MelNorm::unit_tri: return 2 / width;
    case MelNorm::unit_sum:
      divisor = 0;
      for (const double weight : weights) divisor += weight;
      break;
    case MelNorm::unit_max: divisor = *std::max_element(weights.begin(), weights.end()); break;
  }
  return divisor > 0 ? 1 / divisor : 1;
}

}  // namespace

std::vector<double> mel_filterbank(const MelConfig& mel, std::int64_t n_fft, int sample_rate) {
  const std::vector<double> hz = bin_frequencies(mel, n_fft, sample_rate);
  const std::size_t bins = hz.size();
  const auto bands = static_cast<std::size_t>(mel.n_mels);
  const double top = mel.floored_grid ? static_cast<double>(sample_rate / 2) : 0.5 * sample_rate;
  const double f_max = mel.f_max.value_or(top);
  const double low = hz_to_mel(mel.scale, mel.f_min);
  const double high = hz_to_mel(mel.scale, f_max);
  // Where the triangles are linear, and where edges and bins are therefore compared.
  std::vector<double> edges_hz(bands + 2);
  std::vector<double> edges(bands + 2);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    double at = low + (high - low) * static_cast<double>(i) / static_cast<double>(bands + 1);
    edges_hz[i] = mel_to_hz(mel.scale, at);
    if (mel.vtln_warp != 1) {
      edges_hz[i] = vtln_warped(mel, mel.f_min, f_max, edges_hz[i], 0.5 * sample_rate);
      at = hz_to_mel(mel.scale, edges_hz[i]);
    }
    edges[i] = mel.triangles_in_mel ? at : edges_hz[i];
  }
  std::vector<double> places(bins);
  for (std::size_t k = 0; k < bins; ++k) {
    places[k] = mel.triangles_in_mel ? hz_to_mel(mel.scale, hz[k]) : hz[k];
  }

  std::vector<double> bank(bins * bands, 0.0);
  std::vector<double> weights(bins);
  for (std::size_t band = 0; band < bands; ++band) {
    const double left = edges[band];
    const double centre = edges[band + 1];
    const double right = edges[band + 2];
    for (std::size_t k = 0; k < bins; ++k) {
      const double rising = (places[k] - left) / (centre - left);
      const double falling = (right - places[k]) / (right - centre);
      weights[k] = std::max(0.0, std::min(rising, falling));
    }
    if (mel.zero_dc) weights[0] = 0;
    if (mel.drop_nyquist && n_fft % 2 == 0) weights[bins - 1] = 0;
    if (mel.htk_bug && band == 0 && mel.f_min != 0) {
      const auto first =
          std::find_if(weights.begin(), weights.end(), [](double weight) { return weight > 0; });
      if (first != weights.end()) *first = 0;
    }
    const double factor =
        band_factor(mel, weights, edges_hz[band + 2] - edges_hz[band], right - left);
    for (std::size_t k = 0; k < bins; ++k) bank[k * bands + band] = weights[k] * factor;
  }
  return bank;
}

}  // namespace melgraph_frontends
