#pragma once

#include <ATen/core/Tensor.h>

#include "config.h"

namespace melgraph_frontends {

/// Subtract `mean` and divide by `std`.
at::Tensor normalize(const at::Tensor& features, const ImageConfig& image);

/// Return whether `resize` gives the bits of single items for a batch too, of images of `bands`.
bool keeps_items_apart(const ImageConfig& image, std::int64_t bands);

/// Resize [item, channel, time, band] to the frames and bands asked for.
at::Tensor resize(const at::Tensor& features, const ImageConfig& image);

}  // namespace melgraph_frontends
