#include "bench_frontends.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <thread>

#include "cores.h"
#include "io/npy.h"
#include "melgraph/error.h"
#include "melgraph/memory_traffic.h"
#include "melgraph/stage_runner.h"
#include "melgraph/testing/node_runner.h"
#include "melgraph/testing/signals.h"
#include "peer_process.h"
#include "run/resampler.h"
#include "temporary_folder.h"

namespace melgraph::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double own_seconds = 0.03;  // of calls in one round
constexpr double peer_seconds = 0.06;
constexpr int most_calls = 200;
constexpr const char* set_variable = "MELGRAPH_SIMD";
constexpr int resampled_rate = 16000;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

int calls_for(double seconds, double one) {
  return static_cast<int>(std::clamp(seconds / std::max(one, 1e-9), 2.0, double{most_calls}));
}

void take_least(double& least, double value) {
  if (least == 0 || value < least) least = value;
}

/// Least time of one of several calls, in seconds.
double least_call(const std::function<void()>& call, int calls) {
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < calls; ++i) {
    const auto begin = Clock::now();
    call();
    least = std::min(least, seconds_since(begin));
  }
  return least;
}

/// Sets an environment variable until its end.
class Variable {
 public:
  explicit Variable(const std::string& value) {
    if (const char* before = std::getenv(set_variable)) before_ = before;
    ::setenv(set_variable, value.c_str(), 1);
  }
  ~Variable() {
    if (before_) {
      ::setenv(set_variable, before_->c_str(), 1);
    } else {
      ::unsetenv(set_variable);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  std::optional<std::string> before_;
};

std::vector<float> make_sound(int rate) {
  const std::vector<double> mix =
      testing::mix(rate, static_cast<std::size_t>(rate) * bench_seconds);
  return {mix.begin(), mix.end()};
}

at::Tensor batch_of(const std::vector<float>& sound, std::int64_t items) {
  const at::Tensor one = at::tensor(at::ArrayRef<float>(sound)).view({1, 1, -1});
  return one.repeat({items, 1, 1});
}

/// Melgraph's computation of one case, opened once for one instruction set and device.
class OwnRunner {
 public:
  OwnRunner(const SpeedCase& given, Registry& registry, c10::Device device)
      : sound_(make_sound(given.sample_rate)), device_(device) {
    if (given.type.empty()) {
      resampler_ = make_resampler(given.name, given.sample_rate, resampled_rate);
      return;
    }
    const NodeType* type = registry.find(given.type);
    if (type == nullptr) {
      throw Error(ErrorCode::plugin, "there is no node type " + given.type + ": " +
                                         registry.rejection_for(given.type));
    }
    runner_ = std::make_unique<testing::NodeRunner>(*type);
    for (const auto& [name, value] : given.settings) runner_->set(name, value);
    runner_->connect("audio", testing::audio_spec(given.sample_rate, 1,
                                                  static_cast<std::int64_t>(sound_.size())));
    runner_->on(device).open();
  }

  /// Compute a batch, and wait for the device.
  at::Tensor run(std::int64_t items) {
    if (resampler_ != nullptr) {
      for (std::int64_t i = 0; i < items; ++i) resample();
      return {};
    }
    at::Tensor& input = items == 1 ? one_ : batch_;
    if (!input.defined() || input.size(0) != items) input = batch_of(sound_, items).to(device_);
    at::Tensor result = runner_->run(input);
    if (!device_.is_cpu()) {
      c10::impl::VirtualGuardImpl(device_.type()).synchronizeDevice(device_.index());
    }
    return result;
  }

  /// Compute one item and give its numbers.
  at::Tensor numbers() {
    const at::Tensor result = run(1);
    return resampler_ != nullptr ? at::tensor(at::ArrayRef<float>(resampled_))
                                 : result.cpu().contiguous().view({-1});
  }

  const std::vector<float>& sound() const { return sound_; }

  /// Return what tells the stages apart; null where nothing does.
  StageRunner* stages() {
    if (runner_ == nullptr) return nullptr;
    return static_cast<StageRunner*>(runner_->node().capability(stage_runner_id));
  }
  /// Return the bytes that one item moves; 0 where that is not known.
  std::int64_t bytes_moved() {
    auto* traffic = static_cast<MemoryTraffic*>(runner_->node().capability(memory_traffic_id));
    return traffic == nullptr ? 0 : traffic->bytes_moved(one());
  }
  const at::Tensor& one() {
    if (!one_.defined()) one_ = batch_of(sound_, 1).to(device_);
    return one_;
  }

 private:
  void resample() {
    resampled_.clear();
    resampler_->push(sound_.data(), sound_.size(), resampled_);
    resampler_->finish(resampled_);
  }

  std::vector<float> sound_;
  c10::Device device_;
  std::unique_ptr<testing::NodeRunner> runner_;
  std::unique_ptr<Resampler> resampler_;
  std::vector<float> resampled_;
  at::Tensor one_;
  at::Tensor batch_;
};

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  if (a.numel() != b.numel()) return std::numeric_limits<double>::infinity();
  const float* left = a.const_data_ptr<float>();
  const float* right = b.const_data_ptr<float>();
  double largest = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    const double difference =
        std::abs(static_cast<double>(left[i]) - static_cast<double>(right[i]));
    if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, difference);
  }
  return largest;
}

at::Tensor read_numbers(const std::string& path) {
  NpyFile file(path);
  std::vector<double> values(static_cast<std::size_t>(file.header().count));
  file.read(values);
  return at::tensor(at::ArrayRef<double>(values)).to(at::kFloat);
}

/// Waits for two threads, spinning: sleeping would cost more than a call.
class Meeting {
 public:
  void wait() {
    const int round = round_;
    if (++here_ == 2) {
      here_ = 0;
      ++round_;
      return;
    }
    while (round_ == round) std::this_thread::yield();
  }

 private:
  std::atomic<int> here_{0};
  std::atomic<int> round_{0};
};

/// Halve a batch between two cores, each with its own instance; least seconds a batch, from their
/// common start to the end of the later one.
double time_two_threads(OwnRunner& first, OwnRunner& second, const std::vector<int>& cores,
                        int calls) {
  Meeting meeting;
  double least = std::numeric_limits<double>::infinity();
  const auto work = [&](OwnRunner& runner, int core, bool watches) {
    pin_to_cores({core});
    at::set_num_threads(1);
    runner.run(bench_batch / 2);
    for (int i = 0; i < calls; ++i) {
      meeting.wait();
      const auto begin = Clock::now();
      runner.run(bench_batch / 2);
      meeting.wait();
      if (watches) least = std::min(least, seconds_since(begin));
    }
  };
  std::thread other([&] { work(second, cores[1], false); });
  std::thread watching([&] { work(first, cores[0], true); });
  other.join();
  watching.join();
  return least;
}

/// One thing to measure in every round: gives seconds an item.
struct Measurement {
  std::function<double()> measure;
  double* least = nullptr;  ///< milliseconds
};

class SpeedRun {
 public:
  SpeedRun(const SpeedPlan& plan, Registry& registry)
      : plan_(plan), registry_(registry), cores_(usable_cores()), pinned_({cores_.front()}) {
    at::set_num_threads(1);
    start_peers();
  }

  SpeedReport run() {
    report_.cases.resize(plan_.cases.size());
    for (std::size_t i = 0; i < plan_.cases.size(); ++i) {
      CaseSpeed& speed = report_.cases[i];
      speed.given = plan_.cases[i];
      measurements_.clear();
      runners_.clear();
      prepare(speed);
      for (int round = 0; round < plan_.rounds; ++round) {
        for (const Measurement& one : measurements_) take_least(*one.least, 1e3 * one.measure());
      }
      for (std::size_t k = speed.stages.size(); k-- > 1;) {
        speed.stages[k].second -= speed.stages[k - 1].second;
      }
      if (speed.two_threads > 0) {
        // Half a batch stays in the cache better than a whole one: that is no gain of the core.
        const double one_core = std::min(speed.half_batch, speed.own.front().time.batched);
        speed.second_core = one_core / speed.two_threads - 1;
      }
    }
    return std::move(report_);
  }

 private:
  void start_peers() {
    if (plan_.script.empty()) {
      report_.no_peers = "frontends_peer.py is not beside this program (see --peer)";
      return;
    }
    peers_ = std::make_unique<PeerProcess>(std::vector<std::string>{
        "env", "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", plan_.python, plan_.script});
    const nlohmann::json hello = peers_->read();
    if (!hello.contains("versions")) {
      report_.no_peers = plan_.python + ": " + hello.value("error", "no answer");
      peers_.reset();
      return;
    }
    for (const auto& [name, version] : hello["versions"].items()) {
      report_.versions.emplace_back(name, version.get<std::string>());
    }
  }

  OwnRunner& open(const SpeedCase& given, c10::Device device) {
    runners_.push_back(std::make_unique<OwnRunner>(given, registry_, device));
    return *runners_.back();
  }

  /// Measure an opened runner in every round, with one item and a batch.
  void add_own(OwnRunner& runner, std::int64_t single, std::int64_t batch, ItemTime& time) {
    for (const std::int64_t items : {single, batch}) {
      const auto call = [&runner, items] { runner.run(items); };
      call();
      const int calls = calls_for(own_seconds, least_call(call, 2));
      measurements_.push_back({[=] { return least_call(call, calls) / static_cast<double>(items); },
                               items == single ? &time.single : &time.batched});
      if (single == batch) break;
    }
  }

  void prepare(CaseSpeed& speed) {
    const SpeedCase& given = speed.given;
    at::Tensor numbers;
    prepare_own(speed, numbers);
    if (!numbers.defined()) return;
    prepare_cuda(speed, numbers);
    // The vectors are whole before the measurements point into them.
    for (const std::string& library : given.libraries)
      speed.peers.push_back({library, {}, {}, 0, {}});
    for (PeerSpeed& peer : speed.peers) add_peer(peer, given, "cpu", 1, bench_batch, numbers);
    if (!speed.cuda.problem.empty() || given.type.empty()) return;
    speed.cuda_peers.push_back({"torchaudio", {}, {}, 0, {}});
    add_peer(speed.cuda_peers.back(), given, "cuda", bench_cuda_batch, bench_cuda_batch, numbers);
  }

  void prepare_own(CaseSpeed& speed, at::Tensor& numbers) {
    const SpeedCase& given = speed.given;
    const std::vector<std::string> sets =
        given.type.empty() ? std::vector<std::string>{"cpu"}
                           : std::vector<std::string>{"avx512", "avx2", "baseline", "none"};
    std::vector<std::pair<OwnRunner*, OwnSpeed>> found;
    std::vector<OwnSpeed> missing;
    for (const std::string& set : sets) {
      OwnSpeed own;
      own.set = set;
      try {
        const Variable variable(set);
        OwnRunner& runner = open(given, c10::Device(c10::kCPU));
        const at::Tensor these = runner.numbers();
        if (!numbers.defined()) numbers = these;
        own.largest_difference = largest_difference(these, numbers);
        own.same_bits = at::equal(these, numbers);
        found.emplace_back(&runner, own);
      } catch (const Error& error) {
        if (error.code() == ErrorCode::plugin) throw;
        own.problem = error.what();  // such as: not an instruction set of this processor
        missing.push_back(own);
      }
    }
    // All of them before the measurements point into the vector.
    for (const auto& [runner, own] : found) speed.own.push_back(own);
    speed.own.insert(speed.own.end(), missing.begin(), missing.end());
    for (std::size_t i = 0; i < found.size(); ++i) {
      add_own(*found[i].first, 1, bench_batch, speed.own[i].time);
      speed.bytes_in = found[i].first->sound().size() * sizeof(float);
    }
    speed.bytes_out = numbers.defined() ? numbers.nbytes() : 0;
    if (!found.empty()) add_stages(*found.front().first, speed);
    if (!found.empty() && cores_.size() > 1 && !given.type.empty()) add_two_threads(speed);
  }

  /// The time up to each stage; what is reported are the differences.
  void add_stages(OwnRunner& runner, CaseSpeed& speed) {
    StageRunner* stages = runner.stages();
    if (stages == nullptr) return;
    for (const std::string& name : stages->stages()) speed.stages.emplace_back(name, 0.0);
    for (std::size_t i = 0; i < speed.stages.size(); ++i) {
      const auto call = [&runner, stages, i] { stages->run_until(i, runner.one()); };
      const int calls = calls_for(own_seconds, least_call(call, 2));
      measurements_.push_back({[=] { return least_call(call, calls); }, &speed.stages[i].second});
    }
  }

  void add_two_threads(CaseSpeed& speed) {
    const Variable variable(speed.own.front().set);
    OwnRunner& first = open(speed.given, c10::Device(c10::kCPU));
    OwnRunner& second = open(speed.given, c10::Device(c10::kCPU));
    const int calls = calls_for(4 * own_seconds, time_two_threads(first, second, cores_, 2));
    measurements_.push_back({[&first, calls] {
                               return least_call([&first] { first.run(bench_batch / 2); }, calls) /
                                      (bench_batch / 2);
                             },
                             &speed.half_batch});
    measurements_.push_back({[this, &first, &second, calls] {
                               return time_two_threads(first, second, cores_, calls) / bench_batch;
                             },
                             &speed.two_threads});
  }

  void prepare_cuda(CaseSpeed& speed, const at::Tensor& numbers) {
    speed.cuda.set = plan_.device.str();
    if (plan_.device.is_cpu()) {
      speed.cuda.problem = "no CUDA device is used";
    } else if (speed.given.type.empty()) {
      speed.cuda.problem = "resamplers run on the CPU";
    } else {
      try {
        OwnRunner& runner = open(speed.given, plan_.device);
        speed.cuda.largest_difference = largest_difference(runner.numbers(), numbers);
        speed.bytes_moved = runner.bytes_moved();
        add_own(runner, bench_cuda_batch, bench_cuda_batch, speed.cuda.time);
      } catch (const std::exception& error) {
        speed.cuda.problem = error.what();
      }
    }
  }

  void add_peer(PeerSpeed& peer, const SpeedCase& given, const std::string& device, int single,
                int batch, const at::Tensor& numbers) {
    if (peers_ == nullptr) {
      peer.problem = report_.no_peers;
      return;
    }
    const std::string sound = (folder_.path() / (given.name + ".npy")).string();
    const std::string output = (folder_.path() / (peer.library + ".out.npy")).string();
    const std::vector<float> samples = make_sound(given.sample_rate);
    write_npy(sound, {static_cast<std::int64_t>(samples.size())}, {samples});
    const nlohmann::json opened = peers_->ask({{"do", "open"},
                                               {"case", given.name},
                                               {"library", peer.library},
                                               {"device", device},
                                               {"sound", sound},
                                               {"output", output}});
    if (opened.contains("error")) {
      peer.problem = opened["error"].get<std::string>();
      return;
    }
    peer.largest_difference = largest_difference(read_numbers(output), numbers);
    peer.agrees = peer.largest_difference <= given.tolerance;
    for (const int items : {single, batch}) {
      const auto ask = [this, &peer, name = given.name, device, items](int calls) {
        const nlohmann::json answer = peers_->ask({{"do", "time"},
                                                   {"case", name},
                                                   {"library", peer.library},
                                                   {"device", device},
                                                   {"batch", items},
                                                   {"calls", calls}});
        if (!answer.contains("seconds")) {
          throw Error(ErrorCode::run_time,
                      peer.library + ": " + answer.value("error", "no answer"));
        }
        return answer["seconds"].get<double>();
      };
      const int calls = calls_for(peer_seconds, ask(1));
      measurements_.push_back({[ask, calls, items] { return ask(calls) / items; },
                               items == single ? &peer.time.single : &peer.time.batched});
      if (single == batch) break;
    }
  }

  const SpeedPlan& plan_;
  Registry& registry_;
  const std::vector<int> cores_;
  const Pinned pinned_;
  const TemporaryFolder folder_;
  std::unique_ptr<PeerProcess> peers_;
  std::vector<std::unique_ptr<OwnRunner>> runners_;
  std::vector<Measurement> measurements_;
  SpeedReport report_;
};

}  // namespace

double ItemTime::best() const noexcept {
  if (single == 0 || batched == 0) return std::max(single, batched);
  return std::min(single, batched);
}

double CaseSpeed::times(const PeerSpeed& peer) const {
  const double mine = own.empty() ? 0 : own.front().time.best();
  return mine > 0 ? peer.time.best() / mine : 0;
}

SpeedReport bench_frontends(const SpeedPlan& plan, Registry& registry) {
  return SpeedRun(plan, registry).run();
}

}  // namespace melgraph::cli
