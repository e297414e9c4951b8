#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "melgraph/engine.h"

namespace melgraph::host {

/// What decides which engine and graph a host gets; equal requests share both.
struct EngineRequest {
  std::string graph;  ///< file, bundle folder or installed name; empty: `text`
  std::string text;
  std::filesystem::path folder;  ///< of relative paths in `text`
  GraphOptions graph_options;
  EngineOptions options;
  std::string group;
};

/// An engine with one graph, prepared on its device.
struct SharedEngine {
  explicit SharedEngine(const EngineRequest& request);

  Engine engine;
  Graph graph;
};

/// Finds the engine of a request while somebody holds it, and makes it otherwise. [thread-safe]
class SharedEngines {
 public:
  /// Throws what loading throws; then the next request loads anew. Who waits for an engine that
  /// another thread loads does not keep those waiting who ask for other engines.
  std::shared_ptr<SharedEngine> open(const EngineRequest& request);

 private:
  struct Entry {
    std::mutex loading;
    std::weak_ptr<SharedEngine> engine;
  };

  std::shared_ptr<Entry> entry_of(const std::string& key);

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
};

}  // namespace melgraph::host
