"""`melgraph run --tap` and `melgraph diff`: what flows inside a graph, as arrays and pictures."""

import array
import ast
import cmath
import json
import math
import struct
import unittest
import zlib

from program import LABELS, ProgramTest, level_graph, read_lines, sound, write_wav

RATE, WINDOW, HOP = 16000, 15600, 7680


def read_npy(path):
    """Read a float32 array as (shape, flat array)."""
    data = path.read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00", data[:8]
    (size,) = struct.unpack("<H", data[8:10])
    assert (10 + size) % 64 == 0
    header = ast.literal_eval(data[10 : 10 + size].decode("ascii"))
    assert header["descr"] == "<f4" and header["fortran_order"] is False, header
    values = array.array("f", data[10 + size :])
    assert len(values) == math.prod(header["shape"]), header
    return header["shape"], values


def write_npy(path, shape, values):
    text = repr({"descr": "<f4", "fortran_order": False, "shape": shape}).encode() + b"\n"
    path.write_bytes(
        b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text
        + array.array("f", values).tobytes()
    )
    return path


def log_mel_frame(samples):
    """Compute VGGish's features of one frame of 400 samples from its definition: 64 numbers."""
    spectrum = []
    turned = [
        s * (0.5 - 0.5 * math.cos(2 * math.pi * n / 400)) for n, s in enumerate(samples)
    ]
    for k in range(257):
        root = cmath.exp(-2j * math.pi * k / 512)
        total = 0
        for value in reversed(turned):
            total = total * root + value
        spectrum.append(abs(total))

    def mel(hertz):
        return 1127 * math.log1p(hertz / 700)

    edges = [mel(125) + (mel(7500) - mel(125)) * i / 65 for i in range(66)]
    features = []
    for low, centre, high in zip(edges, edges[1:], edges[2:]):
        band = 0
        for k in range(1, 257):
            at = mel(k * RATE / 512)
            band += spectrum[k] * max(0, min((at - low) / (centre - low), (high - at) / (high - centre)))
        features.append(math.log(band + 0.01))
    return features


class Taps(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sounds = cls.shared_folder / "sounds"
        cls.sounds.mkdir()
        cls.samples = sound(1)
        write_wav(cls.sounds / "dog.wav", cls.samples)
        write_wav(cls.sounds / "cat.wav", sound(2))

    def tap(self, *taps, code=0, graph="esc10", inputs=None, options=()):
        arguments = [word for tap in taps for word in ("--tap", tap)]
        return self.expect(
            code, "run", graph, *(inputs or [self.sounds]), *arguments, "--out", "-", *options
        )

    def test_tapped_features_are_those_of_their_definition(self):
        self.tap("mel=mel/")
        self.assertEqual(
            sorted(path.name for path in (self.folder / "mel").iterdir()), ["cat.npy", "dog.npy"]
        )
        shape, values = read_npy(self.folder / "mel" / "dog.npy")
        self.assertEqual(shape, (3, 1, 96, 64))
        for window, frame in ((0, 0), (1, 50), (2, 95)):
            begin = window * HOP + frame * 160
            wanted = log_mel_frame([s / 32768 for s in self.samples[begin : begin + 400]])
            for band, value in enumerate(wanted):
                found = values[(window * 96 + frame) * 64 + band]
                self.assertAlmostEqual(found, value, delta=1e-4, msg=f"{window} {frame} {band}")

    def test_a_tapped_view_is_the_sound_itself(self):
        self.tap("source.audio=audio")
        shape, values = read_npy(self.folder / "audio" / "dog.npy")
        self.assertEqual(shape, (3, 1, WINDOW))
        for window in range(3):
            wanted = [s / 32768 for s in self.samples[window * HOP : window * HOP + WINDOW]]
            self.assertEqual(list(values[window * WINDOW : (window + 1) * WINDOW]), wanted)

    def test_tapped_scores_are_those_of_the_results(self):
        done = self.tap("clip=clip", "cnn.scores=windows", "cnn.logits=logits")
        for line in read_lines(done.stdout):
            name = line["file"].rsplit("/", 1)[1].replace(".wav", ".npy")
            shape, values = read_npy(self.folder / "clip" / name)
            self.assertEqual(shape, (1, 10))
            for entry in line["scores"]:
                found = values[LABELS.index(entry["label"])]
                self.assertAlmostEqual(found, entry["score"], delta=1e-5)
            shape, values = read_npy(self.folder / "windows" / name)
            self.assertEqual(shape, (3, 10))
            for window in range(3):
                self.assertAlmostEqual(sum(values[window * 10 : window * 10 + 10]), 1, places=4)
            self.assertEqual(read_npy(self.folder / "logits" / name)[0], (3, 10))

    def test_taps_change_no_result_and_do_not_depend_on_batches(self):
        plain = self.expect(0, "run", "esc10", self.sounds, "--out", "-")
        tapped = self.tap("mel=a", options=["--batch", "1", "--jobs", "1"])
        self.tap("mel=b", options=["--batch", "7", "--jobs", "2"])
        self.check_same_results(read_lines(tapped.stdout), read_lines(plain.stdout))
        for name in ("cat.npy", "dog.npy"):
            self.expect(0, "diff", f"a/{name}", f"b/{name}", "--tolerance", "1e-5")

    def test_a_node_that_nothing_uses_is_computed_for_its_tap(self):
        graph = level_graph()
        graph["nodes"].append(
            {"id": "extra", "type": "post.mean", "inputs": {"values": "mel"}}
        )
        path = self.write_graph(graph)
        self.assertIn("nothing uses", self.tap(graph=path).stderr)
        done = self.tap("extra=extra", "level=level", graph=path)
        self.assertNotIn("nothing uses", done.stderr)
        shape, values = read_npy(self.folder / "extra" / "dog.npy")
        self.assertEqual(shape, (2,))
        self.assertEqual(values, read_npy(self.folder / "level" / "dog.npy")[1])

    def test_whole_inputs_give_arrays_of_their_own_length(self):
        graph = level_graph()
        del graph["source"]["audio"]["window"], graph["source"]["audio"]["hop"]
        write_wav(self.folder / "short.wav", sound(3, seconds=0.5, rate=8000), rate=8000)
        write_wav(self.folder / "long.wav", sound(3, seconds=1.5, rate=8000), rate=8000)
        self.tap("mel=mel", graph=self.write_graph(graph), inputs=["short.wav", "long.wav"])
        self.assertEqual(read_npy(self.folder / "mel" / "short.npy")[0], (1, 1, 51, 20))
        self.assertEqual(read_npy(self.folder / "mel" / "long.npy")[0], (1, 1, 151, 20))

    def test_equal_names_keep_their_folders(self):
        for folder in ("a", "b"):
            (self.folder / folder).mkdir()
            write_wav(self.folder / folder / "dog.wav", self.samples)
        self.tap("mel=mel", inputs=["a", "b"])
        self.assertTrue((self.folder / "mel" / "a" / "dog.npy").exists())
        self.assertTrue((self.folder / "mel" / "b" / "dog.npy").exists())

    def test_a_failed_input_has_no_file(self):
        (self.folder / "broken.wav").write_bytes(b"RIFF of nothing")
        done = self.tap("mel=mel", code=3, inputs=[self.sounds, "broken.wav"])
        self.assertIn("taps in mel", done.stderr)
        self.assertEqual(
            sorted(path.name for path in (self.folder / "mel").iterdir()), ["cat.npy", "dog.npy"]
        )

    def test_what_is_no_edge_is_refused_with_the_nearest_name(self):
        for tap, message, hint in (
            ("mell=x", 'there is no node "mell"', 'did you mean "mel"?'),
            ("zzzzzz=x", 'there is no node "zzzzzz"', "nodes: mel, "),
            ("cnn.score=x", 'no output port "score"', 'did you mean "scores"?'),
            ("source.audo=x", 'no view "audo"', 'did you mean "audio"?'),
            ("source=x", "names no view", "views: audio"),
            ("table=x", "sink.csv has no output port", "name what it takes from"),
            ("mel", "--tap wants NODE=DIR", ""),
            ("mel=", "--tap wants NODE=DIR", ""),
            ("=x", "--tap wants NODE=DIR", ""),
        ):
            with self.subTest(tap):
                done = self.tap(tap, code=2)
                self.assertIn(message, done.stderr)
                self.assertIn(hint, done.stderr)
        done = self.tap("mel=x", "cnn=./x/", code=2)
        self.assertIn("two taps write into ./x/", done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_files_of_before_are_refused_before_any_work_unless_told_to(self):
        self.tap("mel=mel")
        path = self.folder / "mel" / "cat.npy"
        path.unlink()
        before = (self.folder / "mel" / "dog.npy").stat().st_mtime_ns
        done = self.tap("mel=mel", code=2)
        self.assertIn("tapped values exist already: mel/dog.npy", done.stderr)
        self.assertIn("--overwrite", done.stderr)
        self.assertFalse(path.exists())
        self.tap("mel=mel", options=["--overwrite"])
        self.assertTrue(path.exists())
        self.assertNotEqual((self.folder / "mel" / "dog.npy").stat().st_mtime_ns, before)
        write_wav(self.folder / "file", self.samples)
        self.assertIn("is a file, not a folder", self.tap("mel=file", code=2).stderr)

    def read_png(self, path):
        """Check the parts of a PNG file; give its size and its rows of RGB bytes."""
        data = path.read_bytes()
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
        at, packed, size = 8, b"", None
        while at < len(data):
            (length,) = struct.unpack(">I", data[at : at + 4])
            kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
            (check,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
            self.assertEqual(check, zlib.crc32(kind + body))
            if kind == b"IHDR":
                size = struct.unpack(">IIBBBBB", body)
            packed += body if kind == b"IDAT" else b""
            at += 12 + length
        self.assertEqual(kind, b"IEND")
        self.assertEqual(size[2:], (8, 2, 0, 0, 0))
        self.assertEqual(len(zlib.decompress(packed)), size[1] * (1 + 3 * size[0]))
        return size[:2]

    def test_pictures_are_png_files(self):
        self.tap("mel=mel", "cnn=cnn", "clip=clip", options=["--tap-format", "png"])
        for folder in ("mel", "cnn", "clip"):
            for name in ("dog.png", "cat.png"):
                width, height = self.read_png(self.folder / folder / name)
                self.assertTrue(400 < width < 2000 and 300 < height < 1000, (width, height))

    def test_edges_without_a_picture_are_refused_by_name(self):
        for tap, name in (("source.audio=x", "source.audio (audio"), ("level=x", "level.values (values")):
            done = self.tap(tap, code=2, options=["--tap-format", "png"])
            self.assertIn("cannot draw " + name, done.stderr)
            self.assertIn(".npy holds any edge", done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])


class Diff(ProgramTest):
    def test_it_tells_where_arrays_differ_and_exits_with_0(self):
        write_npy(self.folder / "a.npy", (2, 3), [1, 2, 3, 4, 5, 8])
        write_npy(self.folder / "b.npy", (2, 3), [1, 2, 3, 4, 7, 8])
        done = self.expect(0, "diff", "a.npy", "b.npy")
        self.assertIn("shape      (2, 3), 6 numbers", done.stdout)
        self.assertIn("largest    2 at (1, 1): 5 and 7", done.stdout)
        self.assertIn("relative   0.25", done.stdout)
        told = json.loads(self.expect(0, "diff", "a.npy", "b.npy", "--json").stdout)
        self.assertEqual(told["largest_at"], [1, 1])
        self.assertAlmostEqual(told["mean"], 1 / 3)
        self.assertIn("equal      everywhere", self.expect(0, "diff", "a.npy", "a.npy").stdout)

    def test_a_tolerance_decides_the_exit_code(self):
        write_npy(self.folder / "a.npy", (2,), [1, 2])
        write_npy(self.folder / "b.npy", (2,), [1, 2.5])
        write_npy(self.folder / "c.npy", (2,), [1, math.nan])
        self.expect(0, "diff", "a.npy", "b.npy", "--tolerance", "0.5")
        done = self.expect(1, "diff", "a.npy", "b.npy", "--tolerance", "0.4")
        self.assertIn("the largest difference, 0.5, is above 0.4", done.stderr)
        self.expect(0, "diff", "a.npy", "c.npy")
        done = self.expect(1, "diff", "a.npy", "c.npy", "--tolerance", "9")
        self.assertIn("not finite in one of the arrays alone", done.stderr)
        self.expect(2, "diff", "a.npy", "b.npy", "--tolerance", "-1")

    def test_other_shapes_and_other_files_exit_with_1(self):
        write_npy(self.folder / "a.npy", (2, 3), range(6))
        write_npy(self.folder / "b.npy", (3, 2), range(6))
        (self.folder / "c.npy").write_bytes(b"no array")
        done = self.expect(1, "diff", "a.npy", "b.npy")
        self.assertEqual(done.stdout, "shapes differ: (2, 3) and (3, 2)\n")
        self.assertIn("c.npy", self.expect(1, "diff", "a.npy", "c.npy").stderr)
        self.assertIn("none.npy", self.expect(1, "diff", "none.npy", "a.npy").stderr)
        self.expect(2, "diff", "a.npy")


if __name__ == "__main__":
    unittest.main()
