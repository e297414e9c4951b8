#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "frontend_cases.h"
#include "frontends/spectral/dct.h"
#include "frontends/spectral/fast/frame_stream.h"
#include "frontends/spectral/fast/front_end.h"
#include "frontends/spectral/fast/kernel.h"
#include "frontends/spectral/mel_filterbank.h"
#include "frontends/spectral/mirror.h"
#include "frontends/spectral/window_function.h"

// The fast path of the spectral front ends against a plain one in float64, and its bits against
// those of every other instruction set, chunking and place in a block.

namespace melgraph_frontends {
namespace {

std::string name_of(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

struct Result {
  std::vector<float> features;
  std::int64_t frames = 0;
  bool finite = true;
};

Result run(const Config& config, int sample_rate, const std::vector<float>& samples,
           const fast::Kernel& kernel) {
  const auto count = static_cast<std::int64_t>(samples.size());
  const FramePlan plan = plan_frames(config, count);
  EXPECT_EQ(plan.problem, "");
  fast::FrontEnd front_end(config, fast::make_plans(config, sample_rate), kernel);
  Result result;
  result.frames = plan.frames;
  result.features.resize(static_cast<std::size_t>(plan.frames * front_end.features()));
  result.finite = front_end.run({samples.data(), 1, count}, plan, 0, {}, result.features.data());
  return result;
}

const fast::Kernel& baseline() {
  return *fast::find_kernel("baseline");
}

/// Run the other instruction sets of this processor, which must give the bits of `expected`.
void expect_same_bits(const Config& config, int sample_rate, const std::vector<float>& samples,
                      const Result& expected) {
  for (const char* name : {"avx2", "avx512"}) {
    const fast::Kernel* kernel = fast::find_kernel(name);
    if (kernel == nullptr) continue;
    const Result result = run(config, sample_rate, samples, *kernel);
    ASSERT_EQ(result.features.size(), expected.features.size());
    EXPECT_EQ(std::memcmp(result.features.data(), expected.features.data(),
                          expected.features.size() * sizeof(float)),
              0)
        << name << ", n_fft " << config.framing.n_fft << ", window " << config.framing.win_length
        << ", hop " << config.framing.hop_length;
  }
}

// The same front end, step by step as its README says, in float64.

std::vector<double> plain_waveform(const Config& config, const std::vector<float>& samples,
                                   std::int64_t appended) {
  std::vector<double> waveform(samples.begin(), samples.end());
  const SampleConfig& change = config.samples;
  double mean = 0;
  for (double& value : waveform) {
    if (change.quantize_int16) {
      value = std::trunc(std::fmin(std::fmax(value, -1), 1) * 32767) / 32767;
    }
    value *= change.scale;
    mean += value / static_cast<double>(samples.size());
  }
  if (change.remove_clip_mean) {
    for (double& value : waveform) value -= mean;
  }
  waveform.resize(samples.size() + static_cast<std::size_t>(appended), 0.0);
  if (change.preemphasis != 0 && change.preemphasis_mode != PreemphasisMode::replicate) {
    for (std::size_t i = waveform.size(); --i > 0;) {
      waveform[i] -= waveform[i - 1] * change.preemphasis;
    }
    if (change.shortens()) waveform.erase(waveform.begin());
  }
  return waveform;
}

std::vector<double> plain_spectrum(const Config& config, const std::vector<double>& frame) {
  const std::int64_t n_fft = config.framing.n_fft;
  std::vector<double> spectrum;
  for (std::int64_t k = 0; k <= n_fft / 2; ++k) {
    double re = 0;
    double im = 0;
    for (std::size_t n = 0; n < frame.size(); ++n) {
      const auto turn = static_cast<double>(static_cast<std::int64_t>(n) * k % n_fft);
      const double angle = 2 * 3.14159265358979323846 * turn / static_cast<double>(n_fft);
      re += frame[n] * std::cos(angle);
      im -= frame[n] * std::sin(angle);
    }
    const double power = re * re + im * im;
    spectrum.push_back(config.power == 1 ? std::sqrt(power) : power);
  }
  return spectrum;
}

double plain_logarithm(const Config& config, double value) {
  const LogConfig& log = config.log;
  switch (log.kind) {
    case LogKind::ln_add: return std::log(value + log.eps);
    case LogKind::ln_floor: return std::log(std::fmax(value, log.eps));
    case LogKind::db: return (config.power == 2 ? 10 : 20) * std::log10(std::fmax(value, log.eps));
    case LogKind::log10_floor: return std::log10(std::fmax(value, log.eps));
    case LogKind::log10_1p: return std::log10(1 + value / log.eps);
    default: return value;
  }
}

std::vector<double> plain(const Config& config, int sample_rate,
                          const std::vector<float>& samples) {
  const FramePlan plan = plan_frames(config, static_cast<std::int64_t>(samples.size()));
  const FramingConfig& framing = config.framing;
  const std::vector<double> waveform = plain_waveform(config, samples, plan.appended);
  const auto length = static_cast<std::int64_t>(waveform.size());
  const std::vector<double> window = analysis_window(config.window, framing);
  const std::size_t bands = static_cast<std::size_t>(config.mel.n_mels);
  const std::vector<double> bank = mel_filterbank(config.mel, framing.n_fft, sample_rate);
  std::vector<std::vector<double>> rows;
  std::vector<double> energies;
  double largest = -1e300;
  for (std::int64_t t = 0; t < plan.frames; ++t) {
    std::vector<double> frame;
    double mean = 0;
    for (std::int64_t i = 0; i < framing.win_length; ++i) {
      const std::int64_t at = plan.first + t * framing.hop_length + i;
      const bool outside = at < 0 || at >= length;
      const bool zero = outside && framing.pad_mode == PadMode::constant;
      const std::int64_t from =
          outside && !zero ? mirrored(at, length, framing.pad_mode == PadMode::reflect_edge) : at;
      frame.push_back(zero ? 0.0 : waveform[static_cast<std::size_t>(from)]);
      mean += frame.back() / static_cast<double>(framing.win_length);
    }
    double energy = 0;
    for (double& value : frame) {
      if (config.samples.remove_dc_offset) value -= mean;
      energy += value * value;
    }
    energies.push_back(std::log(std::fmax(energy, 1.1920928955078125e-07)));
    if (config.samples.preemphasis_mode == PreemphasisMode::replicate) {
      for (std::size_t i = frame.size(); i-- > 0;) {
        frame[i] -= frame[i > 0 ? i - 1 : 0] * config.samples.preemphasis;
      }
    }
    for (std::size_t i = 0; i < frame.size(); ++i) frame[i] *= window[i];
    std::vector<double> values = plain_spectrum(config, frame);
    if (config.output != Output::stft) {
      std::vector<double> sums(bands, 0.0);
      for (std::size_t k = 0; k < values.size(); ++k) {
        for (std::size_t m = 0; m < bands; ++m) sums[m] += values[k] * bank[k * bands + m];
      }
      values = sums;
    }
    for (double& value : values) {
      value = plain_logarithm(config, value);
      largest = std::fmax(largest, value);
    }
    rows.push_back(values);
  }
  std::vector<double> features;
  for (std::size_t t = 0; t < rows.size(); ++t) {
    if (config.log.top_db) {
      for (double& value : rows[t]) value = std::fmax(value, largest - *config.log.top_db);
    }
    if (config.output == Output::mfcc) {
      const std::vector<double> matrix = cepstrum_matrix(config.cepstrum, config.mel.n_mels);
      const auto columns = static_cast<std::size_t>(config.cepstrum.n_mfcc);
      std::vector<double> coefficients(columns, 0.0);
      for (std::size_t m = 0; m < bands; ++m) {
        for (std::size_t n = 0; n < columns; ++n) {
          coefficients[n] += rows[t][m] * matrix[m * columns + n];
        }
      }
      if (config.cepstrum.use_energy) coefficients[0] = energies[t];
      rows[t] = coefficients;
    }
    features.insert(features.end(), rows[t].begin(), rows[t].end());
  }
  return features;
}

class FastFrontEnd : public testing::TestWithParam<Case> {};

TEST_P(FastFrontEnd, AgreesWithAPlainOneInFloat64) {
  const Case& c = GetParam();
  const std::vector<float> samples = noise(c.samples);
  const Result result = run(c.config, c.sample_rate, samples, baseline());
  const std::vector<double> expected = plain(c.config, c.sample_rate, samples);
  ASSERT_EQ(result.features.size(), expected.size());
  EXPECT_TRUE(result.finite);
  double worst = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    worst = std::fmax(worst, std::fabs(expected[i] - result.features[i]));
  }
  EXPECT_LT(worst, c.tolerance);
}

TEST_P(FastFrontEnd, EveryInstructionSetGivesTheRecordedBits) {
  const Case& c = GetParam();
  const std::vector<float> samples = noise(c.samples);
  const Result expected = run(c.config, c.sample_rate, samples, baseline());
  std::uint64_t hash = 14695981039346656037U;
  for (const float value : expected.features) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    hash = (hash ^ bits) * 1099511628211U;
  }
  EXPECT_EQ(hash, c.bits) << c.name;
  expect_same_bits(c.config, c.sample_rate, samples, expected);
}

INSTANTIATE_TEST_SUITE_P(Fast, FastFrontEnd, testing::ValuesIn(cases()), name_of);

TEST(FastTransform, EveryLengthAgreesWithADiscreteFourierTransform) {
  for (const std::int64_t n_fft :
       {3,   4,   5,   6,   7,   9,   10,  12,  14,   15,   16,   18,   20,   21,   25,  30,  32,
        35,  42,  45,  48,  49,  63,  64,  70,  90,   100,  105,  126,  128,  210,  225, 240, 256,
        400, 441, 480, 625, 640, 720, 960, 972, 1024, 1050, 1200, 2000, 2205, 2400, 4410}) {
    const std::vector<float> samples = noise(static_cast<std::size_t>(n_fft));
    for (const std::int64_t win_length :
         {n_fft, n_fft - 1, n_fft / 2 + 1, n_fft / 3 + 1, n_fft / 4 + 1, n_fft / 7 + 1}) {
      if (n_fft > 500 && win_length != n_fft / 3 + 1) continue;
      if (win_length == 1) continue;  // a Hann window of one sample is zero
      Config config = config_of(n_fft, win_length, 1 + n_fft / 4);
      config.output = Output::stft;
      config.framing.center = false;
      config.framing.left_aligned = true;
      config.power = 1;
      ASSERT_EQ(fast::why_not_fast(config), "");
      const Result result = run(config, 16000, samples, baseline());
      const std::vector<double> expected = plain(config, 16000, samples);
      ASSERT_EQ(result.features.size(), expected.size());
      double energy = 0;
      double worst = 0;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        energy = std::fmax(energy, expected[i]);
        worst = std::fmax(worst, std::fabs(expected[i] - result.features[i]));
      }
      EXPECT_LT(worst, 1e-6 * energy) << n_fft << ", window " << win_length;
      EXPECT_TRUE(result.finite) << n_fft << ", window " << win_length;
      expect_same_bits(config, 16000, samples, result);
    }
  }
}

TEST(FastTransform, FramesOverlapByAnyNumberOfSamples) {
  for (const std::int64_t hop_length : {1, 2, 3, 5, 7, 8, 15, 16, 31, 47, 48, 49, 64, 200}) {
    for (const std::int64_t n_fft : {64, 63}) {
      Config config = config_of(n_fft, 48, hop_length);
      config.output = Output::stft;
      config.framing.center = false;
      config.framing.left_aligned = true;
      const std::vector<float> samples = noise(static_cast<std::size_t>(48 + 40 * hop_length));
      const Result result = run(config, 16000, samples, baseline());
      const std::vector<double> expected = plain(config, 16000, samples);
      ASSERT_EQ(result.features.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(result.features[i], expected[i], 1e-4) << n_fft << ", hop " << hop_length;
      }
      expect_same_bits(config, 16000, samples, result);
    }
  }
}

TEST(FastTransform, AFrameDoesNotSeeWhatIsBehindItsWindow) {
  for (const std::int64_t n_fft : {64, 63, 90, 126, 210, 720}) {
    for (const std::int64_t hop_length : {10, 14, 30, 80}) {
      Config config = config_of(n_fft, 48, hop_length);
      config.output = Output::stft;
      config.framing.center = false;
      config.framing.left_aligned = true;
      std::vector<float> samples = noise(static_cast<std::size_t>(48 + hop_length));
      const Result expected = run(config, 16000, samples, baseline());
      for (std::size_t i = 48; i < samples.size(); ++i) {
        samples[i] = std::numeric_limits<float>::infinity();
      }
      const Result result = run(config, 16000, samples, baseline());
      const auto bins = static_cast<std::size_t>(n_fft / 2 + 1);
      ASSERT_EQ(result.features.size(), 2 * bins);
      EXPECT_EQ(std::memcmp(result.features.data(), expected.features.data(), bins * sizeof(float)),
                0)
          << n_fft << ", hop " << hop_length;
    }
  }
}

TEST(FastFrontEnd, SaysWhatItDoesNotTake) {
  EXPECT_NE(fast::why_not_fast(config_of(2206, 2206, 100)).find("n_fft 2206"), std::string::npos);
  EXPECT_NE(fast::why_not_fast(config_of(127, 100, 100)), "");
  EXPECT_NE(fast::why_not_fast(config_of(2, 2, 1)), "");
  Config config = vggish();
  EXPECT_EQ(fast::why_not_fast(config), "");
  config.samples.dither = 1;
  EXPECT_NE(fast::why_not_fast(config), "");
  config = vggish();
  config.log.eps = 1e-40;
  EXPECT_NE(fast::why_not_fast(config), "");
  EXPECT_NE(fast::describe_path(vggish()).find("256 = 8 * 8 * 4"), std::string::npos);
  EXPECT_NE(fast::describe_path(config_of(4410, 1102, 441)).find("2205 = 5 * 9 * 7 * 7"),
            std::string::npos);
}

TEST(FastFrontEnd, SoundThatIsNotFiniteOrTooLargeIsNoticed) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float not_a_number = std::numeric_limits<float>::quiet_NaN();
  for (const Config& config : {vggish(), kaldi(), librosa(), mfcc(), odd()}) {
    for (const float value : {infinity, -infinity, not_a_number, 1e30F}) {
      std::vector<float> samples = noise(4410);
      samples[3000] = value;
      EXPECT_FALSE(run(config, 22050, samples, *fast::choose_kernel()).finite) << value;
    }
    const std::vector<float> silence(4410, 0.0F);
    const Result result = run(config, 22050, silence, *fast::choose_kernel());
    EXPECT_TRUE(result.finite);
    for (const float value : result.features) EXPECT_TRUE(std::isfinite(value));
  }
}

TEST(FastFrontEnd, ChannelsDoNotTouchEachOther) {
  Config config = librosa();
  config.log.top_db.reset();
  const std::vector<float> samples = noise(2 * 5000);
  const FramePlan plan = plan_frames(config, 5000);
  fast::FrontEnd front_end(config, fast::make_plans(config, 22050), *fast::choose_kernel());
  std::vector<float> both(static_cast<std::size_t>(2 * plan.frames * front_end.features()));
  front_end.run({samples.data(), 2, 5000}, plan, 0, {}, both.data());
  for (int channel = 0; channel < 2; ++channel) {
    const std::vector<float> alone(samples.begin() + 5000 * channel,
                                   samples.begin() + 5000 * (channel + 1));
    const Result result = run(config, 22050, alone, *fast::choose_kernel());
    EXPECT_EQ(std::memcmp(result.features.data(), both.data() + channel * result.features.size(),
                          result.features.size() * sizeof(float)),
              0);
  }
}

TEST(FastFrontEnd, TopDbCountsFromTheLargestValueOfAllChannels) {
  for (Config config : {librosa(), mfcc()}) {
    config.log.top_db = 20;
    std::vector<float> samples = noise(2 * 5000);
    for (std::size_t i = 0; i < 5000; ++i) samples[i] *= 1e-3F;  // 60 dB below the other channel
    const FramePlan plan = plan_frames(config, 5000);
    fast::FrontEnd front_end(config, fast::make_plans(config, 22050), *fast::choose_kernel());
    const auto size = static_cast<std::size_t>(plan.frames * front_end.features());
    std::vector<float> both(2 * size);
    front_end.run({samples.data(), 2, 5000}, plan, 0, {}, both.data());
    const auto features = static_cast<std::size_t>(front_end.features());
    for (std::size_t i = features; i < size; ++i) EXPECT_EQ(both[i], both[i - features]);
    EXPECT_NE(both[size], both[size + features]);
  }
}

TEST(FastFrontEnd, FramesThatWindowsShareAreTakenOverWithTheirBits) {
  for (const std::int64_t hop : {7680, 160, 15200, 7700}) {
    const Config config = vggish();
    const std::vector<float> samples = noise(15600 + static_cast<std::size_t>(hop));
    const FramePlan plan = plan_frames(config, 15600);
    fast::FrontEnd front_end(config, fast::make_plans(config, 16000), *fast::choose_kernel());
    const std::size_t size = static_cast<std::size_t>(plan.frames * 64);
    std::vector<float> first(size);
    std::vector<float> second(size);
    std::vector<float> alone(size);
    front_end.run({samples.data(), 1, 15600}, plan, 0, {}, first.data());
    const fast::Item item{samples.data() + hop, 1, 15600};
    const std::int64_t overlap = 15600 - hop;
    front_end.run(item, plan, 0, {first.data(), overlap}, second.data());
    front_end.run(item, plan, 0, {}, alone.data());
    EXPECT_EQ(std::memcmp(second.data(), alone.data(), size * sizeof(float)), 0) << hop;
    const std::int64_t expected = hop % 160 == 0 ? 96 - hop / 160 : 0;
    EXPECT_EQ(front_end.shared_frames(item, plan, 0, overlap), expected) << hop;
    // They are taken over, not computed anew.
    std::vector<float> marked(size, 7.0F);
    front_end.run(item, plan, 0, {marked.data(), overlap}, second.data());
    EXPECT_EQ(second.front() == 7.0F, expected > 0) << hop;
  }
}

TEST(FastFrontEnd, NothingIsSharedWhereAFrameDependsOnItsItem) {
  const fast::Item item{nullptr, 1, 16000};
  Config limited = vggish();
  limited.log.kind = LogKind::db;
  limited.log.top_db = 80;
  for (const Config& config : {librosa(), mfcc(), prepared(), bins(), limited}) {
    const FramePlan plan = plan_frames(config, 16000);
    const fast::FrontEnd front_end(config, fast::make_plans(config, 16000), baseline());
    const std::int64_t overlap = 16000 - config.framing.hop_length;
    EXPECT_EQ(front_end.shared_frames(item, plan, 0, overlap), 0);
  }
}

TEST(FrameStream, AnyChunkingGivesTheBitsOfTheWhole) {
  Config centred_window = config_of(512, 400, 600);
  centred_window.framing.center = false;
  for (const Config& config : {vggish(), kaldi(), kaldi_mfcc(), centred_window}) {
    ASSERT_EQ(fast::why_not_streaming(config), "");
    const std::vector<float> samples = noise(20000);
    const Result whole = run(config, 16000, samples, *fast::choose_kernel());
    fast::FrameStream stream(fast::make_plans(config, 16000).front(), config.framing,
                             *fast::choose_kernel());
    std::uint32_t seed = 5;
    for (const std::uint32_t longest : {1U, 50U, 700U, 9000U}) {
      std::vector<float> features;
      for (std::size_t at = 0; at < samples.size();) {
        seed = 1664525U * seed + 1013904223U;
        const std::size_t count =
            std::min<std::size_t>((seed >> 8) % (longest + 1), samples.size() - at);
        EXPECT_TRUE(stream.push(samples.data() + at, count, features));
        at += count;
      }
      ASSERT_EQ(features.size(), whole.features.size()) << longest;
      EXPECT_EQ(
          std::memcmp(features.data(), whole.features.data(), features.size() * sizeof(float)), 0)
          << longest;
      stream.reset();
    }
  }
}

TEST(FrameStream, SaysWhatCannotBeStreamed) {
  EXPECT_NE(fast::why_not_streaming(librosa()), "");
  EXPECT_NE(fast::why_not_streaming(prepared()), "");
  EXPECT_NE(fast::why_not_streaming(bins()), "");
}

TEST(Mirror, GoesBackAndForthWithoutEnd) {
  for (const std::int64_t size : {1, 2, 3, 7}) {
    for (const bool edge : {false, true}) {
      // One period: there, and back without the ends, or with them.
      std::vector<std::int64_t> period;
      for (std::int64_t i = 0; i < size; ++i) period.push_back(i);
      const std::int64_t without = edge ? 0 : 1;
      for (std::int64_t i = size - 1 - without; i >= without; --i) period.push_back(i);
      const auto length = static_cast<std::int64_t>(period.size());
      for (std::int64_t i = -5 * length; i < 5 * length; ++i) {
        EXPECT_EQ(mirrored(i, size, edge),
                  period[static_cast<std::size_t>((i + 5 * length) % length)])
            << i << " of " << size;
      }
    }
  }
}

}  // namespace
}  // namespace melgraph_frontends
