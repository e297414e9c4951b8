#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "melgraph/engine.h"
#include "melgraph/fit.h"
#include "melgraph/node.h"
#include "plugin/registry.h"

namespace melgraph::cli {

/// The part of a graph that feeds a node which is to be fitted. In the node's place stands one that
/// puts its members behind one another, so that the engine aligns them as it does for the node.
class FitGraph {
 public:
  /// Read the graph's file and find the node's type; `registry` outlives the object. Throws `Error`
  /// (usage) for a bundle, for a node that does not exist and for one that cannot be fitted.
  FitGraph(const std::string& graph, std::string node, const GraphOptions& options,
           Registry& registry);

  /// Load what feeds the node, into an engine that has loaded nothing yet.
  void load(Engine& engine);

  const Fittable& fittable() const noexcept { return *fittable_; }
  const std::string& type() const noexcept { return type_->descriptor.id; }

  // After `load`:
  const Graph& graph() const noexcept { return graph_; }
  std::size_t output() const noexcept { return graph_.outputs().size() - 1; }
  const FitNode& node() const noexcept { return fit_node_; }
  /// Names of the members' edges, such as `cnn.scores`.
  const std::vector<std::string>& members() const noexcept { return members_; }
  /// Classes of each member.
  const std::vector<std::size_t>& sizes() const noexcept { return sizes_; }
  /// What an item is: `window` or `clip`.
  const std::string& item() const noexcept { return item_; }

 private:
  std::string file_;
  std::string text_;
  std::string id_;
  GraphOptions options_;
  const NodeType* type_ = nullptr;
  std::unique_ptr<Node> instance_;
  const Fittable* fittable_ = nullptr;
  Graph graph_;
  FitNode fit_node_;
  std::vector<std::string> members_;
  std::vector<std::size_t> sizes_;
  std::string item_;
};

}  // namespace melgraph::cli
