#pragma once

#include <c10/core/Device.h>

#include <string>
#include <vector>

#include "frontend_goldens.h"
#include "melgraph/spec.h"

namespace melgraph::cli {

/// How the numbers of one golden case come out here.
struct Verdict {
  std::string name;     ///< of the preset, or `resampler NAME`
  std::string sound;    ///< what was computed: `mix 10 s, n_mels 40`
  std::string device;   ///< `cpu`, `cuda:0`
  std::string numbers;  ///< `float32`, `float64`
  std::string oracle;
  double largest_error = 0;  ///< over the probe points, the smallest and the largest number
  double mean_error = 0;     ///< of the mean over the whole array
  double std_error = 0;
  Tolerance tolerance;
  bool ok = false;
  std::string problem;  ///< why nothing could be compared; else empty
};

/// Compares front ends and resamplers with golden numbers. What goes wrong is a verdict.
class FrontendVerifier {
 public:
  /// On CUDA twice the tolerance is allowed.
  FrontendVerifier(Registry& registry, const FrontendCatalog& catalog, c10::Device device);

  Verdict verify(const GoldenCase& golden, DType dtype) const;
  /// Resamplers compute in float32 on the CPU.
  static Verdict verify(const GoldenResampling& golden);

 private:
  void compute(const GoldenCase& golden, DType dtype, Verdict& verdict) const;

  Registry& registry_;
  const FrontendCatalog& catalog_;
  c10::Device device_;
};

/// Name the sound and the settings of a case.
std::string describe_sound(const GoldenCase& golden);

/// Return the name of a case's preset in the catalog, else `TYPE/NAME`.
std::string name_of(const GoldenCase& golden, const FrontendCatalog& catalog);

}  // namespace melgraph::cli
