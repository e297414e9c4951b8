#include "missing_libtorch.h"

#include <melgraph/version.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace melgraph::launch {

namespace {

std::vector<std::string> ways_to_get_it() {
  const std::string version(libtorch_pinned);
  return {
      "in Melgraph's source tree: make",
      "with Python: pip install torch==" + version,
      "or set MELGRAPH_LIBTORCH to the torch folder of an installed torch " +
          std::string(libtorch_series),
  };
}

std::string candidate_lines(const LoadedLibTorch& libtorch) {
  std::string text;
  for (const LibTorchCandidate& candidate : libtorch.search.candidates) {
    text += "  " + candidate.source + ": ";
    if (!candidate.folder.empty()) text += candidate.folder.string() + ": ";
    text += (candidate.rejected.empty() ? libtorch.error : candidate.rejected) + "\n";
  }
  return text;
}

std::string way_lines() {
  std::string text = "hint: get LibTorch " + std::string(libtorch_series) + "\n";
  for (const std::string& way : ways_to_get_it()) text += "  " + way + "\n";
  return text;
}

std::string plugin_api() {
  return std::to_string(MELGRAPH_API_MAJOR) + "." + std::to_string(MELGRAPH_API_MINOR);
}

nlohmann::ordered_json version_object(const LoadedLibTorch& libtorch) {
  nlohmann::ordered_json candidates = nlohmann::ordered_json::array();
  for (const LibTorchCandidate& candidate : libtorch.search.candidates) {
    candidates.push_back(
        {{"source", candidate.source},
         {"folder", candidate.folder.empty() ? nlohmann::ordered_json(nullptr)
                                             : nlohmann::ordered_json(candidate.folder.string())},
         {"reason", candidate.rejected.empty() ? libtorch.error : candidate.rejected}});
  }
  return {{"melgraph", MELGRAPH_VERSION},
          {"plugin_api", plugin_api()},
          {"libtorch", nullptr},
          {"libtorch_error", "LibTorch " + libtorch.error},
          {"libtorch_candidates", candidates},
          {"cuda", nullptr},
          {"gstreamer", nullptr},
          {"hints", ways_to_get_it()}};
}

}  // namespace

std::string explain_missing_libtorch(const LoadedLibTorch& libtorch) {
  return "error: LibTorch " + libtorch.error + "; looked at\n" + candidate_lines(libtorch) +
         way_lines();
}

std::string version_without_libtorch(const LoadedLibTorch& libtorch, bool json) {
  if (json) {
    // Paths are bytes: what is not UTF-8 must not cost the answer.
    return version_object(libtorch).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
           "\n";
  }
  return std::string("Melgraph ") + MELGRAPH_VERSION + "\nplugin interface " + plugin_api() +
         "\nLibTorch: " + libtorch.error + "; looked at\n" + candidate_lines(libtorch) +
         "CUDA: unknown without LibTorch\nGStreamer: unknown without LibTorch\n" + way_lines();
}

}  // namespace melgraph::launch
