#include "draw/png.h"

#include <png.h>

#include "melgraph/error.h"

namespace melgraph {

std::string encode_png(const Canvas& canvas) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(canvas.width());
  image.height = static_cast<png_uint_32>(canvas.height());
  image.format = PNG_FORMAT_RGB;
  std::string bytes;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  bytes.resize(size);
  const bool written = png_image_write_to_memory(&image, bytes.data(), &size, 0,
                                                 canvas.bytes().data(), 0, nullptr) != 0;
  if (!written) throw Error(ErrorCode::internal, std::string("libpng: ") + image.message);
  bytes.resize(size);
  return bytes;
}

}  // namespace melgraph
