#pragma once

#include <cstddef>
#include <cstdint>

namespace melgraph_frontends::fast {

struct Plan;

/// The stages of a block of frames, in their order.
enum class Stage { pack, transform, power, bands, logarithm };

/// The part of the fast path that is compiled once for each instruction set: what happens to a
/// block of frames. A vector lane is a frame, so that a frame's bits do not depend on its place in
/// a block. [any-thread]
struct Kernel {
  const char* name;
  int lanes;               ///< frames of a block
  const Kernel* narrower;  ///< quicker where half as many frames are left; null: none

  /// Turn the block of frames whose first window begins at `samples` into features.
  /// Reads `readable_samples(plan)` samples. Writes values [plan.values()][lanes] into `work`, and
  /// gives where they begin; also, with `plan.use_energy`, the logarithm of each frame's energy
  /// into `energy` [lanes]. `frames` of the lanes count: where one of them is not finite,
  /// `*finite` becomes false, and with `plan.has_range` `*largest` grows to their largest value.
  /// A `last` stage other than the logarithm is for measurements: what follows is left out.
  const float* (*frames)(const Plan& plan, const float* samples, int frames, Stage last,
                         float* work, float* energy, float* largest, bool* finite);

  /// Raise the bands [n_mels][lanes] to at least `least` and multiply them by the cepstral matrix
  /// into [n_mfcc][lanes]; with `energy`, that replaces the first one.
  void (*cepstrum)(const Plan& plan, const float* bands, float least, const float* energy,
                   float* out);

  /// Write `count` vectors as rows of frames: out[frame][index].
  void (*store)(const float* values, std::int64_t count, int frames, float* out);
};

/// Return the kernel of an instruction set (`avx512`, `avx2`, `baseline`), null where the
/// processor lacks it.
const Kernel* find_kernel(const char* name);

/// Return the best kernel of this processor. The environment variable `MELGRAPH_SIMD` names another
/// one, for measurements, or `none`: null, for LibTorch's operators. All kernels give the same
/// bits. Throws `Error` (usage) where it names anything else.
const Kernel* choose_kernel();

}  // namespace melgraph_frontends::fast
