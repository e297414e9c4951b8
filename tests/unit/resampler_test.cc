#include "run/resampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "melgraph/error.h"
#include "run/dot_product.h"
#include "run/kaiser_resampler.h"
#include "source_folder.h"

namespace melgraph {
namespace {

constexpr double pi = 3.14159265358979323846;

// The signal `mix` of the reference values: two tones, a chirp, noise, and silence in front.
std::vector<float> mix(double rate, int count) {
  std::vector<float> signal(static_cast<std::size_t>(count));
  std::uint32_t state = 1;
  const double duration = count / rate;
  for (int i = 0; i < count; ++i) {
    state = 1664525U * state + 1013904223U;
    const double noise = 2.0 * state / 4294967295.0 - 1.0;
    const double t = i / rate;
    const double chirp = 2 * pi * (50 * t + (0.45 * rate - 50) * t * t / (2 * duration));
    const double value = 0.3 * std::sin(2 * pi * 440 * t) + 0.1 * std::sin(2 * pi * 3000 * t) +
                         0.2 * std::sin(chirp) + 0.01 * noise;
    signal[static_cast<std::size_t>(i)] = i < count / 10 ? 0.0F : static_cast<float>(value);
  }
  return signal;
}

std::vector<float> convert(Resampler& resampler, const std::vector<float>& input,
                           std::size_t chunk) {
  std::vector<float> out;
  for (std::size_t at = 0; at < input.size(); at += chunk) {
    resampler.push(input.data() + at, std::min(chunk, input.size() - at), out);
  }
  resampler.finish(out);
  return out;
}

std::vector<float> convert(const std::string& name, int from, int to,
                           const std::vector<float>& input, std::size_t chunk = 4096) {
  return convert(*make_resampler(name, from, to), input, chunk);
}

struct Probe {
  std::size_t index;
  double value;
};

// Values of torchaudio's float64 kernel and of libsoxr 0.1.3, one shot, for one second of `mix`.
const std::vector<Probe> kaiser_probes = {{12463, -0.3918361699877961},
                                          {9412, -0.3686794796309322},
                                          {537, 0.0},
                                          {10742, 0.24223781861761852},
                                          {919, 0.0},
                                          {13927, 0.07978928641498012},
                                          {7566, 0.047017703081478686},
                                          {14890, -0.01971920890847379},
                                          {6118, 0.45093361451253733},
                                          {6015, -0.025372479208266803}};
const std::vector<Probe> soxr_probes = {
    {12463, -0.39173150062561035},  {9412, -0.3687162399291992},  {537, 0.0},
    {10742, 0.24221941828727722},   {13927, 0.07974112033843994}, {7566, 0.0468166321516037},
    {14890, -0.019629433751106262}, {6118, 0.5002378225326538},   {6015, -0.05527694895863533}};

void expect_probes(const std::vector<float>& out, const std::vector<Probe>& probes,
                   double tolerance) {
  ASSERT_EQ(out.size(), 16000U);
  for (const Probe& probe : probes) {
    EXPECT_NEAR(out[probe.index], probe.value, tolerance) << "at " << probe.index;
  }
}

TEST(Resampler, KaiserBestGivesTheReferenceValues) {
  expect_probes(convert("kaiser-best", 44100, 16000, mix(44100, 44100)), kaiser_probes, 2e-5);
}

TEST(Resampler, SoxrHqGivesTheReferenceValues) {
  expect_probes(convert("soxr-hq", 44100, 16000, mix(44100, 44100)), soxr_probes, 1e-5);
}

TEST(Resampler, AgreesWithTheSharedReferenceFile) {
  const char* shared = std::getenv("MELGRAPH_SHARED");
  const std::string folder =
      shared != nullptr ? shared : (testing::source_folder().parent_path() / "shared").string();
  std::ifstream file(folder + "/reference/frontends_golden.json");
  if (!file) GTEST_SKIP() << "no reference/frontends_golden.json in " << folder;
  const nlohmann::json golden = nlohmann::json::parse(file);
  int found = 0;
  for (const auto& item : golden.at("cases")) {
    const std::string name = item.at("name");
    const bool kaiser = name.find("kaiser_best") != std::string::npos;
    if (!kaiser && name.rfind("soxr_hq", 0) != 0) continue;
    ++found;
    std::vector<Probe> probes;
    for (const auto& probe : item.at("probes")) {
      probes.push_back({probe.at("index").at(0).get<std::size_t>(), probe.at("value")});
    }
    const auto out = convert(kaiser ? "kaiser-best" : "soxr-hq", 44100, 16000, mix(44100, 44100));
    expect_probes(out, probes, kaiser ? 2e-5 : 1e-5);
    double sum = 0.0;
    double squares = 0.0;
    for (const float value : out) {
      sum += value;
      squares += static_cast<double>(value) * value;
    }
    const double mean = sum / 16000.0;
    EXPECT_NEAR(mean, item.at("mean").get<double>(), 1e-6);
    EXPECT_NEAR(std::sqrt(squares / 16000.0 - mean * mean), item.at("std").get<double>(), 1e-5);
  }
  EXPECT_EQ(found, 2);
}

// The definition, tap by tap in float64, with the C library's functions.
double kaiser_by_definition(const std::vector<float>& input, int from, int to, std::int64_t m) {
  const double base = std::min(from, to) * 0.9475937167399596;
  const double beta = 14.769656459379492;
  double sum = 0.0;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const double t = (static_cast<double>(i) / from - static_cast<double>(m) / to) * base;
    if (std::abs(t) >= 64.0) continue;
    const double window = std::cyl_bessel_i(0.0, beta * std::sqrt(1.0 - t * t / 4096.0)) /
                          std::cyl_bessel_i(0.0, beta);
    const double sinc = t == 0.0 ? 1.0 : std::sin(pi * t) / (pi * t);
    sum += input[i] * sinc * window * base / from;
  }
  return sum;
}

struct Rates {
  int from;
  int to;
};

const std::vector<Rates> rate_pairs = {{44100, 16000}, {48000, 16000}, {16000, 44100},
                                       {8000, 16000},  {11025, 48000}, {192000, 16000},
                                       {22050, 32000}};

// Ratios with filters of 25 MB.
const std::vector<Rates> uneven_pairs = {{44100, 44101}, {44101, 44100}};

void expect_definition(const Rates& rates) {
  const auto input = mix(rates.from, 9001);
  const auto out = convert("kaiser-best", rates.from, rates.to, input, 1000);
  EXPECT_EQ(out.size(), (std::size_t{9001} * rates.to + rates.from - 1) / rates.from);
  for (std::size_t m = 0; m < out.size(); m += out.size() / 40 + 1) {
    EXPECT_NEAR(out[m],
                kaiser_by_definition(input, rates.from, rates.to, static_cast<std::int64_t>(m)),
                2e-6)
        << rates.from << " to " << rates.to << " at " << m;
  }
  const auto last = static_cast<std::int64_t>(out.size()) - 1;
  EXPECT_NEAR(out.back(), kaiser_by_definition(input, rates.from, rates.to, last), 2e-6);
}

TEST(Resampler, KaiserBestFollowsItsDefinitionAtManyRates) {
  for (const Rates& rates : rate_pairs) expect_definition(rates);
  for (const Rates& rates : uneven_pairs) expect_definition(rates);
}

TEST(Resampler, LengthIsTheCeilingOfTheRatio) {
  for (const std::string& name : resampler_names()) {
    for (const Rates& rates : rate_pairs) {
      const auto resampler = make_resampler(name, rates.from, rates.to);
      for (const std::int64_t count : {0, 1, 2, 3, 100, 441, 442, 1023, 1024, 1025, 8191, 20000}) {
        const std::vector<float> input(static_cast<std::size_t>(count), 0.25F);
        const std::int64_t expected = (count * rates.to + rates.from - 1) / rates.from;
        EXPECT_EQ(convert(*resampler, input, 777).size(), static_cast<std::size_t>(expected))
            << name << ' ' << rates.from << " to " << rates.to << ", " << count;
      }
    }
  }
}

TEST(Resampler, ChunkingDoesNotChangeTheBits) {
  for (const std::string& name : resampler_names()) {
    for (const Rates& rates : rate_pairs) {
      const auto input = mix(rates.from, 30011);
      const auto whole = convert(name, rates.from, rates.to, input, input.size());
      for (const std::size_t chunk : {1U, 160U, 1000U, 4099U, 16384U}) {
        EXPECT_TRUE(convert(name, rates.from, rates.to, input, chunk) == whole)
            << name << ' ' << rates.from << " to " << rates.to << ", chunks of " << chunk;
      }
    }
  }
}

TEST(Resampler, StartsAnewAfterFinishAndReset) {
  for (const std::string& name : resampler_names()) {
    const auto input = mix(44100, 20000);
    const auto resampler = make_resampler(name, 44100, 16000);
    const auto first = convert(*resampler, input, 5000);
    EXPECT_TRUE(convert(*resampler, input, 5000) == first) << name;
    std::vector<float> ignored;
    resampler->push(input.data() + 7, 3000, ignored);
    resampler->reset();
    EXPECT_TRUE(convert(*resampler, input, 5000) == first) << name;
  }
}

TEST(Resampler, DeliversBeforeTheEnd) {
  for (const std::string& name : resampler_names()) {
    const auto resampler = make_resampler(name, 44100, 16000);
    std::vector<float> out;
    const auto input = mix(44100, 44100);
    resampler->push(input.data(), input.size(), out);
    EXPECT_GT(out.size(), 15000U) << name;
  }
}

TEST(Resampler, EqualRatesCopy) {
  for (const std::string& name : resampler_names()) {
    const auto input = mix(16000, 1000);
    EXPECT_EQ(convert(name, 16000, 16000, input, 333), input) << name;
  }
}

TEST(Resampler, RefusesAnUnknownName) {
  try {
    make_resampler("kaiser_best", 44100, 16000);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_STREQ(error.what(), "unknown resampler 'kaiser_best'");
    EXPECT_EQ(error.hint(), "use one of: kaiser-best, soxr-hq");
  }
}

TEST(Resampler, RefusesRatesThatAreNotPositive) {
  for (const std::string& name : resampler_names()) {
    EXPECT_THROW(make_resampler(name, 0, 16000), Error);
    EXPECT_THROW(make_resampler(name, 16000, -1), Error);
  }
}

TEST(KaiserKernel, RefusesAFilterThatIsTooLarge) {
  for (const Rates& rates : {Rates{192000, 44101}, Rates{2147483647, 1}, Rates{1, 2147483647},
                             Rates{2147483647, 2147483646}}) {
    try {
      make_resampler("kaiser-best", rates.from, rates.to);
      FAIL() << rates.from << ' ' << rates.to;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::input);
      EXPECT_NE(std::string(error.what()).find("64 MB"), std::string::npos);
      EXPECT_NE(error.hint().find("soxr-hq"), std::string::npos);
    }
  }
}

TEST(KaiserKernel, IsSharedBetweenEqualRatios) {
  const auto kernel = kaiser_kernel(44100, 16000);
  EXPECT_EQ(kaiser_kernel(44100, 16000), kernel);
  EXPECT_EQ(kaiser_kernel(22050, 8000), kernel);
  EXPECT_NE(kaiser_kernel(48000, 16000), kernel);
}

TEST(KaiserKernel, FirstTapsAscend) {
  for (const Rates& rates : rate_pairs) {
    const auto kernel = kaiser_kernel(rates.from, rates.to);
    EXPECT_TRUE(std::is_sorted(kernel->first.begin(), kernel->first.end()));
    EXPECT_LE(kernel->first.back(), kernel->first.front() + kernel->down);
    EXPECT_EQ(kernel->taps % dot_block, 0U);
  }
}

TEST(DotProducts, AllFormsGiveTheSameBits) {
  const auto input = mix(44100, 44100);
  KaiserResampler baseline(44100, 16000, dot_products(DotForm::baseline));
  const auto expected = convert(baseline, input, 10000);
  for (const DotForm form : {DotForm::avx2, DotForm::avx512}) {
    if (!dot_form_supported(form)) continue;
    KaiserResampler resampler(44100, 16000, dot_products(form));
    EXPECT_TRUE(convert(resampler, input, 10000) == expected) << static_cast<int>(form);
  }
}

TEST(DotProducts, SumInTheStatedOrder) {
  constexpr std::size_t count = 64;
  const auto a = mix(8000, 1000);
  const auto b = mix(9000, 900);
  float parts[dot_block] = {};
  for (std::size_t i = 0; i < count; ++i) {
    const volatile float product = a[300 + i] * b[400 + i];  // rounded by itself
    parts[i % dot_block] += product;
  }
  for (std::size_t distance = 8; distance > 0; distance /= 2) {
    for (std::size_t k = 0; k < distance; ++k) parts[k] += parts[k + distance];
  }
  for (const DotForm form : {DotForm::baseline, DotForm::avx2, DotForm::avx512}) {
    if (!dot_form_supported(form)) continue;
    const DotProducts& dots = dot_products(form);
    EXPECT_EQ(dots.single(a.data() + 300, b.data() + 400, count), parts[0]);
    float sums[dot_rows];
    dots.shared(a.data() + 297, 3, b.data() + 400, count, sums);
    EXPECT_EQ(sums[1], parts[0]);
    EXPECT_EQ(sums[3], dots.single(a.data() + 306, b.data() + 400, count));
  }
}

}  // namespace
}  // namespace melgraph
