#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
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
  /// End the input; returns false where there was no sample at all since it began.
  bool finish(const Emit& emit);
  /// Go on with sound that does not follow what came before, perhaps in another format: windows
  /// that are complete are emitted, an unfinished one is dropped, indices go on. Throws `Error`,
  /// and changes nothing, for a format that cannot be taken and for a `start` before the end of
  /// what was pushed.
  void restart(double start, int sample_rate, int channels, const Emit& emit);
  /// Throw what `restart` would for a wrong time or format.
  void check_restart(double start, int sample_rate, int channels) const;
  /// Forget all sound and begin anew at `start` seconds, in the same format.
  void reset(double start);

  /// Return the number of windows emitted for `view`.
  std::int64_t emitted(int view) const;

 private:
  struct Cut {
    int view;
    WindowCutter cutter;
    std::int64_t emitted = 0;
  };
  using Resamplers = std::vector<std::unique_ptr<Resampler>>;  ///< one a channel
  struct Conversion {
    std::string resampler;
    int sample_rate = 0;
    int channels = 0;
    Resamplers resamplers;
    std::vector<std::vector<float>> converted;  ///< [channel], scratch
    std::vector<Cut> cuts;
  };

  static Resamplers make_resamplers(const Conversion& conversion, int sample_rate);
  void check_format(int sample_rate, int channels) const;
  void finish_resamplers(Conversion& conversion, const Emit& emit);
  void emit_windows(Cut& cut, const Emit& emit);
  void pass_on(Conversion& conversion, const Emit& emit);

  const std::vector<View> views_;
  int sample_rate_;
  int channels_;
  double start_;                 ///< of the sound since the last restart
  std::int64_t run_frames_ = 0;  ///< since the last restart
  std::int64_t frames_ = 0;      ///< since the input began
  std::vector<Conversion> conversions_;
  std::vector<float> planar_;  ///< scratch
};

}  // namespace melgraph
