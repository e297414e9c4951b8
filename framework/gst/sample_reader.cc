#include "sample_reader.h"

#include <cstdint>
#include <cstring>

namespace melgraph::gst {

const float* SampleReader::read(const void* data, std::size_t frames) {
  const std::size_t count = frames * static_cast<std::size_t>(GST_AUDIO_INFO_CHANNELS(&info_));
  samples_.resize(count);
  if (GST_AUDIO_INFO_FORMAT(&info_) == GST_AUDIO_FORMAT_F32) {
    if (count > 0) std::memcpy(samples_.data(), data, count * sizeof(float));
    return samples_.data();
  }
  // Every other format unpacks to int32, left-aligned, or to float64.
  const GstAudioFormatInfo* format = info_.finfo;
  const bool real = format->unpack_format == GST_AUDIO_FORMAT_F64;
  unpacked_.resize(count * (real ? sizeof(double) : sizeof(std::int32_t)));
  format->unpack_func(format, GST_AUDIO_PACK_FLAG_NONE, unpacked_.data(), const_cast<void*>(data),
                      static_cast<int>(count));
  if (real) {
    const auto* from = reinterpret_cast<const double*>(unpacked_.data());
    for (std::size_t i = 0; i < count; ++i) samples_[i] = static_cast<float>(from[i]);
  } else {
    const auto* from = reinterpret_cast<const std::int32_t*>(unpacked_.data());
    for (std::size_t i = 0; i < count; ++i) {
      samples_[i] = static_cast<float>(static_cast<double>(from[i]) * (1.0 / 2147483648.0));
    }
  }
  return samples_.data();
}

const float* SampleReader::silence(std::size_t frames) {
  samples_.assign(frames * static_cast<std::size_t>(GST_AUDIO_INFO_CHANNELS(&info_)), 0.0F);
  return samples_.data();
}

}  // namespace melgraph::gst
