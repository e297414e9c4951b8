#include "melgraph/node.h"
#include "melgraph/stage_runner.h"

namespace melgraph {

OpenContext::~OpenContext() = default;
ProcessContext::~ProcessContext() = default;
std::int64_t ProcessContext::overlap(std::string_view, std::int64_t) const {
  return 0;
}
StageRunner::~StageRunner() = default;
Node::Node() = default;
Node::~Node() = default;
void Node::open(OpenContext&) {}
void* Node::capability(std::string_view) { return nullptr; }

}  // namespace melgraph
