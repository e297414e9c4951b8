"""The element in pipelines as users write them, by gst-launch-1.0.

Each line runs with criticals fatal, and again with the tracer of leaks, whose findings are fatal.
"""

import re
import shlex
import statistics
import subprocess
import time
import unittest

from program import BUILD, HANGS_AFTER, ProgramTest, level_graph, sound, write_wav

# What gst-launch-1.0 ends with after an error, and where the pipeline does not start.
REFUSED = (1, 255)
GATE_PLUGINS = BUILD / "libexec" / "melgraph" / "tests" / "gst_plugins"


def exists(*elements):
    """Say whether all these elements are installed."""
    return all(
        subprocess.run(
            ["gst-inspect-1.0", "--exists", element], stdout=subprocess.DEVNULL, check=False
        ).returncode == 0
        for element in elements
    )


class Launch(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wav = write_wav(cls.shared_folder / "a.wav", sound(1, 3.0, 44100), 44100)

    def gate_graph(self, **params):
        graph = {
            "melgraph": 1,
            "name": "gate",
            "source": {
                "audio": {"sample_rate": 16000, "channels": 1, "window": 0.1, "hop": 0.05}
            },
            "nodes": [
                {
                    "id": "gate",
                    "type": "model.test_gate",
                    "params": params,
                    "inputs": {"audio": "source.audio"},
                }
            ],
            "outputs": {"windows": "gate"},
        }
        return self.write_graph(graph, "gate.json")

    def launch(self, line, code=0, flags="-m", **changes):
        """Run a line; return all that it wrote."""
        environment = self.environment(
            MELGRAPH_PLUGIN_PATH=str(GATE_PLUGINS), **{"G_DEBUG": "fatal-criticals", **changes}
        )
        with open(self.folder / "log", "w+", encoding="utf-8", errors="replace") as log:
            done = subprocess.run(
                ["gst-launch-1.0", *flags.split(), *shlex.split(line)],
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=HANGS_AFTER,
                check=False,
            )
            log.seek(0)
            text = log.read()
        codes = code if isinstance(code, tuple) else (code,)
        self.assertIn(done.returncode, codes, line + "\n" + text[-4000:])
        return text

    def launch_twice(self, line, needs=(), **options):
        if not exists(*needs):
            self.skipTest("not installed: one of " + ", ".join(needs))
        text = self.launch(line, **options)
        self.launch(line, GST_TRACERS="leaks", G_DEBUG="fatal-warnings", **options)
        return text

    def results_in(self, text):
        return re.findall(r"\(element\): melgraph, kind=\(string\)(\w+)", text)

    def scores_in(self, text, label=r"\w+"):
        """Read the scores of a class, or of all; gst-launch-1.0 escapes structures in structures."""
        plain = text.replace("\\", "")
        found = re.findall(
            rf"label=\(string\){label}, confidence=\(double\)([-+.e\d]+)", plain
        )
        self.assertTrue(found, text[-2000:])
        return [float(number) for number in found]


class Lines(Launch):
    def test_l1_a_file(self):
        text = self.launch_twice(
            f"filesrc location={self.wav} ! wavparse ! audioconvert ! audioresample ! "
            "melgraph name=mg mode=sync graph=esc10 ! fakesink"
        )
        self.assertEqual(self.results_in(text), ["window"] * 5 + ["clip"])

    def test_l2_a_live_source(self):
        text = self.launch_twice(
            "audiotestsrc is-live=true num-buffers=100 ! audio/x-raw,rate=48000,channels=2 ! "
            f"melgraph graph={self.gate_graph()} ! fakesink sync=true"
        )
        self.assertGreater(len(self.results_in(text)), 30)

    def test_l3_beside_the_programme(self):
        self.launch_twice(
            "audiotestsrc num-buffers=100 ! tee name=t t. ! queue ! fakesink sync=true t. ! "
            "queue leaky=downstream max-size-time=2000000000 max-size-buffers=0 max-size-bytes=0 ! "
            "audioconvert ! audioresample ! audio/x-raw,rate=16000,channels=1 ! "
            f"melgraph graph={self.gate_graph()} ! fakesink async=false"
        )

    def test_l4_many_in_one_pipeline(self):
        graph = self.gate_graph()
        text = self.launch_twice(
            " ".join(
                f"audiotestsrc num-buffers=100 ! melgraph name=mg{i} leaky=no graph={graph} ! "
                "fakesink"
                for i in range(8)
            )
        )
        self.assertEqual(len(self.results_in(text)), 8 * 45)

    def test_l5_caps_change(self):
        text = self.launch_twice(
            f"concat name=c ! melgraph leaky=no graph={self.gate_graph()} ! fakesink "
            "audiotestsrc num-buffers=50 ! audio/x-raw,rate=16000,channels=1 ! c. "
            "audiotestsrc num-buffers=50 ! audio/x-raw,rate=48000,channels=2 ! c."
        )
        # 3.2 s and 1.0667 s
        self.assertEqual(len(self.results_in(text)), 63 + 20)

    def test_l6_into_ogg(self):
        self.launch_twice(
            f"audiotestsrc num-buffers=100 ! melgraph result-meta=true graph={self.gate_graph()} "
            "! audioconvert ! audioresample ! opusenc ! oggmux ! filesink location=o.ogg",
            ("opusenc", "oggmux"),
        )
        self.assertGreater((self.folder / "o.ogg").stat().st_size, 1000)

    def test_l7_playbin(self):
        if not exists("playbin", "wavparse"):
            self.skipTest("playbin is not installed")

        def alive(audio_filter):
            text = self.launch(
                f'playbin uri={self.wav.as_uri()} audio-filter="{audio_filter}" '
                'audio-sink="fakesink sync=false"',
                GST_TRACERS="leaks",
                GST_DEBUG="GST_TRACER:7",
                GST_DEBUG_NO_COLOR="1",
            )
            return text, sorted(re.findall(r"object-alive, type-name=\(string\)(\w+)", text))

        text, left = alive(f"melgraph mode=sync graph={self.gate_graph()}")
        self.assertEqual(len(self.results_in(text)), 59)
        # GStreamer 1.22 itself forgets the volume of playbin.
        self.assertEqual(left, alive("identity")[1])

    def test_l9_broken_data(self):
        if not exists("breakmydata"):
            self.skipTest("breakmydata is not installed")
        graph = self.write_graph(
            {**level_graph(), "nodes": level_graph()["nodes"][:2], "outputs": {"windows": "level"}}
        )
        for seed in range(1, 101):
            with self.subTest(seed=seed):
                self.launch(
                    f"filesrc location={self.wav} ! breakmydata seed={seed} probability=0.02 "
                    "skip=44 ! wavparse ignore-length=true ! audioconvert ! "
                    f"melgraph graph={graph} ! fakesink"
                )

    def test_l10_planar(self):
        self.launch_twice(
            "audiotestsrc num-buffers=50 ! audioconvert ! "
            "audio/x-raw,format=F32LE,layout=non-interleaved,channels=2 ! audioconvert ! "
            f"melgraph graph={self.gate_graph()} ! fakesink"
        )

    def test_l11_silence(self):
        text = self.launch_twice(
            "audiotestsrc wave=silence num-buffers=100 ! "
            f"melgraph leaky=no graph={self.gate_graph()} ! fakesink"
        )
        self.assertEqual(len(self.results_in(text)), 45)
        self.assertEqual(set(self.scores_in(text)), {0.0})

    def test_l12_lost_buffers(self):
        for rate in ("", "audiorate !"):
            self.launch_twice(
                f"audiotestsrc num-buffers=200 ! identity drop-probability=0.1 ! {rate} "
                f"melgraph graph={self.gate_graph()} ! fakesink"
            )

    def test_l13_one_sample_a_second(self):
        self.launch_twice(
            "audiotestsrc num-buffers=3 samplesperbuffer=1 ! audio/x-raw,rate=1,channels=1 ! "
            f"melgraph graph={self.gate_graph()} ! fakesink",
            code=(0, 1),
        )

    def test_l14_many_channels(self):
        text = self.launch_twice(
            'audiotestsrc num-buffers=50 ! "audio/x-raw,channels=64,channel-mask=(bitmask)0x0" ! '
            f"melgraph leaky=no graph={self.gate_graph()} ! fakesink"
        )
        self.assertEqual(len(self.results_in(text)), 22)

    def test_l15_into_matroska(self):
        graph = self.gate_graph()
        self.launch_twice(
            f"audiotestsrc num-buffers=100 ! melgraph name=mg graph={graph} ! queue ! "
            "audioconvert ! vorbisenc ! matroskamux name=mux ! filesink location=o.mkv mg.results ! mux.",
            ("vorbisenc", "matroskamux"),
        )
        text = (self.folder / "o.mkv").read_bytes()
        self.assertIn(b'"schema":"melgraph.stream/1"', text)

    def test_lfmt_every_format(self):
        for sample in (
            "S8 U8 S16LE U16LE S24_32LE U24_32LE S32LE U32LE S24LE U24LE S20LE U20LE S18LE U18LE "
            "F32LE F64LE"
        ).split():
            with self.subTest(format=sample):
                text = self.launch(
                    f"audiotestsrc num-buffers=20 wave=square volume=0.5 freq=1 ! audioconvert ! "
                    f"audio/x-raw,format={sample},rate=16000,channels=2 ! "
                    f"melgraph leaky=no graph={self.gate_graph()} ! fakesink"
                )
                self.assertAlmostEqual(self.scores_in(text, "first")[0], 0.5, delta=0.01)

    def test_short_streams(self):
        for graph in ("esc10", self.gate_graph()):
            text = self.launch_twice(
                f"audiotestsrc num-buffers=2 ! melgraph graph={graph} ! fakesink"
            )
            self.assertEqual(self.results_in(text)[:1], ["window"])


class Speed(Launch):
    def test_latency_of_the_element(self):
        text = self.launch(
            "audiotestsrc is-live=true num-buffers=200 ! "
            f"melgraph name=mg graph={self.gate_graph()} ! fakesink sync=true",
            GST_TRACERS="latency(flags=pipeline+element+reported)",
            GST_DEBUG="GST_TRACER:7",
            GST_DEBUG_NO_COLOR="1",
        )
        times = [
            int(match) / 1e6
            for match in re.findall(
                r"element-latency, [^\n]*element=\(string\)mg, [^\n]*time=\(guint64\)(\d+)", text
            )
        ]
        reported = re.findall(
            r"element-reported-latency, [^\n]*element=\(string\)mg, [^\n]*min=\(guint64\)(\d+)",
            text,
        )
        self.assertTrue(times)
        print(
            f"\nbuffers wait {statistics.median(times):.3f} ms (median), {max(times):.3f} ms at "
            f"most; reported {reported}"
        )
        self.assertEqual(set(reported), {"0"})

    def test_an_engine_that_is_too_slow_holds_up_nothing(self):
        start = time.monotonic()
        text = self.launch(
            "audiotestsrc is-live=true num-buffers=200 ! melgraph name=mg max-queued-windows=2 "
            f"graph={self.gate_graph(sleep=0.15)} ! fakesink sync=true",
            GST_TRACERS="latency(flags=pipeline+element)",
            GST_DEBUG="GST_TRACER:7",
            GST_DEBUG_NO_COLOR="1",
        )
        wall = time.monotonic() - start
        times = [
            int(match) / 1e6
            for match in re.findall(
                r"element-latency, [^\n]*element=\(string\)mg, [^\n]*time=\(guint64\)(\d+)", text
            )
        ]
        print(f"\n{200 * 1024 / 44100:.2f} s of sound in {wall:.2f} s; "
              f"buffers wait {statistics.median(times):.3f} ms, {max(times):.3f} ms at most")
        self.assertIn("(qos)", text)
        dropped = [int(n) for n in re.findall(r"dropped=\(guint64\)(\d+)", text)]
        self.assertGreater(max(dropped), 0)


class Errors(Launch):
    def launch_wrong(self, properties, *parts):
        line = f"audiotestsrc num-buffers=100 ! melgraph {properties} ! fakesink"
        text = self.launch(line, code=REFUSED)
        self.launch(line, code=REFUSED, GST_TRACERS="leaks", G_DEBUG="fatal-warnings")
        self.assertIn("ERROR", text)
        for part in parts:
            self.assertIn(part, text)

    def test_missing_graph(self):
        self.launch_wrong("graph=missing.json", "missing.json")

    def test_no_graph(self):
        self.launch_wrong("", "no graph is set", "set the property graph")

    def test_broken_graph(self):
        path = self.folder / "broken.json"
        path.write_text('{"melgraph": 1,\n "nodes": [}')
        self.launch_wrong(f"graph={path}", "broken.json:2:")

    def test_missing_device(self):
        self.launch_wrong(f"graph={self.gate_graph()} device=cuda:77", "cuda")

    def test_a_model_that_fails(self):
        self.launch_wrong(f"graph={self.gate_graph(throw_above=-2)}", "the gate throws")


if __name__ == "__main__":
    unittest.main(verbosity=2)
