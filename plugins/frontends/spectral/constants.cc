#include "constants.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "dct.h"
#include "mel_filterbank.h"
#include "pcen.h"
#include "window_function.h"

namespace melgraph_frontends {
namespace {

at::Tensor to_tensor(const std::vector<double>& values, at::IntArrayRef sizes) {
  at::Tensor tensor = at::empty(sizes, at::TensorOptions().dtype(at::kDouble));
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<double>());
  return tensor;
}

}  // namespace

Constants Constants::to(const at::TensorOptions& options) const {
  Constants result;
  for (const at::Tensor& window : windows) result.windows.push_back(window.to(options));
  if (bank.defined()) result.bank = bank.to(options);
  if (cepstrum.defined()) result.cepstrum = cepstrum.to(options);
  result.pcen_smoothing = pcen_smoothing;
  return result;
}

Constants make_constants(const Config& config, int sample_rate) {
  Constants constants;
  const FramingConfig& framing = config.framing;
  for (std::size_t i = 0; i < count_resolutions(config); ++i) {
    const FramingConfig image = framing_of(config, i);
    constants.windows.push_back(
        to_tensor(analysis_window(config.window, image), {image.win_length}));
    if (config.log.kind == LogKind::pcen) {
      const double frames_per_second = sample_rate / static_cast<double>(image.hop_length);
      constants.pcen_smoothing.push_back(pcen_smoothing(config.pcen, frames_per_second));
    }
  }
  if (config.output != Output::stft) {
    constants.bank = to_tensor(mel_filterbank(config.mel, framing.n_fft, sample_rate),
                               {framing.n_fft / 2 + 1, config.mel.n_mels});
  }
  if (config.output == Output::mfcc) {
    constants.cepstrum = to_tensor(cepstrum_matrix(config.cepstrum, config.mel.n_mels),
                                   {config.mel.n_mels, config.cepstrum.n_mfcc});
  }
  return constants;
}

}  // namespace melgraph_frontends
