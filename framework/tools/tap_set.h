#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "melgraph/engine.h"
#include "run/inputs.h"

namespace melgraph::cli {

enum class TapFormat { npy, png };

/// Edges of a graph whose values are written to files, one an input: `--tap` and `--tap-format`.
class TapSet {
 public:
  /// Take `NODE[.PORT]=DIR` or `source.VIEW=DIR` each. Throws `Error` (usage) for other text and
  /// for a folder that is named twice.
  TapSet(const std::vector<std::string>& arguments, TapFormat format);

  bool empty() const noexcept { return taps_.empty(); }
  /// Give the edges for `GraphOptions::taps`.
  std::vector<std::string> edges() const;
  /// Give the folders, for messages.
  std::string folders_text() const;

  /// Name the files of all inputs. Throws `Error` (usage) for an edge that cannot be drawn and,
  /// unless `overwrite`, for files that exist; creates nothing.
  void plan(const Graph& graph, const std::vector<InputItem>& inputs, bool overwrite);
  /// Write what one input gave at `output` of the graph.
  void write(std::size_t input, std::size_t output, const std::vector<Result>& items) const;

 private:
  struct Tap {
    std::string edge;  ///< as given
    std::filesystem::path folder;
    std::size_t output = 0;
  };

  std::filesystem::path file(const Tap& tap, std::size_t input) const;

  std::vector<Tap> taps_;
  TapFormat format_;
  Graph graph_;
  std::vector<std::string> inputs_;
  std::vector<std::string> names_;
};

}  // namespace melgraph::cli
