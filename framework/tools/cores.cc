#include "cores.h"

#include <sched.h>

#include "melgraph/error.h"

namespace melgraph::cli {

std::vector<int> usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof(set), &set) != 0) return {0};
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

bool pin_to_cores(const std::vector<int>& cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int core : cores) CPU_SET(core, &set);
  return ::sched_setaffinity(0, sizeof(set), &set) == 0;
}

Pinned::Pinned(const std::vector<int>& cores) : before_(usable_cores()) {
  if (!pin_to_cores(cores)) {
    throw Error(ErrorCode::run_time, "the system does not let threads be kept on cores");
  }
}

Pinned::~Pinned() {
  pin_to_cores(before_);
}

}  // namespace melgraph::cli
