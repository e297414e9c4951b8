#include "console.h"

#include <nlohmann/json.hpp>

#include "text_width.h"

namespace melgraph::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string to_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

const char* colour_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "\033[2m";
    case LogLevel::info: return "";
    case LogLevel::warning: return "\033[33m";
    case LogLevel::error: return "\033[31m";
  }
  return "";
}

/// Keep line ends, but let no name on its way through a message control the terminal.
std::string harmless(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t end = text.find('\n');
    out += printable(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Console::Console(std::FILE* stream) : stream_(stream) {}

void Console::write(const std::string& text) {
  const std::lock_guard<std::mutex> lock(mutex_);
  clear_status_unlocked();
  std::fwrite(text.data(), 1, text.size(), stream_);
  std::fflush(stream_);
}

void Console::log(LogLevel level, std::string_view message, std::string_view hint,
                  const Fields& fields) {
  if (level < level_) return;
  if (format_ == LogFormat::json) {
    Json json = {{"level", to_string(level)}, {"message", std::string(message)}};
    if (!hint.empty()) json["hint"] = std::string(hint);
    for (const auto& [key, value] : fields) json[key] = value;
    write(to_line(json));
    return;
  }
  std::string text;
  if (level != LogLevel::info) {
    const std::string word = std::string(to_string(level)) + ": ";
    text = colour_ ? colour_of(level) + word + "\033[0m" : word;
  }
  text += harmless(message) + '\n';
  if (!hint.empty()) text += "  hint: " + harmless(hint) + '\n';
  write(text);
}

void Console::report(const Diagnostic& diagnostic) {
  const bool is_error = diagnostic.severity == Severity::error;
  if ((is_error ? LogLevel::error : LogLevel::warning) < level_) return;
  if (format_ == LogFormat::text) {
    write(harmless(to_string(diagnostic)) + '\n');
    return;
  }
  Json json = {{"level", is_error ? "error" : "warning"}, {"file", diagnostic.where.file}};
  if (diagnostic.where.line > 0) {
    json["line"] = diagnostic.where.line;
    json["column"] = diagnostic.where.column;
  }
  json["pointer"] = diagnostic.pointer;
  json["message"] = diagnostic.message;
  if (!diagnostic.hint.empty()) json["hint"] = diagnostic.hint;
  json["code"] = to_string(diagnostic.code);
  write(to_line(json));
}

void Console::report(const Error& error) {
  const auto* graph_error = dynamic_cast<const GraphError*>(&error);
  if (graph_error != nullptr && !graph_error->diagnostics().all().empty()) {
    for (const Diagnostic& diagnostic : graph_error->diagnostics().all()) report(diagnostic);
    return;
  }
  log(LogLevel::error, error.what(), error.hint(), {{"code", to_string(error.code())}});
}

void Console::set_status(const std::string& line) {
  if (format_ == LogFormat::json) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string text = "\r\033[K" + line;
  std::fwrite(text.data(), 1, text.size(), stream_);
  std::fflush(stream_);
  status_shown_ = true;
}

void Console::clear_status() {
  const std::lock_guard<std::mutex> lock(mutex_);
  clear_status_unlocked();
  std::fflush(stream_);
}

void Console::clear_status_unlocked() {
  if (!status_shown_) return;
  std::fputs("\r\033[K", stream_);
  status_shown_ = false;
}

}  // namespace melgraph::cli
