#include "io/gst_reader.h"

#include <gst/app/gstappsink.h>
#include <gst/audio/audio.h>
#include <gst/gst.h>
#include <gst/pbutils/missing-plugins.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string_view>

#include "io/gst_errors.h"
#include "melgraph/error.h"

namespace melgraph {

namespace {

constexpr GstClockTime poll_interval = 50 * GST_MSECOND;
// The last resort against sources that neither deliver nor fail; network sources time out earlier.
constexpr int max_idle_polls = 1200;  // one minute
// decodebin swallows an error that comes while it still plugs the element it comes from, and then
// nothing happens any more. That state is known by no streaming thread running, for a second.
constexpr int max_dead_polls = 20;
constexpr guint queued_buffers = 256;
constexpr std::size_t max_read_frames = std::size_t{1} << 20;

struct Unref {
  void operator()(GstElement* element) const {
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
  }
  void operator()(GstBus* bus) const { gst_object_unref(bus); }
  void operator()(GstMessage* message) const { gst_message_unref(message); }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstPad* pad) const { gst_object_unref(pad); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
};

template <typename T>
using Owned = std::unique_ptr<T, Unref>;

void initialise() {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  if (gst_is_initialized()) return;
  gst_segtrap_set_enabled(FALSE);  // signal handlers belong to the host
  GError* error = nullptr;
  if (gst_init_check(nullptr, nullptr, &error)) return;
  const std::string message = error != nullptr ? error->message : "unknown reason";
  g_clear_error(&error);
  throw Error(ErrorCode::input, "GStreamer cannot be started: " + message);
}

GstElement* make(const char* factory) {
  GstElement* element = gst_element_factory_make(factory, nullptr);
  if (element != nullptr) return element;
  throw Error(ErrorCode::input,
              std::string("GStreamer is incomplete: its element '") + factory + "' is missing",
              "install gstreamer1.0-plugins-base");
}

bool has_running_pad(GstElement* element) {
  GST_OBJECT_LOCK(element);
  bool running = false;
  for (const GList* pad = element->pads; pad != nullptr && !running; pad = pad->next) {
    running = gst_pad_get_task_state(GST_PAD(pad->data)) == GST_TASK_STARTED;
  }
  GST_OBJECT_UNLOCK(element);
  return running;
}

// Whether any streaming thread of the pipeline is at work, or waits for data or space.
bool has_running_task(GstElement* pipeline) {
  GstIterator* elements = gst_bin_iterate_recurse(GST_BIN(pipeline));
  bool running = false;
  GValue item = G_VALUE_INIT;
  for (bool more = true; more && !running;) {
    switch (gst_iterator_next(elements, &item)) {
      case GST_ITERATOR_OK:
        running = has_running_pad(GST_ELEMENT(g_value_get_object(&item)));
        g_value_reset(&item);
        break;
      case GST_ITERATOR_RESYNC: running = true; break;  // elements come and go: not dead
      default: more = false;
    }
  }
  if (G_IS_VALUE(&item)) g_value_unset(&item);
  gst_iterator_free(elements);
  return running;
}

class GstReader final : public AudioReader {
 public:
  explicit GstReader(const std::string& input);

  int sample_rate() const override { return sample_rate_; }
  int channels() const override { return channels_; }
  std::size_t read(std::vector<float>& interleaved, std::size_t max_frames) override;
  std::string warning() const override { return warning_; }

 private:
  static int on_select(GstElement* source, GstPad* pad, GstCaps* caps, GstElementFactory* factory,
                       gpointer);
  static void on_pad_added(GstElement* source, GstPad* pad, gpointer convert);
  static void on_no_more_pads(GstElement* source, gpointer convert);

  void build();
  bool pull();
  void take(Owned<GstSample> sample);
  void check_bus(GstClockTime timeout);
  void handle(GstMessage* message);

  std::string input_;
  GstErrors errors_;
  Owned<GstElement> pipeline_;
  GstAppSink* sink_ = nullptr;  // owned by the pipeline
  Owned<GstBus> bus_;
  bool prerolled_ = false;

  int sample_rate_ = 0;
  int channels_ = 0;
  std::vector<float> pending_;  // decoded and not yet given
  std::size_t pending_given_ = 0;
  bool at_end_ = false;
  std::string warning_;
};

bool has_scheme(const std::string& input) {
  return input.find("://") != std::string::npos;
}

GstReader::GstReader(const std::string& input) : input_(input), errors_(input) {
  initialise();
  build();
  const GstStateChangeReturn change = gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
  // A failed change has put its reason on the bus. A live source does not preroll.
  if (change == GST_STATE_CHANGE_FAILURE) {
    check_bus(poll_interval);
    throw errors_.make("cannot be opened by GStreamer");
  }
  if (change != GST_STATE_CHANGE_NO_PREROLL) {
    int dead_polls = 0;
    for (int polls = 0; !prerolled_; ++polls) {
      if (polls == max_idle_polls) throw errors_.make("gives no data");
      dead_polls = has_running_task(pipeline_.get()) ? 0 : dead_polls + 1;
      if (dead_polls == max_dead_polls) throw errors_.make("has no stream that can be played");
      check_bus(poll_interval);
    }
  }
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  if (!pull()) throw errors_.make("holds no sound");
}

void GstReader::build() {
  pipeline_.reset(gst_pipeline_new(nullptr));
  gst_object_ref_sink(pipeline_.get());
  bus_.reset(gst_element_get_bus(pipeline_.get()));
  GstBin* bin = GST_BIN(pipeline_.get());
  const auto add = [&](const char* factory) {
    GstElement* element = make(factory);
    gst_bin_add(bin, element);
    return element;
  };

  GstElement* decode = nullptr;
  if (has_scheme(input_)) {
    decode = add("uridecodebin");
    g_object_set(decode, "uri", input_.c_str(), nullptr);
  } else {
    GstElement* file = add("filesrc");
    g_object_set(file, "location", input_.c_str(), "blocksize", 262144U, nullptr);
    decode = add("decodebin");
    g_object_set(decode, "max-size-buffers", queued_buffers, nullptr);
    gst_element_link(file, decode);
  }
  GstElement* convert = add("audioconvert");
  GstElement* sink = add("appsink");
  sink_ = GST_APP_SINK(sink);

  const Owned<GstCaps> wanted(gst_caps_new_simple("audio/x-raw", "format", G_TYPE_STRING,
                                                  GST_AUDIO_NE(F32), "layout", G_TYPE_STRING,
                                                  "interleaved", nullptr));
  gst_app_sink_set_caps(sink_, wanted.get());
  g_object_set(sink, "sync", FALSE, "max-buffers", queued_buffers, "drop", FALSE,
               "enable-last-sample", FALSE, nullptr);
  gst_element_link(convert, sink);
  g_signal_connect(decode, "autoplug-select", G_CALLBACK(on_select), nullptr);
  g_signal_connect(decode, "pad-added", G_CALLBACK(on_pad_added), convert);
  g_signal_connect(decode, "no-more-pads", G_CALLBACK(on_no_more_pads), convert);
}

// Called, like the two below, from GStreamer's threads, which end before the pipeline goes. Leaves
// pictures and subtitles undecoded: they cost time, and their decoders may be missing.
int GstReader::on_select(GstElement*, GstPad*, GstCaps*, GstElementFactory* factory, gpointer) {
  constexpr int try_it = 0;  // GstAutoplugSelectResult, which no header declares
  constexpr int expose_undecoded = 1;
  const char* kind = gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_KLASS);
  const std::string_view text = kind == nullptr ? "" : kind;
  const auto has = [&](const char* part) { return text.find(part) != std::string_view::npos; };
  const bool sound = has("Audio");
  const bool decodes = has("Decoder") && (has("Video") || has("Image") || has("Subtitle"));
  return decodes && !sound ? expose_undecoded : try_it;
}

void GstReader::on_pad_added(GstElement*, GstPad* pad, gpointer convert) {
  const Owned<GstPad> input(gst_element_get_static_pad(GST_ELEMENT(convert), "sink"));
  if (gst_pad_is_linked(input.get())) return;
  const Owned<GstCaps> caps(gst_pad_query_caps(pad, nullptr));
  if (gst_caps_is_empty(caps.get()) || gst_caps_is_any(caps.get())) return;
  const char* name = gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
  if (std::strcmp(name, "audio/x-raw") == 0) gst_pad_link(pad, input.get());
}

void GstReader::on_no_more_pads(GstElement* source, gpointer convert) {
  const Owned<GstPad> input(gst_element_get_static_pad(GST_ELEMENT(convert), "sink"));
  if (gst_pad_is_linked(input.get())) return;
  gst_element_post_message(
      source, gst_message_new_application(GST_OBJECT(source),
                                          gst_structure_new_empty("melgraph-no-audio")));
}

void GstReader::check_bus(GstClockTime timeout) {
  constexpr auto types = static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_WARNING |
                                                     GST_MESSAGE_ELEMENT | GST_MESSAGE_APPLICATION |
                                                     GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_EOS);
  for (;;) {
    const Owned<GstMessage> message(gst_bus_timed_pop_filtered(bus_.get(), timeout, types));
    if (!message) return;
    handle(message.get());
    if (prerolled_) timeout = 0;
  }
}

void GstReader::handle(GstMessage* message) {
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ASYNC_DONE:
    case GST_MESSAGE_EOS: prerolled_ = true; break;
    case GST_MESSAGE_ERROR: throw errors_.make(message);
    case GST_MESSAGE_WARNING: warning_ = GstErrors::warning_text(message); break;
    case GST_MESSAGE_ELEMENT:
      if (gst_is_missing_plugin_message(message)) errors_.note_missing(message);
      break;
    case GST_MESSAGE_APPLICATION:
      if (gst_message_has_name(message, "melgraph-no-audio")) throw errors_.make_no_audio();
      break;
    default: break;
  }
}

// Waits for the next buffer; false at the end.
bool GstReader::pull() {
  if (at_end_) return false;
  for (int polls = 0; polls < max_idle_polls; ++polls) {
    Owned<GstSample> sample(gst_app_sink_try_pull_sample(sink_, poll_interval));
    if (sample) {
      take(std::move(sample));
      if (!pending_.empty()) return true;
      continue;
    }
    check_bus(0);
    if (gst_app_sink_is_eos(sink_)) {
      at_end_ = true;
      return false;
    }
  }
  throw errors_.make("stalls: no data came for a minute");
}

void GstReader::take(Owned<GstSample> sample) {
  GstAudioInfo info;
  GstCaps* caps = gst_sample_get_caps(sample.get());
  if (caps == nullptr || !gst_audio_info_from_caps(&info, caps)) {
    throw errors_.make("gives sound without a format");
  }
  if (channels_ == 0) {
    sample_rate_ = GST_AUDIO_INFO_RATE(&info);
    channels_ = GST_AUDIO_INFO_CHANNELS(&info);
  } else if (sample_rate_ != GST_AUDIO_INFO_RATE(&info) ||
             channels_ != GST_AUDIO_INFO_CHANNELS(&info)) {
    throw errors_.make("changes its sample rate or channel count on the way, from " +
                       std::to_string(sample_rate_) + " Hz, " + std::to_string(channels_) + " to " +
                       std::to_string(GST_AUDIO_INFO_RATE(&info)) + " Hz, " +
                       std::to_string(GST_AUDIO_INFO_CHANNELS(&info)));
  }
  pending_.clear();
  pending_given_ = 0;
  GstBuffer* buffer = gst_sample_get_buffer(sample.get());
  GstMapInfo map;
  if (buffer == nullptr || !gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
  const std::size_t frame_bytes = sizeof(float) * static_cast<std::size_t>(channels_);
  const std::size_t whole = map.size / frame_bytes * frame_bytes;
  try {
    pending_.resize(whole / sizeof(float));
  } catch (...) {
    gst_buffer_unmap(buffer, &map);
    throw;
  }
  if (whole > 0) std::memcpy(pending_.data(), map.data, whole);
  gst_buffer_unmap(buffer, &map);
}

std::size_t GstReader::read(std::vector<float>& interleaved, std::size_t max_frames) {
  const auto width = static_cast<std::size_t>(channels_);
  const std::size_t wanted = std::min(max_frames, max_read_frames) * width;
  interleaved.clear();
  while (interleaved.size() < wanted) {
    if (pending_given_ == pending_.size() && !pull()) break;
    const std::size_t count =
        std::min(wanted - interleaved.size(), pending_.size() - pending_given_);
    const auto from = pending_.begin() + static_cast<std::ptrdiff_t>(pending_given_);
    interleaved.insert(interleaved.end(), from, from + static_cast<std::ptrdiff_t>(count));
    pending_given_ += count;
  }
  return interleaved.size() / width;
}

}  // namespace

std::unique_ptr<AudioReader> open_gst(const std::string& path_or_uri) {
  return std::make_unique<GstReader>(path_or_uri);
}

}  // namespace melgraph

melgraph::AudioReader* melgraph_gst_open_v1(const char* path_or_uri) {
  return melgraph::open_gst(path_or_uri).release();
}
