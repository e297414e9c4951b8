#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "melgraph/sink.h"

// Rows of CSV as in RFC 4180; each ends with CR LF.

namespace melgraph::sinks {

/// Write a field, in quotes where it holds a comma, a quote, CR or LF.
std::string csv_field(std::string_view text);

std::string csv_long_header();
/// Write a row for each of the `top_k` best classes (0: all), or one for a failure.
std::string csv_long_rows(const Record& record, std::size_t top_k);

/// Write the header of layout wide; unnamed classes are numbered.
std::string csv_wide_header(const Labels& labels, std::size_t classes);
/// Write the one row of a record; classes that were left out are empty.
std::string csv_wide_row(const Record& record, std::size_t classes);

}  // namespace melgraph::sinks
