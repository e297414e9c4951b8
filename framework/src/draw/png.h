#pragma once

#include <string>

#include "draw/canvas.h"
#include "melgraph/export.h"

namespace melgraph {

/// Give a picture as the bytes of a PNG file: 8 bits, RGB. Throws `Error` (internal) where libpng
/// fails.
MELGRAPH_API std::string encode_png(const Canvas& canvas);

}  // namespace melgraph
