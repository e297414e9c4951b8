#include "temporary_folder.h"

#include <cstdlib>
#include <string>
#include <system_error>

#include "melgraph/error.h"

namespace melgraph::cli {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "melgraph-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw Error(ErrorCode::io, "cannot make a folder like " + name, "set TMPDIR to another place");
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace melgraph::cli
