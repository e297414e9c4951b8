#include "models/yamnet/contract.h"

#include <string>
#include <utility>

namespace melgraph {
namespace {

/// Report where the size of an axis is known and another one than wanted.
void check_axis(InferContext& context, const char* axis, std::int64_t wanted, const char* hint) {
  const std::int64_t size = context.input("features").size_of(axis);
  if (size == unknown_size || size == wanted) return;
  context.report_input("features", 0,
                       std::string("YAMNet takes ") + axis + " " + std::to_string(wanted) +
                           ", this input has " + axis + " " + std::to_string(size),
                       hint);
}

PortSpec vector_spec(Kind kind, std::int64_t size, Labels labels = nullptr) {
  PortSpec spec;
  spec.kind = kind;
  spec.axes = {{"window"}, {kind == Kind::embedding ? "embedding" : "class", size}};
  spec.labels = std::move(labels);
  return spec;
}

}  // namespace

Descriptor describe_yamnet() {
  Descriptor d;
  d.id = "model.yamnet";
  d.summary = "YAMNet: MobileNet-v1 over log-mel patches, 521 AudioSet classes";
  d.description =
      "Tags windows of 0.96 s of sound with AudioSet's classes, each by itself (sigmoid), or gives "
      "an embedding of 1024 numbers. Feed it with `frontend.mel`, preset `yamnet`, from a view of "
      "16000 Hz, one channel, window 0.975. Batch norm is folded into the weights. The number of "
      "classes is that of the weights, so that a network with another last layer runs too.";
  d.references = {
      "M. Plakal, D. Ellis, YAMNet, "
      "https://github.com/tensorflow/models/tree/master/research/audioset/yamnet",
      "A. G. Howard et al., MobileNets, 2017, https://arxiv.org/abs/1704.04861",
      "J. F. Gemmeke et al., Audio Set, ICASSP 2017"};
  d.inputs = {{"features",
               "Natural log of 64 mel bands by 96 frames of 10 ms, as preset `yamnet` makes them",
               {Kind::features},
               {"window", "channel", "time", "mel"}}};
  d.outputs = {{"scores", "Sigmoid of the logits: each class by itself, in [0, 1]"},
               {"logits", "Output of the last layer"},
               {"embedding", "Mean of the last convolution over time and mel: 1024 numbers >= 0"}};
  d.params = {ParamSpec::file("weights",
                              "Weights as safetensors: layer1.conv, layerN.depthwise_conv and "
                              "layerN.pointwise_conv for N in 2..14, classifier")
                  .is_required(),
              ParamSpec::labels(
                  "labels", "Class names, one a class; null: those in the metadata of the weights")
                  .or_null()};
  return d;
}

void infer_yamnet(InferContext& context) {
  check_axis(context, "channel", 1, "use a view with \"channels\": 1");
  check_axis(context, "mel", yamnet_mel, "use frontend.mel with preset `yamnet`");
  check_axis(context, "time", yamnet_time,
             "use a view of 16000 Hz with \"window\": 0.975 and frontend.mel with preset `yamnet`");

  const WeightsHeader* header = context.weights("weights");
  if (header == nullptr) return;
  const auto classifier = header->tensors.find("classifier.weight");
  if (classifier == header->tensors.end()) {
    context.report_param("weights", "the file has no tensor `classifier.weight`",
                         "name weights of YAMNet in safetensors");
    return;
  }
  const std::vector<std::int64_t>& shape = classifier->second.shape;
  if (shape.size() != 2 || shape[1] != yamnet_embedding || shape[0] < 1) {
    context.report_param("weights",
                         "`classifier.weight` has not the shape [classes, 1024] of YAMNet's",
                         "name weights of YAMNet in safetensors");
    return;
  }
  const Labels labels = context.labels("labels", "weights");
  if (labels && static_cast<std::int64_t>(labels->size()) != shape[0]) {
    context.report_param(context.params().is_null("labels") ? "weights" : "labels",
                         "there are " + std::to_string(labels->size()) +
                             " class names, but the weights are for " + std::to_string(shape[0]) +
                             " classes",
                         "give one name a class, in the order of the weights");
  }
  context.set_output("scores", vector_spec(Kind::scores, shape[0], labels));
  context.set_output("logits", vector_spec(Kind::logits, shape[0], labels));
  context.set_output("embedding", vector_spec(Kind::embedding, yamnet_embedding));
}

}  // namespace melgraph
