#include "fit_truth.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/file.h"
#include "core/suggest.h"
#include "melgraph/error.h"

namespace melgraph::cli {

namespace {

constexpr std::size_t max_table = 256u << 20;

[[noreturn]] void refuse(const std::string& path, std::size_t line, const std::string& message,
                         const std::string& hint = {}) {
  throw Error(ErrorCode::usage, path + ':' + std::to_string(line) + ": " + message, hint);
}

/// Takes the records of a CSV text one by one.
class CsvReader {
 public:
  CsvReader(std::string text, std::string path) : text_(std::move(text)), path_(std::move(path)) {
    if (text_.rfind("\xEF\xBB\xBF", 0) == 0) at_ = 3;
  }

  /// Read the next record that is no empty line; false at the end.
  bool read(std::vector<std::string>& fields) {
    while (at_ < text_.size()) {
      line_ = next_line_;
      fields.assign(1, {});
      read_record(fields);
      if (fields.size() > 1 || !fields.front().empty()) return true;
    }
    return false;
  }

  std::size_t line() const noexcept { return line_; }  ///< where the last record begins, from 1

 private:
  void read_record(std::vector<std::string>& fields) {
    bool quoted = false;
    bool was_quoted = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++next_line_;
      if (quoted) {
        if (c != '"') {
          fields.back() += c;
        } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          fields.back() += text_[++at_];
        } else {
          quoted = false;
        }
      } else if (c == '"' && fields.back().empty() && !was_quoted) {
        quoted = was_quoted = true;
      } else if (c == ',') {
        fields.emplace_back();
        was_quoted = false;
      } else if (c == '\n') {
        ++at_;
        return;
      } else if (c != '\r' || at_ + 1 >= text_.size() || text_[at_ + 1] != '\n') {
        if (was_quoted) refuse(path_, line_, "there is text behind a quoted field");
        fields.back() += c;
      }
    }
    if (quoted) refuse(path_, line_, "a quote is not closed");
  }

  std::string text_;
  std::string path_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t next_line_ = 1;
};

std::size_t find_column(const std::vector<std::string>& header, const std::string& name,
                        const std::string& option, const std::string& path) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) {
    std::string list;
    for (const std::string& column : header) list += (list.empty() ? "" : ", ") + column;
    refuse(path, 1, "there is no column \"" + name + '"',
           "choose one with " + option + "; columns: " + list);
  }
  if (std::find(found + 1, header.end(), name) != header.end()) {
    refuse(path, 1, "two columns are called \"" + name + '"');
  }
  return static_cast<std::size_t>(found - header.begin());
}

std::string read(const std::string& path) {
  try {
    return read_text_file(path, max_table);
  } catch (const Error& error) {
    throw Error(ErrorCode::usage, std::string("--truth: ") + error.what(), error.hint());
  }
}

}  // namespace

TruthTable::TruthTable(const std::string& path, const std::string& file_column,
                       const std::string& label_column)
    : path_(path) {
  CsvReader reader(read(path), path);
  std::vector<std::string> fields;
  if (!reader.read(fields)) refuse(path, 1, "the table is empty", "it begins with a header");
  const std::vector<std::string> header = fields;
  const std::size_t file = find_column(header, file_column, "--file-column", path);
  const std::size_t label = find_column(header, label_column, "--label-column", path);
  while (reader.read(fields)) {
    if (fields.size() != header.size()) {
      refuse(path, reader.line(),
             "the row has " + std::to_string(fields.size()) + " fields, the header " +
                 std::to_string(header.size()));
    }
    const Row row{fields[file], fields[label], reader.line()};
    if (row.file.empty() || row.label.empty()) {
      refuse(path, row.line, row.file.empty() ? "the row names no file" : "the row has no label");
    }
    const auto [other, added] = rows_.emplace(row.file, row);
    if (!added) {
      refuse(path, row.line,
             '"' + row.file + "\" is in line " + std::to_string(other->second.line) + " already",
             "a file has one true class");
    }
  }
}

const TruthTable::Row* TruthTable::find(const std::string& input) const {
  auto found = rows_.find(input);
  if (found == rows_.end()) found = rows_.find(input.substr(input.find_last_of('/') + 1));
  return found == rows_.end() ? nullptr : &found->second;
}

}  // namespace melgraph::cli
