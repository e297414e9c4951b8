#include <gst/gst.h>

#include "element.h"
#include "melgraph/version.h"

namespace {

gboolean plugin_init(GstPlugin* plugin) {
  return GST_ELEMENT_REGISTER(melgraph, plugin);
}

}  // namespace

#define PACKAGE "melgraph"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, melgraph, "Audio classification graphs",
                  plugin_init, MELGRAPH_VERSION, "Apache 2.0", "Melgraph", "Unknown package origin")
