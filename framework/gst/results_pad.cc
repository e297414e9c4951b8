#include "results_pad.h"

#include "bus.h"

namespace melgraph::gst {

namespace {

// Of a reader that has stopped; results are small.
constexpr std::size_t max_texts = 1024;
// Muxers need to hear of the time now and then, not at every buffer.
constexpr GstClockTime gap_step = 100 * GST_MSECOND;

}  // namespace

ResultsPad::ResultsPad(GstElement* element, GstPadTemplate* pad_template, const char* name)
    : element_(element), pad_(gst_pad_new_from_template(pad_template, name)) {
  gst_pad_set_element_private(pad_, this);
  gst_pad_set_activatemode_function(pad_, &ResultsPad::activate_mode);
  gst_pad_use_fixed_caps(pad_);
  GST_OBJECT_LOCK(element);
  const bool running =
      GST_STATE(element) >= GST_STATE_PAUSED || GST_STATE_NEXT(element) >= GST_STATE_PAUSED;
  GST_OBJECT_UNLOCK(element);
  if (running) gst_pad_set_active(pad_, TRUE);
  gst_object_ref(pad_);
  gst_element_add_pad(element, pad_);
}

ResultsPad::~ResultsPad() {
  gst_pad_set_active(pad_, FALSE);
  gst_element_remove_pad(element_, pad_);
  gst_object_unref(pad_);
  clear();
}

gboolean ResultsPad::activate_mode(GstPad* pad, GstObject*, GstPadMode mode, gboolean active) {
  auto* self = static_cast<ResultsPad*>(gst_pad_get_element_private(pad));
  if (mode != GST_PAD_MODE_PUSH || self == nullptr) return FALSE;
  {
    const std::lock_guard lock(self->mutex_);
    self->active_ = active != FALSE;
    self->flushing_ = false;
    self->started_ = false;
    self->position_ = GST_CLOCK_TIME_NONE;
  }
  self->wake_.notify_all();
  if (active) return gst_pad_start_task(pad, &ResultsPad::loop, self, nullptr);
  const gboolean stopped = gst_pad_stop_task(pad);
  self->clear();
  return stopped;
}

void ResultsPad::clear() {
  std::deque<GstMiniObject*> items;
  {
    const std::lock_guard lock(mutex_);
    items.swap(queue_);
    texts_ = 0;
  }
  for (GstMiniObject* item : items) gst_mini_object_unref(item);
}

void ResultsPad::add(GstMiniObject* item) {
  GstMiniObject* oldest = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!active_ || flushing_) {
      oldest = item;
    } else {
      queue_.push_back(item);
      if (GST_IS_BUFFER(item)) ++texts_;
      for (auto it = queue_.begin(); texts_ > max_texts && oldest == nullptr; ++it) {
        if (!GST_IS_BUFFER(*it)) continue;
        oldest = *it;
        queue_.erase(it);
        --texts_;
        ++dropped_;
        break;
      }
      wake_.notify_one();
    }
  }
  if (oldest != nullptr) gst_mini_object_unref(oldest);
}

void ResultsPad::send_text(const std::string& text, GstClockTime timestamp, GstClockTime duration) {
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, text.size(), nullptr);
  gst_buffer_fill(buffer, 0, text.data(), text.size());
  GST_BUFFER_PTS(buffer) = timestamp;
  GST_BUFFER_DURATION(buffer) = duration;
  {
    const std::lock_guard lock(mutex_);
    position_ = timestamp;
  }
  add(GST_MINI_OBJECT_CAST(buffer));
}

void ResultsPad::send_gap(GstClockTime time) {
  GstClockTime from = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!started_ || !GST_CLOCK_TIME_IS_VALID(time)) return;
    // The first one lets sinks preroll, which would wait for a result.
    from = GST_CLOCK_TIME_IS_VALID(position_) ? position_ : time;
    if (GST_CLOCK_TIME_IS_VALID(position_) && time < position_ + gap_step) return;
    position_ = time;
  }
  add(GST_MINI_OBJECT_CAST(gst_event_new_gap(from, time - from)));
}

void ResultsPad::send_segment(const GstSegment& segment) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (!active_ || flushing_) return;
    first = !started_;
    started_ = true;
    position_ = GST_CLOCK_TIME_NONE;
  }
  if (first) {
    gchar* id = gst_pad_create_stream_id(pad_, element_, "results");
    GstEvent* start = gst_event_new_stream_start(id);
    gst_event_set_stream_flags(start, GST_STREAM_FLAG_SPARSE);
    gst_event_set_group_id(start, gst_util_group_id_next());
    g_free(id);
    add(GST_MINI_OBJECT_CAST(start));
    GstCaps* caps = gst_caps_new_simple("text/x-raw", "format", G_TYPE_STRING, "utf8", nullptr);
    add(GST_MINI_OBJECT_CAST(gst_event_new_caps(caps)));
    gst_caps_unref(caps);
  }
  add(GST_MINI_OBJECT_CAST(gst_event_new_segment(&segment)));
}

bool ResultsPad::has_segment() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

void ResultsPad::send_eos() {
  add(GST_MINI_OBJECT_CAST(gst_event_new_eos()));
}

void ResultsPad::flush_start() {
  {
    const std::lock_guard lock(mutex_);
    flushing_ = true;
  }
  clear();
  gst_pad_push_event(pad_, gst_event_new_flush_start());
}

void ResultsPad::flush_stop() {
  gst_pad_push_event(pad_, gst_event_new_flush_stop(TRUE));
  {
    const std::lock_guard lock(mutex_);
    flushing_ = false;
    position_ = GST_CLOCK_TIME_NONE;
  }
  gst_pad_start_task(pad_, &ResultsPad::loop, this, nullptr);
}

std::uint64_t ResultsPad::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void ResultsPad::loop(gpointer user) {
  static_cast<ResultsPad*>(user)->run();
}

void ResultsPad::run() {
  GstMiniObject* item = nullptr;
  {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return !active_ || !queue_.empty(); });
    if (!active_) return;
    item = queue_.front();
    queue_.pop_front();
    if (GST_IS_BUFFER(item)) --texts_;
  }
  if (GST_IS_EVENT(item)) {
    gst_pad_push_event(pad_, GST_EVENT_CAST(item));
    return;
  }
  const GstFlowReturn flow = gst_pad_push(pad_, GST_BUFFER_CAST(item));
  // Without a reader results are dropped; the sound goes on.
  if (flow != GST_FLOW_OK)
    GST_CAT_DEBUG_OBJECT(melgraph_debug, pad_, "%s", gst_flow_get_name(flow));
}

}  // namespace melgraph::gst
