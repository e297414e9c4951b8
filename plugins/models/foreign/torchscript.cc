#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "models/foreign/foreign_node.h"

namespace melgraph {
namespace {

class TorchScript final : public ForeignNode {
 public:
  TorchScript() : ForeignNode("TorchScript") {}

 private:
  void load(const std::string& file, OpenContext& context) override {
    try {
      module_ = torch::jit::load(file, context.device());
      module_.eval();
    } catch (const std::exception& error) {
      throw Error(ErrorCode::invalid_graph, file + " is no TorchScript archive: " + reason(error),
                  "save it with torch.jit.save");
    }
  }

  at::Tensor forward(const at::Tensor& input) override {
    // A program may write into its argument, which others still read.
    c10::IValue result = module_.forward({input.clone()});
    if (result.isTuple() && !result.toTupleRef().elements().empty()) {
      result = result.toTupleRef().elements()[0];
    }
    if (!result.isTensor()) {
      throw Error(ErrorCode::run_time,
                  file() + ": forward gave a " + result.tagKind() + ", wanted a tensor");
    }
    return result.toTensor();
  }

  torch::jit::Module module_;
};

}  // namespace

std::unique_ptr<Node> make_torchscript() {
  return std::make_unique<TorchScript>();
}

}  // namespace melgraph
