#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/zip_archive.h"
#include "weights_test_files.h"

namespace melgraph {
namespace {

using ::testing::HasSubstr;
using testing::little;
using testing::make_zip;
using testing::MemoryFile;
using testing::refusal_of;
using testing::ZipMember;

ZipDirectory open(const std::string& bytes) {
  const MemoryFile memory(bytes);
  return read_zip_directory(RegularFile(memory.path()));
}

std::string refusal(const std::string& bytes) {
  return refusal_of([&] { open(bytes); });
}

std::string refusal(const std::vector<ZipMember>& members) {
  return refusal(make_zip(members));
}

TEST(ZipArchive, ReadsStoredEntriesWithSizesOf32And64Bits) {
  for (const bool wide : {false, true}) {
    const std::string bytes = make_zip({{"a/one", "12345"}, {"a/", ""}, {"a/b/two", ""}}, wide);
    const MemoryFile memory(bytes);
    const RegularFile file(memory.path());
    const ZipDirectory entries = read_zip_directory(file);
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_EQ(read_zip_entry(file, *entries.find("a/one"), 5), "12345");
    EXPECT_EQ(read_zip_entry(file, *entries.find("a/b/two"), 5), "");
  }
  EXPECT_TRUE(open(make_zip({})).empty());
}

TEST(ZipArchive, RefusesWhatTorchSaveNeverWrites) {
  EXPECT_THAT(refusal({{"a", "x", 0, 8}}), HasSubstr("\"a\" is compressed"));
  EXPECT_THAT(refusal({{"a", "x", 1}}), HasSubstr("encrypted"));
  EXPECT_THAT(refusal({{"a", "x", 1u << 6}}), HasSubstr("encrypted"));
  EXPECT_THAT(refusal({{"a", "x", 1u << 13}}), HasSubstr("encrypted"));
  EXPECT_THAT(refusal({{"a", "x", 1u << 5}}), HasSubstr("patch"));
  EXPECT_THAT(refusal({{"a/", "x"}}), HasSubstr("folder with data"));
  EXPECT_THAT(refusal({{"a", "x"}, {"b", "y"}, {"a", "z"}}), HasSubstr("\"a\" is there twice"));
  EXPECT_THAT(refusal("PK\3\4"), HasSubstr("cut off"));
  EXPECT_THAT(refusal(make_zip({{"a", "x"}}) + '\0'), HasSubstr("does not end with its directory"));
  EXPECT_THAT(refusal('\0' + make_zip({{"a", "x"}})), HasSubstr("right before its end record"));
}

TEST(ZipArchive, RefusesNamesThatArePathsElsewhere) {
  for (const std::string& name :
       {std::string("/etc/passwd"), std::string("a/../../b"), std::string(".."), std::string("./a"),
        std::string("a//b"), std::string("a\\b"), std::string("C:x"), std::string("a\0b", 3),
        std::string("a\x1b"), std::string("\xFF"), std::string(), std::string(513, 'a')}) {
    EXPECT_THAT(refusal({{name, "x"}}), HasSubstr("name")) << name;
  }
}

TEST(ZipArchive, RefusesTwoHeadersThatDisagree) {
  ZipMember member{"abc", "12345"};
  member.local_name = "abd";
  EXPECT_THAT(refusal({member}), HasSubstr("disagree"));
  member = {"abc", "12345"};
  member.local_size = 4;
  EXPECT_THAT(refusal({member}), HasSubstr("disagree about its size"));
  member.local_size = 0;
  EXPECT_THAT(refusal({member}), HasSubstr("disagree about its size"));
  member = {"abc", "12345"};
  member.stored_size = 4;
  EXPECT_THAT(refusal({member}), HasSubstr("two sizes"));
  std::string bytes = make_zip({{"abc", "12345"}});
  bytes[14] ^= 1;
  EXPECT_THAT(refusal(bytes), HasSubstr("disagree about its checksum"));
}

TEST(ZipArchive, ReadsAnEntryWhoseSizesStandBehindItsData) {
  ZipMember member{"abc", "12345", 1u << 3};
  member.local_size = 0;
  std::string bytes = make_zip({member});
  bytes.replace(14, 4, 4, '\0');
  EXPECT_EQ(open(bytes).at("abc").size, 5u);
  bytes[18] = 4;
  EXPECT_THAT(refusal(bytes), HasSubstr("disagree about its size"));
}

TEST(ZipArchive, RefusesEntriesThatOverlapOrLieOutside) {
  // Two names need two local headers, so the second one lies in the data of the first.
  const std::string inner = make_zip({{"b", "x"}}).substr(0, 32);
  ZipMember outer{"a", inner + "tail"};
  ZipMember hidden{"b", "x"};
  hidden.local_begin = 31;
  EXPECT_THAT(refusal({outer, hidden}), HasSubstr("zip entries \"a\" and \"b\" overlap"));

  ZipMember outside{"a", "12345"};
  outside.central_size = 0x7FFFFFFF;
  EXPECT_THAT(refusal({outside}), HasSubstr("outside the file"));
  outside.central_size = 6;
  EXPECT_THAT(refusal({outside}), HasSubstr("outside the file"));
  outside.central_size.reset();
  outside.local_begin = 0x7FFFFFFF;
  EXPECT_THAT(refusal({outside}), HasSubstr("outside the file"));
}

/// Replace bytes, counted from the end of the file.
std::string with(std::string bytes, std::size_t from_end, const std::string& replacement) {
  return bytes.replace(bytes.size() - from_end, replacement.size(), replacement);
}

TEST(ZipArchive, ChecksBothEndRecords) {
  const std::string narrow = make_zip({{"a", "x"}});
  EXPECT_THAT(refusal(with(narrow, 18, little(1, 2))), HasSubstr("several parts"));
  EXPECT_THAT(refusal(with(narrow, 14, little(2, 2))), HasSubstr("several parts"));
  EXPECT_THAT(refusal(with(narrow, 14, little(0x00020002, 4))), HasSubstr("cut off"));
  EXPECT_THAT(refusal(with(narrow, 14, little(0, 4))), HasSubstr("longer than its entries"));
  EXPECT_THAT(refusal(with(narrow, 10, little(0xFFFFFFFF, 4))), HasSubstr("right before"));
  EXPECT_THAT(refusal(with(narrow, 6, little(1, 4))), HasSubstr("right before"));

  const std::string wide = make_zip({{"a", "x"}}, true);
  constexpr std::size_t locator = 42, end64 = 98;
  EXPECT_THAT(refusal(with(wide, locator - 8, little(1, 8))), HasSubstr("not where its locator"));
  EXPECT_THAT(refusal(with(wide, locator - 8, little(~std::uint64_t{0}, 8))),
              HasSubstr("not where its locator"));
  EXPECT_THAT(refusal(with(wide, locator - 16, little(2, 4))), HasSubstr("several parts"));
  EXPECT_THAT(refusal(with(wide, end64, "PK\6\5")), HasSubstr("zip64 end record is damaged"));
  EXPECT_THAT(refusal(with(wide, end64 - 24, little(2, 8))), HasSubstr("several parts"));
  EXPECT_THAT(refusal(with(wide, end64 - 24, little(200'000, 8) + little(200'000, 8))),
              HasSubstr("100000 in"));
  EXPECT_THAT(refusal(with(wide, 14, little(7, 2) + little(7, 2))), HasSubstr("disagree"));
}

TEST(ZipArchive, NeedsThe64BitSizesThatItsEntriesAnnounce) {
  std::string bytes = make_zip({{"abc", "12345"}}, true);
  const std::size_t field = bytes.find("PK\1\2") + 46 + 3;
  bytes[field] = 2;
  EXPECT_THAT(refusal(bytes), HasSubstr("64-bit sizes are missing"));
  bytes[field] = 1;
  bytes[field + 2] = 16;
  EXPECT_THAT(refusal(bytes), HasSubstr("64-bit sizes are missing"));
  bytes[field + 2] = 24;
  bytes.replace(field + 4, 16, 16, '\xFF');
  EXPECT_THAT(refusal(bytes), HasSubstr("outside the file"));
}

TEST(ZipArchive, ChecksTheChecksumOfWhatIsRead) {
  std::string bytes = make_zip({{"abc", "12345"}});
  bytes[33] ^= 1;
  const MemoryFile memory(bytes);
  const RegularFile file(memory.path());
  const ZipDirectory entries = read_zip_directory(file);
  EXPECT_THAT(refusal_of([&] { read_zip_entry(file, *entries.begin(), 5); }),
              HasSubstr("CRC-32 does not fit"));
  EXPECT_THAT(refusal_of([&] { read_zip_entry(file, *entries.begin(), 4); }),
              HasSubstr("4 are allowed"));
}

TEST(ZipArchive, RefusesAnArchiveCutAnywhere) {
  for (const bool wide : {false, true}) {
    const std::string bytes = make_zip({{"a", "12345"}, {"b", "xy"}}, wide);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_THROW(open(bytes.substr(0, size)), Error) << size;
    }
  }
}

}  // namespace
}  // namespace melgraph
