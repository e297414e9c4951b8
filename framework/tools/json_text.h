#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace melgraph::cli {

/// Write a document for people and programs: indented, ended by a newline. Paths are bytes: what is
/// not UTF-8 in them becomes U+FFFD.
inline std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace melgraph::cli
