#include "melgraph/plugin.h"

#include "contract.h"
#include "csv_sink.h"
#include "json_sink.h"
#include "labels_sink.h"

namespace {

void add(melgraph::Registrar& registrar, melgraph::Descriptor descriptor,
         std::unique_ptr<melgraph::Sink> (*make)()) {
  melgraph::NodeType type;
  type.descriptor = std::move(descriptor);
  type.infer = melgraph::sinks::infer_record_sink;
  type.make_sink = make;
  registrar.add(std::move(type));
}

}  // namespace

MELGRAPH_PLUGIN(registrar) {
  using namespace melgraph::sinks;
  add(registrar, describe_csv(), make_csv_sink);
  add(registrar, describe_json(), make_json_sink);
  add(registrar, describe_labels(), make_labels_sink);
}
