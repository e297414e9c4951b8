#include <csignal>

#include "gain.h"

namespace {

struct Crash {
  // A real signal, so that neither compiler nor sanitizer has a say in it.
  Crash() {
    std::signal(SIGSEGV, SIG_DFL);
    std::raise(SIGSEGV);
  }
} crash;

}  // namespace

MELGRAPH_PLUGIN(registrar) {
  registrar.add<Gain>(describe_gain("test.crashes"), infer_gain);
}
