#include "fit_graph.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "config/json_reader.h"
#include "core/file.h"
#include "core/install_paths.h"
#include "core/suggest.h"
#include "fit_edit.h"
#include "graph/graph.h"
#include "graph/installed.h"
#include "graph/placeholders.h"
#include "melgraph/error.h"

namespace melgraph::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_graph_file = 16u << 20;
constexpr const char* collector_type = "fit.members";
constexpr const char* collector_port = "members";

/// Stands where the node stands that is fitted, and hands on what its members give.
class Collector final : public Node {
 public:
  void process(ProcessContext& context) override {
    std::vector<at::Tensor> members;
    for (std::size_t i = 0; i < context.input_count(collector_port); ++i) {
      members.push_back(context.input(collector_port, i));
    }
    context.set_output("members", at::cat(members, 1));
  }
};

void infer_collector(InferContext& context) {
  const PortSpec& first = context.input(collector_port);
  PortSpec spec;
  spec.axes = {first.axes.front(), {"number", 0}};
  std::int64_t& size = spec.axes.back().size;
  for (std::size_t i = 0; i < context.input_count(collector_port); ++i) {
    const PortSpec& member = context.input(collector_port, i);
    const std::int64_t classes = member.axes.back().size;
    size = size == unknown_size || classes == unknown_size ? unknown_size : size + classes;
  }
  spec.labels = context.labels("labels");
  context.set_output("members", std::move(spec));
}

/// Describe the stand-in of a type: its port, its parameters without the file, one output.
NodeType collector_of(const Descriptor& type, const std::string& file_param) {
  NodeType collector;
  Descriptor& descriptor = collector.descriptor;
  descriptor.id = collector_type;
  descriptor.summary = "What the members of " + type.id + " give";
  descriptor.inputs = type.inputs;
  descriptor.inputs.front().name = collector_port;
  descriptor.outputs = {{"members", "The numbers of all members behind one another"}};
  for (const ParamSpec& param : type.params) {
    if (param.name != file_param) descriptor.params.push_back(param);
  }
  collector.infer = infer_collector;
  collector.make_node = []() -> std::unique_ptr<Node> { return std::make_unique<Collector>(); };
  return collector;
}

const Fittable* fittable_of(const NodeType* type, std::unique_ptr<Node>& instance) {
  if (type == nullptr || type->make_node == nullptr || type->descriptor.inputs.size() != 1) {
    return nullptr;
  }
  instance = type->make_node();
  return static_cast<const Fittable*>(instance->capability(fittable_id));
}

std::string fittable_types(Registry& registry) {
  std::string list;
  for (const std::string& id : registry.ids()) {
    std::unique_ptr<Node> instance;
    if (fittable_of(registry.find(id), instance) != nullptr)
      list += (list.empty() ? "" : ", ") + id;
  }
  return list.empty() ? "no installed type can be fitted" : "types that can be: " + list;
}

/// Call `function` for each string below a value.
template <class Function>
void each_string(const JsonValue& value, const Function& function) {
  if (value.is_string()) function(value);
  if (value.is_array()) {
    for (const JsonValue& item : value.items()) each_string(item, function);
  }
  if (value.is_object()) {
    for (const JsonMember& member : value.members()) each_string(member.value, function);
  }
}

/// Fill in all placeholders below a value, for the names that they have.
void visit(Placeholders& placeholders, const JsonValue& value) {
  Diagnostics ignored;
  each_string(value, [&](const JsonValue& text) { placeholders.fill(text, ignored); });
}

/// What a graph's file holds, as far as it is known to be what it should.
struct Document {
  const JsonValue* root = nullptr;
  std::vector<std::pair<std::string, const JsonValue*>> nodes;  ///< by id

  explicit Document(const JsonValue& value) : root(&value) {
    const JsonValue* list = value.find("nodes");
    if (list == nullptr || !list->is_array()) return;
    for (const JsonValue& node : list->items()) {
      const JsonValue* id = node.find("id");
      if (id != nullptr && id->is_string()) nodes.emplace_back(id->as_string(), &node);
    }
  }

  const JsonValue* find(const std::string& id) const {
    for (const auto& [name, node] : nodes) {
      if (name == id) return node;
    }
    return nullptr;
  }
};

/// Finds the nodes and views that a node takes from, over all others between.
class Sources {
 public:
  Sources(const Document& document, Placeholders placeholders)
      : document_(document), placeholders_(std::move(placeholders)) {}

  void add_node(const std::string& id) {
    const JsonValue* node = document_.find(id);
    if (node == nullptr || !nodes_.insert(node).second) return;
    const JsonValue* inputs = node->find("inputs");
    if (inputs == nullptr) return;
    each_string(*inputs, [this](const JsonValue& text) {
      if (const auto filled = placeholders_.fill(text, ignored_)) add_reference(filled->text);
    });
  }

  bool has_node(const JsonValue* node) const { return nodes_.count(node) > 0; }
  bool has_view(const std::string& view) const { return views_.count(view) > 0; }
  bool has_views() const { return !views_.empty(); }

 private:
  void add_reference(const std::string& reference) {
    const std::string prefix = "source.";
    if (reference.rfind(prefix, 0) == 0) {
      views_.insert(reference.substr(prefix.size()));
      // A view of a bundle is that of the node that stands for it.
      const std::size_t slash = reference.find('/');
      if (slash != std::string::npos) add_node(reference.substr(prefix.size(), slash - 7));
      return;
    }
    add_node(reference.substr(0, reference.find_first_of("./")));
  }

  const Document& document_;
  Placeholders placeholders_;
  Diagnostics ignored_;
  std::set<const JsonValue*> nodes_;
  std::set<std::string> views_;
};

/// Leave what feeds a node, and put the collector in its place.
JsonEdit edit_for(const Document& document, const std::string& id, const std::string& port,
                  const std::string& file_param, Placeholders placeholders) {
  const JsonValue& node = *document.find(id);
  Sources sources(document, std::move(placeholders));
  sources.add_node(id);
  JsonEdit edit;
  for (const JsonValue& other : document.root->find("nodes")->items()) {
    if (!sources.has_node(&other)) edit.dropped.insert(&other);
  }
  if (const JsonValue* source = document.root->find("source"); source && source->is_object()) {
    for (const JsonMember& view : source->members()) {
      if (!sources.has_view(view.key)) edit.dropped.insert(&view.value);
    }
    if (!sources.has_views()) edit.dropped.insert(source);
  }
  for (const char* key : {"outputs", "train"}) {
    if (const JsonValue* value = document.root->find(key)) edit.dropped.insert(value);
  }
  edit.replaced[node.find("type")] = nlohmann::json(collector_type).dump();
  if (const JsonValue* inputs = node.find("inputs")) {
    if (const JsonValue* members = inputs->find(port)) edit.renamed[members] = collector_port;
  }
  if (const JsonValue* params = node.find("params")) {
    if (const JsonValue* file = params->find(file_param)) edit.dropped.insert(file);
  }
  // As an output too, so that numbers that are not finite are failures of their input.
  edit.appended = "\"outputs\":" + nlohmann::json({{"members", id}}).dump();
  return edit;
}

/// Keep the values that the text still has a placeholder for.
std::map<std::string, std::string> used_values(const std::map<std::string, std::string>& values,
                                               const JsonValue& root, const std::string& file) {
  std::map<std::string, std::string> used;
  for (const auto& [name, value] : values) {
    Placeholders one({{name, value}}, file, [](const std::string&, const std::string&) {});
    visit(one, root);
    try {
      one.check_all_used();
      used[name] = value;
    } catch (const Error&) {
      // Only parts that were left out have it.
    }
  }
  return used;
}

JsonValue parse(const std::string& text, const std::string& file) {
  Diagnostics diagnostics;
  auto root = read_json(text, file, diagnostics);
  diagnostics.throw_if_errors();
  return std::move(*root);
}

}  // namespace

FitGraph::FitGraph(const std::string& graph, std::string node, const GraphOptions& options,
                   Registry& registry)
    : file_(find_graph_file(graph, graph_folders()).string()),
      id_(std::move(node)),
      options_(options) {
  if (fs::path(file_).filename() == "bundle.json") {
    throw Error(ErrorCode::usage, file_ + ": a bundle is finished, its nodes cannot be fitted",
                "fit the graph that it was made of, and create it again");
  }
  try {
    text_ = read_text_file(file_, max_graph_file);
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_graph, error.what(), error.hint());
  }
  const JsonValue root = parse(text_, file_);
  const Document document(root);
  const JsonValue* found = document.find(id_);
  if (found == nullptr) {
    std::vector<std::string> names;
    std::string list;
    for (const auto& [name, value] : document.nodes) {
      names.push_back(name);
      list += (list.empty() ? "" : ", ") + name;
    }
    const std::string near = suggest(id_, names);
    throw Error(ErrorCode::usage, file_ + " has no node \"" + id_ + '"',
                near.empty() ? "nodes: " + list : "did you mean \"" + near + "\"?");
  }
  const JsonValue* type = found->find("type");
  const std::string name = type != nullptr && type->is_string() ? type->as_string() : "";
  type_ = registry.find(name);
  fittable_ = fittable_of(type_, instance_);
  if (fittable_ == nullptr) {
    const std::string why = type_ == nullptr ? registry.rejection_for(name) : "";
    throw Error(ErrorCode::usage,
                "node \"" + id_ + "\" of type " + name + " cannot be fitted" +
                    (why.empty() ? "" : ": " + why),
                fittable_types(registry));
  }
  const auto ignore = [](const std::string&, const std::string&) {};
  Placeholders all(options_.set, file_, ignore);
  visit(all, root);
  all.check_all_used();
  text_ = write_edited(
      root, edit_for(document, id_, type_->descriptor.inputs.front().name, fittable_->file_param(),
                     Placeholders(options_.set, file_, ignore)));
  options_.set = used_values(options_.set, parse(text_, file_), file_);
}

void FitGraph::load(Engine& engine) {
  engine.registry().add(collector_of(type_->descriptor, fittable_->file_param()));
  options_.taps = {id_};
  graph_ = engine.load_text(text_, file_, fs::path(file_).parent_path(), options_);
  const ResolvedGraph& resolved = graph_.resolved();
  const GraphNode& node = resolved.nodes[static_cast<std::size_t>(resolved.find_node(id_))];
  const PortSpec& collected = graph_.outputs()[output()].spec;
  fit_node_.params = node.params;
  fit_node_.labels = collected.labels;
  item_ = collected.axes.front().name;
  for (const int index : node.inputs.front().edges) {
    const Edge& edge = resolved.edges[static_cast<std::size_t>(index)];
    const std::int64_t classes = edge.spec.axes.back().size;
    if (classes <= 0) {
      throw Error(ErrorCode::usage, "the number of classes of " + edge.name + " is not known",
                  "give the network its `labels`");
    }
    fit_node_.members.push_back(edge.spec);
    members_.push_back(edge.name);
    sizes_.push_back(static_cast<std::size_t>(classes));
  }
}

}  // namespace melgraph::cli
