#include "log_scale.h"

#include <ATen/ops/maximum.h>

#include <algorithm>
#include <cmath>

namespace melgraph_frontends {
namespace {

at::Tensor limit_range(const at::Tensor& values, double range) {
  const at::Tensor largest = values.flatten(1).amax(1);
  return at::maximum(values, largest.sub(range).view({-1, 1, 1, 1}));
}

}  // namespace

at::Tensor log_scale(const at::Tensor& values, const LogConfig& log, int power) {
  const double decibels = power == 2 ? 10 : 20;
  switch (log.kind) {
    case LogKind::none:
    case LogKind::pcen: return values;
    case LogKind::ln_add: return values.add(log.eps).log();
    case LogKind::ln_floor: return values.clamp_min(log.eps).log();
    case LogKind::log10_1p: return values.mul(1 / log.eps).add(1).log10();
    case LogKind::log10_floor: {
      const at::Tensor result = values.clamp_min(log.eps).log10();
      return log.top_db ? limit_range(result, *log.top_db / decibels) : result;
    }
    case LogKind::db: {
      at::Tensor result = values.clamp_min(log.eps).log10().mul(decibels);
      if (log.db_ref != 1) {
        result = result.sub(decibels * std::log10(std::max(log.db_ref, log.eps)));
      }
      return log.top_db ? limit_range(result, *log.top_db) : result;
    }
  }
  return values;
}

}  // namespace melgraph_frontends
