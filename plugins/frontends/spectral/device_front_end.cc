#include "device_front_end.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <cstdint>
#include <cstring>
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
  const auto bytes = static_cast<std::int64_t>(values.size() * sizeof(T));
  const at::Tensor host = at::empty({bytes}, at::kByte);
  std::memcpy(host.mutable_data_ptr(), values.data(), values.size() * sizeof(T));
  tables.push_back(host.to(device));
  return static_cast<const T*>(tables.back().const_data_ptr());
}

void* stream_of(c10::Device device) {
  if (device.is_cpu()) return nullptr;  // whose launches come back when all is done
  return c10::impl::VirtualGuardImpl(device.type()).getStream(device).native_handle();
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
  return std::make_unique<DeviceFrontEnd>(config, plans, device, launch);
}

DeviceFrontEnd::DeviceFrontEnd(const Config& config, const fast::Plans& plans, c10::Device device,
                               cuda::Launch launch)
    : config_(without_scale(config)),
      launch_(launch),
      not_finite_(at::zeros({1}, at::TensorOptions(at::kInt).device(device))) {
  for (const auto& plan : plans) {
    Resident resident;
    cuda::Tables tables;
    resident.program = cuda::make_program(*plan, tables);
    cuda::Program& program = resident.program;
    program.window = upload(tables.window, device, resident.tables);
    program.twiddles = upload(tables.twiddles, device, resident.tables);
    program.turns = upload(tables.turns, device, resident.tables);
    program.band = upload(tables.bands, device, resident.tables);
    program.weights = upload(tables.weights, device, resident.tables);
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
  call.not_finite = not_finite_.mutable_data_ptr<std::int32_t>();
  call.rows = rows;
  call.channels = sound.size(1);
  call.samples = sound.size(2);
  call.frames = plan.frames;
  call.first = plan.first;
  call.pad_mode = static_cast<std::int32_t>(config_.framing.pad_mode);
  const char* message = "";
  if (launch_(&program, &call, stream_of(sound.device()), &message) != 0) {
    throw melgraph::Error(melgraph::ErrorCode::device,
                          std::string("the front end could not be started: ") + message);
  }
  return features;
}

std::int64_t DeviceFrontEnd::moved_values(std::int64_t frames) const {
  const cuda::Program& program = programs_.front().program;
  if (program.has_range == 0) return frames * program.features;
  // Written, and read once more when the largest one is known.
  const std::int64_t values = program.bands > 0 ? program.bands : program.bins;
  return frames * (2 * values + program.features);
}

bool DeviceFrontEnd::finite() {
  if (not_finite_.item<std::int32_t>() == 0) return true;
  const c10::InferenceMode inference;  // what was made in it may be changed in it only
  not_finite_.zero_();
  return false;
}

}  // namespace melgraph_frontends
