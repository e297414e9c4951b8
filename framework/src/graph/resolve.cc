#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "config/json_reader.h"
#include "config/json_writer.h"
#include "config/param_resolve.h"
#include "core/suggest.h"
#include "graph/bundle_paths.h"
#include "graph/load_state.h"

namespace melgraph {

namespace {

namespace fs = std::filesystem;

/// Read the text of a placeholder as a value of the declared type; text that is none stays text,
/// so that the check of the value says what was expected.
ParamValue parse_text(const ParamSpec& spec, const std::string& text) {
  switch (spec.type) {
    case ParamType::string:
    case ParamType::file: break;
    case ParamType::labels:
      if (text.empty() || text[0] != '[') break;
      [[fallthrough]];
    default: {
      Diagnostics ignored;
      const auto json = read_json(text, "", ignored);
      if (!json) break;
      switch (json->type()) {
        case JsonValue::Type::boolean: return json->as_boolean();
        case JsonValue::Type::integer: return json->as_integer();
        case JsonValue::Type::number: return json->as_number();
        case JsonValue::Type::null: return std::monostate();
        case JsonValue::Type::array: {
          std::vector<std::string> strings;
          std::vector<double> numbers;
          std::vector<std::int64_t> integers;
          for (const JsonValue& item : json->items()) {
            if (item.is_string()) strings.push_back(item.as_string());
            if (item.is_number()) numbers.push_back(item.as_number());
            if (item.is_integer()) integers.push_back(item.as_integer());
          }
          const std::size_t count = json->items().size();
          if (integers.size() == count) return integers;
          if (numbers.size() == count) return numbers;
          if (strings.size() == count) return strings;
          break;
        }
        default: break;
      }
    }
  }
  if (spec.nullable && text == "null") return std::monostate();
  return text;
}

std::optional<ParamValue> read_array(LoadState& state, const JsonValue& value) {
  std::vector<std::int64_t> integers;
  std::vector<double> numbers;
  std::vector<std::string> strings;
  for (const JsonValue& item : value.items()) {
    if (item.is_integer()) integers.push_back(item.as_integer());
    if (item.is_number()) {
      numbers.push_back(item.as_number());
    } else if (item.is_string()) {
      const auto filled = state.fill(item);
      if (!filled) return std::nullopt;
      strings.push_back(filled->text);
    } else {
      state.error(item, std::string("an array of a parameter holds numbers or strings, not ") +
                            item.type_name());
      return std::nullopt;
    }
  }
  if (!strings.empty() && !numbers.empty()) {
    state.error(value, "an array of a parameter holds numbers or strings, not both");
    return std::nullopt;
  }
  if (!strings.empty()) return ParamValue(std::move(strings));
  if (integers.size() == numbers.size()) return ParamValue(std::move(integers));
  return ParamValue(std::move(numbers));
}

/// Tell whether a node is a sink of a bundle inside the graph: the bundle's user has his own.
bool is_dropped(const GraphNode& node, const NodeSource& source) {
  return source.document->outer != nullptr && node.type != nullptr &&
         node.type->descriptor.scope == Scope::sink;
}

void drop_sinks_of_bundles(LoadState& state) {
  ResolvedGraph& graph = *state.graph;
  std::vector<GraphNode> nodes;
  std::vector<NodeSource> sources;
  std::vector<int> position(graph.nodes.size(), -1);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (is_dropped(graph.nodes[i], state.sources[i])) continue;
    position[i] = static_cast<int>(nodes.size());
    nodes.push_back(std::move(graph.nodes[i]));
    sources.push_back(std::move(state.sources[i]));
  }
  graph.nodes = std::move(nodes);
  state.sources = std::move(sources);
  for (NamedFile& file : graph.files) file.node = position[static_cast<std::size_t>(file.node)];
}

void resolve_node(LoadState& state, std::size_t index) {
  GraphNode& node = state.graph->nodes[index];
  NodeSource& source = state.sources[index];
  const InDocument in(state, *source.document);
  if (source.type == nullptr) return;
  const std::string& id = source.type->as_string();
  node.type = state.registry.find(id);
  if (node.type == nullptr) {
    const std::string rejection = state.registry.rejection_for(id);
    std::string near = state.registry.suggest(id);
    if (near.empty()) near = suggest(id, {bundle_type});
    if (!near.empty()) {
      state.error(*source.type, "unknown node type " + json_quote(id),
                  "did you mean \"" + near + "\"?", ErrorCode::invalid_graph);
    } else if (!rejection.empty()) {
      state.error(*source.type, "unknown node type " + json_quote(id) + ": " + rejection,
                  "see: melgraph plugins list", ErrorCode::plugin);
    } else {
      state.error(*source.type, "unknown node type " + json_quote(id),
                  "see: melgraph plugins list");
    }
    return;
  }
  const Descriptor& descriptor = node.type->descriptor;
  if (is_dropped(node, source)) return;
  std::vector<std::pair<std::string, ParamValue>> given;
  std::vector<std::pair<std::string, const JsonMember*>> places;
  bool unread = false;
  if (source.params != nullptr) {
    for (const JsonMember& member : source.params->members()) {
      places.emplace_back(member.key, &member);
      ParamSpec preset_spec = ParamSpec::string("preset", "").or_null();
      const ParamSpec* spec = descriptor.find_param(member.key);
      if (spec == nullptr && member.key == "preset" && !descriptor.presets.empty()) {
        spec = &preset_spec;
      }
      if (spec == nullptr) {
        given.emplace_back(member.key, ParamValue());
        continue;
      }
      if (!spec->deprecated.empty()) {
        state.warning(member.value, json_quote(member.key) + " is deprecated",
                      "use " + spec->deprecated);
      }
      if (auto value = read_param(state, spec, member.value)) {
        given.emplace_back(member.key, std::move(*value));
      } else {
        unread = true;
      }
    }
  }
  std::vector<ParamFinding> findings;
  node.params = complete_params(descriptor, given, findings);
  for (ParamFinding& finding : findings) {
    const auto place = std::find_if(places.begin(), places.end(), [&](const auto& entry) {
      return entry.first == finding.param;
    });
    if (place == places.end()) {
      // A value that could not be read has been reported: do not call it missing as well.
      if (!unread) {
        state.error(source.params != nullptr ? *source.params : *source.node, finding.message,
                    finding.hint);
      }
    } else if (descriptor.find_param(finding.param) == nullptr && finding.param != "preset") {
      state.error_at_key(*place->second, finding.message, finding.hint);
    } else {
      state.error(place->second->value, finding.message, finding.hint);
    }
  }
  for (const ParamSpec& spec : descriptor.params) {
    const ParamValue* value = node.params.find(spec.name);
    const bool names_file = spec.type == ParamType::file || spec.type == ParamType::labels;
    if (names_file && value != nullptr && std::holds_alternative<std::string>(*value)) {
      state.graph->files.push_back(
          {static_cast<int>(index), spec.name, std::get<std::string>(*value)});
    }
  }
}

}  // namespace

std::optional<fs::path> resolve_path(LoadState& state, const JsonValue& at,
                                     const FilledText& filled) {
  const std::string& text = filled.text;
  if (text.empty()) {
    state.error(at, "an empty path");
    return std::nullopt;
  }
  if (text.find('\0') != std::string::npos) {
    state.error(at, "a path with a NUL character");
    return std::nullopt;
  }
  const fs::path path(text);
  const Document& document = *state.document;
  fs::path base = document.folder;
  if (filled.from_user) {
    base = state.options.set_base.empty() ? fs::current_path() : state.options.set_base;
  }
  fs::path whole = (path.is_absolute() ? path : base / path).lexically_normal();
  if (document.is_bundle && !filled.from_user) {
    const bool climbs = !stays_inside(path);
    if (climbs || !lies_inside(document.folder, whole)) {
      state.error(at,
                  "the path " + json_quote(text) + " leads out of the bundle's folder" +
                      (climbs ? "" : " by a symbolic link"),
                  "a bundle names its own files only");
      return std::nullopt;
    }
  }
  return whole;
}

std::optional<ParamValue> read_param(LoadState& state, const ParamSpec* spec,
                                     const JsonValue& value) {
  std::optional<ParamValue> read;
  switch (value.type()) {
    case JsonValue::Type::null: read = ParamValue(); break;
    case JsonValue::Type::boolean: read = value.as_boolean(); break;
    case JsonValue::Type::integer: read = value.as_integer(); break;
    case JsonValue::Type::unsigned_integer:
    case JsonValue::Type::number: read = value.as_number(); break;
    case JsonValue::Type::array: read = read_array(state, value); break;
    case JsonValue::Type::object:
      state.error(value, json_quote(spec->name) + " cannot be an object", describe_values(*spec));
      return std::nullopt;
    case JsonValue::Type::string: {
      const auto filled = state.fill(value);
      if (!filled) return std::nullopt;
      read = filled->whole ? parse_text(*spec, filled->text) : ParamValue(filled->text);
      const bool is_path = spec->type == ParamType::file || spec->type == ParamType::labels;
      if (is_path && std::holds_alternative<std::string>(*read)) {
        const auto path = resolve_path(state, value, *filled);
        if (!path) return std::nullopt;
        read = path->string();
      }
      break;
    }
  }
  if (!read) return std::nullopt;
  if (auto finding = check_value(*spec, *read)) {
    state.error(value, finding->message,
                finding->hint.empty() ? describe_values(*spec) : finding->hint);
    return std::nullopt;
  }
  return read;
}

void resolve_nodes(LoadState& state) {
  for (std::size_t i = 0; i < state.graph->nodes.size(); ++i) resolve_node(state, i);
  drop_sinks_of_bundles(state);
}

}  // namespace melgraph
