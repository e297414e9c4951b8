#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../config.h"
#include "../fast/plan.h"
#include "program.h"

namespace melgraph_frontends::cuda {

/// The tables of a program in the memory of the host.
struct Tables {
  std::vector<float> twiddles;
  std::vector<std::int32_t> band_ranges;
};
Tables make_tables(const fast::Plan& plan);

/// Make a program without its pointers.
Program make_program(const fast::Plan& plan);

/// Return why the kernels do not take a front end; empty where they do.
std::string why_not_fused(const Config& config);

}  // namespace melgraph_frontends::cuda
