#include "input_plan.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace melgraph_frontends::fast {
namespace {

class InputPlanner {
 public:
  InputPlanner(const std::vector<float>& window, std::int64_t hop_length, const FftPlan& fft)
      : window_(window),
        hop_length_(hop_length),
        fft_(fft),
        radix_(fft.passes.front().radix),
        transforms_(fft.points / radix_) {
    // The compiler knows which inputs are zero, so that transforms of a run have the same rotation,
    // unless none is, or all are read all the same.
    const bool zeros = 2 * fft.points - static_cast<std::int64_t>(window.size()) > 1;
    whole_ = fft.period > 1 && (!zeros || !takes_any_neighbours(radix_));
    step_ = whole_ ? 1 : fft.period;
  }

  InputPlan plan() {
    for (std::int64_t start = 0; start < step_; ++start) {
      for (std::int64_t t = start; t < transforms_; t += step_) {
        const InputRun run = add_transform(t);
        if (plan_.runs.empty() || !follows(run)) plan_.runs.push_back(run);
        InputRun& current = plan_.runs.back();
        // All but the first transform of a run are known by the first one's places.
        if (current.count++ > 0) plan_.places.resize(run.places);
      }
    }
    return std::move(plan_);
  }

 private:
  /// Add the places and factors of transform `t` alone.
  InputRun add_transform(std::int64_t t) {
    const int rotation = fft_.rotations[static_cast<std::size_t>(t)];
    InputRun run{t, step_, 0, 0, plan_.places.size(), plan_.factors.size()};
    const auto sample_of = [&](int p) { return 2 * (t + p * transforms_); };
    const bool all_there = whole_ || sample_of(radix_ - 1) < win_length();
    for (int q = 0; q < radix_; ++q) {
      const int p = (q + radix_ - rotation) % radix_;
      if (!all_there && p > 0 && sample_of(p) >= win_length()) continue;
      run.there |= 1U << q;
      // See `InputRun`.
      add_places(sample_of(all_there ? q : p), 2 * t);
      for (std::int64_t sample = sample_of(p); sample < sample_of(p) + 2; ++sample) {
        const bool is_zero = sample >= win_length();
        plan_.factors.push_back(is_zero ? 0 : window_[static_cast<std::size_t>(sample)]);
      }
    }
    return run;
  }

  /// Add the places of a sample and the one behind it. Those behind the window are any number of
  /// the same frame, times nothing: that of `other`, if it can be.
  void add_places(std::int64_t sample, std::int64_t other) {
    for (int i = 0; i < 2; ++i, ++sample, ++other) {
      const std::int64_t there = sample < win_length() ? sample : other < win_length() ? other : 0;
      plan_.places.push_back({there % hop_length_, there / hop_length_});
    }
  }

  std::int64_t win_length() const { return static_cast<std::int64_t>(window_.size()); }

  /// Return whether the last run goes on with `next`.
  bool follows(const InputRun& next) const {
    const InputRun& run = plan_.runs.back();
    if (run.there != next.there) return false;
    for (int i = 0; i < 2 * std::popcount(run.there); ++i) {
      const Place& first = plan_.places[run.places + static_cast<std::size_t>(i)];
      const Place& here = plan_.places[next.places + static_cast<std::size_t>(i)];
      const std::int64_t further = 2 * run.step * run.count;
      if (here.row != first.row || here.column != first.column + further) return false;
    }
    return true;
  }

  const std::vector<float>& window_;
  std::int64_t hop_length_;
  const FftPlan& fft_;
  int radix_;
  std::int64_t transforms_;
  bool whole_ = false;  ///< all inputs of all transforms are read
  std::int64_t step_ = 1;
  InputPlan plan_;
};

}  // namespace

SampleRows plan_rows(std::int64_t win_length, std::int64_t hop_length) {
  return {std::min(win_length, hop_length), (win_length - 1) / hop_length};
}

InputPlan plan_inputs(const std::vector<float>& window, std::int64_t hop_length,
                      const FftPlan& fft) {
  return InputPlanner(window, hop_length, fft).plan();
}

}  // namespace melgraph_frontends::fast
