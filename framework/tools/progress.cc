#include "progress.h"

#include <fmt/format.h>

namespace melgraph::cli {

namespace {

// Often enough to look alive, seldom enough to cost nothing.
constexpr std::chrono::milliseconds pause(200);

}  // namespace

Progress::Progress(Console& console, std::size_t files, bool shown)
    : console_(console), files_(files), shown_(shown) {}

Progress::~Progress() {
  if (shown_) console_.clear_status();
}

void Progress::finished(double seconds_of_audio) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++done_;
  audio_seconds_ += seconds_of_audio;
  update_unlocked();
}

void Progress::failed() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++done_;
  ++failed_;
  update_unlocked();
}

void Progress::update_unlocked() {
  const Clock::time_point now = Clock::now();
  if (!shown_ || (now - last_shown_ < pause && done_ < files_)) return;
  last_shown_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  std::string line = fmt::format("{}/{} files", done_, files_);
  if (seconds > 0) {
    line += fmt::format(", {:.1f} files/s, {:.0f} x real time",
                        static_cast<double>(done_) / seconds, audio_seconds_ / seconds);
  }
  if (failed_ > 0) line += fmt::format(", {} failed", failed_);
  console_.set_status(line);
}

}  // namespace melgraph::cli
