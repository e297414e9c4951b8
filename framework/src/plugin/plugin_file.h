#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "melgraph/node_type.h"

namespace melgraph {

/// Node type that a plugin file offers.
struct PluginType {
  std::string id;
  std::string summary;
  std::filesystem::path shadowed_by;  ///< the file of higher precedence with the same id, if any
};

/// One file of the search path and what became of it.
struct PluginFile {
  std::filesystem::path path;
  bool accepted = false;
  std::string reason;     ///< why it was refused, one line, without the path; empty where accepted
  std::string built_for;  ///< what it was compiled with, such as "Melgraph 0.1.0, LibTorch 2.11.0"
  std::vector<PluginType> types;  ///< of a refused file: those it is known to have had
  bool loaded = false;            ///< open in this process
};

/// What opening a library gave.
struct OpenedLibrary {
  std::vector<NodeType> types;
  std::string built_for;
};

/// Opens plugin libraries in this process.
class LibraryOpener {
 public:
  virtual ~LibraryOpener() = default;

  /// Open `path` (absolute) and return its types, checked. Throws `Error` whose message is one line
  /// without the path: of code `io` where the system could not load the file or what it needs,
  /// which another try may change; of code `plugin` where the file itself is not right.
  virtual OpenedLibrary open(const std::filesystem::path& path) = 0;
  /// Return what a library must agree with, as text: cached verdicts hold for it alone.
  virtual std::string stamp() const = 0;
};

/// What a probe found out about one file.
struct ProbeVerdict {
  bool accepted = false;
  std::string reason;  ///< one line, without the path
  std::string built_for;
  std::vector<PluginType> types;
  bool may_change = false;   ///< a crash, a hang, a missing library: another try may differ
  bool unavailable = false;  ///< the probe itself did not work: says nothing about the file
};

/// Opens plugin libraries somewhere else, where they can do no harm.
class PluginProber {
 public:
  virtual ~PluginProber() = default;

  /// Return one verdict a path, in the order of `paths`; does not throw.
  virtual std::vector<ProbeVerdict> probe(const std::vector<std::filesystem::path>& paths) = 0;
};

}  // namespace melgraph
