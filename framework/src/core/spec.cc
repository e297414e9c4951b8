#include "melgraph/spec.h"

namespace melgraph {

const char* to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::audio: return "audio";
    case Kind::features: return "features";
    case Kind::values: return "values";
    case Kind::scores: return "scores";
    case Kind::logits: return "logits";
    case Kind::embedding: return "embedding";
  }
  return "values";
}

const char* to_string(DType dtype) noexcept {
  return dtype == DType::float64 ? "float64" : "float32";
}

const Axis* PortSpec::find_axis(std::string_view name) const noexcept {
  for (const Axis& axis : axes) {
    if (axis.name == name) return &axis;
  }
  return nullptr;
}

std::int64_t PortSpec::size_of(std::string_view name) const noexcept {
  const Axis* axis = find_axis(name);
  return axis != nullptr ? axis->size : unknown_size;
}

std::string to_string(const PortSpec& spec) {
  std::string text = to_string(spec.kind);
  text += ' ';
  text += to_string(spec.dtype);
  text += " [";
  for (std::size_t i = 0; i < spec.axes.size(); ++i) {
    if (i > 0) text += ", ";
    text += spec.axes[i].name;
    if (spec.axes[i].size != unknown_size) text += ' ' + std::to_string(spec.axes[i].size);
  }
  return text + ']';
}

}  // namespace melgraph
