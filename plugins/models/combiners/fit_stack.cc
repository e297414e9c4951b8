#include "models/combiners/fit_stack.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "melgraph/error.h"

namespace melgraph::combiners {
namespace {

using Vector = std::vector<double>;

[[noreturn]] void refuse(const std::string& message, const std::string& hint = {}) {
  throw Error(ErrorCode::usage, "cannot fit a linear layer: " + message, hint);
}

void check(const StackData& data, const StackOptions& options) {
  if (data.items == 0 || data.features == 0 || data.classes == 0) {
    refuse("there are " + std::to_string(data.items) + " items of " +
               std::to_string(data.features) + " numbers and " + std::to_string(data.classes) +
               " classes",
           "give at least one of each");
  }
  if (data.inputs.size() != data.items * data.features || data.targets.size() != data.items ||
      data.item_weights.size() != data.items) {
    refuse("the numbers, true classes and weights do not fit the number of items");
  }
  for (const std::int64_t target : data.targets) {
    if (target >= 0 && target < static_cast<std::int64_t>(data.classes)) continue;
    refuse("a true class is " + std::to_string(target) + ", of " + std::to_string(data.classes) +
               " classes",
           "number the classes from 0");
  }
  const double sum = std::accumulate(data.item_weights.begin(), data.item_weights.end(), 0.0);
  const bool above = std::all_of(data.item_weights.begin(), data.item_weights.end(),
                                 [](double weight) { return weight > 0; });
  if (!above || !(std::abs(sum - 1) < 1e-6)) {
    refuse("the weights of the items are not above 0 and of sum 1");
  }
  if (!std::all_of(data.inputs.begin(), data.inputs.end(),
                   [](float x) { return std::isfinite(x); }))
    refuse("a number of a member is not finite",
           "wire what the networks give, before classes are left out");
  if (!(options.l2 >= least_l2) || !std::isfinite(options.l2)) {
    refuse("the penalty must be at least 1e-9", "it is what keeps the weights finite");
  }
}

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void add_scaled(Vector& to, double factor, const Vector& of) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * of[i];
}

/// The objective over layers theta [feature + 1, class], the bias last: for each number of an item
/// one run over its classes.
class Objective {
 public:
  Objective(const StackData& data, double l2) : data_(data), l2_(l2), scores_(data.classes) {}

  std::size_t size() const { return (data_.features + 1) * data_.classes; }

  /// Return the value at theta, with its gradient and the softmax of each item where asked for.
  double evaluate(const Vector& theta, Vector* gradient, Vector* probabilities) {
    double value = 0.5 * l2_ * dot(theta, theta);
    if (gradient != nullptr) {
      *gradient = theta;
      for (double& number : *gradient) number *= l2_;
    }
    if (probabilities != nullptr) probabilities->resize(data_.items * data_.classes);
    for (std::size_t i = 0; i < data_.items; ++i) {
      multiply(i, theta);
      const double largest = *std::max_element(scores_.begin(), scores_.end());
      const auto target = static_cast<std::size_t>(data_.targets[i]);
      const double of_target = scores_[target] - largest;
      double sum = 0;
      for (double& score : scores_) sum += score = std::exp(score - largest);
      const double share = data_.item_weights[i];
      value += share * (std::log(sum) - of_target);
      for (double& score : scores_) score /= sum;
      if (probabilities != nullptr) {
        std::copy(scores_.begin(), scores_.end(),
                  probabilities->begin() + static_cast<std::ptrdiff_t>(i * data_.classes));
      }
      if (gradient == nullptr) continue;
      scores_[target] -= 1;
      for (double& score : scores_) score *= share;
      spread(i, *gradient);
    }
    return value;
  }

  /// Return the Hessian, at the theta that gave `probabilities`, times `direction`.
  Vector curvature(const Vector& probabilities, const Vector& direction) {
    Vector product = direction;
    for (double& number : product) number *= l2_;
    for (std::size_t i = 0; i < data_.items; ++i) {
      multiply(i, direction);
      const double* p = probabilities.data() + i * data_.classes;
      double mean = 0;
      for (std::size_t c = 0; c < data_.classes; ++c) mean += p[c] * scores_[c];
      for (std::size_t c = 0; c < data_.classes; ++c) {
        scores_[c] = data_.item_weights[i] * p[c] * (scores_[c] - mean);
      }
      spread(i, product);
    }
    return product;
  }

 private:
  /// scores = theta of item i
  void multiply(std::size_t i, const Vector& theta) {
    const std::size_t classes = data_.classes;
    const float* input = data_.inputs.data() + i * data_.features;
    const double* row = theta.data() + data_.features * classes;
    std::copy(row, row + classes, scores_.begin());
    for (std::size_t d = 0; d < data_.features; ++d) {
      const double x = input[d];
      row = theta.data() + d * classes;
      for (std::size_t c = 0; c < classes; ++c) scores_[c] += x * row[c];
    }
  }

  /// to += (item i, 1) x scores
  void spread(std::size_t i, Vector& to) const {
    const std::size_t classes = data_.classes;
    const float* input = data_.inputs.data() + i * data_.features;
    for (std::size_t d = 0; d <= data_.features; ++d) {
      const double x = d < data_.features ? input[d] : 1.0;
      double* row = to.data() + d * classes;
      for (std::size_t c = 0; c < classes; ++c) row[c] += x * scores_[c];
    }
  }

  const StackData& data_;
  double l2_;
  Vector scores_;  ///< [class], of the item at hand
};

/// Solve Hessian step = -gradient by conjugate gradients, to a residual of `tolerance`.
Vector newton_step(Objective& objective, const Vector& probabilities, const Vector& gradient,
                   double tolerance) {
  Vector step(gradient.size(), 0.0);
  Vector residual = gradient;
  for (double& number : residual) number = -number;
  Vector direction = residual;
  double square = dot(residual, residual);
  // In exact arithmetic as many steps as unknowns suffice.
  const std::size_t most = 2 * gradient.size() + 20;
  for (std::size_t i = 0; i < most && std::sqrt(square) > tolerance; ++i) {
    const Vector product = objective.curvature(probabilities, direction);
    const double factor = square / dot(direction, product);
    add_scaled(step, factor, direction);
    add_scaled(residual, -factor, product);
    const double next = dot(residual, residual);
    for (std::size_t j = 0; j < direction.size(); ++j) {
      direction[j] = residual[j] + next / square * direction[j];
    }
    square = next;
  }
  return step;
}

/// Bring [feature + 1, class] into the form of a linear layer, and back.
void unpack(const StackData& data, const Vector& theta, Vector& weight, Vector& bias) {
  weight.resize(data.classes * data.features);
  for (std::size_t d = 0; d < data.features; ++d) {
    for (std::size_t c = 0; c < data.classes; ++c) {
      weight[c * data.features + d] = theta[d * data.classes + c];
    }
  }
  bias.assign(theta.end() - static_cast<std::ptrdiff_t>(data.classes), theta.end());
}

Vector pack(const StackData& data, const Vector& weight, const Vector& bias) {
  Vector theta(data.features * data.classes);
  for (std::size_t d = 0; d < data.features; ++d) {
    for (std::size_t c = 0; c < data.classes; ++c) {
      theta[d * data.classes + c] = weight[c * data.features + d];
    }
  }
  theta.insert(theta.end(), bias.begin(), bias.end());
  return theta;
}

}  // namespace

StackFit fit_stack_layer(const StackData& data, const StackOptions& options) {
  check(data, options);
  Objective objective(data, options.l2);
  Vector theta(objective.size(), 0.0);
  Vector gradient, probabilities;
  StackFit fit;
  fit.objective = objective.evaluate(theta, &gradient, &probabilities);
  while (true) {
    fit.gradient = std::sqrt(dot(gradient, gradient));
    fit.gap = fit.gradient * fit.gradient / (2 * options.l2);
    fit.converged = fit.gap <= options.tolerance;
    if (fit.converged || fit.iterations == options.max_iterations) break;
    const double exactness = std::min(0.5, std::sqrt(fit.gradient));
    const Vector step = newton_step(objective, probabilities, gradient, exactness * fit.gradient);
    const double slope = dot(step, gradient);
    // Where the step promises less than rounding loses, the objective cannot tell.
    const double slack = 1e-13 * std::abs(fit.objective);
    Vector next;
    double value = std::numeric_limits<double>::infinity();
    double length = 1;
    for (; length > 1e-12; length /= 2) {
      next = theta;
      add_scaled(next, length, step);
      value = objective.evaluate(next, nullptr, nullptr);
      if (value <= fit.objective + 1e-4 * length * slope + slack) break;
    }
    if (!(length > 1e-12)) break;
    theta = std::move(next);
    fit.objective = objective.evaluate(theta, &gradient, &probabilities);
    ++fit.iterations;
  }
  unpack(data, theta, fit.weight, fit.bias);
  return fit;
}

double stack_objective(const StackData& data, double l2, const std::vector<double>& weight,
                       const std::vector<double>& bias, std::vector<double>* gradient) {
  return Objective(data, l2).evaluate(pack(data, weight, bias), gradient, nullptr);
}

}  // namespace melgraph::combiners
