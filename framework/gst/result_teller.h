#pragma once

#include <gst/audio/audio.h>
#include <gst/gst.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "event_tracker.h"
#include "latency_window.h"
#include "result_structure.h"
#include "results_pad.h"
#include "settings.h"
#include "stream_worker.h"

namespace melgraph::gst {

/// Tells what a stream's worker finds: element messages, metas for the buffers that leave, text on
/// the pad `results`, QoS, errors. [thread-safe]
class ResultTeller final : public stream::StreamListener {
 public:
  struct Host {
    GstElement* element = nullptr;
    std::function<Settings()> settings;                    ///< a copy of those of now
    std::function<std::shared_ptr<ResultsPad>()> results;  ///< null where nobody asked for it
    /// The time from a window's end to its result has grown beyond what was reported.
    std::function<void()> latency_grew;
  };

  explicit ResultTeller(Host host) : host_(std::move(host)) {}
  ~ResultTeller() override;

  void on_result(const stream::TimedResult& result) override;
  void on_drop(const stream::WorkerCounts& counts, std::int64_t end,
               const stream::Run& run) override;
  void on_position(std::int64_t time, const stream::Run& run) override;
  void on_end() override { finish_events(); }
  void on_flush() override;
  void on_failure(const Error& error) override;
  void on_graph(const std::shared_ptr<stream::HostGraph>& graph) override;

  /// Attach the results since the last call to a buffer that may be changed.
  void attach(GstBuffer* buffer);

  GstClockTime latency() const;
  /// Write results, drops and latencies into a structure.
  void describe(GstStructure* stats) const;

 private:
  void place(TimedReport& report, const stream::Run& run) const;
  void finish_events();
  void tell(const TimedReport& report, const Settings& settings);
  void tell_events(const std::vector<stream::EventEdge>& edges, const Settings& settings);

  const Host host_;
  mutable std::mutex mutex_;
  std::deque<GstStructure*> metas_;
  stream::LatencyWindow latencies_;
  GstClockTime reported_latency_ = 0;
  std::uint64_t results_ = 0;
  std::uint64_t dropped_ = 0;
  bool warned_ = false;
  bool failed_ = false;
  GstClockTime last_qos_ = GST_CLOCK_TIME_NONE;

  // Only the worker's thread uses these.
  std::optional<stream::EventTracker> events_;
  stream::EventOptions event_options_;
  std::optional<stream::Run> event_run_;
  TimedReport event_report_;  ///< what all edges of events have in common
  std::vector<std::string> event_labels_;
};

}  // namespace melgraph::gst
