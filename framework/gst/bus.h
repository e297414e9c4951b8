#pragma once

#include <gst/gst.h>

#include <string>

#include "melgraph/error.h"

GST_DEBUG_CATEGORY_EXTERN(melgraph_debug);
GST_DEBUG_CATEGORY_EXTERN(melgraph_engine_debug);

namespace melgraph::gst {

/// The engine itself cannot be loaded.
class EngineMissing : public Error {
 public:
  explicit EngineMissing(const std::string& why) : Error(ErrorCode::plugin, why) {}
};

/// Post an error of the engine as error message, or as warning: domain and code by its kind, the
/// first line as text, all of it as debug text.
void post_error(GstElement* element, const Error& error, bool warning);

/// Post that a graph is being loaded: `start`, `complete`, `error`.
void post_progress(GstElement* element, GstProgressType type, const std::string& text);

/// Takes the engine's messages: see `stream::GraphRequest::log`.
void log_engine_message(int level, const char* message, void* user);

}  // namespace melgraph::gst
