#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/pth_state.h"
#include "io/regular_file.h"
#include "io/weights_file.h"

namespace melgraph {

/// Head of a file written by torch.save: its tensors and the records they lie in.
struct PthContents {
  std::vector<PthTensor> tensors;
  PthStorages storages;
};

/// Read the head of a zip archive of torch.save (since PyTorch 1.6).
///
/// Entries, all under one folder: `data.pkl`, `data/KEY` for each record, `byteorder`. Throws
/// `Error` (invalid_graph) or (io).
PthContents read_pth_zip(const RegularFile& file);

/// A state dict written by torch.save, in either format.
class PthFile : public WeightsFile {
 public:
  PthFile(RegularFile file, PthContents contents);

  const std::string& path() const noexcept override { return file_.path(); }
  const std::vector<WeightsTensor>& tensors() const noexcept override { return infos_; }
  const std::map<std::string, std::string>& metadata() const noexcept override { return metadata_; }
  void read(std::size_t index, void* destination) const override;

 private:
  void check_crc(std::size_t view, const PthStorage& storage) const;

  struct View {
    PthTensor tensor;
    const PthStorage* storage;
    std::atomic<bool>* checked;  // of the storage: its CRC-32 was found right
  };
  RegularFile file_;
  PthStorages storages_;
  std::vector<View> views_;
  std::vector<WeightsTensor> infos_;
  std::map<std::string, std::string> metadata_;
  std::unique_ptr<std::atomic<bool>[]> checked_;
};

}  // namespace melgraph
