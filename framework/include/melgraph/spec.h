#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// What the numbers on an edge mean.
enum class Kind {
  audio,      ///< samples, [window, channel, sample]
  features,   ///< what a front end makes, e.g. [window, channel, time, mel]
  values,     ///< plain numbers, e.g. one level a window: [window]
  scores,     ///< class scores after the model's activation, [window|clip, class]
  logits,     ///< class scores before it, [window|clip, class]
  embedding,  ///< a vector a window or clip, [window|clip, embedding]
};

enum class DType { float32, float64 };

MELGRAPH_API const char* to_string(Kind kind) noexcept;
MELGRAPH_API const char* to_string(DType dtype) noexcept;

/// Size of an axis that is not known before the input is.
inline constexpr std::int64_t unknown_size = -1;

/// Number of items that one run of a node sees (axis 0) is never part of a contract.
struct Axis {
  std::string name;
  std::int64_t size = unknown_size;
};

/// Class names, shared by every edge that carries scores of them.
using Labels = std::shared_ptr<const std::vector<std::string>>;

/// Contract of one edge.
///
/// `axes[0]` is the item axis: `window` (one item a window of the input), `clip` (one item an
/// input) or `event` (any number an input, with times of their own); its size is always unknown. An axis `patch` right after it is expanded by the engine
/// into windows with times of their own before any consumer sees it.
struct PortSpec {
  Kind kind = Kind::values;
  DType dtype = DType::float32;
  std::vector<Axis> axes;
  int sample_rate = 0;      ///< Hz of the sound it was made from; 0 where it does not matter
  double hop = 0;           ///< seconds from step to step of an axis `time`; 0 where there is none
  double patch_hop = 0;     ///< seconds from patch to patch of an axis `patch`
  double patch_length = 0;  ///< seconds of sound that one patch covers
  /// Made from the whole input as one window: its length is each input's own.
  bool whole_input = false;
  Labels labels;            ///< class set of scores and logits; null where unnamed

  /// Return the axis `name`, or null.
  MELGRAPH_API const Axis* find_axis(std::string_view name) const noexcept;
  /// Return the size of the axis `name`, `unknown_size` where it is unknown or missing.
  MELGRAPH_API std::int64_t size_of(std::string_view name) const noexcept;
};

/// Write a spec as `features float32 [window, channel 1, time 96, mel 64]`.
MELGRAPH_API std::string to_string(const PortSpec& spec);

}  // namespace melgraph
