#include "frontends/waveform/contract.h"

#include <algorithm>
#include <string>
#include <utility>

namespace melgraph {
namespace {

// Longest frame and hop: bounds the memory that a graph can ask for.
constexpr double max_samples = 1e8;

}  // namespace

Descriptor describe_waveform() {
  Descriptor d;
  d.id = "frontend.waveform";
  d.summary = "Samples for networks that take the waveform itself";
  d.description =
      "Passes the samples on as features: scaled, normalised by fixed numbers or by each item's "
      "own "
      "peak, level or deviation, and on demand cut into frames, which become patches.";
  d.references = {
      "Dai et al.: Very deep convolutional neural networks for raw waveforms, ICASSP 2017, "
      "arXiv:1610.00087",
      "Baevski et al.: wav2vec 2.0: a framework for self-supervised learning of speech "
      "representations, NeurIPS 2020, arXiv:2006.11477"};
  d.inputs = {{"audio", "sound", {Kind::audio}, {"window", "channel", "sample"}}};
  d.outputs = {{"features",
                "[window, channel, sample]; with frame_length [window, patch, channel, sample]"}};
  d.params = {
      ParamSpec::integer("sample_rate",
                         "Rate the front end is meant for; null: any. A view of another rate is "
                         "refused")
          .range(1, 1e6)
          .in("Hz")
          .or_null(),
      ParamSpec::number("scale", "Factor on every sample").above(0).otherwise(ParamValue(1.0)),
      ParamSpec::boolean("remove_mean", "Subtract the mean of each channel of the item")
          .otherwise(ParamValue(false)),
      ParamSpec::string("normalize",
                        "Divide the item, all channels alike, by the larger of its peak and "
                        "normalize_eps (peak), by sqrt(mean square + normalize_eps) (rms), or each "
                        "channel, its mean subtracted, by sqrt(variance + normalize_eps) "
                        "(mean_variance)")
          .one_of({"none", "peak", "rms", "mean_variance"})
          .otherwise("none"),
      ParamSpec::number("normalize_eps", "Keeps silence from being divided by zero")
          .above(0)
          .otherwise(ParamValue(1e-7)),
      ParamSpec::number("mean", "Subtracted after that").otherwise(ParamValue(0.0)),
      ParamSpec::number("std", "Divisor after that").above(0).otherwise(ParamValue(1.0)),
      ParamSpec::integer("frame_length",
                         "Samples in a frame; null: the item is not cut. Sound too short for one "
                         "frame is padded with zeros to exactly one")
          .range(1, max_samples)
          .in("samples")
          .or_null(),
      ParamSpec::integer("hop_length", "Step from frame to frame; null: frame_length")
          .range(1, max_samples)
          .in("samples")
          .or_null(),
      ParamSpec::string("frame_tail",
                        "What becomes of samples after the last whole frame: dropped, or filled up "
                        "with zeros")
          .one_of({"drop", "pad"})
          .otherwise("drop")};
  return d;
}

WaveformFrames read_waveform_frames(const Params& params) {
  WaveformFrames frames;
  if (params.is_null("frame_length")) return frames;
  frames.length = params.integer("frame_length");
  frames.hop = params.is_null("hop_length") ? frames.length : params.integer("hop_length");
  frames.pad_tail = params.string("frame_tail") == "pad";
  return frames;
}

std::int64_t count_waveform_frames(const WaveformFrames& frames, std::int64_t samples) {
  const std::int64_t more = std::max<std::int64_t>(samples - frames.length, 0);
  return 1 + (frames.pad_tail ? (more + frames.hop - 1) / frames.hop : more / frames.hop);
}

void infer_waveform(InferContext& context) {
  const Params& params = context.params();
  const PortSpec& audio = context.input("audio");
  bool right = true;
  if (!params.is_null("sample_rate") && params.integer("sample_rate") != audio.sample_rate) {
    const std::string wanted = std::to_string(params.integer("sample_rate"));
    context.report_param("sample_rate",
                         "the front end is for sound of " + wanted + " Hz, its view has " +
                             std::to_string(audio.sample_rate) + " Hz",
                         "set \"sample_rate\": " + wanted + " in the view; it resamples");
    right = false;
  }
  const WaveformFrames frames = read_waveform_frames(params);
  if (frames.length == 0) {
    for (const char* name : {"hop_length", "frame_tail"}) {
      if (!params.given(name) || params.is_null(name)) continue;
      context.report_param(name, std::string(name) + " has no effect without frame_length",
                           "set frame_length, or leave " + std::string(name) + " out");
      right = false;
    }
  }
  const std::int64_t samples = audio.size_of("sample");
  if (samples == 0) {
    context.report_input("audio", 0, "there are no samples", "use longer windows");
    right = false;
  }
  if (!right) return;

  PortSpec features;
  features.kind = Kind::features;
  features.dtype = audio.dtype;
  features.sample_rate = audio.sample_rate;
  features.axes = {{"window", unknown_size}};
  Axis sample{"sample", samples};
  if (frames.length > 0) {
    Axis patch{"patch", unknown_size};
    if (samples != unknown_size) patch.size = count_waveform_frames(frames, samples);
    features.axes.push_back(patch);
    sample.size = frames.length;
    if (audio.sample_rate > 0) {
      features.patch_hop = static_cast<double>(frames.hop) / audio.sample_rate;
      features.patch_length = static_cast<double>(frames.length) / audio.sample_rate;
    }
  }
  features.axes.push_back({"channel", audio.size_of("channel")});
  features.axes.push_back(sample);
  context.set_output("features", std::move(features));
}

}  // namespace melgraph
