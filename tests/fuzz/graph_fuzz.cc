// The graph loader, with the contracts of every plugin, on arbitrary text: it loads or throws
// GraphError or Error, and nothing else. Whatever loads can be shown, planned and fingerprinted.
// The text is a graph beside three small bundles `b`, `c` and `f`; where it has a key "bundle" it
// is also a bundle of its own, and the bundle `f` of a graph.
#include <stdlib.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "../contracts/standard_types.h"
#include "graph/load.h"
#include "graph/show.h"
#include "melgraph/error.h"
#include "run/plan.h"

namespace {

namespace fs = std::filesystem;

const char* const small_bundle = R"({"melgraph": 1, "name": "small",
  "source": {"audio": {"sample_rate": "${rate:8000}", "window": 1}},
  "nodes": [{"id": "mel", "type": "frontend.mel", "inputs": {"audio": "source.audio"}},
            {"id": "level", "type": "post.mean", "inputs": {"values": "mel"}},
            {"id": "table", "type": "sink.csv", "inputs": {"scores": "level"}}],
  "outputs": {"level": "level", "mel": "mel.features"},
  "bundle": {"files": {"labels.txt": "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5"}}})";

const char* const holding_bundle = R"({"melgraph": 1,
  "source": {"audio": {"sample_rate": 8000}},
  "nodes": [{"id": "in", "type": "bundle", "params": {"path": "in"}}],
  "outputs": {"it": "in.level"}, "bundle": {}})";

const char* const graph_of_f = R"({"melgraph": 1,
  "source": {"audio": {"sample_rate": 8000, "window": 1}},
  "nodes": [{"id": "f", "type": "bundle", "params": {"path": "f"}},
            {"id": "g", "type": "bundle", "params": {"path": "f"}}],
  "outputs": {"x": "f", "y": "g"}})";

/// The folder of the graphs, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "melgraph-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path = name;
    for (const char* bundle : {"b", "c/in", "f/in"}) {
      write(fs::path(bundle) / "bundle.json", small_bundle);
      write(fs::path(bundle) / "labels.txt", "12345");
    }
    write("c/bundle.json", holding_bundle);
    write("f/bundle.json", holding_bundle);
    write("f/labels.txt", "a\nb\n");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }

  void write(const fs::path& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << text;
  }

  fs::path path;
};

void load(const std::string& text, const std::string& name, const fs::path& folder, bool sinks) {
  static const auto registry = melgraph::testing::make_contract_registry();
  melgraph::GraphOptions options;
  options.set = {{"weights", "nowhere.safetensors"}};
  if (text.find("${weights") == std::string::npos) options.set.clear();
  options.sinks = sinks;
  try {
    const auto graph = melgraph::load_graph_text(text, name, folder, options, *registry);
    melgraph::make_plan(*graph);
    melgraph::graph_to_json(*graph);
    melgraph::graph_to_dot(*graph);
  } catch (const melgraph::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  const std::string text(reinterpret_cast<const char*>(data), size);
  load(text, "fuzz.json", folder.path, size % 2 == 0);
  if (text.find("\"bundle\"") == std::string::npos) return 0;
  folder.write("f/bundle.json", text);
  load(graph_of_f, "fuzz.json", folder.path, false);
  load(text, "bundle.json", folder.path / "f", true);
  folder.write("f/bundle.json", holding_bundle);
  return 0;
}
