#include "tap_set.h"

#include <set>
#include <span>
#include <system_error>

#include "draw/png.h"
#include "io/npy.h"
#include "melgraph/error.h"
#include "melgraph/output_file.h"
#include "tap_names.h"
#include "tap_picture.h"

namespace melgraph::cli {

namespace {

namespace fs = std::filesystem;

bool is_taken(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

}  // namespace

TapSet::TapSet(const std::vector<std::string>& arguments, TapFormat format) : format_(format) {
  std::set<fs::path> folders;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == argument.size()) {
      throw Error(
          ErrorCode::usage,
          "--tap wants NODE=DIR, NODE.PORT=DIR or source.VIEW=DIR, not \"" + argument + '"');
    }
    Tap tap;
    tap.edge = argument.substr(0, equals);
    tap.folder = argument.substr(equals + 1);
    std::error_code error;
    const fs::path known = fs::weakly_canonical(fs::absolute(tap.folder), error);
    fs::path normal = error ? fs::absolute(tap.folder).lexically_normal() : known;
    if (!normal.has_filename()) normal = normal.parent_path();
    if (!folders.insert(normal).second) {
      throw Error(ErrorCode::usage, "two taps write into " + tap.folder.string(),
                  "their files would have the same names: give each a folder of its own");
    }
    if (fs::exists(tap.folder, error) && !fs::is_directory(tap.folder, error)) {
      throw Error(ErrorCode::usage, "--tap: " + tap.folder.string() + " is a file, not a folder");
    }
    taps_.push_back(std::move(tap));
  }
}

std::vector<std::string> TapSet::edges() const {
  std::vector<std::string> edges;
  for (const Tap& tap : taps_) edges.push_back(tap.edge);
  return edges;
}

std::string TapSet::folders_text() const {
  std::string text;
  for (const Tap& tap : taps_) text += (text.empty() ? "" : ", ") + tap.folder.string();
  return text;
}

fs::path TapSet::file(const Tap& tap, std::size_t input) const {
  return tap.folder / (names_[input] + (format_ == TapFormat::npy ? ".npy" : ".png"));
}

void TapSet::plan(const Graph& graph, const std::vector<InputItem>& inputs, bool overwrite) {
  if (taps_.empty()) return;
  graph_ = graph;
  const std::vector<OutputInfo>& outputs = graph.outputs();
  const std::size_t first = outputs.size() - taps_.size();  // taps come last, in their order
  for (std::size_t i = 0; i < taps_.size(); ++i) {
    taps_[i].output = first + i;
    if (format_ == TapFormat::png) check_drawable(outputs[first + i]);
  }
  names_ = tap_names(inputs);
  inputs_.clear();
  for (const InputItem& input : inputs) inputs_.push_back(input.name);
  if (overwrite) return;
  std::size_t count = 0;
  std::string found;
  for (const Tap& tap : taps_) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const fs::path path = file(tap, i);
      if (!is_taken(path)) continue;
      if (count++ == 0) found = path.string();
    }
  }
  if (count == 0) return;
  throw Error(ErrorCode::usage,
              count == 1 ? "tapped values exist already: " + found
                         : std::to_string(count) + " files of taps exist already, first " + found,
              "use --overwrite, or another folder with --tap");
}

void TapSet::write(std::size_t input, std::size_t output, const std::vector<Result>& items) const {
  const OutputInfo& info = graph_.outputs()[output];
  for (const Result& item : items) {
    if (item.shape == items.front().shape) continue;
    throw Error(ErrorCode::run_time, inputs_[input] + ": the items at " + info.name +
                                         " have shapes " + shape_text(items.front().shape) +
                                         " and " + shape_text(item.shape) +
                                         ", which one array cannot hold");
  }
  for (const Tap& tap : taps_) {
    if (tap.output != output) continue;
    const std::string path = file(tap, input).string();
    if (format_ == TapFormat::png) {
      if (items.empty() && info.spec.axes.front().name == "event") continue;  // nothing to draw
      OutputFile picture(path);
      picture.write(encode_png(draw_tap(graph_, output, items, inputs_[input])));
      picture.commit();
      continue;
    }
    std::vector<std::int64_t> shape = {static_cast<std::int64_t>(items.size())};
    if (!items.empty()) {
      shape.insert(shape.end(), items.front().shape.begin(), items.front().shape.end());
    }
    std::vector<std::span<const float>> blocks(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) blocks[i] = items[i].values;
    write_npy(path, shape, blocks);
  }
}

}  // namespace melgraph::cli
