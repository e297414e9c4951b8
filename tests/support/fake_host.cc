#include "fake_host.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "melgraph/error.h"

namespace melgraph::fake {

struct Engine::State {
  struct Item {
    std::shared_ptr<melgraph_host_session> session;
    std::int64_t index = 0;
    double start = 0;
    double end = 0;
    std::vector<float> scores;
  };

  explicit State(EngineOptions chosen) : options(chosen) {}

  void compute();
  void submit(std::unique_lock<std::mutex>& lock, Item item);
  /// Take what became of a window, `computed` or dropped; returns whether to tell.
  static bool arrive(const EngineOptions& options, Item& item, bool computed);
  static bool end_if_done(const EngineOptions& options, melgraph_host_session& session);
  void tell(std::unique_lock<std::mutex>& lock,
            const std::shared_ptr<melgraph_host_session>& session);

  const EngineOptions options;
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  std::deque<Item> queue;
  std::size_t permits = 0;
  bool free = false;
  bool stopping = false;
  std::uint64_t windows = 0;
  std::size_t blocked = 0;
  std::size_t opened = 0;
  std::size_t late = 0;
  std::size_t sessions = 0;
  std::size_t graphs = 0;
  std::thread thread;
};

namespace {

using State = Engine::State;

std::mutex registry_mutex;
std::map<std::string, std::weak_ptr<State>> registry;

struct Result {
  std::size_t output = 0;
  std::int64_t index = 0;
  double start = 0;
  double end = 0;
  std::vector<float> values;
};

}  // namespace
}  // namespace melgraph::fake

using melgraph::Error;
using melgraph::ErrorCode;
using melgraph::fake::EngineOptions;
using melgraph::fake::State;

struct melgraph_host_graph {
  std::shared_ptr<State> state;
  const char* labels[4] = {"first", "last", "mean", "samples"};
  std::vector<melgraph_host_output> outputs;
  melgraph_host_view view{};
  melgraph_host_graph_info info{};
};

/// Shared by the one who holds it and the windows on their way; the engine's mutex guards it.
struct melgraph_host_session {
  std::shared_ptr<State> state;
  melgraph_host_stream stream{};
  std::vector<float> sound;   ///< first channel, from `first` of the run on
  std::int64_t first = 0;     ///< frame of the run
  std::int64_t received = 0;  ///< frames of the run
  std::int64_t cut = 0;       ///< windows of the run
  double origin = 0;
  bool any_sound = false;
  int pushes = 0;
  std::int64_t indices = 0;
  std::uint64_t windows = 0;
  std::uint64_t dropped = 0;
  std::uint64_t computed = 0;
  std::deque<melgraph::fake::Result> results;
  melgraph::fake::Result polled;
  std::int64_t results_told = 0;
  double clip_start = 0;
  double clip_end = 0;
  double clip_sum = 0;
  std::optional<Error> error;
  bool drained = false;
  bool done = false;
  bool cancelled = false;
  bool silent = false;  ///< begins no further call of `progress`
  bool closing = false;
  int telling = 0;
  std::weak_ptr<melgraph_host_session> self;
  std::shared_ptr<melgraph_host_session> held;  ///< until it is closed
};

namespace melgraph::fake {

bool State::end_if_done(const EngineOptions& options, melgraph_host_session& session) {
  if (!session.drained || session.done || session.windows != session.dropped + session.computed) {
    return false;
  }
  session.done = true;
  if (options.clip && session.computed > 0) {
    const auto count = static_cast<float>(session.computed);
    session.results.push_back({options.windows ? 1U : 0U,
                               0,
                               session.clip_start,
                               session.clip_end,
                               {count, static_cast<float>(session.clip_sum) / count, 0, 0}});
  }
  return true;
}

bool State::arrive(const EngineOptions& options, Item& item, bool computed) {
  melgraph_host_session& session = *item.session;
  if (session.cancelled) return false;
  ++(computed ? session.computed : session.dropped);
  if (session.error) return false;
  const bool caught_up = session.windows == session.dropped + session.computed;
  if (computed && item.index == options.fail_window) {
    session.error = Error(ErrorCode::run_time, "window " + std::to_string(item.index) + " fails");
    session.done = true;
    return true;
  }
  if (computed) {
    if (session.computed == 1) session.clip_start = item.start;
    session.clip_end = item.end;
    session.clip_sum += item.scores[2];
    if (options.windows) {
      session.results.push_back(
          {0, session.results_told++, item.start, item.end, std::move(item.scores)});
    }
  }
  return end_if_done(options, session) || (computed && options.windows) || caught_up;
}

void State::tell(std::unique_lock<std::mutex>& lock,
                 const std::shared_ptr<melgraph_host_session>& session) {
  if (session->silent || session->stream.progress == nullptr) return;
  ++session->telling;
  if (options.late_progress && std::this_thread::get_id() == thread.get_id()) {
    ++late;
    changed.notify_all();
    changed.wait(lock, [&] { return session->closing; });
  }
  lock.unlock();
  session->stream.progress(session->stream.progress_user);
  lock.lock();
  --session->telling;
  changed.notify_all();
}

void State::compute() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return stopping || (!queue.empty() && (free || permits > 0)); });
    if (stopping) return;
    if (!free) --permits;
    Item item = std::move(queue.front());
    queue.pop_front();
    changed.notify_all();
    // What a worker has taken is neither in the queue nor computed for a while.
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
    if (arrive(options, item, true)) tell(lock, item.session);
  }
}

void State::submit(std::unique_lock<std::mutex>& lock, Item item) {
  const std::shared_ptr<melgraph_host_session> session = item.session;
  ++session->windows;
  ++windows;
  changed.notify_all();
  const auto waiting = [&] {
    std::size_t count = 0;
    for (const Item& other : queue) count += other.session == session ? 1 : 0;
    return count;
  };
  const auto most = static_cast<std::size_t>(session->stream.max_queued);
  const auto full = [&] { return most > 0 && waiting() >= most; };
  if (session->stream.overflow == 0) {
    ++blocked;
    changed.notify_all();
    changed.wait(lock, [&] { return session->cancelled || !full(); });
    --blocked;
    if (session->cancelled) return;
  } else if (full()) {
    Item gone = std::move(item);
    if (session->stream.overflow == 1) {
      const auto oldest = std::find_if(queue.begin(), queue.end(),
                                       [&](const Item& other) { return other.session == session; });
      std::swap(*oldest, gone);
      std::rotate(oldest, oldest + 1, queue.end());
    }
    if (arrive(options, gone, false)) tell(lock, session);
    return;
  }
  queue.push_back(std::move(item));
  changed.notify_all();
}

namespace {

char* copy_text(const std::string& text) {
  char* const copy = static_cast<char*>(std::malloc(text.size() + 1));
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

template <class Work>
bool guarded(melgraph_host_failure* failure, Work work) {
  *failure = {0, nullptr};
  try {
    work();
    return true;
  } catch (const Error& error) {
    *failure = {static_cast<int>(error.code()), copy_text(error.what())};
  }
  return false;
}

std::int64_t frames_of(double seconds, int rate) {
  return std::llround(seconds * rate);
}

/// Cut what is complete, or with `all` the only, unfinished window.
void cut_windows(melgraph_host_session& session, std::unique_lock<std::mutex>& lock, bool all) {
  State& state = *session.state;
  const int rate = session.stream.sample_rate;
  const std::int64_t window = frames_of(state.options.window, rate);
  const std::int64_t hop = frames_of(state.options.hop, rate);
  for (;;) {
    const std::int64_t start = session.cut * hop;
    const bool full = session.received - start >= window;
    if (session.cancelled || (!full && !(all && session.indices == 0 && session.received > 0))) {
      return;
    }
    const std::int64_t real = std::min(window, session.received - start);
    const auto begin = session.sound.begin() + (start - session.first);
    const auto end = begin + real;
    State::Item item;
    item.session = session.self.lock();
    item.index = session.indices++;
    item.start = session.origin + static_cast<double>(start) / rate;
    item.end = session.origin + static_cast<double>(start + real) / rate;
    item.scores = {*begin, *(end - 1), std::accumulate(begin, end, 0.0F) / static_cast<float>(real),
                   static_cast<float>(real)};
    ++session.cut;
    const std::int64_t used = std::min(session.cut * hop, session.received) - session.first;
    session.sound.erase(session.sound.begin(), session.sound.begin() + used);
    session.first += used;
    state.submit(lock, std::move(item));
  }
}

void check_open(const melgraph_host_session& session) {
  if (session.cancelled) throw Error(ErrorCode::cancelled, "the session was cancelled");
  if (session.drained) throw Error(ErrorCode::usage, "the session was drained");
  if (session.error) throw Error(*session.error);
}

/// End the session with the error on its way.
[[noreturn]] void end_with(melgraph_host_session& session, std::unique_lock<std::mutex>& lock,
                           Error error) {
  session.error = error;
  session.done = true;
  session.state->tell(lock, session.self.lock());
  throw Error(std::move(error));
}

int push(melgraph_host_session* session, const float* interleaved, std::size_t frames,
         melgraph_host_failure* failure) {
  return guarded(failure, [&] {
    std::unique_lock lock(session->state->mutex);
    check_open(*session);
    if (session->pushes++ == session->state->options.fail_push) {
      end_with(*session, lock, Error(ErrorCode::input, "the sound is damaged"));
    }
    session->any_sound = session->any_sound || frames > 0;
    const auto channels = static_cast<std::size_t>(session->stream.channels);
    for (std::size_t i = 0; i < frames; ++i) session->sound.push_back(interleaved[i * channels]);
    session->received += static_cast<std::int64_t>(frames);
    cut_windows(*session, lock, false);
  });
}

int restart(melgraph_host_session* session, double start, int sample_rate, int channels,
            melgraph_host_failure* failure) {
  return guarded(failure, [&] {
    const std::unique_lock lock(session->state->mutex);
    check_open(*session);
    const double rate = session->stream.sample_rate;
    const double end = session->origin + static_cast<double>(session->received) / rate;
    if (sample_rate < 1 || channels < 1 || !(start >= end - 0.5 / rate)) {
      throw Error(ErrorCode::usage, "sound cannot follow here");
    }
    session->sound.clear();
    session->first = session->received = session->cut = 0;
    session->origin = start;
    session->stream.sample_rate = sample_rate;
    session->stream.channels = channels;
  });
}

int drain(melgraph_host_session* session, melgraph_host_failure* failure) {
  return guarded(failure, [&] {
    std::unique_lock lock(session->state->mutex);
    check_open(*session);
    if (!session->any_sound) {
      end_with(*session, lock, Error(ErrorCode::input, "the input holds no sound"));
    }
    cut_windows(*session, lock, true);
    session->drained = true;
    State::end_if_done(session->state->options, *session);
    session->state->tell(lock, session->self.lock());
  });
}

int flush(melgraph_host_session*, double, melgraph_host_failure* failure) {
  return guarded(failure, [] { throw Error(ErrorCode::internal, "nobody asks for this"); });
}

int poll(melgraph_host_session* session, melgraph_host_result* result,
         melgraph_host_failure* failure) {
  int polled = 0;
  const bool fine = guarded(failure, [&] {
    const std::unique_lock lock(session->state->mutex);
    if (!session->results.empty()) {
      Result& kept = session->polled;
      kept = std::move(session->results.front());
      session->results.pop_front();
      *result = {kept.output, kept.index,         kept.start,
                 kept.end,    kept.values.size(), kept.values.data()};
      polled = 1;
    } else if (session->done && session->error && !session->cancelled) {
      throw Error(*session->error);
    } else {
      polled = session->done ? 2 : 0;
    }
  });
  return fine ? polled : -1;
}

void session_counts(const melgraph_host_session* session, melgraph_host_session_counts* counts) {
  const std::unique_lock lock(session->state->mutex);
  const std::uint64_t left = session->windows - session->dropped - session->computed;
  *counts = {session->windows, session->dropped, session->done ? 0 : left};
}

void cancel(melgraph_host_session* session) {
  std::deque<State::Item> gone;
  const std::unique_lock lock(session->state->mutex);
  session->silent = session->cancelled = session->done = true;
  session->results.clear();
  std::deque<State::Item> kept;
  for (State::Item& item : session->state->queue) {
    (item.session.get() == session ? gone : kept).push_back(std::move(item));
  }
  session->state->queue.swap(kept);
  session->state->changed.notify_all();
}

void close_session(melgraph_host_session* session) {
  cancel(session);
  std::shared_ptr<melgraph_host_session> last;
  std::unique_lock lock(session->state->mutex);
  session->closing = true;
  session->state->changed.notify_all();
  session->state->changed.wait(lock, [&] { return session->telling == 0; });
  --session->state->sessions;
  last.swap(session->held);
  const std::shared_ptr<State> state = session->state;
  lock.unlock();
}

melgraph_host_session* open_session(melgraph_host_graph* graph, const melgraph_host_stream* stream,
                                    melgraph_host_failure* failure) {
  melgraph_host_session* opened = nullptr;
  guarded(failure, [&] {
    if (graph->state->options.fail_session) {
      throw Error(ErrorCode::input, "the input has the wrong channels");
    }
    if (stream->sample_rate < 1 || stream->channels < 1 ||
        (stream->max_queued == 0 && stream->overflow != 0)) {
      throw Error(ErrorCode::usage, "there is no such stream");
    }
    auto session = std::make_shared<melgraph_host_session>();
    session->state = graph->state;
    session->stream = *stream;
    session->origin = stream->start;
    session->self = session;
    session->held = session;
    const std::unique_lock lock(graph->state->mutex);
    ++graph->state->sessions;
    ++graph->state->opened;
    graph->state->changed.notify_all();
    opened = session.get();
  });
  return opened;
}

melgraph_host_graph* open_graph(const melgraph_host_request* request,
                                melgraph_host_failure* failure) {
  std::unique_ptr<melgraph_host_graph> graph;
  guarded(failure, [&] {
    std::shared_ptr<State> state;
    {
      const std::lock_guard lock(registry_mutex);
      const auto found = registry.find(request->graph != nullptr ? request->graph : "");
      if (found != registry.end()) state = found->second.lock();
    }
    if (state == nullptr || state->options.fail_graph) {
      throw Error(ErrorCode::invalid_graph, "the graph is broken");
    }
    graph = std::make_unique<melgraph_host_graph>();
    graph->state = state;
    if (state->options.windows) {
      graph->outputs.push_back({"scores", MELGRAPH_HOST_WINDOW, 4, graph->labels});
    }
    if (state->options.clip) graph->outputs.push_back({"clip", MELGRAPH_HOST_CLIP, 0, nullptr});
    graph->view = {"view", 16000, 1, state->options.window, state->options.hop};
    graph->info = {"fake", "cpu", graph->outputs.size(), graph->outputs.data(), 1, &graph->view};
    const std::unique_lock lock(state->mutex);
    ++state->graphs;
  });
  return graph.release();
}

const melgraph_host_graph_info* graph_info(const melgraph_host_graph* graph) {
  return &graph->info;
}

void graph_counts(const melgraph_host_graph* graph, melgraph_host_graph_counts* counts) {
  const std::unique_lock lock(graph->state->mutex);
  *counts = {graph->state->windows, graph->state->windows, 0};
}

void close_graph(melgraph_host_graph* graph) {
  {
    const std::unique_lock lock(graph->state->mutex);
    --graph->state->graphs;
  }
  delete graph;
}

void free_text(char* text) {
  std::free(text);
}

}  // namespace

const melgraph_host_table& Engine::table() {
  static const melgraph_host_table table = {sizeof(melgraph_host_table),
                                            MELGRAPH_HOST_VERSION,
                                            "fake",
                                            free_text,
                                            open_graph,
                                            graph_info,
                                            graph_counts,
                                            close_graph,
                                            open_session,
                                            push,
                                            restart,
                                            drain,
                                            flush,
                                            poll,
                                            session_counts,
                                            cancel,
                                            close_session};
  return table;
}

Engine::Engine(EngineOptions options) : state_(std::make_shared<State>(options)) {
  static int count = 0;
  {
    const std::lock_guard lock(registry_mutex);
    name_ = "engine " + std::to_string(count++);
    registry[name_] = state_;
  }
  state_->free = !options.manual;
  const std::lock_guard lock(state_->mutex);  // the thread looks for its own name
  state_->thread = std::thread([state = state_.get()] { state->compute(); });
}

Engine::~Engine() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
  }
  state_->thread.join();
  const std::lock_guard lock(registry_mutex);
  registry.erase(name_);
}

void Engine::complete(std::size_t windows) {
  const std::lock_guard lock(state_->mutex);
  state_->permits += windows;
  state_->changed.notify_all();
}

void Engine::run_freely() {
  const std::lock_guard lock(state_->mutex);
  state_->free = true;
  state_->changed.notify_all();
}

void Engine::wait_for_windows(std::uint64_t windows) const {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->windows >= windows; });
}

void Engine::wait_for_blocked() const {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->blocked > 0; });
}

void Engine::wait_for_late_progress(std::size_t calls) const {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->late >= calls; });
}

void Engine::wait_for_sessions(std::size_t sessions) const {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->opened >= sessions; });
}

std::size_t Engine::open_sessions() const {
  const std::lock_guard lock(state_->mutex);
  return state_->sessions;
}

std::size_t Engine::open_graphs() const {
  const std::lock_guard lock(state_->mutex);
  return state_->graphs;
}

}  // namespace melgraph::fake
