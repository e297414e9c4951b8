#include "melgraph/node.h"

namespace melgraph {

OpenContext::~OpenContext() = default;
ProcessContext::~ProcessContext() = default;
Node::Node() = default;
Node::~Node() = default;
void Node::open(OpenContext&) {}
void* Node::capability(std::string_view) { return nullptr; }

}  // namespace melgraph
