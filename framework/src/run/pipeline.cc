#include "run/pipeline.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/InferenceMode.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <system_error>

#include "graph/infer.h"
#include "run/graph_session.h"

namespace melgraph {

namespace {

int worker_count(const EngineOptions& options, c10::Device device) {
  if (!device.is_cpu()) return 1;
  if (options.jobs > 0) return options.jobs;
  // Those that this process may use: hardware_concurrency() counts all of the machine's.
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (::sched_getaffinity(0, sizeof(cores), &cores) == 0) return std::max(1, CPU_COUNT(&cores));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

BatchPolicy policy_of(const EngineOptions& options, c10::Device device) {
  BatchPolicy policy;
  // On a CPU few windows stay in the cache from one node to the next; more gain nothing there.
  const int standard = device.is_cpu() ? 8 : 64;
  policy.max_batch = static_cast<std::size_t>(options.max_batch > 0 ? options.max_batch : standard);
  policy.capacity =
      policy.max_batch * (2 + static_cast<std::size_t>(worker_count(options, device)));
  policy.max_delay = std::chrono::nanoseconds(static_cast<std::int64_t>(options.max_delay * 1e9));
  return policy;
}

at::Tensor make_batch(const std::vector<WorkItem>& batch, int channels) {
  const auto items = static_cast<std::int64_t>(batch.size());
  const auto size = static_cast<std::int64_t>(batch.front().window.samples.size());
  at::Tensor tensor = at::empty({items, channels, size / channels}, at::kFloat);
  float* to = tensor.mutable_data_ptr<float>();
  for (const WorkItem& item : batch) {
    std::memcpy(to, item.window.samples.data(), item.window.samples.size() * sizeof(float));
    to += size;
  }
  return tensor;
}

/// Return how many samples each item shares with the one before it.
std::vector<std::int64_t> overlaps_of(const std::vector<WorkItem>& batch) {
  std::vector<std::int64_t> overlaps(batch.size(), 0);
  for (std::size_t i = 1; i < batch.size(); ++i) {
    const WorkItem& before = batch[i - 1];
    const WorkItem& item = batch[i];
    const bool next = before.session == item.session && before.epoch == item.epoch &&
                      before.window.index + 1 == item.window.index;
    if (next) overlaps[i] = item.window.overlap;
  }
  return overlaps;
}

}  // namespace

Pipeline::Pipeline(std::shared_ptr<const ResolvedGraph> graph, const EngineOptions& options,
                   c10::Device device)
    : graph_(std::move(graph)),
      options_(options),
      device_(device),
      plan_(make_plan(*graph_)),
      counters_(graph_->nodes.size()),
      batcher_(policy_of(options, device)) {
  at::set_num_threads(std::max(1, options_.threads));
  if (!device_.is_cpu()) {
    // LibTorch's convolutions round float32 unless told not to. One switch for the whole process.
    const bool rounded = options_.precision == Precision::tf32;
    at::globalContext().setAllowTF32CuDNN(rounded);
    at::globalContext().setAllowTF32CuBLAS(rounded);
  }
  const int count = worker_count(options_, device_);
  {
    const c10::InferenceMode guard;
    for (int i = 0; i < count; ++i) {
      runners_.push_back(
          std::make_unique<LaneRunner>(*graph_, plan_, device_, options_, shared_, counters_));
    }
    clip_instances_ = std::make_unique<ClipInstances>(*graph_, plan_, options_, shared_);
  }
  check_precision();
  try {
    for (int i = 0; i < count; ++i) {
      workers_.emplace_back([this, i] { work(*runners_[static_cast<std::size_t>(i)]); });
    }
  } catch (const std::system_error& error) {
    stop();
    throw Error(ErrorCode::run_time, std::string("a worker could not start: ") + error.what(),
                "ask for fewer with jobs");
  }
}

Pipeline::~Pipeline() {
  stop();
}

void Pipeline::check_precision() const {
  if (options_.precision == Precision::f32) return;
  bool any = false;
  std::vector<std::string> without;
  for (std::size_t i = 0; i < graph_->nodes.size(); ++i) {
    const GraphNode& node = graph_->nodes[i];
    if (runners_.front()->execution(i) != nullptr) {
      any = true;
    } else if (node.type->descriptor.id.rfind("model.", 0) == 0) {
      without.push_back("node \"" + node.id + "\" (" + node.type->descriptor.id + ")");
    }
  }
  if (!any && options_.precision != Precision::fast) {
    throw Error(
        ErrorCode::usage,
        std::string("nothing in this graph can be computed in ") + to_string(options_.precision),
        "run with --precision f32, or fast");
  }
  if (!options_.log) return;
  for (const std::string& node : without) {
    options_.log(LogLevel::warning, node + " computes in float32: it has no other precision");
  }
}

void Pipeline::stop() {
  batcher_.remove_if([](const WorkItem&) { return true; });
  batcher_.close();
  for (std::thread& worker : workers_) worker.join();
}

void Pipeline::work(LaneRunner& runner) {
  const c10::InferenceMode guard;  // thread-local: each worker needs its own
  const c10::OptionalDeviceGuard device(device_.is_cpu() ? std::nullopt
                                                         : std::optional<c10::Device>(device_));
  at::set_num_threads(std::max(1, options_.threads));
  std::vector<WorkItem> batch;
  while (batcher_.pop(batch)) {
    const auto stale = [](const WorkItem& item) { return !item.session->wants(item.epoch); };
    batch.erase(std::remove_if(batch.begin(), batch.end(), stale), batch.end());
    if (batch.empty()) continue;
    try {
      run_batch(runner, batch);
    } catch (const std::exception& error) {
      if (batch.size() == 1) {
        batch.front().session->fail(batch.front().epoch, error);
        continue;
      }
      // One bad item must not spoil the others: find it by running each alone.
      for (WorkItem& item : batch) {
        std::vector<WorkItem> single;
        single.push_back(std::move(item));
        try {
          run_batch(runner, single);
        } catch (const std::exception& alone) {
          single.front().session->fail(single.front().epoch, alone);
        }
      }
    }
  }
}

void Pipeline::run_batch(LaneRunner& runner, std::vector<WorkItem>& batch) {
  const auto clock = std::chrono::steady_clock::now();
  const int view = batch.front().view;
  const View& source = graph_->views[static_cast<std::size_t>(view)];
  const std::vector<at::Tensor> results =
      runner.run(view, make_batch(batch, source.channels), overlaps_of(batch));
  counters_.windows += batch.size();
  counters_.batches += 1;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    std::vector<at::Tensor> rows;
    for (const at::Tensor& result : results) {
      rows.push_back(result.narrow(0, static_cast<std::int64_t>(i), 1));
    }
    const AudioWindow& window = batch[i].window;
    batch[i].session->deliver(batch[i].epoch, view, window.index, {window.start, window.end},
                              std::move(rows));
  }
  counters_.compute_nanoseconds += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - clock)
          .count());
}

std::string Pipeline::check_whole(int view, std::int64_t samples) {
  const std::pair<int, std::int64_t> key(view, samples);
  {
    const std::lock_guard lock(lengths_mutex_);
    for (const auto& [known, answer] : lengths_) {
      if (known == key) return answer;
    }
  }
  std::string answer = check_length(*graph_, view, samples);
  const std::lock_guard lock(lengths_mutex_);
  if (lengths_.size() > 256) lengths_.clear();
  lengths_.emplace_back(key, answer);
  return answer;
}

RunReport Pipeline::report() const {
  RunReport report;
  report.device = device_.str();
  report.workers = static_cast<int>(workers_.size());
  for (std::size_t i = 0; i < graph_->nodes.size(); ++i) {
    const GraphNode& node = graph_->nodes[i];
    if (node.stage == Stage::sink) continue;
    const NodeCounters& counters = counters_.nodes[i];
    report.nodes.push_back({node.id,
                            node.type->descriptor.id,
                            node.stage == Stage::window ? device_.str() : "cpu",
                            counters.items,
                            counters.batches,
                            static_cast<double>(counters.nanoseconds) * 1e-9,
                            {},
                            {}});
    if (const ExecutionInfo* execution = runners_.front()->execution(i)) {
      report.nodes.back().precision = execution->precision();
      report.nodes.back().note = execution->note();
    }
  }
  report.windows = counters_.windows;
  report.batches = counters_.batches;
  report.bytes_to_device = counters_.bytes_to_device;
  report.bytes_from_device = counters_.bytes_from_device;
  report.copies_to_device = counters_.copies_to_device;
  report.copies_from_device = counters_.copies_from_device;
  report.compute_seconds = static_cast<double>(counters_.compute_nanoseconds) * 1e-9;
  report.convert_seconds = static_cast<double>(counters_.convert_nanoseconds) * 1e-9;
  return report;
}

}  // namespace melgraph
