#include "run/view_converter.h"

#include <cmath>
#include <string>

#include "config/json_writer.h"
#include "melgraph/error.h"

namespace melgraph {

ViewConverter::ViewConverter(const std::vector<View>& views, int sample_rate, int channels,
                             double start)
    : views_(views), sample_rate_(sample_rate), channels_(channels), start_(start) {
  check_format(sample_rate, channels);
  for (std::size_t v = 0; v < views.size(); ++v) {
    const View& view = views[v];
    Conversion* found = nullptr;
    for (Conversion& conversion : conversions_) {
      if (conversion.sample_rate == view.sample_rate && conversion.channels == view.channels &&
          conversion.resampler == view.resampler) {
        found = &conversion;
      }
    }
    if (found == nullptr) {
      found = &conversions_.emplace_back();
      found->resampler = view.resampler;
      found->sample_rate = view.sample_rate;
      found->channels = view.channels;
      found->converted.resize(static_cast<std::size_t>(view.channels));
      found->resamplers = make_resamplers(*found, sample_rate);
    }
    Cut cut{static_cast<int>(v),
            WindowCutter(view.window, view.hop, view.tail, view.sample_rate, view.channels)};
    cut.cutter.set_origin(start);
    found->cuts.push_back(std::move(cut));
  }
}

void ViewConverter::check_format(int sample_rate, int channels) const {
  if (sample_rate < 1 || channels < 1) {
    throw Error(ErrorCode::usage, "sound needs a sample rate and channels, not " +
                                      std::to_string(sample_rate) + " Hz and " +
                                      std::to_string(channels) + " channels");
  }
  for (const View& view : views_) {
    if (view.channels == 1 || view.channels == channels) continue;
    throw Error(ErrorCode::input,
                "the input has " + std::to_string(channels) + " channel(s), view \"" + view.name +
                    "\" asks for " + std::to_string(view.channels),
                "\"channels\": 1 mixes any input to mono");
  }
}

ViewConverter::Resamplers ViewConverter::make_resamplers(const Conversion& conversion,
                                                         int sample_rate) {
  Resamplers resamplers;
  for (int c = 0; c < conversion.channels; ++c) {
    resamplers.push_back(make_resampler(conversion.resampler, sample_rate, conversion.sample_rate));
  }
  return resamplers;
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
  run_frames_ += static_cast<std::int64_t>(frames);
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

void ViewConverter::finish_resamplers(Conversion& conversion, const Emit& emit) {
  for (std::size_t c = 0; c < conversion.resamplers.size(); ++c) {
    conversion.converted[c].clear();
    conversion.resamplers[c]->finish(conversion.converted[c]);
  }
  pass_on(conversion, emit);
}

bool ViewConverter::finish(const Emit& emit) {
  if (frames_ == 0) return false;
  bool any = true;
  for (Conversion& conversion : conversions_) {
    finish_resamplers(conversion, emit);
    for (Cut& cut : conversion.cuts) {
      any = cut.cutter.finish() && any;
      emit_windows(cut, emit);
    }
  }
  return any || frames_ > run_frames_;
}

void ViewConverter::check_restart(double start, int sample_rate, int channels) const {
  check_format(sample_rate, channels);
  const double end = start_ + static_cast<double>(run_frames_) / sample_rate_;
  if (!(start >= end - 0.5 / sample_rate_)) {
    throw Error(ErrorCode::usage,
                "sound at " + json_number(start) + " s cannot follow sound that ends at " +
                    json_number(end) + " s",
                "flush the session to go back in time");
  }
}

void ViewConverter::restart(double start, int sample_rate, int channels, const Emit& emit) {
  check_restart(start, sample_rate, channels);
  std::vector<Resamplers> others;
  if (sample_rate != sample_rate_) {
    for (const Conversion& conversion : conversions_) {
      others.push_back(make_resamplers(conversion, sample_rate));
    }
  }
  for (std::size_t i = 0; i < conversions_.size(); ++i) {
    Conversion& conversion = conversions_[i];
    finish_resamplers(conversion, emit);  // they hold sound that may complete a window
    if (!others.empty()) conversion.resamplers = std::move(others[i]);
    for (Cut& cut : conversion.cuts) cut.cutter.restart(start);
  }
  sample_rate_ = sample_rate;
  channels_ = channels;
  start_ = start;
  run_frames_ = 0;
}

void ViewConverter::reset(double start) {
  start_ = start;
  run_frames_ = 0;
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
