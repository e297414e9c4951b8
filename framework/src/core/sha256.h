#pragma once

#include <cstddef>
#include <string>

#include "melgraph/export.h"

namespace melgraph {

/// Give the SHA-256 of `size` bytes as 64 lower-case hexadecimal digits.
std::string sha256_hex(const void* data, std::size_t size);

/// Give the SHA-256 of a file's content; throws `Error` (io) where it cannot be read.
MELGRAPH_API std::string sha256_file(const std::string& path);

}  // namespace melgraph
