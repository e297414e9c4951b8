#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "melgraph/diagnostics.h"
#include "melgraph/error.h"
#include "melgraph/export.h"
#include "melgraph/log.h"
#include "melgraph/precision.h"
#include "melgraph/result.h"
#include "melgraph/session.h"
#include "melgraph/spec.h"

namespace melgraph {

struct ResolvedGraph;
class Registry;

struct EngineOptions {
  /// Folders searched for plugins before `MELGRAPH_PLUGIN_PATH`, the folder beside
  /// `libmelgraph.so` and the user's data folder.
  std::vector<std::filesystem::path> plugin_path;
  std::string device = "cpu";  ///< `auto`, `cpu`, `cuda` or `cuda:N`
  int jobs = 0;                ///< compute workers on a CPU; 0: one a core. CUDA has one a device
  int threads = 1;             ///< threads inside one call of a worker
  int max_batch = 0;           ///< most windows in one batch; 0: 8 on a CPU, 64 elsewhere
  double max_delay = 0;        ///< seconds that a free worker waits for a batch to fill
  Precision precision = Precision::f32;  ///< of networks
  bool trust_code = false;               ///< allow weights files that are code (TorchScript)
  LogFunction log;                       ///< where messages go; nowhere where it is empty
};

struct GraphOptions {
  std::map<std::string, std::string> set;  ///< values of the graph's placeholders
  std::filesystem::path set_base;  ///< what relative paths in `set` are relative to; default: cwd
  bool sinks = false;              ///< also report what feeds the sinks, as output `sink:ID`
  /// Edges to report beside the outputs, whatever flows there: `NODE`, `NODE.PORT` or
  /// `source.VIEW`. Each becomes one output, behind all others, in this order.
  std::vector<std::string> taps;
  /// Length and hop, in seconds, of the windows of views that take the whole input (`"window":
  /// null`), so that a graph for clips runs on an endless stream; 0: as the graph has it. Must be a
  /// whole number of samples of each such view.
  double window = 0;
};

/// How a view of a graph hears its input.
struct ViewInfo {
  std::string name;
  int sample_rate = 0;  ///< Hz
  int channels = 0;
  double window = 0;  ///< seconds; 0: the whole input
  double hop = 0;     ///< seconds
};

/// One thing a graph reports.
struct OutputInfo {
  std::string name;  ///< key in the graph's `outputs`, `sink:ID`, or the edge of a tap
  PortSpec spec;     ///< item axis `window`, `clip` or `event`
  bool tap = false;  ///< asked for by `GraphOptions::taps`; its values may be infinite or NaN
};

/// A graph that has been read, validated and inferred. Cheap to copy, immutable. [thread-safe]
class MELGRAPH_API Graph {
 public:
  Graph();
  explicit Graph(std::shared_ptr<const ResolvedGraph> resolved);
  ~Graph();
  Graph(const Graph&);
  Graph& operator=(const Graph&);

  const std::string& name() const;
  const std::string& description() const;
  const std::vector<OutputInfo>& outputs() const;
  std::vector<ViewInfo> views() const;
  const ResolvedGraph& resolved() const { return *resolved_; }
  const std::shared_ptr<const ResolvedGraph>& shared() const { return resolved_; }

 private:
  std::shared_ptr<const ResolvedGraph> resolved_;
};

/// What one node of a graph has done since the engine began.
struct NodeReport {
  std::string id;
  std::string type;
  std::string device;
  std::uint64_t items = 0;  ///< windows, or clips
  std::uint64_t batches = 0;
  double seconds = 0;     ///< summed over workers
  std::string precision;  ///< of a network; empty for others
  std::string note;       ///< what the choice of the precision found
};

/// Figures of a graph's run.
struct RunReport {
  std::string device;
  int workers = 0;
  std::vector<NodeReport> nodes;
  std::uint64_t windows = 0;
  std::uint64_t batches = 0;
  std::uint64_t bytes_to_device = 0;
  std::uint64_t bytes_from_device = 0;
  std::uint64_t copies_to_device = 0;
  std::uint64_t copies_from_device = 0;
  double compute_seconds = 0;  ///< time of workers inside nodes and copies, summed
  double convert_seconds = 0;  ///< time of pushing threads in conversion and windows, summed
};

/// Loads graphs and runs sessions on them. [thread-safe]
///
/// Sessions of one graph share its weights and are batched together. An engine outlives its
/// sessions; destroying it stops its workers.
class MELGRAPH_API Engine {
 public:
  /// Throws `Error` of code `device` where the device asked for is missing.
  explicit Engine(EngineOptions options = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Read, validate and infer a graph: a JSON file, a bundle folder, or the name of an installed
  /// bundle or graph. Opens no weights and runs no network. Throws `GraphError` with all findings,
  /// `Error` of code `usage` for a tap that is no edge of the graph.
  Graph load(const std::string& graph, const GraphOptions& options = {});
  /// The same from text; `name` stands in messages, relative paths are relative to `folder`.
  Graph load_text(const std::string& text, const std::string& name,
                  const std::filesystem::path& folder, const GraphOptions& options = {});

  /// Open the graph's nodes on the device now; else the first session does.
  void prepare(const Graph& graph);
  /// Begin a session: one file or one stream.
  std::unique_ptr<Session> open(const Graph& graph, const SessionOptions& options = {});

  /// Let go of the graph's weights and workers once its sessions have ended; it may be opened
  /// again.
  void release(const Graph& graph);

  RunReport report(const Graph& graph) const;
  /// Return the device in use: `cpu` or `cuda:N`.
  std::string device() const;
  Registry& registry();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace melgraph
