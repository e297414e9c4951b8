#include "models/audio/networks.h"

namespace melgraph {

std::vector<const NetworkType*> audio_networks() {
  return {&vggish(),
          &panns_cnn6(),
          &panns_cnn10(),
          &panns_cnn14(),
          &panns_mobilenet_v1(),
          &efficientat_mn10(),
          &hershey_fc(),
          &hershey_alexnet(),
          &hershey_vgg_e(),
          &hershey_inception_v3(),
          &hershey_resnet50()};
}

}  // namespace melgraph
