#pragma once

#include <memory>

#include "melgraph/sink.h"

namespace melgraph::sinks {

/// Make `sink.csv`.
std::unique_ptr<Sink> make_csv_sink();

}  // namespace melgraph::sinks
