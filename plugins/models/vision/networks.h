#pragma once

#include <vector>

#include "models/networks/network_type.h"

// The classification networks of torchvision 0.26, each written once as data.

namespace melgraph {

const NetworkType& alexnet();

const NetworkType& vgg11();
const NetworkType& vgg13();
const NetworkType& vgg16();
const NetworkType& vgg19();
const NetworkType& vgg11_bn();
const NetworkType& vgg13_bn();
const NetworkType& vgg16_bn();
const NetworkType& vgg19_bn();

const NetworkType& resnet18();
const NetworkType& resnet34();
const NetworkType& resnet50();
const NetworkType& resnet101();
const NetworkType& resnet152();

const NetworkType& densenet121();
const NetworkType& densenet161();
const NetworkType& densenet169();
const NetworkType& densenet201();

const NetworkType& inception_v3();
const NetworkType& googlenet();

const NetworkType& mobilenet_v2();
const NetworkType& mobilenet_v3_small();
const NetworkType& mobilenet_v3_large();

const NetworkType& efficientnet_b0();
const NetworkType& convnext_tiny();

/// Networks as a type, so that node types can be made of each.
template <const NetworkType& (*... types)()>
struct VisionNetworkList {
  static std::vector<const NetworkType*> all() { return {&types()...}; }
};
using VisionNetworks =
    VisionNetworkList<alexnet, vgg11, vgg13, vgg16, vgg19, vgg11_bn, vgg13_bn, vgg16_bn, vgg19_bn,
                      resnet18, resnet34, resnet50, resnet101, resnet152, densenet121, densenet161,
                      densenet169, densenet201, inception_v3, googlenet, mobilenet_v2,
                      mobilenet_v3_small, mobilenet_v3_large, efficientnet_b0, convnext_tiny>;

/// Return all of the above, in this order.
inline std::vector<const NetworkType*> vision_networks() {
  return VisionNetworks::all();
}

}  // namespace melgraph
