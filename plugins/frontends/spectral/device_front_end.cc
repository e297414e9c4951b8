#include "device_front_end.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "cuda/tables.h"
#include "melgraph/cuda_library.h"
#include "melgraph/error.h"
#include "waveform.h"

namespace melgraph_frontends {
namespace {

template <class T>
const T* upload(const std::vector<T>& values, c10::Device device, std::vector<at::Tensor>& tables) {
  if (values.empty()) return nullptr;
  const auto dtype = std::is_same_v<T, float> ? at::kFloat : at::kInt;
  at::Tensor host = at::empty({static_cast<std::int64_t>(values.size())}, dtype);
  std::copy(values.begin(), values.end(), host.template mutable_data_ptr<T>());
  tables.push_back(host.to(device));
  return tables.back().template const_data_ptr<T>();
}

// The scale of the samples is part of the window function.
Config without_scale(Config config) {
  config.samples.scale = 1;
  return config;
}

}  // namespace

std::unique_ptr<DeviceFrontEnd> DeviceFrontEnd::make(const Config& config, const fast::Plans& plans,
                                                     c10::Device device) {
  if (!device.is_cuda() || !cuda::why_not_fused(config).empty()) return nullptr;
  const auto launch =
      reinterpret_cast<cuda::Launch>(melgraph::find_cuda_function(cuda::launch_name));
  if (launch == nullptr) return nullptr;
  return std::unique_ptr<DeviceFrontEnd>(new DeviceFrontEnd(config, plans, device, launch));
}

DeviceFrontEnd::DeviceFrontEnd(const Config& config, const fast::Plans& plans, c10::Device device,
                               cuda::Launch launch)
    : config_(without_scale(config)), launch_(launch) {
  for (const auto& plan : plans) {
    Resident resident;
    resident.program = cuda::make_program(*plan);
    const cuda::Tables tables = cuda::make_tables(*plan);
    cuda::Program& program = resident.program;
    program.window = upload(plan->window, device, resident.tables);
    program.twiddles = upload(tables.twiddles, device, resident.tables);
    program.turns = upload(plan->turns, device, resident.tables);
    program.band_ranges = upload(tables.band_ranges, device, resident.tables);
    program.weights = upload(plan->weights, device, resident.tables);
    program.cepstrum = upload(plan->cepstrum, device, resident.tables);
    programs_.push_back(std::move(resident));
  }
}

at::Tensor DeviceFrontEnd::run(const at::Tensor& audio, const FramePlan& plan,
                               std::size_t resolution) const {
  FramePlan unpadded = plan;  // the kernels know what stands beyond the ends
  unpadded.before = 0;
  unpadded.after = 0;
  const at::Tensor sound = prepare_waveform(audio, config_, unpadded).contiguous();
  const cuda::Program& program = programs_[resolution].program;
  const std::int64_t rows = sound.size(0) * sound.size(1);
  const std::int64_t values = program.bands > 0 ? program.bands : program.bins;
  const auto make = [&](std::int64_t last) {
    return at::empty({sound.size(0), sound.size(1), plan.frames, last}, sound.options());
  };
  at::Tensor features = make(program.features);
  const bool waits = program.has_range != 0 && program.cepstrum != nullptr;
  const at::Tensor held = waits ? make(values) : features;
  const at::Tensor energy = waits && program.use_energy != 0 ? make(1) : at::Tensor();
  at::Tensor largest;
  if (program.has_range != 0) {
    largest = at::full({sound.size(0)}, std::numeric_limits<std::int32_t>::min(),
                       sound.options().dtype(at::kInt));
  }

  cuda::Call call{};
  call.audio = sound.const_data_ptr<float>();
  call.out = features.mutable_data_ptr<float>();
  call.values = held.mutable_data_ptr<float>();
  call.energy = energy.defined() ? energy.mutable_data_ptr<float>() : nullptr;
  call.largest = largest.defined() ? largest.mutable_data_ptr<std::int32_t>() : nullptr;
  call.rows = rows;
  call.channels = sound.size(1);
  call.samples = sound.size(2);
  call.frames = plan.frames;
  call.first = plan.first;
  call.pad_mode = static_cast<std::int32_t>(config_.framing.pad_mode);
  const c10::impl::VirtualGuardImpl guard(sound.device().type());
  const c10::Stream stream = guard.getStream(sound.device());
  const char* message = "";
  if (launch_(&program, &call, stream.native_handle(), &message) != 0) {
    throw melgraph::Error(melgraph::ErrorCode::device,
                          std::string("the front end could not be started: ") + message);
  }
  return features;
}

}  // namespace melgraph_frontends
