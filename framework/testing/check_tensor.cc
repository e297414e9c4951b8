#include "check_tensor.h"

#include "melgraph/error.h"

namespace melgraph::testing {

void check_tensor(const at::Tensor& tensor, const PortSpec& spec, std::int64_t items,
                  const std::string& what) {
  const auto fail = [&](const std::string& problem) {
    throw Error(ErrorCode::internal,
                what + " does not fit its spec: " + problem + ", spec is " + to_string(spec));
  };
  if (!tensor.defined()) fail("there is no tensor");
  const auto dtype = spec.dtype == DType::float64 ? at::kDouble : at::kFloat;
  if (tensor.scalar_type() != dtype) fail(std::string("it is ") + toString(tensor.scalar_type()));
  if (tensor.dim() != static_cast<std::int64_t>(spec.axes.size())) {
    fail("it has " + std::to_string(tensor.dim()) + " axes");
  }
  if (items >= 0 && tensor.size(0) != items) {
    fail("it has " + std::to_string(tensor.size(0)) + " items instead of " + std::to_string(items));
  }
  for (std::int64_t i = 1; i < tensor.dim(); ++i) {
    const Axis& axis = spec.axes[static_cast<std::size_t>(i)];
    if (axis.size != unknown_size && axis.size != tensor.size(i)) {
      fail("axis `" + axis.name + "` has size " + std::to_string(tensor.size(i)));
    }
  }
}

}  // namespace melgraph::testing
