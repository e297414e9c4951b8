#include "block_runner.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "../mirror.h"

namespace melgraph_frontends::fast {
namespace {

constexpr std::size_t alignment = 64;  // of the widest vectors, bytes

}  // namespace

BlockRunner::BlockRunner(std::shared_ptr<const Plan> plan, const Kernel& kernel)
    : plan_(std::move(plan)), kernel_(kernel) {
  const auto lanes = static_cast<std::size_t>(kernel_.lanes);
  memory_.resize(work_floats(*plan_, kernel_.lanes) + alignment / sizeof(float));
  const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
  work_ = memory_.data() + (alignment - address % alignment) % alignment / sizeof(float);
  edge_.resize(static_cast<std::size_t>(readable_samples(*plan_, kernel_.lanes)));
  energy_.resize(lanes);
  coefficients_.resize(static_cast<std::size_t>(plan_->features) * lanes);
}

const Kernel& BlockRunner::kernel_for(std::int64_t frames) const {
  const Kernel* narrower = kernel_.narrower;
  return narrower != nullptr && frames <= narrower->lanes ? *narrower : kernel_;
}

const float* BlockRunner::samples_of_block(const Kernel& kernel, const Sound& sound,
                                           std::int64_t start, std::int64_t frames) {
  const std::int64_t span = readable_samples(*plan_, kernel.lanes);
  if (start >= 0 && start + span <= sound.length) return sound.samples + start;
  const std::int64_t wanted = (frames - 1) * plan_->hop_length + plan_->win_length;
  const auto sample = [&sound](std::int64_t at) {
    if (sound.pad_mode == PadMode::constant) return 0.0F;
    return sound.samples[mirrored(at, sound.length, sound.pad_mode == PadMode::reflect_edge)];
  };
  std::int64_t i = 0;
  for (; i < wanted && start + i < 0; ++i) edge_[static_cast<std::size_t>(i)] = sample(start + i);
  const std::int64_t inside = std::min(wanted, sound.length - start);
  if (i < inside) {
    std::copy(sound.samples + start + i, sound.samples + start + inside, edge_.begin() + i);
    i = inside;
  }
  for (; i < wanted; ++i) edge_[static_cast<std::size_t>(i)] = sample(start + i);
  std::fill(edge_.begin() + i, edge_.begin() + span, 0.0F);
  return edge_.data();
}

void BlockRunner::write_cepstrum(const Kernel& kernel, const float* bands, float least,
                                 const float* energy, std::int64_t frames, float* out) {
  kernel.cepstrum(*plan_, bands, least, plan_->use_energy ? energy : nullptr, coefficients_.data());
  kernel.store(coefficients_.data(), plan_->features, static_cast<int>(frames), out);
}

void BlockRunner::run_block(const Kernel& kernel, const Sound& sound, std::int64_t start,
                            std::int64_t frames, float* out) {
  const auto count = static_cast<int>(frames);
  const float* values = kernel.frames(*plan_, samples_of_block(kernel, sound, start, frames), count,
                                      Stage::logarithm, work_, energy_.data(), &largest_, &finite_);
  if (plan_->cepstrum.empty()) {
    kernel.store(values, plan_->features, count, out);
  } else if (!plan_->has_range) {
    write_cepstrum(kernel, values, std::numeric_limits<float>::lowest(), energy_.data(), frames,
                   out);
  } else {
    held_.push_back({bands_.size(), energies_.size(), &kernel, frames, out});
    bands_.insert(bands_.end(), values, values + plan_->values() * kernel.lanes);
    energies_.insert(energies_.end(), energy_.begin(), energy_.begin() + kernel.lanes);
  }
}

void BlockRunner::fetch_ahead(const Sound& sound, std::int64_t start) const {
  constexpr std::int64_t line = 16;  // floats of a line of the cache
  const std::int64_t begin = std::max<std::int64_t>(start + plan_->win_length, 0);
  const std::int64_t end = std::min(begin + kernel_.lanes * plan_->hop_length, sound.length);
  for (std::int64_t i = begin; i < end; i += line) __builtin_prefetch(sound.samples + i);
}

bool BlockRunner::run(const std::vector<Sound>& channels, std::int64_t first, std::int64_t begin,
                      std::int64_t end, float* out, std::int64_t stride) {
  const std::int64_t frames = end - begin;
  held_.clear();
  bands_.clear();
  energies_.clear();
  largest_ = std::numeric_limits<float>::lowest();
  finite_ = true;
  for (std::size_t c = 0; c < channels.size(); ++c) {
    float* rows = out + static_cast<std::int64_t>(c) * stride;
    for (std::int64_t t = 0; t < frames; t += kernel_.lanes) {
      const std::int64_t count = std::min<std::int64_t>(kernel_.lanes, frames - t);
      const std::int64_t start = first + (begin + t) * plan_->hop_length;
      fetch_ahead(channels[c], start + (kernel_.lanes - 1) * plan_->hop_length);
      run_block(kernel_for(count), channels[c], start, count, rows + t * plan_->features);
    }
  }
  if (!plan_->has_range) return finite_;
  const float least = largest_ - plan_->range;
  for (const Held& held : held_) {
    write_cepstrum(*held.kernel, bands_.data() + held.bands, least, energies_.data() + held.energy,
                   held.frames, held.out);
  }
  for (std::size_t c = 0; c < channels.size() && held_.empty(); ++c) {
    float* rows = out + static_cast<std::int64_t>(c) * stride;
    for (std::int64_t i = 0; i < frames * plan_->features; ++i) rows[i] = std::max(rows[i], least);
  }
  return finite_;
}

void BlockRunner::run_until(Stage last, const Sound& sound, std::int64_t first,
                            std::int64_t frames) {
  for (std::int64_t t = 0; t < frames; t += kernel_.lanes) {
    const std::int64_t count = std::min<std::int64_t>(kernel_.lanes, frames - t);
    const Kernel& kernel = kernel_for(count);
    kernel.frames(*plan_, samples_of_block(kernel, sound, first + t * plan_->hop_length, count),
                  static_cast<int>(count), last, work_, energy_.data(), &largest_, &finite_);
  }
}

}  // namespace melgraph_frontends::fast
