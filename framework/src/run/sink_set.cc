#include "run/sink_set.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include "melgraph/error.h"
#include "melgraph/output_file.h"

namespace melgraph {

namespace fs = std::filesystem;

namespace {

fs::path part_of(const fs::path& path) {
  return path.string() + ".part";
}

bool is_taken(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

/// Return what of an earlier run lies at `path`: a file, what is left of one, or a filled folder.
std::optional<fs::path> find_results(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    if (fs::is_empty(path, error) && !error) return std::nullopt;
    return path;
  }
  if (is_taken(path)) return path;
  if (is_taken(part_of(path))) return part_of(path);
  return std::nullopt;
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto [in_folder, in_path] =
      std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return in_folder == folder.end();
}

class Stopwatch {
 public:
  explicit Stopwatch(double& seconds) : seconds_(seconds) {}
  ~Stopwatch() { seconds_ += std::chrono::duration<double>(Clock::now() - start_).count(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  double& seconds_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

class SinkSet::Context final : public SinkContext {
 public:
  Context(SinkSet& set, const SinkSlot& slot) : set_(set), slot_(slot) {}

  const Params& params() const override { return slot_.params; }
  const PortSpec& input() const override { return slot_.input; }

  std::unique_ptr<OutputFile> create(const std::string& path) override {
    const fs::path relative = set_.checked_path(slot_.node, path);
    set_.claim(slot_.node, relative, false);
    const fs::path target = set_.folder_ / relative;
    if (!set_.overwrite_) {
      if (const auto existing = find_results(target)) set_.refuse_results({*existing});
    }
    auto file = std::make_unique<OutputFile>(target.string());
    set_.files_.push_back(target);
    return file;
  }

  void claim_folder(const std::string& path) override {
    const fs::path relative = set_.checked_path(slot_.node, path);
    set_.claim(slot_.node, relative, true);
    if (set_.overwrite_) return;
    if (const auto existing = find_results(set_.folder_ / relative)) {
      set_.refuse_results({*existing});
    }
  }

 private:
  SinkSet& set_;
  const SinkSlot& slot_;
};

struct SinkSet::OpenSink {
  OpenSink(SinkSet& set, SinkSlot given) : slot(std::move(given)), context(set, slot) {}

  SinkSlot slot;
  Context context;
  bool works = false;
};

SinkSet::SinkSet(std::vector<SinkSlot> slots, fs::path folder, bool overwrite)
    : folder_(std::move(folder)), overwrite_(overwrite) {
  for (SinkSlot& slot : slots) sinks_.push_back(std::make_unique<OpenSink>(*this, std::move(slot)));
}

SinkSet::~SinkSet() {
  // A sink may use its context to the last.
  for (auto& sink : sinks_) sink->slot.sink.reset();
}

fs::path SinkSet::checked_path(const std::string& node, const std::string& path) const {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorCode::usage, "sink \"" + node + "\": path \"" + path + "\" " + why,
                "give a path below the folder of results, such as results.csv");
  };
  const fs::path given(path);
  if (given.empty()) refuse("is empty");
  if (given.is_absolute()) refuse("is absolute");
  for (const fs::path& part : given) {
    if (part == "..") refuse("leads upwards");
  }
  fs::path normal = given.lexically_normal();
  if (!normal.has_filename()) normal = normal.parent_path();
  if (normal.empty() || normal == ".") refuse("names no file");
  return normal;
}

void SinkSet::claim(const std::string& node, const fs::path& path, bool is_folder) {
  for (const Claim& other : claims_) {
    // Folders and what lies in them belong to one sink.
    const bool clash = path == other.path || (other.is_folder && is_below(path, other.path)) ||
                       (is_folder && is_below(other.path, path));
    if (!clash || other.node == node) continue;
    throw Error(
        ErrorCode::usage,
        "sinks \"" + other.node + "\" and \"" + node + "\" both write \"" + path.string() + '"',
        "give them different values of \"path\"");
  }
  claims_.push_back({node, path, is_folder});
}

void SinkSet::refuse_results(const std::vector<fs::path>& existing) const {
  std::string list;
  for (const fs::path& path : existing) list += (list.empty() ? "" : ", ") + path.string();
  throw Error(ErrorCode::usage, "results exist already: " + list,
              "use --overwrite, or another folder with --out");
}

void SinkSet::check() {
  std::vector<fs::path> existing;
  for (const auto& sink : sinks_) {
    const ParamValue* value = sink->slot.params.find("path");
    const auto* path = value != nullptr ? std::get_if<std::string>(value) : nullptr;
    if (path == nullptr) continue;
    const fs::path relative = checked_path(sink->slot.node, *path);
    claim(sink->slot.node, relative, false);
    if (const auto found = find_results(folder_ / relative)) existing.push_back(*found);
  }
  if (!overwrite_ && !existing.empty()) refuse_results(existing);
}

void SinkSet::open() {
  check();
  try {
    for (auto& sink : sinks_) {
      sink->slot.sink->open(sink->context);
      sink->works = true;
    }
  } catch (...) {
    // Nothing has been written yet that is worth keeping.
    for (auto& sink : sinks_) sink->slot.sink.reset();
    for (const fs::path& file : files_) {
      std::error_code ignored;
      fs::remove(part_of(file), ignored);
    }
    sinks_.clear();
    throw;
  }
}

template <class Call>
void SinkSet::each(Call call) {
  const Stopwatch stopwatch(write_seconds_);
  std::optional<Error> failure;
  const auto fail = [&](OpenSink& sink, const std::string& message, const std::string& hint) {
    sink.works = false;
    if (!failure)
      failure.emplace(ErrorCode::io, "sink \"" + sink.slot.node + "\": " + message, hint);
  };
  for (auto& sink : sinks_) {
    if (!sink->works) continue;
    try {
      call(*sink);
    } catch (const Error& error) {
      fail(*sink, error.what(), error.hint());
    } catch (const std::exception& error) {
      fail(*sink, error.what(), "");
    }
  }
  if (failure) throw Error(*failure);
}

void SinkSet::consume(std::size_t output, const Record& record) {
  each([&](OpenSink& sink) {
    if (sink.slot.output == output) sink.slot.sink->consume(record);
  });
}

void SinkSet::flush() {
  each([](OpenSink& sink) { sink.slot.sink->flush(); });
}

void SinkSet::close() {
  each([](OpenSink& sink) {
    sink.works = false;
    sink.slot.sink->close();
  });
}

}  // namespace melgraph
