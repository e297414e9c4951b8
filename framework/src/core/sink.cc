#include "melgraph/sink.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace melgraph {

SinkContext::~SinkContext() = default;
Sink::Sink() = default;
Sink::~Sink() = default;
void* Sink::capability(std::string_view) { return nullptr; }

std::string label_of(const Record& record, std::size_t index) {
  if (record.labels != nullptr && index < record.labels->size()) return (*record.labels)[index];
  return std::to_string(index);
}

std::vector<std::size_t> ranking(const Record& record, std::size_t top_k) {
  std::vector<std::size_t> order;
  order.reserve(record.scores.size());
  for (std::size_t i = 0; i < record.scores.size(); ++i) {
    if (!(std::isinf(record.scores[i]) && record.scores[i] < 0)) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return record.scores[a] > record.scores[b];
  });
  if (top_k > 0 && order.size() > top_k) order.resize(top_k);
  return order;
}

}  // namespace melgraph
