#pragma once

#include <string>
#include <vector>

#include "models/networks/network.h"

namespace melgraph {

/// What a network is built for. Negative probabilities: the network's own.
struct NetworkOptions {
  Size input;  ///< [channel, height, width] of the features, or [channel, sample] of the sound
  std::int64_t classes = 0;
  double dropout = -1;
  double stochastic_depth = -1;
  bool auxiliary_heads = false;
  bool transform_input = false;
  std::int64_t bottleneck = 0;  ///< features of a layer before the classifier; 0: none
};

enum class Scores { softmax, sigmoid };

/// A further name for tensors of older files: every name that begins so is looked up the other way.
struct NameRule {
  std::string pattern;      ///< regular expression (ECMAScript) over the whole name in the file
  std::string replacement;  ///< with $1, $2, ...
};

/// One kind of network: all that a node type of it needs.
struct NetworkType {
  std::string id;  ///< `model.resnet50`
  std::string summary;
  std::string description;
  std::vector<std::string> references;
  Network (*build)(const NetworkOptions&) = nullptr;

  std::int64_t classes = 1000;  ///< of its published weights
  Size input;                   ///< its published input, for `melgraph models`
  Scores scores = Scores::softmax;
  bool takes_sound = false;  ///< [channel, sample] instead of features
  /// Names of the last two axes of its features where their order matters: {"time", "mel"}; empty:
  /// any, as height and width.
  std::vector<std::string> axes;
  bool has_dropout = false;
  bool has_stochastic_depth = false;
  bool has_auxiliary_heads = false;
  bool has_transform_input = false;
  bool has_bottleneck = false;
  std::vector<NameRule> renames;     ///< of old files
  std::vector<std::string> ignored;  ///< names in published files that are no part of the network;
                                     ///< a trailing * matches any rest
};

}  // namespace melgraph
