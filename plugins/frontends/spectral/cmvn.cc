#include "cmvn.h"

namespace melgraph_frontends {

at::Tensor normalize_bands(const at::Tensor& features, Cmvn cmvn) {
  if (cmvn == Cmvn::none) return features;
  const at::Tensor exact = features.to(at::kDouble);
  const at::Tensor centred = exact.sub(exact.mean(2, /*keepdim=*/true));
  if (cmvn == Cmvn::mean) return centred.to(features.scalar_type());
  const at::Tensor variance = centred.square().mean(2, /*keepdim=*/true).clamp_min(1e-20);
  return centred.div(variance.sqrt()).to(features.scalar_type());
}

}  // namespace melgraph_frontends
