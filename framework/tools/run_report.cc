#include "run_report.h"

#include "graph/graph.h"
#include "json_text.h"
#include "melgraph/version.h"

namespace melgraph::cli {

std::string run_report_json(const Graph& graph, const RunReport& report,
                            const FileRunSummary& summary) {
  using Json = nlohmann::ordered_json;
  Json nodes = Json::array();
  for (const NodeReport& node : report.nodes) {
    nodes.push_back({{"id", node.id},
                     {"type", node.type},
                     {"device", node.device},
                     {"items", node.items},
                     {"batches", node.batches},
                     {"seconds", node.seconds}});
    if (!node.precision.empty()) nodes.back()["precision"] = node.precision;
    if (!node.note.empty()) nodes.back()["note"] = node.note;
  }
  const Json json = {
      {"schema", "melgraph.report/1"},
      {"melgraph", MELGRAPH_VERSION},
      {"graph", graph.name()},
      {"graph_file", graph.resolved().file},
      {"device", report.device},
      {"workers", report.workers},
      {"files", summary.files},
      {"failed", summary.failed},
      {"decodes", summary.decodes},
      {"interrupted", summary.interrupted},
      {"audio_seconds", summary.audio_seconds},
      {"wall_seconds", summary.wall_seconds},
      {"windows", report.windows},
      {"batches", report.batches},
      {"bytes_to_device", report.bytes_to_device},
      {"bytes_from_device", report.bytes_from_device},
      {"copies_to_device", report.copies_to_device},
      {"copies_from_device", report.copies_from_device},
      {"stages",
       {{"decode", summary.decode_seconds},
        {"convert", report.convert_seconds},
        {"compute", report.compute_seconds},
        {"write", summary.write_seconds}}},
      {"nodes", std::move(nodes)},
  };
  return json_text(json);
}

}  // namespace melgraph::cli
