#include "graph/bundle.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "config/json_reader.h"
#include "config/json_writer.h"
#include "core/file.h"
#include "core/sha256.h"
#include "core/suggest.h"
#include "graph/bundle_paths.h"
#include "melgraph/error.h"

namespace melgraph {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_files = 1000;
constexpr std::uintmax_t max_file_size = std::uintmax_t{64} << 30;

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Reads the `bundle` part; every fault is reported where it stands.
class Reader {
 public:
  Reader(Bundle& bundle, Diagnostics& diagnostics) : bundle_(bundle), diagnostics_(diagnostics) {}

  void read(const JsonValue& root) {
    const JsonValue* part = root.is_object() ? root.find("bundle") : nullptr;
    if (part == nullptr || !part->is_object()) {
      error(root, "a bundle.json needs an object \"bundle\"");
      return;
    }
    check_keys(*part,
               {"task", "licence", "citation", "card", "files", "front_end", "metrics", "probe"});
    bundle_.name = text(root, "name");
    bundle_.description = text(root, "description");
    bundle_.task = text(*part, "task");
    bundle_.licence = text(*part, "licence");
    bundle_.citation = text(*part, "citation");
    bundle_.card = file_name(*part, "card");
    if (const JsonValue* files = object(*part, "files")) read_files(*files);
    if (const JsonValue* front_end = part->find("front_end")) read_front_ends(*front_end);
    bundle_.metrics = numbers(*part, "metrics");
    if (const JsonValue* probe = object(*part, "probe")) read_probe(*probe);
  }

 private:
  void error(const JsonValue& at, std::string message, std::string hint = {}) {
    diagnostics_.add({Severity::error, at.where(bundle_.file), at.pointer(), std::move(message),
                      std::move(hint)});
  }

  void check_keys(const JsonValue& parent, const std::vector<std::string>& known) {
    for (const JsonMember& member : parent.members()) {
      if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
      const std::string near = suggest(member.key, known);
      diagnostics_.add({Severity::error, member.key_where(bundle_.file), member.value.pointer(),
                        "unknown key " + json_quote(member.key) + " in \"bundle\"",
                        near.empty() ? "" : "did you mean \"" + near + "\"?"});
    }
  }

  std::string text(const JsonValue& parent, const char* key) {
    const JsonValue* value = parent.find(key);
    if (value == nullptr) return {};
    if (!value->is_string()) {
      error(*value, std::string("\"") + key + "\" must be a string, not " + value->type_name());
      return {};
    }
    return value->as_string();
  }

  std::string file_name(const JsonValue& parent, const char* key) {
    std::string name = text(parent, key);
    if (name.empty() || is_bundled_name(name)) return name;
    error(*parent.find(key), "a bundle names files of its own folder, not " + json_quote(name));
    return {};
  }

  const JsonValue* object(const JsonValue& parent, const char* key) {
    const JsonValue* value = parent.find(key);
    if (value == nullptr || value->is_object()) return value;
    error(*value, std::string("\"") + key + "\" must be an object, not " + value->type_name());
    return nullptr;
  }

  std::map<std::string, double> numbers(const JsonValue& parent, const char* key) {
    std::map<std::string, double> result;
    const JsonValue* value = object(parent, key);
    if (value == nullptr) return result;
    for (const JsonMember& member : value->members()) {
      if (member.value.is_number()) {
        result[member.key] = member.value.as_number();
      } else {
        error(member.value,
              std::string("a number is expected here, not ") + member.value.type_name());
      }
    }
    return result;
  }

  void read_files(const JsonValue& files) {
    if (files.members().size() > max_files) {
      error(files, "a bundle has at most " + std::to_string(max_files) + " files, not " +
                       std::to_string(files.members().size()));
      return;
    }
    for (const JsonMember& member : files.members()) {
      if (!is_bundled_name(member.key)) {
        error(member.value,
              "a bundle names files of its own folder, not " + json_quote(member.key));
      } else if (!member.value.is_string() || !is_sha256(member.value.as_string())) {
        error(member.value, "expected a SHA-256 of 64 lower-case hexadecimal digits");
      } else {
        bundle_.files[member.key] = member.value.as_string();
      }
    }
  }

  void read_front_ends(const JsonValue& value) {
    if (value.is_object()) {
      read_front_end(value);
    } else if (value.is_array()) {
      for (const JsonValue& item : value.items()) {
        if (item.is_object())
          read_front_end(item);
        else
          error(item, std::string("a front end is an object, not ") + item.type_name());
      }
    } else {
      error(value, std::string("\"front_end\" must be an object, or an array of them, not ") +
                       value.type_name());
    }
  }

  void read_front_end(const JsonValue& value) {
    check_keys(value, {"node", "files", "fingerprint", "canonical"});
    BundleFrontEnd front_end;
    front_end.node = text(value, "node");
    front_end.fingerprint = text(value, "fingerprint");
    if (const JsonValue* files = value.find("files")) {
      const bool is_array = files->is_array();
      if (!is_array) {
        error(*files, std::string("\"files\" must be an array here, not ") + files->type_name());
      }
      for (const JsonValue& file : is_array ? files->items() : JsonValue::Array()) {
        if (file.is_string())
          front_end.files.push_back(file.as_string());
        else
          error(file, std::string("a file is named by a string, not ") + file.type_name());
      }
    }
    if (const JsonValue* form = object(value, "canonical")) {
      for (const JsonMember& member : form->members()) {
        if (member.value.is_string()) {
          front_end.canonical[member.key] = member.value.as_string();
        } else {
          error(member.value,
                std::string("the canonical form holds strings, not ") + member.value.type_name());
        }
      }
    }
    if (fingerprint(front_end.canonical) != front_end.fingerprint) {
      error(value, "the fingerprint is not that of the canonical form beside it",
            "one of the two was changed by hand");
    }
    bundle_.front_ends.push_back(std::move(front_end));
  }

  void read_probe(const JsonValue& value) {
    check_keys(value, {"audio", "output", "tolerance", "scores"});
    Bundle::Probe probe;
    probe.audio = file_name(value, "audio");
    probe.output = text(value, "output");
    if (value.find("audio") == nullptr || value.find("output") == nullptr) {
      error(value, "a probe needs \"audio\", a file of the bundle, and \"output\"");
    }
    const JsonValue* tolerance = value.find("tolerance");
    if (tolerance == nullptr) {
      error(value, "a probe needs \"tolerance\"", "the largest difference of a score allowed");
    } else if (!tolerance->is_number() || !(tolerance->as_number() > 0)) {
      error(*tolerance, "\"tolerance\" must be a number above 0");
    } else {
      probe.tolerance = tolerance->as_number();
    }
    probe.scores = numbers(value, "scores");
    const JsonValue* scores = value.find("scores");
    if (scores == nullptr || (scores->is_object() && scores->members().empty())) {
      error(scores != nullptr ? *scores : value, "a probe needs \"scores\", a number a class");
    }
    bundle_.probe = std::move(probe);
  }

  Bundle& bundle_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::optional<Bundle> read_bundle(const fs::path& folder, Diagnostics& diagnostics,
                                  const std::string& file) {
  const fs::path path = folder / "bundle.json";
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::nullopt;
  Bundle bundle;
  bundle.folder = folder;
  bundle.file = file.empty() ? path.string() : file;
  std::string text;
  try {
    text = read_text_file(path.string(), max_bundle_file);
  } catch (const Error& error) {
    Diagnostic finding;
    finding.where.file = bundle.file;
    finding.message = error.what();
    finding.hint = error.hint();
    diagnostics.add(std::move(finding));
    return std::nullopt;
  }
  Diagnostics found;
  if (const auto root = read_json(text, bundle.file, found)) Reader(bundle, found).read(*root);
  for (const Diagnostic& diagnostic : found.all()) diagnostics.add(diagnostic);
  if (found.has_errors()) return std::nullopt;
  return bundle;
}

std::string verify_file(const Bundle& bundle, const std::string& name) {
  const fs::path path = bundle.folder / name;
  std::error_code error;
  if (!lies_inside(bundle.folder, path)) {
    return path.string() + " leads out of the bundle's folder by a symbolic link";
  }
  const fs::file_status status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) return path.string() + " is no file";
  if (fs::exists(status) && fs::file_size(path, error) > max_file_size) {
    return path.string() + " is larger than a file of a bundle may be, 64 GiB";
  }
  try {
    const std::string expected = bundle.files.at(name);
    const std::string found = sha256_file(path.string());
    return found == expected ? "" : hash_difference(path.string(), found, expected);
  } catch (const Error& failure) {
    return failure.what();
  }
}

std::string hash_difference(const std::string& path, const std::string& found,
                            const std::string& expected) {
  return "hash mismatch: " + path + " has the SHA-256 " + found.substr(0, 12) +
         "..., its bundle says " + expected.substr(0, 12) + "...";
}

}  // namespace melgraph
