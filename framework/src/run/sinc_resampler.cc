#include "run/sinc_resampler.h"

#include <algorithm>
#include <span>
#include <utility>

namespace melgraph {

namespace {

// Input taken at a time: what is made of it stays in the first cache, and the memory bounded.
constexpr std::size_t push_part = 4096;

// Rows of input in columns, beyond those of one tile: 64 KB.
constexpr std::int64_t column_rows = 1024;

constexpr auto lanes_of_block = static_cast<std::int64_t>(filter_lanes);
constexpr auto phases_of_tile = static_cast<std::int64_t>(filter_phases);

}  // namespace

SincResampler::SincResampler(const SincDesign& design, int from, int to, FilterForm form)
    : from_(from), to_(to), filter_(phase_filter(form)) {
  const int count = halvings(design, from, to);
  kernel_ = sinc_kernel(design, from, to, count);
  double edge = stop_band_edge(design) * to / from;
  for (int i = 0; i < count; ++i, edge *= 2.0) {
    halvers_.emplace_back(edge, lead_, form);
    lead_ = halvers_.back().lead();
  }
  reset();
}

void SincResampler::reset() {
  for (Halver& halver : halvers_) halver.reset();
  samples_start_ = std::min(kernel_->tiles.front().first_row, -lead_);
  samples_.assign(static_cast<std::size_t>(-lead_ - samples_start_), 0.0F);
  pushed_ = 0;
  received_ = -lead_;
  emitted_ = 0;
}

void SincResampler::push(const float* samples, std::size_t count, std::vector<float>& out) {
  pushed_ += static_cast<std::int64_t>(count);
  while (count > 0) {
    const std::size_t taken = std::min(count, push_part);
    count -= taken;
    filter_more(samples, taken);
    samples += taken;
    emit(computable(), count > 0, out);
  }
}

void SincResampler::finish(std::vector<float>& out) {
  for (std::size_t i = 0; i < halvers_.size(); ++i) {
    const std::vector<float> zeros(halvers_[i].tail(), 0.0F);
    filter_more(zeros.data(), zeros.size(), i);
  }
  emit((pushed_ * to_ + from_ - 1) / from_, false, out);
  reset();
}

// Takes samples that enter the halving `first`, and passes what comes of them on to the filter.
void SincResampler::filter_more(const float* samples, std::size_t count, std::size_t first) {
  for (std::size_t i = first; i < halvers_.size(); ++i) {
    const std::span<const float> halved = halvers_[i].push(samples, count);
    samples = halved.data();
    count = halved.size();
  }
  samples_.insert(samples_.end(), samples, samples + count);
  received_ += static_cast<std::int64_t>(count);
}

// Outputs whose last tap has come.
std::int64_t SincResampler::computable() const {
  const std::vector<std::int64_t>& last = kernel_->last;
  const std::int64_t after = received_ - last.back() - 1;  // behind the first whole period
  const std::int64_t periods = after < 0 ? 0 : after / kernel_->down + 1;
  const auto end = std::lower_bound(last.begin(), last.end(), received_ - periods * kernel_->down);
  return periods * kernel_->up + (end - last.begin());
}

void SincResampler::emit(std::int64_t limit, bool whole_blocks, std::vector<float>& out) {
  const std::int64_t block = lanes_of_block * kernel_->up;
  while (emitted_ < limit) {
    const std::int64_t count = std::min(limit - emitted_, block);
    if (whole_blocks && count < block) break;  // the rest comes with more input at once
    const std::size_t offset = out.size();
    out.resize(offset + static_cast<std::size_t>(count));
    emit_block(count, out.data() + offset);
    emitted_ += count;
  }
  drop_used();
}

// Computes the next `count` outputs: lane 0 the first `up` of them, lane 1 the next, and so on.
void SincResampler::emit_block(std::int64_t count, float* out) {
  const std::int64_t up = kernel_->up;
  const std::int64_t lanes = (count + up - 1) / up;
  const std::int64_t origin = emitted_ / up * kernel_->down - samples_start_;
  plan_block(emitted_ % up, std::min(count, up));

  // The last rows of a tile may lie behind the input where no output that is asked for needs them.
  const std::size_t size = samples_.size();
  const std::int64_t end = origin + (lanes - 1) * kernel_->down + steps_.back().first_row +
                           static_cast<std::int64_t>(steps_.back().tile->rows);
  samples_.resize(std::max(size, static_cast<std::size_t>(end)), 0.0F);

  for (std::size_t step = 0; step < steps_.size();) {
    const std::int64_t first_row = steps_[step].first_row;
    const auto rows_to = [&](std::size_t s) {
      return steps_[s].first_row + static_cast<std::int64_t>(steps_[s].tile->rows) - first_row;
    };
    const std::int64_t most = rows_to(step) + column_rows;
    std::size_t behind = step + 1;
    while (behind < steps_.size() && rows_to(behind) <= most) ++behind;
    const auto rows = static_cast<std::size_t>(rows_to(behind - 1));
    if (columns_.size() < rows) columns_.resize(rows);
    interleave_lanes(samples_.data() + (origin + first_row),
                     static_cast<std::size_t>(kernel_->down), static_cast<std::size_t>(lanes), rows,
                     columns_.front().lanes);
    for (; step < behind; ++step) {
      const auto row = static_cast<std::size_t>(steps_[step].first_row - first_row);
      filter(steps_[step], columns_[row].lanes, count, out);
    }
  }
  samples_.resize(size);
}

// Lists the tiles that hold `width` phases from `phase` on, behind the last again from the first.
void SincResampler::plan_block(std::int64_t phase, std::int64_t width) {
  steps_.clear();
  std::int64_t tile = phase / phases_of_tile;
  std::int64_t period = 0;
  for (std::int64_t next = tile * phases_of_tile - phase; next < width;) {
    const PhaseTile& chosen = kernel_->tiles[static_cast<std::size_t>(tile)];
    steps_.push_back({&chosen, chosen.first_row + period * kernel_->down, next});
    next += static_cast<std::int64_t>(chosen.phases);
    if (++tile < static_cast<std::int64_t>(kernel_->tiles.size())) continue;
    tile = 0;
    ++period;
  }
}

void SincResampler::filter(const Step& step, const float* columns, std::int64_t count, float* out) {
  const std::int64_t up = kernel_->up;
  const std::int64_t lanes = (count + up - 1) / up;
  const PhaseTile& tile = *step.tile;
  alignas(64) float results[filter_phases * filter_lanes];
  filter_(columns, kernel_->coefficients.data() + tile.coefficients, tile,
          static_cast<std::size_t>(lanes), results);
  const std::int64_t end = step.phase + static_cast<std::int64_t>(tile.phases);
  const bool whole = tile.phases == filter_phases && step.phase >= 0 && end <= up;
  if (whole && count == lanes_of_block * up) {
    deinterleave_lanes(results, static_cast<std::size_t>(up), out + step.phase);
    return;
  }
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    const std::int64_t limit = std::min({end, up, count - lane * up});
    for (std::int64_t phase = std::max<std::int64_t>(step.phase, 0); phase < limit; ++phase) {
      out[lane * up + phase] = results[(phase - step.phase) * lanes_of_block + lane];
    }
  }
}

void SincResampler::drop_used() {
  // Rows ascend with the tiles, so nothing before the next output's tile is needed again.
  const std::int64_t tile = emitted_ % kernel_->up / phases_of_tile;
  const std::int64_t used = emitted_ / kernel_->up * kernel_->down +
                            kernel_->tiles[static_cast<std::size_t>(tile)].first_row -
                            samples_start_;
  const auto size = static_cast<std::int64_t>(samples_.size());
  if (used < size / 2) return;  // moving the rest seldom keeps the cost a sample constant
  const std::int64_t dropped = std::min(used, size);
  samples_.erase(samples_.begin(), samples_.begin() + dropped);
  samples_start_ += dropped;
}

}  // namespace melgraph
