#include "run/soxr_resampler.h"

#include <soxr.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

#include "melgraph/error.h"

namespace melgraph {

namespace {

// libsoxr is fed blocks of one size whatever comes in, so that chunking cannot change the bits.
constexpr std::size_t block_size = 1024;

void check(soxr_error_t error, int from, int to) {
  if (error == nullptr) return;
  throw Error(ErrorCode::run_time, "libsoxr cannot convert " + std::to_string(from) + " Hz to " +
                                       std::to_string(to) + " Hz: " + error);
}

}  // namespace

void SoxrResampler::Delete::operator()(soxr* handle) const {
  soxr_delete(handle);
}

SoxrResampler::SoxrResampler(int from, int to) : from_(from), to_(to), result_(8192) {
  soxr_error_t error = nullptr;
  const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  soxr_.reset(soxr_create(from, to, 1, &error, &io, &quality, &runtime));
  check(error, from, to);
  block_.reserve(block_size);
}

SoxrResampler::~SoxrResampler() = default;

void SoxrResampler::reset() {
  check(soxr_clear(soxr_.get()), from_, to_);
  block_.clear();
  received_ = 0;
  emitted_ = 0;
}

void SoxrResampler::push(const float* samples, std::size_t count, std::vector<float>& out) {
  received_ += static_cast<std::int64_t>(count);
  while (count > 0) {
    const std::size_t taken = std::min(count, block_size - block_.size());
    block_.insert(block_.end(), samples, samples + taken);
    samples += taken;
    count -= taken;
    if (block_.size() < block_size) return;
    process(block_.data(), block_.size(), std::numeric_limits<std::int64_t>::max(), out);
    block_.clear();
  }
}

void SoxrResampler::finish(std::vector<float>& out) {
  const int divisor = std::gcd(from_, to_);
  const std::int64_t down = from_ / divisor;
  const std::int64_t up = to_ / divisor;
  const std::int64_t total = (received_ * up + down - 1) / down;
  if (!block_.empty()) process(block_.data(), block_.size(), total, out);
  while (emitted_ < total) {
    if (process(nullptr, 0, total, out) == 0) break;
  }
  // libsoxr rounds the length to the nearest, which can be one sample short.
  out.insert(out.end(), static_cast<std::size_t>(total - emitted_), 0.0F);
  reset();
}

// Feeds `count` samples (none: the end of the input) and takes all output, up to `limit` in total.
std::size_t SoxrResampler::process(const float* samples, std::size_t count, std::int64_t limit,
                                   std::vector<float>& out) {
  std::size_t taken = 0;
  for (;;) {
    std::size_t consumed = 0;
    std::size_t produced = 0;
    check(soxr_process(soxr_.get(), samples, count, &consumed, result_.data(), result_.size(),
                       &produced),
          from_, to_);
    if (samples != nullptr) samples += consumed;
    count -= consumed;
    const auto kept = static_cast<std::size_t>(
        std::min<std::int64_t>(static_cast<std::int64_t>(produced), limit - emitted_));
    out.insert(out.end(), result_.begin(), result_.begin() + static_cast<std::ptrdiff_t>(kept));
    emitted_ += static_cast<std::int64_t>(kept);
    taken += kept;
    const bool drained = produced < result_.size();
    if (count == 0 && drained) return taken;
    if (consumed == 0 && produced == 0) return taken;
    if (samples == nullptr && drained) return taken;
  }
}

}  // namespace melgraph
