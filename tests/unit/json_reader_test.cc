#include "config/json_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "config/json_writer.h"

namespace melgraph {
namespace {

JsonValue read_valid(const std::string& text) {
  Diagnostics diagnostics;
  std::optional<JsonValue> value = read_json(text, "t.json", diagnostics);
  EXPECT_TRUE(value.has_value()) << diagnostics.to_text();
  return value.value_or(JsonValue());
}

/// All errors, one a line, as a user sees them.
std::string errors_of(const std::string& text) {
  Diagnostics diagnostics;
  const std::optional<JsonValue> value = read_json(text, "t.json", diagnostics);
  EXPECT_FALSE(value.has_value());
  EXPECT_TRUE(diagnostics.has_errors());
  return diagnostics.to_text();
}

std::string nested_arrays(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(JsonReader, ReadsEveryType) {
  const JsonValue value = read_valid(
      R"({"n": null, "b": true, "i": -12, "u": 18446744073709551615, "d": 0.5, "s": "x", "a": [1],
          "o": {}})");
  EXPECT_TRUE(value.find("n")->is_null());
  EXPECT_TRUE(value.find("b")->as_boolean());
  EXPECT_EQ(value.find("i")->as_integer(), -12);
  EXPECT_EQ(value.find("u")->as_unsigned_integer(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(value.find("d")->as_number(), 0.5);
  EXPECT_EQ(value.find("s")->as_string(), "x");
  EXPECT_EQ(value.find("a")->items().at(0).as_integer(), 1);
  EXPECT_TRUE(value.find("o")->members().empty());
  EXPECT_EQ(value.find("missing"), nullptr);
}

TEST(JsonReader, KeepsIntegersAndNumbersApart) {
  const JsonValue value = read_valid("[1, 1.0, 1e0, 9223372036854775807, 9223372036854775808, -0]");
  using Type = JsonValue::Type;
  const std::vector<Type> expected = {Type::integer, Type::number,           Type::number,
                                      Type::integer, Type::unsigned_integer, Type::integer};
  ASSERT_EQ(value.items().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(value.items()[i].type(), expected[i]);
  EXPECT_THROW(value.items()[1].as_integer(), Error);
  EXPECT_THROW(value.items()[0].as_boolean(), Error);
}

TEST(JsonReader, KeepsTheOrderOfMembers) {
  const JsonValue value = read_valid(R"({"z": 1, "a": 2, "m": 3})");
  std::string keys;
  for (const JsonMember& member : value.members()) keys += member.key;
  EXPECT_EQ(keys, "zam");
}

TEST(JsonReader, GivesPlacesOfKeysAndValues) {
  const JsonValue value = read_valid(
      "{ // comment with \" and { and ,\n"
      "  \"a\\\"b\" /* : */ : /* 1 */ [10,  -2.5e1 ,\"x\"],\n"
      "\t\"c\":{\"d\":true}}");
  const JsonMember* list = value.find_member("a\"b");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->key_line, 2);
  EXPECT_EQ(list->key_column, 3);
  EXPECT_EQ(list->value.line(), 2);
  EXPECT_EQ(list->value.column(), 28);
  EXPECT_EQ(list->value.items()[0].column(), 29);
  EXPECT_EQ(list->value.items()[1].column(), 34);
  EXPECT_EQ(list->value.items()[2].column(), 42);
  const JsonValue* flag = value.find("c")->find("d");
  EXPECT_EQ(flag->line(), 3);
  EXPECT_EQ(flag->column(), 11);
}

TEST(JsonReader, EscapesPointers) {
  const JsonValue value = read_valid(R"({"a/b": {"c~d": [0, 1]}})");
  EXPECT_EQ(value.pointer(), "");
  EXPECT_EQ(value.find("a/b")->find("c~d")->items()[1].pointer(), "/a~1b/c~0d/1");
}

TEST(JsonReader, DecodesEscapes) {
  EXPECT_EQ(read_valid(R"("\u00e9\ud83c\udfb5\n\/")").as_string(), "\xC3\xA9\xF0\x9F\x8E\xB5\n/");
}

TEST(JsonReader, AcceptsAByteOrderMarkAndDoesNotCountIt) {
  const JsonValue value = read_valid("\xEF\xBB\xBF[1]");
  EXPECT_EQ(value.column(), 1);
  EXPECT_EQ(value.items()[0].column(), 2);
}

TEST(JsonReader, ReportsAllDuplicateKeysAtOnce) {
  EXPECT_EQ(errors_of("{\"a\": 1,\n \"o\": {\"x\": 1, \"x\": 2},\n \"a\": 3}"),
            "t.json:2:16: error: duplicate key \"x\"; the first is at line 2, column 8 (at /o/x)\n"
            "  hint: remove or rename one of them\n"
            "t.json:3:2: error: duplicate key \"a\"; the first is at line 1, column 2 (at /a)\n"
            "  hint: remove or rename one of them\n");
}

TEST(JsonReader, SeesDuplicatesBehindEscapes) {
  EXPECT_NE(errors_of(R"({"a": 1, "\u0061": 2})").find("duplicate key"), std::string::npos);
}

struct BadText {
  const char* text;
  const char* error;
};

TEST(JsonReader, ExplainsSyntaxErrors) {
  const std::vector<BadText> cases = {
      {"", "t.json:1:1: error: there is no JSON value in the file\n"},
      {" // only\n", "t.json:2:1: error: there is no JSON value in the file\n"},
      {"[1 2]", "t.json:1:4: error: expected ',' or ']', found 2\n"},
      {"[1,]",
       "t.json:1:3: error: a comma in front of ']'\n"
       "  hint: remove the comma\n"},
      {"[,1]", "t.json:1:2: error: expected a value or ']', found ','\n"},
      {"[1true]", "t.json:1:3: error: expected ',' or ']', found true\n"},
      {"[01]",
       "t.json:1:3: error: a number with a leading zero\n"
       "  hint: leave out the leading zero\n"},
      {"[-]",
       "t.json:1:2: error: not a JSON number: -\n"
       "  hint: write it like 12, -0.5 or 1e-3\n"},
      {"[1.]",
       "t.json:1:2: error: not a JSON number: 1.\n"
       "  hint: write it like 12, -0.5 or 1e-3\n"},
      {"[True]",
       "t.json:1:2: error: expected a value, found True\n"
       "  hint: write true\n"},
      {"[NaN]",
       "t.json:1:2: error: expected a value, found NaN\n"
       "  hint: JSON has no such number\n"},
      {"{'a': 1}",
       "t.json:1:2: error: expected a key or '}', found '''\n"
       "  hint: keys need double quotes\n"},
      {"{\"a\" 1}", "t.json:1:6: error: expected ':' behind the key, found 1\n"},
      {"{\"a\": 1 \"b\": 2}", "t.json:1:9: error: expected ',' or '}', found the string \"b\"\n"},
      {"{\"a\": 1,}",
       "t.json:1:8: error: a comma in front of '}'\n"
       "  hint: remove the comma\n"},
      {"{\"n\": [\n{\"a\": 1}\n",
       "t.json:3:1: error: expected ',' or ']', found the end of the file (at /n)\n"
       "  hint: the array of line 1, column 7 is not closed\n"},
      {"[1] x", "t.json:1:5: error: expected the end of the file, found x\n"},
      {"[1]]", "t.json:1:4: error: expected the end of the file, found ']'\n"},
      {"[1] /* open",
       "t.json:1:5: error: the comment is not closed\n"
       "  hint: end it with */\n"},
      {"[\"a\nb\"]",
       "t.json:1:2: error: the string is not closed on its line\n"
       "  hint: end it with '\"', or write \\n\n"},
      {"[\"a",
       "t.json:1:2: error: the string is not closed\n"
       "  hint: end it with '\"'\n"},
      {"[\"a\\q\"]",
       "t.json:1:4: error: unknown escape \\q in a string\n"
       "  hint: a backslash is written \\\\\n"},
      {"[\"\\ud800x\"]",
       "t.json:1:3: error: half of a surrogate pair in a string\n"
       "  hint: write the character itself\n"},
      {"[\"a\tb\"]",
       "t.json:1:4: error: control character 0x09 in a string\n"
       "  hint: write it as an escape, \\t or \\u00XX\n"},
      {"[\"\\u0000\"]", "t.json:1:2: error: NUL character \\u0000 in a string (at /0)\n"},
      {"[1e999]",
       "t.json:1:2: error: number too large: 1e999\n"
       "  hint: a double ends near 1.8e308\n"},
  };
  for (const BadText& bad : cases) EXPECT_EQ(errors_of(bad.text), bad.error) << bad.text;
}

TEST(JsonReader, RefusesIntegersBeyond64Bits) {
  EXPECT_EQ(
      errors_of("[18446744073709551616, -9223372036854775809]"),
      "t.json:1:2: error: number too large: 18446744073709551616 (at /0)\n"
      "  hint: integers have 64 bits; write a fraction or an exponent for a rounded number\n"
      "t.json:1:24: error: number too large: -9223372036854775809 (at /1)\n"
      "  hint: integers have 64 bits; write a fraction or an exponent for a rounded number\n");
}

TEST(JsonReader, RefusesWhatIsNoText) {
  EXPECT_EQ(errors_of("[1,\n \"\xC3\x28\"]"),
            "t.json:2:3: error: invalid UTF-8\n  hint: save the file as UTF-8\n");
  EXPECT_EQ(errors_of("\xFF\xFE[\0"),
            "t.json:1:1: error: the file is UTF-16, expected UTF-8\n  hint: save it as UTF-8\n");
  // Behind the NUL stands text that a parser must not overlook.
  EXPECT_EQ(errors_of(std::string("[1]\0[", 5)),
            "t.json:1:4: error: a NUL byte; the file is not text\n");
  EXPECT_NE(errors_of(std::string("[1] // \0 [", 10)).find("NUL"), std::string::npos);
}

TEST(JsonReader, LimitsTheDepth) {
  EXPECT_TRUE(read_valid(nested_arrays(max_json_depth)).is_array());
  const std::string error = errors_of(nested_arrays(max_json_depth + 1));
  EXPECT_NE(error.find("t.json:1:65: error: nested deeper than 64 levels"), std::string::npos);
  EXPECT_NE(errors_of(std::string(1000000, '[')).find("nested deeper"), std::string::npos);
}

TEST(JsonReader, KeepsFindingsOfEarlierFilesApart) {
  Diagnostics diagnostics;
  EXPECT_FALSE(read_json("[", "a.json", diagnostics));
  EXPECT_TRUE(read_json("[]", "b.json", diagnostics));
  EXPECT_EQ(diagnostics.error_count(), 1u);
}

TEST(JsonWriter, QuotesWhatTheReaderReadsBack) {
  std::string text;
  for (char c = 1; c < 127; ++c) text += c;
  text += "\xC3\xA9\xF0\x9F\x8E\xB5";
  EXPECT_EQ(read_valid(json_quote(text)).as_string(), text);
  EXPECT_EQ(json_quote(std::string("\0\n\x1f", 3)), R"("\u0000\n\u001f")");
}

TEST(JsonWriter, ReplacesInvalidUtf8) {
  EXPECT_EQ(json_quote("a\xFF\xC3"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(json_quote("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");  // surrogate
}

TEST(JsonWriter, WritesNumbersLikePrintf) {
  EXPECT_EQ(json_number(0.1234567), "0.123457");
  EXPECT_EQ(json_number(0.5), "0.5");
  EXPECT_EQ(json_number(1e-7), "1e-07");
  EXPECT_EQ(json_number(1234567.0), "1.23457e+06");
  EXPECT_EQ(json_number(0), "0");
  EXPECT_EQ(json_number(std::nan("")), "null");
  EXPECT_EQ(json_number(-INFINITY), "null");
}

TEST(JsonWriter, WritesExactNumbersThatReadBack) {
  for (const double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.975}) {
    EXPECT_EQ(read_valid(json_number_exact(value)).as_number(), value);
  }
  EXPECT_EQ(json_number_exact(0.1), "0.1");
  EXPECT_EQ(json_number_exact(INFINITY), "null");
}

}  // namespace
}  // namespace melgraph
