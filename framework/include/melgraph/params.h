#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// Value of a parameter. `std::monostate` is JSON's null. Files are strings: absolute paths once
/// a graph is loaded.
using ParamValue = std::variant<std::monostate, bool, std::int64_t, double, std::string,
                                std::vector<std::int64_t>, std::vector<double>,
                                std::vector<std::string>>;

/// Write a value as JSON.
MELGRAPH_API std::string to_json(const ParamValue& value);

/// Parameters of one node, complete: defaults, then the preset, then what the graph gives.
///
/// Getters ask for exactly the type the descriptor declares (an integer parameter is read with
/// `integer`, a number with `number`); anything else throws `Error` of code `internal`, because
/// the host has validated the graph before.
class MELGRAPH_API Params {
 public:
  Params();
  ~Params();
  Params(const Params&);
  Params(Params&&) noexcept;
  Params& operator=(const Params&);
  Params& operator=(Params&&) noexcept;

  bool is_null(std::string_view name) const;  ///< also true where there is no such parameter
  bool boolean(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  const std::string& string(std::string_view name) const;
  const std::vector<std::int64_t>& integers(std::string_view name) const;
  const std::vector<double>& numbers(std::string_view name) const;
  const std::vector<std::string>& strings(std::string_view name) const;

  /// Return whether the graph itself gives this parameter (not a default or a preset).
  bool given(std::string_view name) const;

  /// Return the value, or null where there is no such parameter.
  const ParamValue* find(std::string_view name) const;
  const std::map<std::string, ParamValue, std::less<>>& all() const noexcept { return values_; }
  void set(std::string name, ParamValue value, bool given = false);

 private:
  std::map<std::string, ParamValue, std::less<>> values_;
  std::set<std::string, std::less<>> given_;
};

}  // namespace melgraph
