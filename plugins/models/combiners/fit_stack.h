#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

// Fits the linear layer of `combiner.stack`; without LibTorch.

namespace melgraph::combiners {

/// Numbers of all members, behind one another, for items whose class is known.
struct StackData {
  std::size_t items = 0;
  std::size_t features = 0;  ///< numbers of all members
  std::size_t classes = 0;
  std::vector<float> inputs;          ///< [item, feature], finite
  std::vector<std::int64_t> targets;  ///< [item], the true classes
  std::vector<double> item_weights;   ///< [item], how much each counts, above 0, sum 1
};

/// Smallest `StackOptions::l2`: below it double precision does not reach the tolerance.
inline constexpr double least_l2 = 1e-9;

struct StackOptions {
  double l2 = 1e-4;  ///< weight of the penalty, at least `least_l2`
  /// How far, at most, the objective may stay above its least value.
  double tolerance = 1e-9;
  std::size_t max_iterations = 200;
};

struct StackFit {
  std::vector<double> weight;  ///< [class, feature]
  std::vector<double> bias;    ///< [class]
  double objective = 0;        ///< mean cross-entropy and penalty
  double gradient = 0;         ///< Euclidean norm of the objective's gradient
  double gap = 0;              ///< the objective is at most this far above its least value
  std::size_t iterations = 0;
  bool converged = false;  ///< the gap is within the tolerance
};

/// Fit multinomial logistic regression: the W and b that minimise
/// sum_i v_i (-ln softmax(W x_i + b)[y_i]) + l2 / 2 (|W|^2 + |b|^2), v the weights of the items.
///
/// The bias is penalised as well, so that a class without items stays finite; the objective is
/// strongly convex, its minimum exists and is unique, and it is at most |gradient|^2 / (2 l2)
/// away. Newton's method from 0; each step is solved by conjugate gradients as exactly as it pays
/// and shortened until the objective falls. In float64, one thread, always in the same order.
/// Throws `Error` of code `usage` where sizes or numbers are not as above.
///
/// S. G. Nash, A survey of truncated-Newton methods, J. Computational and Applied Mathematics
/// 124(1-2), 2000, https://doi.org/10.1016/S0377-0427(00)00426-X.
StackFit fit_stack_layer(const StackData& data, const StackOptions& options = {});

/// Compute the objective at a layer and, if wanted, its gradient as [feature + 1, class], the bias
/// last.
double stack_objective(const StackData& data, double l2, const std::vector<double>& weight,
                       const std::vector<double>& bias, std::vector<double>* gradient = nullptr);

}  // namespace melgraph::combiners
