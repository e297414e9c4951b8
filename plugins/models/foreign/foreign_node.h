#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "melgraph/node.h"

namespace melgraph {

/// Network that is code in a file. It is loaded only where the user trusts it; what it gives is
/// checked, because nothing is known of it.
class ForeignNode : public Node {
 public:
  void open(OpenContext& context) override;
  void process(ProcessContext& context) override;

 protected:
  /// `kind` is for messages: `TorchScript`.
  explicit ForeignNode(std::string kind) : kind_(std::move(kind)) {}

  /// Load the file. Throws `Error` (invalid_graph) where it is none of its kind, (device) where it
  /// was made for another processor.
  virtual void load(const std::string& file, OpenContext& context) = 0;
  /// Compute [item, class]; what it throws becomes an `Error` with `wrong_input_hint`.
  virtual at::Tensor forward(const at::Tensor& input) = 0;
  /// Say what may be wrong where `forward` failed on `input`.
  virtual std::string wrong_input_hint(const at::Tensor& input) const;

  const std::string& file() const { return file_; }
  std::int64_t classes() const { return classes_; }

 private:
  std::string kind_;
  std::string file_;
  std::string activation_;
  std::int64_t classes_ = 0;
};

/// Return the message of an exception without LibTorch's back trace.
std::string reason(const std::exception& error);

/// Write the sizes of a tensor as `[2, 1, 96, 64]`.
std::string shape_text(const at::Tensor& tensor);

std::unique_ptr<Node> make_torchscript();
std::unique_ptr<Node> make_aoti();

}  // namespace melgraph
