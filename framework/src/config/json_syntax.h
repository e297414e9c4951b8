#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace melgraph {

/// Walk forward through a JSON text, token by token, and count lines and columns.
///
/// The SAX interface of the parser gives no positions; this finds them again. It relies on the
/// parser for validity: on broken text it stops, but never runs past the end.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text, std::size_t offset = 0);

  /// Step over white space and comments; stop at a comment that is not closed.
  void skip_blank();
  /// Step over white space, comments, ',' and ':', to the start of the next token.
  void skip_to_token();
  /// Step over one bracket, string, number or word.
  void skip_token();
  void move_to(std::size_t offset);

  std::size_t offset() const noexcept { return offset_; }
  /// Both count from 1, columns in bytes.
  int line() const noexcept { return line_; }
  int column() const noexcept;

 private:
  std::string_view text_;
  std::size_t offset_;
  std::size_t line_start_;
  int line_ = 1;
};

/// What the grammar allows where a parser stopped.
enum class JsonExpected {
  document,             ///< the first value
  end,                  ///< nothing more
  first_item,           ///< just behind '['
  comma_or_array_end,   ///< behind an item
  first_key,            ///< just behind '{'
  comma_or_object_end,  ///< behind the value of a member
  colon,                ///< behind a key
};

struct JsonSyntaxError {
  std::size_t offset = 0;
  std::string message;
  std::string hint;
};

/// Say what is wrong in `text`, valid UTF-8, behind its valid part that ends at `offset`.
JsonSyntaxError explain_json_error(std::string_view text, std::size_t offset,
                                   JsonExpected expected);

}  // namespace melgraph
