#pragma once

#include <string>
#include <vector>

#include "melgraph/error.h"
#include "melgraph/export.h"

namespace melgraph {

/// Place in a text file; line and column count from 1, columns in bytes; 0 where unknown.
struct SourceLocation {
  std::string file;
  int line = 0;
  int column = 0;
};

enum class Severity { error, warning };

/// One finding of a validation.
struct Diagnostic {
  Severity severity = Severity::error;
  SourceLocation where;
  std::string pointer;  ///< JSON Pointer (RFC 6901) of the value meant; empty for the whole file
  std::string message;  ///< what is wrong, what was expected and what was found
  std::string hint;     ///< what to do; may be empty
  ErrorCode code = ErrorCode::invalid_graph;
};

/// Write `FILE:LINE:COLUMN: error: MESSAGE (at /pointer)` and, where there is one, an indented
/// `hint:` line; no newline at the end.
MELGRAPH_API std::string to_string(const Diagnostic& diagnostic);

/// Collects the findings of a validation, so that a user sees all errors of a phase at once.
class MELGRAPH_API Diagnostics {
 public:
  Diagnostics();
  ~Diagnostics();
  Diagnostics(const Diagnostics&);
  Diagnostics& operator=(const Diagnostics&);

  void add(Diagnostic diagnostic);
  const std::vector<Diagnostic>& all() const noexcept { return all_; }
  bool has_errors() const noexcept { return errors_ != 0; }
  std::size_t error_count() const noexcept { return errors_; }

  /// Write every finding, one after the other, each ended by a newline.
  std::string to_text() const;

  /// Throw `GraphError` with all findings where at least one is an error.
  void throw_if_errors() const;

 private:
  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0;
};

/// A graph, bundle or weights file that did not validate; carries every finding.
class MELGRAPH_API GraphError : public Error {
 public:
  explicit GraphError(Diagnostics diagnostics);
  GraphError(const GraphError&) = default;
  GraphError& operator=(const GraphError&) = default;
  ~GraphError() override;

  const Diagnostics& diagnostics() const noexcept { return diagnostics_; }

 private:
  Diagnostics diagnostics_;
};

}  // namespace melgraph
