#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "run/resampler.h"

struct soxr;

namespace melgraph {

/// Resampler `soxr-hq`: libsoxr, quality HQ (20 bits, linear phase), float32, as in librosa.load.
class SoxrResampler final : public Resampler {
 public:
  SoxrResampler(int from, int to);
  ~SoxrResampler() override;

  void push(const float* samples, std::size_t count, std::vector<float>& out) override;
  void finish(std::vector<float>& out) override;
  void reset() override;

 private:
  struct Delete {
    void operator()(soxr* handle) const;
  };

  std::size_t process(const float* samples, std::size_t count, std::int64_t limit,
                      std::vector<float>& out);

  int from_;
  int to_;
  std::unique_ptr<soxr, Delete> soxr_;
  std::vector<float> block_;   // input waiting for a whole block
  std::vector<float> result_;  // output of one call
  std::int64_t received_ = 0;
  std::int64_t emitted_ = 0;
};

}  // namespace melgraph
