#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// Decode one audio input, in blocks, at its native rate and channel count.
///
/// Errors are `Error` with code `input`, in words a user understands ("not an audio file: ...").
/// [one-thread-at-a-time]
class MELGRAPH_API AudioReader {
 public:
  virtual ~AudioReader();
  AudioReader(const AudioReader&) = delete;
  AudioReader& operator=(const AudioReader&) = delete;

  virtual int sample_rate() const = 0;  ///< Hz
  virtual int channels() const = 0;

  /// Decode up to `max_frames` frames into `interleaved` (resized to frames * channels, samples in
  /// [-1, 1] where the source is of integers). Returns the number of frames, 0 at the end.
  virtual std::size_t read(std::vector<float>& interleaved, std::size_t max_frames) = 0;

  /// Say what was found wrong with an input that is still usable ("truncated: ..."); may be empty.
  /// Complete once `read` has returned 0.
  virtual std::string warning() const { return {}; }

 protected:
  AudioReader() = default;
};

/// Which decoder opens files.
enum class Decoder {
  automatic,  ///< by content: libsndfile for what it knows (WAV, FLAC, Ogg, MP3, AIFF, AU, CAF),
              ///< GStreamer for all else
  sndfile,
  gstreamer,
};

/// Open `path_or_uri` with the decoder asked for.
MELGRAPH_API std::unique_ptr<AudioReader> open_audio(const std::string& path_or_uri,
                                                     Decoder decoder = Decoder::automatic);

}  // namespace melgraph
