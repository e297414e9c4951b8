#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "host_graph.h"

namespace melgraph::gst {

/// Loads the engine, once a process, and with it a graph; posts its progress. Throws `Error`, of
/// code `plugin` and with what to do, where the engine cannot be loaded.
std::shared_ptr<stream::HostGraph> load_graph(GstElement* element,
                                              const stream::GraphRequest& request);

/// Loads other graphs while the stream goes on, one after the other; of several that wait only the
/// last is loaded. [thread-safe]
class GraphLoader {
 public:
  using Loaded = std::function<void(const stream::GraphRequest& request,
                                    std::shared_ptr<stream::HostGraph> graph)>;
  /// `loaded` is called from the loader's thread. A graph that cannot be loaded is a warning.
  GraphLoader(GstElement* element, Loaded loaded);
  /// Waits for what is being loaded.
  ~GraphLoader();

  void load(stream::GraphRequest request);

 private:
  void run();

  GstElement* const element_;
  const Loaded loaded_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<stream::GraphRequest> next_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace melgraph::gst
