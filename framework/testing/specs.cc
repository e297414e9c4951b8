#include <utility>

#include "melgraph/testing/node_runner.h"

namespace melgraph::testing {

PortSpec audio_spec(int sample_rate, std::int64_t channels, std::int64_t samples) {
  PortSpec spec;
  spec.kind = Kind::audio;
  spec.axes = {{"window"}, {"channel", channels}, {"sample", samples}};
  spec.sample_rate = sample_rate;
  return spec;
}

PortSpec features_spec(std::int64_t channels, std::int64_t time, std::int64_t mel) {
  PortSpec spec;
  spec.kind = Kind::features;
  spec.axes = {{"window"}, {"channel", channels}, {"time", time}, {"mel", mel}};
  return spec;
}

PortSpec scores_spec(Kind kind, std::int64_t classes, Labels labels, const std::string& item_axis) {
  PortSpec spec;
  spec.kind = kind;
  spec.axes = {{item_axis}, {kind == Kind::embedding ? "embedding" : "class", classes}};
  spec.labels = std::move(labels);
  return spec;
}

PortSpec values_spec() {
  PortSpec spec;
  spec.kind = Kind::values;
  spec.axes = {{"window"}};
  return spec;
}

Labels make_labels(std::vector<std::string> names) {
  return std::make_shared<const std::vector<std::string>>(std::move(names));
}

}  // namespace melgraph::testing
