#pragma once

#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "melgraph/engine.h"
#include "run/batcher.h"
#include "run/clip_stage.h"
#include "run/lane_runner.h"

namespace melgraph {

class GraphSession;

/// One window on its way to a worker.
struct WorkItem {
  std::shared_ptr<GraphSession> session;
  std::uint64_t epoch = 0;  ///< of the session; older ones are dropped
  int view = 0;
  AudioWindow window;
};

/// Windows of one view and one length fit into one batch.
struct WorkKey {
  int view = 0;
  std::size_t samples = 0;  ///< over all channels
  bool operator==(const WorkKey&) const = default;
};

/// All that the sessions of one graph share: plan, weights, batcher, workers. [thread-safe]
class Pipeline {
 public:
  Pipeline(std::shared_ptr<const ResolvedGraph> graph, const EngineOptions& options,
           c10::Device device);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  const ResolvedGraph& graph() const { return *graph_; }
  const Plan& plan() const { return plan_; }
  ClipInstances& clip_instances() { return *clip_instances_; }
  RunCounters& counters() { return counters_; }
  Batcher<WorkKey, WorkItem>& batcher() { return batcher_; }
  RunReport report() const;

  /// Return what is wrong with a whole input of this length; answers are kept.
  std::string check_whole(int view, std::int64_t samples);

 private:
  /// Say which models have no other precision than float32; throws where that are all.
  void check_precision() const;
  void stop();
  void work(LaneRunner& runner);
  void run_batch(LaneRunner& runner, std::vector<WorkItem>& batch);

  std::shared_ptr<const ResolvedGraph> graph_;
  const EngineOptions options_;
  const c10::Device device_;
  const Plan plan_;
  SharedObjects shared_;
  RunCounters counters_;
  Batcher<WorkKey, WorkItem> batcher_;
  std::vector<std::unique_ptr<LaneRunner>> runners_;
  std::unique_ptr<ClipInstances> clip_instances_;
  std::mutex lengths_mutex_;
  std::vector<std::pair<std::pair<int, std::int64_t>, std::string>> lengths_;
  std::vector<std::thread> workers_;
};

}  // namespace melgraph
