#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/stack.h>

#include <string>
#include <vector>

#include "models/combiners/combiner.h"
#include "models/combiners/contract_common.h"
#include "models/combiners/fit_nodes.h"
#include "models/combiners/nodes.h"

namespace melgraph {
namespace {

/// Weights of the linear layer on the device.
struct Linear {
  at::Tensor weight;  ///< [class, classes of all members]
  at::Tensor bias;    ///< [class]
};

at::Tensor finite_tensor(const StateDict& state, const char* name, const std::string& file) {
  at::Tensor tensor = state.tensors.find(name)->second.to(at::kFloat);
  if (!tensor.isfinite().all().item<bool>()) {
    throw Error(ErrorCode::invalid_graph,
                file + ": `" + name + "` holds a number that is not finite",
                "train the layer again, or name another file");
  }
  return tensor;
}

class Stack final : public Node {
 public:
  void open(OpenContext& context) override {
    activation_ = context.params().string("activation");
    for (std::size_t i = 0; i < context.input_count("scores"); ++i) {
      agreement_ = agreement_ &&
                   combiners::has_classes_of(context.input("scores", i), context.output("scores"));
    }
    linear_ = context.shared<Linear>("linear", [&context] {
      const auto state = context.weights("weights");
      const std::string& file = context.params().string("weights");
      auto linear = std::make_shared<Linear>();
      linear->weight = finite_tensor(*state, "weight", file).to(context.device());
      linear->bias = finite_tensor(*state, "bias", file).to(context.device());
      return linear;
    });
  }

  void* capability(std::string_view id) override {
    return id == fittable_id ? &combiners::stack_fit() : nullptr;
  }

  void process(ProcessContext& context) override {
    std::vector<at::Tensor> parts;
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < context.input_count("scores"); ++i) {
      const at::Tensor& member = context.input("scores", i);
      const std::int64_t classes = member.size(1);
      if (begin + classes > linear_->weight.size(1)) break;
      parts.push_back(at::matmul(member, linear_->weight.narrow(1, begin, classes).t()));
      begin += classes;
    }
    if (begin != linear_->weight.size(1) || parts.size() != context.input_count("scores")) {
      throw Error(ErrorCode::run_time,
                  "the members do not give the " + std::to_string(linear_->weight.size(1)) +
                      " numbers that `weight` takes",
                  "wire the members that it was trained with, in their order");
    }
    const at::Tensor contribution = at::stack(parts, 1);
    at::Tensor scores = contribution.sum(1) + linear_->bias;
    if (activation_ == "softmax") scores = scores.softmax(1);
    if (activation_ == "sigmoid") scores = scores.sigmoid();
    if (agreement_) context.set_output("agreement", combiners::agreement(context, scores));
    context.set_output("scores", std::move(scores));
    context.set_output("contribution", contribution);
  }

 private:
  std::shared_ptr<const Linear> linear_;
  std::string activation_;
  bool agreement_ = true;
};

}  // namespace

std::unique_ptr<Node> make_combine_stack() {
  return std::make_unique<Stack>();
}

}  // namespace melgraph
