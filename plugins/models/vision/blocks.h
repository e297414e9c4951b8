#pragma once

#include <string>

#include "models/networks/builder.h"
#include "models/networks/network_type.h"

// What several of torchvision's networks share.

namespace melgraph {

/// A batch norm's small number and the weight of a batch in its running statistics.
struct Norm {
  double eps = 1e-5;
  double momentum = 0.1;
};

/// Return `chosen`, or `own` where it is negative.
double probability(double chosen, double own);

/// Append torchvision's `Conv2dNormActivation`: `name`.0 a convolution without bias, `name`.1 its
/// batch norm.
int convolution_norm(NetworkBuilder& net, int from, const std::string& name, std::int64_t channels,
                     Window window, Norm norm = {});
/// The same with an activation, `name`.2.
int convolution_norm(NetworkBuilder& net, int from, const std::string& name, std::int64_t channels,
                     Window window, Activation activation, Norm norm = {});

/// Append `BasicConv2d` of Inception-v3 and GoogLeNet: `name`.conv without bias, `name`.bn with an
/// eps of 0.001, ReLU.
int basic_convolution(NetworkBuilder& net, int from, const std::string& name, std::int64_t channels,
                      Window window);

/// Append `SqueezeExcitation`: multiply each channel of `from` by a gate made of all their means.
int squeeze_excitation(NetworkBuilder& net, int from, const std::string& name,
                       std::int64_t squeezed, Activation activation, Activation gate);

/// Append the mean over all of space, `avgpool` where `name` says so.
int average(NetworkBuilder& net, int from, const std::string& name = {});

/// Append what turns ImageNet's normalisation (means 0.485, 0.456, 0.406, deviations 0.229, 0.224,
/// 0.225) into numbers from -1 to 1, as the networks ported from TensorFlow take them; nothing
/// unless the options ask for it. Throws `NetworkError` unless there are three channels.
int transformed_input(NetworkBuilder& net, const NetworkOptions& options);

}  // namespace melgraph
