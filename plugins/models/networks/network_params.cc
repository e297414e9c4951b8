#include "models/networks/network_params.h"

#include <set>
#include <utility>

#include "melgraph/suggest.h"
#include "models/networks/builder.h"

namespace melgraph {
namespace {

std::string layer_hint(const Network& network, const std::string& wrong) {
  std::vector<std::string> names;
  std::string blocks;
  for (const auto& [name, layer] : network.names) {
    names.push_back(name);
    if (name.find('.') == std::string::npos) blocks += (blocks.empty() ? "" : ", ") + name;
  }
  const std::string near = suggest(wrong, names);
  if (!near.empty()) return "did you mean \"" + near + "\"?";
  return "names of torch modules count, such as " + blocks;
}

class Chooser {
 public:
  Chooser(const NetworkType& type, const Params& params, const PortSpec& input,
          const std::map<std::string, Size>* file, std::int64_t labels)
      : type_(type), params_(params), input_(input), file_(file), labels_(labels) {}

  NetworkChoice run() {
    choice_.has_weights = file_ != nullptr;
    if (file_ == nullptr && params_.is_null("init")) {
      find("weights", "there are no weights",
           "name a file of weights, or say with `init` which random numbers to begin with");
      return std::move(choice_);
    }
    if (!check_axes()) return std::move(choice_);
    replace_head_ = file_ != nullptr && params_.boolean("replace_head");
    if (!choose_classes()) return std::move(choice_);
    if (!build()) return std::move(choice_);
    const std::set<std::string> known = cut();
    choose_layers();
    if (file_ != nullptr && choice_.findings.empty()) compare(known);
    return std::move(choice_);
  }

 private:
  void find(std::string param, std::string message, std::string hint) {
    choice_.findings.push_back({std::move(param), std::move(message), std::move(hint)});
  }

  bool check_axes() {
    if (type_.axes.empty()) return true;
    for (std::size_t i = 0; i < type_.axes.size(); ++i) {
      const std::string& found = input_.axes[input_.axes.size() - type_.axes.size() + i].name;
      if (found == type_.axes[i]) continue;
      find("",
           "the network takes axes " + type_.axes[0] + ", " + type_.axes[1] +
               " in this order, but the input has " + found + " where " + type_.axes[i] +
               " belongs",
           "use the front end that the network was trained with");
      return false;
    }
    return true;
  }

  /// Return the classes that the head in the file has; 0 where it cannot be told.
  std::int64_t classes_in_file() const {
    NetworkOptions options;
    options.input = type_.input;
    options.classes = type_.classes;
    const Network published = type_.build(options);
    if (published.head.empty()) return 0;
    const auto weight = file_->find(published.head.front() + ".weight");
    return weight == file_->end() || weight->second.empty() ? 0 : weight->second.front();
  }

  bool choose_classes() {
    const std::int64_t given = params_.is_null("classes") ? 0 : params_.integer("classes");
    if (given != 0 && labels_ != 0 && given != labels_) {
      find("classes",
           "there are " + std::to_string(labels_) + " class names, but `classes` is " +
               std::to_string(given),
           "leave `classes` out");
      return false;
    }
    const std::int64_t wanted = given != 0 ? given : labels_;
    const std::int64_t held = file_ != nullptr && !replace_head_ ? classes_in_file() : 0;
    if (held != 0 && wanted != 0 && held != wanted) {
      find(given != 0 ? "classes" : "labels",
           "there are " + std::to_string(wanted) + (given != 0 ? " `classes`" : " class names") +
               ", but the weights are for " + std::to_string(held) + " classes",
           "give one name a class, or `replace_head` to begin a new last layer");
      return false;
    }
    choice_.classes = held != 0 ? held : wanted != 0 ? wanted : type_.classes;
    return true;
  }

  bool build() {
    NetworkOptions options;
    for (std::size_t i = 1; i < input_.axes.size(); ++i) {
      options.input.push_back(input_.axes[i].size);
    }
    if (options.input.front() == unknown_size) {
      find("", "the number of channels of the input is unknown", "say `channels` in the view");
      return false;
    }
    options.classes = choice_.classes;
    if (type_.has_dropout && !params_.is_null("dropout")) {
      options.dropout = params_.number("dropout");
    }
    if (type_.has_stochastic_depth && !params_.is_null("stochastic_depth")) {
      options.stochastic_depth = params_.number("stochastic_depth");
    }
    if (type_.has_auxiliary_heads) options.auxiliary_heads = params_.boolean("auxiliary_heads");
    if (type_.has_transform_input) options.transform_input = params_.boolean("transform_input");
    if (type_.has_bottleneck && !params_.is_null("bottleneck")) {
      options.bottleneck = params_.integer("bottleneck");
    }
    try {
      choice_.network = type_.build(options);
    } catch (const NetworkError& error) {
      find("", error.message, error.hint);
      return false;
    }
    return true;
  }

  /// Return the layer that a string parameter names; -1 where it is null or wrong.
  int layer_of(const char* param) {
    if (params_.is_null(param)) return -1;
    return layer_named(param, params_.string(param));
  }

  int layer_named(const char* param, const std::string& name) {
    const int layer = choice_.network.find(name);
    if (layer < 0) {
      find(param, "the network has no layer \"" + name + "\"", layer_hint(choice_.network, name));
    }
    return layer;
  }

  /// Cut the network; returns the names of all its tensors before.
  std::set<std::string> cut() {
    std::set<std::string> known;
    const int layer = layer_of("cut_at");
    if (layer < 0) return known;
    for (const StateEntry& entry : choice_.network.state()) known.insert(entry.name);
    choice_.network.cut(layer);
    return known;
  }

  void choose_layers() {
    choice_.freeze_until = layer_of("freeze_until");
    const std::vector<std::string>& names = params_.strings("layers");
    if (names.size() > most_named_layers) {
      find("layers",
           "there are ports for " + std::to_string(most_named_layers) + " layers, not " +
               std::to_string(names.size()),
           "use a second node with the same weights: what both compute is computed once");
      return;
    }
    for (const std::string& name : names) choice_.layers.push_back(layer_named("layers", name));
  }

  void compare(const std::set<std::string>& known) {
    WeightsPlanOptions options;
    const std::string& rule = params_.string("adapt_channels");
    choice_.channels = rule == "mean"     ? ChannelRule::mean
                       : rule == "sum"    ? ChannelRule::sum
                       : rule == "repeat" ? ChannelRule::repeat
                                          : ChannelRule::none;
    options.channels = choice_.channels;
    options.load_until = layer_of("load_until");
    options.replace_head = replace_head_;
    options.allow_missing = params_.strings("allow_missing");
    options.allow_unexpected = params_.strings("allow_unexpected");
    options.known = known;
    choice_.weights = plan_weights(type_, choice_.network, *file_, options);
    if (choice_.weights.fits()) return;
    find("weights", "the file does not fit " + type_.id + choice_.weights.findings_text(),
         options.channels == ChannelRule::none && !choice_.weights.misshaped.empty()
             ? "other input channels: set `adapt_channels`; other classes: `replace_head`; else "
               "use weights made for this network"
             : "use weights made for this network, or allow it with `allow_missing`, "
               "`allow_unexpected`, `load_until`");
  }

  const NetworkType& type_;
  const Params& params_;
  const PortSpec& input_;
  const std::map<std::string, Size>* file_;
  std::int64_t labels_;
  bool replace_head_ = false;
  NetworkChoice choice_;
};

}  // namespace

const char* input_port(const NetworkType& type) {
  return type.takes_sound ? "audio" : "features";
}

NetworkChoice choose_network(const NetworkType& type, const Params& params, const PortSpec& input,
                             const std::map<std::string, Size>* file, std::int64_t labels) {
  return Chooser(type, params, input, file, labels).run();
}

}  // namespace melgraph
