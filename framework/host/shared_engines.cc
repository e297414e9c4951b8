#include "shared_engines.h"

#include <cstdio>
#include <iterator>

#include "core/install_paths.h"
#include "core/sha256.h"
#include "graph/installed.h"

namespace melgraph::host {

namespace fs = std::filesystem;

namespace {

/// Lengths keep texts apart whatever is in them.
void add(std::string& key, const std::string& text) {
  key += std::to_string(text.size()) + ':' + text;
}

/// Numbers of the same bits are the same.
void add(std::string& key, double number) {
  char text[40];
  std::snprintf(text, sizeof text, "%a,", number);
  key += text;
}

/// Return where relative paths of the user lead, for the working directory may change.
std::string here(const fs::path& folder) {
  return (folder.empty() ? fs::current_path() : fs::absolute(folder)).lexically_normal().string();
}

std::string content_of(const fs::path& file) {
  try {
    return sha256_file(file.string());
  } catch (const Error&) {
    return {};  // loading it says what is wrong
  }
}

/// Return a text that is the same for equal requests. The content of a graph's file is part of it,
/// so that a graph that was edited is loaded anew.
std::string key_of(const EngineRequest& request) {
  std::string key;
  if (request.graph.empty()) {
    add(key, "text");
    add(key, request.text);
    add(key, here(request.folder));
  } else {
    const fs::path file = fs::absolute(find_graph_file(request.graph, graph_folders()));
    add(key, "file");
    add(key, file.lexically_normal().string());
    add(key, content_of(file));
  }
  add(key, static_cast<double>(request.graph_options.set.size()));
  for (const auto& [name, value] : request.graph_options.set) {
    add(key, name);
    add(key, value);
  }
  add(key, here(request.graph_options.set_base));
  const EngineOptions& options = request.options;
  add(key, options.device);
  add(key, to_string(options.precision));
  for (const double number :
       {request.graph_options.window, options.max_delay, static_cast<double>(options.max_batch),
        static_cast<double>(options.jobs), options.trust_code ? 1.0 : 0.0}) {
    add(key, number);
  }
  add(key, request.group);
  return key;
}

Graph load(Engine& engine, const EngineRequest& request) {
  if (!request.graph.empty()) return engine.load(request.graph, request.graph_options);
  return engine.load_text(request.text, "graph", request.folder, request.graph_options);
}

}  // namespace

SharedEngine::SharedEngine(const EngineRequest& request)
    : engine(request.options), graph(load(engine, request)) {
  engine.prepare(graph);
}

std::shared_ptr<SharedEngines::Entry> SharedEngines::entry_of(const std::string& key) {
  const std::lock_guard lock(mutex_);
  for (auto it = entries_.begin(); it != entries_.end();) {
    const bool unused = it->second.use_count() == 1 && it->second->engine.expired();
    it = unused ? entries_.erase(it) : std::next(it);
  }
  auto& entry = entries_[key];
  if (entry == nullptr) entry = std::make_shared<Entry>();
  return entry;
}

std::shared_ptr<SharedEngine> SharedEngines::open(const EngineRequest& request) {
  const std::shared_ptr<Entry> entry = entry_of(key_of(request));
  const std::lock_guard lock(entry->loading);
  std::shared_ptr<SharedEngine> engine = entry->engine.lock();
  if (engine == nullptr) {
    engine = std::make_shared<SharedEngine>(request);
    entry->engine = engine;
  }
  return engine;
}

}  // namespace melgraph::host
