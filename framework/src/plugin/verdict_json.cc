#include "plugin/verdict_json.h"

#include <nlohmann/json.hpp>

namespace melgraph {

using nlohmann::json;

json types_to_json(const std::vector<PluginType>& types) {
  json list = json::array();
  for (const PluginType& type : types) list.push_back({{"id", type.id}, {"summary", type.summary}});
  return list;
}

std::vector<PluginType> types_from_json(const json& list) {
  std::vector<PluginType> types;
  for (const json& type : list) {
    types.push_back({type.at("id").get<std::string>(), type.at("summary").get<std::string>(), {}});
  }
  return types;
}

json verdict_to_json(const ProbeVerdict& verdict) {
  return {{"accepted", verdict.accepted},
          {"reason", verdict.reason},
          {"built_for", verdict.built_for},
          {"may_change", verdict.may_change},
          {"types", types_to_json(verdict.types)}};
}

ProbeVerdict verdict_from_json(const json& object) {
  ProbeVerdict verdict;
  verdict.accepted = object.at("accepted").get<bool>();
  verdict.reason = object.at("reason").get<std::string>();
  verdict.built_for = object.at("built_for").get<std::string>();
  verdict.may_change = object.at("may_change").get<bool>();
  verdict.types = types_from_json(object.at("types"));
  return verdict;
}

}  // namespace melgraph
