#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "melgraph/export.h"
#include "melgraph/params.h"
#include "melgraph/sink.h"
#include "melgraph/spec.h"

namespace melgraph {

/// One sink of a graph and what feeds it.
struct SinkSlot {
  std::string node;  ///< id, for messages
  std::unique_ptr<Sink> sink;
  Params params;
  PortSpec input;
  std::size_t output = 0;  ///< index of the graph's output whose records it takes
};

/// Runs the sinks of one run: gives them files below one folder and records to write.
///
/// A sink that throws gets no more calls; the call that met it throws `Error` (io) after the others
/// had their turn. [one-thread-at-a-time]
class MELGRAPH_API SinkSet {
 public:
  /// `overwrite` lets files of an earlier run be replaced.
  SinkSet(std::vector<SinkSlot> slots, std::filesystem::path folder, bool overwrite);
  /// Destroy the sinks; without `close()` their files stay as `.part`.
  ~SinkSet();
  SinkSet(const SinkSet&) = delete;
  SinkSet& operator=(const SinkSet&) = delete;

  /// Look at what the parameters `path` name and create nothing.
  ///
  /// Throws `Error` (usage) where results are there already, where two sinks want one file, or
  /// where a path is absolute or leads out of the folder.
  void check();
  /// Check, then open every sink; where one fails, no file is left behind.
  void open();
  /// Hand a record, a result or a failure, to the sinks of one output.
  void consume(std::size_t output, const Record& record);
  void flush();
  /// Close every sink that works.
  void close();

  /// Files made so far, as absolute or relative as the folder, in the order of their creation.
  const std::vector<std::filesystem::path>& files() const noexcept { return files_; }
  /// Seconds spent inside the sinks.
  double write_seconds() const noexcept { return write_seconds_; }

 private:
  class Context;
  struct OpenSink;
  struct Claim {
    std::string node;
    std::filesystem::path path;
    bool is_folder = false;
  };

  std::filesystem::path checked_path(const std::string& node, const std::string& path) const;
  void claim(const std::string& node, const std::filesystem::path& path, bool is_folder);
  void refuse_results(const std::vector<std::filesystem::path>& existing) const;
  template <class Call>
  void each(Call call);

  std::vector<std::unique_ptr<OpenSink>> sinks_;
  std::filesystem::path folder_;
  bool overwrite_;
  std::vector<Claim> claims_;
  std::vector<std::filesystem::path> files_;
  double write_seconds_ = 0;
};

}  // namespace melgraph
