#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/fingerprint.h"
#include "melgraph/diagnostics.h"

namespace melgraph {

inline constexpr std::size_t max_bundle_file = 16u << 20;  ///< bytes of a `bundle.json`

/// One front end whose features networks of a bundle were trained on.
struct BundleFrontEnd {
  std::string node;                ///< id of the node that gives the features
  std::vector<std::string> files;  ///< weights of the networks behind it; empty: of all
  std::string fingerprint;
  CanonicalForm canonical;
};

/// The `bundle` part of a `bundle.json`: what makes a folder of weights describe itself.
struct Bundle {
  std::filesystem::path folder;
  std::string file;  ///< its `bundle.json`, as messages name it
  std::string name;
  std::string description;
  std::string task;
  std::string licence;
  std::string citation;
  std::string card;                          ///< file with the model card
  std::map<std::string, std::string> files;  ///< file -> SHA-256
  std::vector<BundleFrontEnd> front_ends;
  std::map<std::string, double> metrics;

  struct Probe {
    std::string audio;   ///< a file of the bundle
    std::string output;  ///< one of the graph's outputs
    double tolerance = 0;
    std::map<std::string, double> scores;  ///< of each class: the mean over the output's items
  };
  std::optional<Probe> probe;
};

/// Read the `bundle` part of `folder`/bundle.json, which messages call `file` (by default, its
/// path); none where there is no such file or it is no bundle. Reports all that is wrong with it.
/// Reads nothing else of the folder.
MELGRAPH_API std::optional<Bundle> read_bundle(const std::filesystem::path& folder,
                                               Diagnostics& diagnostics,
                                               const std::string& file = {});

/// Compare one file of a bundle with its SHA-256; returns what differs, empty where nothing does.
/// What is no plain file, or lies outside of the folder by a link, is not opened.
MELGRAPH_API std::string verify_file(const Bundle& bundle, const std::string& name);

/// Describe a file whose SHA-256 is another one than expected.
std::string hash_difference(const std::string& path, const std::string& found,
                            const std::string& expected);

}  // namespace melgraph
