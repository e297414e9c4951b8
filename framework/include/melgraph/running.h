#pragma once

#include <memory>

#include "melgraph/export.h"
#include "melgraph/node.h"

namespace melgraph {

/// Capability `melgraph.running/1` of a node of scope `clip` that gives one item a clip: reduces an
/// input of any length with a memory that does not grow, as an endless stream needs.
///
/// The engine keeps the windows of short inputs and calls `process` once. Where more come, it hands
/// them over in blocks and forgets them, and the result must be that of `process`, but for
/// rounding.
class MELGRAPH_API RunningReduction {
 public:
  /// What is kept of the windows of one input. It belongs to the input, not to the node: any
  /// instance of the same node may get it next, on another thread.
  class MELGRAPH_API State {
   public:
    virtual ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

   protected:
    State();
  };

  virtual ~RunningReduction();
  RunningReduction(const RunningReduction&) = delete;
  RunningReduction& operator=(const RunningReduction&) = delete;

  /// Return the state of an input without a window yet.
  virtual std::unique_ptr<State> begin() = 0;
  /// Take the next windows of the input, at least one, as `process` would get them. Sets no output.
  virtual void add(State& state, ProcessContext& context) = 0;
  /// Set the outputs for all windows taken. There are no inputs now.
  virtual void finish(State& state, ProcessContext& context) = 0;

 protected:
  RunningReduction();
};

inline constexpr char running_reduction_id[] = "melgraph.running/1";

}  // namespace melgraph
