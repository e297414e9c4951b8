#include "result_meta.h"

#include <gst/audio/audio.h>

#ifdef MELGRAPH_WITH_ANALYTICS
#include <gst/analytics/analytics.h>

#include <vector>
#endif

namespace melgraph::gst {

void register_result_meta() {
  static const bool once = [] {
    static const gchar* tags[] = {GST_META_TAG_AUDIO_STR, nullptr};
    gst_meta_register_custom(result_meta_name, tags, nullptr, nullptr, nullptr);
    return true;
  }();
  (void)once;
}

namespace {

void attach_custom(GstBuffer* buffer, const std::deque<GstStructure*>& results) {
  GstCustomMeta* meta = gst_buffer_add_custom_meta(buffer, result_meta_name);
  if (meta == nullptr) return;
  GValue list = G_VALUE_INIT;
  gst_value_array_init(&list, static_cast<guint>(results.size()));
  for (const GstStructure* result : results) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_STRUCTURE);
    gst_value_set_structure(&value, result);
    gst_value_array_append_and_take_value(&list, &value);
  }
  gst_structure_take_value(gst_custom_meta_get_structure(meta), "results", &list);
}

#ifdef MELGRAPH_WITH_ANALYTICS
void attach_analytics(GstBuffer* buffer, const std::deque<GstStructure*>& results) {
  GstAnalyticsRelationMeta* relations = gst_buffer_add_analytics_relation_meta(buffer);
  for (const GstStructure* result : results) {
    const GValue* classes = gst_structure_get_value(result, "classes");
    std::vector<gfloat> confidences;
    std::vector<GQuark> labels;
    for (guint i = 0; i < gst_value_array_get_size(classes); ++i) {
      const GstStructure* one = gst_value_get_structure(gst_value_array_get_value(classes, i));
      gdouble confidence = 0;
      gst_structure_get_double(one, "confidence", &confidence);
      confidences.push_back(static_cast<gfloat>(confidence));
      // Quarks stay for ever; labels are few and fixed.
      labels.push_back(g_quark_from_string(gst_structure_get_string(one, "label")));
    }
    if (labels.empty()) continue;
    GstAnalyticsClsMtd added;
    gst_analytics_relation_meta_add_cls_mtd(relations, labels.size(), confidences.data(),
                                            labels.data(), &added);
  }
}
#endif

}  // namespace

void attach_results(GstBuffer* buffer, const std::deque<GstStructure*>& results, bool custom,
                    [[maybe_unused]] bool analytics) {
  if (custom) attach_custom(buffer, results);
#ifdef MELGRAPH_WITH_ANALYTICS
  if (analytics) attach_analytics(buffer, results);
#endif
}

}  // namespace melgraph::gst
