#include "band_axis.h"

#include <algorithm>
#include <cmath>

namespace melgraph::cli {

namespace {

constexpr int most_ticks = 10;

/// Find the node that made the bands: behind nodes that leave the axis as it is.
const GraphNode* find_front_end(const ResolvedGraph& graph, int edge, const std::string& axis,
                                std::int64_t bands) {
  for (;;) {
    const Edge& at = graph.edges[static_cast<std::size_t>(edge)];
    if (at.producer < 0 || at.spec.size_of(axis) != bands) return nullptr;
    const GraphNode& node = graph.nodes[static_cast<std::size_t>(at.producer)];
    if (node.params.find("n_fft") != nullptr) return &node;
    if (node.inputs.empty()) return nullptr;
    edge = node.inputs.front().edges.front();
  }
}

/// O'Shaughnessy's scale, that of HTK and Kaldi.
double mel_of(double hertz) {
  return 1127.0 * std::log1p(hertz / 700.0);
}
double hertz_of(double mel) {
  return 700.0 * std::expm1(mel / 1127.0);
}

// Slaney's scale: 200/3 Hz a mel below 1000 Hz, then 27 mel for a factor of 6.4.
constexpr double slaney_linear = 200.0 / 3.0;
constexpr double slaney_knee = 1000.0;
const double slaney_step = std::log(6.4) / 27.0;

double slaney_mel_of(double hertz) {
  if (hertz < slaney_knee) return hertz / slaney_linear;
  return slaney_knee / slaney_linear + std::log(hertz / slaney_knee) / slaney_step;
}
double slaney_hertz_of(double mel) {
  const double knee = slaney_knee / slaney_linear;
  if (mel < knee) return mel * slaney_linear;
  return slaney_knee * std::exp((mel - knee) * slaney_step);
}

bool is_linear(const std::vector<double>& values) {
  const double step = (values.back() - values.front()) / static_cast<double>(values.size() - 1);
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (std::abs(values[i] - values[i - 1] - step) > 1e-6 * std::abs(step)) return false;
  }
  return true;
}

std::vector<double> round_frequencies(const std::vector<double>& centres) {
  if (is_linear(centres)) return round_ticks(centres.front(), centres.back(), most_ticks);
  std::vector<double> values;
  for (double power = 10; power <= 1e6; power *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) values.push_back(factor * power);
  }
  return values;
}

std::vector<Tick> frequency_ticks(const std::vector<double>& centres) {
  std::vector<Tick> ticks;
  for (const double value : round_frequencies(centres)) {
    if (value < centres.front() || value > centres.back()) continue;
    const auto above = std::lower_bound(centres.begin(), centres.end(), value);
    auto row = static_cast<double>(above - centres.begin());
    if (above != centres.begin()) row -= (*above - value) / (*above - *(above - 1));
    ticks.push_back({row + 0.5, tick_label(value)});
  }
  return ticks;
}

}  // namespace

std::vector<double> band_frequencies(const ResolvedGraph& graph, int edge, const std::string& axis,
                                     std::int64_t bands) {
  std::vector<double> centres;
  const GraphNode* node = find_front_end(graph, edge, axis, bands);
  const int rate = graph.edges[static_cast<std::size_t>(edge)].spec.sample_rate;
  if (node == nullptr || rate <= 0 || bands < 2) return centres;
  if (axis == "bin") {
    const auto n_fft = node->params.integer("n_fft");
    if (bands != n_fft / 2 + 1) return centres;
    for (std::int64_t k = 0; k < bands; ++k) {
      centres.push_back(static_cast<double>(k * rate) / static_cast<double>(n_fft));
    }
    return centres;
  }
  if (axis != "mel" || node->params.find("n_mels") == nullptr ||
      node->params.integer("n_mels") != bands) {
    return centres;
  }
  const bool slaney = node->params.string("mel_scale") == "slaney";
  const auto to_mel = slaney ? slaney_mel_of : mel_of;
  const auto to_hertz = slaney ? slaney_hertz_of : hertz_of;
  const double low = to_mel(node->params.number("f_min"));
  const double high =
      to_mel(node->params.is_null("f_max") ? rate / 2.0 : node->params.number("f_max"));
  for (std::int64_t k = 1; k <= bands; ++k) {
    centres.push_back(
        to_hertz(low + (high - low) * static_cast<double>(k) / static_cast<double>(bands + 1)));
  }
  return centres;
}

PlotAxis band_axis(const ResolvedGraph& graph, int edge, const std::string& axis,
                   std::int64_t bands) {
  PlotAxis result;
  const std::vector<double> centres = band_frequencies(graph, edge, axis, bands);
  if (!centres.empty()) {
    result.title = "Hz";
    result.ticks = frequency_ticks(centres);
    return result;
  }
  result.title = axis;
  std::vector<double> ticks = round_ticks(0, static_cast<double>(bands - 1), most_ticks);
  if (ticks.empty()) ticks = {0};
  for (const double value : ticks) result.ticks.push_back({value + 0.5, tick_label(value)});
  return result;
}

}  // namespace melgraph::cli
