#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "melgraph/contract.h"

namespace melgraph {

/// Reads the heads of the files a graph names, each once. Faults are returned as text, because
/// only the caller knows the place in the graph.
class FileService {
 public:
  struct Fault {
    std::string message;
    std::string hint;
  };

  /// Return the head of a weights file, or null and the fault.
  std::shared_ptr<const WeightsHeader> weights(const std::filesystem::path& path, Fault& fault);
  /// Return the lines of a label file, or none and the fault.
  std::optional<std::vector<std::string>> label_lines(const std::filesystem::path& path,
                                                      Fault& fault);

 private:
  std::map<std::filesystem::path, std::shared_ptr<const WeightsHeader>> weights_;
};

/// Read class names from the metadata key `labels`, a JSON array of strings; none where there is
/// no such key or it is not one.
std::optional<std::vector<std::string>> labels_of_metadata(const WeightsHeader& header);

}  // namespace melgraph
