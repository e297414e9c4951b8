#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/audio_reader.h"
#include "melgraph/engine.h"
#include "run/inputs.h"
#include "run/sink_set.h"

namespace melgraph {

/// Something that happened to one input; comes from any thread, one call at a time.
struct FileEvent {
  enum class Kind { started, warning, finished, failed };
  Kind kind = Kind::started;
  std::size_t index = 0;
  std::string file;
  std::string message;       ///< of warnings and failures
  double audio_seconds = 0;  ///< of finished inputs
};

struct FileRunOptions {
  int decoders = 1;   ///< threads that decode and convert
  int in_flight = 8;  ///< inputs begun and not yet written, at most
  Decoder decoder = Decoder::automatic;
  const std::atomic<bool>* stop = nullptr;  ///< when it becomes true, begin nothing more
  std::function<void(const FileEvent&)> on_event;
  /// Each record, beside the sinks; for tables and standard output.
  std::function<void(std::size_t output, const Record&)> on_record;
  /// All items of one tapped edge for one input that ended well, in order, before the input's
  /// records. What it throws ends the run.
  std::function<void(std::size_t index, std::size_t output, std::vector<Result>&&)> on_tap;
};

struct FileRunSummary {
  std::size_t files = 0;  ///< written, failed ones too
  std::size_t failed = 0;
  std::size_t decodes = 0;  ///< inputs opened and decoded, one each
  double audio_seconds = 0;
  double wall_seconds = 0;
  double decode_seconds = 0;  ///< summed over decoder threads
  double write_seconds = 0;
  bool interrupted = false;
};

/// Run a graph over inputs; records reach the sinks in the order of the inputs. A failed input
/// gives one failed record to each sink and output. Throws what a sink throws, and what is wrong
/// with the graph's nodes themselves.
MELGRAPH_API FileRunSummary run_files(Engine& engine, const Graph& graph,
                                      const std::vector<InputItem>& inputs, SinkSet& sinks,
                                      const FileRunOptions& options);

}  // namespace melgraph
