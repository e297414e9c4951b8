#pragma once

#include <string>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// Find the candidate that `wrong` most likely stands for: the nearest within an edit distance
/// (Damerau-Levenshtein) of max(1, length / 3), else the first of the longest common prefix of at
/// least 3 characters; empty where nothing is near.
MELGRAPH_API std::string suggest(const std::string& wrong,
                                 const std::vector<std::string>& candidates);

}  // namespace melgraph
