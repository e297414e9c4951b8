#pragma once

#include "draw/canvas.h"

namespace melgraph {

/// Give the colour of a value from 0 (dark) to 1 (bright): matplotlib's viridis, whose brightness
/// grows evenly, from nine of its colours with straight lines between them. Values outside are
/// given the colour of the nearer end.
Colour viridis(double value) noexcept;

}  // namespace melgraph
