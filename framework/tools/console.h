#pragma once

#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "melgraph/diagnostics.h"
#include "melgraph/error.h"
#include "melgraph/log.h"

namespace melgraph::cli {

enum class LogFormat { text, json };

/// Messages for people on one stream (stderr), as text or as one JSON object a line, and beneath
/// them one status line. [thread-safe]
class Console {
 public:
  explicit Console(std::FILE* stream);

  void set_format(LogFormat format) { format_ = format; }
  /// Leave out what is below `level`.
  void set_level(LogLevel level) { level_ = level; }
  void set_colour(bool colour) { colour_ = colour; }
  LogFormat format() const noexcept { return format_; }
  LogLevel level() const noexcept { return level_; }

  /// Further parts of a message in JSON, such as the file that it is about.
  using Fields = std::vector<std::pair<std::string, std::string>>;

  void log(LogLevel level, std::string_view message, std::string_view hint = {},
           const Fields& fields = {});
  void info(std::string_view message) { log(LogLevel::info, message); }
  void warning(std::string_view message) { log(LogLevel::warning, message); }

  void report(const Diagnostic& diagnostic);
  /// Report an error with its hint; a `GraphError` with all its findings.
  void report(const Error& error);

  /// Show a status line until the next message; nothing is shown in JSON.
  void set_status(const std::string& line);
  void clear_status();

 private:
  void write(const std::string& text);
  void clear_status_unlocked();

  std::FILE* stream_;
  LogFormat format_ = LogFormat::text;
  LogLevel level_ = LogLevel::info;
  bool colour_ = false;
  bool status_shown_ = false;
  std::mutex mutex_;
};

}  // namespace melgraph::cli
