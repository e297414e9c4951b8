#include "plan.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "../dct.h"
#include "../mel_filterbank.h"
#include "../window_function.h"

namespace melgraph_frontends::fast {
namespace {

bool is_packed(std::int64_t n_fft) {
  return n_fft % 2 == 0;
}

std::int64_t points_of(std::int64_t n_fft) {
  return is_packed(n_fft) ? n_fft / 2 : n_fft;
}

/// Find the butterflies of the last pass that unpack each other.
void plan_pairs(Plan& plan) {
  const FftPass& last = plan.fft.passes.back();
  const std::int64_t points = plan.fft.points;
  std::vector<std::int64_t> butterfly_of(static_cast<std::size_t>(points));
  for (std::size_t i = 0; i < plan.fft.outputs.size(); ++i) {
    butterfly_of[static_cast<std::size_t>(plan.fft.outputs[i])] =
        static_cast<std::int64_t>(i) / last.radix;
  }
  for (std::int64_t j = 0; j < last.span; ++j) {
    const std::int32_t* outputs = plan.fft.outputs.data() + j * last.radix;
    const std::int64_t second =
        butterfly_of[static_cast<std::size_t>((points - *outputs) % points)];
    if (second < j) continue;
    const bool twiddled = j >= last.repeats;
    const auto butterfly = [&](std::int64_t number) {
      const std::int64_t row = twiddled ? number / last.repeats - 1 : 0;
      return LastButterfly{number,
                           last.twiddles + static_cast<std::size_t>(row * 2 * (last.radix - 1))};
    };
    plan.pairs.push_back({butterfly(j), butterfly(second), twiddled});
    for (int t = 0; t < last.radix; ++t) {
      add_twiddle(plan.turns, outputs[t] / static_cast<double>(plan.n_fft));
    }
  }
}

/// Where the first pass finds its inputs.
void plan_samples(Plan& plan) {
  plan.rows = plan_rows(plan.win_length, plan.hop_length);
  if (!plan.gathered) {
    plan.inputs = plan_inputs(plan.window, plan.hop_length, plan.fft);
    return;
  }
  const std::int64_t gathered = plan.win_length * plan.step();
  std::vector<float> factors(static_cast<std::size_t>(gathered));
  for (std::size_t i = 0; i < plan.window.size(); ++i) {
    factors[i * static_cast<std::size_t>(plan.step())] = plan.window[i];
  }
  plan.inputs = plan_inputs(factors, gathered, plan.fft);
}

void plan_bands(Plan& plan, const MelConfig& mel, int sample_rate) {
  const std::vector<double> bank = mel_filterbank(mel, plan.n_fft, sample_rate);
  const auto count = static_cast<std::size_t>(mel.n_mels);
  std::int64_t first_read = plan.bins;
  std::int64_t end_read = 0;
  for (std::size_t band = 0; band < count; ++band) {
    const auto weight = [&](std::int64_t bin) {
      return bank[static_cast<std::size_t>(bin) * count + band];
    };
    std::int64_t first = 0;
    std::int64_t end = plan.bins;
    while (first < end && weight(first) == 0) ++first;
    while (end > first && weight(end - 1) == 0) --end;
    plan.bands.push_back({first < end ? first : 0, end - first});
    if (first < end) {
      first_read = std::min(first_read, first);
      end_read = std::max(end_read, end);
    }
    for (std::int64_t bin = first; bin < end; ++bin) {
      plan.weights.push_back(static_cast<float>(weight(bin) * plan.spectrum_factor));
    }
  }
  plan.first_bin = first_read;
  plan.end_bin = end_read;
}

void plan_logarithm(Plan& plan, const LogConfig& log) {
  const double decibels = (plan.magnitude ? 20 : 10);
  const double per_decade = 1 / std::log(10.0);
  plan.logarithm = log.kind != LogKind::none;
  switch (log.kind) {
    case LogKind::none: break;
    case LogKind::ln_add: plan.log_offset = static_cast<float>(log.eps); break;
    case LogKind::ln_floor: plan.log_least = static_cast<float>(log.eps); break;
    case LogKind::db:
      plan.log_least = static_cast<float>(log.eps);
      plan.log_factor = static_cast<float>(decibels * per_decade);
      if (log.db_ref != 1) {
        plan.log_shift = static_cast<float>(-decibels * std::log10(std::max(log.db_ref, log.eps)));
      }
      break;
    case LogKind::log10_floor:
      plan.log_least = static_cast<float>(log.eps);
      plan.log_factor = static_cast<float>(per_decade);
      break;
    case LogKind::log10_1p:
      plan.log_slope = static_cast<float>(1 / log.eps);
      plan.log_offset = 1;
      plan.log_factor = static_cast<float>(per_decade);
      break;
    default: break;
  }
  if (log.top_db) {
    plan.has_range = true;
    plan.range = static_cast<float>(log.kind == LogKind::db ? *log.top_db : *log.top_db / decibels);
  }
}

}  // namespace

Plan make_plan(const Config& config, const FramingConfig& framing, int sample_rate) {
  Plan plan;
  plan.win_length = framing.win_length;
  plan.hop_length = framing.hop_length;
  plan.n_fft = framing.n_fft;
  plan.bins = framing.n_fft / 2 + 1;
  plan.end_bin = plan.bins;
  plan.packed = is_packed(framing.n_fft);
  plan.fft = plan_fft(points_of(plan.n_fft));
  if (plan.packed) plan_pairs(plan);

  const SampleConfig& samples = config.samples;
  for (const double value : analysis_window(config.window, framing)) {
    plan.window.push_back(static_cast<float>(value * samples.scale));
  }
  plan.remove_dc_offset = samples.remove_dc_offset;
  if (samples.preemphasis_mode == PreemphasisMode::replicate) {
    plan.preemphasis = static_cast<float>(samples.preemphasis);
  }
  plan.use_energy = config.cepstrum.use_energy;
  plan.energy_factor = static_cast<float>(samples.scale * samples.scale);
  plan.energy_floor = std::max(static_cast<float>(config.cepstrum.energy_floor), FLT_EPSILON);
  plan.gathered = plan.remove_dc_offset || plan.preemphasis != 0 || plan.use_energy || !plan.packed;
  plan_samples(plan);

  plan.magnitude = config.power == 1;
  // Unpacking gives twice the spectrum.
  if (plan.packed) plan.spectrum_factor = plan.magnitude ? 0.5F : 0.25F;
  if (config.output != Output::stft) plan_bands(plan, config.mel, sample_rate);
  plan_logarithm(plan, config.log);
  plan.features = plan.values();
  if (config.output == Output::mfcc) {
    const std::vector<double> matrix = cepstrum_matrix(config.cepstrum, config.mel.n_mels);
    plan.features = config.cepstrum.n_mfcc;
    plan.cepstrum.assign(matrix.begin(), matrix.end());
  }
  return plan;
}

std::int64_t row_pitch(const Plan& plan, int lanes) {
  const std::int64_t tile = std::min(lanes, largest_tile);
  return lanes + (plan.rows.more + tile - 1) / tile * tile;
}

std::size_t work_floats(const Plan& plan, int lanes) {
  // The transform; behind it gathered frames and rows of samples and, later, the bins and bands.
  const std::int64_t gathered = plan.gathered ? plan.win_length * plan.step() : 0;
  const std::int64_t samples = (plan.rows.columns + largest_tile) * row_pitch(plan, lanes);
  const std::int64_t bins = plan.bins + static_cast<std::int64_t>(plan.bands.size());
  const std::int64_t rest = std::max(gathered * lanes + samples, bins * lanes);
  return static_cast<std::size_t>(2 * plan.fft.points * lanes + rest);
}

std::int64_t readable_samples(const Plan& plan, int lanes) {
  return (lanes + plan.rows.more - 1) * plan.hop_length + plan.rows.columns + largest_tile;
}

}  // namespace melgraph_frontends::fast
