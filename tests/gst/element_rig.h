#pragma once

#include <gst/audio/audio.h>
#include <gst/check/gstharness.h>

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace melgraph::testing {

/// One result as the bus tells it.
struct Told {
  std::string kind;
  std::string output;
  std::string graph;
  std::uint64_t index = 0;
  GstClockTime timestamp = 0;
  GstClockTime stream_time = 0;
  GstClockTime running_time = 0;
  GstClockTime duration = 0;
  GstClockTime latency = 0;
  std::uint64_t dropped = 0;
  std::map<std::string, double> scores;
  std::vector<std::string> order;  ///< of the classes
};

/// Read a structure `melgraph`.
Told read_result(const GstStructure* structure);

/// A graph with the model of plugin/gate.cc; window and hop in samples. Of 1000 Hz, so that a
/// frame is a millisecond.
struct GateGraph {
  std::string name = "gate";
  int sample_rate = 1000;
  int window = 400;
  int hop = 200;
  std::string tail = "drop";
  std::string gate;
  double sleep = 0;
  double throw_above = 1e30;
  double offset = 0;
  bool clip = false;  ///< also the mean of all windows, as output `clip`
  bool fail_open = false;

  std::string json() const;
};

/// The file that holds up windows while it exists.
class GateFile {
 public:
  GateFile();
  ~GateFile();
  void open();
  void close();
  /// Wait until a window waits.
  void await();
  bool reached() const;
  std::string path() const { return (folder_ / "gate").string(); }

 private:
  std::filesystem::path folder_;
};

/// What the ramp has as sample of a frame: exact as float32, and told by the gate's scores.
float ramp(std::int64_t frame);

/// Sound without a break: frames of the ramp, and the time of the first in the media.
struct Stretch {
  std::int64_t first = 0;
  std::int64_t frames = 0;
  GstClockTime start = 0;
};

/// Require exactly the windows of these stretches, none with sound of two.
void expect_windows(const std::vector<Told>& told, const std::vector<Stretch>& stretches,
                    const GateGraph& graph);

/// The element in a harness, with a bus of its own. Its properties are set by `prepare`, before it
/// goes to PLAYING.
class ElementRig {
 public:
  using Prepare = std::function<void(GstElement*)>;
  explicit ElementRig(const std::string& graph_json, const Prepare& prepare = {});
  ~ElementRig();
  ElementRig(const ElementRig&) = delete;
  ElementRig& operator=(const ElementRig&) = delete;

  GstHarness* harness() const { return harness_; }
  GstElement* element() const { return element_; }

  /// Push stream start, caps and a segment.
  void begin(int rate = 1000, int channels = 1, const GstSegment* segment = nullptr);
  void push_caps(int rate, int channels);
  void push_segment(const GstSegment* segment = nullptr);
  /// Make a buffer of the ramp in the format of the last caps.
  GstBuffer* make_buffer(std::int64_t first, std::int64_t frames, GstClockTime pts) const;
  GstFlowReturn push(GstBuffer* buffer) { return gst_harness_push(harness_, buffer); }
  /// Push frames of the ramp whose time is their number, at 1000 Hz.
  GstFlowReturn push_ramp(std::int64_t first, std::int64_t frames);
  bool push_event(GstEvent* event) { return gst_harness_push_event(harness_, event); }
  bool end() { return push_event(gst_event_new_eos()); }

  /// Take the results told since the last call.
  std::vector<Told> take();
  /// Wait for as many results, and take all.
  std::vector<Told> await(std::size_t count);
  /// Take the other messages of a type told since the last call; the caller unrefs them.
  std::vector<GstMessage*> take_messages(GstMessageType type);
  std::size_t count_messages(GstMessageType type);
  void await_message(GstMessageType type);
  /// Called for each message by the thread that posts it.
  void on_message(std::function<void(GstMessage*)> hook);

 private:
  static GstBusSyncReply handle(GstBus* bus, GstMessage* message, gpointer user);
  void remember(GstMessage* message);

  GstElement* element_ = nullptr;
  GstHarness* harness_ = nullptr;
  GstBus* bus_ = nullptr;
  int rate_ = 0;
  int channels_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void(GstMessage*)> hook_;
  std::vector<Told> told_;
  std::vector<GstMessage*> messages_;
};

}  // namespace melgraph::testing
