#include <unistd.h>

#include "gain.h"

namespace {

struct Hang {
  Hang() {
    for (;;) pause();
  }
} hang;

}  // namespace

MELGRAPH_PLUGIN(registrar) {
  registrar.add<Gain>(describe_gain("test.hangs"), infer_gain);
}
