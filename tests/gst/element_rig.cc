#include "element_rig.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace melgraph::testing {

namespace fs = std::filesystem;

namespace {

// No test waits for a certain speed: what takes longer hangs.
constexpr std::chrono::seconds hangs_after{120};
constexpr double ramp_steps = 1 << 24;

std::string text(const GstStructure* structure, const char* field) {
  const char* value = gst_structure_get_string(structure, field);
  return value != nullptr ? value : "";
}

guint64 number(const GstStructure* structure, const char* field) {
  guint64 value = 0;
  EXPECT_TRUE(gst_structure_get_uint64(structure, field, &value)) << field;
  return value;
}

}  // namespace

Told read_result(const GstStructure* structure) {
  Told told;
  told.kind = text(structure, "kind");
  told.output = text(structure, "output");
  told.graph = text(structure, "graph");
  told.index = number(structure, "window-index");
  told.timestamp = number(structure, "timestamp");
  told.stream_time = number(structure, "stream-time");
  told.running_time = number(structure, "running-time");
  told.duration = number(structure, "duration");
  told.latency = number(structure, "latency");
  told.dropped = number(structure, "dropped");
  const GValue* classes = gst_structure_get_value(structure, "classes");
  for (guint i = 0; i < gst_value_array_get_size(classes); ++i) {
    const GstStructure* one = gst_value_get_structure(gst_value_array_get_value(classes, i));
    gdouble confidence = 0;
    EXPECT_TRUE(gst_structure_get_double(one, "confidence", &confidence));
    told.order.push_back(text(one, "label"));
    told.scores[told.order.back()] = confidence;
  }
  return told;
}

std::string GateGraph::json() const {
  const double rate = sample_rate;
  nlohmann::json graph = {{"melgraph", 1},
                          {"name", name},
                          {"source",
                           {{"audio",
                             {{"sample_rate", sample_rate},
                              {"channels", 1},
                              {"window", window / rate},
                              {"hop", hop / rate},
                              {"tail", tail}}}}},
                          {"nodes",
                           {{{"id", "gate"},
                             {"type", "model.test_gate"},
                             {"params",
                              {{"gate", gate},
                               {"sleep", sleep},
                               {"throw_above", throw_above},
                               {"offset", offset},
                               {"fail_open", fail_open}}},
                             {"inputs", {{"audio", "source.audio"}}}}}},
                          {"outputs", {{"windows", "gate"}}}};
  if (clip) {
    graph["nodes"].push_back(
        {{"id", "clip"}, {"type", "aggregate.mean"}, {"inputs", {{"scores", "gate"}}}});
    graph["outputs"]["clip"] = "clip";
  }
  return graph.dump();
}

GateFile::GateFile() {
  std::string name = (fs::temp_directory_path() / "melgraph-gate-XXXXXX").string();
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  folder_ = name;
}

GateFile::~GateFile() {
  open();
  std::error_code error;
  fs::remove_all(folder_, error);
}

void GateFile::open() {
  std::error_code error;
  fs::remove(path(), error);
}

void GateFile::close() {
  std::error_code error;
  fs::remove(path() + ".reached", error);
  std::ofstream(path()).put('1');
}

void GateFile::await() {
  const auto give_up = std::chrono::steady_clock::now() + hangs_after;
  while (!reached()) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

bool GateFile::reached() const {
  return fs::exists(path() + ".reached");
}

float ramp(std::int64_t frame) {
  return static_cast<float>(static_cast<double>(frame) / ramp_steps);
}

void expect_windows(const std::vector<Told>& told, const std::vector<Stretch>& stretches,
                    const GateGraph& graph) {
  std::size_t at = 0;
  for (const Stretch& stretch : stretches) {
    for (std::int64_t first = 0; first + graph.window <= stretch.frames; first += graph.hop, ++at) {
      ASSERT_LT(at, told.size()) << "a window is missing at frame " << stretch.first + first;
      const Told& window = told[at];
      SCOPED_TRACE("window " + std::to_string(at));
      const std::int64_t frame = stretch.first + first;
      EXPECT_EQ(window.scores.at("first"), ramp(frame) + graph.offset);
      EXPECT_EQ(window.scores.at("last"), ramp(frame + graph.window - 1) + graph.offset);
      EXPECT_EQ(window.scores.at("step"), ramp(1));
      const auto rate = static_cast<guint64>(graph.sample_rate);
      EXPECT_EQ(window.timestamp,
                stretch.start + gst_util_uint64_scale_round(first, GST_SECOND, rate));
      EXPECT_NEAR(static_cast<double>(window.duration),
                  static_cast<double>(gst_util_uint64_scale_round(graph.window, GST_SECOND, rate)),
                  1);
      EXPECT_EQ(window.kind, "window");
      EXPECT_EQ(window.output, "windows");
      EXPECT_EQ(window.graph, graph.name);
    }
  }
  EXPECT_EQ(at, told.size());
}

ElementRig::ElementRig(const std::string& graph_json, const Prepare& prepare) {
  element_ = gst_element_factory_make("melgraph", nullptr);
  if (element_ == nullptr) throw std::runtime_error("there is no element melgraph");
  gst_object_ref_sink(element_);
  g_object_set(element_, "graph-json", graph_json.c_str(), nullptr);
  if (prepare) prepare(element_);
  bus_ = gst_bus_new();
  gst_bus_set_sync_handler(bus_, &ElementRig::handle, this, nullptr);
  gst_element_set_bus(element_, bus_);
  harness_ = gst_harness_new_with_element(element_, "sink", "src");
  gst_harness_set_drop_buffers(harness_, TRUE);
}

ElementRig::~ElementRig() {
  gst_harness_teardown(harness_);
  gst_element_set_bus(element_, nullptr);
  gst_bus_set_sync_handler(bus_, nullptr, nullptr, nullptr);
  for (GstMessage* message : messages_) gst_message_unref(message);
  messages_.clear();
  EXPECT_EQ(GST_OBJECT_REFCOUNT_VALUE(element_), 1);
  gst_object_unref(element_);
  gst_object_unref(bus_);
}

GstBusSyncReply ElementRig::handle(GstBus*, GstMessage* message, gpointer user) {
  static_cast<ElementRig*>(user)->remember(message);
  gst_message_unref(message);
  return GST_BUS_DROP;
}

void ElementRig::remember(GstMessage* message) {
  std::function<void(GstMessage*)> hook;
  {
    const std::lock_guard lock(mutex_);
    hook = hook_;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT) {
      told_.push_back(read_result(gst_message_get_structure(message)));
    } else {
      messages_.push_back(gst_message_ref(message));
    }
    changed_.notify_all();
  }
  if (hook) hook(message);
}

void ElementRig::begin(int rate, int channels, const GstSegment* segment) {
  push_event(gst_event_new_stream_start("test"));
  push_caps(rate, channels);
  push_segment(segment);
}

void ElementRig::push_caps(int rate, int channels) {
  rate_ = rate;
  channels_ = channels;
  GstAudioInfo info;
  gst_audio_info_set_format(&info, GST_AUDIO_FORMAT_F32, rate, channels, nullptr);
  GstCaps* caps = gst_audio_info_to_caps(&info);
  push_event(gst_event_new_caps(caps));
  gst_caps_unref(caps);
}

void ElementRig::push_segment(const GstSegment* segment) {
  GstSegment standard;
  gst_segment_init(&standard, GST_FORMAT_TIME);
  push_event(gst_event_new_segment(segment != nullptr ? segment : &standard));
}

GstBuffer* ElementRig::make_buffer(std::int64_t first, std::int64_t frames,
                                   GstClockTime pts) const {
  std::vector<float> samples;
  samples.reserve(static_cast<std::size_t>(frames * channels_));
  for (std::int64_t f = first; f < first + frames; ++f) {
    samples.insert(samples.end(), static_cast<std::size_t>(channels_), ramp(f));
  }
  const gsize bytes = samples.size() * sizeof(float);
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, bytes, nullptr);
  gst_buffer_fill(buffer, 0, samples.data(), bytes);
  GST_BUFFER_PTS(buffer) = pts;
  GST_BUFFER_DURATION(buffer) =
      gst_util_uint64_scale(static_cast<guint64>(frames), GST_SECOND, static_cast<guint64>(rate_));
  return buffer;
}

GstFlowReturn ElementRig::push_ramp(std::int64_t first, std::int64_t frames) {
  return push(make_buffer(first, frames, static_cast<GstClockTime>(first) * GST_MSECOND));
}

std::vector<Told> ElementRig::take() {
  const std::lock_guard lock(mutex_);
  std::vector<Told> told;
  told.swap(told_);
  return told;
}

std::vector<Told> ElementRig::await(std::size_t count) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, hangs_after, [&] { return told_.size() >= count; }))
      << told_.size() << " of " << count << " results";
  std::vector<Told> told;
  told.swap(told_);
  return told;
}

std::vector<GstMessage*> ElementRig::take_messages(GstMessageType type) {
  const std::lock_guard lock(mutex_);
  std::vector<GstMessage*> taken;
  std::vector<GstMessage*> kept;
  for (GstMessage* message : messages_) {
    (GST_MESSAGE_TYPE(message) == type ? taken : kept).push_back(message);
  }
  messages_.swap(kept);
  return taken;
}

std::size_t ElementRig::count_messages(GstMessageType type) {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (GstMessage* message : messages_) count += GST_MESSAGE_TYPE(message) == type ? 1 : 0;
  return count;
}

void ElementRig::await_message(GstMessageType type) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, hangs_after,
                                [&] {
                                  for (GstMessage* message : messages_) {
                                    if (GST_MESSAGE_TYPE(message) == type) return true;
                                  }
                                  return false;
                                }))
      << "no message " << gst_message_type_get_name(type);
}

void ElementRig::on_message(std::function<void(GstMessage*)> hook) {
  const std::lock_guard lock(mutex_);
  hook_ = std::move(hook);
}

}  // namespace melgraph::testing
