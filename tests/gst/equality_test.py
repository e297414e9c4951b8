"""What the element finds in a file is what `melgraph run` finds in it: windows, times, scores."""

import json
import subprocess
import unittest

from program import GRAPHS, HANGS_AFTER, ProgramTest, read_lines, sound, write_wav

RATES = (8000, 11025, 16000, 22050, 44100, 48000, 96000)
BUFFER_SIZES = (1, 160, 1024, 4096, 48001)  # frames


def decode_lines(text):
    """Read JSON objects that follow each other without a separator."""
    decoder = json.JSONDecoder()
    found = []
    at = 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


class Equality(ProgramTest):
    def setUp(self):
        super().setUp()
        text = (GRAPHS / "esc10.json").read_text()
        graph = json.loads(
            "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))
        )
        for node in graph["nodes"]:
            for name in ("weights", "labels"):
                if name in node.get("params", {}):
                    node["params"][name] = str(GRAPHS / node["params"][name])
        graph["nodes"] = [node for node in graph["nodes"] if not node["type"].startswith("sink.")]
        self.clip_graph = dict(graph, outputs={"clip": "clip"}, nodes=graph["nodes"] + [
            {"id": "out", "type": "sink.json", "params": {"path": "results.ndjson"},
             "inputs": {"scores": "clip"}}])
        self.window_graph = dict(graph, outputs={"windows": "cnn"}, nodes=graph["nodes"] + [
            {"id": "out", "type": "sink.json", "params": {"path": "results.ndjson"},
             "inputs": {"scores": "cnn"}}])

    def by_run(self, graph, file):
        result = self.expect(0, "run", graph, file, "--out", "-", "--device", "cpu")
        return read_lines(result.stdout)

    def by_element(self, graph, file, decode):
        out = self.folder / "out.json"
        done = subprocess.run(
            ["gst-launch-1.0", "-q", "filesrc", f"location={file}", "!", *decode.split(), "!",
             "melgraph", "name=mg", "device=cpu", "leaky=no", "post-messages=false",
             f"graph={graph}", "!", "fakesink", "mg.results", "!", "filesink", f"location={out}"],
            env=self.environment(G_DEBUG="fatal-criticals"),
            capture_output=True,
            text=True,
            timeout=HANGS_AFTER,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return decode_lines(out.read_text())

    def check_equal(self, told, wanted):
        self.assertEqual(len(told), len(wanted))
        for line, other in zip(told, wanted):
            self.assertAlmostEqual(line["start"], other["start"], delta=1e-6)
            self.assertAlmostEqual(line["end"], other["end"], delta=1e-6)
            scores = {entry["label"]: entry["score"] for entry in line["scores"]}
            self.assertEqual(len(scores), len(other["scores"]))
            for entry in other["scores"]:
                self.assertAlmostEqual(scores[entry["label"]], entry["score"], delta=1e-5)

    def files(self, rate, channels=1):
        """Write a sound as WAV and as FLAC."""
        samples = sound(3, 3.2, rate)
        if channels == 2:
            samples = [s for pair in zip(samples, reversed(samples)) for s in pair]
        wav = write_wav(self.folder / f"{rate}.wav", samples, rate, channels)
        flac = self.folder / f"{rate}.flac"
        subprocess.run(
            ["gst-launch-1.0", "-q", "filesrc", f"location={wav}", "!", "wavparse", "!", "flacenc",
             "!", "filesink", f"location={flac}"],
            check=True,
        )
        return wav, flac

    def test_files_of_every_rate(self):
        graph = self.write_graph(self.window_graph)
        for rate in RATES:
            wav, flac = self.files(rate, 1 + rate % 3 // 2)
            for file, decode in ((wav, "wavparse"), (flac, "flacparse ! flacdec")):
                with self.subTest(file=file.name):
                    wanted = self.by_run(graph, file)
                    self.assertEqual(len(wanted), 5)
                    self.check_equal(self.by_element(graph, file, decode), wanted)

    def test_buffers_of_every_size(self):
        graph = self.write_graph(self.window_graph)
        wav, _ = self.files(16000)
        wanted = self.by_run(graph, wav)
        for size in BUFFER_SIZES:
            with self.subTest(size=size):
                # 32000 bytes are a second; the parts of the first buffer are no new beginnings.
                told = self.by_element(
                    graph,
                    wav,
                    f"wavparse ! rndbuffersize min={2 * size} max={2 * size} ! "
                    "identity datarate=32000 ! audiorate",
                )
                self.check_equal(told, wanted)

    def test_clips(self):
        graph = self.write_graph(self.clip_graph)
        for rate in (16000, 44100):
            wav, _ = self.files(rate)
            self.check_equal(self.by_element(graph, wav, "wavparse"), self.by_run(graph, wav))


if __name__ == "__main__":
    unittest.main(verbosity=2)
