#include "bundle_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "text_width.h"

namespace melgraph::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t hash_digits = 12;

void add_line(std::string& text, const char* label, const std::string& value) {
  if (!value.empty()) text += fmt::format("{:<13}{}\n", label, printable(value));
}

std::string number_text(double value) {
  return fmt::format("{:.6g}", value);
}

std::string front_end_text(const BundleFrontEnd& front_end) {
  const auto type = front_end.canonical.find("type");
  std::string text = front_end.node;
  if (type != front_end.canonical.end()) text += ", type " + type->second;
  return text + ", " + front_end.fingerprint.substr(0, 7 + hash_digits) + "...";
}

std::string probe_text(const Bundle::Probe& probe) {
  std::vector<std::pair<double, std::string>> best;
  for (const auto& [label, score] : probe.scores) best.emplace_back(score, label);
  std::sort(best.rbegin(), best.rend());
  std::string text = fmt::format("{}, output {}, {} scores within {}", probe.audio, probe.output,
                                 best.size(), number_text(probe.tolerance));
  for (std::size_t i = 0; i < std::min<std::size_t>(best.size(), 3); ++i) {
    text +=
        fmt::format("{}{} {}", i == 0 ? ": " : ", ", best[i].second, number_text(best[i].first));
  }
  return text;
}

Json front_end_json(const BundleFrontEnd& front_end) {
  Json json = {{"node", front_end.node}};
  if (!front_end.files.empty()) json["files"] = front_end.files;
  json["fingerprint"] = front_end.fingerprint;
  json["canonical"] = front_end.canonical;
  return json;
}

}  // namespace

std::string bundle_text(const Bundle& bundle) {
  std::string text;
  add_line(text, "name", bundle.name);
  add_line(text, "description", bundle.description);
  add_line(text, "task", bundle.task);
  add_line(text, "licence", bundle.licence);
  add_line(text, "citation", bundle.citation);
  add_line(text, "card", bundle.card);
  std::size_t width = 0;
  for (const auto& [name, hash] : bundle.files) {
    width = std::max(width, display_width(printable(name)));
  }
  const char* label = "files";
  for (const auto& [name, hash] : bundle.files) {
    const std::string shown = printable(name);
    add_line(text, label,
             shown + std::string(width - display_width(shown), ' ') +
                 "  sha256:" + hash.substr(0, hash_digits) + "...");
    label = "";
  }
  label = "front end";
  for (const BundleFrontEnd& front_end : bundle.front_ends) {
    add_line(text, label, front_end_text(front_end));
    label = "";
    for (const auto& [key, value] : front_end.canonical) {
      if (key != "type") add_line(text, "", "  " + key + " " + value);
    }
  }
  label = "metrics";
  for (const auto& [name, value] : bundle.metrics) {
    add_line(text, label, name + " " + number_text(value));
    label = "";
  }
  if (bundle.probe) add_line(text, "probe", probe_text(*bundle.probe));
  return text;
}

Json bundle_json(const Bundle& bundle) {
  Json json = {{"name", bundle.name},
               {"description", bundle.description},
               {"task", bundle.task},
               {"folder", bundle.folder.string()},
               {"licence", bundle.licence},
               {"citation", bundle.citation},
               {"card", bundle.card},
               {"files", bundle.files},
               {"front_ends", Json::array()},
               {"metrics", bundle.metrics},
               {"probe", nullptr}};
  for (const BundleFrontEnd& front_end : bundle.front_ends) {
    json["front_ends"].push_back(front_end_json(front_end));
  }
  if (bundle.probe) {
    json["probe"] = {{"audio", bundle.probe->audio},
                     {"output", bundle.probe->output},
                     {"tolerance", bundle.probe->tolerance},
                     {"scores", bundle.probe->scores}};
  }
  return json;
}

}  // namespace melgraph::cli
