#pragma once

#include <gst/audio/gstaudiofilter.h>

G_BEGIN_DECLS

#define GST_TYPE_MELGRAPH (gst_melgraph_get_type())
G_DECLARE_FINAL_TYPE(GstMelgraph, gst_melgraph, GST, MELGRAPH, GstAudioFilter)

GST_ELEMENT_REGISTER_DECLARE(melgraph);

G_END_DECLS
