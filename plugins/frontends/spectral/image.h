#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>

#include "config.h"
#include "time_resize.h"

namespace melgraph_frontends {

/// Subtract `mean` and divide by `std`.
at::Tensor normalize(const at::Tensor& features, const ImageConfig& image);

/// Return whether `resize` gives the bits of single items for a batch too, of images of `bands`.
bool keeps_items_apart(const ImageConfig& image, std::int64_t bands);

/// Resizes [item, channel, time, band] to the frames and bands asked for. [one-thread-at-a-time]
class ImageResize {
 public:
  explicit ImageResize(const ImageConfig& image) : image_(image) {}

  /// Return the resized images: `into`, if that is defined and could be written at once. It has
  /// their shape, and each image of it is contiguous.
  at::Tensor run(const at::Tensor& features, const at::Tensor& into = {});

 private:
  at::Tensor resize_time(const at::Tensor& features, const at::Tensor& into);

  const ImageConfig image_;
  std::map<std::int64_t, TimeResize> weights_;  ///< by the number of frames
};

}  // namespace melgraph_frontends
