#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "melgraph/fit.h"

namespace melgraph::cli {

/// What `melgraph fit` tells.
struct FitReport {
  std::string graph;
  std::string node;
  std::string type;
  std::string param;  ///< whose file was made
  std::string file;   ///< as named by the user
  std::string item;   ///< `window` or `clip`
  std::vector<std::string> members;
  std::vector<std::string> classes;
  std::size_t files = 0;    ///< fitted to
  std::size_t failed = 0;   ///< inputs that could not be used
  std::size_t missing = 0;  ///< inputs without a true class, left out
  std::size_t items = 0;
  FitResult result;
};

/// Write a report for people, a few lines.
std::string fit_text(const FitReport& report);
/// Write it as JSON, `melgraph.fit/1`; numbers that are not finite are null.
std::string fit_json(const FitReport& report);

}  // namespace melgraph::cli
