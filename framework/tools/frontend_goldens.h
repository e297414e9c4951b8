#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "frontend_catalog.h"

namespace melgraph::cli {

/// How far numbers may lie from the golden ones: `absolute` + `relative` * |golden|.
struct Tolerance {
  double absolute = 0;
  double relative = 0;

  double at(double value) const;
};

/// What an array looks like: its shape, its statistics, and some of its numbers.
struct GoldenArray {
  struct Probe {
    std::vector<std::int64_t> index;
    double value = 0;
  };
  std::vector<std::int64_t> shape;
  double mean = 0;
  double std = 0;  ///< of the whole array, not of a sample
  double min = 0;
  double max = 0;
  std::vector<Probe> probes;
};

/// One sound through one front end: without the item axis, in the order of the node's own axes.
struct GoldenCase {
  std::string type;    ///< of the node
  std::string preset;  ///< its name within the type
  Settings settings;   ///< beside the preset
  /// Nodes after it, of one input and output each: type and settings.
  std::vector<std::pair<std::string, Settings>> then;
  std::string signal;  ///< `mix` or `sine1k`, see melgraph/testing/signals.h
  int sample_rate = 0;
  std::int64_t samples = 0;
  bool exact = false;  ///< the signal is float64, else rounded to float32 first
  std::string oracle;
  GoldenArray features;
  Tolerance float32;
  Tolerance float64;
};

/// One sound through one resampler.
struct GoldenResampling {
  std::string resampler;
  std::string signal;
  int from = 0;
  int to = 0;
  std::int64_t samples = 0;
  std::string oracle;
  GoldenArray sound;
  Tolerance float32;
};

/// Golden numbers, made by tests/reference/make_frontend_goldens.py with the original programs.
struct Goldens {
  std::string made_with;  ///< the original programs and their versions
  std::vector<GoldenCase> cases;
  std::vector<GoldenResampling> resamplings;
};

/// Return the file of golden numbers that comes with Melgraph.
std::filesystem::path golden_file();

/// Read golden numbers. Throws `Error` (io) where there is no such file or it is not valid.
Goldens read_goldens(const std::filesystem::path& file);

}  // namespace melgraph::cli
