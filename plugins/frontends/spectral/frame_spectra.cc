#include "frame_spectra.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "cepstrum.h"
#include "dither.h"
#include "framing.h"
#include "stft.h"

namespace melgraph_frontends {
namespace {

// Frames that are in memory at once, in numbers: on a CPU they stay in its cache.
constexpr std::int64_t cpu_block = std::int64_t{1} << 17;
constexpr std::int64_t device_block = std::int64_t{1} << 26;

at::Tensor join(std::vector<at::Tensor> blocks) {
  return blocks.size() == 1 ? std::move(blocks.front()) : at::cat(blocks, 2);
}

}  // namespace

FrameSpectra frame_spectra(const at::Tensor& waveform, const Config& config, const FramePlan& plan,
                           std::size_t resolution, const Constants& constants) {
  const FramingConfig framing = framing_of(config, resolution);
  const SampleConfig& samples = config.samples;
  const std::int64_t row = framing.n_fft * waveform.size(0) * waveform.size(1);
  const std::int64_t block =
      std::max<std::int64_t>((waveform.is_cpu() ? cpu_block : device_block) / row, 16);
  std::vector<at::Tensor> bands;
  std::vector<at::Tensor> energies;
  for (std::int64_t begin = 0; begin < plan.frames; begin += block) {
    const std::int64_t count = std::min(block, plan.frames - begin);
    const std::int64_t first = plan.first + plan.before + begin * framing.hop_length;
    at::Tensor frames = cut_frames(waveform, framing, first, count);
    if (samples.dither > 0) frames = add_dither(frames, samples, begin);
    if (samples.remove_dc_offset) frames = remove_dc_offset(frames);
    if (config.cepstrum.use_energy) energies.push_back(log_energy(frames, config.cepstrum));
    if (samples.preemphasis != 0 && samples.preemphasis_mode == PreemphasisMode::replicate) {
      frames = preemphasize_frames(frames, samples.preemphasis);
    }
    at::Tensor values =
        spectrum(frames, constants.windows[resolution], framing.n_fft, config.power);
    if (constants.bank.defined()) values = values.matmul(constants.bank);
    bands.push_back(std::move(values));
  }
  FrameSpectra result{join(std::move(bands)), {}};
  if (!energies.empty()) result.log_energy = join(std::move(energies));
  return result;
}

}  // namespace melgraph_frontends
