#include "models/networks/network.h"

#include <algorithm>
#include <utility>

namespace melgraph {
namespace {

std::int64_t element_count(const Size& size) {
  std::int64_t count = 1;
  for (const std::int64_t n : size) count *= n;
  return count;
}

bool is_known(const Size& size) {
  return std::all_of(size.begin(), size.end(), [](std::int64_t n) { return n >= 0; });
}

}  // namespace

int Network::find(std::string_view name) const noexcept {
  const auto found = names.find(name);
  return found == names.end() ? -1 : found->second;
}

std::vector<StateEntry> Network::state() const {
  std::vector<StateEntry> entries;
  for (const Layer& layer : layers) {
    entries.insert(entries.end(), layer.state.begin(), layer.state.end());
  }
  return entries;
}

std::int64_t Network::parameter_count() const {
  std::int64_t count = 0;
  for (const Layer& layer : layers) {
    if (layer.auxiliary) continue;
    for (const StateEntry& entry : layer.state) {
      if (!entry.buffer) count += element_count(entry.shape);
    }
  }
  return count;
}

std::int64_t Network::operation_count() const {
  std::int64_t count = 0;
  for (const Layer& layer : layers) {
    if (layer.auxiliary || (layer.op != Op::convolution && layer.op != Op::linear)) continue;
    if (!is_known(layer.size)) return 0;
    const Size& weight = layer.state.front().shape;
    // Each output element is a sum of as many products as one filter has weights.
    count += 2 * element_count(layer.size) * (element_count(weight) / weight.front());
  }
  return count;
}

void Network::cut(int layer) {
  const std::vector<int> kept = needed_for({layer});
  std::vector<int> position(layers.size(), -1);
  std::vector<Layer> rest;
  for (const int index : kept) {
    position[static_cast<std::size_t>(index)] = static_cast<int>(rest.size());
    rest.push_back(std::move(layers[static_cast<std::size_t>(index)]));
    for (int& from : rest.back().inputs) from = position[static_cast<std::size_t>(from)];
  }
  std::map<std::string, int, std::less<>> rest_names;
  for (const auto& [name, index] : names) {
    const int now = position[static_cast<std::size_t>(index)];
    if (now >= 0) rest_names[name] = now;
  }
  layers = std::move(rest);
  names = std::move(rest_names);
  embedding = position[static_cast<std::size_t>(layer)];
  logits = -1;
  auxiliary.clear();
  head.clear();
}

std::vector<int> Network::needed_for(const std::vector<int>& wanted) const {
  std::vector<bool> needed(layers.size(), false);
  for (const int layer : wanted) needed[static_cast<std::size_t>(layer)] = true;
  for (std::size_t i = layers.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (const int input : layers[i].inputs) needed[static_cast<std::size_t>(input)] = true;
  }
  std::vector<int> order;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (needed[i]) order.push_back(static_cast<int>(i));
  }
  return order;
}

}  // namespace melgraph
