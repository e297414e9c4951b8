#pragma once

#include <gst/audio/audio.h>

#include <vector>

namespace melgraph::gst {

/// Reads interleaved samples of any native format as float32 in [-1, 1]. [one-thread-at-a-time]
class SampleReader {
 public:
  void set_format(const GstAudioInfo& info) { info_ = info; }
  const GstAudioInfo& format() const { return info_; }

  /// Return `frames` frames of `data`, valid until the next call; integers are divided by the
  /// negative of their least value.
  const float* read(const void* data, std::size_t frames);
  /// Return as many frames of silence.
  const float* silence(std::size_t frames);

 private:
  GstAudioInfo info_{};
  std::vector<unsigned char> unpacked_;
  std::vector<float> samples_;
};

}  // namespace melgraph::gst
