#pragma once

#include <string>
#include <vector>

#include "models/networks/network.h"

namespace melgraph {

/// Size and steps of a window that slides over the axes of space. One number is meant for all of
/// them, in PyTorch's manner: `Window(3).stride(2).padding(1)`, `Window({1, 7}).padding({0, 3})`.
class Window {
 public:
  explicit Window(std::int64_t kernel);
  explicit Window(Size kernel);

  Window& stride(std::int64_t value);
  Window& stride(Size value);
  Window& padding(std::int64_t value);
  Window& padding(Size value);
  Window& dilation(std::int64_t value);
  Window& ceil_mode();          ///< of a pool: a last, incomplete window counts
  Window& leave_out_padding();  ///< of an average pool: divide by what is real
  Window& groups(std::int64_t value);
  Window& without_bias();
  Window& init(Init value, double scale = 0);

  Size kernel_, stride_, padding_, dilation_;
  std::int64_t groups_ = 1;
  bool ceil_mode_ = false;
  bool count_include_pad_ = true;
  bool bias_ = true;
  Init init_ = Init::torch;
  double init_scale_ = 0;
};

/// What an input must be, or a size that does not fit: the message says what to change.
struct NetworkError {
  std::string message;
  std::string hint;
};

/// Writes a network layer by layer. Each call appends one layer and returns its index.
///
/// A `name` is the path of the module in the authors' state dict; it names the layer too. Throws
/// `NetworkError` where an axis becomes shorter than one element.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(Size input);

  int input() const { return 0; }
  const Size& size(int layer) const;
  std::int64_t channels(int layer) const { return size(layer).front(); }

  int convolution(int from, const std::string& name, std::int64_t channels, const Window& window);
  int linear(int from, const std::string& name, std::int64_t features, bool bias = true,
             Init init = Init::torch, double init_scale = 0);
  int batch_norm(int from, const std::string& name, double eps = 1e-5, double momentum = 0.1,
                 std::int64_t axis = 0);
  int layer_norm(int from, const std::string& name, double eps);
  /// `name` where the authors have a module, so that users can name its output.
  int activate(int from, Activation activation, const std::string& name = {});
  int relu(int from, const std::string& name = {});
  int max_pool(int from, const Window& window, const std::string& name = {});
  int average_pool(int from, const Window& window, const std::string& name = {});
  int adaptive_average_pool(int from, Size to, const std::string& name = {});
  int mean(int from, std::vector<std::int64_t> axes, const std::string& name = {});
  int maximum(int from, std::vector<std::int64_t> axes, const std::string& name = {});
  int add(int left, int right, const std::string& name = {});
  int multiply(int left, int right, const std::string& name = {});
  int concatenate(const std::vector<int>& from, const std::string& name = {});
  int dropout(int from, double probability, const std::string& name = {});
  int stochastic_depth(int from, double probability, const std::string& name = {});
  int flatten(int from, const std::string& name = {});
  int permute(int from, std::vector<std::int64_t> axes, const std::string& name = {});
  /// Insert an axis of size 1 before `axis`: makes a picture of height 1 of [channel, sample].
  int unsqueeze(int from, std::int64_t axis, const std::string& name = {});
  /// Multiply by a learnt factor for each element of axis 0, a parameter `name` of shape `shape`.
  int scale(int from, const std::string& name, Size shape, double initial);
  int affine(int from, std::vector<double> factors, std::vector<double> offsets);

  /// Call `layer` by a further name, such as that of the block it ends.
  void call(const std::string& name, int layer);
  /// Mark the layers since `first` as those of an auxiliary head that ends in `logits`.
  void auxiliary(int first, int logits);
  /// Return the index that the next layer will have.
  int next() const { return static_cast<int>(network_.layers.size()); }

  /// Finish: `logits` is the last layer; what its linear (or convolution) layer takes is the
  /// embedding, unless given. `head` names the modules that depend on the number of classes.
  Network finish(int logits, std::vector<std::string> head, int embedding = -1);

 private:
  Layer& append(Op op, const std::string& name, std::vector<int> inputs, Size size);
  Size pooled(int from, const Window& window, const std::string& name, Layer& layer) const;

  Network network_;
};

}  // namespace melgraph
