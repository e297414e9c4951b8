#include "image.h"

#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/upsample_bicubic2d.h>
#include <ATen/ops/upsample_bilinear2d.h>

namespace melgraph_frontends {

at::Tensor normalize(const at::Tensor& features, const ImageConfig& image) {
  at::Tensor result = features;
  if (image.mean != 0) result = result.sub(image.mean);
  if (image.std != 1) result = result.div(image.std);
  return result;
}

at::Tensor resize(const at::Tensor& features, const ImageConfig& image) {
  if (!image.height && !image.width) return features;
  const std::int64_t sizes[] = {image.width.value_or(features.size(2)),
                                image.height.value_or(features.size(3))};
  switch (image.kernel) {
    case ResizeKernel::bilinear_aa:
      return at::_upsample_bilinear2d_aa(features, sizes, /*align_corners=*/false);
    case ResizeKernel::bilinear:
      return at::upsample_bilinear2d(features, sizes, image.align_corners);
    case ResizeKernel::bicubic: return at::upsample_bicubic2d(features, sizes, image.align_corners);
  }
  return features;
}

}  // namespace melgraph_frontends
