#pragma once

#include <string>
#include <string_view>

namespace melgraph {

/// Write `text` as a JSON string with its quotes; each byte that is not valid UTF-8 becomes U+FFFD.
std::string json_quote(std::string_view text);

/// Write a number as results have it, `%.6g` whatever the locale; "null" for NaN and infinities.
std::string json_number(double value);

/// Write a number with as few digits as read back to the same double; "null" where not finite.
std::string json_number_exact(double value);

}  // namespace melgraph
