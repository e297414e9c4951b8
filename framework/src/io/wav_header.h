#pragma once

#include <cstdint>
#include <string>

namespace melgraph {

/// What the header of a WAV file says about its sound, against what the file holds.
struct WavExtent {
  bool known = false;          ///< false: not a WAV file, no data chunk, or a streaming header
  bool in_samples = false;     ///< else the two below are bytes (compressed codecs)
  std::uint64_t promised = 0;  ///< samples a channel
  std::uint64_t present = 0;   ///< samples a channel
  /// Where the size of the data chunk stands, if it is 0 although sound follows; else 0.
  std::uint64_t open_size_at = 0;
};

/// Read the chunk headers of a RIFF, RIFX or RF64 WAVE file.
///
/// libsndfile silently clips a data chunk to the file; this finds out that it did. A size of 0
/// or of the largest values is what programs write that cannot seek back, and promises nothing;
/// size 0 in a file whose RIFF size is right is a file without sound.
WavExtent read_wav_extent(const std::string& path);

}  // namespace melgraph
