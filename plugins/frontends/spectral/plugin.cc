#include "melgraph/plugin.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config.h"
#include "constants.h"
#include "contract.h"
#include "delta.h"
#include "device_front_end.h"
#include "melgraph/memory_traffic.h"
#include "melgraph/stage_runner.h"
#include "pipeline.h"

namespace {

using melgraph::OpenContext;
using melgraph::ProcessContext;
using namespace melgraph_frontends;

template <Output output>
class Spectral final : public melgraph::Node,
                       public melgraph::StageRunner,
                       public melgraph::MemoryTraffic {
 public:
  void open(OpenContext& context) override {
    const Config config = read_config(context.params(), output);
    const int rate = context.input("audio").sample_rate;
    const auto constants = context.shared<Constants>("constants", [&config, rate] {
      return std::make_shared<Constants>(make_constants(config, rate));
    });
    std::unique_ptr<fast::FrontEnd> fast;
    std::unique_ptr<DeviceFrontEnd> fused;
    const fast::Kernel* kernel = fast::choose_kernel();
    if (kernel != nullptr && fast::why_not_fast(config).empty()) {
      const auto plans = context.shared<fast::Plans>("fast", [&config, rate] {
        return std::make_shared<fast::Plans>(fast::make_plans(config, rate));
      });
      if (context.device().is_cpu()) {
        fast = std::make_unique<fast::FrontEnd>(config, *plans, *kernel);
      } else {
        fused = DeviceFrontEnd::make(config, *plans, context.device());
      }
    }
    if (!fast && !fused) {
      context.log(melgraph::LogLevel::info, "computed with LibTorch's operators");
    }
    pipeline_ = std::make_unique<Pipeline>(config, constants, context.device(), std::move(fast),
                                           std::move(fused));
  }

  void process(ProcessContext& context) override {
    const at::Tensor& audio = context.input("audio");
    std::vector<std::int64_t> overlaps;
    for (std::int64_t i = 0; i < audio.size(0); ++i) {
      overlaps.push_back(context.overlap("audio", i));
    }
    context.set_output("features", pipeline_->run(audio, overlaps));
  }

  void* capability(std::string_view id) override {
    if (id == melgraph::stage_runner_id) return static_cast<melgraph::StageRunner*>(this);
    if (id == melgraph::memory_traffic_id) return static_cast<melgraph::MemoryTraffic*>(this);
    return nullptr;
  }
  std::vector<std::string> stages() const override { return pipeline_->stages(); }
  void run_until(std::size_t last, const at::Tensor& input) override {
    pipeline_->run_until(last, input);
  }
  std::int64_t bytes_moved(const at::Tensor& input) const override {
    return pipeline_->bytes_moved(input);
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
