#include "config/axis_patterns.h"

#include <algorithm>

namespace melgraph {

namespace {

bool axis_fits(const std::string& pattern, const std::string& name) {
  if (pattern == "*") return true;
  std::size_t begin = 0;
  while (begin <= pattern.size()) {
    const std::size_t end = std::min(pattern.find('|', begin), pattern.size());
    if (pattern.compare(begin, end - begin, name) == 0) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

bool axes_fit(const std::vector<std::string>& patterns, const std::vector<Axis>& axes) {
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i] == "...") return true;
    if (i >= axes.size() || !axis_fits(patterns[i], axes[i].name)) return false;
  }
  return axes.size() == patterns.size();
}

}  // namespace melgraph
