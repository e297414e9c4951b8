#pragma once

#include <memory>

#include "melgraph/sink.h"

namespace melgraph::sinks {

/// Make `sink.labels`.
std::unique_ptr<Sink> make_labels_sink();

}  // namespace melgraph::sinks
