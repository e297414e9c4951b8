#include <algorithm>

#include "config/json_writer.h"
#include "core/suggest.h"
#include "graph/load_state.h"

namespace melgraph {

namespace {

/// Return the names under `prefix` as its own document writes them, without those of bundles in it.
template <class Items, class NameOf>
void add_local_names(const Items& items, const std::string& prefix, NameOf name_of,
                     std::vector<std::string>& names) {
  for (const auto& item : items) {
    const std::string& name = name_of(item);
    if (name.compare(0, prefix.size(), prefix) != 0) continue;
    const std::string local = name.substr(prefix.size());
    if (local.find('/') == std::string::npos) names.push_back(local);
  }
}

std::optional<Reference> find_view(LoadState& state, const JsonValue& value,
                                   const std::string& name) {
  const std::string& prefix = state.document->prefix;
  const std::vector<View>& views = state.graph->views;
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (views[i].name == prefix + name) return Reference{-1, static_cast<int>(i)};
  }
  std::vector<std::string> names;
  add_local_names(
      views, prefix, [](const View& view) -> const auto& { return view.name; }, names);
  state.error(value,
              name.empty() ? "\"source\" alone names no view"
                           : "the source has no view " + json_quote(name),
              near_or_list(name, names, "view"));
  return std::nullopt;
}

std::optional<Reference> find_bundle_port(LoadState& state, const JsonValue& value,
                                          Document& bundle, const std::string& head,
                                          const std::string* port) {
  bundle.used = true;
  if (bundle.outputs == nullptr) return std::nullopt;  // reported
  if (port == nullptr && !bundle.ports.empty()) return bundle.ports.front().second;
  std::vector<std::string> names;
  for (const auto& [name, reference] : bundle.ports) {
    if (port != nullptr && name == *port) return reference;
    names.push_back(name);
  }
  state.error(value,
              "bundle " + json_quote(head) + " has no output" +
                  (port != nullptr ? " " + json_quote(*port) : ""),
              near_or_list(port != nullptr ? *port : "", names, "output"));
  return std::nullopt;
}

}  // namespace

std::string near_or_list(const std::string& wrong, const std::vector<std::string>& names,
                         const std::string& what) {
  const std::string near = suggest(wrong, names);
  if (!near.empty()) return "did you mean \"" + near + "\"?";
  if (names.empty()) return "there is no " + what;
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return what + "s: " + list;
}

std::optional<Reference> find_reference(LoadState& state, const JsonValue& value,
                                        const std::string& self) {
  const auto filled = state.fill(value);
  if (!filled) return std::nullopt;
  const std::string& text = filled->text;
  const std::size_t dot = text.find('.');
  const std::string head = text.substr(0, dot);
  const std::string tail = dot == std::string::npos ? "" : text.substr(dot + 1);
  if (head == "source") return find_view(state, value, tail);
  const ResolvedGraph& graph = *state.graph;
  const std::string& prefix = state.document->prefix;
  if (Document* bundle = state.find_bundle(prefix + head)) {
    return find_bundle_port(state, value, *bundle, head,
                            dot == std::string::npos ? nullptr : &tail);
  }
  const int node = graph.find_node(prefix + head);
  if (node < 0) {
    std::vector<std::string> names = {"source"};
    add_local_names(
        graph.nodes, prefix, [](const GraphNode& n) -> const auto& { return n.id; }, names);
    for (const auto& document : state.documents) {
      if (document->outer == state.document) {
        names.push_back(
            document->prefix.substr(prefix.size(), document->prefix.size() - prefix.size() - 1));
      }
    }
    if (self.size() > prefix.size()) {
      names.erase(std::remove(names.begin(), names.end(), self.substr(prefix.size())), names.end());
    }
    if (head.find('/') != std::string::npos) {
      for (const GraphNode& n : graph.nodes) {
        if (n.id.compare(0, prefix.size(), prefix) == 0)
          names.push_back(n.id.substr(prefix.size()));
      }
    }
    state.error(value, "there is no node " + json_quote(head), near_or_list(head, names, "node"));
    return std::nullopt;
  }
  if (Document* bundle = state.find_bundle(prefix + head.substr(0, head.find('/')))) {
    bundle->used = true;
  }
  const NodeType* type = graph.nodes[static_cast<std::size_t>(node)].type;
  if (type == nullptr) return std::nullopt;  // its unknown type has been reported
  const auto& ports = type->descriptor.outputs;
  if (ports.empty()) {
    state.error(value,
                "node " + json_quote(head) + " (" + type->descriptor.id + ") has no output port");
    return std::nullopt;
  }
  if (dot == std::string::npos) return Reference{node, 0};
  std::vector<std::string> names;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (ports[i].name == tail) return Reference{node, static_cast<int>(i)};
    names.push_back(ports[i].name);
  }
  state.error(value,
              "node " + json_quote(head) + " (" + type->descriptor.id + ") has no output port " +
                  json_quote(tail),
              near_or_list(tail, names, "output port"));
  return std::nullopt;
}

void read_ports_of_bundles(LoadState& state) {
  // A bundle stands behind the file that holds it: backwards, the inner ones are ready first.
  for (std::size_t i = state.documents.size(); i-- > 1;) {
    Document& bundle = *state.documents[i];
    const InDocument in(state, bundle);
    if (bundle.outputs == nullptr) {
      if (bundle.root->find("outputs") == nullptr) {
        state.error(*bundle.root, "a bundle inside a graph needs \"outputs\"",
                    "they are what the graph can take from it");
      }
      continue;
    }
    for (const JsonMember& member : bundle.outputs->members()) {
      std::optional<Reference> found;
      if (!member.value.is_string()) {
        state.error(member.value,
                    std::string("an output names a node, not ") + member.value.type_name());
      } else {
        found = find_reference(state, member.value, "");
        if (found && found->node < 0) {
          state.error(member.value, "an output names a node, not a view of the source");
          found.reset();
        }
      }
      bundle.ports.emplace_back(member.key, found);
    }
  }
}

}  // namespace melgraph
