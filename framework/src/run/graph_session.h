#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "melgraph/session.h"
#include "run/clip_stage.h"
#include "run/pipeline.h"
#include "run/progress.h"
#include "run/view_converter.h"

namespace melgraph {

/// State of one session, shared by its producer, its consumer and the workers.
class GraphSession : public std::enable_shared_from_this<GraphSession> {
 public:
  /// The pipeline must outlive the session. A session does not own it: workers hold sessions, and
  /// the last of them must not find itself destroying the pipeline that it runs in.
  GraphSession(Pipeline& pipeline, const SessionOptions& options);
  ~GraphSession();

  void push(const float* interleaved, std::size_t frames);
  void restart(double start, int sample_rate, int channels);
  void drain();
  void flush(double start);
  void cancel() noexcept;
  bool next(Result& result, bool block);
  bool ended() const;
  SessionReport report() const;
  /// Let the owner go: he is told nothing any more.
  void close() noexcept;

  /// Return whether items of this epoch are still wanted. [thread-safe]
  bool wants(std::uint64_t epoch) const { return epoch == epoch_; }
  /// Take the lane's results for one window, [1, ...] or [1, patch, ...] each. [thread-safe]
  void deliver(std::uint64_t epoch, int view, std::int64_t index, TimeSpan span,
               std::vector<at::Tensor> rows);
  /// End the session with an error, unless it has one already. [thread-safe]
  void fail(std::uint64_t epoch, const std::exception& error);

 private:
  struct Delivery {
    TimeSpan span;
    std::vector<at::Tensor> rows;  ///< none where the window was dropped
  };
  /// Windows of one view: which came, and how many there are in all.
  struct Arrivals {
    std::map<std::int64_t, Delivery> early;  ///< came before their turn
    std::int64_t next = 0;
    std::int64_t total = -1;  ///< known once the input has ended
  };

  void check_open() const;
  void submit(int view, AudioWindow&& window);
  void drop_queued() noexcept;
  void arrive(std::uint64_t epoch, int view, std::int64_t index, Delivery delivery);
  void accept(int view, const Delivery& delivery);
  void finish_views_and_advance();
  void end_with(Error error);
  void end_producing();
  /// Call `work` of the producer; what it throws ends the session, so that a consumer wakes.
  template <class Work>
  void produce(Work work);

  Pipeline& pipeline_;
  const ResolvedGraph& graph_;
  const Share share_;
  Progress progress_;
  ViewConverter converter_;
  std::atomic<std::uint64_t> epoch_{0};
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> producing_{false};
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  ClipStage stage_;
  std::vector<Arrivals> arrivals_;  ///< by view
  std::deque<Result> results_;
  SessionReport counts_;  ///< but for what is outstanding
  std::uint64_t computed_ = 0;
  std::optional<Error> error_;
  bool drained_ = false;
  bool done_ = false;
};

/// Make a public session on a pipeline.
std::unique_ptr<Session> make_session(std::shared_ptr<Pipeline> pipeline,
                                      const SessionOptions& options);

}  // namespace melgraph
