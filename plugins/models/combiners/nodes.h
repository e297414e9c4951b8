#pragma once

#include <memory>

#include "melgraph/node.h"

namespace melgraph {

std::unique_ptr<Node> make_combine_mean();
std::unique_ptr<Node> make_combine_geometric();
std::unique_ptr<Node> make_combine_weighted();
std::unique_ptr<Node> make_combine_vote();
std::unique_ptr<Node> make_combine_rank();
std::unique_ptr<Node> make_combine_max();
std::unique_ptr<Node> make_combine_stack();

}  // namespace melgraph
