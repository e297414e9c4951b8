#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/fingerprint.h"
#include "melgraph/diagnostics.h"

namespace melgraph {

/// The `bundle` part of a `bundle.json`: what makes a folder of weights describe itself.
struct Bundle {
  std::filesystem::path folder;
  std::string name;
  std::string licence;
  std::string citation;
  std::string card;                          ///< file with the model card
  std::map<std::string, std::string> files;  ///< file -> SHA-256
  std::string front_end_node;                ///< id of the node that gives the features
  std::string front_end_fingerprint;
  CanonicalForm front_end;
  std::map<std::string, double> metrics;

  struct Probe {
    std::string audio;  ///< a file of the bundle
    std::string output;
    double tolerance = 0;
    std::map<std::string, double> scores;
  };
  std::optional<Probe> probe;
};

/// Read the `bundle` part of `folder`/bundle.json; none where there is no such file. Reports what
/// is wrong with it.
std::optional<Bundle> read_bundle(const std::filesystem::path& folder, Diagnostics& diagnostics);

/// Compare every file of a bundle with its SHA-256; returns a line for each that differs.
std::vector<std::string> verify_files(const Bundle& bundle);

}  // namespace melgraph
