#include "io/pickle_input.h"

#include <algorithm>
#include <utility>

#include "io/weights_error.h"

namespace melgraph {

namespace {

constexpr std::uint64_t block_bytes = 64 * 1024;

}  // namespace

PickleInput::PickleInput(std::string_view bytes, std::string file_name)
    : file_name_(std::move(file_name)), next_(bytes.size()), end_(bytes.size()), window_(bytes) {}

PickleInput::PickleInput(const RegularFile& file, std::uint64_t begin, std::uint64_t end)
    : file_(&file), file_name_(file.path()), next_(begin), end_(end) {}

bool PickleInput::fill(std::uint64_t count) {
  const std::size_t ready = window_.size() - used_;
  if (ready >= count) return true;
  if (file_ == nullptr || count - ready > end_ - next_) return false;
  const std::uint64_t more = std::min(std::max(count - ready, block_bytes), end_ - next_);
  buffer_.erase(0, used_);
  buffer_.resize(ready + more);
  file_->read(next_, buffer_.data() + ready, more);
  next_ += more;
  window_ = buffer_;
  used_ = 0;
  return true;
}

void PickleInput::refuse_cut() const {
  refuse_weights(file_name_, "the pickle is cut off near byte " + std::to_string(position()));
}

std::uint8_t PickleInput::byte() {
  return static_cast<std::uint8_t>(take(1).front());
}

std::string_view PickleInput::take(std::uint64_t count) {
  if (!fill(count)) refuse_cut();
  const std::string_view bytes = window_.substr(used_, count);
  used_ += bytes.size();
  return bytes;
}

std::string_view PickleInput::line(std::size_t longest) {
  for (std::size_t size = 0; size <= longest; ++size) {
    if (!fill(size + 1)) refuse_cut();
    if (window_[used_ + size] == '\n') {
      const std::string_view text = window_.substr(used_, size);
      used_ += size + 1;
      return text;
    }
  }
  refuse_weights(file_name_, "a name in the pickle is longer than " + std::to_string(longest) +
                                 " bytes, near byte " + std::to_string(position()));
}

}  // namespace melgraph
