#include "melgraph/engine.h"

#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "core/install_paths.h"
#include "graph/graph.h"
#include "graph/load.h"
#include "plugin/registry.h"
#include "plugin/standard_registry.h"
#include "run/device.h"
#include "run/graph_session.h"
#include "run/pipeline.h"
#include "run/resampler_advice.h"

namespace melgraph {

Graph::Graph() : resolved_(std::make_shared<const ResolvedGraph>()) {}
Graph::Graph(std::shared_ptr<const ResolvedGraph> resolved) : resolved_(std::move(resolved)) {}
Graph::~Graph() = default;
Graph::Graph(const Graph&) = default;
Graph& Graph::operator=(const Graph&) = default;
const std::string& Graph::name() const {
  return resolved_->name;
}
const std::string& Graph::description() const {
  return resolved_->description;
}
const std::vector<OutputInfo>& Graph::outputs() const {
  return resolved_->outputs;
}

std::vector<ViewInfo> Graph::views() const {
  std::vector<ViewInfo> views;
  for (const View& view : resolved_->views) {
    const double rate = view.sample_rate;
    views.push_back({view.name, view.sample_rate, view.channels,
                     static_cast<double>(view.window) / rate,
                     static_cast<double>(view.hop) / rate});
  }
  return views;
}

class Engine::Impl {
 public:
  explicit Impl(EngineOptions options)
      : options_(check(std::move(options))),
        device_(choose_device(options_.device)),
        registry_(make_standard_registry(options_.plugin_path, options_.log)) {}

  std::shared_ptr<Pipeline> pipeline(const Graph& graph) {
    const std::lock_guard lock(mutex_);
    auto& entry = pipelines_[graph.shared().get()];
    if (entry == nullptr) {
      entry = std::make_shared<Pipeline>(graph.shared(), options_, device_);
    }
    return entry;
  }

  std::shared_ptr<Pipeline> existing(const Graph& graph) const {
    const std::lock_guard lock(mutex_);
    const auto entry = pipelines_.find(graph.shared().get());
    return entry != pipelines_.end() ? entry->second : nullptr;
  }

  void release(const Graph& graph) {
    std::shared_ptr<Pipeline> last;  // destroyed after the lock is gone: it waits for workers
    const std::lock_guard lock(mutex_);
    const auto entry = pipelines_.find(graph.shared().get());
    if (entry == pipelines_.end()) return;
    last = std::move(entry->second);
    pipelines_.erase(entry);
    advised_.erase(graph.shared().get());
  }

  /// Warn of the views that resample otherwise than a preset has it, once a view: all files of a
  /// run are likely to have one rate. Only for graphs with a pipeline, which keeps their address.
  void advise(const ResolvedGraph& graph, int sample_rate) {
    if (!options_.log) return;
    std::vector<std::string> advice;
    {
      const std::lock_guard lock(mutex_);
      std::set<int>& views = advised_[&graph];
      for (int view = 0; view < static_cast<int>(graph.views.size()); ++view) {
        if (views.count(view) != 0) continue;
        for (std::string& message : resampler_advice(graph, view, sample_rate)) {
          advice.push_back(std::move(message));
          views.insert(view);
        }
      }
    }
    for (const std::string& message : advice) options_.log(LogLevel::warning, message);
  }

  const EngineOptions options_;
  const c10::Device device_;
  std::unique_ptr<Registry> registry_;

 private:
  static EngineOptions check(EngineOptions options) {
    const auto refuse = [](const std::string& what) { throw Error(ErrorCode::usage, what); };
    if (options.jobs < 0) refuse("jobs must be 0 or more");
    if (options.threads < 1) refuse("threads must be 1 or more");
    if (options.max_batch < 0) refuse("the batch must be 0 or more");
    if (!(options.max_delay >= 0 && options.max_delay <= 60)) {
      refuse("the delay must be 0 to 60 seconds");
    }
    return options;
  }

  mutable std::mutex mutex_;
  std::map<const ResolvedGraph*, std::shared_ptr<Pipeline>> pipelines_;
  std::map<const ResolvedGraph*, std::set<int>> advised_;  ///< views warned of
};

Engine::Engine(EngineOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Engine::~Engine() = default;

Graph Engine::load(const std::string& graph, const GraphOptions& options) {
  return Graph(load_graph(graph, graph_folders(), options, *impl_->registry_));
}

Graph Engine::load_text(const std::string& text, const std::string& name,
                        const std::filesystem::path& folder, const GraphOptions& options) {
  return Graph(load_graph_text(text, name, folder, options, *impl_->registry_, graph_folders()));
}

void Engine::prepare(const Graph& graph) {
  impl_->pipeline(graph);
}

std::unique_ptr<Session> Engine::open(const Graph& graph, const SessionOptions& options) {
  auto pipeline = impl_->pipeline(graph);
  auto session = make_session(pipeline, options);
  impl_->advise(pipeline->graph(), options.sample_rate);
  return session;
}

void Engine::release(const Graph& graph) {
  impl_->release(graph);
}

RunReport Engine::report(const Graph& graph) const {
  const auto pipeline = impl_->existing(graph);
  return pipeline != nullptr ? pipeline->report() : RunReport{};
}

std::string Engine::device() const {
  return impl_->device_.str();
}
Registry& Engine::registry() {
  return *impl_->registry_;
}

}  // namespace melgraph
