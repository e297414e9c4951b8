#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/zeros.h>

#include <optional>
#include <utility>

#include "melgraph/error.h"
#include "models/convolution/prepared_convolution.h"
#include "models/networks/layer_forward.h"
#include "models/networks/runner.h"
#include "models/networks/torch_plan.h"

namespace melgraph {
namespace {

/// Sizes that oneDNN's layouts are chosen for: a small batch.
constexpr std::int64_t typical_items = 8;
/// For axes whose size the input does not say.
constexpr std::int64_t typical_length = 64;

Fused fused_of(const std::optional<Activation>& activation) {
  if (!activation) return Fused::none;
  switch (*activation) {
    case Activation::relu: return Fused::relu;
    case Activation::relu6: return Fused::relu6;
    case Activation::hard_swish: return Fused::hard_swish;
    case Activation::hard_sigmoid: return Fused::hard_sigmoid;
    case Activation::silu: return Fused::silu;
    case Activation::sigmoid: return Fused::sigmoid;
    case Activation::gelu: return Fused::gelu;
    case Activation::tanh: return Fused::tanh;
  }
  return Fused::none;
}

/// Batch norm in eval mode as y = scale x + shift.
struct Affine {
  at::Tensor scale, shift;
};

Affine affine_of(const Layer& layer, const std::vector<at::Tensor>& state) {
  const auto wide = [](const at::Tensor& tensor) { return tensor.detach().to(at::kDouble); };
  const at::Tensor scale = wide(state[0]) / (wide(state[3]) + layer.eps).sqrt();
  return {scale, wide(state[1]) - wide(state[2]) * scale};
}

std::vector<std::int64_t> typical_size(const Size& size) {
  std::vector<std::int64_t> typical{typical_items};
  for (const std::int64_t n : size) typical.push_back(n < 0 ? typical_length : n);
  return typical;
}

/// Write numbers of one axis of space as those of height 1 and that axis.
std::vector<std::int64_t> over_two_axes(const Size& values, std::int64_t height) {
  if (values.size() == 2) return values;
  return {height, values.front()};
}

struct Step {
  FusedStep fused;
  std::optional<PreparedConvolution> convolution;
  std::vector<at::Tensor> state;  ///< of other layers
};

class TorchRunner final : public NetworkRunner {
 public:
  TorchRunner(const NetworkModule& module, const RunnerOptions& options)
      : network_(module.network()), options_(options) {
    for (FusedStep& fused : fuse_layers(network_, options.wanted)) {
      steps_.push_back(prepare(module, std::move(fused)));
    }
  }

  std::vector<at::Tensor> run(const at::Tensor& input) const override {
    std::vector<at::Tensor> values(network_.layers.size());
    for (const Step& step : steps_) {
      values[index(step.fused.output)] = compute(step, values, input);
      for (const int layer : step.fused.last_use) {
        if (layer != step.fused.output) values[index(layer)].reset();
      }
    }
    std::vector<at::Tensor> outputs;
    for (const int layer : options_.wanted) {
      outputs.push_back(values[index(layer)].to(at::kFloat).contiguous());
    }
    return outputs;
  }

 private:
  static std::size_t index(int layer) { return static_cast<std::size_t>(layer); }

  Step prepare(const NetworkModule& module, FusedStep fused) const {
    Step step;
    const Layer& layer = network_.layers[index(fused.layer)];
    const std::vector<at::Tensor>& state = module.state_of(fused.layer);
    if (layer.op == Op::convolution) {
      step.convolution = prepare_convolution(module, fused, layer, state);
    } else {
      for (const at::Tensor& tensor : state) {
        const at::Tensor own = tensor.detach();
        // Norms keep their statistics in float32: they are few, and the products are not theirs.
        const bool narrow = layer.op == Op::linear || layer.op == Op::layer_norm;
        step.state.push_back(own.is_floating_point()
                                 ? own.to(options_.device, narrow ? options_.type : at::kFloat)
                                 : own.to(options_.device));
      }
    }
    step.fused = std::move(fused);
    return step;
  }

  PreparedConvolution prepare_convolution(const NetworkModule& module, const FusedStep& fused,
                                          const Layer& layer,
                                          const std::vector<at::Tensor>& state) const {
    at::Tensor weight = state[0].detach().to(at::kDouble);
    at::Tensor bias = state.size() > 1 ? state[1].detach().to(at::kDouble)
                                       : at::zeros({weight.size(0)}, at::kDouble);
    if (fused.norm >= 0) {
      const Affine norm =
          affine_of(network_.layers[index(fused.norm)], module.state_of(fused.norm));
      std::vector<std::int64_t> per_filter(static_cast<std::size_t>(weight.dim()), 1);
      per_filter[0] = weight.size(0);
      weight = weight * norm.scale.view(per_filter);
      bias = bias * norm.scale + norm.shift;
    }
    Size size = network_.layers[index(layer.inputs.front())].size;
    if (layer.kernel.size() == 1) {
      weight = weight.unsqueeze(2);
      size.insert(size.begin() + 1, 1);
    }
    const ConvolutionShape shape{over_two_axes(layer.stride, 1), over_two_axes(layer.padding, 0),
                                 over_two_axes(layer.dilation, 1), layer.groups};
    try {
      return {weight,
              bias,
              shape,
              fused_of(fused.activation),
              options_.device,
              options_.type,
              typical_size(size)};
    } catch (const Error& error) {
      throw Error(error.code(), "layer `" + layer.name + "`: " + error.what(), error.hint());
    }
  }

  at::Tensor compute(const Step& step, const std::vector<at::Tensor>& values,
                     const at::Tensor& input) const {
    const Layer& layer = network_.layers[index(step.fused.layer)];
    if (layer.op == Op::input) {
      const at::Tensor typed = input.to(options_.type);
      return typed.dim() == 4 ? typed.contiguous(at::MemoryFormat::ChannelsLast) : typed;
    }
    std::vector<at::Tensor> inputs;
    for (const int from : step.fused.inputs) inputs.push_back(values[index(from)]);
    if (step.convolution) return convolve(step, inputs.front(), values);
    at::Tensor output;
    if (layer.op == Op::batch_norm && inputs.front().scalar_type() != at::kFloat &&
        layer.axis != 0) {
      output = compute_layer(layer, step.state, {inputs.front().to(at::kFloat)}, false)
                   .to(options_.type);
    } else {
      output = compute_layer(layer, step.state, inputs, false);
    }
    return apply_fused(std::move(output), fused_of(step.fused.activation));
  }

  at::Tensor convolve(const Step& step, const at::Tensor& x,
                      const std::vector<at::Tensor>& values) const {
    const bool flat = x.dim() == 3;
    const at::Tensor in = flat ? x.unsqueeze(2) : x;
    at::Tensor out;
    if (step.fused.other >= 0) {
      const at::Tensor& other = values[index(step.fused.other)];
      out = step.convolution->add_to(flat ? other.unsqueeze(2) : other, in);
    } else {
      out = (*step.convolution)(in);
    }
    return flat ? out.squeeze(2) : out;
  }

  Network network_;
  RunnerOptions options_;
  std::vector<Step> steps_;
};

}  // namespace

std::unique_ptr<NetworkRunner> make_torch_runner(const NetworkModule& module,
                                                 const RunnerOptions& options) {
  return std::make_unique<TorchRunner>(module, options);
}

}  // namespace melgraph
