#pragma once

#include <map>
#include <string>

#include "graph/graph.h"
#include "melgraph/descriptor.h"
#include "melgraph/export.h"

namespace melgraph {

/// What decides the numbers that a node gives: `type`, `semantic_version`, every parameter that
/// differs from its default (as `params.NAME`), and of the view behind it `view.sample_rate`,
/// `view.channels`, `view.resampler`, `view.window`; values as JSON. A node behind another node
/// carries the other's entries with `input.` before them.
using CanonicalForm = std::map<std::string, std::string>;

/// Return the canonical form of the features that `edge` carries.
MELGRAPH_API CanonicalForm canonical_form(const ResolvedGraph& graph, int edge);

/// Return the entries that a node alone decides: `type`, `semantic_version` and its parameters.
MELGRAPH_API CanonicalForm canonical_form(const Descriptor& descriptor, const Params& params);

/// Return the fingerprint of a canonical form: `sha256:` and 64 hexadecimal digits.
MELGRAPH_API std::string fingerprint(const CanonicalForm& form);

/// Name the first entry in which two forms differ, with both values; empty where none does.
std::string first_difference(const CanonicalForm& expected, const CanonicalForm& found);

}  // namespace melgraph
