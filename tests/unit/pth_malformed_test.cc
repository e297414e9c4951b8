// State dicts with one fault each, put together byte by byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "io/pth_state.h"
#include "io/weights_file.h"
#include "weights_test_files.h"

namespace melgraph {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::little;
using testing::make_zip;
using testing::MemoryFile;
using testing::ZipMember;
namespace pickle = testing::pickle;

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

std::string floats(std::int64_t numel, const std::string& key = "0") {
  return pickle::storage("FloatStorage", key, numel);
}

/// A tensor of six numbers.
std::string six(const std::string& key = "0") {
  return pickle::tensor(floats(6, key), 0, {2, 3}, {3, 1});
}

std::unique_ptr<WeightsFile> open(const std::string& bytes) {
  const MemoryFile memory(bytes);
  return open_weights_file(memory.path());
}

/// An archive with the record "0" of `record` bytes.
std::string archive(const std::string& state, std::size_t record = 24,
                    const std::vector<ZipMember>& more = {}) {
  std::vector<ZipMember> members = {{"w/data.pkl", pickle::whole(state)},
                                    {"w/byteorder", "little"},
                                    {"w/data/0", std::string(record, '\1')}};
  members.insert(members.end(), more.begin(), more.end());
  return make_zip(members);
}

std::string stream(const std::string& object, const std::string& keys, const std::string& records,
                   std::int64_t version = 1001,
                   const std::string& facts = pickle::dict({{"little_endian", "\x88"}})) {
  const std::string magic = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
  return pickle::whole(magic) + pickle::whole(pickle::integer(version)) + pickle::whole(facts) +
         pickle::whole(object) + pickle::whole(keys) + records;
}

std::vector<std::string> names(const std::string& state) {
  std::vector<std::string> found;
  const auto file = open(archive(state));
  for (const WeightsTensor& tensor : file->tensors()) {
    found.push_back(tensor.name);
  }
  return found;
}

std::string refusal(const std::string& bytes) {
  return testing::refusal_of([&] { open(bytes); });
}

/// Message of a state dict whose only tensor is `value`.
std::string refused_tensor(const std::string& value) {
  return refusal(archive(pickle::dict({{"weight", value}})));
}

TEST(PthFiles, TakesTheStateDictOutOfACheckpoint) {
  for (const char* name : {"state_dict", "model", "model_state_dict", "net"}) {
    EXPECT_THAT(names(pickle::dict({{"epoch", "K\3"},
                                    {name, pickle::dict({{"a", six()}})},
                                    {"other", pickle::dict({{"b", six()}})}})),
                ElementsAre("a"));
  }
  EXPECT_THAT(names(pickle::dict({{"t", six()}, {"model", pickle::dict({{"a", six()}})}})),
              ElementsAre("t", "model.a"))
      << "beside a tensor it is a part of the state dict itself";
  EXPECT_THAT(
      names(pickle::dict({{"x", pickle::dict({{"a", six()}})}, {"y", "}K\5" + six() + "s"}})),
      ElementsAre("x.a", "y.5"));
  EXPECT_THAT(refusal(archive(pickle::dict({{"net", pickle::dict({{"a", six()}})},
                                            {"model", pickle::dict({{"a", six()}})}}))),
              HasSubstr("several state dicts, under \"net\" and \"model\""));
}

TEST(PthFiles, StripsThePrefixOfDataParallelOnlyWhereAllHaveIt) {
  EXPECT_THAT(names(pickle::dict({{"module.a", six()}, {"module.b", six()}})),
              ElementsAre("a", "b"));
  EXPECT_THAT(names(pickle::dict({{"module.a", six()}, {"b", six()}})),
              ElementsAre("module.a", "b"));
}

TEST(PthFiles, RefusesWhatIsNoStateDict) {
  EXPECT_THAT(refusal(archive("K\1", 0)), HasSubstr("no state dict"));
  EXPECT_THAT(refusal(archive(six())), HasSubstr("no state dict"));
  EXPECT_THAT(refusal(archive("}", 0)), HasSubstr("no tensor"));
  EXPECT_THAT(refusal(archive(pickle::dict({{"a", "K\1"}}), 0)), HasSubstr("no tensor"));
  EXPECT_THAT(refusal(archive("}N" + six() + "s")), HasSubstr("name of a tensor is not a text"));
  EXPECT_THAT(refusal(archive(pickle::dict({{"\xFF", six()}}))), HasSubstr("not UTF-8"));
  EXPECT_THAT(refusal(archive(pickle::dict({{std::string(2000, 'a'), six()}}))),
              HasSubstr("longer than 1024"));
  EXPECT_THAT(refusal(archive(pickle::dict({{"a", six()}, {"a", six()}}))), HasSubstr("twice"));
  EXPECT_THAT(refusal(archive(pickle::dict(
                  {{"t", six()}, {"a.b", six()}, {"a", pickle::dict({{"b", six()}})}}))),
              HasSubstr("\"a.b\" is there twice"));
  EXPECT_THAT(refused_tensor(pickle::global("torch", "FloatTensor") + ")\x81"),
              HasSubstr("has no numbers"));
}

TEST(PthFiles, RefusesTensorsOutsideTheirStorage) {
  const auto tensor = [](std::int64_t offset, const std::vector<std::int64_t>& shape,
                         const std::vector<std::int64_t>& strides) {
    return pickle::tensor(floats(6), offset, shape, strides);
  };
  EXPECT_NO_THROW(open(archive(pickle::dict({{"w", tensor(0, {2, 3}, {1, 2})}}))));
  EXPECT_NO_THROW(open(archive(pickle::dict({{"w", tensor(6, {0, 3}, {100, 100})}}))));
  for (const std::string& value :
       {tensor(1, {2, 3}, {3, 1}), tensor(0, {2, 3}, {4, 1}), tensor(0, {7}, {1}),
        tensor(6, {}, {}), tensor(7, {0}, {1}), tensor(-1, {2}, {1}), tensor(largest, {2}, {1}),
        tensor(0, {2}, {largest}), tensor(0, {3}, {largest}),
        tensor(0, {2, 2}, {largest, largest})}) {
    EXPECT_THAT(refused_tensor(value),
                HasSubstr("tensor \"weight\" does not lie in its storage of 6 numbers"));
  }
  EXPECT_THAT(refused_tensor(tensor(0, {2}, {-1})), HasSubstr("stride is negative"));
  EXPECT_THAT(refused_tensor(tensor(5, {0}, {-1})), HasSubstr("stride is negative"));
  EXPECT_THAT(refused_tensor(tensor(0, {-2}, {1})), HasSubstr("negative size"));
  EXPECT_THAT(refused_tensor(tensor(0, {largest}, {0})), HasSubstr("negative size or more bytes"));
  EXPECT_THAT(refused_tensor(tensor(0, {1 << 30, 1 << 30, 1 << 30}, {0, 0, 0})),
              HasSubstr("more bytes"));
  EXPECT_THAT(refused_tensor(tensor(0, {1 << 30, 1 << 30, 1 << 30, 0}, {0, 0, 0, 0})),
              HasSubstr("more bytes"));
  EXPECT_THAT(refused_tensor(tensor(0, {2, 3}, {3})), HasSubstr("2 dimensions and 1 strides"));
  EXPECT_THAT(
      refused_tensor(tensor(0, std::vector<std::int64_t>(33, 1), std::vector<std::int64_t>(33, 1))),
      HasSubstr("more than 32 dimensions"));
  EXPECT_THAT(
      refused_tensor(pickle::global("torch._utils", "_rebuild_tensor") +
                     pickle::tuple({floats(6), pickle::integer(0), "N\x85", "K\1\x85"}) + "R"),
      HasSubstr("not an integer"));
}

TEST(PthFiles, RefusesStoragesOfAnotherSize) {
  const std::string state = pickle::dict({{"weight", six()}});
  EXPECT_THAT(refusal(archive(state, 23)), HasSubstr("has 23 bytes in the archive"));
  EXPECT_THAT(refusal(archive(state, 25)), HasSubstr("its tensors need 24"));
  EXPECT_THAT(refused_tensor(six("1")), HasSubstr("storage \"1\" is missing"));
  EXPECT_THAT(refused_tensor(six("../../x")), HasSubstr("storage \"../../x\" is missing"));
  EXPECT_THAT(refused_tensor(pickle::tensor(floats(largest), 0, {6}, {1})),
              HasSubstr("states 9223372036854775807 numbers"));
  EXPECT_THAT(refused_tensor(pickle::tensor(floats(1 << 30), 0, {6}, {1})),
              HasSubstr("has 24 bytes in the archive"))
      << "nothing is allocated for what a file only states";
  EXPECT_THAT(refusal(archive(pickle::dict(
                  {{"a", six()},
                   {"b", pickle::tensor(pickle::storage("IntStorage", "0", 6), 0, {6}, {1})}}))),
              HasSubstr("two types or two sizes"));
  EXPECT_THAT(
      refusal(archive(pickle::dict({{"a", six()}, {"b", pickle::tensor(floats(5), 0, {5}, {1})}}))),
      HasSubstr("two types or two sizes"));
}

TEST(PthFiles, BoundsTensorsThatRepeatTheirNumbers) {
  constexpr std::int64_t most = static_cast<std::int64_t>(pth_floor_bytes) / 4;
  const auto expanded = [](std::int64_t numel) {
    return pickle::tensor(floats(6), 3, {numel}, {0});
  };
  EXPECT_NO_THROW(open(archive(pickle::dict({{"w", expanded(most)}}))));
  EXPECT_THAT(refused_tensor(expanded(most * 2)), HasSubstr("repeat the same numbers"));
  EXPECT_THAT(refusal(archive(pickle::dict({{"a", expanded(most)}, {"b", expanded(most)}}))),
              HasSubstr("tensor \"b\": the tensors would take more than"));
}

TEST(PthFiles, BoundsDictsInDicts) {
  std::string deep = pickle::dict({{"w", six()}});
  for (int i = 0; i < 20; ++i) deep = pickle::dict({{"d", deep}});
  EXPECT_THAT(refusal(archive(deep)), HasSubstr("more than 16 dicts"));
  EXPECT_THAT(refusal(archive("}q\1" + pickle::text("self") + "h\1s", 0)), HasSubstr("16 dicts"));

  std::string bomb = "}q" + std::string(1, '\0');
  for (char level = 1; level <= 12; ++level) {
    bomb += "}q" + std::string(1, level) + '(';
    for (char i = 0; i < 10; ++i) {
      bomb += pickle::text(std::string(1, static_cast<char>('a' + i))) + 'h' +
              std::string(1, static_cast<char>(level - 1));
    }
    bomb += 'u';
  }
  EXPECT_THAT(refusal(archive(pickle::dict({{"a", "(" + bomb + "t0h\x0c"}}), 0)),
              HasSubstr("hold too many items"));
}

TEST(PthFiles, RefusesOtherArchives) {
  EXPECT_THAT(refusal(make_zip({{"a.txt", "x"}})), HasSubstr("no data.pkl"));
  EXPECT_THAT(refusal(make_zip({})), HasSubstr("no data.pkl"));
  EXPECT_THAT(refusal(make_zip({{"data.pkl", "N."}})), HasSubstr("no data.pkl"));
  EXPECT_THAT(refusal(make_zip({{"a/b/data.pkl", "N."}})), HasSubstr("no data.pkl"));
  EXPECT_THAT(refusal(make_zip({{"a/data.pkl", "N."}, {"b/data.pkl", "N."}})),
              HasSubstr("two data.pkl"));
  const std::string state = pickle::dict({{"weight", six()}});
  EXPECT_THAT(refusal(archive(state, 24, {{"w/constants.pkl", ""}})), HasSubstr("TorchScript"));
  EXPECT_THAT(refusal(make_zip({{"w/data.pkl", pickle::whole(state)}, {"w/byteorder", "big"}})),
              HasSubstr("not little-endian"));
  EXPECT_THAT(refusal(make_zip({{"w/data.pkl", pickle::whole(state) + "."}})),
              HasSubstr("two pickles"));
  EXPECT_THAT(
      refusal(archive(pickle::dict({{"weight", six()}, {"x", pickle::global("posix", "system")}}))),
      HasSubstr("posix.system"));
}

TEST(PthFiles, ChecksEveryPartOfAStreamBefore16) {
  const std::string object = pickle::dict({{"weight", six("a")}});
  const std::string keys = "]" + pickle::text("a") + "a";
  const std::string record = little(6, 8) + std::string(24, '\1');
  EXPECT_EQ(open(stream(object, keys, record))->tensors().at(0).bytes, 24u);
  EXPECT_THAT(refusal(stream(object, keys, record, 1000)), HasSubstr("version 1001"));
  EXPECT_THAT(refusal(stream(object, keys, record, 1001, "N")), HasSubstr("facts"));
  EXPECT_THAT(
      refusal(stream(object, keys, record, 1001, pickle::dict({{"little_endian", "\x89"}}))),
      HasSubstr("not little-endian"));
  EXPECT_THAT(refusal(stream(object, "N", record)), HasSubstr("no list"));
  EXPECT_THAT(refusal(stream(object, "]Na", record)), HasSubstr("not a text"));
  EXPECT_THAT(refusal(stream(object, "]", "")), HasSubstr("a storage is missing"));
  EXPECT_THAT(refusal(stream(object, "]" + pickle::text("b") + "a", record)),
              HasSubstr("belongs to no tensor"));
  EXPECT_THAT(refusal(stream(object, keys + pickle::text("a") + "a", record + record)),
              HasSubstr("\"a\" is there twice"));
  EXPECT_THAT(refusal(stream(object, keys, little(5, 8) + std::string(24, '\1'))),
              HasSubstr("holds 5 numbers, its tensors need 6"));
  EXPECT_THAT(refusal(stream(object, keys, little(~std::uint64_t{0}, 8) + std::string(24, '\1'))),
              HasSubstr("its tensors need 6"));
  EXPECT_THAT(refusal(stream(object, keys, record.substr(0, 31))), HasSubstr("cut off"));
  EXPECT_THAT(refusal(stream(object, keys, record.substr(0, 7))), HasSubstr("cut off"));
  EXPECT_THAT(refusal(stream(object, keys, record + '\0')), HasSubstr("behind its last storage"));
  const std::string bomb =
      pickle::dict({{"weight", pickle::tensor(floats(std::int64_t{1} << 46, "a"), 0, {6}, {1})}});
  EXPECT_THAT(refusal(stream(bomb, keys, little(std::uint64_t{1} << 46, 8))), HasSubstr("cut off"));
  EXPECT_THAT(refusal(stream(pickle::global("builtins", "eval"), keys, record)),
              HasSubstr("builtins.eval"));
}

}  // namespace
}  // namespace melgraph
