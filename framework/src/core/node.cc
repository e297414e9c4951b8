#include "melgraph/node.h"

#include <string>

#include "melgraph/error.h"
#include "melgraph/execution.h"
#include "melgraph/fit.h"
#include "melgraph/memory_traffic.h"
#include "melgraph/network_info.h"
#include "melgraph/running.h"
#include "melgraph/stage_runner.h"

namespace melgraph {

OpenContext::~OpenContext() = default;
ProcessContext::~ProcessContext() = default;
std::int64_t ProcessContext::overlap(std::string_view, std::int64_t) const {
  return 0;
}
TimeSpan ProcessContext::span(std::int64_t) const {
  throw Error(ErrorCode::internal, "the times of items are known to nodes of scope clip only");
}
void ProcessContext::set_output(std::string_view port, at::Tensor, std::vector<TimeSpan>) {
  throw Error(ErrorCode::internal, "output \"" + std::string(port) + "\" cannot hold events here");
}
ExecutionInfo::~ExecutionInfo() = default;
Fittable::~Fittable() = default;
NetworkInfo::~NetworkInfo() = default;
MemoryTraffic::~MemoryTraffic() = default;
StageRunner::~StageRunner() = default;
RunningReduction::RunningReduction() = default;
RunningReduction::~RunningReduction() = default;
RunningReduction::State::State() = default;
RunningReduction::State::~State() = default;
Node::Node() = default;
Node::~Node() = default;
void Node::open(OpenContext&) {}
void* Node::capability(std::string_view) {
  return nullptr;
}

}  // namespace melgraph
