#include "models/torchscript/node.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>
#include <string>
#include <utility>

namespace melgraph {
namespace {

/// Return the message without LibTorch's back trace.
std::string reason(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  return torch_error != nullptr ? torch_error->what_without_backtrace() : error.what();
}

std::string shape_text(const at::Tensor& tensor) {
  std::string text = "[";
  for (std::int64_t i = 0; i < tensor.dim(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(tensor.size(i));
  }
  return text + "]";
}

class TorchScript final : public Node {
 public:
  void open(OpenContext& context) override {
    file_ = context.params().string("file");
    if (!context.trust_code()) {
      throw Error(ErrorCode::usage,
                  "node `" + context.node_id() + "`: " + file_ +
                      " is TorchScript, a program that can do anything on this machine",
                  "if you trust whoever made it, run with --trust-code");
    }
    if (!std::filesystem::is_regular_file(file_)) {
      throw Error(ErrorCode::io, file_ + ": there is no such file",
                  "paths are relative to the graph file");
    }
    try {
      module_ = torch::jit::load(file_, context.device());
      module_.eval();
    } catch (const std::exception& error) {
      throw Error(ErrorCode::invalid_graph, file_ + " is no TorchScript archive: " + reason(error),
                  "save it with torch.jit.save");
    }
    classes_ = context.output("logits").size_of("class");
    activation_ = context.params().string("activation");
  }

  void process(ProcessContext& context) override {
    const at::Tensor& input = context.input("features");
    at::Tensor logits = forward(input);
    if (logits.dim() != 2 || logits.size(0) != input.size(0) || logits.size(1) != classes_) {
      throw Error(ErrorCode::run_time,
                  file_ + ": forward gave " + shape_text(logits) + " for an input of " +
                      shape_text(input) + ", wanted [" + std::to_string(input.size(0)) + ", " +
                      std::to_string(classes_) + "]",
                  "check `labels` or `classes`, and what the network expects as input");
    }
    if (!logits.is_floating_point() || logits.device() != input.device()) {
      throw Error(ErrorCode::run_time,
                  file_ + ": forward gave " + logits.toString() + " on " + logits.device().str() +
                      ", wanted floating point numbers on " + input.device().str());
    }
    logits = logits.to(at::kFloat);
    context.set_output("scores", activation_ == "softmax"   ? logits.softmax(1)
                                 : activation_ == "sigmoid" ? logits.sigmoid()
                                                            : logits);
    context.set_output("logits", std::move(logits));
  }

 private:
  at::Tensor forward(const at::Tensor& input) {
    c10::IValue result;
    try {
      // A program may write into its argument, which others still read.
      result = module_.forward({input.clone()});
    } catch (const std::exception& error) {
      throw Error(ErrorCode::run_time, file_ + ": forward failed: " + reason(error),
                  "check that the network takes an input of " + shape_text(input));
    }
    if (result.isTuple() && !result.toTupleRef().elements().empty()) {
      result = result.toTupleRef().elements()[0];
    }
    if (!result.isTensor()) {
      throw Error(ErrorCode::run_time,
                  file_ + ": forward gave a " + result.tagKind() + ", wanted a tensor");
    }
    return result.toTensor();
  }

  std::string file_;
  std::string activation_;
  std::int64_t classes_ = 0;
  torch::jit::Module module_;
};

}  // namespace

std::unique_ptr<Node> make_torchscript() {
  return std::make_unique<TorchScript>();
}

}  // namespace melgraph
