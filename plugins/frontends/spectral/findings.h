#pragma once

#include <cstdint>
#include <string>

#include "config.h"
#include "melgraph/contract.h"

namespace melgraph_frontends {

/// Counts what it passes on, so that all findings of a node are seen at once.
class Findings {
 public:
  explicit Findings(melgraph::InferContext& context) : context_(context) {}

  void param(const char* name, const std::string& message, const std::string& hint);
  /// Report that a parameter which the graph gives changes nothing.
  void no_effect(const char* name, const std::string& where, const std::string& hint);
  void audio(const std::string& message, const std::string& hint);

  const melgraph::Params& params() const { return context_.params(); }
  /// Return whether the graph itself gives a value other than null.
  bool given(const char* name) const { return params().given(name) && !params().is_null(name); }
  bool any() const { return any_; }

 private:
  melgraph::InferContext& context_;
  bool any_ = false;
};

/// Write a number for a message.
std::string text(std::int64_t value);
std::string text(double value);

/// Check the mel bank against the sound's rate, and the cepstrum against the bank.
void check_mel(Findings& findings, const Config& config, int sample_rate);
void check_cepstrum(Findings& findings, const Config& config);

}  // namespace melgraph_frontends
