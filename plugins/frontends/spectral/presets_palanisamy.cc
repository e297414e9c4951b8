#include "preset_values.h"

namespace melgraph_frontends {
namespace {

const char* const palanisamy =
    "Palanisamy, Singhania, Yao: Rethinking CNN models for audio classification, arXiv:2007.11154";

// Windows of 25, 50 and 100 ms, steps of 10, 25 and 50 ms, rounded half to even as Python does.
Values image(std::int64_t sample_rate, std::int64_t n_fft, std::vector<std::int64_t> windows,
             std::vector<std::int64_t> hops, std::int64_t width) {
  return {{"sample_rate", whole(sample_rate)},
          {"n_fft", whole(n_fft)},
          {"channel_win_lengths", list(std::move(windows))},
          {"channel_hop_lengths", list(std::move(hops))},
          {"mel_grid", text("sr_floor")},
          {"log", text("ln_add")},
          {"log_eps", number(1e-6)},
          {"resize_width", whole(width)}};
}

// A transform of 2205 points mirrors 1102 samples at either end.
Values image_22050(std::int64_t width) {
  return merge(image(22050, 2205, {551, 1102, 2205}, {220, 551, 1102}, width),
               {{"min_samples", whole(2206)}});
}

melgraph::Preset make_image(const char* name, const char* doc, Values values) {
  return make_preset(name, doc, {palanisamy}, std::move(values), "kaiser-best",
                     "torchaudio MelSpectrogram, Pillow resize");
}

}  // namespace

Presets palanisamy_presets() {
  return {
      make_image("palanisamy-esc50",
                 "Image of three resolutions for ESC-50, for sound of 44100 Hz: windows of 25, 50 "
                 "and 100 ms, each resized to 250 frames of 128 bands",
                 image(44100, 4410, {1102, 2205, 4410}, {441, 1102, 2205}, 250)),
      make_image(
          "palanisamy-us8k",
          "Image of three resolutions for UrbanSound8K, for sound of 22050 Hz: windows of 25, "
          "50 and 100 ms, each resized to 250 frames of 128 bands",
          image_22050(250)),
      make_image(
          "palanisamy-gtzan",
          "Image of three resolutions for GTZAN, for sound of 22050 Hz: windows of 25, 50 and "
          "100 ms, each resized to 1500 frames of 128 bands",
          image_22050(1500)),
  };
}

}  // namespace melgraph_frontends
