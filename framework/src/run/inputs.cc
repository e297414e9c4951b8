#include "run/inputs.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <istream>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "melgraph/error.h"

namespace melgraph {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 46> media_extensions = {
    "3gp",  "aac",  "ac3",  "aif", "aifc", "aiff", "amr",  "ape", "au",  "avi",  "caf", "dts",
    "eac3", "flac", "flv",  "gsm", "m2ts", "m4a",  "m4b",  "m4v", "mka", "mkv",  "mov", "mp2",
    "mp3",  "mp4",  "mpeg", "mpg", "mts",  "mxf",  "oga",  "ogg", "ogv", "opus", "ra",  "rf64",
    "snd",  "spx",  "tta",  "w64", "wav",  "wave", "webm", "wma", "wmv", "wv"};

/// A folder by its identity, however it was reached.
using FolderId = std::pair<dev_t, ino_t>;

bool is_uri(const std::string& text) {
  const std::size_t at = text.find("://");
  if (at == std::string::npos || at == 0) return false;
  if (std::isalpha(static_cast<unsigned char>(text[0])) == 0) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
  });
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool exists(const std::string& path) {
  std::error_code error;
  return fs::exists(fs::path(path), error);
}

void add_folder(const fs::path& folder, std::set<FolderId>& visited,
                std::vector<InputItem>& inputs) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) == 0 &&
      !visited.insert({status.st_dev, status.st_ino}).second) {
    return;
  }
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().string().front() != '.') entries.push_back(it->path());
  }
  // Listed as an input, a folder that cannot be read becomes a failure of the run.
  if (error) inputs.push_back({folder.string(), folder.string()});
  std::sort(entries.begin(), entries.end());
  for (const fs::path& entry : entries) {
    if (is_folder(entry)) {
      add_folder(entry, visited, inputs);
    } else if (has_media_extension(entry.filename().string())) {
      inputs.push_back({entry.string(), entry.string()});
    }
  }
}

void add_folder_argument(const std::string& argument, std::vector<InputItem>& inputs) {
  const std::size_t before = inputs.size();
  std::set<FolderId> visited;
  add_folder(argument, visited, inputs);
  if (inputs.size() > before) return;
  throw Error(ErrorCode::usage, "no audio files in the folder " + argument,
              "files count by their extension, such as .wav or .mp3; name others one by one");
}

/// Add a file, folder or URI.
void add_path(const std::string& path, std::vector<InputItem>& inputs) {
  if (!is_uri(path) && is_folder(path)) {
    add_folder_argument(path, inputs);
  } else {
    inputs.push_back({path, path});
  }
}

class GlobResult {
 public:
  explicit GlobResult(const std::string& pattern)
      : status_(::glob(pattern.c_str(), 0, nullptr, &result_)) {}
  ~GlobResult() { ::globfree(&result_); }
  GlobResult(const GlobResult&) = delete;
  GlobResult& operator=(const GlobResult&) = delete;

  std::vector<std::string> paths() const {
    if (status_ != 0) return {};
    return {result_.gl_pathv, result_.gl_pathv + result_.gl_pathc};
  }

 private:
  glob_t result_{};
  int status_;
};

void add_pattern(const std::string& pattern, std::vector<InputItem>& inputs) {
  std::vector<std::string> paths = GlobResult(pattern).paths();
  if (paths.empty()) {
    throw Error(ErrorCode::usage, "no file matches the pattern " + pattern,
                "quote patterns so that the shell does not change them");
  }
  std::sort(paths.begin(), paths.end());  // glob sorts as the locale says
  for (const std::string& path : paths) add_path(path, inputs);
}

void add_list(std::istream& lines, const std::string& what, std::vector<InputItem>& inputs) {
  const std::size_t before = inputs.size();
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) add_path(line, inputs);
  }
  if (lines.bad()) throw Error(ErrorCode::usage, what + " cannot be read");
  if (inputs.size() == before) {
    throw Error(ErrorCode::usage, what + " names no inputs", "write one path or URI a line");
  }
}

void add_list_file(const std::string& path, std::vector<InputItem>& inputs) {
  std::ifstream list(path);
  if (!list || is_folder(path)) {
    throw Error(ErrorCode::usage, "the list " + path + " cannot be read",
                exists("@" + path) ? "for the file of that name, write ./@" + path
                                   : "after @ stands a text file with one path a line");
  }
  add_list(list, "the list " + path, inputs);
}

}  // namespace

bool has_media_extension(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return false;
  std::string extension = name.substr(dot + 1);
  for (char& c : extension) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return std::find(media_extensions.begin(), media_extensions.end(), extension) !=
         media_extensions.end();
}

std::vector<InputItem> expand_inputs(const std::vector<std::string>& args,
                                     std::istream& stdin_stream) {
  std::vector<InputItem> inputs;
  bool stdin_read = false;
  for (const std::string& argument : args) {
    if (argument.empty()) throw Error(ErrorCode::usage, "an input is an empty text");
    if (argument == "-") {
      if (std::exchange(stdin_read, true)) {
        throw Error(ErrorCode::usage, "\"-\" (paths on stdin) is given twice");
      }
      add_list(stdin_stream, "stdin", inputs);
    } else if (argument.size() > 1 && argument.front() == '@') {
      add_list_file(argument.substr(1), inputs);
    } else if (!is_uri(argument) && argument.find_first_of("*?[") != std::string::npos &&
               !exists(argument)) {
      add_pattern(argument, inputs);
    } else {
      add_path(argument, inputs);
    }
  }
  if (inputs.empty()) {
    throw Error(ErrorCode::usage, "no inputs",
                "give files, folders, patterns, @list.txt, - or URIs");
  }
  return inputs;
}

}  // namespace melgraph
