#include "host_graph.h"

namespace melgraph::stream {

namespace {

[[noreturn]] void raise(const melgraph_host_table& table, melgraph_host_failure& failure) {
  const std::string message = failure.message != nullptr ? failure.message : "unknown reason";
  table.free_text(failure.message);
  throw Error(static_cast<ErrorCode>(failure.code), message);
}

const char* or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

}  // namespace

HostSession::HostSession(const melgraph_host_table& table, melgraph_host_graph* graph,
                         StreamRequest request)
    : table_(table), progress_(std::move(request.progress)) {
  melgraph_host_stream stream{};
  stream.sample_rate = request.sample_rate;
  stream.channels = request.channels;
  stream.max_queued = request.max_queued;
  stream.overflow = request.overflow;
  stream.progress = [](void* user) {
    const auto& progress = static_cast<const HostSession*>(user)->progress_;
    if (progress) progress();
  };
  stream.progress_user = this;
  melgraph_host_failure failure{};
  session_ = table_.open_session(graph, &stream, &failure);
  if (session_ == nullptr) raise(table_, failure);
}

HostSession::~HostSession() {
  table_.close_session(session_);
}

void HostSession::push(const float* interleaved, std::size_t frames) {
  melgraph_host_failure failure{};
  if (table_.push(session_, interleaved, frames, &failure) == 0) raise(table_, failure);
}

void HostSession::restart(double start, int sample_rate, int channels) {
  melgraph_host_failure failure{};
  if (table_.restart(session_, start, sample_rate, channels, &failure) == 0) {
    raise(table_, failure);
  }
}

void HostSession::drain() {
  melgraph_host_failure failure{};
  if (table_.drain(session_, &failure) == 0) raise(table_, failure);
}

Polled HostSession::poll(melgraph_host_result& result) {
  melgraph_host_failure failure{};
  switch (table_.poll(session_, &result, &failure)) {
    case 0: return Polled::nothing;
    case 1: return Polled::result;
    case 2: return Polled::ended;
    default: raise(table_, failure);
  }
}

melgraph_host_session_counts HostSession::counts() const {
  melgraph_host_session_counts counts{};
  table_.session_counts(session_, &counts);
  return counts;
}

void HostSession::cancel() noexcept {
  table_.cancel(session_);
}

HostGraph::HostGraph(const melgraph_host_table& table, const GraphRequest& request)
    : table_(table) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : request.settings) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  melgraph_host_request plain{};
  plain.graph = or_null(request.graph);
  plain.graph_text = or_null(request.graph_text);
  plain.settings = names.size();
  plain.setting_names = names.data();
  plain.setting_values = values.data();
  plain.device = or_null(request.device);
  plain.precision = or_null(request.precision);
  plain.trust_code = request.trust_code ? 1 : 0;
  plain.window = request.window;
  plain.max_batch = request.max_batch;
  plain.max_delay = request.max_delay;
  plain.jobs = request.jobs;
  plain.group = or_null(request.group);
  plain.log = request.log;
  melgraph_host_failure failure{};
  graph_ = table_.open_graph(&plain, &failure);
  if (graph_ == nullptr) raise(table_, failure);
  info_ = table_.graph_info(graph_);
}

HostGraph::~HostGraph() {
  table_.close_graph(graph_);
}

melgraph_host_graph_counts HostGraph::counts() const {
  melgraph_host_graph_counts counts{};
  table_.graph_counts(graph_, &counts);
  return counts;
}

std::unique_ptr<HostSession> HostGraph::open(StreamRequest request) {
  return std::make_unique<HostSession>(table_, graph_, std::move(request));
}

}  // namespace melgraph::stream
