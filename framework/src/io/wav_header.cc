#include "io/wav_header.h"

#include <algorithm>
#include <fstream>
#include <string_view>

namespace melgraph {

namespace {

class ChunkReader {
 public:
  explicit ChunkReader(const std::string& path) : file_(path, std::ios::binary) {
    file_.seekg(0, std::ios::end);
    size_ = file_ ? static_cast<std::uint64_t>(file_.tellg()) : 0;
  }

  std::uint64_t size() const { return size_; }

  // Bytes at `offset`, fewer at the end of the file.
  std::string bytes(std::uint64_t offset, std::size_t count) {
    std::string result(count, '\0');
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(result.data(), static_cast<std::streamsize>(count));
    result.resize(static_cast<std::size_t>(file_.gcount()));
    return result;
  }

 private:
  std::ifstream file_;
  std::uint64_t size_ = 0;
};

std::uint64_t number(std::string_view bytes, std::size_t offset, std::size_t width, bool big) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t at = offset + (big ? i : width - 1 - i);
    value = value << 8 | static_cast<unsigned char>(bytes[at]);
  }
  return value;
}

// Data sizes that programs write when they do not know it: ffmpeg and GStreamer all ones (less
// the header), sox and arecord about half of that.
bool is_streaming_size(std::uint64_t size) {
  return size >= 0xFFFFF000U || (size >= 0x7FFFF000U && size <= 0x80000000U);
}

bool has_fixed_sample_size(std::uint64_t format) {
  return format == 1 || format == 3 || format == 6 || format == 7;  // PCM, float, A-law, mu-law
}

constexpr std::uint64_t format_extensible = 0xFFFE;
constexpr int max_chunks = 1000;

}  // namespace

WavExtent read_wav_extent(const std::string& path) {
  ChunkReader file(path);
  const std::string head = file.bytes(0, 12);
  if (head.size() < 12 || head.substr(8) != "WAVE") return {};
  const std::string kind = head.substr(0, 4);
  if (kind != "RIFF" && kind != "RIFX" && kind != "RF64") return {};
  const bool big = kind == "RIFX";
  const std::uint64_t riff_size = number(head, 4, 4, big);

  std::uint64_t long_data_size = 0;
  std::uint64_t format = 0;
  std::uint64_t block_align = 0;
  std::uint64_t offset = 12;
  for (int i = 0; i < max_chunks; ++i) {
    const std::string chunk = file.bytes(offset, 8);
    if (chunk.size() < 8) return {};
    const std::string id = chunk.substr(0, 4);
    std::uint64_t size = number(chunk, 4, 4, big);
    offset += 8;
    if (id == "ds64") {
      const std::string body = file.bytes(offset, 24);
      if (body.size() < 24) return {};
      long_data_size = number(body, 8, 8, big);
    } else if (id == "fmt ") {
      const std::string body = file.bytes(offset, 26);
      if (body.size() < 16) return {};
      format = number(body, 0, 2, big);
      block_align = number(body, 12, 2, big);
      if (format == format_extensible && body.size() >= 26) format = number(body, 24, 2, big);
    } else if (id == "data") {
      const std::uint64_t present = file.size() - std::min(offset, file.size());
      const bool from_ds64 = kind == "RF64" && size == 0xFFFFFFFFU;
      if (from_ds64) size = long_data_size;
      WavExtent extent;
      if (!from_ds64 && size == 0 && riff_size + 8 != file.size() && present > 0) {
        extent.open_size_at = offset - 4;
        return extent;
      }
      if (!from_ds64 && is_streaming_size(size) && size > present) return extent;
      extent.known = true;
      extent.in_samples = has_fixed_sample_size(format) && block_align > 0;
      const std::uint64_t unit = extent.in_samples ? block_align : 1;
      extent.promised = size / unit;
      extent.present = std::min(size, present) / unit;
      return extent;
    }
    if (size > file.size()) return {};
    offset += size + size % 2;
  }
  return {};
}

}  // namespace melgraph
