#include "input_plan.h"

#include <algorithm>
#include <utility>

namespace melgraph_frontends::fast {
namespace {

bool follows(const InputRun& run, const std::vector<Place>& places) {
  if (run.places.size() != places.size()) return false;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& first = run.places[i];
    const Place& here = places[i];
    if (here.column < 0 || first.column < 0 || here.row != first.row ||
        here.column != first.column + 2 * run.step * run.count) {
      return false;
    }
  }
  return true;
}

}  // namespace

SampleRows plan_rows(std::int64_t win_length, std::int64_t hop_length) {
  return {std::min(win_length, hop_length), (win_length - 1) / hop_length};
}

std::vector<InputRun> plan_inputs(std::int64_t win_length, std::int64_t hop_length, int radix,
                                  std::int64_t transforms, int parts) {
  std::vector<InputRun> runs;
  const auto place = [&](std::int64_t sample) {
    return sample < win_length ? Place{sample % hop_length, sample / hop_length} : Place{-1, 0};
  };
  for (int part = 0; part < parts; ++part) {
    for (std::int64_t t = part; t < transforms; t += parts) {
      std::vector<Place> places;
      for (int q = 0; q < radix; ++q) {
        const std::int64_t sample = 2 * (t + q * transforms);
        if (q > 0 && sample >= win_length) break;
        places.push_back(place(sample));
        places.push_back(place(sample + 1));
      }
      if (runs.empty() || runs.back().part != part || !follows(runs.back(), places)) {
        const auto filled = static_cast<int>(places.size() / 2);
        runs.push_back({part, t, parts, 0, filled, std::move(places)});
      }
      ++runs.back().count;
    }
  }
  return runs;
}

}  // namespace melgraph_frontends::fast
