#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/pickle_reader.h"

namespace melgraph {

/// Find the meaning of a name of Python in a pickle; none where it is not one of the allowed.
std::optional<PickleGlobal> find_pickle_global(std::string_view module,
                                               std::string_view name) noexcept;

/// Say why a name that is not allowed is refused, in words for a message.
std::string explain_refused_global(std::string_view module, std::string_view name);

}  // namespace melgraph
