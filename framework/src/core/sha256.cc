#include "core/sha256.h"

#include <sha2.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/file.h"

namespace melgraph {

namespace {

std::string finish(SHA2_CTX& context) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256Final(digest.data(), &context);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const std::uint8_t byte : digest) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

}  // namespace

std::string sha256_hex(const void* data, std::size_t size) {
  SHA2_CTX context;
  SHA256Init(&context);
  if (size > 0) SHA256Update(&context, static_cast<const std::uint8_t*>(data), size);
  return finish(context);
}

std::string sha256_file(const std::string& path) {
  const FileDescriptor file = open_for_reading(path);
  SHA2_CTX context;
  SHA256Init(&context);
  std::vector<std::uint8_t> block(std::size_t{1} << 18);
  while (true) {
    const ssize_t count = ::read(file.get(), block.data(), block.size());
    if (count == 0) return finish(context);
    if (count > 0) {
      SHA256Update(&context, block.data(), static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      throw_file_error("cannot read", path, errno);
    }
  }
}

}  // namespace melgraph
