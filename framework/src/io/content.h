#pragma once

#include <string>
#include <string_view>

namespace melgraph {

/// Kind of a file, judged by its first bytes alone; names and suffixes lie.
enum class Content {
  wav,  ///< RIFF, RIFX, RF64 or Wave64
  flac,
  ogg,
  mpeg,  ///< MPEG layers I to III, or an ID3 tag
  aiff,
  au,
  caf,
  text,
  other_known,  ///< recognised, and no container of sound
  unknown,
};

/// First bytes that `identify` wants to see.
inline constexpr std::size_t content_bytes = 512;

/// What a file was found to be.
struct Identity {
  Content content = Content::unknown;
  std::string description;  ///< "text", "a PNG picture"; empty for `unknown`
};

/// Identify a file by its first bytes (`content_bytes` of them, or all of a shorter file).
Identity identify(std::string_view head);

/// Say whether libsndfile is the decoder for `content`.
bool is_for_sndfile(Content content) noexcept;

/// Check that `path` is a regular, readable file that is not empty, and return its first bytes.
///
/// Throws `Error` (input) that says which of these it is not.
std::string read_head(const std::string& path);

}  // namespace melgraph
