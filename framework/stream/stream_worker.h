#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "host_graph.h"
#include "sound_queue.h"
#include "timeline.h"

namespace melgraph::stream {

/// What becomes of sound that comes faster than it is classified.
enum class Leaky {
  no,          ///< `push` waits
  upstream,    ///< new windows are dropped
  downstream,  ///< the oldest windows that wait are dropped
};

struct WorkerOptions {
  int max_queued = 4;  ///< windows of a view that wait for the engine
  Leaky leaky = Leaky::downstream;
};

/// One result with its place in the media.
struct TimedResult {
  const HostGraph& graph;
  const melgraph_host_output& output;
  std::int64_t index = 0;         ///< counts the output's results of this stream and graph, from 0
  std::int64_t start = 0;         ///< time in the media, nanoseconds
  std::int64_t duration = 0;      ///< nanoseconds of real sound
  const Run& run;                 ///< that the result begins in
  const float* values = nullptr;  ///< one a class
  std::size_t count = 0;
  std::int64_t latency = 0;  ///< nanoseconds from the arrival of its last sound to now
};

/// Counts of a worker since it began.
struct WorkerCounts {
  std::uint64_t windows = 0;      ///< cut
  std::uint64_t dropped = 0;      ///< of these, dropped
  std::uint64_t outstanding = 0;  ///< of these, on their way
  std::int64_t lost = 0;          ///< nanoseconds of sound dropped before it made a window
};

/// What a worker tells. Called from the worker's thread, with no lock held; must not wait for the
/// worker. What `on_failure` and `on_flush` throw is lost, what the others throw ends the stream.
class StreamListener {
 public:
  virtual ~StreamListener();
  virtual void on_result(const TimedResult& result) = 0;
  /// More has been dropped; `end` is the time in the media up to which sound has come.
  virtual void on_drop(const WorkerCounts& counts, std::int64_t end, const Run& run) = 0;
  /// No window's result that begins before `time` will come any more. Results that are per clip
  /// may.
  virtual void on_position(std::int64_t time, const Run& run) = 0;
  /// The stream has ended, and all its results have been told. Not where it had no sound or failed.
  virtual void on_end() = 0;
  /// The stream was flushed: what comes belongs to another.
  virtual void on_flush() = 0;
  /// The stream ended with an error; nothing more comes until it is flushed or gets a new graph.
  virtual void on_failure(const Error& error) = 0;
  /// The graph in use has changed as asked; all results of the one before have been told.
  virtual void on_graph(const std::shared_ptr<HostGraph>& graph) = 0;
};

/// Brings the sound of one live stream through a graph, on a thread of its own, so that whoever
/// pushes the sound does not wait for the engine unless he asks for that.
///
/// `begin_run`, `push`, `settle`, `drain` belong to one producer thread. [thread-safe] all else.
/// From the listener only the flushes, `replace` and what returns something may be called.
class StreamWorker {
 public:
  /// The listener must outlive the worker.
  StreamWorker(StreamListener& listener, std::shared_ptr<HostGraph> graph, WorkerOptions options);
  ~StreamWorker();
  StreamWorker(const StreamWorker&) = delete;
  StreamWorker& operator=(const StreamWorker&) = delete;

  /// Say that the sound which follows does not belong to what came before: no window has sound of
  /// both.
  void begin_run(const Run& run);
  /// Take interleaved samples of the last run. Copies; waits only with `Leaky::no`. Returns false
  /// where the sound was not taken, since the worker is flushed or has failed, there is no run, or
  /// `Leaky::upstream` drops it.
  bool push(const float* interleaved, std::size_t frames);
  /// Wait until all that was pushed has been classified and told as far as it makes windows.
  /// Returns false where a flush, a failure or `stop` came between.
  bool settle();
  /// End the stream: wait until all has been told, per clip too. The next run begins a new stream.
  /// Returns false where a flush, a failure or `stop` came between.
  bool drain();

  /// Stop at once, for good: what is on its way is dropped, and nothing is told any more once this
  /// returns. Not from the listener.
  void stop();

  /// Drop all sound and all that has not been told, and let whoever waits in `push`, `settle` or
  /// `drain` go, until `flush_end`.
  void flush_begin();
  /// Go on with a new stream. Once it returns nothing of the old one is told.
  void flush_end();
  /// Use another graph: at once where no stream runs, else from the end of the sound with which the
  /// next window is complete, or from the next run. The sound of the window that is unfinished then
  /// gives none; those before it are all told. Where the stream had failed it goes on.
  void replace(std::shared_ptr<HostGraph> graph);

  WorkerCounts counts() const;
  /// Whether the stream has ended with an error.
  bool failed() const;

 private:
  /// A session with the times of its sound.
  struct Active {
    std::shared_ptr<HostGraph> graph;
    std::uint64_t graph_number = 0;
    std::shared_ptr<HostSession> session;
    Timeline timeline;
  };

  void run();
  void step(std::optional<SoundQueue::Item> item);
  void handle(const SoundQueue::Item& item);
  void handle_run(const Run& run);
  void handle_sound(const SoundQueue::Sound& sound);
  void open_session(std::int64_t skipped);
  void set_current(std::shared_ptr<HostSession> session);
  void retire();
  void swap_graph();
  void poll_all();
  bool poll_retiring(const Active& active);
  bool poll_one(const Active& active);
  void tell_result(const Active& active, const melgraph_host_result& result);
  void tell_graph(const std::shared_ptr<HostGraph>& graph, std::uint64_t number);
  void tell_progress(const WorkerCounts& counts);
  void tell_end();
  void fail(const Error& error) noexcept;
  void reset_stream() noexcept;
  void close_all();
  static void add_counts(WorkerCounts& counts, const Active& active);
  void publish(WorkerCounts counts);
  bool may_tell() const;
  bool idle() const;
  /// Whether the producer is not heard; whether the worker must not tell. Both need `mutex_`.
  bool refusing() const { return stopping_ || flushing_; }
  bool interrupted() const { return refusing() || flush_due_; }

  StreamListener& listener_;
  const WorkerOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;     ///< the worker has something to do
  std::condition_variable changed_;  ///< the worker has done something
  SoundQueue queue_;
  std::shared_ptr<HostGraph> next_graph_;
  std::shared_ptr<HostSession> current_session_;  ///< that the worker may wait in
  std::uint64_t generation_ = 0;                  ///< counts flushes
  bool progress_ = false;                         ///< a session may have something new
  bool replace_due_ = false;                      ///< `next_graph_` is new
  bool busy_ = false;
  bool unfinished_ = false;  ///< windows are on their way
  bool flushing_ = false;
  bool flush_due_ = false;
  bool stopping_ = false;
  bool failed_ = false;
  bool drained_ = false;
  WorkerCounts counts_;

  // Only the worker's thread uses these.
  std::shared_ptr<HostGraph> graph_;
  std::uint64_t graph_number_ = 0;  ///< counts the graphs used
  std::uint64_t told_graph_ = 0;    ///< number of the last one told
  std::unique_ptr<Active> active_;
  std::deque<std::unique_ptr<Active>> retiring_;
  std::optional<Run> run_;       ///< begun last; a session may not be open yet
  std::int64_t run_frames_ = 0;  ///< of it
  bool open_ended_ = false;      ///< the stream had sound, and no end was told
  bool draining_ = false;
  WorkerCounts closed_;  ///< of sessions that have ended
  std::uint64_t told_dropped_ = 0;
  std::int64_t told_lost_ = 0;

  std::mutex join_mutex_;
  std::thread thread_;
  std::thread::id worker_id_;
};

}  // namespace melgraph::stream
