#pragma once

#include <optional>
#include <string>

#include "config/json_value.h"
#include "melgraph/diagnostics.h"
#include "melgraph/export.h"

namespace melgraph {

/// Deepest nesting of arrays and objects that `read_json` accepts.
inline constexpr int max_json_depth = 64;

/// Read a JSON document strictly; `//` and `/* */` comments and a byte order mark are allowed.
///
/// Syntax errors, invalid UTF-8, NUL characters, integers beyond 64 bits, numbers beyond the range
/// of a double, nesting deeper than `max_json_depth` and every duplicate key are added to
/// `diagnostics` with line and column. Returns no value where an error was added.
MELGRAPH_API std::optional<JsonValue> read_json(const std::string& text,
                                                const std::string& file_name,
                                                Diagnostics& diagnostics);

}  // namespace melgraph
