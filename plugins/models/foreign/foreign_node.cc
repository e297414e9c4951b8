#include "models/foreign/foreign_node.h"

#include <ATen/TensorOperators.h>

#include <filesystem>
#include <utility>

namespace melgraph {

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

std::string ForeignNode::wrong_input_hint(const at::Tensor& input) const {
  return "check that the network takes an input of " + shape_text(input);
}

void ForeignNode::open(OpenContext& context) {
  file_ = context.params().string("file");
  if (!context.trust_code()) {
    throw Error(ErrorCode::usage,
                "node `" + context.node_id() + "`: " + file_ + " is " + kind_ +
                    ", a program that can do anything on this machine",
                "if you trust whoever made it, run with --trust-code");
  }
  if (!std::filesystem::is_regular_file(file_)) {
    throw Error(ErrorCode::io, file_ + ": there is no such file",
                "paths are relative to the graph file");
  }
  classes_ = context.output("logits").size_of("class");
  activation_ = context.params().string("activation");
  load(file_, context);
}

void ForeignNode::process(ProcessContext& context) {
  const at::Tensor& input = context.input("features");
  at::Tensor logits;
  try {
    logits = forward(input);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorCode::run_time, file_ + ": forward failed: " + reason(error),
                wrong_input_hint(input));
  }
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

}  // namespace melgraph
