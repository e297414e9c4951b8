#include "image.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/upsample_bicubic2d.h>
#include <ATen/ops/upsample_bilinear2d.h>

#include <cstddef>

namespace melgraph_frontends {

at::Tensor normalize(const at::Tensor& features, const ImageConfig& image) {
  at::Tensor result = features;
  if (image.mean != 0) result = result.sub(image.mean);
  if (image.std != 1) result = result.div(image.std);
  return result;
}

namespace {

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

// The rows of one image are next to each other: a few sums of whole rows, much quicker than the
// library's interpolation, and the same bits however many items there are.
at::Tensor ImageResize::resize_time(const at::Tensor& features, const at::Tensor& into) {
  constexpr std::size_t most_weights = 16;  // inputs of many lengths are no reason to keep all
  const at::Tensor rows = features.contiguous();
  const std::int64_t frames = rows.size(2);
  const std::int64_t bands = rows.size(3);
  const std::int64_t width = *image_.width;
  auto found = weights_.find(frames);
  if (found == weights_.end()) {
    if (weights_.size() == most_weights) weights_.clear();
    found = weights_.emplace(frames, TimeResize(frames, width)).first;
  }
  const at::Tensor result =
      into.defined() ? into : at::empty({rows.size(0), rows.size(1), width, bands}, rows.options());
  const float* from = rows.const_data_ptr<float>();
  for (std::int64_t i = 0; i < rows.size(0); ++i) {
    for (std::int64_t c = 0; c < rows.size(1); ++c) {
      float* to = result.mutable_data_ptr<float>() + i * result.stride(0) + c * result.stride(1);
      found->second.run(from, bands, to);
      from += frames * bands;
    }
  }
  return result;
}

at::Tensor ImageResize::run(const at::Tensor& features, const at::Tensor& into) {
  if (!image_.height && !image_.width) return features;
  if (image_.width && is_plain_time_resize(features, image_)) return resize_time(features, into);
  const std::int64_t sizes[] = {image_.width.value_or(features.size(2)),
                                image_.height.value_or(features.size(3))};
  switch (image_.kernel) {
    case ResizeKernel::bilinear_aa:
      return at::_upsample_bilinear2d_aa(features, sizes, /*align_corners=*/false);
    case ResizeKernel::bilinear:
      return at::upsample_bilinear2d(features, sizes, image_.align_corners);
    case ResizeKernel::bicubic:
      return at::upsample_bicubic2d(features, sizes, image_.align_corners);
  }
  return features;
}

}  // namespace melgraph_frontends
