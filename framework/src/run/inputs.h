#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// One audio input of a run.
struct InputItem {
  std::string name;         ///< as it is reported; for a folder, the folder and the relative path
  std::string path_or_uri;  ///< what is opened
};

/// Turn the arguments of a run into inputs, in their order.
///
/// An argument is a file, a folder (searched through, sorted by name), a pattern with `*`, `?` or
/// `[...]`, `@list.txt` or `-` (one path a line, from a file or from `stdin_stream`), or a URI.
/// In folders only files with an extension of audio or video count, and hidden ones do not; links
/// to folders are followed, each folder once. A file that is named but missing stays in the list.
/// Throws `Error` (usage) for a folder, pattern or list without inputs, and where there is none.
MELGRAPH_API std::vector<InputItem> expand_inputs(const std::vector<std::string>& args,
                                                  std::istream& stdin_stream);

/// Tell whether a file name ends as those of audio and video do; letter case does not matter.
MELGRAPH_API bool has_media_extension(const std::string& name);

}  // namespace melgraph
