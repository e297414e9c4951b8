#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace melgraph::cli {

/// Writes the help of a command: each option with its value, its meaning and its default.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(34); }

  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string type = option->get_type_size() == 0 ? "" : option->get_type_name();
    return type.empty() ? "" : ' ' + type;
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    const std::string value = option->get_default_str();
    const bool has_default = option->get_type_size() != 0 && !value.empty() && value != "[]";
    return option->get_description() + (has_default ? " (default " + value + ')' : "");
  }
};

/// Accept one of a few words.
inline CLI::Validator one_of(std::vector<std::string> words) {
  return CLI::IsMember(std::move(words)).description("");
}

/// Accept a whole number from `low` to `high`.
inline CLI::Validator whole_number(int low, int high) {
  return CLI::Range(low, high).description("");
}

}  // namespace melgraph::cli
