#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// Networks as data: layers in the order of their computation, with the names and shapes of their
// weights. From one such list come the shapes and the check of weights before anything is loaded
// (no LibTorch header here), the `torch::nn` module that trains, and what inference runs.

namespace melgraph {

/// Sizes of a tensor without its item axis: [channel, height, width], [channel, sample] or
/// [feature]; `unknown_size` (-1) where the input does not say.
using Size = std::vector<std::int64_t>;

enum class Op {
  input,
  convolution,  ///< as torch.nn.Conv1d, Conv2d: by the rank of its input
  linear,       ///< over the last axis
  batch_norm,   ///< over `axis`
  layer_norm,   ///< over the last axis
  activation,
  max_pool,
  average_pool,
  adaptive_average_pool,  ///< to `kernel`
  mean,                   ///< over `axes`, which go
  maximum,                ///< over `axes`, which go
  add,
  multiply,     ///< of two; axes of size 1 are broadcast
  concatenate,  ///< over axis 0
  dropout,
  stochastic_depth,  ///< drops whole items ("row")
  flatten,           ///< to [feature], row-major
  permute,           ///< to the order `axes`
  unsqueeze,         ///< an axis of size 1 before `axis`
  scale,             ///< by a learnt factor for each element of axis 0
  affine,            ///< by the constants `factors` and `offsets`, one for each element of axis 0
};

enum class Activation { relu, relu6, hard_swish, hard_sigmoid, silu, sigmoid, gelu, tanh };

/// How the numbers of a layer begin, as its authors have it.
enum class Init {
  torch,             ///< what PyTorch's layer does: uniform, bound 1 / sqrt(fan_in)
  constant,          ///< `init_scale`
  normal,            ///< mean 0, standard deviation `init_scale`; bias 0
  normal_weight,     ///< the same; the bias as `torch`
  truncated_normal,  ///< the same, cut at two deviations; bias 0
  kaiming_fan_in,    ///< normal, deviation sqrt(2 / fan_in); bias 0
  kaiming_fan_out,   ///< normal, deviation sqrt(2 / fan_out); bias 0
  xavier,            ///< uniform, bound sqrt(6 / (fan_in + fan_out)); bias 0
  uniform,           ///< bound `init_scale`; bias 0
};

/// One named tensor of a network.
struct StateEntry {
  std::string name;  ///< as in its authors' state dict
  Size shape;
  bool buffer = false;   ///< statistics, not learnt
  bool integer = false;  ///< int64: a counter, of no use for inference
};

struct Layer {
  Op op = Op::input;
  std::string name;         ///< path of the module; empty where the authors use a function
  std::vector<int> inputs;  ///< layers before this one
  Size size;                ///< of the output
  std::vector<StateEntry> state;

  Size kernel, stride, padding, dilation;  ///< one number an axis of space
  std::int64_t groups = 1;
  bool ceil_mode = false;
  bool count_include_pad = true;
  std::int64_t axis = 0;
  std::vector<std::int64_t> axes;
  double eps = 0;
  double momentum = 0;
  double probability = 0;  ///< of a dropout
  Activation activation = Activation::relu;
  std::vector<double> factors, offsets;
  Init init = Init::torch;
  double init_scale = 0;
  bool auxiliary = false;  ///< only in training: belongs to an auxiliary head
};

/// A network with its named layers. Layers stand behind those they take from.
struct Network {
  std::vector<Layer> layers;
  std::map<std::string, int, std::less<>> names;  ///< layers and blocks -> the layer that ends them
  int logits = -1;                ///< [class]; -1 where the network was cut before it
  int embedding = -1;             ///< [embedding]: what the last layer takes
  std::vector<int> auxiliary;     ///< logits of auxiliary heads, for training
  std::vector<std::string> head;  ///< modules that depend on the number of classes, last first

  /// Return the layer called `name`, -1 where there is none.
  int find(std::string_view name) const noexcept;
  /// Return all named tensors in the order of their layers.
  std::vector<StateEntry> state() const;
  /// Return the number of learnt parameters, those of auxiliary heads aside.
  std::int64_t parameter_count() const;
  /// Return the multiplications and additions of one item's forward pass, each counted as one
  /// operation (2 a multiply-add); convolutions and linear layers only. 0 where a size is unknown.
  std::int64_t operation_count() const;
  /// Leave out all layers behind `layer`, which becomes the embedding; there are no logits then.
  void cut(int layer);
  /// Return the layers that a forward pass needs for `wanted`, ascending.
  std::vector<int> needed_for(const std::vector<int>& wanted) const;
};

}  // namespace melgraph
