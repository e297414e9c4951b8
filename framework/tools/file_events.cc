#include "file_events.h"

namespace melgraph::cli {

namespace {

/// Many messages name their file themselves.
std::string about(const FileEvent& event) {
  if (event.message.find(event.file) != std::string::npos) return event.message;
  return event.file + ": " + event.message;
}

const char* name(FileEvent::Kind kind) {
  switch (kind) {
    case FileEvent::Kind::started: return "started";
    case FileEvent::Kind::warning: return "warning";
    case FileEvent::Kind::finished: return "finished";
    case FileEvent::Kind::failed: return "failed";
  }
  return "failed";
}

}  // namespace

Decoder decoder_of(const std::string& decoder) {
  if (decoder == "sndfile") return Decoder::sndfile;
  if (decoder == "gstreamer") return Decoder::gstreamer;
  return Decoder::automatic;
}

void FileEvents::handle(const FileEvent& event) {
  const Console::Fields fields = {{"event", name(event.kind)}, {"file", event.file}};
  switch (event.kind) {
    case FileEvent::Kind::started:
      console_.log(LogLevel::debug, event.file + ": started", {}, fields);
      break;
    case FileEvent::Kind::warning: console_.log(LogLevel::warning, about(event), {}, fields); break;
    case FileEvent::Kind::finished:
      progress_.finished(event.audio_seconds);
      console_.log(LogLevel::debug, event.file + ": finished", {}, fields);
      break;
    case FileEvent::Kind::failed:
      progress_.failed();
      console_.log(LogLevel::error, about(event), {}, fields);
      break;
  }
}

}  // namespace melgraph::cli
