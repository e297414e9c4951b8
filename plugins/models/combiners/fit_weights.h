#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Fits the weights of `combiner.weighted`; without LibTorch.

namespace melgraph::combiners {

/// Scores of all members for items whose class is known.
struct FitData {
  std::size_t members = 0;
  std::size_t items = 0;
  std::size_t classes = 0;
  std::vector<float> scores;          ///< [member, item, class], finite, at least 0
  std::vector<std::int64_t> targets;  ///< [item], the true classes
  /// How much each item counts, [item], above 0, sum 1; empty: all the same.
  std::vector<double> item_weights;
  std::vector<std::string> names;  ///< [item], for messages; empty: they are numbered
};

struct FitOptions {
  /// How far, at most, the loss may stay above the least possible one, nats an item.
  double tolerance = 1e-9;
  std::size_t max_iterations = 100000;
};

struct Fit {
  std::vector<double> weights;  ///< [member], at least 0, sum 1
  double loss = 0;              ///< mean of -ln(mixture's score of the true class), nats an item
  double gap = 0;               ///< the loss is at most this far above the least possible one
  std::size_t iterations = 0;
  bool converged = false;  ///< the gap is within the tolerance
};

/// Fit the weights w of the simplex that minimise the negative log-likelihood of the mixture,
/// -mean_i ln(sum_m w_m p_mi), p_mi the score that member m gives the true class of item i; the
/// mean is weighted by `item_weights`.
///
/// The problem is convex. Expectation maximisation from equal weights, w_m <- w_m g_m with g_m =
/// mean_i(p_mi / sum_k w_k p_ki), never raises the loss and leads to its least value, and ln(max
/// g_m) bounds what is left to gain. Of members that are always equal all keep the same weight.
/// Throws `Error` of code `usage` where sizes or numbers are not as above, or where every member
/// gives the true class of an item a score of 0: then no weights have a finite loss.
///
/// A. P. Dempster, N. M. Laird, D. B. Rubin, Maximum Likelihood from Incomplete Data via the EM
/// Algorithm, J. Royal Statistical Society B 39(1), 1977; T. M. Cover, An Algorithm for Maximizing
/// Expected Log Investment Return, IEEE Trans. Information Theory 30(2), 1984,
/// https://doi.org/10.1109/TIT.1984.1056869 (the update, its convergence and the bound).
Fit fit_mixture_weights(const FitData& data, const FitOptions& options = {});

}  // namespace melgraph::combiners
