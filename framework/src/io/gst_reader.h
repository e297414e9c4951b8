#pragma once

#include <memory>
#include <string>

#include "io/audio_reader.h"

namespace melgraph {

/// Open a file or URI with GStreamer: its first audio stream, at its native rate and channels.
///
/// A path is a file; anything with a scheme (`http://`, `file://`) is passed on as it is. The first
/// block is decoded on opening. Throws `Error` (input) with GStreamer's own message, and the
/// package to install where a decoder is missing.
std::unique_ptr<AudioReader> open_gst(const std::string& path_or_uri);

}  // namespace melgraph

/// Entry of `libmelgraph_gst.so`: as `open_gst`; the caller owns the reader.
extern "C" MELGRAPH_API melgraph::AudioReader* melgraph_gst_open_v1(const char* path_or_uri);
