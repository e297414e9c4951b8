#include "interrupt.h"

#include <unistd.h>

#include "exit_codes.h"

namespace melgraph::cli {

namespace {

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may not lock");

extern "C" void ask_to_stop(int) {
  if (stop_asked.exchange(true)) _exit(exit_interrupted);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  stop_asked = false;
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &old_int_);
  sigaction(SIGTERM, &action, &old_term_);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &old_int_, nullptr);
  sigaction(SIGTERM, &old_term_, nullptr);
}

const std::atomic<bool>& InterruptGuard::stop() const noexcept {
  return stop_asked;
}

}  // namespace melgraph::cli
