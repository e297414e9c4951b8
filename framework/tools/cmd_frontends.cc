#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>

#include "exit_codes.h"
#include "frontend_catalog.h"
#include "frontend_goldens.h"
#include "frontend_text.h"
#include "frontend_verify.h"
#include "json_text.h"
#include "options.h"
#include "output.h"
#include "program.h"
#include "run/device.h"
#include "terminal.h"
#include "text_width.h"
#include "verdict_table.h"

namespace melgraph::cli {

namespace {

struct FrontendsOptions {
  PluginOptions plugins;
  LogOptions log;
  bool json = false;
  std::string name;
  std::string device = "cpu";
  std::string goldens;

  void add_to(CLI::App& command) {
    command.add_flag("--json", json, "Print JSON");
    plugins.add_to(command);
    log.add_to(command);
  }

  void add_goldens_to(CLI::App& command) {
    command
        .add_option("--goldens", goldens,
                    "Golden vectors to use instead of those that come with Melgraph")
        ->type_name("FILE");
  }

  EngineOptions engine_options(Console& console) const {
    log.apply(console);
    EngineOptions options;
    options.jobs = 1;
    options.log = log_to(console);
    plugins.apply(options);
    return options;
  }

  Goldens read() const {
    return read_goldens(goldens.empty() ? golden_file() : std::filesystem::path(goldens));
  }
};

int list(const FrontendsOptions& options, Program& program) {
  Engine engine(options.engine_options(program.console));
  const FrontendCatalog catalog(engine.registry());
  const std::size_t width = is_terminal(stdout) ? terminal_width(stdout) : 0;
  print(options.json ? preset_list_json(catalog.presets())
                     : preset_list_text(catalog.presets(), width));
  return exit_ok;
}

bool is_of(const GoldenCase& golden, const FrontendPreset& preset) {
  return golden.type == preset.type->descriptor.id && golden.preset == preset.preset->name;
}

int show(const FrontendsOptions& options, Program& program) {
  Engine engine(options.engine_options(program.console));
  const FrontendCatalog catalog(engine.registry());
  const FrontendPreset& preset = catalog.find(options.name);
  std::vector<GoldenCase> cases;
  for (GoldenCase& golden : options.read().cases) {
    if (is_of(golden, preset)) cases.push_back(std::move(golden));
  }
  print(options.json ? preset_json(preset, cases) : preset_text(preset, cases));
  return exit_ok;
}

/// What one call of `verify` is about.
struct Selection {
  std::vector<GoldenCase> cases;
  std::vector<GoldenResampling> resamplings;
  std::vector<std::string> without;  ///< presets that have no golden vectors
};

/// Choose the cases of one preset or resampler, or all.
Selection select(const std::string& name, const FrontendCatalog& catalog, const Goldens& goldens) {
  Selection selection;
  for (const GoldenResampling& golden : goldens.resamplings) {
    if (name.empty() || golden.resampler == name) selection.resamplings.push_back(golden);
  }
  if (!name.empty() && !selection.resamplings.empty()) return selection;
  const FrontendPreset* only = name.empty() ? nullptr : &catalog.find(name);
  std::vector<GoldenCase> strangers;  // their presets are not installed
  for (const GoldenCase& golden : goldens.cases) {
    if (only == nullptr && catalog.find(golden.type, golden.preset) == nullptr) {
      strangers.push_back(golden);
    }
  }
  for (const FrontendPreset& preset : catalog.presets()) {
    if (only != nullptr && only != &preset) continue;
    const std::size_t before = selection.cases.size();
    for (const GoldenCase& golden : goldens.cases) {
      if (is_of(golden, preset)) selection.cases.push_back(golden);
    }
    if (selection.cases.size() == before) selection.without.push_back(preset.name);
  }
  selection.cases.insert(selection.cases.end(), strangers.begin(), strangers.end());
  return selection;
}

/// Compute all that was selected, telling each verdict as soon as it stands.
std::vector<Verdict> verify_all(const Selection& selection, const FrontendVerifier& verifier,
                                bool on_cpu, const std::function<void(const Verdict&)>& tell) {
  std::vector<Verdict> verdicts;
  const auto add = [&](Verdict verdict) {
    tell(verdict);
    verdicts.push_back(std::move(verdict));
  };
  for (const GoldenCase& golden : selection.cases) {
    for (const DType dtype : {DType::float32, DType::float64}) add(verifier.verify(golden, dtype));
  }
  if (on_cpu || selection.cases.empty()) {
    for (const GoldenResampling& golden : selection.resamplings) {
      add(FrontendVerifier::verify(golden));
    }
  }
  return verdicts;
}

std::string summary_text(const std::vector<Verdict>& verdicts, std::size_t failed,
                         const std::vector<std::string>& without, const std::string& made_with) {
  std::string text;
  if (!without.empty()) {
    text += "\nno golden vectors:";
    for (const std::string& name : without) text += ' ' + printable(name);
    text += '\n';
  }
  if (verdicts.empty()) return text;
  text += '\n' + std::to_string(verdicts.size() - failed) + " of " +
          std::to_string(verdicts.size()) + " within tolerance; golden vectors made with " +
          printable(made_with) + '\n';
  return text;
}

int verify(const FrontendsOptions& options, Program& program) {
  Engine engine(options.engine_options(program.console));
  const c10::Device device = choose_device(options.device);
  const FrontendCatalog catalog(engine.registry());
  const Goldens goldens = options.read();
  const Selection selection = select(options.name, catalog, goldens);

  VerdictStyle style;
  style.colour = wants_colour(stdout);
  style.name_width = 6;
  const auto widen = [&style](const std::string& name) {
    style.name_width = std::max(style.name_width, display_width(name));
  };
  for (const GoldenCase& golden : selection.cases) widen(name_of(golden, catalog));
  for (const GoldenResampling& golden : selection.resamplings) {
    widen("resampler " + golden.resampler);
  }
  bool begun = false;
  const auto tell = [&](const Verdict& verdict) {
    if (options.json) return;
    if (!begun) print(verdict_header(style));
    begun = true;
    print(verdict_line(verdict, style));
  };
  const FrontendVerifier verifier(engine.registry(), catalog, device);
  const std::vector<Verdict> verdicts = verify_all(selection, verifier, device.is_cpu(), tell);
  const auto failed = static_cast<std::size_t>(std::count_if(
      verdicts.begin(), verdicts.end(), [](const Verdict& verdict) { return !verdict.ok; }));
  if (options.json) {
    nlohmann::ordered_json json = {{"device", device.str()},
                                   {"made_with", goldens.made_with},
                                   {"verdicts", nlohmann::ordered_json::array()},
                                   {"without_golden_vectors", selection.without},
                                   {"failed", failed}};
    for (const Verdict& verdict : verdicts) json["verdicts"].push_back(verdict_json(verdict));
    print(json_text(json));
  } else {
    print(summary_text(verdicts, failed, selection.without, goldens.made_with));
  }
  return failed == 0 ? exit_ok : exit_failure;
}

void add_list(CLI::App& parent, Program& program) {
  auto options = std::make_shared<FrontendsOptions>();
  CLI::App* command = parent.add_subcommand("list", "List the presets of all front ends");
  options->add_to(*command);
  command->footer("Example:\n  melgraph frontends list");
  command->callback([options, &program] {
    program.chosen = [options, &program] { return list(*options, program); };
  });
}

void add_show(CLI::App& parent, Program& program) {
  auto options = std::make_shared<FrontendsOptions>();
  CLI::App* command =
      parent.add_subcommand("show", "Show parameters, fingerprint and references of a preset");
  command->add_option("PRESET", options->name, "Such as vggish, or frontend.mfcc/librosa-default")
      ->required()
      ->type_name("");
  options->add_goldens_to(*command);
  options->add_to(*command);
  command->footer("Example:\n  melgraph frontends show vggish");
  command->callback([options, &program] {
    program.chosen = [options, &program] { return show(*options, program); };
  });
}

void add_verify(CLI::App& parent, Program& program) {
  auto options = std::make_shared<FrontendsOptions>();
  CLI::App* command = parent.add_subcommand(
      "verify", "Compare what presets and resamplers give here with their golden vectors");
  command->add_option("PRESET", options->name, "A preset or a resampler; without it, all")
      ->type_name("");
  command->add_option("--device", options->device, "auto, cpu, cuda or cuda:N")
      ->type_name("DEVICE");
  options->add_goldens_to(*command);
  options->add_to(*command);
  command->footer(
      "Each case is computed in float32 and in float64; on CUDA twice the tolerance is\n"
      "allowed. `error` is the largest one over the probe points, in the units of the\n"
      "features. Exit code 1 where a case is beyond its tolerance.\n\n"
      "Example:\n  melgraph frontends verify vggish");
  command->callback([options, &program] {
    program.chosen = [options, &program] { return verify(*options, program); };
  });
}

}  // namespace

void add_frontends_command(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand(
      "frontends", "Show presets of front ends, and verify them against golden vectors");
  command->require_subcommand(1);
  command->footer("Example:\n  melgraph frontends verify");
  add_list(*command, program);
  add_show(*command, program);
  add_verify(*command, program);
}

}  // namespace melgraph::cli
