#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "melgraph/export.h"
#include "plugin/plugin_file.h"

namespace melgraph {

// Between a host and `melgraph-probe`. Requests go to its stdin, one path each; answers come from
// its descriptor 3, one JSON object a line: first that it is ready, then a verdict a request.

/// Descriptor of the probe that answers go to: stdout and stderr are the plugins'.
inline constexpr int probe_answer_descriptor = 3;
/// Longest request and answer, in bytes; more is a broken peer.
inline constexpr std::size_t max_probe_message = 4 << 20;

/// Write a request: length, a space, the path as it is (it may hold any byte), a newline.
MELGRAPH_API std::string probe_request(std::string_view path);
/// Take the first request off `buffer`; nothing where it is not complete. Throws `Error`
/// (internal) where it is none.
MELGRAPH_API std::optional<std::string> take_probe_request(std::string& buffer);

/// Write the answer that comes before all verdicts. `stamp` is the probe's engine stamp.
MELGRAPH_API std::string probe_ready(const std::string& stamp);
/// Return the stamp; nothing where the line is something else.
MELGRAPH_API std::optional<std::string> parse_probe_ready(const std::string& line);

MELGRAPH_API std::string probe_answer(const ProbeVerdict& verdict);
MELGRAPH_API std::optional<ProbeVerdict> parse_probe_answer(const std::string& line);

}  // namespace melgraph
