#pragma once

#include "melgraph/fit.h"

namespace melgraph::combiners {

/// Return what fits `combiner.weighted`.
Fittable& weighted_fit();
/// Return what fits `combiner.stack`.
Fittable& stack_fit();

}  // namespace melgraph::combiners
