#include <unistd.h>

#include <cstdio>

#include "gain.h"

namespace {

struct Noise {
  // Writes to every descriptor that a protocol might use.
  Noise() {
    std::puts("{\"accepted\": false}");
    std::fflush(stdout);
    for (int descriptor = 1; descriptor < 16; ++descriptor) {
      [[maybe_unused]] const auto written = write(descriptor, "noise\n", 6);
    }
    char byte = 0;
    [[maybe_unused]] const auto count = read(STDIN_FILENO, &byte, 1);
  }
} noise;

}  // namespace

MELGRAPH_PLUGIN(registrar) {
  registrar.add<Gain>(describe_gain("test.noisy"), infer_gain);
}
