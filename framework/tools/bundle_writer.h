#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "melgraph/engine.h"

namespace melgraph::cli {

/// What a new bundle is made of.
struct BundleRequest {
  std::string graph;  ///< as for `Engine::load`
  GraphOptions options;
  std::filesystem::path folder;  ///< to make
  std::filesystem::path probe;   ///< a sound
  std::string output;            ///< of the probe; empty: `clip`, else the first
  std::string name;              ///< empty: the folder's
  std::string licence;
  std::string citation;
  std::filesystem::path card;     ///< empty: none
  std::filesystem::path metrics;  ///< JSON object of numbers; empty: none
  double tolerance = 0.001;
  bool overwrite = false;
};

/// Make a bundle of a graph: copy what it names, run the probe, verify the result, and only then
/// give the folder its name.
///
/// `warn` is told what the user should know. Throws `Error`, and leaves no folder behind then.
void write_bundle(Engine& engine, const BundleRequest& request,
                  const std::function<void(const std::string&)>& warn);

}  // namespace melgraph::cli
