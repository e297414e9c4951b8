#include "io/gst_errors.h"

#include <gst/pbutils/missing-plugins.h>

#include <algorithm>

namespace melgraph {

namespace {

std::string take(char* text) {
  std::string result = text == nullptr ? "" : text;
  g_free(text);
  while (!result.empty() && (result.back() == '.' || result.back() == '\n')) result.pop_back();
  return result;
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

// Package of Debian and its derivatives that has the usual decoder or demuxer of these caps.
const char* package_of(const std::string& caps) {
  for (const char* name : {"audio/x-vorbis", "audio/x-opus", "application/ogg", "audio/x-raw"}) {
    if (contains(caps, name)) return "gstreamer1.0-plugins-base";
  }
  for (const char* name : {"audio/x-flac", "audio/x-wav", "video/quicktime", "audio/x-m4a",
                           "matroska", "webm", "x-msvideo", "application/x-id3", "x-speex",
                           "source-http", "source-https", "audio/x-au", "wavpack"}) {
    if (contains(caps, name)) return "gstreamer1.0-plugins-good";
  }
  for (const char* name : {"mpegts", "audio/x-aiff", "application/x-hls", "audio/midi"}) {
    if (contains(caps, name)) return "gstreamer1.0-plugins-bad";
  }
  return "gstreamer1.0-libav";
}

}  // namespace

void GstErrors::note_missing(GstMessage* message) {
  missing_.push_back({take(gst_missing_plugin_message_get_description(message)),
                      take(gst_missing_plugin_message_get_installer_detail(message))});
}

// Whether nothing that is missing could have given sound.
bool GstErrors::lacks_only_pictures() const {
  return std::all_of(missing_.begin(), missing_.end(), [](const Missing& each) {
    const bool container = contains(each.description, "demuxer");
    return !container &&
           (contains(each.detail, "|decoder-video/") || contains(each.detail, "|decoder-image/") ||
            contains(each.detail, "|decoder-text/") ||
            contains(each.detail, "|decoder-subpicture/"));
  });
}

std::string GstErrors::missing_text() const {
  std::string text;
  for (const Missing& each : missing_) text += (text.empty() ? "" : ", ") + each.description;
  return text;
}

Error GstErrors::make(const std::string& does_what) const {
  if (missing_.empty()) return Error(ErrorCode::input, "'" + input_ + "' " + does_what);
  std::vector<std::string> packages;
  for (const Missing& each : missing_) {
    const std::string package = package_of(each.detail);
    if (std::find(packages.begin(), packages.end(), package) == packages.end()) {
      packages.push_back(package);
    }
  }
  std::string install;
  for (const std::string& package : packages) install += " " + package;
  return Error(ErrorCode::input,
               "'" + input_ + "' cannot be decoded: GStreamer lacks: " + missing_text(),
               "install the GStreamer plugins for it (Debian, Ubuntu:" + install + ")");
}

Error GstErrors::make_no_audio() const {
  if (!lacks_only_pictures()) return make("has no audio stream");
  return Error(ErrorCode::input, "'" + input_ + "' has no audio stream");
}

Error GstErrors::make(GstMessage* message) const {
  GError* error = nullptr;
  char* debug_text = nullptr;
  gst_message_parse_error(message, &error, &debug_text);
  const GQuark domain = error->domain;
  const int code = error->code;
  const std::string text = take(g_strdup(error->message));
  const std::string debug = take(debug_text);
  g_error_free(error);

  const auto is = [&](GQuark wanted, int wanted_code) {
    return domain == wanted && code == wanted_code;
  };
  if (is(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND)) {
    return Error(ErrorCode::input, "no such file or address: '" + input_ + "'");
  }
  if (is(GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND) ||
      is(GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE)) {
    if (missing_.empty()) {
      return Error(ErrorCode::input, "'" + input_ + "' is not an audio file: " + text);
    }
  }
  if (!missing_.empty() && lacks_only_pictures()) return make_no_audio();
  if (is(GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND) || !missing_.empty()) {
    return make("cannot be decoded: GStreamer says: " + text);
  }
  const char* element = GST_OBJECT_NAME(GST_MESSAGE_SRC(message));
  // The interesting part of the debug text is its last line; the lines before name source code.
  const std::string reason = debug.substr(debug.find_last_of('\n') + 1);
  const bool more = !reason.empty() && reason != text && debug.find('\n') != std::string::npos;
  return Error(ErrorCode::input, "'" + input_ + "' cannot be decoded: GStreamer (" +
                                     (element == nullptr ? "?" : element) + ") says: " + text +
                                     (more ? " (" + reason + ")" : ""));
}

std::string GstErrors::warning_text(GstMessage* message) {
  GError* error = nullptr;
  gst_message_parse_warning(message, &error, nullptr);
  std::string text = take(g_strdup(error->message));
  g_error_free(error);
  return text;
}

}  // namespace melgraph
