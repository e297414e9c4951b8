#include "melgraph/diagnostics.h"

#include <utility>

namespace melgraph {

std::string to_string(const Diagnostic& d) {
  std::string text = d.where.file;
  if (d.where.line > 0) {
    text += ':' + std::to_string(d.where.line) + ':' + std::to_string(d.where.column);
  }
  if (!text.empty()) text += ": ";
  text += d.severity == Severity::error ? "error: " : "warning: ";
  text += d.message;
  if (!d.pointer.empty()) text += " (at " + d.pointer + ')';
  if (!d.hint.empty()) text += "\n  hint: " + d.hint;
  return text;
}

Diagnostics::Diagnostics() = default;
Diagnostics::~Diagnostics() = default;
Diagnostics::Diagnostics(const Diagnostics&) = default;
Diagnostics& Diagnostics::operator=(const Diagnostics&) = default;

void Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::error) ++errors_;
  all_.push_back(std::move(diagnostic));
}

std::string Diagnostics::to_text() const {
  std::string text;
  for (const Diagnostic& d : all_) text += to_string(d) + '\n';
  return text;
}

void Diagnostics::throw_if_errors() const {
  if (has_errors()) throw GraphError(*this);
}

namespace {

std::string summary(const Diagnostics& diagnostics) {
  for (const Diagnostic& d : diagnostics.all()) {
    if (d.severity != Severity::error) continue;
    std::string text = to_string(d);
    const std::size_t more = diagnostics.error_count() - 1;
    if (more > 0) text += "\n  and " + std::to_string(more) + " more";
    return text;
  }
  return "invalid graph";
}

}  // namespace

GraphError::GraphError(Diagnostics diagnostics)
    : Error(diagnostics.all().empty() ? ErrorCode::invalid_graph : diagnostics.all().front().code,
            summary(diagnostics)),
      diagnostics_(std::move(diagnostics)) {}

GraphError::~GraphError() = default;

}  // namespace melgraph
