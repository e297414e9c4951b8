#pragma once

#include <memory>

#include "melgraph/sink.h"

namespace melgraph::sinks {

/// Make `sink.json`.
std::unique_ptr<Sink> make_json_sink();

}  // namespace melgraph::sinks
