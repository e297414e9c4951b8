#pragma once

#include <memory>

#include "melgraph/node.h"

namespace melgraph {

std::unique_ptr<Node> make_post_mean();
std::unique_ptr<Node> make_post_threshold();
std::unique_ptr<Node> make_post_top_k();
std::unique_ptr<Node> make_post_labels();
std::unique_ptr<Node> make_post_temperature();
std::unique_ptr<Node> make_post_events();

}  // namespace melgraph
