#pragma once

#include <gst/audio/gstaudiofilter.h>

#include <memory>
#include <mutex>
#include <string>

#include "graph_loader.h"
#include "result_teller.h"
#include "results_pad.h"
#include "sample_reader.h"
#include "settings.h"
#include "stream_worker.h"

namespace melgraph::gst {

/// All of one element but its GObject: settings, the loaded graph, the stream.
///
/// No method throws. `load` to `unload` are called from state changes, `set_format` to
/// `end_of_stream` from the streaming thread; all else is thread-safe.
class StreamState {
 public:
  explicit StreamState(GstBaseTransform* transform);
  ~StreamState();
  StreamState(const StreamState&) = delete;
  StreamState& operator=(const StreamState&) = delete;

  /// Return false for a property that there is not.
  bool set_property(guint id, const GValue* value);
  bool get_property(guint id, GValue* value) const;

  /// Load the engine and the graph; posts an error and returns false where that fails.
  bool load();
  /// Begin: as `load` where settings have changed since.
  bool start();
  void stop();
  void unload();

  void set_format(const GstAudioInfo& info);
  /// The sound that follows does not belong to what came before.
  void break_run() { break_due_ = true; }
  GstFlowReturn take(GstBuffer* buffer);
  void end_of_stream();
  void segment_changed();

  void flush_start();
  void flush_stop();
  /// Let whoever waits for results go: the stream stops.
  void interrupt();

  /// Add the time that buffers wait, in mode sync; returns false where they do not.
  bool add_latency(GstQuery* query) const;

  GstPad* request_results(GstPadTemplate* pad_template, const char* name);
  void release_results(GstPad* pad);

 private:
  template <class Work>
  bool attempt(Work work) const;
  Settings settings() const;
  std::shared_ptr<ResultsPad> results() const;
  void report_latency() const;
  void configure_passthrough();
  GstStructure* stats() const;
  GstClockTime next_time() const;
  bool is_jump(GstClockTime start, std::size_t frames, bool flagged);
  void begin_run(GstClockTime start);

  GstBaseTransform* const transform_;
  GstElement* const element_;
  mutable std::mutex mutex_;
  Settings settings_;
  std::shared_ptr<stream::HostGraph> graph_;
  stream::GraphRequest loaded_;  ///< what `graph_` was loaded for
  std::shared_ptr<ResultsPad> results_;
  std::shared_ptr<ResultTeller> teller_;
  std::shared_ptr<stream::StreamWorker> worker_;  ///< gone before its teller
  std::unique_ptr<GraphLoader> loader_;

  // Only the streaming thread uses these.
  SampleReader reader_;
  std::unique_ptr<GstAudioStreamAlign, void (*)(GstAudioStreamAlign*)> align_;
  Mode mode_ = Mode::async;
  bool break_due_ = true;
  bool has_run_ = false;
  std::shared_ptr<const void> segment_;  ///< of the run
  // Where the next sample is expected: counted, so that no error adds up.
  GstClockTime counted_from_ = GST_CLOCK_TIME_NONE;
  guint64 counted_frames_ = 0;
};

}  // namespace melgraph::gst
