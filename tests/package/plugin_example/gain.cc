#include <melgraph/plugin.h>

#include <cmath>

using namespace melgraph;

namespace {

class Gain final : public Node {
 public:
  void open(OpenContext& context) override {
    factor_ = std::pow(10.0, context.params().number("gain") / 20);
  }

  void process(ProcessContext& context) override {
    context.set_output("audio", context.input("audio").mul(factor_));
  }

 private:
  double factor_ = 1;
};

Descriptor describe_gain() {
  Descriptor d;
  d.id = "example.gain";
  d.summary = "Make sound louder or quieter";
  d.inputs = {{"audio", "Sound", {Kind::audio}, {"window", "channel", "sample"}}};
  d.outputs = {{"audio", "The same sound, louder"}};
  d.params = {ParamSpec::number("gain", "Gain").range(-120, 120).in("dB").otherwise(6)};
  return d;
}

void infer_gain(InferContext& context) {
  context.set_output("audio", context.input("audio"));
}

}  // namespace

MELGRAPH_PLUGIN(registrar) {
  registrar.add<Gain>(describe_gain(), infer_gain);
}
