#pragma once

#include <memory>

#include "melgraph/node.h"

namespace melgraph {

std::unique_ptr<Node> make_vggish_pca();

}  // namespace melgraph
