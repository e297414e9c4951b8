#include "run/resampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "melgraph/error.h"
#include "run/halver.h"
#include "run/phase_filter.h"
#include "run/sinc_kernel.h"
#include "run/sinc_resampler.h"
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

// Values of torchaudio's float64 kernels, of resampy 0.4.3 and of libsoxr 0.1.3, one shot, for one
// second of `mix`.
const std::vector<Probe> hann_probes = {
    {12463, -0.39254559463535915},  {9412, -0.36743648126853895}, {537, 0.0},
    {10742, 0.24261289155959107},   {13927, 0.08020248967002168}, {7566, 0.03612942721967182},
    {14890, -0.018949716922449608}, {6118, 0.49352243436989635},  {6015, -0.015023571757735025}};
const std::vector<Probe> kaiser_probes = {{12463, -0.3918361699877961},
                                          {9412, -0.3686794796309322},
                                          {537, 0.0},
                                          {10742, 0.24223779861761852},
                                          {919, 0.0},
                                          {13927, 0.07978928641498012},
                                          {7566, 0.047017703081478686},
                                          {14890, -0.01971920890847379},
                                          {6118, 0.45093361451253733},
                                          {6015, -0.025372479208266803}};
const std::vector<Probe> fast_probes = {
    {12463, -0.39184986271176275},  {9412, -0.3679269390911524}, {537, 0.0},
    {10742, 0.2425772449399796},    {13927, 0.0815001159603391}, {7566, 0.04790798077987882},
    {14890, -0.020015334491580345}, {6118, 0.3743186398562834},  {6015, 0.05902681143110521}};
const std::vector<Probe> resampy_probes = {
    {12463, -0.3918676748730116},   {9412, -0.36855686420777345}, {537, 0.0},
    {10742, 0.2423899158821656},    {13927, 0.08029325874774676}, {7566, 0.047773209680825615},
    {14890, -0.019912021103075026}, {6118, 0.38408358682018295},  {6015, 0.04068150269954397}};
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

TEST(Resampler, SincHann6GivesTheReferenceValues) {
  expect_probes(convert("sinc-hann-6", 44100, 16000, mix(44100, 44100)), hann_probes, 2e-5);
}

TEST(Resampler, KaiserFastGivesTheReferenceValues) {
  expect_probes(convert("kaiser-fast", 44100, 16000, mix(44100, 44100)), fast_probes, 2e-5);
}

// resampy reads its filter from a table, with steps that are rounded: 1.7e-4 from the filter
// itself.
TEST(Resampler, KaiserBestR3IsResampysFilter) {
  expect_probes(convert("kaiser-best-r3", 44100, 16000, mix(44100, 44100)), resampy_probes, 1e-4);
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
  const std::pair<std::string, std::string> names[] = {
      {"torchaudio resample 44100->16000 default", "sinc-hann-6"},
      {"torchaudio resample kaiser_best 44100->16000", "kaiser-best"},
      {"soxr_hq", "soxr-hq"}};
  std::size_t found = 0;
  for (const auto& item : golden.at("cases")) {
    const std::string name = item.at("name");
    const auto known = std::find_if(std::begin(names), std::end(names), [&](const auto& each) {
      return name.rfind(each.first, 0) == 0;
    });
    if (known == std::end(names)) continue;
    ++found;
    std::vector<Probe> probes;
    for (const auto& probe : item.at("probes")) {
      probes.push_back({probe.at("index").at(0).get<std::size_t>(), probe.at("value")});
    }
    const auto out = convert(known->second, 44100, 16000, mix(44100, 44100));
    expect_probes(out, probes, known->second == "soxr-hq" ? 1e-5 : 2e-5);
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
  EXPECT_EQ(found, std::size(names));
}

// A filter written anew, as the documentation of its origin has it.
struct Definition {
  const char* name;
  double half_width;  // zero crossings
  double rolloff;
  double beta;  // 0: Hann
};

const std::vector<Definition> definitions = {
    {"sinc-hann-6", 6.0, 0.99, 0.0},
    {"kaiser-best", 64.0, 0.9475937167399596, 14.769656459379492},
    {"kaiser-best-r3", 50.0 * 0.9173473712608761, 0.9173473712608761, 12.984585247040016},
    {"kaiser-fast", 16.0, 0.85, 8.555504641634386}};

// The definition, tap by tap in float64, with the C library's functions.
double by_definition(const Definition& filter, const std::vector<double>& input, int from, int to,
                     std::int64_t m) {
  const double base = std::min(from, to) * filter.rolloff;
  const double centre = static_cast<double>(m) * from / to;
  const double reach = filter.half_width * from / base + 1.0;
  const double end = std::min(static_cast<double>(input.size()), centre + reach);
  double sum = 0.0;
  for (auto i = static_cast<std::size_t>(std::max(0.0, centre - reach));
       static_cast<double>(i) < end; ++i) {
    const double t = (static_cast<double>(i) / from - static_cast<double>(m) / to) * base;
    const double r = t / filter.half_width;
    if (std::abs(r) >= 1.0) continue;
    const double window = filter.beta > 0.0
                              ? std::cyl_bessel_i(0.0, filter.beta * std::sqrt(1.0 - r * r)) /
                                    std::cyl_bessel_i(0.0, filter.beta)
                              : std::pow(std::cos(pi * r / 2.0), 2.0);
    const double sinc = t == 0.0 ? 1.0 : std::sin(pi * t) / (pi * t);
    sum += input[i] * sinc * window * base / from;
  }
  return sum;
}

struct Rates {
  int from;
  int to;
};

const std::vector<Rates> rate_pairs = {
    {44100, 16000},  {48000, 16000}, {16000, 44100}, {8000, 16000},  {11025, 48000},
    {192000, 16000}, {22050, 32000}, {44100, 48000}, {22050, 16000}, {11025, 16000},
    {96000, 44100},  {8000, 192000}, {192000, 8000}, {48000, 44100}};

// Ratios with filters of 25 MB.
const std::vector<Rates> uneven_pairs = {{44100, 44101}, {44101, 44100}};

void expect_definition(const Definition& filter, const Rates& rates) {
  const auto input = mix(rates.from, 9001);
  const std::vector<double> exact(input.begin(), input.end());
  const auto out = convert(filter.name, rates.from, rates.to, input, 1000);
  ASSERT_EQ(out.size(), (std::size_t{9001} * rates.to + rates.from - 1) / rates.from);
  const auto check = [&](std::size_t m) {
    EXPECT_NEAR(out[m],
                by_definition(filter, exact, rates.from, rates.to, static_cast<std::int64_t>(m)),
                1e-6)
        << filter.name << ' ' << rates.from << " to " << rates.to << " at " << m;
  };
  for (std::size_t m = 0; m < out.size(); m += out.size() / 80 + 1) check(m);
  check(out.size() - 1);
}

TEST(Resampler, FollowsItsDefinitionAtManyRates) {
  for (const Definition& filter : definitions) {
    for (const Rates& rates : rate_pairs) expect_definition(filter, rates);
  }
}

TEST(Resampler, FollowsItsDefinitionAtUnevenRatios) {
  for (const Rates& rates : uneven_pairs) expect_definition(definitions[1], rates);
}

// So the definition above can judge. torchaudio keeps beta and I0(beta) in float32.
TEST(Resampler, TheDefinitionGivesTheReferenceValuesInFloat64) {
  const auto rounded = mix(44100, 44100);
  const std::vector<double> input(rounded.begin(), rounded.end());
  const auto check = [&](const Definition& filter, const std::vector<Probe>& probes, double scale,
                         double tolerance) {
    for (const Probe& probe : probes) {
      const auto m = static_cast<std::int64_t>(probe.index);
      EXPECT_NEAR(by_definition(filter, input, 44100, 16000, m) * scale, probe.value, tolerance)
          << filter.name << " at " << probe.index;
    }
  };
  Definition kaiser = definitions[1];
  kaiser.beta = static_cast<float>(kaiser.beta);
  const double i0 = std::cyl_bessel_i(0.0, kaiser.beta);
  check(kaiser, kaiser_probes, i0 / static_cast<float>(i0), 1e-11);
  check(definitions[0], hann_probes, 1.0, 3e-12);
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

TEST(Resampler, ChunksOfRandomLengthsDoNotChangeTheBits) {
  std::mt19937 random(7);
  for (const std::string& name : resampler_names()) {
    const auto input = mix(44100, 44100);
    const auto resampler = make_resampler(name, 44100, 16000);
    const auto whole = convert(*resampler, input, input.size());
    for (const unsigned longest : {50U, 3000U, 20000U}) {
      std::vector<float> out;
      for (std::size_t at = 0; at < input.size();) {
        const std::size_t count = std::min<std::size_t>(random() % longest, input.size() - at);
        resampler->push(input.data() + at, count, out);
        at += count;
      }
      resampler->finish(out);
      EXPECT_TRUE(out == whole) << name << ", chunks of less than " << longest;
    }
  }
}

TEST(Resampler, OneSampleGivesItsFilter) {
  for (const Definition& filter : definitions) {
    const auto out = convert(filter.name, 16000, 48000, {1.0F});
    ASSERT_EQ(out.size(), 3U);
    for (std::int64_t m = 0; m < 3; ++m) {
      EXPECT_NEAR(out[static_cast<std::size_t>(m)], by_definition(filter, {1.0}, 16000, 48000, m),
                  1e-7)
          << filter.name;
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
    EXPECT_EQ(error.hint(),
              "use one of: sinc-hann-6, kaiser-best, kaiser-best-r3, kaiser-fast, soxr-hq");
  }
}

TEST(Resampler, RefusesRatesThatAreNotPositive) {
  for (const std::string& name : resampler_names()) {
    EXPECT_THROW(make_resampler(name, 0, 16000), Error);
    EXPECT_THROW(make_resampler(name, 16000, -1), Error);
  }
}

TEST(SincKernel, RefusesAFilterThatIsTooLarge) {
  for (const Definition& filter : definitions) {
    for (const Rates& rates : {Rates{1000000, 999999}, Rates{2147483647, 1}, Rates{1, 2147483647},
                               Rates{2147483647, 2147483646}}) {
      try {
        make_resampler(filter.name, rates.from, rates.to);
        FAIL() << rates.from << ' ' << rates.to;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::input);
        const std::string text = error.what();
        EXPECT_NE(text.find("64 MB"), std::string::npos);
        EXPECT_NE(text.find("with '" + std::string(filter.name) + "'"), std::string::npos);
        EXPECT_NE(error.hint().find("soxr-hq"), std::string::npos);
      }
    }
  }
}

TEST(SincKernel, IsSharedBetweenEqualRatios) {
  const SincDesign& design = sinc_designs().front();
  const auto kernel = sinc_kernel(design, 44100, 16000);
  EXPECT_EQ(sinc_kernel(design, 44100, 16000), kernel);
  EXPECT_EQ(sinc_kernel(design, 22050, 8000), kernel);
  EXPECT_NE(sinc_kernel(design, 48000, 16000), kernel);
  EXPECT_NE(sinc_kernel(sinc_designs().back(), 44100, 16000), kernel);
}

TEST(SincKernel, RowsAscend) {
  for (const SincDesign& design : sinc_designs()) {
    for (const Rates& rates : rate_pairs) {
      const auto kernel = sinc_kernel(design, rates.from, rates.to);
      EXPECT_TRUE(std::is_sorted(kernel->last.begin(), kernel->last.end()));
      EXPECT_LE(kernel->last.back(), kernel->last.front() + kernel->down);
      EXPECT_LE(kernel->tiles.back().first_row, kernel->tiles.front().first_row + kernel->down);
      std::size_t phases = 0;
      for (const PhaseTile& tile : kernel->tiles) phases += tile.phases;
      EXPECT_EQ(phases, kernel->last.size());
    }
  }
}

std::vector<FilterForm> supported_forms() {
  std::vector<FilterForm> forms;
  for (const FilterForm form : {FilterForm::baseline, FilterForm::avx2, FilterForm::avx512}) {
    if (filter_form_supported(form)) forms.push_back(form);
  }
  return forms;
}

TEST(PhaseFilter, AllFormsGiveTheSameBits) {
  const auto input = mix(44100, 44100);
  for (const SincDesign& design : sinc_designs()) {
    for (const Rates& rates : {Rates{44100, 16000}, Rates{48000, 16000}, Rates{16000, 44100}}) {
      SincResampler baseline(design, rates.from, rates.to, FilterForm::baseline);
      const auto expected = convert(baseline, input, 10000);
      for (const FilterForm form : supported_forms()) {
        SincResampler resampler(design, rates.from, rates.to, form);
        for (const std::size_t chunk : {500U, 1700U, 3000U, 44100U}) {
          EXPECT_TRUE(convert(resampler, input, chunk) == expected)
              << design.name << ' ' << rates.from << " to " << rates.to << ", form "
              << static_cast<int>(form) << ", chunks of " << chunk;
        }
      }
    }
  }
}

TEST(PhaseFilter, SumsInTheStatedOrder) {
  constexpr std::size_t rows = 37;
  const auto columns = mix(8000, rows * filter_lanes * 2);  // the first tenth is silent
  const auto coefficients = mix(9000, rows * filter_phases * 2);
  const float* const input = columns.data() + rows * filter_lanes;
  const float* const factors = coefficients.data() + rows * filter_phases;
  PhaseTile tile;
  tile.rows = rows;
  for (PhaseTile::Group& group : tile.groups) group = {0, rows};
  for (const std::size_t phases : {1U, 4U, 5U, 8U, 9U, 12U}) {
    tile.phases = phases;
    for (const FilterForm form : supported_forms()) {
      for (const std::size_t lanes : {1U, 2U, 3U, 4U, 5U, 8U, 9U, 13U, 16U}) {
        float results[filter_phases * filter_lanes] = {};
        phase_filter(form)(input, factors, tile, lanes, results);
        for (std::size_t phase = 0; phase < phases; ++phase) {
          for (std::size_t lane = 0; lane < lanes; ++lane) {
            float sum = 0.0F;
            for (std::size_t row = 0; row < rows; ++row) {
              const volatile float product =  // rounded by itself
                  input[row * filter_lanes + lane] * factors[row * filter_phases + phase];
              sum += product;
            }
            EXPECT_EQ(results[phase * filter_lanes + lane], sum)
                << phases << " phases, " << lanes << " lanes, form " << static_cast<int>(form);
          }
        }
      }
    }
  }
}

TEST(PhaseFilter, LanesGoInAndOut) {
  constexpr std::size_t stride = 29;
  constexpr std::size_t rows = 23;
  std::vector<float> input(stride * filter_lanes);
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<float>(i);
  for (const std::size_t lanes : {1U, 3U, 4U, 6U, 16U}) {
    std::vector<float> columns(rows * filter_lanes, -1.0F);
    interleave_lanes(input.data(), stride, lanes, rows, columns.data());
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        EXPECT_EQ(columns[row * filter_lanes + lane], input[lane * stride + row]);
      }
    }
  }
  std::vector<float> results(filter_phases * filter_lanes);
  for (std::size_t i = 0; i < results.size(); ++i) results[i] = static_cast<float>(i);
  std::vector<float> out(stride * filter_lanes, -1.0F);
  deinterleave_lanes(results.data(), stride, out.data());
  for (std::size_t lane = 0; lane < filter_lanes; ++lane) {
    for (std::size_t phase = 0; phase < stride; ++phase) {
      const float expected = phase < filter_phases ? results[phase * filter_lanes + lane] : -1.0F;
      EXPECT_EQ(out[lane * stride + phase], expected);
    }
  }
}

TEST(Halver, AllFormsSumInTheStatedOrder) {
  constexpr std::size_t count = 37;
  const auto even = mix(8000, 1000);
  const auto odd = mix(9000, 900);
  std::vector<float> taps;
  for (int j = 0; j < 40; ++j)
    taps.push_back((j % 2 == 0 ? 0.31F : -0.1F) / static_cast<float>(1 + j));
  for (const FilterForm form : supported_forms()) {
    for (const std::size_t pairs : {1, 4, 16, 18, 40}) {
      std::vector<float> out(count + halver_block);
      halving_filter(form)(even.data() + 300, odd.data() + 300, taps.data(), pairs, count,
                           out.data());
      for (std::size_t m = 0; m < count; ++m) {
        float sum = even[300 + m] * 0.5F;
        for (std::size_t j = 0; j < pairs; ++j) {
          const volatile float pair = odd[300 + m + j] + odd[299 + m - j];
          const volatile float product = pair * taps[j];  // rounded by itself
          sum += product;
        }
        EXPECT_EQ(out[m], sum) << "form " << static_cast<int>(form) << ", " << pairs << " at " << m;
      }
    }
  }
}

TEST(Halver, AllFormsTakePairsApart) {
  const auto samples = mix(8000, 200);
  for (const FilterForm form : supported_forms()) {
    for (const std::size_t count : {0, 3, 37}) {
      std::vector<float> even(count);
      std::vector<float> odd(count);
      const std::size_t done =
          pair_splitter(form)(samples.data() + 1, count, even.data(), odd.data());
      EXPECT_LE(count - done, halver_block - 1);
      for (std::size_t i = 0; i < done; ++i) {
        EXPECT_EQ(even[i], samples[1 + 2 * i]);
        EXPECT_EQ(odd[i], samples[2 + 2 * i]);
      }
    }
  }
}

TEST(Halver, KeepsWhatIsBelowItsEdgeAndRemovesItsImages) {
  constexpr double edge = 0.185;
  for (const double frequency : {0.0, 0.01, 0.1, edge, 0.5 - edge, 0.4, 0.499}) {
    Halver halver(edge, 0, best_filter_form());
    std::vector<float> input(4000);
    for (std::size_t i = 0; i < input.size(); ++i) {
      input[i] = static_cast<float>(std::cos(2.0 * pi * frequency * static_cast<double>(i)));
    }
    const auto out = halver.push(input.data(), input.size());
    const auto lead = static_cast<std::size_t>(halver.lead());
    for (std::size_t m = 100; m + 100 < out.size() - lead; ++m) {
      EXPECT_NEAR(out[lead + m], frequency > 0.25 ? 0.0F : input[2 * m], 5e-7) << frequency;
    }
  }
}

TEST(SincKernel, HalvesTheRateOnlyWhereTheResultStaysTheSame) {
  const std::vector<SincDesign>& designs = sinc_designs();
  EXPECT_EQ(designs[1].name, "kaiser-best");
  EXPECT_EQ(halvings(designs[1], 44100, 16000), 1);
  EXPECT_EQ(halvings(designs[1], 192000, 16000), 3);
  EXPECT_EQ(halvings(designs[1], 44100, 22050), 0);  // no room for the transition
  EXPECT_EQ(halvings(designs[1], 16000, 44100), 0);
  EXPECT_EQ(halvings(designs[0], 192000, 16000), 0);  // its stop band is not deep enough
  EXPECT_EQ(halvings(designs[3], 192000, 16000), 0);
}

}  // namespace
}  // namespace melgraph
