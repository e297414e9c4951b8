#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include "graph/load_state.h"

namespace melgraph {

namespace {

bool equal_views(const View& a, const View& b) {
  if (a.sample_rate != b.sample_rate || a.channels != b.channels || a.resampler != b.resampler ||
      a.window != b.window || a.window_of_run != b.window_of_run) {
    return false;
  }
  return a.window == 0 || (a.hop == b.hop && a.tail == b.tail);  // a whole input has no other
}

bool equal_inputs(const GraphNode& a, const GraphNode& b) {
  return std::equal(a.inputs.begin(), a.inputs.end(), b.inputs.begin(), b.inputs.end(),
                    [](const NodeInput& x, const NodeInput& y) {
                      return x.port == y.port && x.edges == y.edges;
                    });
}

/// Tell whether two parameters mean the same; a file may be reached by a link.
bool equal_values(const ParamSpec* spec, const ParamValue& a, const ParamValue& b) {
  if (a == b) return true;
  const auto* x = std::get_if<std::string>(&a);
  const auto* y = std::get_if<std::string>(&b);
  const bool are_paths = x != nullptr && y != nullptr && spec != nullptr &&
                         (spec->type == ParamType::file || spec->type == ParamType::labels);
  if (!are_paths) return false;
  std::error_code x_error, y_error;
  const auto x_path = std::filesystem::weakly_canonical(*x, x_error);
  const auto y_path = std::filesystem::weakly_canonical(*y, y_error);
  return !x_error && !y_error && x_path == y_path;
}

bool equal_params(const GraphNode& a, const GraphNode& b) {
  const auto& x = a.params.all();
  const auto& y = b.params.all();
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), [&](const auto& p, const auto& q) {
    return p.first == q.first &&
           equal_values(a.type->descriptor.find_param(p.first), p.second, q.second);
  });
}

/// Tell whether a node may be computed once for several of its kind. A sink writes a file of its
/// own; what foreign code does is not all in its parameters: it may draw at random, as Monte Carlo
/// dropout does, or keep a state.
bool can_be_shared(const GraphNode& node) {
  const Descriptor& descriptor = node.type->descriptor;
  return descriptor.scope != Scope::sink && !descriptor.runs_code;
}

/// Where nodes, views and edges of the wired graph are in the smaller one.
class Sharing {
 public:
  explicit Sharing(LoadState& state)
      : state_(state), graph_(*state.graph), edge_of_(graph_.edges.size(), -1) {}

  void run() {
    keep_views();
    keep_nodes();
    rename_rest();
  }

 private:
  void keep_views() {
    std::vector<View> kept;
    for (std::size_t i = 0; i < graph_.views.size(); ++i) {
      const View& view = graph_.views[i];
      const auto same = std::find_if(kept.begin(), kept.end(),
                                     [&](const View& other) { return equal_views(view, other); });
      const auto index = static_cast<int>(same - kept.begin());
      edge_of_[i] = index;
      if (same != kept.end()) {
        graph_.view_aliases.emplace(view.name, index);
        continue;
      }
      Edge edge = graph_.edges[i];
      edge.port = index;
      edges_.push_back(std::move(edge));
      kept.push_back(view);
    }
    graph_.views = std::move(kept);
  }

  /// Find a node before this one that gives the same; -1 where there is none.
  int find_equal(const GraphNode& node, std::vector<int>& candidates) const {
    for (const int index : candidates) {
      const GraphNode& other = nodes_[static_cast<std::size_t>(index)];
      if (equal_inputs(other, node) && equal_params(other, node)) return index;
    }
    return -1;
  }

  void keep_nodes() {
    // By type and first input: all candidates of an ensemble's members are few.
    std::map<std::pair<const NodeType*, int>, std::vector<int>> seen;
    node_of_.reserve(graph_.nodes.size());
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      GraphNode& node = graph_.nodes[i];
      for (NodeInput& input : node.inputs) rename(input.edges);
      const int first = node.inputs.empty() ? -1 : node.inputs.front().edges.front();
      std::vector<int>& candidates = seen[{node.type, first}];
      const int equal = can_be_shared(node) ? find_equal(node, candidates) : -1;
      if (equal >= 0) {
        node_of_.push_back(equal);
        graph_.aliases.emplace(node.id, equal);
        const std::vector<int>& outputs = nodes_[static_cast<std::size_t>(equal)].outputs;
        for (std::size_t p = 0; p < outputs.size(); ++p) {
          edge_of_[static_cast<std::size_t>(node.outputs[p])] = outputs[p];
        }
        continue;
      }
      const auto index = static_cast<int>(nodes_.size());
      candidates.push_back(index);
      node_of_.push_back(index);
      is_kept_.push_back(i);
      for (int& output : node.outputs) {
        Edge edge = std::move(graph_.edges[static_cast<std::size_t>(output)]);
        edge.producer = index;
        edge_of_[static_cast<std::size_t>(output)] = static_cast<int>(edges_.size());
        output = static_cast<int>(edges_.size());
        edges_.push_back(std::move(edge));
      }
      nodes_.push_back(std::move(node));
    }
  }

  void rename_rest() {
    std::vector<NodeSource> sources;
    for (const std::size_t i : is_kept_) sources.push_back(std::move(state_.sources[i]));
    state_.sources = std::move(sources);
    graph_.nodes = std::move(nodes_);
    graph_.edges = std::move(edges_);
    rename(graph_.output_edges);
    for (auto& [name, edge] : graph_.bundle_outputs) {
      edge = edge_of_[static_cast<std::size_t>(edge)];
    }
    std::vector<NamedFile> files;
    for (NamedFile& file : graph_.files) {
      file.node = node_of_[static_cast<std::size_t>(file.node)];
      const bool known = std::any_of(files.begin(), files.end(), [&](const NamedFile& other) {
        return other.node == file.node && other.param == file.param;
      });
      if (!known) files.push_back(std::move(file));
    }
    graph_.files = std::move(files);
  }

  void rename(std::vector<int>& edges) const {
    for (int& edge : edges) edge = edge_of_[static_cast<std::size_t>(edge)];
  }

  LoadState& state_;
  ResolvedGraph& graph_;
  std::vector<int> edge_of_;
  std::vector<int> node_of_;
  std::vector<std::size_t> is_kept_;  ///< the index that each of `nodes_` had
  std::vector<GraphNode> nodes_;
  std::vector<Edge> edges_;
};

}  // namespace

void share_equal_parts(LoadState& state) {
  Sharing(state).run();
}

}  // namespace melgraph
