#include "melgraph/precision.h"

#include <array>
#include <string>

#include "melgraph/error.h"

namespace melgraph {
namespace {

constexpr std::array<Precision, 5> all = {Precision::f32, Precision::fast, Precision::bf16,
                                          Precision::f16, Precision::tf32};

}  // namespace

const char* to_string(Precision precision) noexcept {
  switch (precision) {
    case Precision::f32: return "f32";
    case Precision::fast: return "fast";
    case Precision::bf16: return "bf16";
    case Precision::f16: return "f16";
    case Precision::tf32: return "tf32";
  }
  return "?";
}

Precision parse_precision(std::string_view name) {
  for (const Precision precision : all) {
    if (name == to_string(precision)) return precision;
  }
  throw Error(ErrorCode::usage, "there is no precision \"" + std::string(name) + '"',
              "precisions: f32, fast, bf16, f16, tf32");
}

}  // namespace melgraph
