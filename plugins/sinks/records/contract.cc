#include "contract.h"

#include <utility>

namespace melgraph::sinks {

namespace {

InputPort scores_port() {
  InputPort port;
  port.name = "scores";
  port.doc = "What is written: one number an item, or one a class";
  port.kinds = {Kind::scores, Kind::logits, Kind::embedding, Kind::values};
  port.axes = {"window|clip|event", "..."};
  return port;
}

ParamSpec top_k(int otherwise) {
  return ParamSpec::integer("top_k", "How many of the best classes are written; 0 writes all")
      .at_least(0)
      .in("classes")
      .otherwise(otherwise);
}

Descriptor describe(std::string id, std::string summary, std::string description) {
  Descriptor descriptor;
  descriptor.id = std::move(id);
  descriptor.scope = Scope::sink;
  descriptor.summary = std::move(summary);
  descriptor.description = std::move(description);
  descriptor.inputs = {scores_port()};
  return descriptor;
}

}  // namespace

Descriptor describe_csv() {
  Descriptor descriptor = describe(
      "sink.csv", "Write results as CSV",
      "Writes CSV as in RFC 4180 (fields quoted where needed, lines ended by CR LF). Layout `long` "
      "has one row a clip, window or event and rank: file, start, end, rank, label, score, status, "
      "error. Layout `wide` has one row a clip, window or event with one column a class, in the "
      "order of the classes; classes that a node before left out are empty there. A failed input "
      "has one row "
      "with its message, an input without an event has none. Times are in seconds.");
  descriptor.references = {"RFC 4180, Common Format and MIME Type for CSV Files"};
  descriptor.params = {
      ParamSpec::string("path", "File to write, relative to the folder of results")
          .otherwise("results.csv"),
      ParamSpec::string("layout", "Rows a rank, or columns a class")
          .one_of({"long", "wide"})
          .otherwise("long"),
      top_k(5),
  };
  descriptor.params.back().doc += "; layout long only";
  return descriptor;
}

Descriptor describe_json() {
  Descriptor descriptor =
      describe("sink.json", "Write results as JSON",
               "Writes one JSON object (schema melgraph.result/1) a clip, window, event or failed "
               "input: one a "
               "line, or all of them in one array. Scores stand best first. Times are in seconds.");
  descriptor.params = {
      ParamSpec::string("path", "File to write, relative to the folder of results")
          .otherwise("results.ndjson"),
      ParamSpec::string("format", "One object a line, or one array")
          .one_of({"ndjson", "array"})
          .otherwise("ndjson"),
      top_k(0),
  };
  return descriptor;
}

Descriptor describe_labels() {
  Descriptor descriptor = describe(
      "sink.labels", "Write Audacity label tracks",
      "Writes one label track an input into a folder, named after the input without its extension "
      "(the second of one name gets -2): lines of start, end and label, separated by tabs, times "
      "in seconds. A failed input has no track, nor has one without an event.");
  descriptor.references = {"Audacity manual, Importing and Exporting Labels"};
  descriptor.params = {
      ParamSpec::string("path", "Folder to write into, relative to the folder of results")
          .otherwise("labels"),
      top_k(1),
      ParamSpec::number("threshold", "Least score of a label; null takes all").or_null(),
      ParamSpec::boolean("merge",
                         "Join windows that follow one another with the same label into one row; "
                         "events stay one row each")
          .otherwise(ParamValue(true)),
  };
  return descriptor;
}

void infer_record_sink(InferContext& context) {
  const PortSpec& input = context.input("scores");
  if (input.axes.size() <= 2) return;
  context.report_input(
      "scores", 0,
      "a sink writes one number an item or one a class, but this input is " + to_string(input),
      "reduce it to two axes before, e.g. with post.mean");
}

}  // namespace melgraph::sinks
