#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "melgraph/contract.h"
#include "melgraph/export.h"

namespace melgraph {

class Node;
class Sink;

/// Node type as a plugin hands it over; exactly one of the two `make` functions is set.
struct NodeType {
  Descriptor descriptor;
  InferFunction infer = nullptr;
  std::unique_ptr<Node> (*make_node)() = nullptr;
  std::unique_ptr<Sink> (*make_sink)() = nullptr;
};

/// Takes the node types of one plugin library.
class MELGRAPH_API Registrar {
 public:
  virtual ~Registrar();
  Registrar(const Registrar&) = delete;
  Registrar& operator=(const Registrar&) = delete;

  virtual void add(NodeType type) = 0;

  /// Add the node or sink class `T`, default-constructible and in an anonymous namespace.
  template <class T>
  void add(Descriptor descriptor, InferFunction infer) {
    static_assert(std::is_base_of_v<Node, T> || std::is_base_of_v<Sink, T>,
                  "a plugin class derives from melgraph::Node or melgraph::Sink");
    NodeType type;
    type.descriptor = std::move(descriptor);
    type.infer = infer;
    if constexpr (std::is_base_of_v<Node, T>) {
      type.make_node = [] { return std::unique_ptr<Node>(new T); };
    } else {
      type.make_sink = [] { return std::unique_ptr<Sink>(new T); };
    }
    add(std::move(type));
  }

 protected:
  Registrar() = default;
};

}  // namespace melgraph
