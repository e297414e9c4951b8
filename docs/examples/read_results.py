#!/usr/bin/env python3
"""Print what the element melgraph finds in a sound file.

  read_results.py FILE [GRAPH]

Needs PyGObject with GStreamer (Debian: python3-gi, gir1.2-gstreamer-1.0).
"""

import sys
import warnings

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402


# The only way to read an array without GStreamer's own Python overrides.
warnings.filterwarnings("ignore", "GObject.ValueArray", DeprecationWarning)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    graph = sys.argv[2] if len(sys.argv) == 3 else "esc10"
    Gst.init(None)
    pipeline = Gst.parse_launch("filesrc name=file ! decodebin ! audioconvert ! "
                                "melgraph name=classifier mode=sync top-k=3 ! fakesink")
    pipeline.get_by_name("file").set_property("location", sys.argv[1])
    pipeline.get_by_name("classifier").set_property("graph", graph)
    pipeline.set_state(Gst.State.PLAYING)
    status = 0
    while True:
        message = pipeline.get_bus().timed_pop(Gst.CLOCK_TIME_NONE)
        if message.type == Gst.MessageType.EOS:
            break
        if message.type == Gst.MessageType.ERROR:
            error, details = message.parse_error()
            print(f"{error.message}\n{details}", file=sys.stderr)
            status = 1
            break
        result = message.get_structure()
        if message.type != Gst.MessageType.ELEMENT or result.get_name() != "melgraph":
            continue
        start = result.get_value("timestamp") / Gst.SECOND
        end = start + result.get_value("duration") / Gst.SECOND
        _, array = result.get_array("classes")
        classes = [array.get_nth(i) for i in range(array.n_values)]
        text = ", ".join(f"{one.get_value('label')} {one.get_value('confidence'):.2f}"
                         for one in classes)
        print(f"{result.get_value('kind'):6} {start:7.3f} {end:7.3f}  {text}")
    pipeline.set_state(Gst.State.NULL)
    return status


if __name__ == "__main__":
    sys.exit(main())
