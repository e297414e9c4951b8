#include "sharpen.h"

#include <ATen/core/Tensor.h>
#include <melgraph/node.h>

using namespace melgraph;

Descriptor describe_sharpen() {
  Descriptor d;
  d.id = "example.sharpen";
  d.summary = "Raise scores to a power and make them sum to 1 again";
  d.inputs = {{"scores", "Class scores", {Kind::scores}, {"window|clip", "class"}}};
  d.outputs = {{"scores", "The same classes"}};
  d.params = {ParamSpec::number("power", "Exponent").above(0).otherwise(2)};
  return d;
}

void infer_sharpen(InferContext& context) {
  context.set_output("scores", context.input("scores"));
}

namespace {

class Sharpen final : public Node {
 public:
  void open(OpenContext& context) override { power_ = context.params().number("power"); }

  void process(ProcessContext& context) override {
    const at::Tensor raised = context.input("scores").pow(power_);
    context.set_output("scores", raised.div(raised.sum(1, true)));
  }

 private:
  double power_ = 2;
};

}  // namespace

std::unique_ptr<Node> make_sharpen() {
  return std::make_unique<Sharpen>();
}
