#include <fmt/format.h>

#include <cmath>
#include <string>

#include "bench_frontends.h"
#include "json_text.h"
#include "melgraph/version.h"

namespace melgraph::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string time_text(const ItemTime& time) {
  return fmt::format("{:9.4f} ms {:9.4f} ms", time.single, time.batched);
}

double times_real_time(const ItemTime& time) {
  return time.best() > 0 ? 1e3 * bench_seconds / time.best() : 0;
}

std::string own_text(const OwnSpeed& own, bool is_first) {
  if (!own.problem.empty()) return fmt::format("  Melgraph {:<12}{}\n", own.set, own.problem);
  std::string text = fmt::format("  Melgraph {:<12}{} {:9.0f} x real time", own.set,
                                 time_text(own.time), times_real_time(own.time));
  if (!is_first) {
    text += own.same_bits ? "   same bits"
                          : fmt::format("   differs by {:.2g}", own.largest_difference);
  }
  return text + '\n';
}

std::string peer_text(const CaseSpeed& speed, const PeerSpeed& peer) {
  if (!peer.problem.empty()) return fmt::format("  {:<21}{}\n", peer.library, peer.problem);
  return fmt::format(
      "  {:<21}{} {:9.0f} x real time   Melgraph is {:.1f} x as fast; differs by "
      "{:.2g}{}\n",
      peer.library, time_text(peer.time), times_real_time(peer.time), speed.times(peer),
      peer.largest_difference,
      peer.agrees ? "" : fmt::format(", MORE THAN {:g}", speed.given.tolerance));
}

std::string stages_text(const CaseSpeed& speed) {
  std::string text = "  stages, ms an item:";
  for (const auto& [name, milliseconds] : speed.stages) {
    text += fmt::format(" {} {:.4f}", name, milliseconds);
  }
  return text + '\n';
}

std::string cuda_text(const CaseSpeed& speed) {
  const ItemTime& mine = speed.cuda.time;
  const auto bytes_text = [&mine](const char* what, double bytes) {
    const double rate = mine.single > 0 ? bytes / mine.single / 1e6 : 0;
    return fmt::format("{:.2f} MB {}, {:.0f} GB/s", bytes / 1e6, what, rate);
  };
  std::string text =
      fmt::format("  Melgraph {:<12}{:9.4f} ms an item of {}; at least {}", speed.cuda.set,
                  mine.single, bench_cuda_batch,
                  bytes_text("in and out", static_cast<double>(speed.bytes_in + speed.bytes_out)));
  if (speed.bytes_moved > 0) {
    text += "; " + bytes_text("moved", static_cast<double>(speed.bytes_moved));
  }
  text += '\n';
  for (const PeerSpeed& peer : speed.cuda_peers) {
    const std::string name = peer.library + " cuda";
    text += peer.problem.empty()
                ? fmt::format("  {:<21}{:9.4f} ms   Melgraph is {:.1f} x as fast\n", name,
                              peer.time.single, peer.time.single / mine.single)
                : fmt::format("  {:<21}{}\n", name, peer.problem);
  }
  return text;
}

/// JSON has no infinity: null stands for what is not comparable.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json time_json(const ItemTime& time) {
  return {{"ms", time.best()},
          {"ms_single", time.single},
          {"ms_batched", time.batched},
          {"times_real_time", times_real_time(time)}};
}

Json own_json(const OwnSpeed& own) {
  Json json = {{"set", own.set}};
  if (!own.problem.empty()) {
    json["unavailable"] = own.problem;
    return json;
  }
  json.update(time_json(own.time));
  json["same_bits"] = own.same_bits;
  json["largest_difference"] = number(own.largest_difference);
  return json;
}

Json peer_json(const PeerSpeed& peer, double times) {
  Json json = {{"library", peer.library}};
  if (!peer.problem.empty()) {
    json["unavailable"] = peer.problem;
    return json;
  }
  json.update(time_json(peer.time));
  json["times"] = times;
  json["largest_difference"] = number(peer.largest_difference);
  json["agrees"] = peer.agrees;
  return json;
}

Json case_json(const CaseSpeed& speed) {
  Json json = {{"name", speed.given.name},
               {"what", speed.given.what},
               {"sample_rate", speed.given.sample_rate},
               {"tolerance", speed.given.tolerance},
               {"melgraph", Json::array()},
               {"peers", Json::array()}};
  for (const OwnSpeed& own : speed.own) json["melgraph"].push_back(own_json(own));
  if (!speed.stages.empty()) {
    Json stages = Json::object();
    for (const auto& [name, milliseconds] : speed.stages) stages[name] = milliseconds;
    json["stages_ms"] = std::move(stages);
  }
  if (speed.two_threads > 0) {
    json["two_threads"] = {{"ms", speed.two_threads},
                           {"ms_half_batch_on_one", speed.half_batch},
                           {"second_core_adds", speed.second_core}};
  }
  for (const PeerSpeed& peer : speed.peers) {
    json["peers"].push_back(peer_json(peer, speed.times(peer)));
  }
  if (speed.cuda.problem.empty()) {
    Json cuda = {{"device", speed.cuda.set},
                 {"batch", bench_cuda_batch},
                 {"ms", speed.cuda.time.single},
                 {"bytes_in", speed.bytes_in},
                 {"bytes_out", speed.bytes_out},
                 {"bytes_moved", speed.bytes_moved > 0 ? Json(speed.bytes_moved) : Json(nullptr)},
                 {"largest_difference", number(speed.cuda.largest_difference)},
                 {"peers", Json::array()}};
    for (const PeerSpeed& peer : speed.cuda_peers) {
      cuda["peers"].push_back(peer_json(peer, peer.time.single / speed.cuda.time.single));
    }
    json["cuda"] = std::move(cuda);
  }
  return json;
}

}  // namespace

std::string speed_text(const SpeedReport& report, int rounds) {
  std::string text = fmt::format(
      "{} s of sound, one thread; least time an item of {} rounds: alone, and in a batch of {}\n",
      bench_seconds, rounds, bench_batch);
  for (const CaseSpeed& speed : report.cases) {
    text += speed.given.what + '\n';
    for (const OwnSpeed& own : speed.own) text += own_text(own, &own == &speed.own.front());
    if (!speed.stages.empty()) text += stages_text(speed);
    if (speed.two_threads > 0) {
      text += fmt::format(
          "  two cores                          {:9.4f} ms the second core adds {:.2f}\n",
          speed.two_threads, speed.second_core);
    }
    if (report.no_peers.empty()) {
      for (const PeerSpeed& peer : speed.peers) text += peer_text(speed, peer);
    }
    if (speed.cuda.problem.empty()) text += cuda_text(speed);
  }
  if (!report.no_peers.empty()) return text + "no peers: " + report.no_peers + '\n';
  text += "peers:";
  for (const auto& [name, version] : report.versions) text += ' ' + name + ' ' + version;
  return text + '\n';
}

std::string speed_json(const SpeedReport& report, int rounds) {
  Json json = {{"schema", "melgraph.bench.frontends/1"},
               {"melgraph", MELGRAPH_VERSION},
               {"seconds_of_sound", bench_seconds},
               {"batch", bench_batch},
               {"rounds", rounds},
               {"cases", Json::array()}};
  for (const CaseSpeed& speed : report.cases) json["cases"].push_back(case_json(speed));
  if (!report.no_peers.empty()) {
    json["peers"] = {{"unavailable", report.no_peers}};
  } else {
    json["peers"] = Json::object();
    for (const auto& [name, version] : report.versions) json["peers"][name] = version;
  }
  return json_text(json);
}

}  // namespace melgraph::cli
