// The module behind host_table.h: no exception leaves it, and nothing of C++ shows.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host_table.h"
#include "melgraph/version.h"
#include "shared_engines.h"

using melgraph::Error;
using melgraph::ErrorCode;
using melgraph::host::EngineRequest;
using melgraph::host::SharedEngine;
using melgraph::host::SharedEngines;

/// Outputs and views as C sees them, beside what they point into.
struct melgraph_host_graph {
  explicit melgraph_host_graph(std::shared_ptr<SharedEngine> shared_in);

  const std::shared_ptr<SharedEngine> shared;
  const std::string device;
  const std::vector<melgraph::ViewInfo> views;
  std::vector<std::vector<const char*>> labels;
  std::vector<melgraph_host_output> outputs_c;
  std::vector<melgraph_host_view> views_c;
  melgraph_host_graph_info info{};
};

struct melgraph_host_session {
  std::shared_ptr<SharedEngine> shared;  ///< outlives the session, even if the handle does not
  std::unique_ptr<melgraph::Session> session;
  melgraph::Result result;
};

namespace {

int item_of(const melgraph::OutputInfo& output) {
  const std::string& axis = output.spec.axes.front().name;
  if (axis == "event") return MELGRAPH_HOST_EVENT;
  return axis == "clip" ? MELGRAPH_HOST_CLIP : MELGRAPH_HOST_WINDOW;
}

}  // namespace

melgraph_host_graph::melgraph_host_graph(std::shared_ptr<SharedEngine> shared_in)
    : shared(std::move(shared_in)), device(shared->engine.device()), views(shared->graph.views()) {
  const std::vector<melgraph::OutputInfo>& outputs = shared->graph.outputs();
  for (const melgraph::OutputInfo& output : outputs) {
    auto& names = labels.emplace_back();
    if (!output.spec.labels) continue;
    for (const std::string& label : *output.spec.labels) names.push_back(label.c_str());
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs_c.push_back(
        {outputs[i].name.c_str(), item_of(outputs[i]), labels[i].size(), labels[i].data()});
  }
  for (const melgraph::ViewInfo& view : views) {
    views_c.push_back({view.name.c_str(), view.sample_rate, view.channels, view.window, view.hop});
  }
  info = {shared->graph.name().c_str(),
          device.c_str(),
          outputs_c.size(),
          outputs_c.data(),
          views_c.size(),
          views_c.data()};
}

namespace {

/// Engines of the process; kept to its end, because threads may still close graphs then.
SharedEngines& engines() {
  static auto* const all = new SharedEngines;
  return *all;
}

char* copy_text(const std::string& text) {
  char* const copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy != nullptr) std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

std::string text_of(const Error& error) {
  const auto* graph_error = dynamic_cast<const melgraph::GraphError*>(&error);
  if (graph_error != nullptr && !graph_error->diagnostics().all().empty()) {
    std::string text = graph_error->diagnostics().to_text();
    text.pop_back();
    return text;
  }
  return error.hint().empty() ? error.what() : error.what() + ("\n" + error.hint());
}

void fill(melgraph_host_failure* failure, ErrorCode code, const std::string& text) {
  if (failure != nullptr) *failure = {static_cast<int>(code), copy_text(text)};
}

/// Call `work`; return whether it threw nothing.
template <class Work>
bool guarded(melgraph_host_failure* failure, Work work) noexcept {
  if (failure != nullptr) *failure = {0, nullptr};
  try {
    try {
      work();
      return true;
    } catch (const Error& error) {
      fill(failure, error.code(), text_of(error));
    } catch (const std::exception& error) {
      fill(failure, ErrorCode::internal, error.what());
    } catch (...) {
      fill(failure, ErrorCode::internal, "something that is no exception was thrown");
    }
  } catch (...) {  // no memory even for the text
    if (failure != nullptr) *failure = {static_cast<int>(ErrorCode::internal), nullptr};
  }
  return false;
}

std::string or_empty(const char* text) {
  return text != nullptr ? text : "";
}

EngineRequest read_request(const melgraph_host_request* request) {
  if (request == nullptr) throw Error(ErrorCode::usage, "there is no request");
  EngineRequest read;
  read.graph = or_empty(request->graph);
  read.text = or_empty(request->graph_text);
  read.folder = or_empty(request->text_folder);
  if (read.graph.empty() == read.text.empty()) {
    throw Error(ErrorCode::usage, "a request names a graph, or holds its text");
  }
  for (std::size_t i = 0; i < request->settings; ++i) {
    read.graph_options.set[or_empty(request->setting_names[i])] =
        or_empty(request->setting_values[i]);
  }
  read.graph_options.window = request->window;
  if (request->device != nullptr) read.options.device = request->device;
  if (request->precision != nullptr) {
    read.options.precision = melgraph::parse_precision(request->precision);
  }
  read.options.trust_code = request->trust_code != 0;
  read.options.max_batch = request->max_batch;
  read.options.max_delay = request->max_delay;
  read.options.jobs = request->jobs;
  if (request->log != nullptr) {
    read.options.log = [log = request->log, user = request->log_user](melgraph::LogLevel level,
                                                                      std::string_view message) {
      log(static_cast<int>(level), std::string(message).c_str(), user);
    };
  }
  read.group = or_empty(request->group);
  return read;
}

melgraph::SessionOptions read_stream(const melgraph_host_stream* stream) {
  if (stream == nullptr) throw Error(ErrorCode::usage, "there is no stream");
  const int last = static_cast<int>(melgraph::Overflow::drop_newest);
  if (stream->overflow < 0 || stream->overflow > last) {
    throw Error(ErrorCode::usage,
                "there is no overflow policy " + std::to_string(stream->overflow));
  }
  melgraph::SessionOptions options;
  options.sample_rate = stream->sample_rate;
  options.channels = stream->channels;
  options.start = stream->start;
  options.max_queued = stream->max_queued;
  options.overflow = static_cast<melgraph::Overflow>(stream->overflow);
  if (stream->progress != nullptr) {
    options.on_progress = [progress = stream->progress, user = stream->progress_user] {
      progress(user);
    };
  }
  return options;
}

melgraph_host_graph* open_graph(const melgraph_host_request* request,
                                melgraph_host_failure* failure) noexcept {
  std::unique_ptr<melgraph_host_graph> graph;
  guarded(failure, [&] {
    graph = std::make_unique<melgraph_host_graph>(engines().open(read_request(request)));
  });
  return graph.release();
}

const melgraph_host_graph_info* graph_info(const melgraph_host_graph* graph) noexcept {
  return &graph->info;
}

void graph_counts(const melgraph_host_graph* graph, melgraph_host_graph_counts* counts) noexcept {
  *counts = {};
  guarded(nullptr, [&] {
    const melgraph::RunReport report = graph->shared->engine.report(graph->shared->graph);
    *counts = {report.windows, report.batches, report.compute_seconds};
  });
}

void close_graph(melgraph_host_graph* graph) noexcept {
  delete graph;
}

melgraph_host_session* open_session(melgraph_host_graph* graph, const melgraph_host_stream* stream,
                                    melgraph_host_failure* failure) noexcept {
  std::unique_ptr<melgraph_host_session> session;
  guarded(failure, [&] {
    auto made = std::make_unique<melgraph_host_session>();
    made->shared = graph->shared;
    made->session = graph->shared->engine.open(graph->shared->graph, read_stream(stream));
    session = std::move(made);
  });
  return session.release();
}

int push(melgraph_host_session* session, const float* interleaved, std::size_t frames,
         melgraph_host_failure* failure) noexcept {
  return guarded(failure, [&] { session->session->push(interleaved, frames); }) ? 1 : 0;
}

int restart(melgraph_host_session* session, double start, int sample_rate, int channels,
            melgraph_host_failure* failure) noexcept {
  return guarded(failure, [&] { session->session->restart(start, sample_rate, channels); }) ? 1 : 0;
}

int drain(melgraph_host_session* session, melgraph_host_failure* failure) noexcept {
  return guarded(failure, [&] { session->session->drain(); }) ? 1 : 0;
}

int flush(melgraph_host_session* session, double start, melgraph_host_failure* failure) noexcept {
  return guarded(failure, [&] { session->session->flush(start); }) ? 1 : 0;
}

int poll(melgraph_host_session* session, melgraph_host_result* result,
         melgraph_host_failure* failure) noexcept {
  int polled = 0;
  const bool fine = guarded(failure, [&] {
    melgraph::Result& kept = session->result;
    if (session->session->poll(kept)) {
      *result = {kept.output, kept.index,         kept.start,
                 kept.end,    kept.values.size(), kept.values.data()};
      polled = 1;
    } else {
      polled = session->session->ended() ? 2 : 0;
    }
  });
  return fine ? polled : -1;
}

void session_counts(const melgraph_host_session* session,
                    melgraph_host_session_counts* counts) noexcept {
  *counts = {};
  guarded(nullptr, [&] {
    const melgraph::SessionReport report = session->session->report();
    *counts = {report.windows, report.dropped, report.outstanding};
  });
}

void cancel(melgraph_host_session* session) noexcept {
  session->session->cancel();
}

void close_session(melgraph_host_session* session) noexcept {
  delete session;
}

void free_text(char* text) noexcept {
  std::free(text);
}

const melgraph_host_table table = {
    sizeof(melgraph_host_table),
    MELGRAPH_HOST_VERSION,
    MELGRAPH_VERSION,
    free_text,
    open_graph,
    graph_info,
    graph_counts,
    close_graph,
    open_session,
    push,
    restart,
    drain,
    flush,
    poll,
    session_counts,
    cancel,
    close_session,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const melgraph_host_table* melgraph_host(
    uint32_t version) {
  return version == MELGRAPH_HOST_VERSION ? &table : nullptr;
}
