#include "models/yamnet/node.h"

#include "models/yamnet/yamnet_net.h"

namespace melgraph {
namespace {

class Yamnet final : public Node {
 public:
  void open(OpenContext& context) override {
    prepared_ = context.shared<PreparedYamnet>("prepared", [&context] {
      return std::make_shared<PreparedYamnet>(
          prepare_yamnet(*context.weights("weights"), context.output("logits").size_of("class"),
                         context.device(), context.params().string("weights")));
    });
  }

  void process(ProcessContext& context) override {
    YamnetOutputs outputs = prepared_->forward(context.input("features"));
    context.set_output("scores", outputs.logits.sigmoid());
    context.set_output("logits", std::move(outputs.logits));
    context.set_output("embedding", std::move(outputs.embedding));
  }

 private:
  std::shared_ptr<const PreparedYamnet> prepared_;
};

}  // namespace

std::unique_ptr<Node> make_yamnet() {
  return std::make_unique<Yamnet>();
}

}  // namespace melgraph
