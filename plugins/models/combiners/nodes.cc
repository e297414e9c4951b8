#include "models/combiners/nodes.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/max.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/searchsorted.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "models/combiners/combiner.h"
#include "models/combiners/fit_nodes.h"

namespace melgraph {
namespace {

using combiners::Combined;
using combiners::Combiner;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Where a member's number is NaN: for rules that would lose it in an order. [item, 1, 1]
at::Tensor broken_items(const at::Tensor& members) {
  return members.isnan().any(2, true).any(1, true);
}

class Mean final : public Combiner {
 protected:
  Combined combine(const at::Tensor& members) override {
    at::Tensor parts = members / static_cast<double>(members.size(1));
    return {members.mean(1), std::move(parts)};
  }
};

class Geometric final : public Combiner {
 public:
  void open(OpenContext& context) override { normalise_ = context.params().boolean("normalise"); }

 protected:
  Combined combine(const at::Tensor& members) override {
    const at::Tensor logarithm = members.log().mean(1);
    at::Tensor scores = logarithm.exp();
    if (normalise_) {
      // Where no class is left there is nothing to divide by.
      const at::Tensor nothing = scores.eq(0).all(1, true);
      scores = at::softmax(logarithm, 1).masked_fill_(nothing, 0);
    }
    return {std::move(scores), at::full_like(members, 1.0 / static_cast<double>(members.size(1)))};
  }

 private:
  bool normalise_ = true;
};

class Weighted final : public Combiner {
 public:
  void open(OpenContext& context) override {
    std::vector<double> weights = context.params().is_null("weights_file")
                                      ? context.params().numbers("weights")
                                      : fitted(context);
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight /= sum;
    for (const double weight : weights) counts_.push_back(weight != 0);
    shares_ = at::tensor(weights, at::kDouble).to(context.device()).unsqueeze(1);
  }
  void* capability(std::string_view id) override {
    return id == fittable_id ? &combiners::weighted_fit() : nullptr;
  }

 protected:
  Combined combine(const at::Tensor& members) override {
    // A weight of zero takes the member out, also where it is not finite.
    at::Tensor parts = (members * shares_).masked_fill_(shares_.eq(0), 0);
    return {parts.sum(1), parts};
  }
  std::vector<bool> counts() const override { return counts_; }

 private:
  static std::vector<double> fitted(OpenContext& context) {
    const std::string& file = context.params().string("weights_file");
    const at::Tensor tensor =
        context.weights("weights_file")->tensors.at("weights").to(at::kDouble).contiguous();
    const double* first = tensor.const_data_ptr<double>();
    std::vector<double> weights(first, first + tensor.numel());
    const bool good = std::all_of(weights.begin(), weights.end(),
                                  [](double w) { return std::isfinite(w) && w >= 0; });
    if (!good || std::accumulate(weights.begin(), weights.end(), 0.0) <= 0) {
      throw Error(ErrorCode::invalid_graph,
                  file + ": `weights` holds " +
                      (good ? "zeros only" : "a number that is negative or not finite"),
                  "fit the weights again");
    }
    return weights;
  }

  at::Tensor shares_;  ///< [member, 1], sum 1
  std::vector<bool> counts_;
};

class Maximum final : public Combiner {
 protected:
  Combined combine(const at::Tensor& members) override {
    const auto [largest, member] = at::max(members, 1, /*keepdim=*/true);
    at::Tensor parts = at::zeros_like(members).scatter_(1, member, largest);
    return {largest.squeeze(1), std::move(parts)};
  }
};

class Vote final : public Combiner {
 protected:
  Combined combine(const at::Tensor& members) override {
    const double count = static_cast<double>(members.size(1));
    const at::Tensor best = members.argmax(2, true);
    at::Tensor votes =
        at::zeros_like(members).scatter_(2, best, at::ones_like(best, members.options()));
    // A member without a vote must not vanish among the others.
    votes.masked_fill_(broken_items(members), not_a_number);
    // Position of each class by mean score, the lowest 0 (ties: the lower index is the better).
    const at::Tensor mean = members.mean(1);
    const at::Tensor order = mean.argsort(/*stable=*/true, /*dim=*/1, /*descending=*/true);
    const std::int64_t classes = mean.size(1);
    const at::Tensor position = at::zeros_like(mean).scatter_(
        1, order, at::arange(classes - 1, -1, -1, mean.options()).expand_as(mean).contiguous());
    at::Tensor scores = (votes.sum(1) + position * (0.001 / static_cast<double>(classes))) / count;
    return {std::move(scores), votes / count};
  }
};

class Rank final : public Combiner {
 protected:
  Combined combine(const at::Tensor& members) override {
    const std::int64_t classes = members.size(2);
    const at::Tensor sorted = std::get<0>(members.sort(2));
    // Equal scores stand at `lower` to `upper` - 1 of the order: each has the mean of these.
    const at::Tensor lower = at::searchsorted(sorted, members);
    const at::Tensor upper = at::searchsorted(sorted, members, false, /*right=*/true);
    at::Tensor points = (lower + upper - 1).to(at::kDouble).div_(2);
    points = classes > 1 ? points / static_cast<double>(classes - 1) : at::ones_like(points);
    points.masked_fill_(broken_items(members), not_a_number);
    return {points.mean(1), points / static_cast<double>(members.size(1))};
  }
};

}  // namespace

std::unique_ptr<Node> make_combine_mean() {
  return std::make_unique<Mean>();
}
std::unique_ptr<Node> make_combine_geometric() {
  return std::make_unique<Geometric>();
}
std::unique_ptr<Node> make_combine_weighted() {
  return std::make_unique<Weighted>();
}
std::unique_ptr<Node> make_combine_vote() {
  return std::make_unique<Vote>();
}
std::unique_ptr<Node> make_combine_rank() {
  return std::make_unique<Rank>();
}
std::unique_ptr<Node> make_combine_max() {
  return std::make_unique<Maximum>();
}

}  // namespace melgraph
