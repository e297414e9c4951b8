#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "dct.h"
#include "mel_filterbank.h"
#include "mel_scale.h"
#include "window_function.h"

namespace melgraph_frontends {
namespace {

TEST(FrontendsMelScale, HtkAndSlaneyGiveThePublishedValues) {
  const double hz[] = {500, 1000, 2000, 3000};
  const double htk[] = {607.44591966, 999.98553714, 1521.35955416, 1876.45406012};
  const double slaney[] = {7.5, 15, 25.08188016, 30.97940199};
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(hz_to_mel(MelScale::htk, hz[i]), htk[i], 1e-8);
    EXPECT_NEAR(hz_to_mel(MelScale::slaney, hz[i]), slaney[i], 1e-8);
  }
  EXPECT_NEAR(hz_to_mel(MelScale::slaney, 440), 6.6, 1e-12);
  EXPECT_NEAR(hz_to_mel(MelScale::htk, 440), 549.6386753811, 1e-9);
}

TEST(FrontendsMelScale, SlaneyInverseGivesThePublishedValues) {
  const double mel[] = {5, 10, 15, 25, 30};
  const double hz[] = {333.3333333333, 666.6666666667, 1000, 1988.77281813, 2804.64413074};
  for (int i = 0; i < 5; ++i) EXPECT_NEAR(mel_to_hz(MelScale::slaney, mel[i]), hz[i], 1e-8);
}

TEST(FrontendsMelScale, KaldiIsHtkTo1Part100000) {
  for (const double hz : {50.0, 500.0, 5000.0}) {
    const double htk = hz_to_mel(MelScale::htk, hz);
    EXPECT_NEAR(hz_to_mel(MelScale::kaldi, hz) / htk, 1, 1e-5);
    EXPECT_NE(hz_to_mel(MelScale::kaldi, hz), htk);
  }
}

TEST(FrontendsMelScale, GoesThereAndBack) {
  for (const MelScale scale : {MelScale::htk, MelScale::slaney, MelScale::kaldi}) {
    for (double hz = 0; hz < 20000; hz += 333) {
      EXPECT_NEAR(mel_to_hz(scale, hz_to_mel(scale, hz)), hz, 1e-8);
    }
  }
}

double weight(const std::vector<double>& bank, std::int64_t n_mels, std::size_t bin,
              std::size_t band) {
  return bank[bin * static_cast<std::size_t>(n_mels) + band];
}

double band_sum(const std::vector<double>& bank, std::int64_t n_mels, std::size_t band) {
  double sum = 0;
  for (std::size_t bin = 0; bin < bank.size() / static_cast<std::size_t>(n_mels); ++bin) {
    sum += weight(bank, n_mels, bin, band);
  }
  return sum;
}

MelConfig forty() {
  MelConfig mel;
  mel.n_mels = 40;
  return mel;
}

TEST(FrontendsMelBank, SlaneyNormGivesEveryBandTheSameArea) {
  MelConfig mel = forty();
  mel.norm = MelNorm::slaney;
  const auto bank = mel_filterbank(mel, 16384, 16000);
  for (std::size_t band = 0; band < 40; ++band) {
    EXPECT_NEAR(band_sum(bank, 40, band) * 16000 / 16384, 1, 2e-3);
  }
}

TEST(FrontendsMelBank, UnitSumAndUnitMaxDoWhatTheySay) {
  MelConfig mel = forty();
  mel.norm = MelNorm::unit_sum;
  const auto sums = mel_filterbank(mel, 1024, 16000);
  mel.norm = MelNorm::unit_max;
  const auto maxima = mel_filterbank(mel, 1024, 16000);
  for (std::size_t band = 0; band < 40; ++band) {
    EXPECT_NEAR(band_sum(sums, 40, band), 1, 1e-12);
    double largest = 0;
    for (std::size_t bin = 0; bin < 513; ++bin) {
      largest = std::max(largest, weight(maxima, 40, bin, band));
    }
    EXPECT_DOUBLE_EQ(largest, 1);
  }
}

TEST(FrontendsMelBank, BandsWithoutABinStayZeroWhateverTheNorm) {
  MelConfig mel;
  mel.n_mels = 512;
  for (const MelNorm norm :
       {MelNorm::none, MelNorm::slaney, MelNorm::unit_sum, MelNorm::unit_max}) {
    mel.norm = norm;
    for (const double value : mel_filterbank(mel, 64, 16000)) EXPECT_TRUE(std::isfinite(value));
    EXPECT_EQ(band_sum(mel_filterbank(mel, 64, 16000), 512, 0), 0);
  }
}

TEST(FrontendsMelBank, DropsTheBinsItIsToldTo) {
  MelConfig mel = forty();
  mel.f_min = 100;
  mel.f_max = 9000;  // the last band reaches over the Nyquist bin
  mel.zero_dc = true;
  const auto whole = mel_filterbank(mel, 512, 16000);
  mel.drop_nyquist = true;
  mel.htk_bug = true;
  const auto bank = mel_filterbank(mel, 512, 16000);
  EXPECT_GT(weight(whole, 40, 256, 39), 0);
  EXPECT_EQ(weight(bank, 40, 256, 39), 0);
  std::size_t first = 0;
  while (weight(whole, 40, first, 0) == 0) ++first;
  EXPECT_EQ(weight(bank, 40, first, 0), 0);
  EXPECT_EQ(weight(bank, 40, first + 1, 0), weight(whole, 40, first + 1, 0));
  EXPECT_EQ(weight(bank, 40, first + 1, 1), weight(whole, 40, first + 1, 1));
}

TEST(FrontendsMelBank, FlooredGridDiffersForOddRates) {
  MelConfig mel = forty();
  const auto exact = mel_filterbank(mel, 512, 16000);
  mel.floored_grid = true;
  EXPECT_EQ(exact, mel_filterbank(mel, 512, 16000));
  mel.floored_grid = false;
  const auto odd = mel_filterbank(mel, 512, 11025);
  mel.floored_grid = true;
  EXPECT_NE(odd, mel_filterbank(mel, 512, 11025));
}

TEST(FrontendsWindow, ShapesHaveTheirKnownValues) {
  const auto at = [](WindowShape shape, WindowSymmetry symmetry, std::int64_t length,
                     std::size_t n) { return window_function(shape, symmetry, length)[n]; };
  EXPECT_NEAR(at(WindowShape::hann, WindowSymmetry::periodic, 400, 200), 1, 1e-15);
  EXPECT_NEAR(at(WindowShape::hann, WindowSymmetry::periodic, 400, 100), 0.5, 1e-15);
  EXPECT_NEAR(at(WindowShape::hann, WindowSymmetry::symmetric, 401, 400), 0, 1e-15);
  EXPECT_NEAR(at(WindowShape::hann, WindowSymmetry::half_sample, 4, 0),
              0.5 - 0.5 * std::cos(std::acos(-1.0) / 4), 1e-15);
  EXPECT_NEAR(at(WindowShape::hamming, WindowSymmetry::symmetric, 401, 0), 0.08, 1e-15);
  EXPECT_NEAR(at(WindowShape::blackman, WindowSymmetry::symmetric, 401, 200), 1, 1e-15);
  EXPECT_NEAR(at(WindowShape::blackman, WindowSymmetry::symmetric, 401, 100), 0.34, 1e-15);
  EXPECT_NEAR(at(WindowShape::povey, WindowSymmetry::symmetric, 401, 100), std::pow(0.5, 0.85),
              1e-15);
  EXPECT_NEAR(at(WindowShape::sine, WindowSymmetry::symmetric, 401, 100), std::sqrt(0.5), 1e-15);
  EXPECT_EQ(at(WindowShape::rectangular, WindowSymmetry::periodic, 400, 7), 1);
}

TEST(FrontendsWindow, NormalisationDividesByTheRootOfEnergyOrLength) {
  WindowConfig window;
  FramingConfig framing;
  framing.n_fft = 256;
  framing.win_length = 200;
  window.normalized = SpectrumNorm::window;
  double energy = 0;
  for (const double value : analysis_window(window, framing)) energy += value * value;
  EXPECT_NEAR(energy, 1, 1e-12);
  window.normalized = SpectrumNorm::frame_length;
  EXPECT_NEAR(analysis_window(window, framing)[100], 1.0 / 16, 1e-15);
}

TEST(FrontendsDct, OrthonormalMatrixKeepsLengths) {
  CepstrumConfig cepstrum;
  cepstrum.n_mfcc = 8;
  const auto matrix = cepstrum_matrix(cepstrum, 8);
  for (std::size_t a = 0; a < 8; ++a) {
    for (std::size_t b = 0; b < 8; ++b) {
      double product = 0;
      for (std::size_t m = 0; m < 8; ++m) product += matrix[m * 8 + a] * matrix[m * 8 + b];
      EXPECT_NEAR(product, a == b ? 1 : 0, 1e-12);
    }
  }
}

TEST(FrontendsDct, WithoutNormIsTwiceTheSum) {
  CepstrumConfig cepstrum;
  cepstrum.n_mfcc = 2;
  cepstrum.ortho = false;
  const auto matrix = cepstrum_matrix(cepstrum, 4);
  EXPECT_DOUBLE_EQ(matrix[0], 2);
  EXPECT_NEAR(matrix[1], 2 * std::cos(std::acos(-1.0) / 8), 1e-15);
}

TEST(FrontendsDct, LifterCountsFromItsOffset) {
  CepstrumConfig cepstrum;
  cepstrum.n_mfcc = 13;
  const auto plain = cepstrum_matrix(cepstrum, 23);
  cepstrum.lifter = 22;
  const auto kaldi = cepstrum_matrix(cepstrum, 23);
  cepstrum.lifter_offset = 1;
  const auto librosa = cepstrum_matrix(cepstrum, 23);
  EXPECT_DOUBLE_EQ(kaldi[0], plain[0]);
  EXPECT_NEAR(kaldi[11] / plain[11], 12, 1e-12);
  EXPECT_NEAR(librosa[10] / plain[10], 12, 1e-12);
}

}  // namespace
}  // namespace melgraph_frontends
