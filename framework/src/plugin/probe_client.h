#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "melgraph/export.h"
#include "melgraph/log.h"
#include "plugin/plugin_file.h"

namespace melgraph {

class ProbeProcess;

struct ProbeClientOptions {
  std::filesystem::path program;  ///< `melgraph-probe`
  std::string stamp;              ///< the host's `LibraryOpener::stamp`; empty: do not compare
  std::chrono::milliseconds file_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds ready_timeout = std::chrono::seconds(60);  ///< it loads LibTorch first
  LogFunction log;
};

/// Opens plugin files in a process of its own, started anew after a file that ends it.
/// Not thread-safe.
class MELGRAPH_API ProbeClient final : public PluginProber {
 public:
  explicit ProbeClient(ProbeClientOptions options);
  ~ProbeClient() override;

  std::vector<ProbeVerdict> probe(const std::vector<std::filesystem::path>& paths) override;

  /// Count the processes started so far.
  int starts() const noexcept { return starts_; }

 private:
  /// Start a process and wait until it is ready; empty, or why there is none.
  std::string start();
  ProbeVerdict ask(const std::filesystem::path& path);

  ProbeClientOptions options_;
  std::unique_ptr<ProbeProcess> process_;
  int starts_ = 0;
};

}  // namespace melgraph
