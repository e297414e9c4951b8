#include "stream_worker.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace melgraph::stream {

namespace {

// Sound that waits for its conversion to windows, nanoseconds; only a starved machine needs as
// much.
constexpr std::int64_t max_sound = 2000000000;
// More than resamplers hold back, nanoseconds.
constexpr std::int64_t converter_delay = 100000000;

std::int64_t now() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

int overflow_of(Leaky leaky) {
  switch (leaky) {
    case Leaky::no: return 0;
    case Leaky::downstream: return 1;
    case Leaky::upstream: return 2;
  }
  return 0;
}

}  // namespace

StreamListener::~StreamListener() = default;

StreamWorker::StreamWorker(StreamListener& listener, std::shared_ptr<HostGraph> graph,
                           WorkerOptions options)
    : listener_(listener), options_(options), graph_(std::move(graph)) {
  thread_ = std::thread([this] { run(); });
  worker_id_ = thread_.get_id();
}

StreamWorker::~StreamWorker() {
  stop();
}

void StreamWorker::stop() {
  std::shared_ptr<HostSession> session;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    session = current_session_;
    wake_.notify_all();
    changed_.notify_all();
  }
  if (session != nullptr) session->cancel();
  const std::lock_guard lock(join_mutex_);
  if (thread_.joinable()) thread_.join();
}

void StreamWorker::begin_run(const Run& run) {
  const std::lock_guard lock(mutex_);
  if (refusing()) return;
  queue_.begin_run(run);
  wake_.notify_one();
}

bool StreamWorker::push(const float* interleaved, std::size_t frames) {
  std::unique_lock lock(mutex_);
  if (options_.leaky == Leaky::no) {
    changed_.wait(lock, [&] { return refusing() || failed_ || queue_.duration() < max_sound; });
  }
  if (refusing() || !queue_.has_run()) return false;
  if (failed_) {
    queue_.leave_out(frames);
    return false;
  }
  if (frames == 0) return true;
  if (queue_.duration() >= max_sound) {
    if (options_.leaky == Leaky::upstream) {
      counts_.lost += queue_.leave_out(frames);
      wake_.notify_one();
      return false;
    }
    counts_.lost += queue_.drop_waiting();
  }
  queue_.add(interleaved, frames, now());
  wake_.notify_one();
  return true;
}

bool StreamWorker::idle() const {
  return queue_.empty() && !busy_ && !progress_ && !unfinished_;
}

bool StreamWorker::settle() {
  std::unique_lock lock(mutex_);
  const std::uint64_t generation = generation_;
  const auto broken = [&] { return refusing() || failed_ || generation != generation_; };
  changed_.wait(lock, [&] { return broken() || idle(); });
  return !broken();
}

bool StreamWorker::drain() {
  std::unique_lock lock(mutex_);
  if (refusing()) return false;
  const std::uint64_t generation = generation_;
  const auto broken = [&] { return refusing() || generation != generation_; };
  drained_ = false;
  queue_.end();
  wake_.notify_one();
  changed_.wait(lock, [&] { return broken() || drained_; });
  return !broken() && !failed_;
}

void StreamWorker::flush_begin() {
  std::shared_ptr<HostSession> session;
  {
    const std::lock_guard lock(mutex_);
    if (flushing_) return;
    flushing_ = true;
    flush_due_ = true;
    ++generation_;
    queue_.clear();
    session = current_session_;
    wake_.notify_all();
    changed_.notify_all();
  }
  // The worker may wait in it for room.
  if (session != nullptr) session->cancel();
}

void StreamWorker::flush_end() {
  std::unique_lock lock(mutex_);
  // Called by the listener itself it cannot wait for the listener to return.
  if (std::this_thread::get_id() != worker_id_) {
    changed_.wait(lock, [&] { return stopping_ || !flush_due_; });
  }
  flushing_ = false;
  progress_ = true;  // a graph that came meanwhile is told
  wake_.notify_one();
}

void StreamWorker::replace(std::shared_ptr<HostGraph> graph) {
  {
    const std::lock_guard lock(mutex_);
    next_graph_.swap(graph);
    replace_due_ = true;
    wake_.notify_one();
  }
  // A graph that was never used closes here, without the lock.
}

WorkerCounts StreamWorker::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

bool StreamWorker::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

bool StreamWorker::may_tell() const {
  const std::lock_guard lock(mutex_);
  return !interrupted();
}

void StreamWorker::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] {
      // The rest of a stream that is being drained comes before what follows it.
      return stopping_ || flush_due_ || progress_ || replace_due_ ||
             (!queue_.empty() && !draining_);
    });
    if (stopping_) break;
    busy_ = true;
    if (flush_due_) {
      lock.unlock();
      reset_stream();
      lock.lock();
      flush_due_ = false;
    } else {
      progress_ = false;
      replace_due_ = false;
      std::optional<SoundQueue::Item> item;
      if (!queue_.empty() && !draining_) item = queue_.pop();
      lock.unlock();
      step(std::move(item));
      lock.lock();
    }
    busy_ = false;
    changed_.notify_all();
  }
  lock.unlock();
  close_all();
}

void StreamWorker::step(std::optional<SoundQueue::Item> item) {
  try {
    if (active_ == nullptr) swap_graph();
    if (item) handle(*item);
    poll_all();
    if (draining_ && retiring_.empty()) tell_end();
  } catch (const Error& error) {
    fail(error);
  } catch (const std::exception& error) {
    fail(Error(ErrorCode::internal, error.what()));
  } catch (...) {
    fail(Error(ErrorCode::internal, "something that is no exception was thrown"));
  }
  if (draining_ && retiring_.empty()) {
    const std::lock_guard lock(mutex_);
    if (interrupted()) return;  // another stream may be drained already
    draining_ = false;
    drained_ = true;
  }
}

void StreamWorker::handle(const SoundQueue::Item& item) {
  if (const Run* run = std::get_if<Run>(&item)) {
    handle_run(*run);
  } else if (const auto* sound = std::get_if<SoundQueue::Sound>(&item)) {
    handle_sound(*sound);
  } else {
    draining_ = true;
    if (active_ != nullptr) retire();
    swap_graph();
  }
}

void StreamWorker::handle_run(const Run& run) {
  swap_graph();
  run_ = run;
  run_frames_ = 0;
  if (active_ == nullptr) return;
  active_->timeline.begin(run);
  active_->session->restart(active_->timeline.start(), run.sample_rate, run.channels);
}

void StreamWorker::handle_sound(const SoundQueue::Sound& sound) {
  const std::int64_t before = run_frames_;
  run_frames_ += sound.frames;
  if (failed()) return;
  if (active_ == nullptr) open_session(before);
  active_->timeline.add(sound.frames, sound.arrival);
  const std::uint64_t windows = active_->session->counts().windows;
  active_->session->push(sound.samples.data(), static_cast<std::size_t>(sound.frames));
  if (active_->session->counts().windows != windows) swap_graph();
}

/// Open a session for the sound after the run's first `skipped` frames.
void StreamWorker::open_session(std::int64_t skipped) {
  auto active = std::make_unique<Active>();
  active->graph = graph_;
  active->graph_number = graph_number_;
  StreamRequest request;
  request.sample_rate = run_->sample_rate;
  request.channels = run_->channels;
  request.max_queued = options_.max_queued;
  request.overflow = overflow_of(options_.leaky);
  request.progress = [this] {
    const std::lock_guard lock(mutex_);
    progress_ = true;
    wake_.notify_one();
  };
  active->session = graph_->open(std::move(request));
  active->timeline.begin(*run_, skipped);
  active_ = std::move(active);
  open_ended_ = true;
  set_current(active_->session);
  if (!may_tell()) active_->session->cancel();
}

void StreamWorker::set_current(std::shared_ptr<HostSession> session) {
  {
    const std::lock_guard lock(mutex_);
    current_session_.swap(session);
  }
  // The one before may close here, which waits for a call of `progress` that wants the lock.
}

/// Let the session of now finish what it has, its clip too, while another one takes over.
void StreamWorker::retire() {
  active_->session->drain();
  set_current(nullptr);
  retiring_.push_back(std::move(active_));
}

void StreamWorker::swap_graph() {
  std::shared_ptr<HostGraph> next;
  {
    const std::lock_guard lock(mutex_);
    next.swap(next_graph_);
    if (next != nullptr) failed_ = false;
  }
  if (next == nullptr) return;
  if (active_ != nullptr) {
    try {
      // The sound of an unfinished window gives none, here or there.
      const Timeline& ended = active_->timeline;
      active_->session->restart(ended.end(), ended.run().sample_rate, ended.run().channels);
      retire();
    } catch (...) {  // the new graph comes all the same, after the failure of the old one
      const std::lock_guard lock(mutex_);
      if (next_graph_ == nullptr) next_graph_ = std::move(next);
      throw;
    }
  }
  graph_ = std::move(next);
  ++graph_number_;
}

void StreamWorker::poll_all() {
  while (!retiring_.empty() && poll_retiring(*retiring_.front())) {
    add_counts(closed_, *retiring_.front());
    retiring_.pop_front();
  }
  WorkerCounts counts = closed_;
  counts.outstanding = 0;
  for (const auto& retiring : retiring_) add_counts(counts, *retiring);
  // The counts first: what they call computed is then among what is polled.
  if (active_ != nullptr) add_counts(counts, *active_);
  // Results of a new graph come after those of the old one.
  if (retiring_.empty()) {
    tell_graph(graph_, graph_number_);
    if (active_ != nullptr) poll_one(*active_);
  }
  publish(counts);
  tell_progress(counts);
}

/// As `poll_one`; where another graph is in use already, the stream survives a failure of the old.
bool StreamWorker::poll_retiring(const Active& active) {
  try {
    return poll_one(active);
  } catch (const Error& error) {
    if (active.graph_number == graph_number_) throw;
    if (may_tell()) listener_.on_failure(error);
    return true;
  }
}

/// Tell what is there; returns whether the session has ended.
bool StreamWorker::poll_one(const Active& active) {
  melgraph_host_result result{};
  for (;;) {
    switch (active.session->poll(result)) {
      case Polled::nothing: return false;
      case Polled::ended: return true;
      case Polled::result: tell_result(active, result);
    }
  }
}

void StreamWorker::tell_result(const Active& active, const melgraph_host_result& result) {
  tell_graph(active.graph, active.graph_number);
  if (!may_tell()) return;
  const MediaTime start = active.timeline.at_start(result.start);
  const MediaTime end = active.timeline.at_end(result.end);
  listener_.on_result(
      {*active.graph, active.graph->info().output[result.output], result.index, start.nanoseconds,
       std::max<std::int64_t>(end.nanoseconds - start.nanoseconds, 0), *start.run, result.value,
       result.values, std::max<std::int64_t>(now() - active.timeline.arrival(result.end), 0)});
}

void StreamWorker::tell_graph(const std::shared_ptr<HostGraph>& graph, std::uint64_t number) {
  if (number == told_graph_ || !may_tell()) return;
  told_graph_ = number;
  listener_.on_graph(graph);
}

/// Tell how far the stream is, and what it lost.
void StreamWorker::tell_progress(const WorkerCounts& counts) {
  if (!run_ || !may_tell()) return;
  const std::int64_t end = run_->media_start + nanoseconds_of(run_frames_, run_->sample_rate);
  const std::int64_t lost = this->counts().lost;
  if (counts.dropped > told_dropped_ || lost > told_lost_) {
    told_dropped_ = counts.dropped;
    told_lost_ = lost;
    WorkerCounts told = counts;
    told.lost = lost;
    listener_.on_drop(told, end, *run_);
  }
  if (active_ == nullptr || counts.outstanding > 0 || !retiring_.empty() || !may_tell()) return;
  double longest = 0;
  const melgraph_host_graph_info& info = active_->graph->info();
  for (std::size_t v = 0; v < info.views; ++v) longest = std::max(longest, info.view[v].window);
  const std::int64_t unfinished = static_cast<std::int64_t>(longest * 1e9) + converter_delay;
  listener_.on_position(std::max(run_->media_start, end - unfinished), *run_);
}

void StreamWorker::tell_end() {
  if (!open_ended_ || !may_tell()) return;
  open_ended_ = false;
  listener_.on_end();
}

void StreamWorker::add_counts(WorkerCounts& counts, const Active& active) {
  const melgraph_host_session_counts session = active.session->counts();
  counts.windows += session.windows;
  counts.dropped += session.dropped;
  counts.outstanding += session.outstanding;
}

void StreamWorker::publish(WorkerCounts counts) {
  const std::lock_guard lock(mutex_);
  counts.lost = counts_.lost;
  counts_ = counts;
  unfinished_ = counts.outstanding > 0 || !retiring_.empty();
}

void StreamWorker::close_all() {
  if (active_ != nullptr) add_counts(closed_, *active_);
  for (const auto& retiring : retiring_) add_counts(closed_, *retiring);
  closed_.outstanding = 0;
  active_.reset();
  retiring_.clear();
  set_current(nullptr);
  publish(closed_);
}

void StreamWorker::reset_stream() noexcept {
  close_all();
  draining_ = false;
  open_ended_ = false;
  run_.reset();
  try {
    listener_.on_flush();
  } catch (...) {  // there is nobody to tell
  }
  const std::lock_guard lock(mutex_);
  failed_ = false;
}

void StreamWorker::fail(const Error& error) noexcept {
  if (!may_tell()) return;  // what was cancelled fails
  close_all();
  open_ended_ = false;
  try {
    tell_graph(graph_, graph_number_);
    // Who sees that the stream has failed has been told why.
    listener_.on_failure(error);
  } catch (...) {  // there is nobody to tell
  }
  const std::lock_guard lock(mutex_);
  if (interrupted()) return;
  failed_ = true;
  replace_due_ = next_graph_ != nullptr;
}

}  // namespace melgraph::stream
