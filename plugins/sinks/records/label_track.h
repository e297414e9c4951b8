#pragma once

#include <deque>
#include <string>
#include <vector>

namespace melgraph::sinks {

/// Rows of one Audacity label track, in the order of their starts.
class LabelTrack {
 public:
  /// With `merge`, a label that goes on from one item to the next has one row.
  explicit LabelTrack(bool merge) : merge_(merge) {}

  /// Add the labels of an item from `start` to `end` seconds; items come in the order of time.
  void add(double start, double end, const std::vector<std::string>& labels);
  /// Take the rows that can no longer change, and with `all` the rest too.
  std::string take_rows(bool all);

 private:
  struct Segment {
    double start;
    double end;
    std::string label;
    bool open;
  };

  bool merge_;
  std::deque<Segment> segments_;
};

/// Name the track of the input `file` without `.txt`: its path without extension, root and steps
/// upwards; of a URI what follows the scheme, without a query.
std::string label_track_name(const std::string& file);

}  // namespace melgraph::sinks
