#include "melgraph/plugin.h"

#include "models/post/contract.h"
#include "models/post/nodes.h"

MELGRAPH_PLUGIN(registrar) {
  using namespace melgraph;
  registrar.add({describe_post_mean(), infer_post_mean, make_post_mean, nullptr});
  registrar.add({describe_post_threshold(), infer_post_threshold, make_post_threshold, nullptr});
  registrar.add({describe_post_top_k(), infer_post_top_k, make_post_top_k, nullptr});
  registrar.add({describe_post_labels(), infer_post_labels, make_post_labels, nullptr});
  registrar.add(
      {describe_post_temperature(), infer_post_temperature, make_post_temperature, nullptr});
  registrar.add({describe_post_events(), infer_post_events, make_post_events, nullptr});
}
