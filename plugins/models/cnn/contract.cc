#include "models/cnn/contract.h"

#include <string>
#include <utility>
#include <vector>

namespace melgraph {
namespace {

using Shape = std::vector<std::int64_t>;

const Shape* shape_of(const WeightsHeader& header, const std::string& name) {
  const auto found = header.tensors.find(name);
  return found == header.tensors.end() ? nullptr : &found->second.shape;
}

/// Read from the weights how many channels each block has.
Shape channels_of(const WeightsHeader& header) {
  Shape channels;
  while (true) {
    const Shape* shape =
        shape_of(header, "features." + std::to_string(4 * channels.size()) + ".weight");
    if (shape == nullptr || shape->size() != 4) return channels;
    channels.push_back(shape->front());
  }
}

std::string list_text(const Shape& numbers) {
  std::string text = "[";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(numbers[i]);
  }
  return text + "]";
}

/// Report where `weights` are not for this network; return whether they are.
bool check_weights(InferContext& context, const WeightsHeader& header, const Shape& channels) {
  const char* hint = "name weights in safetensors that were trained with model.cnn";
  const Shape* bn0 = shape_of(header, "bn0.weight");
  const Shape* classifier = shape_of(header, "classifier.weight");
  for (const auto& [name, shape, rank] :
       {std::tuple{"bn0.weight", bn0, 1u}, std::tuple{"classifier.weight", classifier, 2u}}) {
    if (shape == nullptr || shape->size() != rank || shape->front() < 1) {
      context.report_param(
          "weights",
          std::string("the file has no tensor `") + name + "` of rank " + std::to_string(rank),
          hint);
      return false;
    }
  }
  const Shape in_file = channels_of(header);
  if (in_file != channels) {
    context.report_param(
        "channels",
        "the weights are for channels " + list_text(in_file) + ", not " + list_text(channels),
        "set \"channels\": " + list_text(in_file));
    return false;
  }
  if (classifier->at(1) != 2 * channels.back()) {
    context.report_param("weights",
                         "`classifier.weight` takes " + std::to_string(classifier->at(1)) +
                             " numbers, this network gives " + std::to_string(2 * channels.back()),
                         hint);
    return false;
  }
  return true;
}

void check_input(InferContext& context, std::int64_t mel, std::size_t blocks) {
  const PortSpec& input = context.input("features");
  const std::int64_t channel = input.size_of("channel");
  if (channel != unknown_size && channel != 1) {
    context.report_input("features", 0,
                         "the network takes one channel, this input has " + std::to_string(channel),
                         "use a view with \"channels\": 1");
  }
  const std::int64_t bands = input.size_of("mel");
  if (bands != unknown_size && bands != mel) {
    context.report_input("features", 0,
                         "the weights are for " + std::to_string(mel) +
                             " mel bands, this input has " + std::to_string(bands),
                         "use the front end that the network was trained with");
  }
  const std::int64_t least = std::int64_t{1} << blocks;
  for (const auto& [axis, size] : {std::pair{"time", input.size_of("time")}, {"mel", mel}}) {
    if (size != unknown_size && size < least) {
      context.report_input("features", 0,
                           std::string("axis ") + axis + " has size " + std::to_string(size) +
                               "; " + std::to_string(blocks) + " blocks that halve it need at " +
                               "least " + std::to_string(least),
                           "use a longer window or fewer entries in `channels`");
    }
  }
}

PortSpec vector_spec(Kind kind, std::int64_t size, Labels labels = nullptr) {
  PortSpec spec;
  spec.kind = kind;
  spec.axes = {{"window"}, {kind == Kind::embedding ? "embedding" : "class", size}};
  spec.labels = std::move(labels);
  return spec;
}

}  // namespace

Descriptor describe_cnn() {
  Descriptor d;
  d.id = "model.cnn";
  d.summary = "Small VGG-like network over log-mel features, one label an item (softmax)";
  d.description =
      "Batch norm over the mel axis, then for each entry of `channels` a 3x3 convolution without "
      "bias, batch norm, ReLU and 2x2 max pooling; global mean and global maximum over time and "
      "mel, joined, go through one linear layer. Any length in time fits. With the default "
      "channels and 64 bands it has 393578 parameters and is the network of the bundle "
      "`esc10-cnn` (preset `vggish`, windows of 0.975 s, 93.0 % on ESC-10). For inference batch "
      "norm is folded into the convolutions.";
  d.references = {
      "K. Simonyan, A. Zisserman, Very Deep Convolutional Networks, 2015, "
      "https://arxiv.org/abs/1409.1556",
      "Q. Kong et al., PANNs (batch norm over mel, mean and maximum pooling), 2020, "
      "https://arxiv.org/abs/1912.10211",
      "K. J. Piczak, ESC: Dataset for Environmental Sound Classification, ACM MM 2015"};
  d.inputs = {{"features",
               "Log-mel features, one channel, with as many bands as the weights are for",
               {Kind::features},
               {"window", "channel", "time", "mel"}}};
  d.outputs = {{"scores", "Softmax of the logits: they sum to 1"},
               {"logits", "Output of the last layer"},
               {"embedding", "Mean and maximum of the last block: 2 x the last of `channels`"}};
  d.params = {
      ParamSpec::file("weights",
                      "Weights as safetensors: bn0, features.N (a Sequential), classifier")
          .is_required(),
      ParamSpec::labels("labels",
                        "Class names, one a class; null: those in the metadata of the weights")
          .or_null(),
      ParamSpec::integers("channels", "Channels of each block, first to last; 1 to 16 blocks")
          .range(1, 65536)
          .otherwise(std::vector<std::int64_t>{32, 64, 128, 256})};
  return d;
}

void infer_cnn(InferContext& context) {
  const Shape& channels = context.params().integers("channels");
  if (channels.empty() || channels.size() > 16) {
    context.report_param("channels",
                         "the network has 1 to 16 blocks, not " + std::to_string(channels.size()),
                         "name the channels of each block, such as [32, 64, 128, 256]");
    return;
  }
  const WeightsHeader* header = context.weights("weights");
  if (header == nullptr || !check_weights(context, *header, channels)) return;
  check_input(context, shape_of(*header, "bn0.weight")->front(), channels.size());

  const std::int64_t classes = shape_of(*header, "classifier.weight")->front();
  const Labels labels = context.labels("labels", "weights");
  if (labels && static_cast<std::int64_t>(labels->size()) != classes) {
    context.report_param(context.params().is_null("labels") ? "weights" : "labels",
                         "there are " + std::to_string(labels->size()) +
                             " class names, but the weights are for " + std::to_string(classes) +
                             " classes",
                         "give one name a class, in the order of the weights");
  }
  context.set_output("scores", vector_spec(Kind::scores, classes, labels));
  context.set_output("logits", vector_spec(Kind::logits, classes, labels));
  context.set_output("embedding", vector_spec(Kind::embedding, 2 * channels.back()));
}

}  // namespace melgraph
