#include "models/networks/builder.h"

#include <algorithm>
#include <utility>

namespace melgraph {
namespace {

constexpr std::int64_t unknown = -1;

/// Bring one number, meant for every axis of space, to `rank` numbers.
Size spread(const Size& values, std::size_t rank) {
  return values.size() == 1 ? Size(rank, values.front()) : values;
}

std::int64_t window_steps(std::int64_t length, std::int64_t kernel, std::int64_t stride,
                          std::int64_t padding, std::int64_t dilation, bool ceil_mode) {
  if (length == unknown) return unknown;
  const std::int64_t free = length + 2 * padding - dilation * (kernel - 1) - 1;
  if (free < 0) return 0;
  std::int64_t steps = (ceil_mode ? free + stride - 1 : free) / stride + 1;
  // A last window that would begin in the padding behind the end does not count.
  if (ceil_mode && (steps - 1) * stride >= length + padding) --steps;
  return steps;
}

std::string size_text(const Size& size) {
  std::string text;
  for (const std::int64_t n : size) {
    text += (text.empty() ? "" : " x ") + (n == unknown ? std::string("?") : std::to_string(n));
  }
  return text;
}

Size without_axes(const Size& size, const std::vector<std::int64_t>& axes) {
  Size rest;
  for (std::size_t i = 0; i < size.size(); ++i) {
    if (std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(i)) == axes.end()) {
      rest.push_back(size[i]);
    }
  }
  return rest;
}

std::int64_t broadcast(std::int64_t left, std::int64_t right) {
  if (left == 1) return right;
  return left == unknown ? right : left;
}

}  // namespace

Window::Window(std::int64_t kernel) : Window(Size{kernel}) {}
Window::Window(Size kernel) : kernel_(std::move(kernel)), stride_{1}, padding_{0}, dilation_{1} {}
Window& Window::stride(std::int64_t value) {
  return stride(Size{value});
}
Window& Window::stride(Size value) {
  stride_ = std::move(value);
  return *this;
}
Window& Window::padding(std::int64_t value) {
  return padding(Size{value});
}
Window& Window::padding(Size value) {
  padding_ = std::move(value);
  return *this;
}
Window& Window::dilation(std::int64_t value) {
  dilation_ = {value};
  return *this;
}
Window& Window::ceil_mode() {
  ceil_mode_ = true;
  return *this;
}
Window& Window::leave_out_padding() {
  count_include_pad_ = false;
  return *this;
}
Window& Window::groups(std::int64_t value) {
  groups_ = value;
  return *this;
}
Window& Window::without_bias() {
  bias_ = false;
  return *this;
}
Window& Window::init(Init value, double scale) {
  init_ = value;
  init_scale_ = scale;
  return *this;
}

NetworkBuilder::NetworkBuilder(Size input) {
  append(Op::input, "", {}, std::move(input));
}

const Size& NetworkBuilder::size(int layer) const {
  return network_.layers[static_cast<std::size_t>(layer)].size;
}

Layer& NetworkBuilder::append(Op op, const std::string& name, std::vector<int> inputs, Size size) {
  Layer layer;
  layer.op = op;
  layer.name = name;
  layer.inputs = std::move(inputs);
  layer.size = std::move(size);
  if (!name.empty()) network_.names[name] = next();
  network_.layers.push_back(std::move(layer));
  return network_.layers.back();
}

Size NetworkBuilder::pooled(int from, const Window& window, const std::string& name,
                            Layer& layer) const {
  Size to = size(from);
  const std::size_t rank = to.size() - 1;
  layer.kernel = spread(window.kernel_, rank);
  layer.stride = spread(window.stride_, rank);
  layer.padding = spread(window.padding_, rank);
  layer.dilation = spread(window.dilation_, rank);
  for (std::size_t i = 0; i < rank; ++i) {
    to[i + 1] = window_steps(to[i + 1], layer.kernel[i], layer.stride[i], layer.padding[i],
                             layer.dilation[i], window.ceil_mode_);
    if (to[i + 1] == 0) {
      throw NetworkError{"an input of " + size_text(size(0)) + " is too small: `" + name +
                             "` sees " + size_text(size(from)),
                         "use longer windows, or features with more bands"};
    }
  }
  return to;
}

int NetworkBuilder::convolution(int from, const std::string& name, std::int64_t channels_out,
                                const Window& window) {
  Layer shape;
  Size to = pooled(from, window, name, shape);
  to.front() = channels_out;
  Size weight{channels_out, channels(from) / window.groups_};
  weight.insert(weight.end(), shape.kernel.begin(), shape.kernel.end());
  Layer& layer = append(Op::convolution, name, {from}, std::move(to));
  layer.kernel = shape.kernel;
  layer.stride = shape.stride;
  layer.padding = shape.padding;
  layer.dilation = shape.dilation;
  layer.groups = window.groups_;
  layer.init = window.init_;
  layer.init_scale = window.init_scale_;
  layer.state.push_back({name + ".weight", std::move(weight)});
  if (window.bias_) layer.state.push_back({name + ".bias", {channels_out}});
  return next() - 1;
}

int NetworkBuilder::linear(int from, const std::string& name, std::int64_t features, bool bias,
                           Init init, double init_scale) {
  Size to = size(from);
  const std::int64_t before = to.back();
  if (before == unknown) {
    throw NetworkError{"`" + name + "` needs an input of a size that is known",
                       "use windows of a fixed length"};
  }
  to.back() = features;
  Layer& layer = append(Op::linear, name, {from}, std::move(to));
  layer.init = init;
  layer.init_scale = init_scale;
  layer.state.push_back({name + ".weight", {features, before}});
  if (bias) layer.state.push_back({name + ".bias", {features}});
  return next() - 1;
}

int NetworkBuilder::batch_norm(int from, const std::string& name, double eps, double momentum,
                               std::int64_t axis) {
  const std::int64_t count = size(from)[static_cast<std::size_t>(axis)];
  Layer& layer = append(Op::batch_norm, name, {from}, size(from));
  layer.eps = eps;
  layer.momentum = momentum;
  layer.axis = axis;
  layer.state = {{name + ".weight", {count}},
                 {name + ".bias", {count}},
                 {name + ".running_mean", {count}, true},
                 {name + ".running_var", {count}, true},
                 {name + ".num_batches_tracked", {}, true, true}};
  return next() - 1;
}

int NetworkBuilder::layer_norm(int from, const std::string& name, double eps) {
  const std::int64_t count = size(from).back();
  Layer& layer = append(Op::layer_norm, name, {from}, size(from));
  layer.eps = eps;
  layer.state = {{name + ".weight", {count}}, {name + ".bias", {count}}};
  return next() - 1;
}

int NetworkBuilder::activate(int from, Activation activation, const std::string& name) {
  append(Op::activation, name, {from}, size(from)).activation = activation;
  return next() - 1;
}

int NetworkBuilder::relu(int from, const std::string& name) {
  return activate(from, Activation::relu, name);
}

int NetworkBuilder::max_pool(int from, const Window& window, const std::string& name) {
  Layer shape;
  Size to = pooled(from, window, name.empty() ? "max pooling" : name, shape);
  Layer& layer = append(Op::max_pool, name, {from}, std::move(to));
  layer.kernel = shape.kernel;
  layer.stride = shape.stride;
  layer.padding = shape.padding;
  layer.dilation = shape.dilation;
  layer.ceil_mode = window.ceil_mode_;
  return next() - 1;
}

int NetworkBuilder::average_pool(int from, const Window& window, const std::string& name) {
  Layer shape;
  Size to = pooled(from, window, name.empty() ? "average pooling" : name, shape);
  Layer& layer = append(Op::average_pool, name, {from}, std::move(to));
  layer.kernel = shape.kernel;
  layer.stride = shape.stride;
  layer.padding = shape.padding;
  layer.ceil_mode = window.ceil_mode_;
  layer.count_include_pad = window.count_include_pad_;
  return next() - 1;
}

int NetworkBuilder::adaptive_average_pool(int from, Size to, const std::string& name) {
  Size size_out{channels(from)};
  size_out.insert(size_out.end(), to.begin(), to.end());
  append(Op::adaptive_average_pool, name, {from}, std::move(size_out)).kernel = std::move(to);
  return next() - 1;
}

int NetworkBuilder::mean(int from, std::vector<std::int64_t> axes, const std::string& name) {
  append(Op::mean, name, {from}, without_axes(size(from), axes)).axes = std::move(axes);
  return next() - 1;
}

int NetworkBuilder::maximum(int from, std::vector<std::int64_t> axes, const std::string& name) {
  append(Op::maximum, name, {from}, without_axes(size(from), axes)).axes = std::move(axes);
  return next() - 1;
}

int NetworkBuilder::add(int left, int right, const std::string& name) {
  Size to = size(left);
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = broadcast(to[i], size(right)[i]);
  append(Op::add, name, {left, right}, std::move(to));
  return next() - 1;
}

int NetworkBuilder::multiply(int left, int right, const std::string& name) {
  Size to = size(left);
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = broadcast(to[i], size(right)[i]);
  append(Op::multiply, name, {left, right}, std::move(to));
  return next() - 1;
}

int NetworkBuilder::concatenate(const std::vector<int>& from, const std::string& name) {
  Size to = size(from.front());
  to.front() = 0;
  for (const int layer : from) to.front() += channels(layer);
  append(Op::concatenate, name, from, std::move(to));
  return next() - 1;
}

int NetworkBuilder::dropout(int from, double probability, const std::string& name) {
  append(Op::dropout, name, {from}, size(from)).probability = probability;
  return next() - 1;
}

int NetworkBuilder::stochastic_depth(int from, double probability, const std::string& name) {
  append(Op::stochastic_depth, name, {from}, size(from)).probability = probability;
  return next() - 1;
}

int NetworkBuilder::flatten(int from, const std::string& name) {
  std::int64_t count = 1;
  for (const std::int64_t n : size(from))
    count = n == unknown || count == unknown ? unknown : count * n;
  append(Op::flatten, name, {from}, {count});
  return next() - 1;
}

int NetworkBuilder::permute(int from, std::vector<std::int64_t> axes, const std::string& name) {
  Size to;
  for (const std::int64_t axis : axes) to.push_back(size(from)[static_cast<std::size_t>(axis)]);
  append(Op::permute, name, {from}, std::move(to)).axes = std::move(axes);
  return next() - 1;
}

int NetworkBuilder::unsqueeze(int from, std::int64_t axis, const std::string& name) {
  Size to = size(from);
  to.insert(to.begin() + axis, 1);
  append(Op::unsqueeze, name, {from}, std::move(to)).axis = axis;
  return next() - 1;
}

int NetworkBuilder::scale(int from, const std::string& name, Size shape, double initial) {
  Layer& layer = append(Op::scale, "", {from}, size(from));
  layer.state = {{name, std::move(shape)}};
  layer.init = Init::constant;
  layer.init_scale = initial;
  return next() - 1;
}

int NetworkBuilder::affine(int from, std::vector<double> factors, std::vector<double> offsets) {
  Layer& layer = append(Op::affine, "", {from}, size(from));
  layer.factors = std::move(factors);
  layer.offsets = std::move(offsets);
  return next() - 1;
}

void NetworkBuilder::call(const std::string& name, int layer) {
  network_.names[name] = layer;
}

void NetworkBuilder::auxiliary(int first, int logits) {
  for (int i = first; i < next(); ++i)
    network_.layers[static_cast<std::size_t>(i)].auxiliary = true;
  network_.auxiliary.push_back(logits);
}

Network NetworkBuilder::finish(int logits, std::vector<std::string> head, int embedding) {
  network_.logits = logits;
  network_.head = std::move(head);
  int last = logits;
  const auto at = [this](int layer) -> const Layer& {
    return network_.layers[static_cast<std::size_t>(layer)];
  };
  while (at(last).op != Op::linear && at(last).op != Op::convolution)
    last = at(last).inputs.front();
  network_.embedding = embedding >= 0 ? embedding : at(last).inputs.front();
  // What a dropout passes on is, outside training, what it takes.
  while (at(network_.embedding).op == Op::dropout) {
    network_.embedding = at(network_.embedding).inputs.front();
  }
  return std::move(network_);
}

}  // namespace melgraph
