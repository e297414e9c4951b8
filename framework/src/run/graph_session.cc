#include "run/graph_session.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

namespace melgraph {

namespace {

/// Check what a caller asked for before anything is made of it.
const SessionOptions& checked(const SessionOptions& options) {
  const auto refuse = [](const char* what, const char* hint) {
    throw Error(ErrorCode::usage, what, hint);
  };
  if (!std::isfinite(options.start)) refuse("the start of a session must be a time in seconds", "");
  if (options.max_queued < 0) refuse("max_queued must be 0 or more", "");
  if (options.max_queued == 0 && options.overflow != Overflow::wait) {
    refuse("a session that drops windows needs max_queued", "say how many windows may wait");
  }
  return options;
}

}  // namespace

GraphSession::GraphSession(Pipeline& pipeline, const SessionOptions& options)
    : pipeline_(pipeline),
      graph_(pipeline_.graph()),
      share_{this, static_cast<std::size_t>(checked(options).max_queued), options.overflow},
      progress_(options.on_progress),
      converter_(graph_.views, options.sample_rate, options.channels, options.start),
      stage_(graph_, pipeline_.plan(), pipeline_.clip_instances(), pipeline_.counters()),
      arrivals_(graph_.views.size()) {}

GraphSession::~GraphSession() = default;

/// Throw where no more sound is taken.
void GraphSession::check_open() const {
  if (cancelled_) throw Error(ErrorCode::cancelled, "the session was cancelled");
  const std::lock_guard lock(mutex_);
  if (drained_) throw Error(ErrorCode::usage, "the session was drained: open another");
  if (error_) throw Error(*error_);
}

void GraphSession::submit(int view, AudioWindow&& window) {
  // A view that no output needs gives no work.
  if (cancelled_ || pipeline_.plan().lanes[static_cast<std::size_t>(view)].results.empty()) return;
  const View& source = graph_.views[static_cast<std::size_t>(view)];
  const std::size_t samples = window.samples.size();
  if (source.window == 0) {
    const std::string fault =
        pipeline_.check_whole(view, static_cast<std::int64_t>(samples) / source.channels);
    if (!fault.empty()) throw Error(ErrorCode::input, fault);
  }
  {
    const std::lock_guard lock(mutex_);
    ++counts_.windows;
  }
  std::optional<WorkItem> dropped;
  pipeline_.batcher().push(
      {view, samples}, {shared_from_this(), epoch_, view, std::move(window)},
      samples * sizeof(float), [this] { return cancelled_.load(); }, share_, dropped);
  if (!dropped) return;
  const AudioWindow& gone = dropped->window;
  arrive(dropped->epoch, view, gone.index, {{gone.start, gone.end}, {}});
}

template <class Work>
void GraphSession::produce(Work work) {
  try {
    work();
  } catch (const std::exception& error) {
    end_producing();
    fail(epoch_, error);
    throw;
  }
}

void GraphSession::push(const float* interleaved, std::size_t frames) {
  check_open();
  if (!producing_.exchange(true)) pipeline_.batcher().producer_began();
  const auto clock = std::chrono::steady_clock::now();
  std::chrono::nanoseconds waited{0};
  produce([&] {
    converter_.push(interleaved, frames, [&](int view, AudioWindow&& window) {
      const auto before = std::chrono::steady_clock::now();
      submit(view, std::move(window));
      waited += std::chrono::steady_clock::now() - before;
    });
  });
  pipeline_.counters().convert_nanoseconds +=
      static_cast<std::uint64_t>((std::chrono::steady_clock::now() - clock - waited).count());
}

void GraphSession::restart(double start, int sample_rate, int channels) {
  check_open();
  converter_.check_restart(start, sample_rate, channels);
  produce([&] {
    converter_.restart(start, sample_rate, channels,
                       [&](int view, AudioWindow&& window) { submit(view, std::move(window)); });
  });
}

void GraphSession::end_producing() {
  if (producing_.exchange(false)) pipeline_.batcher().producer_ended();
}

void GraphSession::drain() {
  if (cancelled_) throw Error(ErrorCode::cancelled, "the session was cancelled");
  {
    const std::lock_guard lock(mutex_);
    if (drained_) throw Error(ErrorCode::usage, "the session was drained before");
  }
  produce([&] {
    const bool any =
        converter_.finish([&](int view, AudioWindow&& window) { submit(view, std::move(window)); });
    if (!any) throw Error(ErrorCode::input, "the input holds no sound", "it has no samples");
  });
  end_producing();
  produce([&] {
    const std::lock_guard lock(mutex_);
    drained_ = true;
    for (std::size_t v = 0; v < arrivals_.size(); ++v) {
      arrivals_[v].total =
          pipeline_.plan().lanes[v].results.empty() ? 0 : converter_.emitted(static_cast<int>(v));
    }
    finish_views_and_advance();
  });
  progress_.tell();
}

void GraphSession::flush(double start) {
  if (cancelled_) throw Error(ErrorCode::cancelled, "the session was cancelled");
  if (!std::isfinite(start)) throw Error(ErrorCode::usage, "sound cannot begin at no time");
  {
    const std::lock_guard lock(mutex_);
    ++epoch_;
    converter_.reset(start);
    stage_.reset();
    arrivals_.assign(graph_.views.size(), Arrivals());
    results_.clear();
    error_.reset();
    counts_ = {};
    computed_ = 0;
    drained_ = false;
    done_ = false;
  }
  drop_queued();
}

/// Take the windows of the session out of the queue.
void GraphSession::drop_queued() noexcept {
  pipeline_.batcher().remove_if(
      [this](const WorkItem& item) { return item.session.get() == this; });
}

void GraphSession::cancel() noexcept {
  progress_.stop();
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    ++epoch_;
    done_ = true;
    results_.clear();
  }
  ready_.notify_all();
  drop_queued();
  end_producing();
}

void GraphSession::close() noexcept {
  cancel();
  progress_.close();
}

void GraphSession::deliver(std::uint64_t epoch, int view, std::int64_t index, TimeSpan span,
                           std::vector<at::Tensor> rows) {
  arrive(epoch, view, index, {span, std::move(rows)});
}

/// Take what became of a window; windows of a view go on in their order.
void GraphSession::arrive(std::uint64_t epoch, int view, std::int64_t index, Delivery delivery) {
  const c10::InferenceMode guard;  // also called from the producer's thread
  {
    const std::lock_guard lock(mutex_);
    if (epoch != epoch_) return;
    ++(delivery.rows.empty() ? counts_.dropped : computed_);
    if (error_) return;
    const std::size_t before = results_.size();
    Arrivals& arrivals = arrivals_[static_cast<std::size_t>(view)];
    arrivals.early.emplace(index, std::move(delivery));
    try {
      while (!arrivals.early.empty() && arrivals.early.begin()->first == arrivals.next) {
        accept(view, arrivals.early.begin()->second);
        arrivals.early.erase(arrivals.early.begin());
        ++arrivals.next;
      }
      finish_views_and_advance();
    } catch (const Error& error) {
      end_with(error);
    } catch (const std::exception& error) {
      end_with(Error(ErrorCode::run_time, error.what()));
    }
    const bool caught_up = counts_.windows == counts_.dropped + computed_;
    if (results_.size() == before && !done_ && !caught_up) return;
  }
  progress_.tell();
}

/// End the session with an error; the lock is held.
void GraphSession::end_with(Error error) {
  error_ = std::move(error);
  done_ = true;
  ready_.notify_all();
}

/// Put one window's results into the streams of the clip stage, patches as items of their own.
void GraphSession::accept(int view, const Delivery& delivery) {
  const Lane& lane = pipeline_.plan().lanes[static_cast<std::size_t>(view)];
  if (delivery.rows.empty()) {
    for (const int edge : lane.results) stage_.skip(edge, delivery.span);
    return;
  }
  for (std::size_t i = 0; i < lane.results.size(); ++i) {
    const Edge& edge = graph_.edges[static_cast<std::size_t>(lane.results[i])];
    const int expander = graph_.grids[static_cast<std::size_t>(edge.grid)].expanded_by;
    if (expander < 0) {
      stage_.add(lane.results[i], delivery.rows[i], {delivery.span});
      continue;
    }
    const Edge& patched = graph_.edges[static_cast<std::size_t>(expander)];
    const at::Tensor patches = delivery.rows[i].select(0, 0);
    if (patches.size(0) == 0) {
      throw Error(ErrorCode::input, "the sound is too short for one patch of " + patched.name);
    }
    std::vector<TimeSpan> spans;
    for (std::int64_t p = 0; p < patches.size(0); ++p) {
      const double start = delivery.span.start + static_cast<double>(p) * patched.patch_hop;
      if (p > 0 && start >= delivery.span.end) break;  // nothing but what fills the window up
      spans.push_back({start, std::min(start + patched.patch_length, delivery.span.end)});
    }
    stage_.add(lane.results[i], patches, spans);
  }
}

void GraphSession::finish_views_and_advance() {
  if (done_) return;
  for (std::size_t v = 0; v < arrivals_.size(); ++v) {
    if (arrivals_[v].total < 0 || arrivals_[v].next < arrivals_[v].total) continue;
    for (const int edge : pipeline_.plan().lanes[v].results) stage_.finish(edge);
  }
  const c10::InferenceMode guard;  // also called from the producer's thread
  stage_.advance([this](Result&& result) { results_.push_back(std::move(result)); });
  done_ = drained_ && stage_.done();
  ready_.notify_all();
}

void GraphSession::fail(std::uint64_t epoch, const std::exception& error) {
  {
    const std::lock_guard lock(mutex_);
    if (epoch != epoch_ || error_) return;
    const auto* known = dynamic_cast<const Error*>(&error);
    end_with(known != nullptr ? *known : Error(ErrorCode::run_time, error.what()));
  }
  progress_.tell();
}

bool GraphSession::next(Result& result, bool block) {
  std::unique_lock lock(mutex_);
  if (block) ready_.wait(lock, [&] { return !results_.empty() || done_; });
  if (!results_.empty()) {
    result = std::move(results_.front());
    results_.pop_front();
    return true;
  }
  if (done_ && error_ && !cancelled_) throw Error(*error_);
  return false;
}

bool GraphSession::ended() const {
  const std::lock_guard lock(mutex_);
  return done_ && results_.empty() && (cancelled_ || !error_);
}

SessionReport GraphSession::report() const {
  const std::lock_guard lock(mutex_);
  SessionReport report = counts_;
  // What is left after a failure or a cancellation is never asked for.
  if (!done_) report.outstanding = counts_.windows - counts_.dropped - computed_;
  return report;
}

namespace {

/// What a user holds; its end is the end of the session.
class PublicSession final : public Session {
 public:
  PublicSession(std::shared_ptr<Pipeline> pipeline, const SessionOptions& options)
      : pipeline_(std::move(pipeline)),
        session_(std::make_shared<GraphSession>(*pipeline_, options)) {}
  ~PublicSession() override { session_->close(); }

  void push(const float* interleaved, std::size_t frames) override {
    session_->push(interleaved, frames);
  }
  void restart(double start, int sample_rate, int channels) override {
    session_->restart(start, sample_rate, channels);
  }
  void drain() override { session_->drain(); }
  void flush(double start) override { session_->flush(start); }
  void cancel() noexcept override { session_->cancel(); }
  bool poll(Result& result) override { return session_->next(result, false); }
  bool wait(Result& result) override { return session_->next(result, true); }
  bool ended() const override { return session_->ended(); }
  SessionReport report() const override { return session_->report(); }

 private:
  const std::shared_ptr<Pipeline> pipeline_;  // outlives the session, even if the engine does not
  const std::shared_ptr<GraphSession> session_;
};

}  // namespace

std::unique_ptr<Session> make_session(std::shared_ptr<Pipeline> pipeline,
                                      const SessionOptions& options) {
  return std::make_unique<PublicSession>(std::move(pipeline), options);
}

}  // namespace melgraph
