#include <dlfcn.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <system_error>

#include "core/install_paths.h"
#include "exit_codes.h"
#include "json_text.h"
#include "melgraph/version.h"
#include "output.h"
#include "program.h"
#include "run/device.h"

namespace melgraph::cli {

namespace {

struct Versions {
  std::string libtorch;
  std::string libtorch_folder;
  std::string cuda_obstacle;  ///< empty where CUDA can be used
  std::string gstreamer;      ///< empty without it
  std::vector<DeviceInfo> devices;
};

std::string plugin_api() {
  return std::to_string(MELGRAPH_API_MAJOR) + '.' + std::to_string(MELGRAPH_API_MINOR);
}

/// Ask the GStreamer of this host, where Melgraph was built with it; nothing links it.
std::string gstreamer_version() {
  std::error_code error;
  if (!std::filesystem::exists(library_folder() / "melgraph/libmelgraph_gst.so", error)) return {};
  void* const library = dlopen("libgstreamer-1.0.so.0", RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) return {};
  using Version = void (*)(unsigned*, unsigned*, unsigned*, unsigned*);
  const auto version = reinterpret_cast<Version>(dlsym(library, "gst_version"));
  if (version == nullptr) return {};
  unsigned major = 0;
  unsigned minor = 0;
  unsigned micro = 0;
  unsigned nano = 0;
  version(&major, &minor, &micro, &nano);
  return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(micro);
}

Versions collect(const melgraph_launch_info& launch) {
  Versions versions;
  versions.libtorch = launch.libtorch_version;
  versions.libtorch_folder = launch.libtorch_folder;
  versions.cuda_obstacle = launch.cuda_note != nullptr ? launch.cuda_note : cuda_obstacle();
  versions.gstreamer = gstreamer_version();
  versions.devices = list_devices();
  return versions;
}

std::string as_json(const Versions& versions) {
  nlohmann::ordered_json json = {{"melgraph", MELGRAPH_VERSION},
                                 {"plugin_api", plugin_api()},
                                 {"libtorch", versions.libtorch},
                                 {"libtorch_folder", versions.libtorch_folder}};
  json["cuda"] = {{"available", versions.cuda_obstacle.empty()}};
  if (!versions.cuda_obstacle.empty()) json["cuda"]["reason"] = versions.cuda_obstacle;
  json["gstreamer"] = nullptr;
  if (!versions.gstreamer.empty()) json["gstreamer"] = versions.gstreamer;
  json["devices"] = nlohmann::ordered_json::array();
  for (const DeviceInfo& device : versions.devices) {
    nlohmann::ordered_json entry = {{"name", device.name}, {"description", device.description}};
    entry["memory"] = nullptr;
    if (device.memory > 0) entry["memory"] = device.memory;
    json["devices"].push_back(std::move(entry));
  }
  return json_text(json);
}

std::string as_text(const Versions& versions) {
  std::string text =
      std::string("Melgraph ") + MELGRAPH_VERSION + "\nplugin interface " + plugin_api() +
      "\nLibTorch " + versions.libtorch + " in " + versions.libtorch_folder + "\nCUDA: " +
      (versions.cuda_obstacle.empty() ? "usable" : "not usable: " + versions.cuda_obstacle) +
      "\nGStreamer: " + (versions.gstreamer.empty() ? "no" : versions.gstreamer) + "\ndevices:\n";
  for (const DeviceInfo& device : versions.devices) {
    text += "  " + device.name;
    if (!device.description.empty()) text += "  " + device.description;
    if (device.memory > 0) text += ", " + std::to_string(device.memory >> 20) + " MiB";
    text += '\n';
  }
  return text;
}

}  // namespace

void add_version_command(CLI::App& app, Program& program) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("version", "Print the versions of Melgraph and what it runs on");
  command->add_flag("--json", *json, "Print JSON");
  command->footer("Example:\n  melgraph version --json");
  command->callback([json, &program] {
    program.chosen = [json, &program] {
      const Versions versions = collect(*program.launch);
      print(*json ? as_json(versions) : as_text(versions));
      return exit_ok;
    };
  });
}

}  // namespace melgraph::cli
