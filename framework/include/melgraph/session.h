#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "melgraph/export.h"
#include "melgraph/result.h"

namespace melgraph {

/// What becomes of a window for which a session has no room.
enum class Overflow {
  wait,         ///< `push` waits
  drop_oldest,  ///< the oldest window that no worker has taken yet gives way
  drop_newest,  ///< the new window is dropped
};

struct SessionOptions {
  int sample_rate = 0;  ///< Hz of what will be pushed
  int channels = 1;     ///< interleaved channels of what will be pushed
  double start = 0;     ///< time of the first sample, seconds
  /// Most windows of one view that wait for a worker; 0: only the graph's own queue sets a bound,
  /// and then `overflow` must be `wait`.
  int max_queued = 0;
  /// With one of the `drop` values, `push` never waits, however many sessions share the graph.
  Overflow overflow = Overflow::wait;
  /// Called, with no lock held, when `poll` may have something new, a result, a failure, the end,
  /// or when `SessionReport::outstanding` has come down to 0, which may give no result.
  /// Comes from a worker's thread or from the producer's; must not wait for either, throw, or
  /// destroy the session. The session's destructor waits for a call under way; none begins after
  /// it.
  std::function<void()> on_progress;
};

/// Counts of one session since it began or was last flushed.
struct SessionReport {
  std::uint64_t windows = 0;      ///< cut, of all views that the graph's outputs need
  std::uint64_t dropped = 0;      ///< of these, dropped for want of room
  std::uint64_t outstanding = 0;  ///< of these, neither dropped nor computed yet
};

/// One stream, or one file, on its way through a graph.
///
/// `push`, `restart`, `drain` and `flush` belong to one producer thread, `poll` and `wait` to one
/// consumer thread; they may be the same. `cancel` and `report` may be called by any thread.
class MELGRAPH_API Session {
 public:
  virtual ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Take `frames` interleaved frames of PCM in [-1, 1]. Blocks while there is no room, where
  /// `Overflow::wait` asks for that.
  /// Throws `Error` of code `input` for samples that are not finite.
  virtual void push(const float* interleaved, std::size_t frames) = 0;
  /// Go on with sound that does not follow what came before: after a gap, or in another format.
  /// The unfinished window is dropped, so that none has sound of both sides; complete windows and
  /// what is per clip stay, and indices go on. `start` is the time of the next sample, not before
  /// the end of what was pushed.
  virtual void restart(double start, int sample_rate, int channels) = 0;
  /// End the input: apply the tail policy and finish what is per clip. Throws `Error` of code
  /// `input` where there was no sample at all since the session began or was flushed.
  virtual void drain() = 0;
  /// Forget all sound not yet reported and begin anew at `start` seconds (a seek, a gap).
  virtual void flush(double start) = 0;
  /// Stop: what is queued is dropped, `wait` returns false.
  virtual void cancel() noexcept = 0;

  /// Take the next result where there is one; results of one output come in order. Throws `Error`
  /// where the session failed, after all results before the failure.
  virtual bool poll(Result& result) = 0;
  /// As `poll`, but wait for it; returns false once everything has been reported.
  virtual bool wait(Result& result) = 0;
  /// Return whether `poll` will give nothing more, because all has been reported or the session was
  /// cancelled. False after a failure: `poll` throws it.
  virtual bool ended() const = 0;

  virtual SessionReport report() const = 0;

 protected:
  Session() = default;
};

}  // namespace melgraph
