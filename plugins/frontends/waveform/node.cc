#include "frontends/waveform/node.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/constant_pad_nd.h>

#include <algorithm>
#include <string>

#include "frontends/waveform/contract.h"
#include "melgraph/error.h"

namespace melgraph {
namespace {

class Waveform final : public Node {
 public:
  void open(OpenContext& context) override {
    const Params& params = context.params();
    scale_ = params.number("scale");
    remove_mean_ = params.boolean("remove_mean");
    normalize_ = params.string("normalize");
    eps_ = params.number("normalize_eps");
    mean_ = params.number("mean");
    std_ = params.number("std");
    frames_ = read_waveform_frames(params);
  }

  void process(ProcessContext& context) override {
    const at::Tensor& audio = context.input("audio");
    if (audio.size(-1) == 0) {
      throw Error(ErrorCode::input, "there are no samples", "use longer windows");
    }
    at::Tensor samples = audio.mul(scale_);
    if (remove_mean_) samples = samples.sub(samples.mean(-1, /*keepdim=*/true));
    samples = normalized(samples);
    if (mean_ != 0) samples = samples.sub(mean_);
    if (std_ != 1) samples = samples.div(std_);
    if (!samples.isfinite().all().item<bool>()) {
      throw Error(ErrorCode::input,
                  "the sound has samples that are too large, infinite or no numbers",
                  "repair the file, or set a smaller scale");
    }
    context.set_output("features", frames_.length > 0 ? cut(samples) : samples);
  }

 private:
  // Statistics are taken in float64: their bits do not depend on how a sum is split up.
  at::Tensor normalized(const at::Tensor& samples) const {
    if (normalize_ == "none") return samples;
    const at::Tensor exact = samples.to(at::kDouble);
    at::Tensor divided;
    if (normalize_ == "peak") {
      divided = exact.div(exact.abs().amax({1, 2}, /*keepdim=*/true).clamp_min(eps_));
    } else if (normalize_ == "rms") {
      divided = exact.div(exact.square().mean({1, 2}, /*keepdim=*/true).add(eps_).sqrt());
    } else {
      const at::Tensor centred = exact.sub(exact.mean(-1, /*keepdim=*/true));
      divided = centred.div(centred.square().mean(-1, /*keepdim=*/true).add(eps_).sqrt());
    }
    return divided.to(samples.scalar_type());
  }

  // [item, channel, sample] to [item, frame, channel, sample].
  at::Tensor cut(const at::Tensor& samples) const {
    const std::int64_t count = count_waveform_frames(frames_, samples.size(-1));
    const std::int64_t length = (count - 1) * frames_.hop + frames_.length;
    const std::int64_t missing = std::max<std::int64_t>(length - samples.size(-1), 0);
    const at::Tensor padded = at::constant_pad_nd(samples, {0, missing}).narrow(-1, 0, length);
    return padded.unfold(-1, frames_.length, frames_.hop).transpose(1, 2).contiguous();
  }

  double scale_ = 1;
  bool remove_mean_ = false;
  std::string normalize_;
  double eps_ = 0;
  double mean_ = 0;
  double std_ = 1;
  WaveformFrames frames_;
};

}  // namespace

std::unique_ptr<Node> make_waveform() {
  return std::make_unique<Waveform>();
}

}  // namespace melgraph
