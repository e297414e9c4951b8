#pragma once

#include <gst/gst.h>

#include <deque>

namespace melgraph::gst {

/// Name of the custom meta, and of the list of structures in it.
inline constexpr const char* result_meta_name = "melgraph";

/// Register the custom meta. It is tagged as audio and as nothing else, so that audioconvert,
/// audioresample and encoders keep it.
void register_result_meta();

/// Attach results (structures `melgraph`) to a writable buffer: as custom meta, whose structure has
/// the field `results`, and, where GStreamer has them, as classifications of GstAnalytics.
void attach_results(GstBuffer* buffer, const std::deque<GstStructure*>& results, bool custom,
                    bool analytics);

}  // namespace melgraph::gst
