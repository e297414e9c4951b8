#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// What is known of a network before it is built for a graph.
struct NetworkFacts {
  std::vector<std::int64_t> input;  ///< sizes that it was published for, without the item axis
  std::int64_t classes = 0;         ///< of its published weights; 0: it gives an embedding only
  std::int64_t parameters = 0;      ///< learnt numbers
  std::int64_t operations = 0;      ///< of one item of `input`: 2 a multiply-add
  std::vector<std::string> layers;  ///< names that users can ask for, in the order of computation
};

/// Capability `melgraph.network/1` of a node, opened or not: says what network it runs.
class MELGRAPH_API NetworkInfo {
 public:
  virtual ~NetworkInfo();
  NetworkInfo(const NetworkInfo&) = delete;
  NetworkInfo& operator=(const NetworkInfo&) = delete;

  virtual NetworkFacts facts() const = 0;

 protected:
  NetworkInfo() = default;
};

inline constexpr char network_info_id[] = "melgraph.network/1";

}  // namespace melgraph
