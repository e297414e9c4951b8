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
  running_ = std::vector<Running>(graph_.nodes.size());
}

void ClipStage::add(int edge, const at::Tensor& items, const std::vector<TimeSpan>& spans) {
  append(edge, items, spans);
}

void ClipStage::skip(int edge, const TimeSpan& span) {
  Stream& skipped = stream(edge);
  skipped.reached = std::max(skipped.reached, span.start);
}

std::size_t ClipStage::held() const {
  std::size_t count = 0;
  for (const Stream& s : streams_) count += s.rows.size();
  return count;
}

void ClipStage::append(int edge, const at::Tensor& tensor, const std::vector<TimeSpan>& spans) {
  Stream& target = stream(edge);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    // A copy: a view would keep the whole batch, with the items of others, as long as it lives.
    target.rows.push_back({tensor.select(0, static_cast<std::int64_t>(i)).clone(), spans[i]});
    target.reached = spans[i].start;
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
  if (member.rows.empty()) return false;
  return member.finished || centre(member.rows.back().span) >= span.end;
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
  return nearest->data;
}

/// Return items [begin, end) of `edge`, brought to the grid of `grid_edge`.
at::Tensor ClipStage::gather(int edge, int grid_edge, std::int64_t begin, std::int64_t end) const {
  const Stream& source = stream(edge);
  const Stream& grid = stream(grid_edge);
  const bool same = shares_grid(edge, grid_edge);
  std::vector<at::Tensor> rows;
  for (std::int64_t i = begin; i < end; ++i) {
    rows.push_back(same ? source.at(i).data : aligned_row(source, grid.at(i).span));
  }
  return at::stack(rows);
}

NodeCall ClipStage::make_call(int n, std::int64_t begin, std::int64_t end,
                              std::vector<TimeSpan>& spans) const {
  const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
  const int grid_edge = node.inputs.front().edges.front();
  NodeCall::Inputs inputs;
  for (const NodeInput& input : node.inputs) {
    std::vector<at::Tensor> tensors;
    for (const int edge : input.edges) tensors.push_back(gather(edge, grid_edge, begin, end));
    inputs.emplace_back(input.port, std::move(tensors));
  }
  spans.clear();
  for (std::int64_t i = begin; i < end; ++i) spans.push_back(stream(grid_edge).at(i).span);
  return NodeCall(node, std::move(inputs), &spans);
}

template <class Work>
void ClipStage::timed(int n, std::size_t items, Work work) {
  const auto clock = std::chrono::steady_clock::now();
  work();
  NodeCounters& counters = counters_.nodes[static_cast<std::size_t>(n)];
  counters.nanoseconds += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - clock)
          .count());
  counters.items += static_cast<std::uint64_t>(items);
  counters.batches += 1;
}

void ClipStage::call(int n, Node& instance, std::int64_t begin, std::int64_t end) {
  std::vector<TimeSpan> spans;
  NodeCall node_call = make_call(n, begin, end, spans);
  timed(n, spans.size(),
        [&] { run_node(instance, node_call, graph_.nodes[static_cast<std::size_t>(n)], -1); });
  keep_outputs(n, node_call, spans, {spans.front().start, spans.back().end});
}

void ClipStage::keep_outputs(int n, NodeCall& node_call, const std::vector<TimeSpan>& spans,
                             const TimeSpan& whole) {
  const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
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

/// Return the end of the items from `from` on for which every input of the node is there.
std::int64_t ClipStage::count_ready(int n, std::int64_t from) const {
  const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
  const int grid_edge = node.inputs.front().edges.front();
  const Stream& grid = stream(grid_edge);
  const auto ready = [&](std::int64_t i) {
    for (const NodeInput& input : node.inputs) {
      for (const int edge : input.edges) {
        if (shares_grid(edge, grid_edge) ? stream(edge).end() <= i
                                         : !aligned_ready(stream(edge), grid.at(i).span)) {
          return false;
        }
      }
    }
    return true;
  };
  std::int64_t end = from;
  while (end < grid.end() && ready(end)) ++end;
  return end;
}

/// Return whether no item from `cursor` on can ever be computed. A member whose windows were all
/// dropped has nothing to stand beside the others'.
bool ClipStage::is_complete(int n, std::int64_t cursor) const {
  const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
  const int grid_edge = node.inputs.front().edges.front();
  for (const NodeInput& input : node.inputs) {
    for (const int edge : input.edges) {
      const Stream& source = stream(edge);
      if (!source.finished) continue;
      if (shares_grid(edge, grid_edge) ? source.end() <= cursor : source.rows.empty()) return true;
    }
  }
  return false;
}

void ClipStage::run_clip_node(int n, Node& instance) {
  const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
  if (stream(node.outputs.front()).finished) return;
  auto* running = static_cast<RunningReduction*>(instance.capability(running_reduction_id));
  if (running != nullptr) take_blocks(n, *running);
  for (const NodeInput& input : node.inputs) {
    for (const int edge : input.edges) {
      if (!stream(edge).finished) return;
    }
  }
  if (running_[static_cast<std::size_t>(n)].state != nullptr) {
    finish_running(n, *running);
  } else if (const std::int64_t end = count_ready(n, 0); end > 0) {
    call(n, instance, 0, end);
  }
  for (const int edge : node.outputs) stream(edge).finished = true;
}

/// Hand over whole blocks, but not the last item: which ones depends on their number alone, so that
/// results do not depend on how the items came.
void ClipStage::take_blocks(int n, RunningReduction& running) {
  const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
  Running& own = running_[static_cast<std::size_t>(n)];
  std::int64_t& cursor = node_cursor_[static_cast<std::size_t>(n)];
  const std::int64_t ready = count_ready(n, cursor);
  for (; ready - cursor > block; cursor += block) {
    std::vector<TimeSpan> spans;
    NodeCall node_call = make_call(n, cursor, cursor + block, spans);
    timed(n, spans.size(), [&] {
      if (own.state == nullptr) {
        own.state = running.begin();
        own.start = spans.front().start;
      }
      add_items(running, *own.state, node_call, node);
    });
  }
}

void ClipStage::finish_running(int n, RunningReduction& running) {
  const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
  Running& own = running_[static_cast<std::size_t>(n)];
  const std::int64_t cursor = node_cursor_[static_cast<std::size_t>(n)];
  const std::int64_t end = count_ready(n, cursor);
  std::vector<TimeSpan> spans;
  NodeCall rest = make_call(n, cursor, end, spans);
  NodeCall last(node, {}, &spans);
  timed(n, spans.size(), [&] {
    add_items(running, *own.state, rest, node);
    finish_items(running, *own.state, last, node);
  });
  keep_outputs(n, last, {}, {own.start, spans.back().end});
  own.state.reset();
}

void ClipStage::run_window_node(int n, Node& instance) {
  const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
  if (stream(node.outputs.front()).finished) return;
  std::int64_t& cursor = node_cursor_[static_cast<std::size_t>(n)];
  const std::int64_t end = count_ready(n, cursor);
  if (end > cursor) {
    call(n, instance, cursor, end);
    cursor = end;
  }
  if (is_complete(n, cursor)) {
    for (const int edge : node.outputs) stream(edge).finished = true;
  }
}

/// Emit what is new, the last windows before what was made of all of them.
void ClipStage::emit_outputs(const std::function<void(Result&&)>& emit) {
  for (const bool windows : {true, false}) {
    for (std::size_t o = 0; o < graph_.output_edges.size(); ++o) {
      const Edge& edge = graph_.edges[static_cast<std::size_t>(graph_.output_edges[o])];
      if ((edge.spec.axes.front().name == "window") == windows) emit_output(o, emit);
    }
  }
}

void ClipStage::emit_output(std::size_t o, const std::function<void(Result&&)>& emit) {
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
    const bool needs_all = node.type->descriptor.scope == Scope::clip &&
                           running_[static_cast<std::size_t>(n)].state == nullptr;
    const int grid_edge = node.inputs.front().edges.front();
    for (const NodeInput& input : node.inputs) {
      for (const int edge : input.edges) {
        const bool same = shares_grid(edge, grid_edge);
        std::int64_t from = 0;
        if (done) {
          from = std::numeric_limits<std::int64_t>::max();
        } else if (!needs_all && same) {
          from = node_cursor_[static_cast<std::size_t>(n)];
        } else if (!needs_all) {
          // The nearest window before the next grid window may still be wanted.
          const Stream& grid = stream(grid_edge);
          const Stream& member = stream(edge);
          const std::int64_t cursor = node_cursor_[static_cast<std::size_t>(n)];
          const double start = cursor < grid.end() ? grid.at(cursor).span.start : grid.reached;
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
