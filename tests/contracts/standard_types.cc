#include "standard_types.h"

#include "frontends/spectral/contract.h"
#include "frontends/waveform/contract.h"
#include "melgraph/sink.h"
#include "models/aggregate/contract.h"
#include "models/cnn/contract.h"
#include "models/combiners/contract.h"
#include "models/post/contract.h"
#include "models/torchscript/contract.h"
#include "models/yamnet/contract.h"
#include "sinks/records/contract.h"

// The table of virtual functions of Node lives in the part with LibTorch. Nothing here makes a
// node, and a pointer to an incomplete class has no destructor to call.
namespace melgraph {
class Node {};
}  // namespace melgraph

namespace melgraph::testing {

namespace {

using namespace melgraph_frontends;
using namespace melgraph::sinks;

std::unique_ptr<Node> no_node() { return nullptr; }
std::unique_ptr<Sink> no_sink() { return nullptr; }

void add(Registry& registry, Descriptor descriptor, InferFunction infer) {
  NodeType type;
  const bool sink = descriptor.scope == Scope::sink;
  type.descriptor = std::move(descriptor);
  type.infer = infer;
  if (sink) {
    type.make_sink = no_sink;
  } else {
    type.make_node = no_node;
  }
  registry.add(std::move(type));
}

}  // namespace

std::unique_ptr<Registry> make_contract_registry() {
  auto registry = std::make_unique<Registry>(RegistryOptions{});
  Registry& r = *registry;
  add(r, describe_stft(), infer_stft);
  add(r, describe_mel(), infer_mel);
  add(r, describe_mfcc(), infer_mfcc);
  add(r, describe_delta(), infer_delta);
  add(r, describe_waveform(), infer_waveform);
  add(r, describe_cnn(), infer_cnn);
  add(r, describe_yamnet(), infer_yamnet);
  add(r, describe_torchscript(), infer_torchscript);
  add(r, describe_combine_mean(), infer_combine);
  add(r, describe_combine_weighted(), infer_combine_weighted);
  add(r, describe_combine_vote(), infer_combine);
  add(r, describe_combine_max(), infer_combine);
  add(r, describe_aggregate_mean(), infer_aggregate);
  add(r, describe_aggregate_max(), infer_aggregate);
  add(r, describe_aggregate_median(), infer_aggregate);
  add(r, describe_post_mean(), infer_post_mean);
  add(r, describe_post_threshold(), infer_post_threshold);
  add(r, describe_post_top_k(), infer_post_top_k);
  add(r, describe_csv(), infer_record_sink);
  add(r, describe_json(), infer_record_sink);
  add(r, describe_labels(), infer_record_sink);
  return registry;
}

}  // namespace melgraph::testing
