#include "run/clip_stage.h"

#include <ATen/ops/mean.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace melgraph {

namespace {

double centre(const TimeSpan& span) {
  return 0.5 * (span.start + span.end);
}

}  // namespace

ClipInstances::ClipInstances(const ResolvedGraph& graph, const Plan& plan,
                             const EngineOptions& options, SharedObjects& shared)
    : graph_(graph), plan_(plan), options_(options), shared_(shared) {
  give_back(take());  // so that what cannot be opened is known at once
}

std::unique_ptr<ClipInstances::Set> ClipInstances::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      std::unique_ptr<Set> set = std::move(free_.back());
      free_.pop_back();
      return set;
    }
  }
  auto set = std::make_unique<Set>(graph_.nodes.size());
  for (const int n : plan_.clip_nodes) {
    const auto index = static_cast<std::size_t>(n);
    (*set)[index] =
        open_node(graph_, graph_.nodes[index], c10::Device(c10::kCPU), options_, shared_);
  }
  return set;
}

void ClipInstances::give_back(std::unique_ptr<Set> set) {
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(set));
}

ClipStage::ClipStage(const ResolvedGraph& graph, const Plan& plan, ClipInstances& instances,
                     RunCounters& counters)
    : graph_(graph), plan_(plan), instances_(instances), counters_(counters) {
  reset();
}

void ClipStage::reset() {
  streams_.assign(graph_.edges.size(), Stream());
  node_cursor_.assign(graph_.nodes.size(), 0);
  output_cursor_.assign(graph_.outputs.size(), 0);
}

void ClipStage::add(int edge, const at::Tensor& items, const std::vector<TimeSpan>& spans) {
  append(edge, items, spans);
}

void ClipStage::append(int edge, const at::Tensor& tensor, const std::vector<TimeSpan>& spans) {
  Stream& target = stream(edge);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    // A copy: a view would keep the whole batch, with the items of others, as long as it lives.
    target.rows.push_back({tensor.select(0, static_cast<std::int64_t>(i)).clone(), spans[i]});
  }
}

void ClipStage::finish(int edge) {
  stream(edge).finished = true;
}

bool ClipStage::done() const {
  for (std::size_t i = 0; i < graph_.output_edges.size(); ++i) {
    const Stream& output = stream(graph_.output_edges[i]);
    if (!output.finished || output_cursor_[i] < output.end()) return false;
  }
  return true;
}

void ClipStage::advance(const std::function<void(Result&&)>& emit) {
  if (!plan_.clip_nodes.empty()) {
    std::unique_ptr<ClipInstances::Set> set = instances_.take();
    for (const int n : plan_.clip_nodes) {
      Node& instance = *(*set)[static_cast<std::size_t>(n)];
      if (graph_.nodes[static_cast<std::size_t>(n)].type->descriptor.scope == Scope::clip) {
        run_clip_node(n, instance);
      } else {
        run_window_node(n, instance);
      }
    }
    instances_.give_back(std::move(set));
  }
  emit_outputs(emit);
  drop_used();
}

/// A member's window belongs to a grid window once no later one can: the member has gone past it.
bool ClipStage::aligned_ready(const Stream& member, const TimeSpan& span) const {
  if (member.finished) return true;
  return !member.rows.empty() && centre(member.rows.back().span) >= span.end;
}

at::Tensor ClipStage::aligned_row(const Stream& member, const TimeSpan& span) const {
  std::vector<at::Tensor> inside;
  const Row* nearest = nullptr;
  double distance = std::numeric_limits<double>::infinity();
  for (const Row& row : member.rows) {
    const double at = centre(row.span);
    if (at >= span.start && at < span.end) inside.push_back(row.data);
    if (std::abs(at - centre(span)) < distance) {
      distance = std::abs(at - centre(span));
      nearest = &row;
    }
  }
  if (inside.size() == 1) return inside.front();
  if (!inside.empty()) return at::mean(at::stack(inside), 0);
  if (nearest == nullptr) {
    throw Error(ErrorCode::run_time, "a member has no window at all to stand beside the others'");
  }
  return nearest->data;
}

/// Return items [begin, end) of `edge`, brought to the grid of `grid_edge`.
at::Tensor ClipStage::gather(int edge, int grid_edge, std::int64_t begin, std::int64_t end) const {
  const Stream& source = stream(edge);
  const Stream& grid = stream(grid_edge);
  const bool same = graph_.edges[static_cast<std::size_t>(edge)].grid ==
                    graph_.edges[static_cast<std::size_t>(grid_edge)].grid;
  std::vector<at::Tensor> rows;
  for (std::int64_t i = begin; i < end; ++i) {
    rows.push_back(same ? source.at(i).data : aligned_row(source, grid.at(i).span));
  }
  return at::stack(rows);
}

void ClipStage::call(int n, Node& instance, std::int64_t begin, std::int64_t end) {
  const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
  const int grid_edge = node.inputs.front().edges.front();
  NodeCall::Inputs inputs;
  for (const NodeInput& input : node.inputs) {
    std::vector<at::Tensor> tensors;
    for (const int edge : input.edges) tensors.push_back(gather(edge, grid_edge, begin, end));
    inputs.emplace_back(input.port, std::move(tensors));
  }
  std::vector<TimeSpan> spans;
  for (std::int64_t i = begin; i < end; ++i) spans.push_back(stream(grid_edge).at(i).span);
  const TimeSpan whole{spans.front().start, spans.back().end};
  NodeCall node_call(node, std::move(inputs), &spans);
  const auto clock = std::chrono::steady_clock::now();
  run_node(instance, node_call, node, -1);
  NodeCounters& counters = counters_.nodes[static_cast<std::size_t>(n)];
  counters.nanoseconds += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - clock)
          .count());
  counters.items += static_cast<std::uint64_t>(spans.size());
  counters.batches += 1;
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    const Edge& edge = graph_.edges[static_cast<std::size_t>(node.outputs[i])];
    if (node.absent[i]) continue;
    const bool one = edge.grid == clip_grid && node.type->descriptor.scope == Scope::clip;
    const bool events =
        edge.spec.axes.front().name == "event" && node.type->descriptor.scope == Scope::clip;
    const std::vector<TimeSpan> own = one      ? std::vector<TimeSpan>{whole}
                                      : events ? node_call.events(i)
                                               : spans;
    const at::Tensor output = node_call.output(i).to(at::kFloat).contiguous();
    if (output.size(0) != static_cast<std::int64_t>(own.size())) {
      throw Error(ErrorCode::internal, "node \"" + node.id + "\" gave " +
                                           std::to_string(output.size(0)) + " items, not " +
                                           std::to_string(own.size()));
    }
    append(node.outputs[i], output, own);
  }
}

void ClipStage::run_clip_node(int n, Node& instance) {
  const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
  if (stream(node.outputs.front()).finished) return;
  for (const NodeInput& input : node.inputs) {
    for (const int edge : input.edges) {
      if (!stream(edge).finished) return;
    }
  }
  const Stream& grid = stream(node.inputs.front().edges.front());
  if (grid.end() > 0) call(n, instance, 0, grid.end());
  for (const int edge : node.outputs) stream(edge).finished = true;
}

void ClipStage::run_window_node(int n, Node& instance) {
  const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
  if (stream(node.outputs.front()).finished) return;
  const int grid_edge = node.inputs.front().edges.front();
  const Stream& grid = stream(grid_edge);
  std::int64_t& cursor = node_cursor_[static_cast<std::size_t>(n)];
  const auto ready = [&](std::int64_t i) {
    for (const NodeInput& input : node.inputs) {
      for (const int edge : input.edges) {
        const bool same = graph_.edges[static_cast<std::size_t>(edge)].grid ==
                          graph_.edges[static_cast<std::size_t>(grid_edge)].grid;
        if (same ? stream(edge).end() <= i : !aligned_ready(stream(edge), grid.at(i).span)) {
          return false;
        }
      }
    }
    return true;
  };
  std::int64_t end = cursor;
  while (end < grid.end() && ready(end)) ++end;
  if (end > cursor) {
    call(n, instance, cursor, end);
    cursor = end;
  }
  if (grid.finished && cursor == grid.end()) {
    for (const int edge : node.outputs) stream(edge).finished = true;
  }
}

void ClipStage::emit_outputs(const std::function<void(Result&&)>& emit) {
  for (std::size_t o = 0; o < graph_.output_edges.size(); ++o) {
    const Stream& source = stream(graph_.output_edges[o]);
    for (std::int64_t& i = output_cursor_[o]; i < source.end(); ++i) {
      const Row& row = source.at(i);
      Result result;
      result.output = o;
      result.index = i;
      result.start = row.span.start;
      result.end = row.span.end;
      const at::Tensor values = row.data.contiguous();
      const float* data = values.const_data_ptr<float>();
      result.values.assign(data, data + values.numel());
      result.shape.assign(values.sizes().begin(), values.sizes().end());
      if (graph_.outputs[o].tap) {
        emit(std::move(result));
        continue;
      }
      for (const float value : result.values) {
        // Minus infinity is the mark of what a post node left out; all else must be a number.
        if (std::isfinite(value) || (std::isinf(value) && value < 0)) continue;
        throw Error(ErrorCode::run_time,
                    graph_.edges[static_cast<std::size_t>(graph_.output_edges[o])].name +
                        " gave a value that is not a finite number");
      }
      emit(std::move(result));
    }
  }
}

/// Drop items that nothing will look at again.
void ClipStage::drop_used() {
  std::vector<std::int64_t> keep(streams_.size(), std::numeric_limits<std::int64_t>::max());
  for (std::size_t o = 0; o < graph_.output_edges.size(); ++o) {
    auto& from = keep[static_cast<std::size_t>(graph_.output_edges[o])];
    from = std::min(from, output_cursor_[o]);
  }
  for (const int n : plan_.clip_nodes) {
    const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
    const bool done = stream(node.outputs.front()).finished;
    const bool clip = node.type->descriptor.scope == Scope::clip;
    const int grid_edge = node.inputs.front().edges.front();
    for (const NodeInput& input : node.inputs) {
      for (const int edge : input.edges) {
        const bool same = graph_.edges[static_cast<std::size_t>(edge)].grid ==
                          graph_.edges[static_cast<std::size_t>(grid_edge)].grid;
        std::int64_t from = 0;
        if (done) {
          from = std::numeric_limits<std::int64_t>::max();
        } else if (!clip && same) {
          from = node_cursor_[static_cast<std::size_t>(n)];
        } else if (!clip) {
          // The nearest window before the next grid window may still be wanted.
          const Stream& grid = stream(grid_edge);
          const Stream& member = stream(edge);
          const std::int64_t cursor = node_cursor_[static_cast<std::size_t>(n)];
          const double start = cursor < grid.end() ? grid.at(cursor).span.start
                               : grid.rows.empty() ? 0.0
                                                   : grid.rows.back().span.start;
          from = member.first;
          while (from + 1 < member.end() && centre(member.at(from + 1).span) < start) ++from;
        }
        auto& lowest = keep[static_cast<std::size_t>(edge)];
        lowest = std::min(lowest, from);
      }
    }
  }
  for (std::size_t e = 0; e < streams_.size(); ++e) {
    Stream& s = streams_[e];
    while (!s.rows.empty() && s.first < keep[e]) {
      s.rows.pop_front();
      ++s.first;
    }
  }
}

}  // namespace melgraph
