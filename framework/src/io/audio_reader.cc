#include "io/audio_reader.h"

#include <dlfcn.h>


#include "io/content.h"
#include "io/sndfile_reader.h"
#include "melgraph/error.h"

namespace melgraph {

AudioReader::~AudioReader() = default;

namespace {

namespace fs = std::filesystem;

using GstOpen = AudioReader* (*)(const char*);

constexpr const char* gst_library = "libmelgraph_gst.so";
constexpr const char* gst_hint =
    "WAV, FLAC, Ogg (Vorbis, Opus), MP3, AIFF, AU and CAF files work without it; for other formats "
    "and for URIs install GStreamer 1.22 or newer (Debian, Ubuntu: gstreamer1.0-plugins-base "
    "gstreamer1.0-plugins-good gstreamer1.0-libav)";

// The decoder library, or why it cannot be had. Stays loaded for good: GStreamer cannot be
// unloaded.
struct GstLibrary {
  GstOpen open = nullptr;
  std::string problem;
};

GstLibrary load_gst_library() {
  Dl_info self{};
  if (dladdr(reinterpret_cast<const void*>(&open_audio), &self) == 0 || self.dli_fname == nullptr) {
    return {nullptr, "the folder of Melgraph's library is unknown"};
  }
  std::error_code error;
  const fs::path folder = fs::absolute(self.dli_fname, error).parent_path();
  for (const fs::path& place : {folder / gst_library, folder / "melgraph" / gst_library}) {
    if (!fs::exists(place, error)) continue;
    void* library = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) return {nullptr, dlerror()};
    void* symbol = dlsym(library, "melgraph_gst_open_v1");
    if (symbol == nullptr) return {nullptr, place.string() + " is of another version of Melgraph"};
    return {reinterpret_cast<GstOpen>(symbol), {}};
  }
  return {nullptr, std::string(gst_library) + " is not beside Melgraph's library"};
}

const GstLibrary& gst() {
  static const GstLibrary library = load_gst_library();
  return library;
}

std::unique_ptr<AudioReader> open_with_gst(const std::string& input) {
  const GstLibrary& library = gst();
  if (library.open == nullptr) {
    throw Error(ErrorCode::input,
                "'" + input + "' needs GStreamer, which is missing: " + library.problem, gst_hint);
  }
  return std::unique_ptr<AudioReader>(library.open(input.c_str()));
}

bool is_scheme(std::string_view text) {
  const auto is_letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
  if (text.empty() || !is_letter(text[0])) return false;
  for (const char c : text) {
    if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') return false;
  }
  return true;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string path_of_file_uri(const std::string& uri) {
  std::string path;
  std::size_t begin = std::string_view("file://").size();
  if (uri.compare(begin, 10, "localhost/") == 0) begin += 9;
  for (std::size_t i = begin; i < uri.size(); ++i) {
    const bool escaped = uri[i] == '%' && i + 2 < uri.size();
    const int high = escaped ? hex_digit(uri[i + 1]) : -1;
    const int low = escaped ? hex_digit(uri[i + 2]) : -1;
    if (uri[i] == '%' && (high < 0 || low < 0 || (high == 0 && low == 0))) {
      throw Error(ErrorCode::input, "'" + uri + "' is not a valid URI: '%' needs two digits");
    }
    path += escaped ? static_cast<char>(high * 16 + low) : uri[i];
    if (escaped) i += 2;
  }
  if (path.empty() || path[0] != '/') {
    throw Error(ErrorCode::input, "'" + uri + "' does not name a file of this host",
                "write file:///folder/file");
  }
  return path;
}

std::unique_ptr<AudioReader> open_by_content(const std::string& path) {
  const Identity identity = identify(read_head(path));
  if (identity.content == Content::text || identity.content == Content::other_known) {
    throw Error(ErrorCode::input,
                "'" + path + "' is not an audio file: it is " + identity.description);
  }
  if (!is_for_sndfile(identity.content)) return open_with_gst(path);
  try {
    return open_sndfile(path);
  } catch (const UnsupportedFormat& unsupported) {
    // An Ogg or WAV file can hold codecs that only GStreamer has. Where it does no better, the
    // message is the one that a host without it gives.
    if (gst().open == nullptr) {
      throw Error(ErrorCode::input, unsupported.what(),
                  "the file may be damaged, or need GStreamer, which is missing here");
    }
    try {
      return open_with_gst(path);
    } catch (const Error& other) {
      throw Error(ErrorCode::input, unsupported.what(),
                  other.hint().empty() ? unsupported.hint() : other.hint());
    }
  }
}

}  // namespace

std::unique_ptr<AudioReader> open_audio(const std::string& path_or_uri, Decoder decoder) {
  if (path_or_uri.empty()) throw Error(ErrorCode::input, "the name of an input is empty");
  std::string path = path_or_uri;
  const std::size_t colon = path_or_uri.find("://");
  if (colon != std::string::npos && is_scheme(std::string_view(path_or_uri).substr(0, colon))) {
    if (path_or_uri.compare(0, colon, "file") == 0) {
      path = path_of_file_uri(path_or_uri);
    } else if (decoder == Decoder::sndfile) {
      throw Error(ErrorCode::input,
                  "'" + path_or_uri + "' is not a file: libsndfile reads no URIs");
    } else {
      return open_with_gst(path_or_uri);
    }
  }
  switch (decoder) {
    case Decoder::sndfile: return open_sndfile(path);
    case Decoder::gstreamer:
      read_head(path);  // the same words for missing, empty and unreadable files
      return open_with_gst(path);
    case Decoder::automatic: break;
  }
  return open_by_content(path);
}

}  // namespace melgraph
