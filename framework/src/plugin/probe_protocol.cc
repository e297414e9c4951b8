#include "plugin/probe_protocol.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "melgraph/error.h"
#include "plugin/verdict_json.h"

namespace melgraph {

using nlohmann::json;

namespace {

/// Write on one line; texts of plugins may be no UTF-8.
std::string to_line(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

[[noreturn]] void throw_broken() {
  throw Error(ErrorCode::internal, "melgraph-probe was sent something that is no request");
}

}  // namespace

std::string probe_request(std::string_view path) {
  return std::to_string(path.size()) + " " + std::string(path) + "\n";
}

std::optional<std::string> take_probe_request(std::string& buffer) {
  const std::size_t space = buffer.find(' ');
  if (space == std::string::npos) {
    if (buffer.size() > 20) throw_broken();
    return std::nullopt;
  }
  std::size_t length = 0;
  const char* const end = buffer.data() + space;
  const auto [rest, error] = std::from_chars(buffer.data(), end, length);
  if (error != std::errc() || rest != end || length > max_probe_message) throw_broken();
  const std::size_t total = space + 1 + length + 1;
  if (buffer.size() < total) return std::nullopt;
  if (buffer[total - 1] != '\n') throw_broken();
  std::string path = buffer.substr(space + 1, length);
  buffer.erase(0, total);
  return path;
}

std::string probe_ready(const std::string& stamp) {
  return to_line({{"ready", stamp}});
}

std::optional<std::string> parse_probe_ready(const std::string& line) {
  const json object = json::parse(line, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  const auto ready = object.find("ready");
  if (ready == object.end() || !ready->is_string()) return std::nullopt;
  return ready->get<std::string>();
}

std::string probe_answer(const ProbeVerdict& verdict) {
  return to_line(verdict_to_json(verdict));
}

std::optional<ProbeVerdict> parse_probe_answer(const std::string& line) {
  try {
    return verdict_from_json(json::parse(line));
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace melgraph
