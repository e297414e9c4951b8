#include "stream_state.h"

#include <utility>

#include "bus.h"

namespace melgraph::gst {

namespace {

// A timestamp that is further off than this is a jump: as audiobasesink has it, but at once, so
// that no window has sound of both sides.
constexpr GstClockTime alignment_threshold = 40 * GST_MSECOND;

bool changes_graph(guint property) {
  return property == property_graph || property == property_graph_json ||
         property == property_settings;
}

}  // namespace

StreamState::StreamState(GstBaseTransform* transform)
    : transform_(transform), element_(GST_ELEMENT(transform)), align_(nullptr, nullptr) {
  configure_passthrough();
}

StreamState::~StreamState() = default;

Settings StreamState::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

std::shared_ptr<ResultsPad> StreamState::results() const {
  const std::lock_guard lock(mutex_);
  return results_;
}

void StreamState::configure_passthrough() {
  const Settings now = settings();
  // Only a buffer that gets metas must be the element's own.
  gst_base_transform_set_passthrough(transform_, !now.result_meta && !now.analytics_meta);
}

bool StreamState::set_property(guint id, const GValue* value) {
  Settings changed;
  bool running = false;
  {
    const std::lock_guard lock(mutex_);
    if (!set_field(settings_, id, value)) return false;
    changed = settings_;
    running = loader_ != nullptr;
  }
  if (id == property_result_meta || id == property_analytics_meta) configure_passthrough();
  if (changes_graph(id) && running) {
    try {
      stream::GraphRequest request = graph_request(changed);
      const std::lock_guard lock(mutex_);
      if (loader_ != nullptr) loader_->load(std::move(request));
    } catch (const Error& error) {
      post_error(element_, error, true);
    }
  }
  return true;
}

bool StreamState::get_property(guint id, GValue* value) const {
  if (id == property_stats) {
    g_value_take_boxed(value, stats());
    return true;
  }
  const std::lock_guard lock(mutex_);
  return get_field(settings_, id, value);
}

GstStructure* StreamState::stats() const {
  std::shared_ptr<stream::HostGraph> graph;
  std::shared_ptr<ResultTeller> teller;
  std::shared_ptr<stream::StreamWorker> worker;
  std::shared_ptr<ResultsPad> results;
  {
    const std::lock_guard lock(mutex_);
    graph = graph_;
    teller = teller_;
    worker = worker_;
    results = results_;
  }
  const stream::WorkerCounts counts = worker != nullptr ? worker->counts() : stream::WorkerCounts{};
  GstStructure* stats = gst_structure_new(
      "stats", "windows", G_TYPE_UINT64, counts.windows, "dropped", G_TYPE_UINT64, counts.dropped,
      "queued", G_TYPE_UINT64, counts.outstanding, "lost-time", G_TYPE_UINT64,
      static_cast<guint64>(counts.lost), "results-dropped", G_TYPE_UINT64,
      results != nullptr ? results->dropped() : guint64{0}, nullptr);
  if (teller != nullptr) teller->describe(stats);
  if (graph != nullptr) {
    const melgraph_host_graph_counts engine = graph->counts();
    const double batches = static_cast<double>(engine.batches);
    gst_structure_set(
        stats, "device", G_TYPE_STRING, graph->info().device, "mean-batch", G_TYPE_DOUBLE,
        engine.batches > 0 ? static_cast<double>(engine.windows) / batches : 0.0, "compute-time",
        G_TYPE_UINT64, static_cast<guint64>(engine.compute_seconds * 1e9), nullptr);
  }
  return stats;
}

/// Run `work`, which throws; post what it throws as an error and return false then.
template <class Work>
bool StreamState::attempt(Work work) const {
  try {
    work();
    return true;
  } catch (const Error& error) {
    post_error(element_, error, false);
  } catch (const std::exception& error) {
    post_error(element_, Error(ErrorCode::internal, error.what()), false);
  }
  return false;
}

bool StreamState::load() {
  return attempt([this] {
    const stream::GraphRequest request = graph_request(settings());
    auto graph = load_graph(element_, request);
    const std::lock_guard lock(mutex_);
    graph_.swap(graph);
    loaded_ = request;
  });
}

bool StreamState::start() {
  const Settings now = settings();
  bool current = false;
  if (!attempt([&] { current = graph_ != nullptr && same_request(graph_request(now), loaded_); })) {
    return false;
  }
  if (!current && !load()) return false;
  return attempt([&] {
    mode_ = now.mode;
    align_ = {gst_audio_stream_align_new(48000, alignment_threshold, 0),
              gst_audio_stream_align_free};
    break_due_ = true;
    has_run_ = false;
    counted_from_ = GST_CLOCK_TIME_NONE;
    ResultTeller::Host host;
    host.element = element_;
    host.settings = [this] { return settings(); };
    host.results = [this] { return results(); };
    if (mode_ == Mode::sync) host.latency_grew = [this] { report_latency(); };
    auto teller = std::make_shared<ResultTeller>(std::move(host));
    stream::WorkerOptions options;
    options.max_queued = now.max_queued_windows;
    options.leaky = now.mode == Mode::sync ? stream::Leaky::no : now.leaky;
    auto worker = std::make_shared<stream::StreamWorker>(*teller, graph_, options);
    auto loader = std::make_unique<GraphLoader>(
        element_,
        [this](const stream::GraphRequest& request, std::shared_ptr<stream::HostGraph> graph) {
          std::shared_ptr<stream::StreamWorker> user;
          {
            const std::lock_guard lock(mutex_);
            graph_ = graph;
            loaded_ = request;
            user = worker_;
          }
          if (user != nullptr) user->replace(std::move(graph));
        });
    const std::lock_guard lock(mutex_);
    teller_ = std::move(teller);
    worker_ = std::move(worker);
    loader_ = std::move(loader);
  });
}

void StreamState::stop() {
  std::unique_ptr<GraphLoader> loader;
  std::shared_ptr<stream::StreamWorker> worker;
  std::shared_ptr<ResultTeller> teller;
  {
    const std::lock_guard lock(mutex_);
    loader.swap(loader_);
    worker.swap(worker_);
    teller.swap(teller_);
  }
  loader.reset();
  // The last user of the worker may be another thread that asks for statistics.
  if (worker != nullptr) worker->stop();
}

void StreamState::unload() {
  std::shared_ptr<stream::HostGraph> graph;
  const std::lock_guard lock(mutex_);
  graph.swap(graph_);
}

void StreamState::set_format(const GstAudioInfo& info) {
  if (GST_CLOCK_TIME_IS_VALID(counted_from_)) {
    counted_from_ = next_time();
    counted_frames_ = 0;
  }
  reader_.set_format(info);
  gst_audio_stream_align_set_rate(align_.get(), GST_AUDIO_INFO_RATE(&info));
  break_run();
}

void StreamState::segment_changed() {
  break_run();
  counted_from_ = GST_CLOCK_TIME_NONE;
  if (const auto pad = results()) pad->send_segment(transform_->segment);
}

/// Return where sound without a time of its own goes on.
GstClockTime StreamState::next_time() const {
  if (!GST_CLOCK_TIME_IS_VALID(counted_from_)) {
    return transform_->segment.format == GST_FORMAT_TIME ? transform_->segment.start : 0;
  }
  return counted_from_ +
         gst_util_uint64_scale_round(counted_frames_, GST_SECOND,
                                     static_cast<guint64>(GST_AUDIO_INFO_RATE(&reader_.format())));
}

/// Return whether sound that begins at `start` does not follow what came before.
bool StreamState::is_jump(GstClockTime start, std::size_t frames, bool flagged) {
  // Backwards each buffer ends where the one before it began, which is no jitter however short.
  const bool backwards = transform_->segment.rate < 0 && start + GST_MSECOND < next_time();
  const bool known = flagged || break_due_ || !has_run_ || backwards;
  return gst_audio_stream_align_process(align_.get(), known, start, static_cast<guint>(frames),
                                        nullptr, nullptr, nullptr) ||
         known;
}

void StreamState::begin_run(GstClockTime start) {
  segment_ = std::shared_ptr<const GstSegment>(
      gst_segment_copy(&transform_->segment),
      [](const GstSegment* segment) { gst_segment_free(const_cast<GstSegment*>(segment)); });
  const GstAudioInfo& format = reader_.format();
  worker_->begin_run({GST_AUDIO_INFO_RATE(&format), GST_AUDIO_INFO_CHANNELS(&format),
                      static_cast<std::int64_t>(start), segment_});
  break_due_ = false;
  has_run_ = true;
  counted_from_ = start;
  counted_frames_ = 0;
}

GstFlowReturn StreamState::take(GstBuffer* buffer) {
  const GstAudioInfo& format = reader_.format();
  const gsize bytes = gst_buffer_get_size(buffer);
  const std::size_t frames = bytes / static_cast<std::size_t>(GST_AUDIO_INFO_BPF(&format));
  if (frames > 0) {
    const bool flagged =
        GST_BUFFER_IS_DISCONT(buffer) || GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_RESYNC);
    const GstClockTime start =
        GST_BUFFER_PTS_IS_VALID(buffer) ? GST_BUFFER_PTS(buffer) : next_time();
    if (is_jump(start, frames, flagged)) begin_run(start);
    if (const auto pad = results(); pad != nullptr && !pad->has_segment()) {
      pad->send_segment(transform_->segment);
    }
    const float* samples = nullptr;
    if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP)) {
      samples = reader_.silence(frames);
    } else {
      GstMapInfo map;
      if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        GST_ELEMENT_ERROR(element_, RESOURCE, READ, ("A buffer cannot be read"), (nullptr));
        return GST_FLOW_ERROR;
      }
      samples = reader_.read(map.data, frames);
      gst_buffer_unmap(buffer, &map);
    }
    counted_frames_ += frames;
    worker_->push(samples, frames);
    if (mode_ == Mode::sync) worker_->settle();
    if (worker_->failed() && settings().on_error == OnError::fail) return GST_FLOW_ERROR;
  }
  if (!gst_base_transform_is_passthrough(transform_) && gst_buffer_is_writable(buffer)) {
    teller_->attach(buffer);
  }
  return GST_FLOW_OK;
}

void StreamState::end_of_stream() {
  worker_->drain();
  break_run();
  has_run_ = false;
  if (const auto pad = results()) pad->send_eos();
}

void StreamState::interrupt() {
  std::shared_ptr<stream::StreamWorker> worker;
  {
    const std::lock_guard lock(mutex_);
    worker = worker_;
  }
  if (worker != nullptr) worker->flush_begin();
}

void StreamState::flush_start() {
  interrupt();
  if (const auto pad = results()) pad->flush_start();
}

void StreamState::flush_stop() {
  std::shared_ptr<stream::StreamWorker> worker;
  {
    const std::lock_guard lock(mutex_);
    worker = worker_;
  }
  if (worker != nullptr) worker->flush_end();
  break_run();
  has_run_ = false;
  counted_from_ = GST_CLOCK_TIME_NONE;
  if (const auto pad = results()) pad->flush_stop();
}

bool StreamState::add_latency(GstQuery* query) const {
  std::shared_ptr<ResultTeller> teller;
  {
    const std::lock_guard lock(mutex_);
    if (settings_.mode != Mode::sync) return false;
    teller = teller_;
  }
  if (teller == nullptr) return false;
  gboolean live = FALSE;
  GstClockTime least = 0;
  GstClockTime most = GST_CLOCK_TIME_NONE;
  gst_query_parse_latency(query, &live, &least, &most);
  if (!live) return true;
  const GstClockTime own = teller->latency();
  if (GST_CLOCK_TIME_IS_VALID(most)) most += own;
  gst_query_set_latency(query, live, least + own, most);
  return true;
}

void StreamState::report_latency() const {
  gst_element_post_message(element_, gst_message_new_latency(GST_OBJECT(element_)));
}

GstPad* StreamState::request_results(GstPadTemplate* pad_template, const char* name) {
  {
    const std::lock_guard lock(mutex_);
    if (results_ != nullptr) return nullptr;
  }
  auto made = std::make_shared<ResultsPad>(element_, pad_template, name);
  const std::lock_guard lock(mutex_);
  results_ = made;
  return made->pad();
}

void StreamState::release_results(GstPad* pad) {
  std::shared_ptr<ResultsPad> released;
  {
    const std::lock_guard lock(mutex_);
    if (results_ == nullptr || results_->pad() != pad) return;
    released.swap(results_);
  }
}

}  // namespace melgraph::gst
