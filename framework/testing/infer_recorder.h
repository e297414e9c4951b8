#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "melgraph/contract.h"
#include "melgraph/testing/node_runner.h"

namespace melgraph::testing {

using Edges = std::map<std::string, std::vector<PortSpec>, std::less<>>;

/// The `InferContext` of a node that stands alone: records what `infer` says.
class InferRecorder final : public InferContext {
 public:
  InferRecorder(const Descriptor& descriptor, const Edges& edges);

  /// Report missing, unknown, superfluous edges and those of a wrong kind or wrong axes.
  void check_wiring();
  /// Report outputs without a spec, and specs without an item axis.
  void check_outputs();
  void set_params(Params params);
  const std::vector<Finding>& findings() const noexcept { return findings_; }
  /// Throws `Error` (usage) where `infer` set no such output.
  bool has_output(std::string_view port) const;
  const PortSpec& output(std::string_view port) const;

  const Params& params() const override { return params_; }
  std::size_t input_count(std::string_view port) const override;
  const PortSpec& input(std::string_view port, std::size_t index) const override;
  void set_output(std::string_view port, PortSpec spec) override;
  const WeightsHeader* weights(std::string_view param) override;
  Labels labels(std::string_view param, std::string_view weights_param) override;
  void report(std::string message, std::string hint) override;
  void report_param(std::string_view param, std::string message, std::string hint) override;
  void report_input(std::string_view port, std::size_t index, std::string message,
                    std::string hint) override;

 private:
  const Descriptor& descriptor_;
  const Edges& edges_;
  Params params_;
  std::map<std::string, PortSpec, std::less<>> outputs_;
  std::map<std::string, std::unique_ptr<WeightsHeader>, std::less<>> headers_;
  std::vector<Finding> findings_;
};

}  // namespace melgraph::testing
