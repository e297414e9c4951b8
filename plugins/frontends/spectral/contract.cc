#include "contract.h"

#include <algorithm>
#include <cstddef>
#include <iomanip>
#include <sstream>
#include <string>
#include <utility>

#include "config.h"
#include "frame_plan.h"
#include "param_table.h"
#include "preset_facts.h"
#include "presets.h"
#include "relations.h"

namespace melgraph_frontends {
namespace {

using melgraph::Axis;
using melgraph::Descriptor;
using melgraph::InferContext;
using melgraph::Kind;
using melgraph::PortSpec;
using melgraph::unknown_size;

/// Write a number of samples as seconds with the fewest digits that name it.
std::string seconds_text(std::int64_t samples, int rate) {
  std::ostringstream text;
  text << std::setprecision(12) << static_cast<double>(samples) / rate;
  return text.str();
}

Descriptor describe(std::string id, std::string summary, std::string description) {
  Descriptor descriptor;
  descriptor.id = std::move(id);
  descriptor.summary = std::move(summary);
  descriptor.description = std::move(description);
  descriptor.inputs = {
      {"audio", "sound", {Kind::audio}, {"window", "channel", "sample"}, false, false}};
  return descriptor;
}

Axis feature_axis(const Config& config) {
  switch (config.output) {
    case Output::stft: return {"bin", config.framing.n_fft / 2 + 1};
    case Output::mel: return {"mel", config.mel.n_mels};
    case Output::mfcc: return {"coefficient", config.cepstrum.n_mfcc};
  }
  return {};
}

void infer_features(InferContext& context, Output output) {
  const Config config = read_config(context.params(), output);
  if (!check_relations(context, config)) return;
  const PortSpec& audio = context.input("audio");
  const std::int64_t samples = audio.size_of("sample");

  Axis time{"time", unknown_size};
  if (config.patch.frames > 0 && config.patch.tail == PatchTail::drop && !audio.whole_input &&
      samples != unknown_size) {
    // A short input is padded to one patch; windows that are all too short are a mistake.
    const std::int64_t needed = samples_for_patch(config);
    if (std::max(samples, config.samples.min_samples) < needed) {
      const std::string seconds = seconds_text(needed, audio.sample_rate);
      context.report_input("audio", 0,
                           "a window of " + std::to_string(samples) +
                               " samples is too short for a patch of " +
                               std::to_string(config.patch.frames) + " frames, which needs " +
                               std::to_string(needed),
                           "give the view \"window\": " + seconds);
      return;
    }
  }
  Axis patch{"patch", unknown_size};
  if (samples != unknown_size) {
    for (std::size_t i = 1; i < count_resolutions(config); ++i) {
      const FramePlan other = plan_frames(config, samples, i);
      if (other.problem.empty()) continue;
      context.report_input("audio", 0, other.problem, other.hint);
      return;
    }
    const FramePlan plan = plan_frames(config, samples);
    if (!plan.problem.empty()) {
      context.report_input("audio", 0, plan.problem, plan.hint);
      return;
    }
    time.size = plan.frames;
    patch.size = plan.patches;
  }

  PortSpec features;
  features.kind = Kind::features;
  features.dtype = audio.dtype;
  features.sample_rate = audio.sample_rate;
  const double rate = audio.sample_rate;
  const double step = static_cast<double>(config.framing.hop_length);
  if (rate > 0) features.hop = step / rate;
  if (config.image.width) {
    // Frames have been stretched; their step is only known where their number was.
    features.hop = time.size == unknown_size ? 0
                                             : features.hop * static_cast<double>(time.size) /
                                                   static_cast<double>(*config.image.width);
    time.size = *config.image.width;
  }
  features.axes = {{"window", unknown_size}};
  if (config.patch.frames > 0) {
    features.axes.push_back(patch);
    time.size = config.patch.frames;
    if (rate > 0) {
      const double frames = static_cast<double>(config.patch.frames - 1);
      features.patch_hop = static_cast<double>(config.patch.hop) * step / rate;
      features.patch_length =
          (frames * step + static_cast<double>(config.framing.win_length)) / rate;
    }
  }
  const auto images = static_cast<std::int64_t>(config.resolutions.size());
  features.axes.push_back({"channel", images > 0 ? images : audio.size_of("channel")});
  Axis bands = feature_axis(config);
  if (config.image.height) bands.size = *config.image.height;
  features.axes.push_back(config.image.mel_time ? bands : time);
  features.axes.push_back(config.image.mel_time ? time : bands);
  context.set_output("features", std::move(features));
}

}  // namespace

Descriptor describe_stft() {
  Descriptor descriptor =
      describe("frontend.stft", "Short-time spectrum: magnitude or power",
               "Cuts the sound into frames, applies a window and a Fourier transform, and gives "
               "magnitude or power of each bin, on demand as logarithm and in patches.");
  descriptor.outputs = {{"features",
                         "[window, channel, time, bin]; with patch_frames [window, "
                         "patch, channel, time, bin]"}};
  descriptor.params = stft_params();
  return descriptor;
}

Descriptor describe_mel() {
  Descriptor descriptor =
      describe("frontend.mel", "Mel spectrogram, the front end of most audio networks",
               "Short-time spectrum, summed in triangular bands that are evenly spaced in mel, on "
               "demand as logarithm, normalised, resized and in patches. A preset sets all "
               "parameters to those of a published front end.");
  descriptor.outputs = {{"features",
                         "[window, channel, time, mel]; with patch_frames [window, "
                         "patch, channel, time, mel]"}};
  descriptor.params = mel_params();
  descriptor.presets = mel_presets();
  add_computation(descriptor, Output::mel);
  return descriptor;
}

Descriptor describe_mfcc() {
  Descriptor descriptor =
      describe("frontend.mfcc", "Mel-frequency cepstral coefficients",
               "Mel spectrogram and its discrete cosine transform over the bands. Set `log` too: "
               "like every parameter it is neutral where neither a preset nor the graph sets it.");
  descriptor.references = {
      "Davis, Mermelstein: Comparison of parametric representations for monosyllabic word "
      "recognition in continuously spoken sentences, IEEE TASSP 28(4), 1980"};
  descriptor.outputs = {{"features",
                         "[window, channel, time, coefficient]; with patch_frames "
                         "[window, patch, channel, time, coefficient]"}};
  descriptor.params = mfcc_params();
  descriptor.presets = mfcc_presets();
  add_computation(descriptor, Output::mfcc);
  return descriptor;
}

Descriptor describe_delta() {
  Descriptor descriptor;
  descriptor.id = "frontend.delta";
  descriptor.summary = "Differences of features along time, first or second order";
  descriptor.description =
      "Gives the slope of each feature over a few frames, by regression or by a fitted "
      "polynomial, beside the features or alone.";
  descriptor.references = {
      "Furui: Speaker-independent isolated word recognition using dynamic features of speech "
      "spectrum, IEEE TASSP 34(1), 1986",
      "Savitzky, Golay: Smoothing and differentiation of data by simplified least squares "
      "procedures, Analytical Chemistry 36(8), 1964"};
  descriptor.inputs = {{"features",
                        "features of equal frames",
                        {Kind::features},
                        {"window", "channel", "time", "*"},
                        false,
                        false}};
  descriptor.outputs = {{"features", "the axes of the input; the last one longer with keep_input"}};
  descriptor.params = delta_params();
  return descriptor;
}

void infer_stft(InferContext& context) {
  infer_features(context, Output::stft);
}
void infer_mel(InferContext& context) {
  infer_features(context, Output::mel);
}
void infer_mfcc(InferContext& context) {
  infer_features(context, Output::mfcc);
}

void infer_delta(InferContext& context) {
  const melgraph::Params& params = context.params();
  const std::int64_t width = params.integer("width");
  bool right = true;
  if (width % 2 == 0) {
    context.report_param("width", "width " + std::to_string(width) + " is even",
                         "use an odd number of frames, for example " + std::to_string(width + 1));
    right = false;
  }
  const bool interp = params.string("edge") == "interp";
  if (interp && params.string("method") != "savgol") {
    context.report_param("edge", "edge interp does not go with method " + params.string("method"),
                         "set method to savgol, or edge to replicate");
    right = false;
  }
  PortSpec features = context.input("features");
  const std::int64_t frames = features.size_of("time");
  if (frames == 0) {
    context.report_input("features", 0, "there is no frame to take a difference of");
    right = false;
  } else if (right && interp && frames != unknown_size && frames < width) {
    context.report_input("features", 0,
                         "edge interp fits a polynomial to " + std::to_string(width) +
                             " frames, the input has " + std::to_string(frames),
                         "use a smaller width, longer windows, or edge replicate");
    right = false;
  }
  if (!right) return;
  Axis& last = features.axes.back();
  if (params.boolean("keep_input") && last.size != unknown_size) {
    last.size *= 1 + params.integer("order");
  }
  context.set_output("features", std::move(features));
}

}  // namespace melgraph_frontends
