#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/networks/network.h"
#include "models/networks/network_type.h"

namespace melgraph {

/// How a first convolution takes weights made for another number of input channels: from the file's
/// C channels to the network's n.
enum class ChannelRule {
  none,    ///< not at all: that is an error
  mean,    ///< each gets the mean of the C
  sum,     ///< each gets the sum of the C, divided by n: the same sound on all gives the same
  repeat,  ///< channel i gets channel i mod C, times C / n
};

/// What of a weights file goes where.
struct WeightsPlan {
  struct Assignment {
    std::size_t entry = 0;  ///< index into `Network::state()`
    std::string source;     ///< name in the file
    bool adapt = false;     ///< by the channel rule
  };
  std::vector<Assignment> assignments;
  std::vector<std::string> missing;     ///< what the network wants and the file lacks
  std::vector<std::string> unexpected;  ///< what the file has and the network has not
  std::vector<std::string> misshaped;
  std::vector<std::size_t> fresh;  ///< entries that keep their initial numbers, as asked

  bool fits() const { return missing.empty() && unexpected.empty() && misshaped.empty(); }
  /// List what does not fit, a line each.
  std::string findings_text() const;
};

struct WeightsPlanOptions {
  ChannelRule channels = ChannelRule::none;
  int load_until = -1;  ///< last layer that is loaded; -1: all
  bool replace_head = false;
  std::vector<std::string> allow_missing;  ///< names; a trailing * matches any rest
  std::vector<std::string> allow_unexpected;
  /// Names that the file may have beside: of the layers behind a cut.
  std::set<std::string> known;
};

/// Compare the tensors of a file, name and shape, with what `network` wants.
///
/// Names of older files are brought to today's by the type's rules. Counters of batch norm,
/// auxiliary heads that the network was built without and names the type ignores may be there or
/// not.
WeightsPlan plan_weights(const NetworkType& type, const Network& network,
                         const std::map<std::string, Size>& file,
                         const WeightsPlanOptions& options);

}  // namespace melgraph
