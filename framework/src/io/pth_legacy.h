#pragma once

#include <string_view>

#include "io/pth_file.h"
#include "io/regular_file.h"

namespace melgraph {

/// Bytes that `is_legacy_pth` wants to see.
inline constexpr std::size_t legacy_pth_head = 32;

/// Say whether a file that begins with `head` was written by torch.save before PyTorch 1.6: it
/// begins with a pickle of the integer 0x1950a86a20f9469cfc6c.
bool is_legacy_pth(std::string_view head) noexcept;

/// Read the head of such a file.
///
/// It is a stream of pickles (magic number, protocol 1001, facts about the machine, the object, the
/// keys of its records), then of the records in the order of the keys: a count of numbers as 8
/// bytes, little-endian, and the numbers. Throws `Error` (invalid_graph) or (io).
PthContents read_pth_legacy(const RegularFile& file);

}  // namespace melgraph
