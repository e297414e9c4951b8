#include "melgraph/plugin.h"

#include "models/audio/contract.h"
#include "models/audio/networks.h"
#include "models/audio/vggish_pca.h"
#include "models/networks/node.h"

MELGRAPH_PLUGIN(registrar) {
  using namespace melgraph;
  add_network<vggish>(registrar);
  add_network<panns_cnn6>(registrar);
  add_network<panns_cnn10>(registrar);
  add_network<panns_cnn14>(registrar);
  add_network<panns_mobilenet_v1>(registrar);
  add_network<efficientat_mn10>(registrar);
  add_network<hershey_fc>(registrar);
  add_network<hershey_alexnet>(registrar);
  add_network<hershey_vgg_e>(registrar);
  add_network<hershey_inception_v3>(registrar);
  add_network<hershey_resnet50>(registrar);
  registrar.add({describe_vggish_pca(), infer_vggish_pca, make_vggish_pca, nullptr});
}
