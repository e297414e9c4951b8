#include "result_teller.h"

#include <algorithm>

#include "bus.h"
#include "result_meta.h"

namespace melgraph::gst {

namespace {

// A stream that cannot keep up says so, but not at every window.
constexpr GstClockTime qos_step = GST_SECOND;
// Results that wait for a buffer: of a stream whose buffers do not leave.
constexpr std::size_t max_metas = 1024;
// Reported latency follows the measured one with some room, so that it settles.
constexpr double latency_room = 1.25;

const GstSegment* segment_of(const stream::Run& run) {
  return static_cast<const GstSegment*>(run.context.get());
}

const char* kind_of(int item) {
  switch (item) {
    case MELGRAPH_HOST_CLIP: return "clip";
    case MELGRAPH_HOST_EVENT: return "event";
    default: return "window";
  }
}

bool same_options(const stream::EventOptions& a, const stream::EventOptions& b) {
  return a.on == b.on && a.off == b.off && a.min_duration == b.min_duration;
}

}  // namespace

ResultTeller::~ResultTeller() {
  for (GstStructure* structure : metas_) gst_structure_free(structure);
}

void ResultTeller::place(TimedReport& report, const stream::Run& run) const {
  const GstSegment* segment = segment_of(run);
  if (segment == nullptr || segment->format != GST_FORMAT_TIME) return;
  report.stream_time = gst_segment_to_stream_time(segment, GST_FORMAT_TIME, report.timestamp);
  report.running_time = gst_segment_to_running_time(segment, GST_FORMAT_TIME, report.timestamp);
}

void ResultTeller::on_result(const stream::TimedResult& result) {
  const Settings settings = host_.settings();
  const melgraph_host_output& output = result.output;
  TimedReport report;
  report.kind = kind_of(output.item);
  report.output = output.name;
  report.graph = result.graph.info().name;
  report.index = static_cast<std::uint64_t>(result.index);
  report.timestamp = static_cast<GstClockTime>(std::max<std::int64_t>(result.start, 0));
  report.duration = static_cast<GstClockTime>(result.duration);
  report.latency = static_cast<GstClockTime>(result.latency);
  place(report, result.run);
  bool grew = false;
  {
    const std::lock_guard lock(mutex_);
    ++results_;
    report.dropped = dropped_;
    if (output.item == MELGRAPH_HOST_WINDOW) {
      latencies_.add(result.latency);
      grew = report.latency > reported_latency_;
      if (grew) {
        reported_latency_ =
            static_cast<GstClockTime>(static_cast<double>(report.latency) * latency_room);
      }
    }
  }
  report.classes = rank_classes(result.values, result.count, output.label, output.labels,
                                settings.threshold, settings.top_k);
  tell(report, settings);
  if (grew && host_.latency_grew) host_.latency_grew();

  if (output.item != MELGRAPH_HOST_WINDOW || output.labels == 0 || settings.event_on == 0) return;
  const stream::EventOptions options{settings.event_on, settings.event_off,
                                     static_cast<std::int64_t>(settings.event_min_duration)};
  const bool broken = event_run_ && (event_run_->context != result.run.context ||
                                     event_run_->media_start != result.run.media_start);
  if (broken || (events_ && !same_options(options, event_options_))) finish_events();
  if (!events_) {
    events_.emplace(options);
    event_options_ = options;
  }
  event_run_ = result.run;
  event_report_ = report;
  event_labels_.assign(output.label, output.label + output.labels);
  tell_events(events_->add(result.start, result.start + result.duration, result.values,
                           std::min(result.count, output.labels)),
              settings);
}

void ResultTeller::tell_events(const std::vector<stream::EventEdge>& edges,
                               const Settings& settings) {
  for (const stream::EventEdge& edge : edges) {
    TimedReport report = event_report_;
    report.kind = edge.begin ? "begin" : "end";
    report.timestamp = static_cast<GstClockTime>(std::max<std::int64_t>(edge.start, 0));
    report.duration = static_cast<GstClockTime>(edge.end - edge.start);
    report.classes = {{edge.label, event_labels_[edge.label], edge.score}};
    if (event_run_) place(report, *event_run_);
    tell(report, settings);
  }
}

void ResultTeller::finish_events() {
  if (!events_) return;
  tell_events(events_->finish(), host_.settings());
  events_.reset();
  event_run_.reset();
}

void ResultTeller::tell(const TimedReport& report, const Settings& settings) {
  if (settings.post_messages) {
    gst_element_post_message(
        host_.element, gst_message_new_element(GST_OBJECT(host_.element), to_structure(report)));
  }
  if (settings.result_meta || settings.analytics_meta) {
    GstStructure* oldest = nullptr;
    {
      const std::lock_guard lock(mutex_);
      metas_.push_back(to_structure(report));
      if (metas_.size() > max_metas) {
        oldest = metas_.front();
        metas_.pop_front();
      }
    }
    if (oldest != nullptr) gst_structure_free(oldest);
  }
  if (const auto pad = host_.results()) {
    const bool json = settings.results_format == ResultsFormat::json;
    pad->send_text(json ? to_json_line(report) : to_text_line(report), report.timestamp,
                   report.duration);
  }
}

void ResultTeller::attach(GstBuffer* buffer) {
  std::deque<GstStructure*> metas;
  {
    const std::lock_guard lock(mutex_);
    metas.swap(metas_);
  }
  if (metas.empty()) return;
  const Settings settings = host_.settings();
  attach_results(buffer, metas, settings.result_meta, settings.analytics_meta);
  for (GstStructure* structure : metas) gst_structure_free(structure);
}

void ResultTeller::on_drop(const stream::WorkerCounts& counts, std::int64_t end,
                           const stream::Run& run) {
  bool warn = false;
  bool post = false;
  const auto time = static_cast<GstClockTime>(std::max<std::int64_t>(end, 0));
  {
    const std::lock_guard lock(mutex_);
    dropped_ = counts.dropped;
    warn = !warned_;
    warned_ = true;
    post = !GST_CLOCK_TIME_IS_VALID(last_qos_) || time < last_qos_ || time >= last_qos_ + qos_step;
    if (post) last_qos_ = time;
  }
  if (warn) {
    GST_ELEMENT_WARNING(host_.element, STREAM, FAILED,
                        ("Sound comes faster than the graph classifies it: windows are dropped"),
                        ("use mode=sync or leaky=no where the stream may wait, a longer hop, or a "
                         "faster device"));
  }
  if (!post) return;
  GstClockTime running = GST_CLOCK_TIME_NONE;
  GstClockTime stream_time = GST_CLOCK_TIME_NONE;
  if (const GstSegment* segment = segment_of(run);
      segment != nullptr && segment->format == GST_FORMAT_TIME) {
    running = gst_segment_to_running_time(segment, GST_FORMAT_TIME, time);
    stream_time = gst_segment_to_stream_time(segment, GST_FORMAT_TIME, time);
  }
  GstMessage* message = gst_message_new_qos(GST_OBJECT(host_.element), TRUE, running, stream_time,
                                            time, GST_CLOCK_TIME_NONE);
  gst_message_set_qos_stats(message, GST_FORMAT_BUFFERS, counts.windows - counts.dropped,
                            counts.dropped);
  gst_element_post_message(host_.element, message);
}

void ResultTeller::on_position(std::int64_t time, const stream::Run&) {
  if (const auto pad = host_.results()) {
    pad->send_gap(static_cast<GstClockTime>(std::max<std::int64_t>(time, 0)));
  }
}

void ResultTeller::on_failure(const Error& error) {
  finish_events();
  {
    const std::lock_guard lock(mutex_);
    if (failed_) return;
    failed_ = true;
  }
  post_error(host_.element, error, host_.settings().on_error == OnError::passthrough);
}

void ResultTeller::on_graph(const std::shared_ptr<stream::HostGraph>&) {
  finish_events();
  const std::lock_guard lock(mutex_);
  failed_ = false;
}

void ResultTeller::on_flush() {
  events_.reset();
  event_run_.reset();
  std::deque<GstStructure*> metas;
  {
    const std::lock_guard lock(mutex_);
    metas.swap(metas_);
    failed_ = false;
    warned_ = false;
    last_qos_ = GST_CLOCK_TIME_NONE;
  }
  for (GstStructure* structure : metas) gst_structure_free(structure);
}

GstClockTime ResultTeller::latency() const {
  const std::lock_guard lock(mutex_);
  return reported_latency_;
}

void ResultTeller::describe(GstStructure* stats) const {
  const std::lock_guard lock(mutex_);
  gst_structure_set(stats, "results", G_TYPE_UINT64, results_, "latency-mean", G_TYPE_UINT64,
                    static_cast<guint64>(latencies_.mean()), "latency-p50", G_TYPE_UINT64,
                    static_cast<guint64>(latencies_.quantile(0.5)), "latency-p95", G_TYPE_UINT64,
                    static_cast<guint64>(latencies_.quantile(0.95)), "latency-p99", G_TYPE_UINT64,
                    static_cast<guint64>(latencies_.quantile(0.99)), "latency-max", G_TYPE_UINT64,
                    static_cast<guint64>(latencies_.quantile(1.0)), nullptr);
}

}  // namespace melgraph::gst
