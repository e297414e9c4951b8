#include "stream_testing.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace melgraph::stream {

void Collector::keep(Told told) {
  {
    const std::lock_guard lock(mutex_);
    told_.push_back(told);
    changed_.notify_all();
  }
  if (hook) hook(told);
}

void Collector::on_result(const TimedResult& result) {
  keep({Kind::result,
        &result.graph,
        result.output.name,
        result.index,
        result.start,
        result.duration,
        result.run.media_start,
        {result.values, result.values + result.count},
        {},
        {}});
}

void Collector::on_drop(const WorkerCounts& counts, std::int64_t end, const Run& run) {
  keep({Kind::drop, nullptr, {}, 0, end, 0, run.media_start, {}, counts, {}});
}

void Collector::on_position(std::int64_t time, const Run& run) {
  keep({Kind::position, nullptr, {}, 0, time, 0, run.media_start, {}, {}, {}});
}

void Collector::on_end() {
  keep({Kind::end, nullptr, {}, 0, 0, 0, 0, {}, {}, {}});
}

void Collector::on_flush() {
  keep({Kind::flush, nullptr, {}, 0, 0, 0, 0, {}, {}, {}});
}

void Collector::on_failure(const Error& error) {
  keep({Kind::failure, nullptr, {}, 0, 0, 0, 0, {}, {}, error.what()});
}

void Collector::on_graph(const std::shared_ptr<HostGraph>& graph) {
  keep({Kind::graph, graph.get(), {}, 0, 0, 0, 0, {}, {}, {}});
}

std::vector<Told> Collector::all() const {
  const std::lock_guard lock(mutex_);
  return told_;
}

std::vector<Told> Collector::all(Kind kind) const {
  std::vector<Told> found = all();
  std::erase_if(found, [&](const Told& told) { return told.kind != kind; });
  return found;
}

std::string Collector::order() const {
  std::string letters;
  for (const Told& told : all()) {
    switch (told.kind) {
      case Kind::result: letters += 'R'; break;
      case Kind::end: letters += 'E'; break;
      case Kind::flush: letters += 'F'; break;
      case Kind::failure: letters += 'X'; break;
      case Kind::graph: letters += 'G'; break;
      case Kind::drop:
      case Kind::position: break;
    }
  }
  return letters;
}

void Collector::wait_for(Kind kind, std::size_t count) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return static_cast<std::size_t>(std::count_if(
               told_.begin(), told_.end(), [&](const Told& t) { return t.kind == kind; })) >= count;
  });
}

std::shared_ptr<HostGraph> open_graph(const fake::Engine& engine) {
  GraphRequest request;
  request.graph = engine.name();
  return std::make_shared<HostGraph>(fake::Engine::table(), request);
}

std::vector<float> counting(std::int64_t first, std::size_t frames) {
  std::vector<float> samples(frames);
  std::iota(samples.begin(), samples.end(), static_cast<float>(first));
  return samples;
}

void Door::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Door::wait() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return open_; });
}

}  // namespace melgraph::stream
