// Golden messages: tests/graphs/errors/NAME.json must fail with the text of NAME.expected.
// With MELGRAPH_UPDATE_GOLDEN=1 in the environment the expected files are written instead.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "../contracts/standard_types.h"
#include "graph/load.h"
#include "source_folder.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;

const fs::path folder = testing::source_folder() / "tests" / "graphs" / "errors";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  if (!fs::is_directory(folder)) return names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Replace the machine's path of the fixtures by a name, so that the text is the same everywhere.
std::string without_paths(std::string text) {
  const std::pair<std::string, std::string> names[] = {
      {folder.string(), "ERRORS"}, {testing::source_folder().string(), "SOURCE"}};
  for (const auto& [path, name] : names) {
    for (std::size_t i = text.find(path); i != std::string::npos; i = text.find(path, i)) {
      text.replace(i, path.size(), name);
    }
  }
  return text;
}

// Where the fixtures are missing, AreAtLeastForty says so.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GraphErrors);
class GraphErrors : public ::testing::TestWithParam<std::string> {};

TEST_P(GraphErrors, SaysWhatIsWrongWhereAndWhatToDo) {
  const std::string name = GetParam() + ".json";
  const fs::path expected = folder / (GetParam() + ".expected");
  const auto registry = testing::make_contract_registry();
  std::string text;
  try {
    load_graph_text(read(folder / name), name, folder, {}, *registry);
    FAIL() << name << " loaded, but should not";
  } catch (const GraphError& error) {
    text = without_paths(error.diagnostics().to_text());
  }
  if (std::getenv("MELGRAPH_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(expected, std::ios::binary) << text;
    GTEST_SKIP() << "wrote " << expected;
  }
  EXPECT_EQ(text, read(expected));
}

INSTANTIATE_TEST_SUITE_P(Golden, GraphErrors, ::testing::ValuesIn(cases()),
                         [](const auto& entry) { return entry.param; });

TEST(GraphErrorFixtures, AreAtLeastForty) {
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no " << folder << "; set MELGRAPH_SOURCE_DIR";
  EXPECT_GE(cases().size(), 40u);
}

}  // namespace
}  // namespace melgraph
