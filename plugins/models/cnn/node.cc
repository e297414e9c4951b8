#include "models/cnn/node.h"

#include "models/cnn/cnn_net.h"

namespace melgraph {
namespace {

class Cnn final : public Node {
 public:
  void open(OpenContext& context) override {
    folded_ = context.shared<FoldedCnn>("folded", [&context] {
      const std::shared_ptr<const StateDict> state = context.weights("weights");
      CnnShape shape;
      shape.mel = state->tensors.at("bn0.weight").size(0);
      shape.classes = context.output("logits").size_of("class");
      shape.channels = context.params().integers("channels");
      return std::make_shared<FoldedCnn>(
          fold_cnn(*state, shape, context.device(), context.params().string("weights")));
    });
  }

  void process(ProcessContext& context) override {
    CnnOutputs outputs = folded_->forward(context.input("features"));
    context.set_output("scores", outputs.logits.softmax(1));
    context.set_output("logits", std::move(outputs.logits));
    context.set_output("embedding", std::move(outputs.embedding));
  }

 private:
  std::shared_ptr<const FoldedCnn> folded_;
};

}  // namespace

std::unique_ptr<Node> make_cnn() {
  return std::make_unique<Cnn>();
}

}  // namespace melgraph
