#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "plugin/plugin_file.h"

namespace melgraph {

/// Write a verdict as an object; the same in the cache and in the probe's answers.
nlohmann::json verdict_to_json(const ProbeVerdict& verdict);
/// Read it; throws `nlohmann::json::exception` where something is missing or of another type.
ProbeVerdict verdict_from_json(const nlohmann::json& object);

nlohmann::json types_to_json(const std::vector<PluginType>& types);
std::vector<PluginType> types_from_json(const nlohmann::json& list);

}  // namespace melgraph
