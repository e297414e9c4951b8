#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/pickle_reader.h"
#include "weights_test_files.h"

namespace melgraph {
namespace {

using ::testing::HasSubstr;
using testing::little;
using testing::refusal_of;
namespace pickle = testing::pickle;

Pickle read(const std::string& bytes) {
  PickleInput input(bytes, "w.pth");
  return read_pickle(input);
}

std::string refusal(const std::string& value) {
  const std::string message = refusal_of([&] { read(pickle::whole(value)); });
  EXPECT_EQ(message.rfind("w.pth: ", 0), 0u) << message;
  return message;
}

template <typename Kind>
Kind value_of(const std::string& value) {
  const Pickle result = read(pickle::whole(value));
  const auto* found = result.get<Kind>(result.root);
  EXPECT_NE(found, nullptr) << value;
  return found == nullptr ? Kind{} : *found;
}

TEST(PickleReader, ReadsPlainValues) {
  EXPECT_EQ(value_of<std::int64_t>("K\xFF"), 255);
  EXPECT_EQ(value_of<std::int64_t>("M\xFF\xFF"), 65535);
  EXPECT_EQ(value_of<std::int64_t>("J\xFF\xFF\xFF\xFF"), -1);
  EXPECT_EQ(value_of<std::int64_t>(std::string("\x8a\0", 2)), 0);
  EXPECT_EQ(value_of<std::int64_t>("\x8a\x01\x80"), -128);
  EXPECT_EQ(value_of<std::int64_t>(std::string("\x8a\x02\x80\0", 4)), 128);
  EXPECT_EQ(value_of<std::int64_t>("\x8b" + little(1, 4) + "\x07"), 7);
  EXPECT_EQ(value_of<PickleBytes>("\x8a\x09" + std::string(9, 'x')).bytes.size(), 9u);
  EXPECT_EQ(value_of<double>(std::string("G\x3F\xE0\0\0\0\0\0\0", 9)), 0.5);
  EXPECT_TRUE(value_of<bool>("\x88"));
  EXPECT_FALSE(value_of<bool>("\x89"));
  value_of<PickleNone>("N");
  for (const std::string& prefix : {std::string("U\2"), std::string("\x8c\2"), "X" + little(2, 4),
                                    "T" + little(2, 4), "\x8d" + little(2, 8)}) {
    EXPECT_EQ(value_of<PickleText>(prefix + "ab").text, "ab");
  }
  for (const std::string& prefix :
       {std::string("C\2"), "B" + little(2, 4), "\x8e" + little(2, 8)}) {
    EXPECT_EQ(value_of<PickleBytes>(prefix + "ab").bytes, "ab");
  }
}

TEST(PickleReader, ReadsContainersAndSharesWhatIsRemembered) {
  const Pickle result = read(pickle::whole("](K\1\x94K\2q\7h\7j" + little(0, 4) + "eK\3a"));
  const auto* list = result.get<PickleList>(result.root);
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->items.size(), 5u);
  EXPECT_EQ(list->items[1], list->items[2]);
  EXPECT_EQ(list->items[0], list->items[3]);
  EXPECT_EQ(value_of<PickleTuple>("K\1K\2K\3\x87").items.size(), 3u);
  EXPECT_EQ(value_of<PickleTuple>("K\1K\2\x86").items.size(), 2u);
  EXPECT_EQ(value_of<PickleTuple>("K\1\x85").items.size(), 1u);
  EXPECT_EQ(value_of<PickleTuple>("(K\1K\2K\3K\4t").items.size(), 4u);
  EXPECT_TRUE(value_of<PickleTuple>(")").items.empty());
  EXPECT_EQ(value_of<PickleDict>("}K\1K\2s(K\3K\4u").items.size(), 2u);
  EXPECT_EQ(value_of<PickleTuple>("K\1"
                                  "2\x86")
                .items.size(),
            2u);
  EXPECT_EQ(value_of<std::int64_t>("K\1K\2"
                                   "0"),
            1);
}

TEST(PickleReader, ReadsAnOrderedDictInEveryForm) {
  const std::string name = pickle::global("collections", "OrderedDict");
  const std::string item = pickle::text("a") + "K\1s";
  EXPECT_EQ(value_of<PickleDict>(name + ")R" + item).items.size(), 1u);
  EXPECT_EQ(value_of<PickleDict>(name + ")\x81" + item).items.size(), 1u);
  EXPECT_EQ(value_of<PickleDict>(name + "]](K\1K\2ea\x85R").items.size(), 1u)
      << "Python 2 writes a list of lists";
  EXPECT_EQ(value_of<PickleDict>(name + ")R" + item + "}" + pickle::text("_metadata") + "Nsb")
                .items.size(),
            1u)
      << "attributes are passed over";
  EXPECT_TRUE(value_of<PickleDict>("\x8c\x0b"
                                   "collections\x8c\x0bOrderedDict\x93)R")
                  .ordered);
}

TEST(PickleReader, ReadsATensorAsAViewThatNobodyBuilt) {
  const auto tensor = value_of<PickleTensor>(
      pickle::tensor(pickle::storage("HalfStorage", "7", 10), 2, {2, 3}, {3, 1}));
  EXPECT_TRUE(tensor.built);
  EXPECT_EQ(tensor.offset, 2);
  const auto storage = value_of<PickleStorage>(pickle::storage("HalfStorage", "7", 10));
  EXPECT_EQ(storage.dtype, "F16");
  EXPECT_EQ(storage.numel, 10);
  EXPECT_EQ(storage.size, 10);
}

TEST(PickleReader, RefusesEveryOtherNameAndSaysIt) {
  for (const auto& [module, name] : std::vector<std::pair<std::string, std::string>>{
           {"posix", "system"},
           {"os", "system"},
           {"builtins", "eval"},
           {"__builtin__", "eval"},
           {"collections", "defaultdict"},
           {"torch", "load"},
           {"torch", "FloatStorage.from_file"},
           {"torch._utils", "_rebuild_tensor_v2.__globals__"},
           {"torch._utils", "_rebuild_tensor_v3"},
           {"torch.nn.modules.linear", "Linear"},
           {"numpy.core.multiarray", "scalar"},
           {"torch.collections", "OrderedDict"},
           {"", ""}}) {
    for (const std::string& asked :
         {pickle::global(module, name), pickle::text(module) + pickle::text(name) + "\x93"}) {
      const std::string message = refusal(asked + ")R");
      EXPECT_THAT(message, HasSubstr('"' + module + '.' + name + '"'));
      EXPECT_THAT(message, HasSubstr("runs nothing"));
    }
  }
  EXPECT_THAT(refusal(pickle::global("torch.storage", "UntypedStorage")),
              HasSubstr("without a type of its own"));
  EXPECT_THAT(refusal(pickle::global("torch.storage", "TypedStorage")),
              HasSubstr("without a type of its own"));
  EXPECT_THAT(refusal(pickle::global("torch", "ComplexFloatStorage")),
              HasSubstr("torch.ComplexFloatStorage"));
  EXPECT_THAT(refusal(pickle::global("posix", "sys\x1btem")), HasSubstr("posix.sys\\u001btem"));
  EXPECT_THAT(refusal(pickle::global("posix", std::string(1000, 'a'))), HasSubstr("longer than"));
}

TEST(PickleReader, HintsAtTheConversionWithPython) {
  try {
    read(pickle::whole(pickle::global("posix", "system")));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.hint(), HasSubstr("weights_only=True"));
    EXPECT_THAT(error.hint(), HasSubstr("safetensors.torch.save_file"));
  }
}

TEST(PickleReader, CallsNothingButWhatItKnows) {
  const std::string ordered = pickle::global("collections", "OrderedDict");
  const std::string storage_type = pickle::global("torch", "FloatStorage");
  const std::string tensor_type = pickle::global("torch", "FloatTensor");
  const std::string rebuild = pickle::global("torch._utils", "_rebuild_tensor_v2");
  const std::string floats = pickle::storage("FloatStorage", "0", 4);
  const std::vector<std::string> bad = {
      "NN\x86"
      "NR",
      "K\1)R",
      pickle::text("posix.system") + ")R",
      storage_type + ")R",
      storage_type + ")\x81",
      tensor_type + ")R",
      tensor_type + "K\1\x85\x81",
      tensor_type + ")\x81Nb",
      tensor_type +
          ")\x81K\1\x85"
          "b",
      ordered + "NR",
      ordered + "K\1\x85R",
      ordered + "](K\1K\2eK\1\x86R",
      ordered + "]K\1a\x85R",
      ordered + "]](K\1ea\x85R",
      rebuild + ")R",
      rebuild + ")\x81",
      rebuild + pickle::tuple({"N", pickle::integer(0), ")", ")", "\x89", "N"}) + "R",
      rebuild + pickle::tuple({floats, "N", ")", ")", "\x89", "N"}) + "R",
      rebuild + pickle::tuple({floats, "K\1", "]", ")", "\x89", "N"}) + "R",
      rebuild + pickle::tuple({floats, "K\1", ")", "N", "\x89", "N"}) + "R",
      rebuild + pickle::tuple({floats, "K\1", ")", ")"}) + "R",
      rebuild + pickle::tuple({floats, "K\1", ")", ")", "N", "N", "N", "N"}) + "R",
      pickle::global("torch._utils", "_rebuild_parameter") + "N\x88N\x87R",
      "}Nb",
      "]Nb",
      "K\1Nb",
      "K\1K\2"
      "a",
      "K\1(K\2e",
      "K\1K\2K\3s",
      "}(K\1u",
      "NQ",
      ")Q",
      pickle::tuple({pickle::text("module"), storage_type, "N", "N", "N"}) + "Q",
      pickle::tuple({pickle::text("storage"), "N", pickle::text("0"), "N", "K\1"}) + "Q",
      pickle::tuple({pickle::text("storage"), tensor_type, pickle::text("0"), "N", "K\1"}) + "Q",
      pickle::tuple({pickle::text("storage"), storage_type, pickle::integer(0), "N", "K\1"}) + "Q",
      pickle::tuple({pickle::text("storage"), storage_type, pickle::text("0"), "N", "N"}) + "Q",
      pickle::tuple({pickle::text("storage"), storage_type, pickle::text(std::string(600, '0')),
                     "N", "K\1"}) +
          "Q",
      pickle::tuple(
          {pickle::text("storage"), storage_type, pickle::text("0"), "N", "K\4", "K\1\x85"}) +
          "Q",
      pickle::tuple(
          {pickle::text("storage"), storage_type, pickle::text("0"), "N", "K\4", "NK\3K\2\x87"}) +
          "Q",
      pickle::storage("FloatStorage", "0", -1),
  };
  for (const std::string& value : bad) refusal(value);
}

TEST(PickleReader, RefusesUnknownOpcodes) {
  const std::string known =
      "(.012N\x88\x89JKM\x8a\x8bG\x8cX\x8dUTCB\x8e)\x85\x86\x87t]ae}suqr\x94"
      "hj\x80\x95"
      "c\x93R\x81"
      "bQ";
  int refused = 0;
  for (int opcode = 0; opcode < 256; ++opcode) {
    if (known.find(static_cast<char>(opcode)) != std::string::npos) continue;
    EXPECT_THAT(refusal(std::string("(") + static_cast<char>(opcode) + std::string(16, '\n')),
                HasSubstr("opcode " + std::to_string(opcode)));
    ++refused;
  }
  EXPECT_EQ(refused, 256 - static_cast<int>(known.size()));
}

TEST(PickleReader, RefusesWhatIsCutOrUnbalanced) {
  EXPECT_THAT(refusal(""), HasSubstr("middle of a value"));
  EXPECT_THAT(refusal("NN"), HasSubstr("middle of a value"));
  EXPECT_THAT(refusal("(N"), HasSubstr("middle of a value"));
  EXPECT_THAT(refusal("0"), HasSubstr("a value is missing"));
  EXPECT_THAT(refusal("N(0"), HasSubstr("a value is missing"));
  EXPECT_THAT(refusal("N(\x85"), HasSubstr("a value is missing"));
  EXPECT_THAT(refusal("t"), HasSubstr("begin of a container"));
  EXPECT_THAT(refusal("h\1"), HasSubstr("never remembered"));
  EXPECT_THAT(refusal_of([] { read("\x80\x01N."); }), HasSubstr("protocol is 1"));
  EXPECT_THAT(refusal_of([] { read("\x80\x06N."); }), HasSubstr("protocol is 6"));
  EXPECT_THAT(refusal("X" + little(0xFFFFFFFF, 4)), HasSubstr("1048576 are allowed"));
  EXPECT_THAT(refusal("\x8d" + little(~std::uint64_t{0}, 8)), HasSubstr("are allowed"));
  EXPECT_THAT(refusal("B" + little(0xFFFFFFFF, 4)), HasSubstr("are allowed"));
  EXPECT_THAT(refusal("\x8b" + little(0xFFFFFFFF, 4)), HasSubstr("are allowed"));
  const std::string whole = pickle::whole(pickle::dict(
      {{"a", pickle::tensor(pickle::storage("FloatStorage", "0", 6), 0, {2, 3}, {3, 1})}}));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    refusal_of([&] { read(whole.substr(0, size)); });
  }
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(PickleReader, BoundsNestingAndSizes) {
  EXPECT_THAT(refusal(repeated("(", 300)), HasSubstr("nested too deep"));
  EXPECT_THAT(refusal(repeated("K\1", 1'000'001)), HasSubstr("more than 1000000 values"));
  EXPECT_THAT(refusal("N" + repeated("2", 1'000'001)), HasSubstr("too many values wait"));
  EXPECT_THAT(refusal(repeated(pickle::text(std::string(pickle_max_text, 'a')) + '0', 65)),
              HasSubstr("longer than"));
  std::string remembered = "N";
  for (std::uint64_t i = 0; i < 1'000'001; ++i) remembered += 'r' + little(i, 4);
  EXPECT_THAT(refusal(remembered), HasSubstr("remembers too many"));
}

TEST(PickleReader, NestsTuplesAHundredThousandDeepWithoutRecursion) {
  const Pickle result = read(pickle::whole("N" + repeated("\x85", 100'000)));
  EXPECT_EQ(result.values.size(), 100'003u);
}

TEST(PickleReader, StoresABombOfSharedListsOnce) {
  std::string bomb = "](NNNNNNNNNNe\x94";
  for (int level = 0; level < 30; ++level) {
    const std::string get = std::string("h") + static_cast<char>(level);
    bomb += "](" + repeated(get, 10) + "e\x94";
  }
  const Pickle result = read(pickle::whole("(" + bomb + "t"));
  EXPECT_LT(result.values.size(), 100u);
}

TEST(PickleReader, BoundsTheCopiesOfARememberedList) {
  const std::string pair = "](NNe";
  const std::string list = "]q\1(" + pair + "q\2" + repeated("h\2", 999) + "e";
  const std::string copy = pickle::global("collections", "OrderedDict") + "h\1\x85R0";
  EXPECT_THAT(refusal(list + repeated(copy, 2000)), HasSubstr("too many items"));
}

TEST(PickleReader, ReadsOnePickleOfAFileAndSaysWhereItEnds) {
  const std::string first = pickle::whole(pickle::text(std::string(200'000, 'a')));
  const testing::MemoryFile memory("??" + first + pickle::whole("K\5"));
  const RegularFile file(memory.path());
  PickleInput input(file, 2, file.size());
  const Pickle text = read_pickle(input);
  EXPECT_EQ(text.get<PickleText>(text.root)->text.size(), 200'000u);
  EXPECT_EQ(input.position(), 2 + first.size());
  const Pickle number = read_pickle(input);
  EXPECT_EQ(*number.get<std::int64_t>(number.root), 5);
  EXPECT_EQ(input.position(), file.size());
  refusal_of([&] { read_pickle(input); });
}

}  // namespace
}  // namespace melgraph
