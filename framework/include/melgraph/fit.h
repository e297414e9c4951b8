#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "melgraph/export.h"
#include "melgraph/params.h"
#include "melgraph/spec.h"
#include "melgraph/weights.h"

namespace melgraph {

/// A node of a graph that is to be fitted.
struct FitNode {
  Params params;                  ///< without the file that is to be made
  Labels labels;                  ///< class names of its parameter `labels`; null where none
  std::vector<PortSpec> members;  ///< of the edges at its one input port
};

struct FitSettings {
  std::optional<double> l2;  ///< weight of the penalty, where the node has one
};

/// What the members gave for items whose class is known.
struct FitItems {
  std::vector<std::vector<float>> members;  ///< one a member: [item, class], finite
  std::vector<std::int64_t> targets;        ///< [item], index into `classes`
  std::vector<double> weights;              ///< [item], how much each counts: above 0, sum 1
  std::vector<std::string> names;           ///< [item], for messages
  Labels classes;                           ///< of the targets
};

/// How well scores agree with the true classes.
struct FitScore {
  double loss = 0;      ///< mean of -ln(score of the true class), nats; may be infinite
  double accuracy = 0;  ///< share of the items whose best class (ties: the first) is the true one
};

struct FitResult {
  StateDict file;                  ///< what the parameter names afterwards
  std::vector<double> members;     ///< how much each member counts, see `members_text`
  std::string members_text;        ///< what `members` are, e.g. `weight`
  std::optional<FitScore> before;  ///< of members that count the same, where they can be averaged
  FitScore after;
  double gap = 0;  ///< what was minimised is at most this far above its least value
  std::size_t iterations = 0;
  bool converged = false;
};

/// Capability `melgraph.fit/1` of a node, opened or not: makes the file that one of its parameters
/// names. The host brings the members to one grid, reads the true classes and writes the file.
class MELGRAPH_API Fittable {
 public:
  virtual ~Fittable();
  Fittable(const Fittable&) = delete;
  Fittable& operator=(const Fittable&) = delete;

  /// Return the name of the parameter whose file is made.
  virtual std::string file_param() const = 0;
  /// Check what can be checked before anything runs, and return the classes that the result is to
  /// have; null: those that the items have, sorted. Throws `Error` of code `usage` or
  /// `invalid_graph`.
  virtual Labels check(const FitNode& node, const FitSettings& settings) const = 0;
  /// Fit. Deterministic; throws `Error` of code `usage` for items that it cannot be done with.
  virtual FitResult fit(const FitNode& node, const FitSettings& settings,
                        const FitItems& items) const = 0;

 protected:
  Fittable() = default;
};

inline constexpr char fittable_id[] = "melgraph.fit/1";

}  // namespace melgraph
