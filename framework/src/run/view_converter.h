#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "graph/graph.h"
#include "run/resampler.h"
#include "run/window_cutter.h"

namespace melgraph {

/// Turns pushed PCM into the windows of every view of a graph.
///
/// Each distinct (rate, channels, resampler) is converted once, however many views cut it.
/// [one-thread-at-a-time]
class MELGRAPH_API ViewConverter {
 public:
  /// Called with the view's index; windows of one view come in order.
  using Emit = std::function<void(int view, AudioWindow&& window)>;

  /// Throws `Error` of code `input` where a view asks for channels that the input lacks.
  ViewConverter(const std::vector<View>& views, int sample_rate, int channels, double start);
  ~ViewConverter();

  void push(const float* interleaved, std::size_t frames, const Emit& emit);
  /// End the input; returns false where there was no sample at all.
  bool finish(const Emit& emit);
  /// Forget all sound and begin anew at `start` seconds.
  void reset(double start);

  /// Return the number of windows emitted for `view`.
  std::int64_t emitted(int view) const;

 private:
  struct Cut {
    int view;
    WindowCutter cutter;
    std::int64_t emitted = 0;
  };
  struct Conversion {
    int sample_rate = 0;
    int channels = 0;
    std::vector<std::unique_ptr<Resampler>> resamplers;  ///< one a channel
    std::vector<std::vector<float>> converted;           ///< [channel], scratch
    std::vector<Cut> cuts;
  };

  void emit_windows(Cut& cut, const Emit& emit);
  void pass_on(Conversion& conversion, const Emit& emit);

  int channels_;
  std::int64_t frames_ = 0;
  std::vector<Conversion> conversions_;
  std::vector<float> planar_;  ///< scratch
};

}  // namespace melgraph
