#include "graph/bundle.h"

#include <algorithm>
#include <utility>

#include "config/json_reader.h"
#include "config/json_writer.h"
#include "core/file.h"
#include "core/sha256.h"
#include "core/suggest.h"
#include "melgraph/error.h"

namespace melgraph {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_bundle_file = 16u << 20;

bool is_plain_file_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\\') == std::string::npos && name.find('\0') == std::string::npos;
}

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Reads the members of one object; every fault is reported where it stands.
class Reader {
 public:
  Reader(std::string file, Diagnostics& diagnostics)
      : file_(std::move(file)), diagnostics_(diagnostics) {}

  void error(const JsonValue& at, std::string message, std::string hint = {}) {
    diagnostics_.add({Severity::error, at.where(file_), at.pointer(), std::move(message),
                      std::move(hint)});
  }
  void check_keys(const JsonValue& object, const std::vector<std::string>& known) {
    for (const JsonMember& member : object.members()) {
      if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
      const std::string near = suggest(member.key, known);
      diagnostics_.add({Severity::error, member.key_where(file_), member.value.pointer(),
                        "unknown key " + json_quote(member.key) + " in \"bundle\"",
                        near.empty() ? "" : "did you mean \"" + near + "\"?"});
    }
  }
  std::string text(const JsonValue& object, const char* key) {
    const JsonValue* value = object.find(key);
    if (value == nullptr) return {};
    if (!value->is_string()) {
      error(*value, std::string("\"") + key + "\" must be a string, not " + value->type_name());
      return {};
    }
    return value->as_string();
  }
  std::map<std::string, double> numbers(const JsonValue& object, const char* key) {
    std::map<std::string, double> result;
    const JsonValue* value = object.find(key);
    if (value == nullptr) return result;
    for (const JsonMember& member : value->members()) {
      if (member.value.is_number()) result[member.key] = member.value.as_number();
      else error(member.value, "a number is expected here, not " +
                                   std::string(member.value.type_name()));
    }
    return result;
  }
  const JsonValue* object(const JsonValue& parent, const char* key) {
    const JsonValue* value = parent.find(key);
    if (value == nullptr || value->is_object()) return value;
    error(*value, std::string("\"") + key + "\" must be an object, not " + value->type_name());
    return nullptr;
  }

 private:
  std::string file_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::optional<Bundle> read_bundle(const fs::path& folder, Diagnostics& diagnostics) {
  const fs::path path = folder / "bundle.json";
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::nullopt;
  std::string text;
  try {
    text = read_text_file(path.string(), max_bundle_file);
  } catch (const Error& error) {
    Diagnostic finding;
    finding.where.file = path.string();
    finding.message = error.what();
    finding.hint = error.hint();
    diagnostics.add(std::move(finding));
    return std::nullopt;
  }
  const auto root = read_json(text, path.string(), diagnostics);
  if (!root) return std::nullopt;
  Reader reader(path.string(), diagnostics);
  const JsonValue* part = root->is_object() ? root->find("bundle") : nullptr;
  if (part == nullptr || !part->is_object()) {
    reader.error(*root, "a bundle.json needs an object \"bundle\"");
    return std::nullopt;
  }
  reader.check_keys(*part, {"licence", "citation", "card", "files", "front_end", "metrics",
                            "probe", "task"});
  Bundle bundle;
  bundle.folder = folder;
  bundle.name = reader.text(*root, "name");
  bundle.licence = reader.text(*part, "licence");
  bundle.citation = reader.text(*part, "citation");
  bundle.card = reader.text(*part, "card");
  if (const JsonValue* files = reader.object(*part, "files")) {
    for (const JsonMember& member : files->members()) {
      if (!is_plain_file_name(member.key)) {
        reader.error(member.value, "a bundle names files of its own folder, not " +
                                       json_quote(member.key));
      } else if (!member.value.is_string() || !is_sha256(member.value.as_string())) {
        reader.error(member.value, "expected a SHA-256 of 64 lower-case hexadecimal digits");
      } else {
        bundle.files[member.key] = member.value.as_string();
      }
    }
  }
  if (const JsonValue* front_end = reader.object(*part, "front_end")) {
    bundle.front_end_node = reader.text(*front_end, "node");
    bundle.front_end_fingerprint = reader.text(*front_end, "fingerprint");
    if (const JsonValue* form = reader.object(*front_end, "canonical")) {
      for (const JsonMember& member : form->members()) {
        if (member.value.is_string()) bundle.front_end[member.key] = member.value.as_string();
      }
    }
    if (fingerprint(bundle.front_end) != bundle.front_end_fingerprint) {
      reader.error(*front_end, "the fingerprint is not that of the canonical form beside it",
                   "one of the two was changed by hand");
    }
  }
  if (const JsonValue* metrics = reader.object(*part, "metrics")) {
    (void)metrics;
    bundle.metrics = reader.numbers(*part, "metrics");
  }
  if (const JsonValue* probe = reader.object(*part, "probe")) {
    Bundle::Probe read;
    read.audio = reader.text(*probe, "audio");
    read.output = reader.text(*probe, "output");
    if (reader.object(*probe, "scores") != nullptr) read.scores = reader.numbers(*probe, "scores");
    const JsonValue* tolerance = probe->find("tolerance");
    if (tolerance != nullptr && tolerance->is_number()) read.tolerance = tolerance->as_number();
    bundle.probe = std::move(read);
  }
  return bundle;
}

std::vector<std::string> verify_files(const Bundle& bundle) {
  std::vector<std::string> faults;
  for (const auto& [name, expected] : bundle.files) {
    const std::string path = (bundle.folder / name).string();
    try {
      const std::string found = sha256_file(path);
      if (found != expected) {
        faults.push_back(path + " has the SHA-256 " + found.substr(0, 12) +
                         "..., the bundle says " + expected.substr(0, 12) + "...");
      }
    } catch (const Error& error) {
      faults.emplace_back(error.what());
    }
  }
  return faults;
}

}  // namespace melgraph
