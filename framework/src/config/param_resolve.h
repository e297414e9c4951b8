#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "melgraph/descriptor.h"
#include "melgraph/params.h"

namespace melgraph {

/// What is wrong with one parameter.
struct ParamFinding {
  std::string param;
  std::string message;
  std::string hint;
};

/// Describe the legal values of a parameter: `integer, 1..512, samples, default 400`.
MELGRAPH_API std::string describe_values(const ParamSpec& spec);

/// Check `value` against its declaration and bring it to the type that `Params` getters expect
/// (an integer given for a number becomes a number). Returns the fault, if any.
MELGRAPH_API std::optional<ParamFinding> check_value(const ParamSpec& spec, ParamValue& value);

/// Complete the parameters of a node: the descriptor's defaults, then its preset, then `given`.
///
/// Unknown names, missing required ones and illegal values go to `findings`; what is legal is set.
MELGRAPH_API Params complete_params(const Descriptor& descriptor,
                                    const std::vector<std::pair<std::string, ParamValue>>& given,
                                    std::vector<ParamFinding>& findings);

/// Return the names of all parameters, `preset` among them where the type has presets.
MELGRAPH_API std::vector<std::string> param_names(const Descriptor& descriptor);

}  // namespace melgraph
