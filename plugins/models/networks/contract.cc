#include "models/networks/contract.h"

#include <utility>

#include "models/networks/network_params.h"

namespace melgraph {
namespace {

void add_params(const NetworkType& type, Descriptor& d) {
  d.params = {
      ParamSpec::file("weights",
                      "Weights with the names of the authors' state dict: safetensors, or a .pth "
                      "file of tensors only")
          .or_null(),
      ParamSpec::labels("labels",
                        "Class names, one a class; null: those in the metadata of the weights")
          .or_null(),
      ParamSpec::integer("classes",
                         "Number of classes; null: as many as labels, else as the "
                         "weights have, else " +
                             std::to_string(type.classes))
          .range(1, 1 << 20)
          .or_null(),
      ParamSpec::string("activation", "Function that makes scores of the logits")
          .one_of({"softmax", "sigmoid"})
          .otherwise(type.scores == Scores::softmax ? "softmax" : "sigmoid"),
      ParamSpec::string("cut_at",
                        "Name of the layer that the network ends at: `embedding` is then its "
                        "output, averaged over space, and there are no scores")
          .or_null(),
      ParamSpec::strings("layers",
                         "Names of up to four layers whose outputs the ports layer1 to layer4 give")
          .otherwise(std::vector<std::string>{}),
      ParamSpec::string("adapt_channels",
                        "How a first convolution for another number of input channels (C) is "
                        "brought to that of the input (n): mean: each gets the mean; sum: each "
                        "gets the sum divided by n; repeat: channel i gets channel i mod C, "
                        "times C / n")
          .one_of({"none", "mean", "sum", "repeat"})
          .otherwise("none"),
      ParamSpec::boolean("replace_head", "Begin a new last layer instead of loading it")
          .otherwise(false),
      ParamSpec::string("load_until",
                        "Name of the last layer whose weights are loaded; the rest begins anew")
          .or_null(),
      ParamSpec::string("freeze_until", "Name of the last layer that training leaves as it is")
          .or_null(),
      ParamSpec::strings("allow_missing",
                         "Names of tensors that the weights may lack; a trailing * matches any "
                         "rest")
          .otherwise(std::vector<std::string>{}),
      ParamSpec::strings("allow_unexpected",
                         "Names of tensors that the weights may have beside; a trailing * matches "
                         "any rest")
          .otherwise(std::vector<std::string>{}),
      ParamSpec::string("init",
                        "Random numbers that what is not loaded begins with; authors: as the "
                        "network's authors do; null: as authors, but weights are needed")
          .one_of({"authors", "torch", "kaiming", "xavier", "truncated_normal"})
          .or_null(),
      ParamSpec::integer("seed", "Seed of the random numbers").range(0, 4294967295.0).otherwise(0)};
  if (type.has_dropout) {
    d.params.push_back(
        ParamSpec::number("dropout", "Probability of a dropout in training; null: the authors'")
            .range(0, 1)
            .or_null());
  }
  if (type.has_stochastic_depth) {
    d.params.push_back(ParamSpec::number("stochastic_depth",
                                         "Probability that training leaves out the last block, "
                                         "less for those before; null: the authors'")
                           .range(0, 1)
                           .or_null());
  }
  if (type.has_auxiliary_heads) {
    d.params.push_back(
        ParamSpec::boolean("auxiliary_heads", "Have the auxiliary classifiers, for training")
            .otherwise(false));
  }
  if (type.has_transform_input) {
    d.params.push_back(ParamSpec::boolean("transform_input",
                                          "Take an input normalised with ImageNet's statistics "
                                          "to [-1, 1] first, as torchvision does with pretrained "
                                          "weights")
                           .otherwise(false));
  }
  if (type.has_bottleneck) {
    d.params.push_back(
        ParamSpec::integer("bottleneck", "Features of a layer before the classifier; null: none")
            .range(1, 1 << 16)
            .or_null());
  }
}

PortSpec vector_spec(Kind kind, std::int64_t size, Labels labels = nullptr) {
  PortSpec spec;
  spec.kind = kind;
  spec.axes = {{"window"}, {kind == Kind::embedding ? "embedding" : "class", size}};
  spec.labels = std::move(labels);
  return spec;
}

/// Describe the output of a layer; its axes are called as those of the input where it has as many.
PortSpec layer_spec(const Layer& layer, const PortSpec& input) {
  if (layer.size.size() == 1) return vector_spec(Kind::embedding, layer.size.front());
  PortSpec spec;
  spec.kind = Kind::features;
  spec.axes = {{"window"}};
  for (std::size_t i = 0; i < layer.size.size(); ++i) {
    const bool same = layer.size.size() + 1 == input.axes.size();
    spec.axes.push_back(
        {same ? input.axes[i + 1].name : "axis" + std::to_string(i + 1), layer.size[i]});
  }
  return spec;
}

}  // namespace

Descriptor describe_network(const NetworkType& type) {
  Descriptor d;
  d.id = type.id;
  d.summary = type.summary;
  d.description = type.description;
  d.references = type.references;
  if (type.takes_sound) {
    d.inputs = {{"audio", "Samples", {Kind::audio}, {"window", "channel", "sample"}}};
  } else {
    d.inputs = {{"features",
                 "Features as an image: channel, height, width",
                 {Kind::features},
                 {"window", "channel", "*", "*"}}};
  }
  d.outputs = {{"scores", "The logits after `activation`", true},
               {"logits", "Output of the last layer", true},
               {"embedding", "What the last layer takes, or the output of the layer `cut_at`"},
               {"layer1", "Output of the first of `layers`", true},
               {"layer2", "Output of the second of `layers`", true},
               {"layer3", "Output of the third of `layers`", true},
               {"layer4", "Output of the fourth of `layers`", true}};
  add_params(type, d);
  return d;
}

void infer_network(const NetworkType& type, InferContext& context) {
  const Params& params = context.params();
  std::map<std::string, Size> file;
  const WeightsHeader* header = nullptr;
  if (!params.is_null("weights")) {
    header = context.weights("weights");
    if (header == nullptr) return;
    for (const auto& [name, tensor] : header->tensors) file[name] = tensor.shape;
  }
  const bool own_labels = header != nullptr && !params.boolean("replace_head");
  const Labels labels = context.labels("labels", own_labels ? "weights" : "");
  if (!params.is_null("labels") && !labels) return;
  const std::string port = input_port(type);
  const PortSpec& input = context.input(port);
  const NetworkChoice choice =
      choose_network(type, params, input, header != nullptr ? &file : nullptr,
                     labels ? static_cast<std::int64_t>(labels->size()) : 0);
  for (const NetworkFinding& finding : choice.findings) {
    if (finding.param.empty()) {
      context.report_input(port, 0, finding.message, finding.hint);
    } else {
      context.report_param(finding.param, finding.message, finding.hint);
    }
  }
  if (!choice.findings.empty()) return;
  const Network& network = choice.network;
  if (network.logits >= 0) {
    context.set_output("scores", vector_spec(Kind::scores, choice.classes, labels));
    context.set_output("logits", vector_spec(Kind::logits, choice.classes, labels));
  }
  // Averaged over space where there is any.
  const Layer& last = network.layers[static_cast<std::size_t>(network.embedding)];
  context.set_output("embedding", vector_spec(Kind::embedding, last.size.front()));
  for (std::size_t i = 0; i < choice.layers.size(); ++i) {
    const Layer& layer = network.layers[static_cast<std::size_t>(choice.layers[i])];
    context.set_output("layer" + std::to_string(i + 1), layer_spec(layer, input));
  }
}

}  // namespace melgraph
