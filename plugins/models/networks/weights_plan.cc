#include "models/networks/weights_plan.h"

#include <algorithm>
#include <regex>

namespace melgraph {
namespace {

bool matches(const std::string& name, const std::string& pattern) {
  if (pattern.empty() || pattern.back() != '*') return name == pattern;
  return name.compare(0, pattern.size() - 1, pattern, 0, pattern.size() - 1) == 0;
}

bool matches_any(const std::string& name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches(name, pattern); });
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool begins_with_module(const std::string& name, const std::string& module) {
  return name.size() > module.size() && name[module.size()] == '.' &&
         name.compare(0, module.size(), module) == 0;
}

std::string size_text(const Size& size) {
  std::string text = "[";
  for (std::size_t i = 0; i < size.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(size[i]);
  }
  return text + "]";
}

/// Name by which a tensor of the file is looked up -> its name in the file.
std::map<std::string, std::string> todays_names(const NetworkType& type,
                                                const std::map<std::string, Size>& file) {
  std::vector<std::regex> patterns;
  for (const NameRule& rule : type.renames) patterns.emplace_back(rule.pattern);
  std::map<std::string, std::string> names;
  for (const auto& [name, shape] : file) {
    std::string today = name;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (!std::regex_match(today, patterns[i])) continue;
      today = std::regex_replace(today, patterns[i], type.renames[i].replacement);
      break;
    }
    // A file that has both keeps the one that needs no rule.
    if (today == name || names.count(today) == 0) names[today] = name;
  }
  return names;
}

/// Return whether `have` differs from `want` in the input channels of a first convolution only.
bool differs_in_channels(const Size& have, const Size& want) {
  if (have.size() != want.size() || have.size() < 3) return false;
  for (std::size_t i = 0; i < have.size(); ++i) {
    if (i != 1 && have[i] != want[i]) return false;
  }
  return have[1] != want[1] && have[1] > 0;
}

void append_list(std::string& text, const char* title, const std::vector<std::string>& entries) {
  constexpr std::size_t most = 12;
  if (entries.empty()) return;
  text += std::string("\n  ") + title + " (" + std::to_string(entries.size()) + "):";
  for (std::size_t i = 0; i < std::min(most, entries.size()); ++i) text += "\n    " + entries[i];
  if (entries.size() > most) {
    text += "\n    and " + std::to_string(entries.size() - most) + " more";
  }
}

}  // namespace

std::string WeightsPlan::findings_text() const {
  std::string text;
  append_list(text, "missing in the file", missing);
  append_list(text, "not in the network", unexpected);
  append_list(text, "of another shape", misshaped);
  return text;
}

WeightsPlan plan_weights(const NetworkType& type, const Network& network,
                         const std::map<std::string, Size>& file,
                         const WeightsPlanOptions& options) {
  WeightsPlan plan;
  const std::map<std::string, std::string> names = todays_names(type, file);
  std::set<std::string> wanted;
  std::size_t entry = 0;
  bool first_convolution = true;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    const bool first = first_convolution && layer.op == Op::convolution;
    if (layer.op == Op::convolution) first_convolution = false;
    const bool behind = options.load_until >= 0 && static_cast<int>(i) > options.load_until;
    for (const StateEntry& want : layer.state) {
      const std::size_t index = entry++;
      wanted.insert(want.name);
      const bool in_head =
          options.replace_head &&
          std::any_of(network.head.begin(), network.head.end(), [&](const std::string& module) {
            return begins_with_module(want.name, module);
          });
      if (behind || in_head) {
        plan.fresh.push_back(index);
        continue;
      }
      const auto found = names.find(want.name);
      if (found == names.end()) {
        // A counter, or a head that only training has, is of no use for inference.
        if (want.integer || layer.auxiliary || matches_any(want.name, options.allow_missing)) {
          plan.fresh.push_back(index);
        } else {
          plan.missing.push_back(want.name + " " + size_text(want.shape));
        }
        continue;
      }
      const Size& have = file.at(found->second);
      if (have == want.shape) {
        plan.assignments.push_back({index, found->second, false});
      } else if (first && differs_in_channels(have, want.shape) &&
                 options.channels != ChannelRule::none) {
        plan.assignments.push_back({index, found->second, true});
      } else {
        plan.misshaped.push_back(found->second + ": the file has " + size_text(have) +
                                 ", the network wants " + size_text(want.shape));
      }
    }
  }
  for (const auto& [today, name] : names) {
    if (wanted.count(today) != 0 || options.known.count(today) != 0 ||
        ends_with(today, ".num_batches_tracked") || matches_any(name, type.ignored) ||
        matches_any(name, options.allow_unexpected)) {
      continue;
    }
    plan.unexpected.push_back(name + " " + size_text(file.at(name)));
  }
  return plan;
}

}  // namespace melgraph
