#include "io/content.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "melgraph/error.h"

namespace melgraph {

namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  Content content;
  const char* description;
};

constexpr Magic magics[] = {
    {"RF64"sv, Content::wav, "a WAV file"},
    {"RIFX"sv, Content::wav, "a WAV file"},
    {"riff\x2e\x91\xcf\x11"sv, Content::wav, "a Wave64 file"},
    {"fLaC"sv, Content::flac, "a FLAC file"},
    {"OggS"sv, Content::ogg, "an Ogg file"},
    {"ID3"sv, Content::mpeg, "an MPEG audio file"},
    {".snd"sv, Content::au, "an AU file"},
    {"caff"sv, Content::caf, "a CAF file"},
    {"\x89PNG\r\n"sv, Content::other_known, "a PNG picture"},
    {"\xff\xd8\xff"sv, Content::other_known, "a JPEG picture"},
    {"GIF8"sv, Content::other_known, "a GIF picture"},
    {"%PDF-"sv, Content::other_known, "a PDF document"},
    {"PK\x03\x04"sv, Content::other_known, "a ZIP archive"},
    {"\x1f\x8b\x08"sv, Content::other_known, "a gzip file"},
    {"BZh"sv, Content::other_known, "a bzip2 file"},
    {"\xfd"
     "7zXZ"sv,
     Content::other_known, "an xz file"},
    {"\x7f"
     "ELF"sv,
     Content::other_known, "a program or library"},
    {"\x93NUMPY"sv, Content::other_known, "a NumPy array"},
    {"\x89HDF\r\n"sv, Content::other_known, "an HDF5 file"},
    {"SQLite format 3"sv, Content::other_known, "an SQLite database"},
};

bool is_mpeg_frame(std::string_view head) {
  if (head.size() < 3) return false;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(head[i]); };
  const bool sync = byte(0) == 0xFF && (byte(1) & 0xE0) == 0xE0;
  const int version = byte(1) >> 3 & 3;      // 1 is reserved
  const int layer = byte(1) >> 1 & 3;        // 0 is reserved, and what ADTS AAC has
  const int bit_rate = byte(2) >> 4;         // 15 is invalid
  const int sample_rate = byte(2) >> 2 & 3;  // 3 is reserved
  return sync && version != 1 && layer != 0 && bit_rate != 15 && sample_rate != 3;
}

// Text in ASCII, UTF-8 or another superset of ASCII: no control characters but white space.
bool is_text(std::string_view head) {
  if (head.empty()) return false;
  std::size_t plain = 0;
  for (const char c : head) {
    const auto byte = static_cast<unsigned char>(c);
    const bool space = byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
    if ((byte < 0x20 && !space) || byte == 0x7F) return false;
    if (byte < 0x80) ++plain;
  }
  return plain * 2 >= head.size() || head.substr(0, 3) == "\xEF\xBB\xBF";
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::input, "'" + path + "' " + what);
}

[[noreturn]] void fail_with_errno(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    throw Error(ErrorCode::input, "no such file: '" + path + "'");
  }
  throw Error(ErrorCode::input, "cannot read '" + path + "': " + std::strerror(error),
              error == EACCES ? "the file's permissions do not let this user read it" : "");
}

}  // namespace

Identity identify(std::string_view head) {
  const auto form = head.size() >= 12 ? head.substr(8, 4) : std::string_view();
  if (head.substr(0, 4) == "RIFF") {
    if (form == "WAVE") return {Content::wav, "a WAV file"};
    if (form == "WEBP") return {Content::other_known, "a WebP picture"};
    return {};  // AVI and others may hold sound
  }
  if (head.substr(0, 4) == "FORM") {
    if (form == "AIFF" || form == "AIFC") return {Content::aiff, "an AIFF file"};
    return {};
  }
  for (const Magic& magic : magics) {
    if (head.substr(0, magic.bytes.size()) == magic.bytes) {
      return {magic.content, magic.description};
    }
  }
  if (is_mpeg_frame(head)) return {Content::mpeg, "an MPEG audio file"};
  if (is_text(head)) return {Content::text, "text"};
  return {};
}

bool is_for_sndfile(Content content) noexcept {
  return content != Content::text && content != Content::other_known && content != Content::unknown;
}

std::string read_head(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) fail_with_errno(path, errno);
  if (S_ISDIR(status.st_mode)) fail(path, "is a folder, not an audio file");
  if (!S_ISREG(status.st_mode)) fail(path, "is not a regular file");

  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) fail_with_errno(path, errno);
  std::string head(content_bytes, '\0');
  std::size_t size = 0;
  while (size < head.size()) {
    const ssize_t got = read(file.number, head.data() + size, head.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_with_errno(path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size == 0) fail(path, "cannot be used: the file is empty");
  head.resize(size);
  return head;
}

}  // namespace melgraph
