#include "infer_recorder.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "config/axis_patterns.h"
#include "melgraph/weights.h"

namespace melgraph::testing {
namespace {

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error(ErrorCode::io, "cannot read the labels " + path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

std::optional<std::vector<std::string>> read_label_array(const std::string& text) {
  const auto value = nlohmann::json::parse(text, nullptr, false);
  if (!value.is_array()) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& item : value) {
    if (!item.is_string()) return std::nullopt;
    names.push_back(item.get<std::string>());
  }
  return names;
}

const char* dtype_name(at::ScalarType type) {
  switch (type) {
    case at::kDouble: return "F64";
    case at::kFloat: return "F32";
    case at::kHalf: return "F16";
    case at::kBFloat16: return "BF16";
    case at::kLong: return "I64";
    case at::kInt: return "I32";
    case at::kShort: return "I16";
    case at::kChar: return "I8";
    case at::kByte: return "U8";
    default: return "BOOL";
  }
}

}  // namespace

InferRecorder::InferRecorder(const Descriptor& descriptor, const Edges& edges)
    : descriptor_(descriptor), edges_(edges) {}

void InferRecorder::check_wiring() {
  for (const auto& [name, specs] : edges_) {
    const InputPort* port = descriptor_.find_input(name);
    if (port == nullptr) {
      report_input(name, 0, "there is no input port `" + name + "`", "");
      continue;
    }
    if (specs.size() > 1 && !port->variadic) report_input(name, 1, "the port takes one edge", "");
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (std::find(port->kinds.begin(), port->kinds.end(), specs[i].kind) == port->kinds.end()) {
        report_input(name, i, std::string("the port does not take ") + to_string(specs[i].kind),
                     "");
      } else if (!axes_fit(port->axes, specs[i].axes)) {
        report_input(name, i, "the port does not take these axes: " + to_string(specs[i]), "");
      }
    }
  }
  for (const InputPort& port : descriptor_.inputs) {
    if (!port.optional && input_count(port.name) == 0) {
      report_input(port.name, 0, "the port is not wired", "");
    }
  }
}

void InferRecorder::check_outputs() {
  for (const OutputPort& port : descriptor_.outputs) {
    const auto found = outputs_.find(port.name);
    if (found == outputs_.end()) {
      if (port.optional) continue;
      report("infer gave no spec for the output `" + port.name + "`", "");
      continue;
    }
    const std::vector<Axis>& axes = found->second.axes;
    if (axes.empty() ||
        (axes[0].name != "window" && axes[0].name != "clip" && axes[0].name != "event")) {
      report("the output `" + port.name + "` has no item axis `window`, `clip` or `event`", "");
    } else if (axes[0].size != unknown_size) {
      report("the item axis of the output `" + port.name + "` has a size", "");
    }
  }
}

void InferRecorder::set_params(Params params) {
  params_ = std::move(params);
}

bool InferRecorder::has_output(std::string_view port) const {
  return outputs_.find(port) != outputs_.end();
}

const PortSpec& InferRecorder::output(std::string_view port) const {
  const auto found = outputs_.find(port);
  if (found == outputs_.end()) {
    throw Error(ErrorCode::usage, "infer gave no output `" + std::string(port) + "`");
  }
  return found->second;
}

std::size_t InferRecorder::input_count(std::string_view port) const {
  const auto found = edges_.find(port);
  return found == edges_.end() ? 0 : found->second.size();
}

const PortSpec& InferRecorder::input(std::string_view port, std::size_t index) const {
  if (index >= input_count(port)) {
    throw Error(ErrorCode::internal, "infer asked for input " + std::to_string(index) +
                                         " of port `" + std::string(port) + "`, which has " +
                                         std::to_string(input_count(port)));
  }
  return edges_.find(port)->second[index];
}

void InferRecorder::set_output(std::string_view port, PortSpec spec) {
  if (descriptor_.find_output(port) == nullptr) {
    throw Error(ErrorCode::internal, "infer set `" + std::string(port) + "`, no output port");
  }
  outputs_.insert_or_assign(std::string(port), std::move(spec));
}

const WeightsHeader* InferRecorder::weights(std::string_view param) {
  const auto known = headers_.find(param);
  if (known != headers_.end()) return known->second.get();
  auto& header = headers_[std::string(param)];
  try {
    const StateDict state = read_weights(params_.string(param));
    header = std::make_unique<WeightsHeader>();
    for (const auto& [name, tensor] : state.tensors) {
      header->tensors[name] = {dtype_name(tensor.scalar_type()), tensor.sizes().vec()};
    }
    header->metadata = state.metadata;
  } catch (const Error& error) {
    report_param(param, error.what(), error.hint());
  }
  return header.get();
}

Labels InferRecorder::labels(std::string_view param, std::string_view weights_param) {
  if (const ParamValue* value = params_.find(param)) {
    if (const auto* names = std::get_if<std::vector<std::string>>(value)) {
      return make_labels(*names);
    }
    if (const auto* path = std::get_if<std::string>(value)) {
      try {
        return make_labels(read_lines(*path));
      } catch (const Error& error) {
        report_param(param, error.what(), error.hint());
        return nullptr;
      }
    }
  }
  if (weights_param.empty() || params_.is_null(weights_param)) return nullptr;
  const WeightsHeader* header = weights(weights_param);
  if (header == nullptr) return nullptr;
  const auto found = header->metadata.find("labels");
  if (found == header->metadata.end()) return nullptr;
  std::optional<std::vector<std::string>> names = read_label_array(found->second);
  if (!names) {
    report_param(weights_param, "the metadata `labels` is not a JSON array of strings", "");
    return nullptr;
  }
  return make_labels(std::move(*names));
}

void InferRecorder::report(std::string message, std::string hint) {
  findings_.push_back({"", "", 0, std::move(message), std::move(hint)});
}

void InferRecorder::report_param(std::string_view param, std::string message, std::string hint) {
  findings_.push_back({std::string(param), "", 0, std::move(message), std::move(hint)});
}

void InferRecorder::report_input(std::string_view port, std::size_t index, std::string message,
                                 std::string hint) {
  findings_.push_back({"", std::string(port), index, std::move(message), std::move(hint)});
}

}  // namespace melgraph::testing
