#include "plugin/probe_client.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

#include "melgraph/error.h"
#include "plugin/probe_process.h"
#include "plugin/probe_protocol.h"

namespace melgraph {

namespace {

using Clock = std::chrono::steady_clock;

/// How long a process may take from closing its socket to its end, while the kernel writes a core.
constexpr std::chrono::seconds end_grace{5};

/// What c10 writes when it is loaded a second time, before it ends the process.
constexpr const char* second_libtorch_mark = "Key already registered";

std::string seconds_text(std::chrono::milliseconds time) {
  std::ostringstream text;
  text << std::chrono::duration<double>(time).count() << " s";
  return text.str();
}

std::string with_output(std::string reason, const std::string& output) {
  return output.empty() ? reason : std::move(reason) + "; it wrote: " + output;
}

ProbeVerdict dead(std::string reason) {
  ProbeVerdict verdict;
  verdict.reason = std::move(reason);
  verdict.may_change = true;
  return verdict;
}

}  // namespace

ProbeClient::ProbeClient(ProbeClientOptions options) : options_(std::move(options)) {}
ProbeClient::~ProbeClient() = default;

std::string ProbeClient::start() {
  try {
    process_ = std::make_unique<ProbeProcess>(options_.program);
  } catch (const Error& error) {
    return error.what();
  }
  ++starts_;
  const std::string name = "the plugin probe " + options_.program.string() + " ";
  std::string line;
  const auto outcome = process_->read_line(line, Clock::now() + options_.ready_timeout);
  std::string problem;
  if (outcome == ProbeProcess::Outcome::timeout) {
    problem = with_output(name + "was not ready within " + seconds_text(options_.ready_timeout),
                          process_->stderr_tail());
  } else if (outcome == ProbeProcess::Outcome::ended) {
    const std::string end = process_->wait_end(Clock::now() + end_grace);
    problem = with_output(name + end, process_->stderr_tail());
  } else {
    const std::optional<std::string> stamp = parse_probe_ready(line);
    if (!stamp) {
      problem = name + "speaks another language: install Melgraph again";
    } else if (!options_.stamp.empty() && *stamp != options_.stamp) {
      problem = name + "belongs to another build (" + *stamp + "; this is " + options_.stamp +
                "): install Melgraph again";
    }
  }
  if (!problem.empty()) process_.reset();
  return problem;
}

ProbeVerdict ProbeClient::ask(const std::filesystem::path& path) {
  process_->forget_stderr();
  std::string line;
  // Where the process is gone already, reading says so.
  process_->send(probe_request(path.native()));
  const auto outcome = process_->read_line(line, Clock::now() + options_.file_timeout);
  if (outcome == ProbeProcess::Outcome::line) {
    if (std::optional<ProbeVerdict> verdict = parse_probe_answer(line)) return *verdict;
    process_.reset();
    return dead("wrote into the probe's answers when loaded");
  }
  std::string reason;
  if (outcome == ProbeProcess::Outcome::timeout) {
    reason = "did not answer within " + seconds_text(options_.file_timeout) + " when loaded";
  } else {
    // "crashed (signal 11, ...)" reads better with the occasion before the details.
    reason = process_->wait_end(Clock::now() + end_grace);
    reason.insert(std::min(reason.find(" ("), reason.size()), " when loaded");
  }
  const std::string output = process_->stderr_tail();
  reason = with_output(std::move(reason), output);
  if (output.find(second_libtorch_mark) != std::string::npos) {
    reason += "; it may bring a second LibTorch: rebuild it with find_package(melgraph)";
  }
  process_.reset();
  return dead(std::move(reason));
}

std::vector<ProbeVerdict> ProbeClient::probe(const std::vector<std::filesystem::path>& paths) {
  std::vector<ProbeVerdict> verdicts;
  std::string problem;
  for (const std::filesystem::path& path : paths) {
    if (!process_ && problem.empty()) problem = start();
    if (problem.empty()) {
      verdicts.push_back(ask(path));
      continue;
    }
    ProbeVerdict& verdict = verdicts.emplace_back();
    verdict.unavailable = true;
    verdict.reason = "not examined: " + problem;
  }
  process_.reset();
  return verdicts;
}

}  // namespace melgraph
