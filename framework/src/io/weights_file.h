#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace melgraph {

/// One tensor of a weights file.
struct WeightsTensor {
  std::string name;
  std::string dtype;                ///< safetensors' names: F32, I64, ... (`TensorInfo::dtype`)
  std::vector<std::int64_t> shape;  ///< row-major; empty for a scalar
  std::uint64_t bytes = 0;          ///< of its numbers, as `WeightsFile::read` gives them
};

/// An open file of named tensors, all of whose structure has been checked.
class WeightsFile {
 public:
  WeightsFile() = default;
  virtual ~WeightsFile() = default;
  WeightsFile(const WeightsFile&) = delete;
  WeightsFile& operator=(const WeightsFile&) = delete;

  virtual const std::string& path() const noexcept = 0;
  virtual const std::vector<WeightsTensor>& tensors() const noexcept = 0;
  virtual const std::map<std::string, std::string>& metadata() const noexcept = 0;

  /// Copy the numbers of `tensors()[index]` to `destination`: little-endian, row-major,
  /// contiguous, `bytes` bytes.
  ///
  /// Throws `Error` (io) where the file cannot be read, (invalid_graph) where a checksum says
  /// that it is damaged. May be called by several threads at once.
  virtual void read(std::size_t index, void* destination) const = 0;
};

/// Open a weights file of any kind: safetensors, or a state dict written by torch.save in its zip
/// format (since 1.6) or in its stream format before. The content decides, never the name.
///
/// Throws `Error` (invalid_graph) that names the file, the place and the rule broken, or (io).
std::unique_ptr<WeightsFile> open_weights_file(const std::string& path);

}  // namespace melgraph
