#pragma once

#include <string>

#include "melgraph/engine.h"
#include "run/file_runner.h"

namespace melgraph::cli {

/// Write the figures of a run as JSON (schema melgraph.report/1), ended by a newline.
std::string run_report_json(const Graph& graph, const RunReport& report,
                            const FileRunSummary& summary);

}  // namespace melgraph::cli
