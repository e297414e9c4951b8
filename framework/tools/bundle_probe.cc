#include "bundle_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "graph/bundle_paths.h"
#include "io/audio_reader.h"
#include "melgraph/error.h"

namespace melgraph::cli {

namespace {

constexpr double max_seconds = 600;
constexpr std::size_t max_classes = 100000;
constexpr std::size_t block_frames = 65536;

std::size_t find_output(const Graph& graph, const std::string& name) {
  std::string names;
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    if (graph.outputs()[i].name == name) return i;
    names += (names.empty() ? "" : ", ") + graph.outputs()[i].name;
  }
  throw Error(ErrorCode::invalid_graph, "the graph has no output \"" + name + '"',
              "outputs: " + names);
}

/// Sums the items of one output.
class Collector {
 public:
  explicit Collector(std::size_t output) : output_(output) {}

  void add(const Result& result) {
    if (result.output != output_) return;
    if (result.values.size() > max_classes) {
      throw Error(
          ErrorCode::run_time,
          fmt::format("an item of {} numbers is too large to compare", result.values.size()),
          "name an output of scores");
    }
    if (items_ == 0) sums_.assign(result.values.size(), 0.0);
    if (result.values.size() != sums_.size()) {
      throw Error(ErrorCode::run_time, "the items of the output have different sizes",
                  "name an output of scores");
    }
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      if (!std::isfinite(result.values[i])) {
        throw Error(ErrorCode::run_time, fmt::format("number {} of the output is not finite", i),
                    "a probe needs an output without NaN, and without classes left out");
      }
      sums_[i] += static_cast<double>(result.values[i]);
    }
    ++items_;
  }

  ProbeScores scores(const PortSpec& spec) const {
    ProbeScores scores;
    scores.items = items_;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      const bool named = spec.labels != nullptr && spec.labels->size() == sums_.size();
      scores.labels.push_back(named ? (*spec.labels)[i] : std::to_string(i));
      scores.scores[scores.labels.back()] = sums_[i] / static_cast<double>(items_);
    }
    return scores;
  }

 private:
  std::size_t output_;
  std::size_t items_ = 0;
  std::vector<double> sums_;
};

}  // namespace

ProbeScores run_probe(Engine& engine, const Graph& graph, const std::string& audio,
                      const std::string& output) {
  Collector collector(find_output(graph, output));
  const PortSpec& spec = graph.outputs()[find_output(graph, output)].spec;
  const auto reader = open_audio(audio, Decoder::sndfile);
  SessionOptions options;
  options.sample_rate = reader->sample_rate();
  options.channels = reader->channels();
  const auto session = engine.open(graph, options);
  std::vector<float> block;
  Result result;
  double seconds = 0;
  while (const std::size_t frames = reader->read(block, block_frames)) {
    seconds += static_cast<double>(frames) / reader->sample_rate();
    if (seconds > max_seconds) {
      throw Error(ErrorCode::input, fmt::format("{} is longer than {} s", audio, max_seconds),
                  "a probe is a short sound");
    }
    session->push(block.data(), frames);
    while (session->poll(result)) collector.add(result);
  }
  session->drain();
  while (session->wait(result)) collector.add(result);
  ProbeScores scores = collector.scores(spec);
  if (scores.items == 0) {
    throw Error(ErrorCode::run_time, "the output \"" + output + "\" gave nothing for " + audio,
                "take another sound, or another output");
  }
  if (scores.scores.size() != scores.labels.size()) {
    throw Error(ErrorCode::run_time, "two classes of the output \"" + output + "\" have one name",
                "a probe names each class once");
  }
  return scores;
}

ProbeVerdict verify_probe(Engine& engine, const Graph& graph, const Bundle& bundle) {
  ProbeVerdict verdict;
  if (!bundle.probe) {
    verdict.faults.emplace_back("the bundle has no probe: its scores cannot be compared");
    return verdict;
  }
  const Bundle::Probe& probe = *bundle.probe;
  const std::filesystem::path audio = bundle.folder / probe.audio;
  if (bundle.files.count(probe.audio) == 0) {
    verdict.faults.push_back("the bundle gives no SHA-256 of its probe " + probe.audio);
  }
  if (!lies_inside(bundle.folder, audio)) {
    verdict.faults.push_back("the probe " + probe.audio +
                             " leads out of the bundle's folder by a symbolic link");
    return verdict;
  }
  ProbeScores found;
  try {
    found = run_probe(engine, graph, audio.string(), probe.output);
  } catch (const Error& error) {
    const ErrorCode code = error.code();
    if (code == ErrorCode::usage || code == ErrorCode::device || code == ErrorCode::plugin ||
        code == ErrorCode::cancelled) {
      throw;  // nothing that the bundle is to blame for
    }
    verdict.faults.push_back(std::string("the probe failed: ") + error.what());
    return verdict;
  }
  for (const auto& [label, expected] : probe.scores) {
    const auto score = found.scores.find(label);
    if (score == found.scores.end()) {
      verdict.faults.push_back(fmt::format("class \"{}\" of the probe is none of the output \"{}\"",
                                           label, probe.output));
      continue;
    }
    ScoreDifference difference{label, expected, score->second, std::abs(score->second - expected)};
    ++verdict.compared;
    if (verdict.largest.label.empty() || difference.difference > verdict.largest.difference) {
      verdict.largest = difference;
    }
    if (difference.difference <= probe.tolerance) continue;
    verdict.faults.push_back(fmt::format(
        "class \"{}\": expected {:.6g}, found {:.6g}, difference {:.3g} above the tolerance {:.6g}",
        label, expected, score->second, difference.difference, probe.tolerance));
    verdict.beyond.push_back(std::move(difference));
  }
  for (const std::string& label : found.labels) {
    if (probe.scores.count(label) == 0) {
      verdict.faults.push_back("the probe has no score of class \"" + label + '"');
    }
  }
  return verdict;
}

}  // namespace melgraph::cli
