#include "bench_models.h"

#include <ATen/Parallel.h>
#include <ATen/ops/rand.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "cores.h"
#include "melgraph/error.h"
#include "melgraph/testing/node_runner.h"
#include "peer_process.h"
#include "run/device.h"

namespace melgraph::cli {

namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

constexpr double seconds_a_round = 0.4;
constexpr int least_calls = 2;  // the first one finds its memory cold
constexpr int most_calls = 50;
PortSpec features_spec(const std::vector<std::int64_t>& input) {
  PortSpec spec;
  spec.kind = Kind::features;
  const bool patch = input.front() == 1;  // VGGish's axes
  spec.axes = {{"window"},
               {"channel", input[0]},
               {patch ? "time" : "mel", input[1]},
               {patch ? "mel" : "time", input[2]}};
  return spec;
}

/// Melgraph's computation of one network.
class OwnModel {
 public:
  OwnModel(const ModelSpeed& speed, Registry& registry, c10::Device device)
      : runner_(type_of(speed.given.type, registry)), device_(device) {
    runner_.set("init", "authors").connect("features", features_spec(speed.given.input));
    runner_.precision(speed.precision).on(device).open();
    std::vector<std::int64_t> shape{speed.batch};
    shape.insert(shape.end(), speed.given.input.begin(), speed.given.input.end());
    inputs_["features"] = {at::rand(shape).to(device)};
    run();  // what is decided once is decided here
  }

  double run() {
    const auto begin = Clock::now();
    runner_.process(inputs_);
    if (!device_.is_cpu()) {
      c10::impl::VirtualGuardImpl(device_.type()).synchronizeDevice(device_.index());
    }
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }

 private:
  static NodeType type_of(const std::string& id, Registry& registry) {
    const NodeType* type = registry.find(id);
    if (type != nullptr) return *type;
    throw Error(ErrorCode::plugin,
                "there is no node type " + id + ": " + registry.rejection_for(id));
  }

  testing::NodeRunner runner_;
  testing::Inputs inputs_;
  c10::Device device_;
};

int calls_for(double seconds) {
  return static_cast<int>(std::clamp(seconds_a_round / std::max(seconds, 1e-9), double{least_calls},
                                     double{most_calls}));
}

void take_least(double& least, double value) {
  if (least == 0 || value < least) least = value;
}

Json request_of(const ModelSpeed& speed, const std::string& runtime, const std::string& device) {
  return {{"network", speed.given.name},
          {"runtime", runtime},
          {"input", speed.given.input},
          {"batch", speed.batch},
          {"device", device},
          {"precision", to_string(speed.precision)}};
}

/// Measure one network, batch and precision.
void measure(ModelSpeed& speed, const ModelBenchPlan& plan, Registry& registry, c10::Device device,
             PeerProcess* peers) {
  std::unique_ptr<OwnModel> own;
  ModelTime mine{model_runtimes().front(), 0, ""};
  try {
    own = std::make_unique<OwnModel>(speed, registry, device);
  } catch (const Error& error) {
    mine.problem = error.what();
  }
  speed.times.push_back(mine);
  for (const std::string& runtime : model_runtimes()) {
    if (peers == nullptr) break;
    if (runtime == model_runtimes().front()) continue;
    Json request = request_of(speed, runtime, device.str());
    request["do"] = "open";
    const Json answer = peers->ask(request);
    speed.times.push_back({runtime, 0, answer.value("error", "")});
  }
  for (int round = 0; round < plan.rounds; ++round) {
    if (own != nullptr) {
      ModelTime& time = speed.times.front();
      const int calls = time.seconds > 0 ? calls_for(time.seconds) : least_calls;
      for (int i = 0; i < calls; ++i) take_least(time.seconds, own->run());
    }
    for (std::size_t i = 1; i < speed.times.size(); ++i) {
      ModelTime& time = speed.times[i];
      if (!time.problem.empty()) continue;
      Json request = request_of(speed, time.runtime, device.str());
      request["do"] = "time";
      request["calls"] = time.seconds > 0 ? calls_for(time.seconds) : least_calls;
      const Json answer = peers->ask(request);
      if (answer.contains("error")) {
        time.problem = answer["error"].get<std::string>();
      } else {
        take_least(time.seconds, answer["seconds"].get<double>());
      }
    }
  }
  if (peers != nullptr) peers->ask({{"do", "close"}});
}

}  // namespace

const std::vector<std::string>& model_runtimes() {
  static const std::vector<std::string> runtimes = {
      "melgraph", "torch", "torch-channels-last", "torch.compile", "onnxruntime", "openvino"};
  return runtimes;
}

std::vector<ModelCase> model_cases(const std::string& filter) {
  const std::vector<ModelCase> all = {{"resnet50", "model.resnet50", {3, 128, 250}},
                                      {"densenet201", "model.densenet201", {3, 128, 250}},
                                      {"inception_v3", "model.inception_v3", {3, 128, 250}},
                                      {"mobilenet_v2", "model.mobilenet_v2", {3, 128, 250}},
                                      {"vggish", "model.vggish", {1, 96, 64}}};
  std::vector<ModelCase> chosen;
  for (const ModelCase& one : all) {
    if (one.name.find(filter) != std::string::npos) chosen.push_back(one);
  }
  return chosen;
}

double ModelSpeed::best_eager() const {
  double least = 0;
  for (const ModelTime& time : times) {
    const bool eager = time.runtime == "torch" || time.runtime == "torch-channels-last";
    if (eager && time.problem.empty()) take_least(least, time.seconds);
  }
  return least;
}

ModelBenchReport bench_models(const ModelBenchPlan& plan, Registry& registry) {
  ModelBenchReport report;
  const c10::Device device = choose_device(plan.device);
  report.device = device.str();
  std::optional<Pinned> pinned;
  if (device.is_cpu()) pinned.emplace(std::vector<int>{usable_cores().front()});
  at::set_num_threads(1);
  std::unique_ptr<PeerProcess> peers;
  if (plan.script.empty()) {
    report.no_peers = "models_peer.py is not beside this program (see --peer)";
  } else {
    peers = std::make_unique<PeerProcess>(std::vector<std::string>{plan.python, plan.script});
    const Json hello = peers->read();
    if (hello.contains("error")) {
      report.no_peers = hello["error"].get<std::string>();
      peers.reset();
    } else {
      for (const auto& [name, version] : hello["versions"].items()) {
        report.versions.emplace_back(name, version.get<std::string>());
      }
    }
  }
  for (const ModelCase& given : plan.cases) {
    for (const Precision precision : plan.precisions) {
      for (const std::int64_t batch : plan.batches) {
        ModelSpeed speed{given, precision, batch, {}};
        measure(speed, plan, registry, device, peers.get());
        if (plan.tell) plan.tell(speed);
        report.speeds.push_back(std::move(speed));
      }
    }
  }
  return report;
}

}  // namespace melgraph::cli
