#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "melgraph/engine.h"

namespace melgraph::testing {

/// Closes and opens the nodes of type `test.valve`: while it is closed, `process` waits inside.
/// There is one, for all of them.
void close_valve();
void open_valve();
/// Wait until a node stands inside the closed valve.
void wait_for_valve();

/// Opens the valve at the end, also where a test fails: else the engine's workers never come out.
class ClosedValve {
 public:
  ClosedValve() { close_valve(); }
  ~ClosedValve() { open_valve(); }
  ClosedValve(const ClosedValve&) = delete;
  ClosedValve& operator=(const ClosedValve&) = delete;
};

/// Add two types to an engine that was not asked for any yet: `test.valve` gives the mean of an
/// audio window as value, once the valve is open; `test.scores` gives scores of two classes, mean
/// and largest absolute value.
void add_test_types(Engine& engine);

/// Make sound at 1000 Hz in which window i of `length` samples has nothing but `first` + i.
std::vector<float> steps(std::size_t windows, std::size_t length = 100, float first = 0);

/// Return the results of one output, by its name.
std::vector<Result> of_output(const Graph& graph, const std::vector<Result>& results,
                              const std::string& name);
/// Wait for all results that are left.
std::vector<Result> rest_of(Session& session);

}  // namespace melgraph::testing
