#pragma once

#include <map>
#include <optional>
#include <string>

namespace melgraph::cli {

/// The true classes of files: a CSV table (RFC 4180) with a header.
class TruthTable {
 public:
  /// Read a table; other columns than these two are ignored.
  ///
  /// Throws `Error` (usage), with file and line, where it cannot be read, has no such column, a row
  /// has more or fewer fields than the header, no file or no label, or two rows name one file.
  TruthTable(const std::string& path, const std::string& file_column,
             const std::string& label_column);

  struct Row {
    std::string file;
    std::string label;
    std::size_t line = 0;
  };

  /// Find the row of an input: the one of its name as given, else of its base name; null where
  /// there is none.
  const Row* find(const std::string& input) const;

  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  std::map<std::string, Row> rows_;
};

}  // namespace melgraph::cli
