#pragma once

#include <memory>
#include <string>

#include "io/audio_reader.h"
#include "melgraph/error.h"

namespace melgraph {

/// Error of a file that libsndfile does not know, or knows without its codec.
class UnsupportedFormat final : public Error {
 public:
  using Error::Error;
};

/// Open the file at `path` with libsndfile: WAV, FLAC, Ogg Vorbis and Opus, MP3, AIFF, AU, CAF.
///
/// Decodes the first block, so that an input without sound, or broken from its start, fails here.
/// Throws `Error` (input); `UnsupportedFormat` where another decoder may do better.
std::unique_ptr<AudioReader> open_sndfile(const std::string& path);

}  // namespace melgraph
