#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "melgraph/engine.h"

namespace melgraph::cli {

/// Rewrites a graph for a bundle: each placeholder becomes the value it was given, each path the
/// name of a file of the bundle.
class BundledGraph {
 public:
  /// Hands over a file, or the folder of a bundle inside, and gets its name in the bundle.
  using Bundler = std::function<std::string(const std::filesystem::path&)>;
  using FolderBundler =
      std::function<std::string(const std::filesystem::path& folder, const std::string& id)>;

  /// Read the graph's file again; `graph` is what was loaded of it with `options`.
  BundledGraph(const Graph& graph, const GraphOptions& options);

  /// Return the graph's document without its keys `$schema` and `bundle`.
  nlohmann::ordered_json rewrite(const Bundler& add_file, const FolderBundler& add_folder);

  /// Return the key `bundle` of the file, where the graph is that of a bundle already; else null.
  const nlohmann::ordered_json& own_bundle() const noexcept { return bundle_; }

 private:
  class Filler;

  const Graph& graph_;
  const GraphOptions& options_;
  nlohmann::ordered_json document_;
  nlohmann::ordered_json bundle_;
};

}  // namespace melgraph::cli
