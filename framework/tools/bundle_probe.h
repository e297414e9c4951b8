#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "graph/bundle.h"
#include "melgraph/engine.h"

namespace melgraph::cli {

/// What one output of a graph gives for the probe of a bundle.
struct ProbeScores {
  std::size_t items = 0;                 ///< windows, clips or events
  std::vector<std::string> labels;       ///< "0", "1", ... where the output has no class names
  std::map<std::string, double> scores;  ///< of each class, the mean over the items
};

/// Run a graph over a sound and collect one of its outputs. Only what libsndfile decodes is read,
/// and at most ten minutes of it: any host can read a probe, and a hostile one ends.
///
/// Throws `Error`: `input` for the sound, `run_time` for numbers that are not finite or too many,
/// `invalid_graph` where there is no such output.
ProbeScores run_probe(Engine& engine, const Graph& graph, const std::string& audio,
                      const std::string& output);

/// One score that is not as a bundle says.
struct ScoreDifference {
  std::string label;
  double expected = 0;
  double found = 0;
  double difference = 0;
};

/// What running a bundle's probe showed.
struct ProbeVerdict {
  std::vector<std::string> faults;      ///< in words, for people; empty where all is well
  std::vector<ScoreDifference> beyond;  ///< scores beyond the tolerance
  ScoreDifference largest;              ///< label empty where nothing could be compared
  std::size_t compared = 0;
};

/// Run the probe of a bundle through its graph, and compare every score.
ProbeVerdict verify_probe(Engine& engine, const Graph& graph, const Bundle& bundle);

}  // namespace melgraph::cli
