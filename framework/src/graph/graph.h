#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "melgraph/diagnostics.h"
#include "melgraph/engine.h"
#include "melgraph/export.h"
#include "melgraph/node_type.h"
#include "melgraph/params.h"
#include "melgraph/spec.h"
#include "run/window_cutter.h"

namespace melgraph {

/// One named view of the input: its rate, channels and windows.
struct View {
  std::string name;
  int sample_rate = 0;
  int channels = 1;
  std::string resampler;
  std::int64_t window = 0;  ///< samples; 0 is the whole input
  std::int64_t hop = 0;     ///< samples
  /// The graph takes the whole input, and the windows are `GraphOptions::window`.
  bool window_of_run = false;
  WindowTail tail = WindowTail::drop;
};

/// Items in time: the windows of a view, or the patches that a node cuts them into.
struct Grid {
  int view = 0;
  int expanded_by = -1;  ///< edge whose patches are the items; -1: the view's own windows
};

inline constexpr int clip_grid = -1;  ///< one item an input

/// Everything that flows from one output port, or from one view.
struct Edge {
  std::string name;   ///< `source.audio`, `mel.features`
  int producer = -1;  ///< index of the node; -1 for a view
  int port = 0;       ///< index of the output port, or of the view
  int grid = clip_grid;
  PortSpec spec;             ///< as consumers see it: patches already expanded
  std::int64_t patches = 0;  ///< 0: no `patch` axis; `unknown_size` or the number in a window
  double patch_hop = 0;      ///< seconds
  double patch_length = 0;   ///< seconds
};

/// Edges that end at one input port.
struct NodeInput {
  std::string port;
  std::vector<int> edges;
};

/// Where a node is computed.
enum class Stage {
  window,  ///< in batches of windows on the device
  clip,    ///< a session's results put together, on the CPU
  sink,
};

struct GraphNode {
  std::string id;
  const NodeType* type = nullptr;
  Params params;
  std::vector<NodeInput> inputs;  ///< in the order of the descriptor's ports; wired ones only
  std::vector<int> outputs;       ///< edges, in the order of the descriptor's ports
  std::vector<bool> absent;       ///< of the outputs: optional ones that `infer` left out
  Stage stage = Stage::window;
  int grid = clip_grid;  ///< of the first input: what the node's calls count
  SourceLocation where;
  std::string pointer;

  const NodeInput* find_input(std::string_view port) const noexcept;
};

/// A file that a graph names.
struct NamedFile {
  int node = -1;
  std::string param;
  std::filesystem::path path;
};

/// A graph whose types, parameters, wiring and shapes have been checked. Immutable once loaded.
struct ResolvedGraph {
  std::string name;
  std::string description;
  std::string file;  ///< as named by the user
  std::filesystem::path folder;
  std::vector<View> views;
  std::vector<GraphNode> nodes;  ///< every node behind those it takes from
  std::vector<Edge> edges;       ///< the views first, in their order
  std::vector<Grid> grids;       ///< the views' own first, in their order
  std::vector<OutputInfo> outputs;
  std::vector<int> output_edges;  ///< edge of each of `outputs`
  std::vector<NamedFile> files;
  /// Ids of nodes that are computed by another node, equal to them; its index.
  std::map<std::string, int, std::less<>> aliases;
  std::map<std::string, int, std::less<>> view_aliases;  ///< the same of views
  /// Edge of each output of a bundle inside the graph, as `esc.clip`, and as `esc` for the first.
  std::map<std::string, int, std::less<>> bundle_outputs;
  std::map<std::string, std::filesystem::path> bundles;  ///< folder of each bundle inside, by id
  std::vector<Diagnostic> warnings;

  MELGRAPH_API int find_node(std::string_view id) const noexcept;    ///< -1 where there is none
  MELGRAPH_API int find_view(std::string_view view) const noexcept;  ///< -1 where there is none
};

}  // namespace melgraph
