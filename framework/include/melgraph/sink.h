#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "melgraph/contract.h"
#include "melgraph/export.h"
#include "melgraph/output_file.h"

namespace melgraph {

/// One result, or one failure, on its way to a sink. Records come in the order of the inputs.
struct Record {
  std::string file;  ///< as given by the user; for a folder, joined with the relative path
  double start = 0;  ///< seconds
  double end = 0;    ///< seconds; counts real sound only
  Labels labels;     ///< null where unnamed: classes are then numbered
  /// One a class. Minus infinity means: not selected (`post.threshold`, `post.top_k`), leave out.
  std::vector<float> scores;
  bool failed = false;  ///< then `error` says why, and there are no scores, start and end
  std::string error;
};

/// Return the name of class `index` of `record`.
MELGRAPH_API std::string label_of(const Record& record, std::size_t index);

/// Return the indices of the selected classes, best first (ties: lower index first), at most
/// `top_k` of them; 0 means all.
MELGRAPH_API std::vector<std::size_t> ranking(const Record& record, std::size_t top_k);

/// What `Sink::open` sees. Lives as long as the sink.
class MELGRAPH_API SinkContext {
 public:
  virtual ~SinkContext();
  SinkContext(const SinkContext&) = delete;
  SinkContext& operator=(const SinkContext&) = delete;

  virtual const Params& params() const = 0;
  virtual const PortSpec& input() const = 0;
  /// Create the result file `path`, relative to the folder of results; it may not lead out of
  /// it. Throws `Error` of code `usage` where the file exists and may not be replaced.
  virtual std::unique_ptr<OutputFile> create(const std::string& path) = 0;
  /// Claim a folder for files that are created later; throws as `create` where it holds files.
  virtual void claim_folder(const std::string& path) = 0;

 protected:
  SinkContext() = default;
};

/// Write results somewhere. [one-thread-at-a-time]
///
/// Life cycle: construct -> open -> (consume | flush)* -> close -> destroy. `close` is also called
/// when a run is interrupted; if it never comes, what `flush` wrote stays valid.
class MELGRAPH_API Sink {
 public:
  virtual ~Sink();
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  virtual void open(SinkContext& context) = 0;
  virtual void consume(const Record& record) = 0;
  virtual void flush() = 0;
  virtual void close() = 0;
  virtual void* capability(std::string_view id);

 protected:
  Sink();
};

}  // namespace melgraph
