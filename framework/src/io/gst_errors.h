#pragma once

#include <gst/gst.h>

#include <string>
#include <vector>

#include "melgraph/error.h"

namespace melgraph {

/// Turns what GStreamer reports about one input into errors that a user understands.
/// [one-thread-at-a-time]
class GstErrors {
 public:
  explicit GstErrors(std::string input) : input_(std::move(input)) {}

  /// Remember a missing-plugin message; the error itself comes later.
  void note_missing(GstMessage* message);

  /// Make an error that says that the input `does_what`, and what is missing, if anything is.
  Error make(const std::string& does_what) const;
  /// Make an error of an error message.
  Error make(GstMessage* message) const;
  /// Make the error for an input whose streams are known and none of which can give sound.
  Error make_no_audio() const;

  /// Text of a warning message.
  static std::string warning_text(GstMessage* message);

 private:
  bool lacks_only_pictures() const;
  std::string missing_text() const;

  struct Missing {
    std::string description;  ///< "MPEG-4 AAC decoder"
    std::string detail;       ///< GStreamer's machine-readable name, with the caps
  };
  std::string input_;
  std::vector<Missing> missing_;
};

}  // namespace melgraph
