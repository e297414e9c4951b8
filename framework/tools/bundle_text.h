#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "graph/bundle.h"

namespace melgraph::cli {

/// Describe a bundle for people; its texts are made safe to print.
std::string bundle_text(const Bundle& bundle);

/// Describe a bundle for programs.
nlohmann::ordered_json bundle_json(const Bundle& bundle);

}  // namespace melgraph::cli
