#pragma once

#include <melgraph/plugin.h>

#include <string>
#include <utility>

// A node type that is right in every way, for the plugins in this folder to be wrong around.
namespace {

class Gain : public melgraph::Node {
 public:
  void open(melgraph::OpenContext& context) override { gain_ = context.params().number("gain"); }

  void process(melgraph::ProcessContext& context) override {
    context.set_output("values", context.input("values").mul(gain_));
  }

 private:
  double gain_ = 1;
};

inline melgraph::Descriptor describe_gain(std::string id) {
  melgraph::Descriptor descriptor;
  descriptor.id = std::move(id);
  descriptor.summary = "Multiply by a number";
  descriptor.inputs = {{"values", "what to multiply", {melgraph::Kind::values}, {"window"}}};
  descriptor.outputs = {{"values", "the product"}};
  descriptor.params = {melgraph::ParamSpec::number("gain", "factor").otherwise(2)};
  return descriptor;
}

inline void infer_gain(melgraph::InferContext& context) {
  context.set_output("values", context.input("values"));
}

}  // namespace
