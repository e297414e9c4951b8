#pragma once

#include <cstddef>
#include <memory>

#include "melgraph/export.h"
#include "melgraph/result.h"

namespace melgraph {

struct SessionOptions {
  int sample_rate = 0;  ///< Hz of what will be pushed
  int channels = 1;     ///< interleaved channels of what will be pushed
  double start = 0;     ///< time of the first sample, seconds
};

/// One stream, or one file, on its way through a graph.
///
/// `push`, `drain`, `flush` and `cancel` belong to one producer thread, `poll` and `wait` to one
/// consumer thread; they may be the same.
class MELGRAPH_API Session {
 public:
  virtual ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Take `frames` interleaved frames of PCM in [-1, 1]. Blocks while the graph's queue is full.
  /// Throws `Error` of code `input` for samples that are not finite.
  virtual void push(const float* interleaved, std::size_t frames) = 0;
  /// End the input: apply the tail policy and finish what is per clip. Throws `Error` of code
  /// `input` where there was no sample at all.
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

 protected:
  Session() = default;
};

}  // namespace melgraph
