#include "io/weights_file.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "io/pth_file.h"
#include "io/pth_legacy.h"
#include "io/regular_file.h"
#include "io/safetensors.h"
#include "io/weights_error.h"

namespace melgraph {

namespace {

class SafetensorsWeights : public WeightsFile {
 public:
  explicit SafetensorsWeights(RegularFile file) : file_(std::move(file)) {
    for (const TensorInfo& tensor : file_.header().tensors) {
      tensors_.push_back({tensor.name, tensor.dtype, tensor.shape, tensor.bytes()});
    }
  }
  const std::string& path() const noexcept override { return file_.path(); }
  const std::vector<WeightsTensor>& tensors() const noexcept override { return tensors_; }
  const std::map<std::string, std::string>& metadata() const noexcept override {
    return file_.header().metadata;
  }
  void read(std::size_t index, void* destination) const override {
    file_.read(file_.header().tensors.at(index), destination);
  }

 private:
  SafetensorsFile file_;
  std::vector<WeightsTensor> tensors_;
};

bool begins_with(std::string_view head, std::string_view text) {
  return head.substr(0, text.size()) == text;
}

/// Of the first bytes of a zip archive a safetensors file can have the first eight (as the length
/// of its header), but not the ninth.
bool is_zip(std::string_view head) {
  if (begins_with(head, "PK\5\6")) return true;
  return begins_with(head, "PK\3\4") && (head.size() <= 8 || head[8] != '{');
}

}  // namespace

std::unique_ptr<WeightsFile> open_weights_file(const std::string& path) {
  RegularFile file(path);
  std::string head(std::min<std::uint64_t>(file.size(), legacy_pth_head), '\0');
  file.read(0, head.data(), head.size());
  if (is_zip(head)) {
    PthContents contents = read_pth_zip(file);
    return std::make_unique<PthFile>(std::move(file), std::move(contents));
  }
  if (is_legacy_pth(head)) {
    PthContents contents = read_pth_legacy(file);
    return std::make_unique<PthFile>(std::move(file), std::move(contents));
  }
  return std::make_unique<SafetensorsWeights>(std::move(file));
}

}  // namespace melgraph
