#include "frontend_goldens.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/install_paths.h"
#include "melgraph/error.h"

namespace melgraph::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* schema = "melgraph.frontend-goldens/1";

ParamValue to_value(const Json& json) {
  if (json.is_null()) return {};
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (!json.empty() && json.front().is_string()) return json.get<std::vector<std::string>>();
  bool whole = true;
  for (const Json& element : json) whole = whole && element.is_number_integer();
  if (whole) return json.get<std::vector<std::int64_t>>();
  return json.get<std::vector<double>>();
}

Settings to_settings(const Json& json) {
  Settings settings;
  for (const auto& [name, value] : json.items()) settings.emplace_back(name, to_value(value));
  return settings;
}

Tolerance to_tolerance(const Json& json) {
  if (json.is_number()) return {json.get<double>(), 0};
  return {json.at("absolute").get<double>(), json.at("relative").get<double>()};
}

GoldenArray to_array(const Json& json) {
  GoldenArray array;
  array.shape = json.at("shape").get<std::vector<std::int64_t>>();
  array.mean = json.at("mean").get<double>();
  array.std = json.at("std").get<double>();
  array.min = json.at("min").get<double>();
  array.max = json.at("max").get<double>();
  for (const Json& probe : json.at("probes")) {
    GoldenArray::Probe read{probe.at(0).get<std::vector<std::int64_t>>(),
                            probe.at(1).get<double>()};
    bool inside = read.index.size() == array.shape.size();
    for (std::size_t i = 0; inside && i < read.index.size(); ++i) {
      inside = read.index[i] >= 0 && read.index[i] < array.shape[i];
    }
    if (!inside) throw Error(ErrorCode::io, "a probe lies outside of its array");
    array.probes.push_back(std::move(read));
  }
  return array;
}

GoldenCase to_case(const Json& json) {
  GoldenCase read;
  read.type = json.at("type").get<std::string>();
  read.preset = json.at("preset").get<std::string>();
  if (json.contains("params")) read.settings = to_settings(json["params"]);
  if (json.contains("then")) {
    for (const Json& node : json["then"]) {
      read.then.emplace_back(node.at("type").get<std::string>(), to_settings(node.at("params")));
    }
  }
  read.signal = json.at("signal").get<std::string>();
  read.sample_rate = json.at("sample_rate").get<int>();
  read.samples = json.at("samples").get<std::int64_t>();
  read.exact = json.value("exact", false);
  read.oracle = json.at("oracle").get<std::string>();
  read.features = to_array(json);
  read.float32 = to_tolerance(json.at("tolerance").at("float32"));
  read.float64 = to_tolerance(json.at("tolerance").at("float64"));
  return read;
}

GoldenResampling to_resampling(const Json& json) {
  GoldenResampling read;
  read.resampler = json.at("resampler").get<std::string>();
  read.signal = json.at("signal").get<std::string>();
  read.from = json.at("from").get<int>();
  read.to = json.at("to").get<int>();
  read.samples = json.at("samples").get<std::int64_t>();
  read.oracle = json.at("oracle").get<std::string>();
  read.sound = to_array(json);
  read.float32 = to_tolerance(json.at("tolerance").at("float32"));
  return read;
}

}  // namespace

double Tolerance::at(double value) const {
  return absolute + relative * std::abs(value);
}

std::filesystem::path golden_file() {
  return data_folder() / "frontends" / "goldens.json";
}

Goldens read_goldens(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) {
    throw Error(ErrorCode::io, "cannot read the golden vectors '" + file.string() + '\'',
                "they come with Melgraph; --goldens names another file");
  }
  try {
    const Json json = Json::parse(in);
    if (json.at("schema") != schema) {
      throw Error(ErrorCode::io, std::string("its schema is not ") + schema);
    }
    Goldens goldens;
    goldens.made_with = json.at("made_with").get<std::string>();
    for (const Json& entry : json.at("cases")) goldens.cases.push_back(to_case(entry));
    for (const Json& entry : json.at("resamplings")) {
      goldens.resamplings.push_back(to_resampling(entry));
    }
    return goldens;
  } catch (const std::exception& error) {
    throw Error(ErrorCode::io, "golden vectors '" + file.string() + "': " + error.what(),
                "make them with tests/reference/make_frontend_goldens.py");
  }
}

}  // namespace melgraph::cli
