#pragma once

#include <string>

#include "console.h"
#include "io/audio_reader.h"
#include "progress.h"
#include "run/file_runner.h"

namespace melgraph::cli {

/// Read the value of `--decoder`.
Decoder decoder_of(const std::string& name);

/// Turns what happens to files into messages and progress.
class FileEvents {
 public:
  FileEvents(Console& console, Progress& progress) : console_(console), progress_(progress) {}

  void handle(const FileEvent& event);

 private:
  Console& console_;
  Progress& progress_;
};

}  // namespace melgraph::cli
