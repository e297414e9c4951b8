#include "models/audio/contract.h"

#include <cstdint>
#include <string>
#include <vector>

namespace melgraph {
namespace {

constexpr std::int64_t embedding_size = 128;

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + "]";
}

void check_tensor(InferContext& context, const WeightsHeader& header, const char* name,
                  bool is_matrix) {
  const char* hint = "name a file with pca_eigen_vectors [128, 128] and pca_means [128, 1]";
  const auto found = header.tensors.find(name);
  if (found == header.tensors.end()) {
    context.report_param("weights", std::string("the file has no tensor `") + name + "`", hint);
    return;
  }
  const std::vector<std::int64_t>& shape = found->second.shape;
  const bool fits = is_matrix ? shape == std::vector{embedding_size, embedding_size}
                              : shape == std::vector{embedding_size} ||
                                    shape == std::vector{embedding_size, std::int64_t{1}};
  if (fits) return;
  context.report_param("weights",
                       std::string("`") + name + "` has the shape " + shape_text(shape) + ", not " +
                           (is_matrix ? "[128, 128]" : "[128, 1]"),
                       hint);
}

}  // namespace

Descriptor describe_vggish_pca() {
  Descriptor d;
  d.id = "post.vggish_pca";
  d.summary = "Post-processing of VGGish's embeddings as AudioSet was published with";
  d.description =
      "Makes of an embedding x the numbers E (x - m), the principal components with unit variance, "
      "cuts them to [-2, 2], and gives them as whole numbers from 0 to 255: (y + 2) * 255 / 4.";
  d.references = {
      "https://github.com/tensorflow/models/tree/master/research/audioset/vggish "
      "(vggish_postprocess.py, vggish_pca_params.npz)"};
  d.inputs = {{"embedding",
               "128 numbers of `model.vggish`",
               {Kind::embedding},
               {"window|clip", "embedding"}}};
  d.outputs = {{"embedding", "As many numbers, in [0, 255], or [-2, 2] without `quantize`"}};
  d.params = {
      ParamSpec::file("weights", "E and m: pca_eigen_vectors [128, 128], pca_means [128, 1]")
          .is_required(),
      ParamSpec::string("quantize",
                        "How whole numbers are made: truncate: towards zero, as the authors' "
                        "program; round: to the nearest, as torchvggish; none: not at all")
          .one_of({"truncate", "round", "none"})
          .otherwise("truncate")};
  return d;
}

void infer_vggish_pca(InferContext& context) {
  const PortSpec& input = context.input("embedding");
  const std::int64_t size = input.size_of("embedding");
  if (size != unknown_size && size != embedding_size) {
    context.report_input(
        "embedding", 0, "embeddings of VGGish have 128 numbers, these have " + std::to_string(size),
        "wire `embedding` of model.vggish");
  }
  if (const WeightsHeader* header = context.weights("weights")) {
    check_tensor(context, *header, "pca_eigen_vectors", true);
    check_tensor(context, *header, "pca_means", false);
  }
  PortSpec spec = input;
  spec.axes.back().size = embedding_size;
  context.set_output("embedding", spec);
}

}  // namespace melgraph
