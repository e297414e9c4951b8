#include "image.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/upsample_bicubic2d.h>
#include <ATen/ops/upsample_bilinear2d.h>

#include "time_resize.h"

namespace melgraph_frontends {

at::Tensor normalize(const at::Tensor& features, const ImageConfig& image) {
  at::Tensor result = features;
  if (image.mean != 0) result = result.sub(image.mean);
  if (image.std != 1) result = result.div(image.std);
  return result;
}

namespace {

// The rows of one image are next to each other: a few sums of whole rows, much quicker than the
// library's interpolation, and the same bits however many items there are.
at::Tensor resize_time(const at::Tensor& features, std::int64_t width) {
  const at::Tensor rows = features.contiguous();
  const TimeResize weights(rows.size(2), width);
  at::Tensor result = at::empty({rows.size(0), rows.size(1), width, rows.size(3)}, rows.options());
  const std::int64_t images = rows.size(0) * rows.size(1);
  const float* from = rows.const_data_ptr<float>();
  float* to = result.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < images; ++i) {
    weights.run(from, rows.size(3), to);
    from += rows.size(2) * rows.size(3);
    to += width * rows.size(3);
  }
  return result;
}

bool is_plain_time_resize(const at::Tensor& features, const ImageConfig& image) {
  const bool wants_gradient = features.requires_grad() && at::GradMode::is_enabled();
  return features.is_cpu() && features.scalar_type() == at::kFloat && !wants_gradient &&
         keeps_items_apart(image, features.size(3));
}

}  // namespace

bool keeps_items_apart(const ImageConfig& image, std::int64_t bands) {
  if (!image.height && !image.width) return true;
  return image.kernel == ResizeKernel::bilinear_aa && image.height.value_or(bands) == bands;
}

at::Tensor resize(const at::Tensor& features, const ImageConfig& image) {
  if (!image.height && !image.width) return features;
  if (image.width && is_plain_time_resize(features, image)) {
    return resize_time(features, *image.width);
  }
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
