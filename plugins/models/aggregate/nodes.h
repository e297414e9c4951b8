#pragma once

#include <memory>

#include "melgraph/node.h"

namespace melgraph {

std::unique_ptr<Node> make_aggregate_mean();
std::unique_ptr<Node> make_aggregate_max();
std::unique_ptr<Node> make_aggregate_median();
std::unique_ptr<Node> make_aggregate_linear_softmax();
std::unique_ptr<Node> make_aggregate_attention();

}  // namespace melgraph
