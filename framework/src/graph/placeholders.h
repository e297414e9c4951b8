#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "config/json_value.h"
#include "melgraph/diagnostics.h"
#include "melgraph/export.h"

namespace melgraph {

/// Text of a JSON string after its placeholders were filled in.
struct FilledText {
  std::string text;
  bool whole = false;      ///< the string was one placeholder: `text` is a value of any type
  bool from_user = false;  ///< a value given with `--set` is part of it
};

/// Fills in `${name:default|help}`; `$${` stands for a plain `${`.
class MELGRAPH_API Placeholders {
 public:
  /// Is told of a placeholder without a value; by default that is reported where it stands.
  using Missing = std::function<void(const std::string& name, const std::string& help)>;

  Placeholders(std::map<std::string, std::string> values, std::string file, Missing missing = {});

  /// Fill in `string`; reports a malformed placeholder or one without a value, then returns none.
  std::optional<FilledText> fill(const JsonValue& string, Diagnostics& diagnostics);

  /// Throw `Error` of code `usage` where a value was given for a name no placeholder has.
  void check_all_used() const;

 private:
  std::map<std::string, std::string> values_;
  std::map<std::string, bool> seen_;
  std::string file_;
  Missing missing_;
};

}  // namespace melgraph
