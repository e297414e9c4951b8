#pragma once

#include <cstddef>
#include <string>

#include "melgraph/export.h"
#include "melgraph/sink.h"

namespace melgraph {

/// Write a record as one JSON object (schema melgraph.result/1) without a newline: the `top_k` best
/// classes (0: all), best first. Bytes that are not UTF-8 become U+FFFD.
MELGRAPH_API std::string json_record(const Record& record, std::size_t top_k);

/// Write a number as `%.6g` does in the C locale; `nan` and `inf` where it is not finite.
MELGRAPH_API std::string number_text(double value);

}  // namespace melgraph
