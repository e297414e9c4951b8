#include "graph/file_service.h"

#include "config/json_reader.h"
#include "core/file.h"
#include "core/utf8.h"
#include "io/weights_file.h"
#include "melgraph/error.h"

namespace melgraph {

namespace {

constexpr std::size_t max_label_file = 16u << 20;

FileService::Fault describe(const Error& error, const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return {error.what(), error.hint()};
  return {"there is no file " + path.string(),
          "relative paths start at the graph's folder, those of --set at the working directory"};
}

}  // namespace

std::shared_ptr<const WeightsHeader> FileService::weights(const std::filesystem::path& path,
                                                          Fault& fault) {
  const auto known = weights_.find(path);
  if (known != weights_.end()) return known->second;
  try {
    const std::unique_ptr<WeightsFile> file = open_weights_file(path.string());
    auto header = std::make_shared<WeightsHeader>();
    for (const WeightsTensor& tensor : file->tensors()) {
      header->tensors[tensor.name] = {tensor.dtype, tensor.shape};
    }
    header->metadata.insert(file->metadata().begin(), file->metadata().end());
    weights_[path] = header;
    return header;
  } catch (const Error& error) {
    fault = describe(error, path);
    return nullptr;
  }
}

std::optional<std::vector<std::string>> FileService::label_lines(const std::filesystem::path& path,
                                                                 Fault& fault) {
  std::string text;
  try {
    text = read_text_file(path.string(), max_label_file);
  } catch (const Error& error) {
    fault = describe(error, path);
    return std::nullopt;
  }
  if (find_invalid_utf8(text) != std::string::npos) {
    fault = {path.string() + " is not UTF-8 text", "write one class name a line"};
    return std::nullopt;
  }
  std::vector<std::string> lines;
  std::size_t begin = text.rfind("\xEF\xBB\xBF", 0) == 0 ? 3 : 0;
  while (begin < text.size()) {
    std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) end = text.size();
    std::string line = text.substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
    begin = end + 1;
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.empty()) {
    fault = {path.string() + " holds no class name", "write one class name a line"};
    return std::nullopt;
  }
  return lines;
}

std::optional<std::vector<std::string>> labels_of_metadata(const WeightsHeader& header) {
  const auto entry = header.metadata.find("labels");
  if (entry == header.metadata.end()) return std::nullopt;
  Diagnostics ignored;
  const auto json = read_json(entry->second, "labels", ignored);
  if (!json || !json->is_array()) return std::nullopt;
  std::vector<std::string> labels;
  for (const JsonValue& item : json->items()) {
    if (!item.is_string()) return std::nullopt;
    labels.push_back(item.as_string());
  }
  return labels;
}

}  // namespace melgraph
