#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../config.h"
#include "../fast/plan.h"
#include "program.h"

namespace melgraph_frontends::cuda {

/// The tables of a program in the memory of the host, as the program has them on the device.
struct Tables {
  std::vector<Pair> window;
  std::vector<Pair> twiddles;
  std::vector<Pair> turns;
  std::vector<Band> bands;
  std::vector<float> weights;
};

/// Make a program without its pointers, and its tables.
Program make_program(const fast::Plan& plan, Tables& tables);

/// Return why the kernels do not take a front end; empty where they do.
std::string why_not_fused(const Config& config);

}  // namespace melgraph_frontends::cuda
