#include "bus.h"

#include <utility>

#include "melgraph/log.h"

namespace melgraph::gst {

namespace {

std::pair<GQuark, int> domain_of(const Error& error) {
  if (dynamic_cast<const EngineMissing*>(&error) != nullptr) {
    return {GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT};
  }
  const std::string message = error.what();
  const auto says = [&](const char* text) { return message.find(text) != std::string::npos; };
  switch (error.code()) {
    case ErrorCode::usage:
    case ErrorCode::invalid_graph:
    case ErrorCode::plugin:
      if (says("does not exist") || says("no graph is set") || says("there is no graph \"") ||
          says("no such")) {
        return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND};
      }
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS};
    case ErrorCode::io: return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ};
    case ErrorCode::device: return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND};
    case ErrorCode::input: return {GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT};
    case ErrorCode::run_time:
      if (says("out of memory")) return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT};
      return {GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED};
    case ErrorCode::cancelled:
    case ErrorCode::internal: break;
  }
  return {GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED};
}

}  // namespace

void post_error(GstElement* element, const Error& error, bool warning) {
  const auto [domain, code] = domain_of(error);
  std::string all = error.what();
  if (!error.hint().empty()) all += "\nhint: " + error.hint();
  const std::string first = all.substr(0, all.find('\n'));
  gst_element_message_full(element, warning ? GST_MESSAGE_WARNING : GST_MESSAGE_ERROR, domain, code,
                           g_strdup(first.c_str()), g_strdup(all.c_str()), __FILE__, "melgraph",
                           __LINE__);
}

void post_progress(GstElement* element, GstProgressType type, const std::string& text) {
  gst_element_post_message(
      element, gst_message_new_progress(GST_OBJECT(element), type, "load", text.c_str()));
}

void log_engine_message(int level, const char* message, void*) {
  GstDebugLevel as = GST_LEVEL_DEBUG;
  switch (static_cast<LogLevel>(level)) {
    case LogLevel::debug: as = GST_LEVEL_DEBUG; break;
    case LogLevel::info: as = GST_LEVEL_INFO; break;
    case LogLevel::warning: as = GST_LEVEL_WARNING; break;
    case LogLevel::error: as = GST_LEVEL_ERROR; break;
  }
  GST_CAT_LEVEL_LOG(melgraph_engine_debug, as, nullptr, "%s", message);
}

}  // namespace melgraph::gst
