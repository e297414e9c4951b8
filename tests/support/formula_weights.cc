#include "formula_weights.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <cstdint>
#include <string_view>

namespace melgraph::testing {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::uint32_t fnv1a(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

/// What u in [-1, 1) becomes: centre + bound * u.
struct Range {
  double centre;
  double bound;
};

Range range_of(FormulaKind kind, double fan_in, double gain) {
  switch (kind) {
    case FormulaKind::weight: return {0, gain * std::sqrt(3 / fan_in)};
    case FormulaKind::bias: return {0, 0.05};
    case FormulaKind::norm_weight: return {1, 0.1};
    case FormulaKind::running_mean: return {0, 0.1};
    case FormulaKind::running_var: return {1, 0.3};
    case FormulaKind::counter: return {0, 0};
    case FormulaKind::signal: return {0, 1};
  }
  return {0, 0};
}

}  // namespace

FormulaKind formula_kind(const std::string& name, at::IntArrayRef shape) {
  if (ends_with(name, ".num_batches_tracked")) return FormulaKind::counter;
  if (ends_with(name, ".running_mean")) return FormulaKind::running_mean;
  if (ends_with(name, ".running_var")) return FormulaKind::running_var;
  if (ends_with(name, ".bias")) return FormulaKind::bias;
  return shape.size() == 1 ? FormulaKind::norm_weight : FormulaKind::weight;
}

at::Tensor formula_tensor(const std::string& name, at::IntArrayRef shape, FormulaKind kind,
                          double gain) {
  if (kind == FormulaKind::counter) return at::zeros(shape, at::kLong);
  at::Tensor tensor = at::empty(shape, at::kFloat);
  const std::int64_t count = tensor.numel();
  const double fan_in =
      shape.empty() ? 1 : static_cast<double>(count) / static_cast<double>(shape[0]);
  const Range range = range_of(kind, fan_in, gain);
  auto* values = tensor.mutable_data_ptr<float>();
  std::uint32_t x = fnv1a(name);
  for (std::int64_t i = 0; i < count; ++i) {
    x = 1664525U * x + 1013904223U;
    const double u = static_cast<double>(x) / 2147483648.0 - 1;
    values[i] = static_cast<float>(range.centre + range.bound * u);
  }
  return tensor;
}

}  // namespace melgraph::testing
