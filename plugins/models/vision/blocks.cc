#include "models/vision/blocks.h"

#include <utility>

namespace melgraph {
namespace {

constexpr double inception_eps = 1e-3;

}  // namespace

double probability(double chosen, double own) {
  return chosen < 0 ? own : chosen;
}

int convolution_norm(NetworkBuilder& net, int from, const std::string& name, std::int64_t channels,
                     Window window, Norm norm) {
  int x = net.convolution(from, name + ".0", channels, window.without_bias());
  x = net.batch_norm(x, name + ".1", norm.eps, norm.momentum);
  net.call(name, x);
  return x;
}

int convolution_norm(NetworkBuilder& net, int from, const std::string& name, std::int64_t channels,
                     Window window, Activation activation, Norm norm) {
  int x = convolution_norm(net, from, name, channels, std::move(window), norm);
  x = net.activate(x, activation, name + ".2");
  net.call(name, x);
  return x;
}

int basic_convolution(NetworkBuilder& net, int from, const std::string& name, std::int64_t channels,
                      Window window) {
  int x = net.convolution(from, name + ".conv", channels, window.without_bias());
  x = net.batch_norm(x, name + ".bn", inception_eps);
  return net.relu(x, name);
}

int squeeze_excitation(NetworkBuilder& net, int from, const std::string& name,
                       std::int64_t squeezed, Activation activation, Activation gate) {
  const Window pointwise = Window(1).init(Init::kaiming_fan_out);
  int x = average(net, from, name + ".avgpool");
  x = net.convolution(x, name + ".fc1", squeezed, pointwise);
  x = net.activate(x, activation, name + ".activation");
  x = net.convolution(x, name + ".fc2", net.channels(from), pointwise);
  x = net.activate(x, gate, name + ".scale_activation");
  return net.multiply(from, x, name);
}

int average(NetworkBuilder& net, int from, const std::string& name) {
  return net.adaptive_average_pool(from, {1, 1}, name);
}

int transformed_input(NetworkBuilder& net, const NetworkOptions& options) {
  if (!options.transform_input) return net.input();
  const std::vector<double> mean{0.485, 0.456, 0.406};
  const std::vector<double> deviation{0.229, 0.224, 0.225};
  if (net.channels(net.input()) != 3) {
    throw NetworkError{"`transform_input` is for three channels, this input has " +
                           std::to_string(net.channels(net.input())),
                       "leave `transform_input` out"};
  }
  std::vector<double> factors, offsets;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    factors.push_back(deviation[i] / 0.5);
    offsets.push_back((mean[i] - 0.5) / 0.5);
  }
  return net.affine(net.input(), std::move(factors), std::move(offsets));
}

}  // namespace melgraph
