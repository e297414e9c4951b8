#include "run/resampler.h"

#include <algorithm>
#include <string>

#include "melgraph/error.h"
#include "run/sinc_resampler.h"
#include "run/soxr_resampler.h"

namespace melgraph {

Resampler::~Resampler() = default;

namespace {

class IdentityResampler final : public Resampler {
 public:
  void push(const float* samples, std::size_t count, std::vector<float>& out) override {
    out.insert(out.end(), samples, samples + count);
  }
  void finish(std::vector<float>&) override {}
  void reset() override {}
};

}  // namespace

const std::vector<std::string>& resampler_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const SincDesign& design : sinc_designs()) all.emplace_back(design.name);
    all.emplace_back("soxr-hq");
    return all;
  }();
  return names;
}

std::unique_ptr<Resampler> make_resampler(std::string_view name, int from, int to) {
  const std::vector<SincDesign>& designs = sinc_designs();
  const auto design = std::find_if(designs.begin(), designs.end(),
                                   [&](const SincDesign& each) { return each.name == name; });
  if (design == designs.end() && name != "soxr-hq") {
    std::string known;
    for (const std::string& each : resampler_names()) known += (known.empty() ? "" : ", ") + each;
    throw Error(ErrorCode::usage, "unknown resampler '" + std::string(name) + "'",
                "use one of: " + known);
  }
  if (from <= 0 || to <= 0) {
    throw Error(ErrorCode::usage, "cannot convert a sample rate of " + std::to_string(from) +
                                      " Hz to " + std::to_string(to) +
                                      " Hz: both must be positive");
  }
  if (from == to) return std::make_unique<IdentityResampler>();
  if (design == designs.end()) return std::make_unique<SoxrResampler>(from, to);
  return std::make_unique<SincResampler>(*design, from, to);
}

}  // namespace melgraph
