#include "melgraph/plugin.h"

#include <memory>
#include <string>

#include "config.h"
#include "constants.h"
#include "contract.h"
#include "delta.h"
#include "pipeline.h"

namespace {

using melgraph::OpenContext;
using melgraph::ProcessContext;
using namespace melgraph_frontends;

template <Output output>
class Spectral final : public melgraph::Node {
 public:
  void open(OpenContext& context) override {
    const Config config = read_config(context.params(), output);
    const int rate = context.input("audio").sample_rate;
    const auto constants = context.shared<Constants>("constants", [&config, rate] {
      return std::make_shared<Constants>(make_constants(config, rate));
    });
    pipeline_ = std::make_unique<Pipeline>(config, constants, context.device());
  }

  void process(ProcessContext& context) override {
    context.set_output("features", pipeline_->run(context.input("audio")));
  }

 private:
  std::unique_ptr<Pipeline> pipeline_;
};

class Delta final : public melgraph::Node {
 public:
  void open(OpenContext& context) override {
    const melgraph::Params& params = context.params();
    const std::string& method = params.string("method");
    if (method == "kaldi") config_.method = DeltaMethod::kaldi;
    if (method == "savgol") config_.method = DeltaMethod::savgol;
    config_.width = params.integer("width");
    config_.order = params.integer("order");
    config_.interp = params.string("edge") == "interp";
    config_.keep_input = params.boolean("keep_input");
  }

  void process(ProcessContext& context) override {
    context.set_output("features", run_delta(context.input("features"), config_));
  }

 private:
  DeltaConfig config_;
};

}  // namespace

MELGRAPH_PLUGIN(registrar) {
  registrar.add<Spectral<Output::stft>>(describe_stft(), infer_stft);
  registrar.add<Spectral<Output::mel>>(describe_mel(), infer_mel);
  registrar.add<Spectral<Output::mfcc>>(describe_mfcc(), infer_mfcc);
  registrar.add<Delta>(describe_delta(), infer_delta);
}
