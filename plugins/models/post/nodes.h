#pragma once

#include <memory>

#include "melgraph/node.h"

namespace melgraph {

std::unique_ptr<Node> make_post_mean();
std::unique_ptr<Node> make_post_threshold();
std::unique_ptr<Node> make_post_top_k();

}  // namespace melgraph
