#include <algorithm>
#include <cmath>

#include "config/json_writer.h"
#include "core/suggest.h"
#include "graph/load_state.h"
#include "melgraph/version.h"
#include "run/resampler.h"

namespace melgraph {

void check_keys(LoadState& state, const JsonValue& object, const std::vector<std::string>& known,
                const std::string& what) {
  for (const JsonMember& member : object.members()) {
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    std::string list;
    for (const std::string& key : known) list += (list.empty() ? "" : ", ") + key;
    const std::string near = suggest(member.key, known);
    state.error_at_key(member, "unknown key " + json_quote(member.key) + " in " + what,
                       near.empty() ? "keys: " + list : "did you mean \"" + near + "\"?");
  }
}

namespace {

constexpr std::int64_t max_rate = 1000000;
constexpr std::int64_t max_channels = 64;
constexpr double max_seconds = 24 * 3600;
constexpr std::size_t max_bundled_nodes = 10000;  ///< a small bundle could hold many large ones

bool is_identifier(const std::string& text) {
  if (text.empty() || text.size() > 100) return false;
  for (const unsigned char c : text) {
    if (!std::isalnum(c) && c != '_' && c != '-') return false;
  }
  return !std::isdigit(static_cast<unsigned char>(text[0])) && text[0] != '-';
}

const char* const identifier_hint =
    "an id has letters, digits, _ and -, and begins with a letter or _";

/// Return a number field, placeholders filled in; none (and a report) where it is not one.
std::optional<double> number_field(LoadState& state, const JsonValue& value,
                                   const std::string& what) {
  ParamSpec spec = ParamSpec::number(what, "");
  const auto parsed = read_param(state, &spec, value);
  if (!parsed) return std::nullopt;
  if (const auto* number = std::get_if<double>(&*parsed)) return *number;
  return std::nullopt;
}

std::optional<std::int64_t> integer_field(LoadState& state, const JsonValue& value,
                                          const std::string& what, std::int64_t low,
                                          std::int64_t high) {
  ParamSpec spec =
      ParamSpec::integer(what, "").range(static_cast<double>(low), static_cast<double>(high));
  const auto parsed = read_param(state, &spec, value);
  if (!parsed) return std::nullopt;
  if (const auto* number = std::get_if<std::int64_t>(&*parsed)) return *number;
  return std::nullopt;
}

std::string seconds_text(std::int64_t samples, int rate) {
  return json_number_exact(static_cast<double>(samples) / rate) + " (" + std::to_string(samples) +
         " samples)";
}

/// Return seconds as whole samples; reports a time that is none, with the nearest that are.
std::optional<std::int64_t> whole_samples(LoadState& state, const JsonValue& value,
                                          const std::string& what, double seconds, int rate) {
  if (!(seconds > 0) || seconds > max_seconds) {
    state.error(value, what + " must be above 0 and at most " + json_number(max_seconds) +
                           " seconds, not " + json_number_exact(seconds));
    return std::nullopt;
  }
  const double exact = seconds * rate;
  const double nearest = std::nearbyint(exact);
  // Times such as 0.975 are not exact in binary: allow the rounding of the decimal, no more.
  if (nearest < 1 || std::abs(exact - nearest) > 1e-6) {
    const auto below = static_cast<std::int64_t>(std::floor(exact));
    state.error(
        value,
        what + " of " + json_number_exact(seconds) + " s is no whole number of samples at " +
            std::to_string(rate) + " Hz (" + json_number_exact(exact) + ")",
        "the nearest are " + (below > 0 ? seconds_text(below, rate) + " and " : std::string()) +
            seconds_text(below + 1, rate));
    return std::nullopt;
  }
  return static_cast<std::int64_t>(nearest);
}

std::optional<std::int64_t> samples_field(LoadState& state, const JsonValue& value,
                                          const std::string& key, int rate) {
  const auto seconds = number_field(state, value, key);
  if (!seconds) return std::nullopt;
  return whole_samples(state, value, "\"" + key + "\"", *seconds, rate);
}

void read_view(LoadState& state, const JsonMember& member) {
  const JsonValue& value = member.value;
  const std::string what = "view \"" + member.key + "\"";
  if (!is_identifier(member.key)) {
    state.error_at_key(member, "view name " + json_quote(member.key) + " is not legal",
                       identifier_hint);
  }
  if (!value.is_object()) {
    state.error(value, what + " must be an object, not " + value.type_name(),
                R"(write {"sample_rate": 16000, "channels": 1, "window": 0.975, "hop": 0.48})");
    return;
  }
  check_keys(state, value, {"sample_rate", "channels", "resampler", "window", "hop", "tail"}, what);
  View view;
  view.name = state.document->prefix + member.key;
  view.resampler = "kaiser-best";
  if (const JsonValue* rate = value.find("sample_rate")) {
    if (const auto hz = integer_field(state, *rate, "sample_rate", 100, max_rate)) {
      view.sample_rate = static_cast<int>(*hz);
    }
  } else {
    state.error(value, what + " needs \"sample_rate\"", "in Hz, e.g. 16000");
  }
  if (const JsonValue* channels = value.find("channels")) {
    if (const auto count = integer_field(state, *channels, "channels", 1, max_channels)) {
      view.channels = static_cast<int>(*count);
    }
  }
  if (const JsonValue* resampler = value.find("resampler")) {
    if (const auto name = state.text(*resampler, "\"resampler\"")) {
      const auto& names = resampler_names();
      view.resampler = *name;
      if (std::find(names.begin(), names.end(), *name) == names.end()) {
        std::string list;
        for (const std::string& n : names) list += (list.empty() ? "" : ", ") + n;
        const std::string near = suggest(*name, names);
        state.error(*resampler, "unknown resampler " + json_quote(*name),
                    near.empty() ? "resamplers: " + list : "did you mean \"" + near + "\"?");
      }
    }
  }
  const JsonValue* window = value.find("window");
  const JsonValue* hop = value.find("hop");
  const bool whole = window == nullptr || window->is_null();
  if (view.sample_rate > 0) {
    if (!whole) {
      view.window = samples_field(state, *window, "window", view.sample_rate).value_or(0);
      view.hop = view.window;
    } else if (state.options.window != 0) {
      view.window = whole_samples(state, window != nullptr ? *window : value, "a window",
                                  state.options.window, view.sample_rate)
                        .value_or(0);
      view.hop = view.window;
      view.window_of_run = true;
    }
    if (hop != nullptr && whole && !hop->is_null()) {
      state.error(*hop,
                  "\"hop\" has no meaning where \"window\" is null: the whole input is one "
                  "window",
                  "leave out \"hop\", or give \"window\" in seconds");
    } else if (hop != nullptr && !whole) {
      view.hop = samples_field(state, *hop, "hop", view.sample_rate).value_or(view.window);
    }
  }
  if (const JsonValue* tail = value.find("tail")) {
    if (const auto name = state.text(*tail, "\"tail\"")) {
      if (*name == "drop")
        view.tail = WindowTail::drop;
      else if (*name == "pad")
        view.tail = WindowTail::pad;
      else if (*name == "repeat")
        view.tail = WindowTail::repeat;
      else {
        const std::string near = suggest(*name, {"drop", "pad", "repeat"});
        state.error(*tail, "\"tail\" must be one of drop, pad, repeat, not " + json_quote(*name),
                    near.empty() ? "" : "did you mean \"" + near + "\"?");
      }
    }
  }
  state.graph->views.push_back(std::move(view));
}

bool holds_bundles(const JsonValue& root) {
  const JsonValue* nodes = root.find("nodes");
  if (nodes == nullptr || !nodes->is_array()) return false;
  return std::any_of(nodes->items().begin(), nodes->items().end(), [](const JsonValue& node) {
    const JsonValue* type = node.find("type");
    return type != nullptr && type->is_string() && type->as_string() == bundle_type;
  });
}

void read_source(LoadState& state) {
  const JsonValue* source = state.document->root->find("source");
  if (source == nullptr) {
    if (holds_bundles(*state.document->root)) return;  // they bring views of their own
    state.error(*state.document->root, "the graph has no \"source\"",
                R"(name at least one view: "source": {"audio": {"sample_rate": 16000}})");
    return;
  }
  if (!source->is_object()) {
    state.error(*source, std::string("\"source\" must be an object of named views, not ") +
                             source->type_name());
    return;
  }
  if (source->members().empty()) {
    state.error(*source, "\"source\" names no view",
                R"(write e.g. "source": {"audio": {"sample_rate": 16000}})");
  }
  for (const JsonMember& member : source->members()) read_view(state, member);
}

void read_node(LoadState& state, const JsonValue& value) {
  if (!value.is_object()) {
    state.error(
        value, std::string("a node must be an object, not ") + value.type_name(),
        R"(write {"id": "mel", "type": "frontend.mel", "inputs": {"audio": "source.audio"}})");
    return;
  }
  check_keys(state, value, {"id", "type", "params", "inputs"}, "a node");
  GraphNode node;
  NodeSource source;
  bool is_named = false;
  source.document = state.document;
  source.node = &value;
  node.where = value.where(state.document->file);
  node.pointer = value.pointer();
  if (const JsonValue* id = value.find("id")) {
    if (!id->is_string()) {
      state.error(*id, std::string("\"id\" must be a string, not ") + id->type_name());
    } else {
      const std::string& name = id->as_string();
      node.id = state.document->prefix + name;
      if (!is_identifier(name)) {
        state.error(*id, "node id " + json_quote(name) + " is not legal", identifier_hint);
      } else if (name == "source") {
        state.error(*id, "a node may not be called \"source\"", "that name means the input");
      } else if (const auto [first, is_new] = state.ids.emplace(node.id, node.pointer); !is_new) {
        state.error(*id, "two nodes have the id " + json_quote(name) + "; the first is at " +
                             first->second);
      } else {
        is_named = true;
      }
    }
  } else {
    state.error(value, "a node needs an \"id\"");
  }
  source.type = value.find("type");
  if (source.type == nullptr) {
    state.error(value, "node " + json_quote(node.id) + " needs a \"type\"",
                "see: melgraph plugins list");
  } else if (!source.type->is_string()) {
    state.error(*source.type,
                std::string("\"type\" must be a string, not ") + source.type->type_name());
    source.type = nullptr;
  }
  if (source.type != nullptr && source.type->as_string() == bundle_type) {
    if (is_named) expand_bundle(state, value, node.id);
    return;
  }
  source.params = value.find("params");
  if (source.params != nullptr && !source.params->is_object()) {
    state.error(*source.params,
                std::string("\"params\" must be an object, not ") + source.params->type_name());
    source.params = nullptr;
  }
  source.inputs = value.find("inputs");
  if (source.inputs != nullptr && !source.inputs->is_object()) {
    state.error(*source.inputs,
                std::string("\"inputs\" must be an object, not ") + source.inputs->type_name(),
                R"(write "inputs": {"PORT": "NODE"})");
    source.inputs = nullptr;
  }
  state.graph->nodes.push_back(std::move(node));
  state.sources.push_back(std::move(source));
}

void read_nodes(LoadState& state) {
  const JsonValue* nodes = state.document->root->find("nodes");
  if (nodes == nullptr) {
    state.error(*state.document->root, "the graph has no \"nodes\"");
    return;
  }
  if (!nodes->is_array()) {
    state.error(*nodes, std::string("\"nodes\" must be an array, not ") + nodes->type_name());
    return;
  }
  if (nodes->items().empty()) state.error(*nodes, "\"nodes\" is empty");
  for (const JsonValue& node : nodes->items()) {
    if (state.document != &state.own() && state.graph->nodes.size() >= max_bundled_nodes) {
      state.error(node, "the graph and its bundles have more than " +
                            std::to_string(max_bundled_nodes) + " nodes");
      return;
    }
    read_node(state, node);
  }
}

void read_outputs(LoadState& state) {
  const JsonValue* outputs = state.document->root->find("outputs");
  if (outputs == nullptr) return;
  if (!outputs->is_object()) {
    state.error(*outputs, std::string("\"outputs\" must be an object, not ") + outputs->type_name(),
                R"(write "outputs": {"NAME": "NODE"})");
    return;
  }
  state.document->outputs = outputs;
}

/// Compare `>=X.Y.Z`, X.Y or X with this version of Melgraph.
bool version_at_least(const std::string& wanted) {
  int parts[3] = {0, 0, 0};
  if (std::sscanf(wanted.c_str(), ">=%d.%d.%d", &parts[0], &parts[1], &parts[2]) < 1) return false;
  const int have[3] = {MELGRAPH_VERSION_MAJOR, MELGRAPH_VERSION_MINOR, MELGRAPH_VERSION_PATCH};
  return std::lexicographical_compare(have, have + 3, parts, parts + 3) == false;
}

void read_requires(LoadState& state) {
  const JsonValue* needs = state.document->root->find("requires");
  if (needs == nullptr) return;
  if (!needs->is_object()) {
    state.error(*needs, std::string("\"requires\" must be an object, not ") + needs->type_name(),
                R"(write "requires": {"melgraph": ">=0.1"})");
    return;
  }
  check_keys(state, *needs, {"melgraph"}, "\"requires\"");
  const JsonValue* version = needs->find("melgraph");
  if (version == nullptr) return;
  if (!version->is_string() || version->as_string().rfind(">=", 0) != 0) {
    state.error(*version, "\"requires\" gives a version as \">=0.1\"");
  } else if (!version_at_least(version->as_string())) {
    state.error(*version,
                "the graph needs Melgraph " + version->as_string() + ", this is " MELGRAPH_VERSION);
  }
}

}  // namespace

Document* LoadState::find_bundle(const std::string& id) const {
  for (const auto& candidate : documents) {
    const std::string& prefix = candidate->prefix;
    if (prefix.size() == id.size() + 1 && prefix.compare(0, id.size(), id) == 0) {
      return candidate.get();
    }
  }
  return nullptr;
}

std::optional<std::string> LoadState::text(const JsonValue& value, const std::string& what) {
  if (!value.is_string()) {
    error(value, what + " must be a string, not " + value.type_name());
    return std::nullopt;
  }
  const auto filled = fill(value);
  if (!filled) return std::nullopt;
  return filled->text;
}

void read_structure(LoadState& state) {
  const JsonValue& root = *state.document->root;
  if (!root.is_object()) {
    state.error(root, std::string("a graph must be a JSON object, not ") + root.type_name());
    return;
  }
  std::vector<std::string> known = {"$schema", "melgraph", "name",  "description", "source",
                                    "nodes",   "outputs",  "train", "requires"};
  if (state.document->is_bundle) known.emplace_back("bundle");
  check_keys(state, root, known, "the graph");
  if (const JsonValue* version = root.find("melgraph")) {
    if (!version->is_integer() || version->as_integer() != 1) {
      state.error(*version, "this Melgraph reads graphs of format 1", "write \"melgraph\": 1");
    }
  } else {
    state.error(root, "the graph has no \"melgraph\" (the version of the format)",
                "write \"melgraph\": 1");
  }
  const bool is_own = state.document == &state.own();
  if (const JsonValue* name = root.find("name")) {
    const auto text = state.text(*name, "\"name\"");
    if (is_own) state.graph->name = text.value_or("");
  }
  if (const JsonValue* description = root.find("description")) {
    const auto text = state.text(*description, "\"description\"");
    if (is_own) state.graph->description = text.value_or("");
  }
  if (const JsonValue* schema = root.find("$schema")) state.text(*schema, "\"$schema\"");
  if (const JsonValue* train = root.find("train")) {
    if (!train->is_object()) {
      state.error(*train, std::string("\"train\" must be an object, not ") + train->type_name());
    }
  }
  read_requires(state);
  read_source(state);
  read_nodes(state);
  read_outputs(state);
}

}  // namespace melgraph
