#include "models/networks/torch_plan.h"

#include <algorithm>

namespace melgraph {
namespace {

class Fuser {
 public:
  Fuser(const Network& network, const std::vector<int>& wanted)
      : network_(network),
        order_(network.needed_for(wanted)),
        users_(network.layers.size()),
        value_of_(network.layers.size()),
        done_(network.layers.size(), false),
        wanted_(network.layers.size(), false) {
    for (const int layer : wanted) wanted_[index(layer)] = true;
    for (const int layer : order_) {
      value_of_[index(layer)] = layer;
      for (const int from : at(layer).inputs) users_[index(from)].push_back(layer);
    }
  }

  std::vector<FusedStep> run() {
    for (const int layer : order_) {
      if (!done_[index(layer)]) add_step(layer);
    }
    find_last_uses();
    return std::move(steps_);
  }

 private:
  static std::size_t index(int layer) { return static_cast<std::size_t>(layer); }
  const Layer& at(int layer) const { return network_.layers[index(layer)]; }

  /// Return the only layer that takes the value of `layer`; -1 where there are more, or none, or
  /// the value is wanted itself.
  int only_user(int layer) const {
    const std::vector<int>& users = users_[index(layer)];
    return users.size() == 1 && !wanted_[index(layer)] ? users.front() : -1;
  }

  bool vanishes(int layer) const {
    return at(layer).op == Op::dropout || at(layer).op == Op::stochastic_depth;
  }

  /// Take `next` into the step that ends at `last`.
  int take(FusedStep& step, int next) {
    done_[index(next)] = true;
    step.output = next;
    return next;
  }

  int skip_what_vanishes(FusedStep& step, int last) {
    for (int next = only_user(last); next >= 0 && vanishes(next); next = only_user(last)) {
      last = take(step, next);
    }
    return last;
  }

  int take_activation(FusedStep& step, int last) {
    const int next = only_user(last);
    if (next < 0 || at(next).op != Op::activation) return last;
    step.activation = at(next).activation;
    return take(step, next);
  }

  void add_step(int layer) {
    FusedStep step;
    step.layer = layer;
    step.output = layer;
    for (const int from : at(layer).inputs) step.inputs.push_back(value_of_[index(from)]);
    done_[index(layer)] = true;
    int last = layer;
    if (at(layer).op == Op::convolution) {
      last = fuse_convolution(step, last);
    } else if (at(layer).op == Op::batch_norm || at(layer).op == Op::linear) {
      last = take_activation(step, last);
    }
    skip_what_vanishes(step, last);
    // Whoever asks for a layer inside the step, or for what vanished, gets the step's output.
    for (int inner = layer; inner != step.output; inner = users_[index(inner)].front()) {
      value_of_[index(inner)] = step.output;
    }
    value_of_[index(step.output)] = step.output;
    steps_.push_back(std::move(step));
  }

  int fuse_convolution(FusedStep& step, int last) {
    const int norm = only_user(last);
    if (norm >= 0 && at(norm).op == Op::batch_norm && at(norm).axis == 0) {
      step.norm = norm;
      last = take(step, norm);
    }
    const int before_sum = last;
    last = skip_what_vanishes(step, last);
    const int sum = only_user(last);
    if (sum >= 0 && at(sum).op == Op::add && at(sum).inputs[0] != at(sum).inputs[1]) {
      const int other = at(sum).inputs[0] == last ? at(sum).inputs[1] : at(sum).inputs[0];
      if (may_write_over(other, sum) && at(other).size == at(sum).size &&
          at(last).size == at(sum).size) {
        step.other = value_of_[index(other)];
        last = take(step, sum);
        return take_activation(step, last);
      }
    }
    if (last != before_sum) return last;
    return take_activation(step, last);
  }

  /// Return whether the value of `layer` gives, or may be, the memory of another one.
  bool is_view(int layer) const {
    const Op op = at(layer).op;
    return op == Op::input || op == Op::flatten || op == Op::permute || op == Op::unsqueeze ||
           vanishes(layer);
  }

  /// Return whether `layer` is there already and nothing but `user` will look at it again.
  bool may_write_over(int layer, int user) const {
    if (!done_[index(layer)] || wanted_[index(layer)] || is_view(value_of_[index(layer)])) {
      return false;
    }
    // Several layers may stand for one value.
    for (std::size_t i = 0; i < value_of_.size(); ++i) {
      if (value_of_[i] != value_of_[index(layer)] || users_[i].empty()) continue;
      for (const int other : users_[i]) {
        const bool inside = value_of_[index(other)] == value_of_[i];
        if (other != user && !inside && (!done_[index(other)] || is_view(other))) return false;
      }
    }
    return true;
  }

  void find_last_uses() {
    std::vector<int> last(network_.layers.size(), -1);
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      for (const int from : steps_[s].inputs) last[index(from)] = static_cast<int>(s);
      if (steps_[s].other >= 0) last[index(steps_[s].other)] = static_cast<int>(s);
    }
    for (std::size_t i = 0; i < last.size(); ++i) {
      if (last[i] >= 0 && !wanted_[i]) {
        steps_[static_cast<std::size_t>(last[i])].last_use.push_back(static_cast<int>(i));
      }
    }
  }

  const Network& network_;
  std::vector<int> order_;
  std::vector<std::vector<int>> users_;
  std::vector<int> value_of_;  ///< layer -> the layer whose step gives its value
  std::vector<bool> done_;
  std::vector<bool> wanted_;
  std::vector<FusedStep> steps_;
};

}  // namespace

std::vector<FusedStep> fuse_layers(const Network& network, const std::vector<int>& wanted) {
  return Fuser(network, wanted).run();
}

}  // namespace melgraph
