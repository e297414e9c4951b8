#include "bundle_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <system_error>
#include <utility>

#include "bundle_graph.h"
#include "bundle_probe.h"
#include "core/file.h"
#include "core/sha256.h"
#include "graph/bundle.h"
#include "graph/graph.h"
#include "json_text.h"
#include "melgraph/error.h"
#include "melgraph/output_file.h"

namespace melgraph::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t max_metrics_file = 1u << 20;

/// A new folder beside `target`, which takes its place once all is well; else it is removed.
class SiblingFolder {
 public:
  explicit SiblingFolder(fs::path target) : target_(std::move(target)) {
    path_ = free_name("part");
    fs::create_directories(path_);
  }
  ~SiblingFolder() {
    std::error_code ignored;
    if (!done_) fs::remove_all(path_, ignored);
  }
  SiblingFolder(const SiblingFolder&) = delete;
  SiblingFolder& operator=(const SiblingFolder&) = delete;

  const fs::path& path() const noexcept { return path_; }

  void take_place() {
    std::error_code ignored;
    const bool replaces = fs::exists(fs::symlink_status(target_, ignored));
    const fs::path old = free_name("old");
    if (replaces) fs::rename(target_, old);
    fs::rename(path_, target_);
    done_ = true;
    if (replaces) fs::remove_all(old, ignored);
  }

 private:
  fs::path free_name(const std::string& what) const {
    const std::string base =
        "." + target_.filename().string() + "." + what + "-" + std::to_string(::getpid());
    fs::path name = target_.parent_path() / base;
    for (int i = 2; fs::exists(fs::symlink_status(name)); ++i) {
      name = target_.parent_path() / (base + "-" + std::to_string(i));
    }
    return name;
  }

  fs::path target_;
  fs::path path_;
  bool done_ = false;
};

/// Copies files into the bundle under names of their own, and remembers their hashes.
class FileCollector {
 public:
  explicit FileCollector(fs::path folder) : folder_(std::move(folder)) {}

  /// Copy a file; equal files are copied once. `wanted` is its name where that is free.
  std::string add(const fs::path& source, const std::string& wanted) {
    const std::string hash = sha256_file(source.string());
    const fs::path name(wanted);
    std::string free = wanted;
    for (int i = 2; true; ++i) {
      const auto taken = files_.find(free);
      if (taken != files_.end() && taken->second == hash) return free;
      if (taken == files_.end() && free != "bundle.json") break;
      free = name.stem().string() + "-" + std::to_string(i) + name.extension().string();
    }
    copy(source, free, hash);
    return free;
  }

  std::string add(const fs::path& source) { return add(source, source.filename().string()); }

  /// Copy a whole bundle into a folder of that name: its `bundle.json` and the files it lists.
  std::string add_bundle(const fs::path& source, const std::string& name) {
    Diagnostics diagnostics;
    const auto bundle = read_bundle(source, diagnostics);
    diagnostics.throw_if_errors();
    std::vector<std::string> names = {"bundle.json"};
    for (const auto& [file, hash] : bundle->files) names.push_back(file);
    for (const std::string& file : names) {
      fs::create_directories((folder_ / name / file).parent_path());
      copy(source / file, name + '/' + file, sha256_file((source / file).string()));
    }
    return name;
  }

  const std::map<std::string, std::string>& files() const noexcept { return files_; }

 private:
  void copy(const fs::path& source, const std::string& name, const std::string& hash) {
    std::error_code error;
    fs::copy_file(source, folder_ / name, error);
    if (error) throw_file_error("cannot copy into the bundle", source.string(), error.value());
    files_[name] = hash;
  }

  fs::path folder_;
  std::map<std::string, std::string> files_;
};

/// Give the front ends behind the networks of a graph, by the names that their weights got.
Json front_ends(const ResolvedGraph& graph, const Json& nodes,
                const std::map<fs::path, std::string>& names) {
  std::vector<Json> found;
  for (const Json& written : nodes) {
    if (written["type"] == "bundle") continue;  // its own bundle.json tells
    const int index = graph.find_node(written["id"].get<std::string>());
    const GraphNode& node = graph.nodes[static_cast<std::size_t>(index)];
    std::vector<std::string> weights;
    for (const ParamSpec& spec : node.type->descriptor.params) {
      if (spec.type != ParamType::file || node.params.is_null(spec.name)) continue;
      const auto name = names.find(node.params.string(spec.name));
      if (name != names.end()) weights.push_back(name->second);
    }
    if (weights.empty()) continue;
    for (const NodeInput& input : node.inputs) {
      for (const int e : input.edges) {
        const Edge& edge = graph.edges[static_cast<std::size_t>(e)];
        if (edge.spec.kind != Kind::features || edge.producer < 0) continue;
        const CanonicalForm form = canonical_form(graph, e);
        const std::string print = fingerprint(form);
        auto same = std::find_if(found.begin(), found.end(),
                                 [&](const Json& entry) { return entry["fingerprint"] == print; });
        if (same == found.end()) {
          const std::string& id = graph.nodes[static_cast<std::size_t>(edge.producer)].id;
          found.push_back({{"node", id},
                           {"files", Json::array()},
                           {"fingerprint", print},
                           {"canonical", form}});
          same = found.end() - 1;
        }
        for (const std::string& name : weights) {
          Json& files = (*same)["files"];
          if (std::find(files.begin(), files.end(), name) == files.end()) files.push_back(name);
        }
      }
    }
  }
  if (found.empty()) return nullptr;
  if (found.size() > 1) return found;
  found.front().erase("files");
  return found.front();
}

Json read_metrics(const fs::path& path) {
  const std::string text = read_text_file(path.string(), max_metrics_file);
  const Json metrics = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const bool fits =
      metrics.is_object() && std::all_of(metrics.begin(), metrics.end(),
                                         [](const Json& value) { return value.is_number(); });
  if (!fits) {
    throw Error(ErrorCode::usage, "--metrics: " + path.string() + " is no JSON object of numbers",
                R"(write e.g. {"accuracy": 0.93})");
  }
  return metrics;
}

/// Choose the output whose scores the probe has.
std::string choose_output(const Graph& graph, const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  if (graph.outputs().empty()) {
    throw Error(ErrorCode::invalid_graph, "the graph has no outputs that a bundle could give",
                R"(add "outputs": {"clip": "NODE"})");
  }
  for (const OutputInfo& output : graph.outputs()) {
    if (output.name == "clip") return output.name;
  }
  return graph.outputs().front().name;
}

Json scores_json(const ProbeScores& scores) {
  Json json = Json::object();
  for (const std::string& label : scores.labels) {
    json[label] = std::stod(fmt::format("{:.6g}", scores.scores.at(label)));
  }
  return json;
}

void check_target(const fs::path& target, bool overwrite) {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(target, ignored))) return;
  if (!overwrite) {
    throw Error(ErrorCode::usage, target.string() + " exists already",
                "use --overwrite, or another folder with --out");
  }
  const bool is_bundle =
      fs::is_directory(target, ignored) &&
      (fs::exists(target / "bundle.json", ignored) || fs::is_empty(target, ignored));
  if (!is_bundle) {
    throw Error(ErrorCode::usage, target.string() + " is no bundle: it is not replaced",
                "name another folder with --out");
  }
}

/// Normalise the folder's name: no slash at its end.
fs::path target_of(const fs::path& folder) {
  fs::path target = fs::absolute(folder).lexically_normal();
  return target.has_filename() ? target : target.parent_path();
}

std::string text_or(const std::string& given, const Json& before, const char* key) {
  if (!given.empty() || !before.is_object() || !before.contains(key)) return given;
  return before[key].is_string() ? before[key].get<std::string>() : given;
}

void verify(Engine& engine, const fs::path& folder) {
  const Graph graph = engine.load(folder.string());
  Diagnostics diagnostics;
  const auto bundle = read_bundle(folder, diagnostics);
  diagnostics.throw_if_errors();
  const ProbeVerdict verdict = verify_probe(engine, graph, *bundle);
  engine.release(graph);
  if (verdict.faults.empty()) return;
  throw Error(ErrorCode::run_time,
              "the new bundle does not repeat its probe: " + verdict.faults.front(),
              "a graph that draws at random cannot be a bundle");
}

}  // namespace

void write_bundle(Engine& engine, const BundleRequest& request,
                  const std::function<void(const std::string&)>& warn) {
  const fs::path target = target_of(request.folder);
  check_target(target, request.overwrite);
  const Graph graph = engine.load(request.graph, request.options);
  const ResolvedGraph& resolved = graph.resolved();
  const std::string output = choose_output(graph, request.output);
  engine.prepare(graph);  // refuses code that is not trusted
  for (const GraphNode& node : resolved.nodes) {
    if (!node.type->descriptor.runs_code) continue;
    warn("node \"" + node.id +
         "\" runs the code of a file: whoever runs this bundle must trust it, "
         "with --trust-code");
  }

  SiblingFolder folder(target);
  FileCollector files(folder.path());
  std::map<fs::path, std::string> names;
  BundledGraph bundled(graph, request.options);
  Json document = bundled.rewrite(
      [&](const fs::path& path) { return names[path] = files.add(path); },
      [&](const fs::path& path, const std::string& id) { return files.add_bundle(path, id); });
  document["name"] = request.name.empty() ? target.filename().string() : request.name;

  const Json& before = bundled.own_bundle();
  Json part = Json::object();
  const std::string task = text_or("", before, "task");
  const std::string licence = text_or(request.licence, before, "licence");
  const std::string citation = text_or(request.citation, before, "citation");
  if (!task.empty()) part["task"] = task;
  if (!licence.empty())
    part["licence"] = licence;
  else
    warn("the bundle says nothing of its licence: see --licence");
  if (!citation.empty()) part["citation"] = citation;
  if (!request.card.empty()) part["card"] = files.add(request.card);
  const std::string audio = files.add(request.probe, "probe" + request.probe.extension().string());
  const Json front_end = front_ends(resolved, document["nodes"], names);
  const ProbeScores scores = run_probe(engine, graph, request.probe.string(), output);
  engine.release(graph);

  part["files"] = files.files();
  if (!front_end.is_null()) part["front_end"] = front_end;
  if (!request.metrics.empty()) part["metrics"] = read_metrics(request.metrics);
  part["probe"] = {{"audio", audio},
                   {"output", output},
                   {"tolerance", request.tolerance},
                   {"scores", scores_json(scores)}};
  document["bundle"] = std::move(part);
  OutputFile file((folder.path() / "bundle.json").string());
  file.write(json_text(document));
  file.commit();

  verify(engine, folder.path());
  folder.take_place();
}

}  // namespace melgraph::cli
