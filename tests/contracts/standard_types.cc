#include "standard_types.h"

#include "frontends/spectral/contract.h"
#include "frontends/waveform/contract.h"
#include "melgraph/sink.h"
#include "models/aggregate/contract.h"
#include "models/audio/contract.h"
#include "models/audio/networks.h"
#include "models/cnn/contract.h"
#include "models/combiners/contract.h"
#include "models/foreign/contract.h"
#include "models/networks/contract.h"
#include "models/post/contract.h"
#include "models/vision/networks.h"
#include "models/waveform/networks.h"
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

std::unique_ptr<Node> no_node() {
  return nullptr;
}
std::unique_ptr<Sink> no_sink() {
  return nullptr;
}

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

template <const NetworkType& (*type)()>
void add_network(Registry& registry) {
  add(registry, describe_network(type()), infer_network_of<type>);
}

template <const NetworkType& (*... types)()>
void add_networks(Registry& registry, VisionNetworkList<types...>) {
  (add_network<types>(registry), ...);
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
  add(r, describe_torchscript(), infer_foreign);
  add(r, describe_aoti(), infer_foreign);
  add(r, describe_combine_mean(), infer_combine);
  add(r, describe_combine_geometric(), infer_combine);
  add(r, describe_combine_weighted(), infer_combine_weighted);
  add(r, describe_combine_vote(), infer_combine);
  add(r, describe_combine_rank(), infer_combine_rank);
  add(r, describe_combine_max(), infer_combine);
  add(r, describe_combine_stack(), infer_combine_stack);
  add(r, describe_aggregate_mean(), infer_aggregate);
  add(r, describe_aggregate_max(), infer_aggregate);
  add(r, describe_aggregate_median(), infer_aggregate);
  add(r, describe_aggregate_linear_softmax(), infer_aggregate);
  add(r, describe_aggregate_attention(), infer_aggregate_attention);
  add(r, describe_post_mean(), infer_post_mean);
  add(r, describe_post_threshold(), infer_post_threshold);
  add(r, describe_post_top_k(), infer_post_top_k);
  add(r, describe_post_labels(), infer_post_labels);
  add(r, describe_post_temperature(), infer_post_temperature);
  add(r, describe_post_events(), infer_post_events);
  add(r, describe_vggish_pca(), infer_vggish_pca);
  add_network<vggish>(r);
  add_network<panns_cnn6>(r);
  add_network<panns_cnn10>(r);
  add_network<panns_cnn14>(r);
  add_network<panns_mobilenet_v1>(r);
  add_network<efficientat_mn10>(r);
  add_network<hershey_fc>(r);
  add_network<hershey_alexnet>(r);
  add_network<hershey_vgg_e>(r);
  add_network<hershey_inception_v3>(r);
  add_network<hershey_resnet50>(r);
  add_network<samplecnn>(r);
  add_network<envnet_v2>(r);
  add_networks(r, VisionNetworks{});
  add(r, describe_csv(), infer_record_sink);
  add(r, describe_json(), infer_record_sink);
  add(r, describe_labels(), infer_record_sink);
  return registry;
}

}  // namespace melgraph::testing
