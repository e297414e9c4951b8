#include "models/combiners/fit_weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "melgraph/error.h"

namespace melgraph::combiners {
namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw Error(ErrorCode::usage, "cannot fit weights: " + message, hint);
}

void check(const FitData& data) {
  if (data.members == 0 || data.items == 0 || data.classes == 0) {
    refuse("there are " + std::to_string(data.members) + " members, " + std::to_string(data.items) +
               " items and " + std::to_string(data.classes) + " classes",
           "give at least one of each");
  }
  if (data.scores.size() != data.members * data.items * data.classes ||
      data.targets.size() != data.items) {
    refuse("there are " + std::to_string(data.scores.size()) + " scores and " +
               std::to_string(data.targets.size()) + " true classes",
           "give a score a member, item and class, and a true class an item");
  }
  if (!data.item_weights.empty()) {
    const double sum = std::accumulate(data.item_weights.begin(), data.item_weights.end(), 0.0);
    const bool above = std::all_of(data.item_weights.begin(), data.item_weights.end(),
                                   [](double weight) { return weight > 0; });
    if (data.item_weights.size() != data.items || !above || !(std::abs(sum - 1) < 1e-6)) {
      refuse("the weights of the items are not one an item, above 0 and of sum 1", {});
    }
  }
  for (const float score : data.scores) {
    if (std::isfinite(score) && score >= 0) continue;
    refuse("a score is negative or not finite", "give probabilities, not logits");
  }
}

/// Gather what each member gives the true class of each item: [member, item].
std::vector<double> true_scores(const FitData& data) {
  std::vector<double> found(data.members * data.items);
  for (std::size_t i = 0; i < data.items; ++i) {
    const std::int64_t target = data.targets[i];
    if (target < 0 || target >= static_cast<std::int64_t>(data.classes)) {
      refuse("the true class of item " + std::to_string(i) + " is " + std::to_string(target) +
                 ", of " + std::to_string(data.classes) + " classes",
             "number the classes from 0");
    }
    bool possible = false;
    for (std::size_t m = 0; m < data.members; ++m) {
      const float score =
          data.scores[(m * data.items + i) * data.classes + static_cast<std::size_t>(target)];
      found[m * data.items + i] = score;
      possible = possible || score > 0;
    }
    if (!possible) {
      refuse("every member gives the true class of " +
                 (data.names.empty() ? "item " + std::to_string(i) : data.names[i]) +
                 " a score of 0",
             "leave the item out, or smooth the scores, e.g. by a temperature");
    }
  }
  return found;
}

}  // namespace

Fit fit_mixture_weights(const FitData& data, const FitOptions& options) {
  check(data);
  const std::vector<double> scores = true_scores(data);
  std::vector<double> share = data.item_weights;
  if (share.empty()) share.assign(data.items, 1.0 / static_cast<double>(data.items));
  Fit fit;
  fit.weights.assign(data.members, 1.0 / static_cast<double>(data.members));
  std::vector<double> mixture(data.items), gain(data.members);
  while (true) {
    std::fill(mixture.begin(), mixture.end(), 0.0);
    for (std::size_t m = 0; m < data.members; ++m) {
      for (std::size_t i = 0; i < data.items; ++i) {
        mixture[i] += fit.weights[m] * scores[m * data.items + i];
      }
    }
    fit.loss = 0;
    for (std::size_t i = 0; i < data.items; ++i) fit.loss -= share[i] * std::log(mixture[i]);
    for (std::size_t m = 0; m < data.members; ++m) {
      gain[m] = 0;
      for (std::size_t i = 0; i < data.items; ++i) {
        gain[m] += share[i] * scores[m * data.items + i] / mixture[i];
      }
    }
    fit.gap = std::max(0.0, std::log(*std::max_element(gain.begin(), gain.end())));
    fit.converged = fit.gap <= options.tolerance;
    if (fit.converged || fit.iterations == options.max_iterations) return fit;
    double sum = 0;
    for (std::size_t m = 0; m < data.members; ++m) sum += fit.weights[m] *= gain[m];
    for (double& weight : fit.weights) weight /= sum;  // 1 but for rounding
    ++fit.iterations;
  }
}

}  // namespace melgraph::combiners
