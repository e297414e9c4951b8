#include "graph_loader.h"

#include <dlfcn.h>

#include <filesystem>
#include <utility>

#include "bus.h"
#include "host_loader.h"

namespace melgraph::gst {

namespace {

/// Return the folder of `libmelgraph.so`: this plugin lies in `gstreamer-1.0` beside it.
std::filesystem::path library_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&log_engine_message), &info) == 0) return {};
  std::error_code error;
  const auto plugin = std::filesystem::canonical(info.dli_fname, error);
  return plugin.parent_path().parent_path();
}

}  // namespace

std::shared_ptr<stream::HostGraph> load_graph(GstElement* element,
                                              const stream::GraphRequest& request) {
  const std::string name = request.graph.empty() ? "graph-json" : request.graph;
  post_progress(element, GST_PROGRESS_TYPE_START, "loading " + name);
  try {
    const launch::LoadedHost host = launch::load_host(library_folder());
    if (host.table == nullptr) {
      const std::string prefix = "error: ";  // which a bus message does not need
      const bool prefixed = host.explanation.rfind(prefix, 0) == 0;
      throw EngineMissing(host.explanation.substr(prefixed ? prefix.size() : 0));
    }
    stream::GraphRequest logged = request;
    logged.log = &log_engine_message;
    auto graph = std::make_shared<stream::HostGraph>(*host.table, logged);
    const melgraph_host_graph_info& info = graph->info();
    for (std::size_t v = 0; v < info.views; ++v) {
      if (info.view[v].window > 0) continue;
      throw Error(ErrorCode::usage,
                  std::string("view \"") + info.view[v].name +
                      "\" of the graph takes the whole input, which a stream does not have",
                  "set the property window to a length in nanoseconds");
    }
    post_progress(element, GST_PROGRESS_TYPE_COMPLETE,
                  "loaded " + name + " on " + graph->info().device);
    return graph;
  } catch (const std::exception&) {
    post_progress(element, GST_PROGRESS_TYPE_ERROR, "could not load " + name);
    throw;
  }
}

GraphLoader::GraphLoader(GstElement* element, Loaded loaded)
    : element_(element), loaded_(std::move(loaded)), thread_([this] { run(); }) {}

GraphLoader::~GraphLoader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void GraphLoader::load(stream::GraphRequest request) {
  const std::lock_guard lock(mutex_);
  next_ = std::move(request);
  wake_.notify_all();
}

void GraphLoader::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || next_; });
    if (stopping_) return;
    const stream::GraphRequest request = std::move(*next_);
    next_.reset();
    lock.unlock();
    try {
      loaded_(request, load_graph(element_, request));
    } catch (const Error& error) {
      post_error(element_, error, true);
    } catch (const std::exception& error) {
      post_error(element_, Error(ErrorCode::internal, error.what()), true);
    }
    lock.lock();
  }
}

}  // namespace melgraph::gst
