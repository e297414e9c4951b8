#include "graph/placeholders.h"

#include <cctype>
#include <utility>
#include <vector>

#include "core/suggest.h"
#include "melgraph/error.h"

namespace melgraph {

namespace {

bool is_name(const std::string& name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) return false;
  for (const unsigned char c : name) {
    if (!std::isalnum(c) && c != '_' && c != '-') return false;
  }
  return true;
}

}  // namespace

Placeholders::Placeholders(std::map<std::string, std::string> values, std::string file,
                           Missing missing)
    : values_(std::move(values)), file_(std::move(file)), missing_(std::move(missing)) {}

std::optional<FilledText> Placeholders::fill(const JsonValue& string, Diagnostics& diagnostics) {
  const std::string& source = string.as_string();
  const auto fail = [&](std::string message, std::string hint) {
    diagnostics.add({Severity::error, string.where(file_), string.pointer(), std::move(message),
                     std::move(hint)});
  };
  FilledText filled;
  bool ok = true;
  std::size_t i = 0;
  while (i < source.size()) {
    if (source.compare(i, 3, "$${") == 0) {
      filled.text += "${";
      i += 3;
      continue;
    }
    if (source.compare(i, 2, "${") != 0) {
      filled.text += source[i++];
      continue;
    }
    const std::size_t end = source.find('}', i);
    if (end == std::string::npos) {
      fail("placeholder without a closing brace", "write ${name:default|help}; $${ is a plain ${");
      return std::nullopt;
    }
    const std::string body = source.substr(i + 2, end - i - 2);
    const std::size_t bar = body.find('|');
    const std::string head = body.substr(0, bar);
    const std::string help = bar == std::string::npos ? "" : body.substr(bar + 1);
    const std::size_t colon = head.find(':');
    const std::string name = head.substr(0, colon);
    if (!is_name(name)) {
      fail("placeholder \"" + name + "\" is not a name",
           "a name has letters, digits, _ and -, and does not begin with a digit");
      ok = false;
    } else {
      seen_[name] = true;
      const auto given = values_.find(name);
      if (given != values_.end()) {
        filled.text += given->second;
        filled.from_user = true;
      } else if (colon != std::string::npos) {
        filled.text += head.substr(colon + 1);
      } else if (missing_) {
        missing_(name, help);
        ok = false;
      } else {
        fail("placeholder \"" + name + "\" has no value" + (help.empty() ? "" : ": " + help),
             "give it with --set " + name + "=VALUE");
        ok = false;
      }
    }
    filled.whole = i == 0 && end + 1 == source.size();
    i = end + 1;
  }
  if (!ok) return std::nullopt;
  return filled;
}

void Placeholders::check_all_used() const {
  std::vector<std::string> names;
  for (const auto& [name, used] : seen_) names.push_back(name);
  for (const auto& [name, value] : values_) {
    if (seen_.count(name) != 0) continue;
    const std::string near = suggest(name, names);
    std::string known;
    for (const std::string& n : names) known += (known.empty() ? "" : ", ") + n;
    throw Error(ErrorCode::usage, file_ + " has no placeholder \"" + name + "\"",
                !near.empty()   ? "did you mean \"" + near + "\"?"
                : names.empty() ? "it has no placeholders"
                                : "it has: " + known);
  }
}

}  // namespace melgraph
