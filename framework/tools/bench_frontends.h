#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "frontend_catalog.h"
#include "plugin/registry.h"

namespace melgraph::cli {

/// What is measured: the features or the conversion of `bench_seconds` of sound.
struct SpeedCase {
  std::string name;  ///< as the peers' script knows it
  std::string what;  ///< for people
  std::string type;  ///< of the node; empty: a resampler, whose name is `name`
  Settings settings;
  int sample_rate = 16000;
  std::vector<std::string> libraries;  ///< peers
  double tolerance = 0;                ///< largest difference from a peer's numbers
};

inline constexpr int bench_seconds = 5;
inline constexpr int bench_batch = 16;
inline constexpr int bench_cuda_batch = 64;

/// All cases whose name contains `filter`.
std::vector<SpeedCase> speed_cases(const std::string& filter);

/// Least time of one item, in milliseconds; 0 where it was not measured.
struct ItemTime {
  double single = 0;   ///< called with one item
  double batched = 0;  ///< called with a batch

  double best() const noexcept;
};

/// One way that Melgraph computes a case.
struct OwnSpeed {
  std::string set;      ///< `avx512`, `avx2`, `baseline`; `none`: LibTorch's operators; or a device
  std::string problem;  ///< why there is no figure; else empty
  ItemTime time;
  double largest_difference = 0;  ///< from the first way of the case
  bool same_bits = false;         ///< as the first way
};

struct PeerSpeed {
  std::string library;
  std::string problem;
  ItemTime time;
  double largest_difference = 0;  ///< from Melgraph's numbers
  bool agrees = false;            ///< within the tolerance
};

struct CaseSpeed {
  SpeedCase given;
  std::vector<OwnSpeed> own;                           ///< the first one is what a user gets
  std::vector<std::pair<std::string, double>> stages;  ///< of the first: name, ms an item
  double half_batch = 0;                               ///< ms an item of half a batch on one core
  double two_threads = 0;  ///< ms an item of a batch halved between two cores; 0: not measured
  double second_core = 0;  ///< what the second core adds, as a part of the first
  std::vector<PeerSpeed> peers;
  OwnSpeed cuda;  ///< `problem` where there is no device
  std::vector<PeerSpeed> cuda_peers;
  std::size_t bytes_in = 0;   ///< of one item: what must be read
  std::size_t bytes_out = 0;  ///< and written
  /// What a device moves for one item of its batch; 0: not known.
  std::int64_t bytes_moved = 0;

  /// How many times as fast as a peer; 0 where one of them has no figure.
  double times(const PeerSpeed& peer) const;
};

struct SpeedPlan {
  std::vector<SpeedCase> cases;
  int rounds = 5;
  std::string python;
  std::string script;                           ///< of the peers; empty: there is none
  c10::Device device = c10::Device(c10::kCPU);  ///< a CUDA device where that is to be measured too
};

struct SpeedReport {
  std::vector<CaseSpeed> cases;
  std::vector<std::pair<std::string, std::string>> versions;  ///< of the peers' Python
  std::string no_peers;                                       ///< why there are none; else empty
};

/// Measure all cases, rounds of Melgraph and of the peers taking turns on one core.
SpeedReport bench_frontends(const SpeedPlan& plan, Registry& registry);

/// Write the report as a table, and as the JSON of `--json`.
std::string speed_text(const SpeedReport& report, int rounds);
std::string speed_json(const SpeedReport& report, int rounds);

}  // namespace melgraph::cli
