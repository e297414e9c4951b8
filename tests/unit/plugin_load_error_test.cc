#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/load_error.h"

namespace melgraph {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const char* const path = "/p/x.so";

/// Wrap a text of the dynamic loader as Boost.DLL does.
std::string explain(const std::string& text) {
  return explain_load_error("boost::dll::shared_library::load() failed (dlerror system message: " +
                                text + "): Bad file descriptor",
                            path);
}

TEST(PluginLoadError, NamesAMissingSymbolAsInTheSource) {
  EXPECT_THAT(explain("/p/x.so: undefined symbol: _ZN6vendor9calibrateEi"),
              StartsWith("missing symbol vendor::calibrate(int): built against another Melgraph"));
  EXPECT_THAT(explain("/p/x.so: undefined symbol: plain_c, version V1"),
              StartsWith("missing symbol plain_c: "));
}

TEST(PluginLoadError, NamesAMissingLibrary) {
  EXPECT_THAT(explain("libfoo.so.1: cannot open shared object file: No such file or directory"),
              StartsWith("needs libfoo.so.1, which cannot be opened (No such file or directory)"));
  EXPECT_EQ(explain("/p/x.so: cannot open shared object file: Permission denied"),
            "cannot be loaded: cannot open shared object file: Permission denied");
}

TEST(PluginLoadError, ExplainsANewerSystem) {
  EXPECT_THAT(
      explain("/lib/libstdc++.so.6: version `GLIBCXX_3.4.99' not found (required by "
              "/p/x.so)"),
      HasSubstr("GLIBCXX_3.4.99' not found (required by /p/x.so): built on a newer system"));
}

TEST(PluginLoadError, KeepsWhatItDoesNotKnowWithoutPathAndWrapping) {
  EXPECT_EQ(explain("/p/x.so: file too short"), "cannot be loaded: file too short");
  EXPECT_EQ(explain_load_error("another text", path), "cannot be loaded: another text");
}

}  // namespace
}  // namespace melgraph
