#include "models/combiners/fit_nodes.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "melgraph/error.h"
#include "models/combiners/fit_stack.h"
#include "models/combiners/fit_weights.h"

namespace melgraph::combiners {
namespace {

/// Return the class names that all members share, null where they do not.
Labels shared_labels(const FitNode& node) {
  const Labels& first = node.members.front().labels;
  const bool shared =
      first && std::all_of(node.members.begin(), node.members.end(), [&](const PortSpec& member) {
        return member.labels && *member.labels == *first;
      });
  return shared ? first : nullptr;
}

bool all_are(const FitNode& node, Kind kind) {
  return std::all_of(node.members.begin(), node.members.end(),
                     [kind](const PortSpec& member) { return member.kind == kind; });
}

/// Score probabilities [class] of each item that `of_item` gives.
template <class Function>
FitScore score(const FitItems& items, Function of_item) {
  FitScore result;
  std::vector<double> scores;
  for (std::size_t i = 0; i < items.targets.size(); ++i) {
    of_item(i, scores);
    const auto target = static_cast<std::size_t>(items.targets[i]);
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    result.loss -= items.weights[i] * std::log(std::max(0.0, scores[target]));
    if (best == items.targets[i]) result.accuracy += items.weights[i];
  }
  return result;
}

void softmax(std::vector<double>& numbers) {
  const double largest = *std::max_element(numbers.begin(), numbers.end());
  double sum = 0;
  for (double& number : numbers) sum += number = std::exp(number - largest);
  for (double& number : numbers) number /= sum;
}

/// Score the weighted mean of members of the same classes; of logits, its softmax.
FitScore score_mean(const FitItems& items, const std::vector<double>& weights, bool logits) {
  const std::size_t classes = items.classes->size();
  return score(items, [&](std::size_t i, std::vector<double>& scores) {
    scores.assign(classes, 0.0);
    for (std::size_t m = 0; m < weights.size(); ++m) {
      const float* member = items.members[m].data() + i * classes;
      for (std::size_t c = 0; c < classes; ++c) scores[c] += weights[m] * member[c];
    }
    if (logits) softmax(scores);
  });
}

std::vector<double> equal_weights(const FitItems& items) {
  return std::vector<double>(items.members.size(), 1.0 / static_cast<double>(items.members.size()));
}

class WeightedFit final : public Fittable {
 public:
  std::string file_param() const override { return "weights_file"; }

  Labels check(const FitNode& node, const FitSettings& settings) const override {
    if (settings.l2) {
      throw Error(ErrorCode::usage, "the weights of combiner.weighted have no penalty",
                  "leave --l2 out");
    }
    if (!all_are(node, Kind::scores)) {
      throw Error(ErrorCode::usage, "weights are fitted to scores, and a member gives logits",
                  "wire the output `scores` of every member");
    }
    Labels labels = shared_labels(node);
    if (!labels) {
      throw Error(ErrorCode::invalid_graph,
                  "the members do not all name the same classes in the same order",
                  "combine networks trained for the same classes, and give each its `labels`");
    }
    return labels;
  }

  FitResult fit(const FitNode&, const FitSettings&, const FitItems& items) const override {
    FitData data;
    data.members = items.members.size();
    data.items = items.targets.size();
    data.classes = items.classes->size();
    for (const auto& member : items.members) {
      data.scores.insert(data.scores.end(), member.begin(), member.end());
    }
    data.targets = items.targets;
    data.item_weights = items.weights;
    data.names = items.names;
    const Fit fit = fit_mixture_weights(data);
    FitResult result;
    result.file.tensors["weights"] = at::tensor(fit.weights, at::kDouble);
    result.members = fit.weights;
    result.members_text = "weight";
    result.before = score_mean(items, equal_weights(items), false);
    result.after = score_mean(items, fit.weights, false);
    result.gap = fit.gap;
    result.iterations = fit.iterations;
    result.converged = fit.converged;
    return result;
  }
};

class StackingFit final : public Fittable {
 public:
  std::string file_param() const override { return "weights"; }

  Labels check(const FitNode& node, const FitSettings& settings) const override {
    if (settings.l2 && !(*settings.l2 >= least_l2 && std::isfinite(*settings.l2))) {
      throw Error(ErrorCode::usage, "--l2 must be at least 1e-9",
                  "the penalty is what keeps the weights finite");
    }
    if (node.params.string("activation") == "sigmoid") {
      throw Error(ErrorCode::usage,
                  "combiner.stack is fitted to items of one class each, for the activation "
                  "`softmax` or `none`, not `sigmoid`",
                  "change `activation`");
    }
    return node.labels ? node.labels : shared_labels(node);
  }

  FitResult fit(const FitNode& node, const FitSettings& settings,
                const FitItems& items) const override {
    const std::size_t count = items.targets.size();
    std::vector<std::size_t> sizes;
    StackData data;
    for (const auto& member : items.members) {
      sizes.push_back(member.size() / count);
      data.features += sizes.back();
    }
    data.items = count;
    data.classes = items.classes->size();
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t m = 0; m < sizes.size(); ++m) {
        const float* first = items.members[m].data() + i * sizes[m];
        data.inputs.insert(data.inputs.end(), first, first + sizes[m]);
      }
    }
    data.targets = items.targets;
    data.item_weights = items.weights;
    StackOptions options;
    if (settings.l2) options.l2 = *settings.l2;
    const StackFit fit = fit_stack_layer(data, options);

    FitResult result;
    const auto classes = static_cast<std::int64_t>(data.classes);
    result.file.tensors["weight"] =
        at::tensor(fit.weight, at::kDouble).view({classes, -1}).to(at::kFloat);
    result.file.tensors["bias"] = at::tensor(fit.bias, at::kDouble).to(at::kFloat);
    result.file.metadata["labels"] = to_json(*items.classes);
    result.members_text = "norm";
    std::size_t begin = 0;
    for (const std::size_t size : sizes) {
      double square = 0;
      for (std::size_t c = 0; c < data.classes; ++c) {
        for (std::size_t d = begin; d < begin + size; ++d) {
          square += fit.weight[c * data.features + d] * fit.weight[c * data.features + d];
        }
      }
      result.members.push_back(std::sqrt(square));
      begin += size;
    }
    const Labels shared = shared_labels(node);
    const bool scores = all_are(node, Kind::scores);
    if (shared && *shared == *items.classes && (scores || all_are(node, Kind::logits))) {
      result.before = score_mean(items, equal_weights(items), !scores);
    }
    result.after = score(items, [&](std::size_t i, std::vector<double>& numbers) {
      numbers = fit.bias;
      for (std::size_t c = 0; c < data.classes; ++c) {
        for (std::size_t d = 0; d < data.features; ++d) {
          numbers[c] += fit.weight[c * data.features + d] *
                        static_cast<double>(data.inputs[i * data.features + d]);
        }
      }
      softmax(numbers);
    });
    result.gap = fit.gap;
    result.iterations = fit.iterations;
    result.converged = fit.converged;
    return result;
  }
};

}  // namespace

Fittable& weighted_fit() {
  static WeightedFit fit;
  return fit;
}

Fittable& stack_fit() {
  static StackingFit fit;
  return fit;
}

}  // namespace melgraph::combiners
