#include "models/audio/vggish_pca.h"

#include <ATen/TensorOperators.h>

#include <string>

namespace melgraph {
namespace {

constexpr double largest = 2;
constexpr double steps = 255;

class VggishPca final : public Node {
 public:
  void open(OpenContext& context) override {
    const std::shared_ptr<const StateDict> weights = context.weights("weights");
    // In float64, so that no number falls on the other side of a step for want of digits.
    const auto at = [&](const char* name) {
      return weights->tensors.at(name).to(context.device(), at::kDouble);
    };
    eigen_vectors_ = at("pca_eigen_vectors").t();
    means_ = at("pca_means").reshape({1, -1});
    quantize_ = context.params().string("quantize");
  }

  void process(ProcessContext& context) override {
    const at::Tensor centred = context.input("embedding").to(at::kDouble) - means_;
    at::Tensor y = centred.matmul(eigen_vectors_).clamp(-largest, largest);
    if (quantize_ != "none") {
      y = (y + largest) * (steps / (2 * largest));
      y = quantize_ == "round" ? y.round() : y.trunc();
    }
    context.set_output("embedding", y.to(at::kFloat));
  }

 private:
  at::Tensor eigen_vectors_;  ///< [embedding, component]
  at::Tensor means_;          ///< [1, embedding]
  std::string quantize_;
};

}  // namespace

std::unique_ptr<Node> make_vggish_pca() {
  return std::make_unique<VggishPca>();
}

}  // namespace melgraph
