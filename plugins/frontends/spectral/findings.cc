#include "findings.h"

#include <cstdio>

namespace melgraph_frontends {

void Findings::param(const char* name, const std::string& message, const std::string& hint) {
  context_.report_param(name, message, hint);
  any_ = true;
}

void Findings::no_effect(const char* name, const std::string& where, const std::string& hint) {
  if (!given(name)) return;
  const std::string subject = name;
  param(name, subject + " has no effect " + where, hint + ", or leave " + subject + " out");
}

void Findings::audio(const std::string& message, const std::string& hint) {
  context_.report_input("audio", 0, message, hint);
  any_ = true;
}

std::string text(std::int64_t value) {
  return std::to_string(value);
}

std::string text(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.10g", value);
  return buffer;
}

}  // namespace melgraph_frontends
