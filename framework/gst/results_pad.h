#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

namespace melgraph::gst {

/// The request pad `results`: one JSON object a result, as text with the times of its window, on a
/// thread of its own, so that whoever reads it slowly holds up neither sound nor classification.
///
/// [thread-safe]
class ResultsPad {
 public:
  /// Make the pad of `element` from its template, and add it.
  ResultsPad(GstElement* element, GstPadTemplate* pad_template, const char* name);
  /// Removes the pad from its element.
  ~ResultsPad();
  ResultsPad(const ResultsPad&) = delete;
  ResultsPad& operator=(const ResultsPad&) = delete;

  GstPad* pad() const { return pad_; }

  void send_text(const std::string& text, GstClockTime timestamp, GstClockTime duration);
  /// Say that nothing begins before `time`, so that a muxer need not wait.
  void send_gap(GstClockTime time);
  /// Take the segment of the sound; stream start and caps go before the first.
  void send_segment(const GstSegment& segment);
  bool has_segment() const;
  void send_eos();
  void flush_start();
  void flush_stop();
  /// Results that were dropped since nobody took them.
  std::uint64_t dropped() const;

 private:
  static gboolean activate_mode(GstPad* pad, GstObject* parent, GstPadMode mode, gboolean active);
  static void loop(gpointer user);
  void run();
  void add(GstMiniObject* item);
  void clear();

  GstElement* const element_;
  GstPad* pad_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<GstMiniObject*> queue_;
  std::size_t texts_ = 0;  ///< of the queue
  std::uint64_t dropped_ = 0;
  GstClockTime position_ = GST_CLOCK_TIME_NONE;  ///< up to which the pad has been told
  bool active_ = false;
  bool flushing_ = false;
  bool started_ = false;  ///< stream start and caps are sent
};

}  // namespace melgraph::gst
