#include "run/view_converter.h"

#include <cmath>
#include <string>

#include "config/json_writer.h"
#include "melgraph/error.h"

namespace melgraph {

ViewConverter::ViewConverter(const std::vector<View>& views, int sample_rate, int channels,
                             double start)
    : channels_(channels) {
  if (sample_rate < 1 || channels < 1) {
    throw Error(ErrorCode::usage, "sound needs a sample rate and channels, not " +
                                      std::to_string(sample_rate) + " Hz and " +
                                      std::to_string(channels) + " channels");
  }
  for (std::size_t v = 0; v < views.size(); ++v) {
    const View& view = views[v];
    if (view.channels != 1 && view.channels != channels) {
      throw Error(ErrorCode::input,
                  "the input has " + std::to_string(channels) + " channel(s), view \"" + view.name +
                      "\" asks for " + std::to_string(view.channels),
                  "\"channels\": 1 mixes any input to mono");
    }
    Conversion* found = nullptr;
    for (Conversion& conversion : conversions_) {
      const View& other = views[static_cast<std::size_t>(conversion.cuts.front().view)];
      if (other.sample_rate == view.sample_rate && other.channels == view.channels &&
          other.resampler == view.resampler) {
        found = &conversion;
      }
    }
    if (found == nullptr) {
      found = &conversions_.emplace_back();
      found->sample_rate = view.sample_rate;
      found->channels = view.channels;
      found->converted.resize(static_cast<std::size_t>(view.channels));
      for (int c = 0; c < view.channels; ++c) {
        found->resamplers.push_back(make_resampler(view.resampler, sample_rate, view.sample_rate));
      }
    }
    Cut cut{static_cast<int>(v),
            WindowCutter(view.window, view.hop, view.tail, view.sample_rate, view.channels)};
    cut.cutter.set_origin(start);
    found->cuts.push_back(std::move(cut));
  }
}

ViewConverter::~ViewConverter() = default;

void ViewConverter::push(const float* interleaved, std::size_t frames, const Emit& emit) {
  const std::size_t count = frames * static_cast<std::size_t>(channels_);
  for (std::size_t i = 0; i < count; ++i) {
    if (std::isfinite(interleaved[i])) continue;
    throw Error(ErrorCode::input,
                "sample " + std::to_string(frames_ + static_cast<std::int64_t>(i) / channels_) +
                    " is not a finite number",
                "the sound is damaged: write it again");
  }
  frames_ += static_cast<std::int64_t>(frames);
  planar_.resize(frames);
  for (Conversion& conversion : conversions_) {
    for (int c = 0; c < conversion.channels; ++c) {
      const auto channel = static_cast<std::size_t>(c);
      if (conversion.channels == 1 && channels_ > 1) {
        const float scale = 1.0f / static_cast<float>(channels_);
        for (std::size_t i = 0; i < frames; ++i) {
          float sum = 0;
          for (int k = 0; k < channels_; ++k) {
            sum +=
                interleaved[i * static_cast<std::size_t>(channels_) + static_cast<std::size_t>(k)];
          }
          planar_[i] = sum * scale;
        }
      } else {
        for (std::size_t i = 0; i < frames; ++i) {
          planar_[i] = interleaved[i * static_cast<std::size_t>(channels_) + channel];
        }
      }
      conversion.converted[channel].clear();
      conversion.resamplers[channel]->push(planar_.data(), frames, conversion.converted[channel]);
    }
    pass_on(conversion, emit);
  }
}

void ViewConverter::pass_on(Conversion& conversion, const Emit& emit) {
  std::vector<const float*> channels;
  for (const auto& samples : conversion.converted) channels.push_back(samples.data());
  for (Cut& cut : conversion.cuts) {
    cut.cutter.push(channels.data(), conversion.converted.front().size());
    emit_windows(cut, emit);
  }
}

void ViewConverter::emit_windows(Cut& cut, const Emit& emit) {
  AudioWindow window;
  while (cut.cutter.pop(window)) {
    ++cut.emitted;
    emit(cut.view, std::move(window));
    window = AudioWindow();
  }
}

bool ViewConverter::finish(const Emit& emit) {
  if (frames_ == 0) return false;
  bool any = true;
  for (Conversion& conversion : conversions_) {
    for (std::size_t c = 0; c < conversion.resamplers.size(); ++c) {
      conversion.converted[c].clear();
      conversion.resamplers[c]->finish(conversion.converted[c]);
    }
    pass_on(conversion, emit);
    for (Cut& cut : conversion.cuts) {
      any = cut.cutter.finish() && any;
      emit_windows(cut, emit);
    }
  }
  return any;
}

void ViewConverter::reset(double start) {
  frames_ = 0;
  for (Conversion& conversion : conversions_) {
    for (auto& resampler : conversion.resamplers) resampler->reset();
    for (Cut& cut : conversion.cuts) {
      cut.cutter.reset();
      cut.cutter.set_origin(start);
      cut.emitted = 0;
    }
  }
}

std::int64_t ViewConverter::emitted(int view) const {
  for (const Conversion& conversion : conversions_) {
    for (const Cut& cut : conversion.cuts) {
      if (cut.view == view) return cut.emitted;
    }
  }
  return 0;
}

}  // namespace melgraph
