#include "bench_stream.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "stream_worker.h"

namespace melgraph::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double warm_up = 1.0;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Collects latencies of one stream.
class Listener final : public stream::StreamListener {
 public:
  void on_result(const stream::TimedResult& result) override {
    if (result.output.item != MELGRAPH_HOST_WINDOW) return;
    const std::lock_guard lock(mutex_);
    latencies_.push_back(static_cast<double>(result.latency) * 1e-9);
  }
  void on_drop(const stream::WorkerCounts&, std::int64_t, const stream::Run&) override {}
  void on_position(std::int64_t, const stream::Run&) override {}
  void on_end() override {}
  void on_flush() override {}
  void on_failure(const Error& error) override {
    const std::lock_guard lock(mutex_);
    failure_ = error.what();
  }
  void on_graph(const std::shared_ptr<stream::HostGraph>&) override {}

  /// Hand over what has come since the last call; throws where the stream has failed.
  std::vector<double> take() {
    const std::lock_guard lock(mutex_);
    if (!failure_.empty()) throw Error(ErrorCode::run_time, failure_);
    return std::exchange(latencies_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<double> latencies_;
  std::string failure_;
};

struct LiveStream {
  std::shared_ptr<stream::HostGraph> graph;
  std::unique_ptr<Listener> listener = std::make_unique<Listener>();
  std::unique_ptr<stream::StreamWorker> worker;
};

struct Totals {
  std::uint64_t windows = 0;
  std::uint64_t dropped = 0;
};

Totals totals_of(const std::vector<LiveStream>& streams) {
  Totals totals;
  for (const LiveStream& stream : streams) {
    const stream::WorkerCounts counts = stream.worker->counts();
    totals.windows += counts.windows;
    totals.dropped += counts.dropped;
  }
  return totals;
}

melgraph_host_graph_counts engine_counts(const std::vector<LiveStream>& streams, Sharing sharing) {
  melgraph_host_graph_counts sum = streams.front().graph->counts();
  if (sharing != Sharing::separate) return sum;
  for (std::size_t i = 1; i < streams.size(); ++i) {
    const melgraph_host_graph_counts one = streams[i].graph->counts();
    sum.windows += one.windows;
    sum.batches += one.batches;
  }
  return sum;
}

double quantile(std::vector<double>& values, double part) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>(
      std::max(std::ceil(part * static_cast<double>(values.size())), 1.0) - 1);
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

class Bench {
 public:
  Bench(const StreamBenchPlan& plan, const melgraph_host_table& table)
      : plan_(plan),
        table_(table),
        block_(static_cast<std::size_t>(std::llround(plan.block * plan.sample_rate))) {
    std::mt19937 generator(1);
    std::normal_distribution<float> noise(0.0F, 0.1F);
    sound_.resize(block_ * 997);
    for (float& sample : sound_) sample = noise(generator);
  }

  StreamSpeed measure(int count, Sharing sharing) {
    std::vector<LiveStream> streams(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < streams.size(); ++i) open(streams[i], i, sharing);
    run(streams, warm_up);
    for (LiveStream& stream : streams) stream.listener->take();
    const double cpu = cpu_seconds();
    const auto clock = Clock::now();
    const Totals before = totals_of(streams);
    const melgraph_host_graph_counts engine_before = engine_counts(streams, sharing);
    run(streams, plan_.seconds);
    const Totals after = totals_of(streams);
    const melgraph_host_graph_counts engine_after = engine_counts(streams, sharing);

    StreamSpeed speed;
    speed.streams = count;
    speed.sharing = sharing;
    speed.cpu_seconds = cpu_seconds() - cpu;
    speed.wall_seconds = std::chrono::duration<double>(Clock::now() - clock).count();
    speed.windows = after.windows - before.windows;
    speed.dropped = after.dropped - before.dropped;
    const auto batches = static_cast<double>(engine_after.batches - engine_before.batches);
    speed.mean_batch =
        batches > 0 ? static_cast<double>(engine_after.windows - engine_before.windows) / batches
                    : 0;
    std::vector<double> latencies;
    for (LiveStream& stream : streams) {
      const std::vector<double> some = stream.listener->take();
      latencies.insert(latencies.end(), some.begin(), some.end());
    }
    speed.p50 = quantile(latencies, 0.5);
    speed.p99 = quantile(latencies, 0.99);
    return speed;
  }

 private:
  void open(LiveStream& stream, std::size_t index, Sharing sharing) {
    stream::GraphRequest request = plan_.graph;
    request.group = std::string("bench ") + to_string(sharing);
    if (sharing == Sharing::separate) {
      request.group += ' ' + std::to_string(index);
      request.jobs = 1;
    }
    if (sharing == Sharing::batched) request.max_delay = plan_.max_delay;
    stream.graph = std::make_shared<stream::HostGraph>(table_, request);
    stream.worker = std::make_unique<stream::StreamWorker>(*stream.listener, stream.graph,
                                                           stream::WorkerOptions{});
    stream::Run run;
    run.sample_rate = plan_.sample_rate;
    run.channels = 1;
    stream.worker->begin_run(run);
    // Streams do not begin together: push what this one is ahead by.
    const std::size_t ahead = (index * 7919) % 100;
    for (std::size_t i = 0; i < ahead; ++i) push(stream, i);
  }

  void push(LiveStream& stream, std::size_t block) {
    stream.worker->push(sound_.data() + (block % (sound_.size() / block_)) * block_, block_);
  }

  void run(std::vector<LiveStream>& streams, double seconds) {
    const auto blocks = static_cast<std::size_t>(seconds / plan_.block);
    const auto start = Clock::now();
    for (std::size_t b = 0; b < blocks; ++b) {
      std::this_thread::sleep_until(
          start + std::chrono::duration_cast<Clock::duration>(
                      std::chrono::duration<double>(static_cast<double>(b + 1) * plan_.block)));
      for (std::size_t i = 0; i < streams.size(); ++i) push(streams[i], b + 31 * i);
    }
  }

  const StreamBenchPlan& plan_;
  const melgraph_host_table& table_;
  const std::size_t block_;
  std::vector<float> sound_;
};

}  // namespace

const char* to_string(Sharing sharing) noexcept {
  switch (sharing) {
    case Sharing::separate: return "separate";
    case Sharing::shared: return "shared";
    case Sharing::batched: return "batched";
  }
  return "shared";
}

double StreamSpeed::core_share() const {
  return wall_seconds > 0 ? cpu_seconds / wall_seconds / streams : 0;
}

std::vector<StreamSpeed> bench_streams(const StreamBenchPlan& plan,
                                       const melgraph_host_table& table,
                                       const std::function<void(const StreamSpeed&)>& tell) {
  Bench bench(plan, table);
  std::vector<StreamSpeed> speeds;
  for (const int count : plan.streams) {
    for (const Sharing sharing : {Sharing::separate, Sharing::shared, Sharing::batched}) {
      speeds.push_back(bench.measure(count, sharing));
      if (tell) tell(speeds.back());
    }
  }
  return speeds;
}

}  // namespace melgraph::cli
