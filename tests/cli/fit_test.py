"""`melgraph fit`: weights of combiners from sounds of known classes."""

import csv
import json
import math
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import unittest

from program import GRAPHS, LABELS, SOURCE, ProgramTest, read_csv
from tap_test import read_npy

NETWORK = {
    "weights": str(GRAPHS / "bundles" / "esc10-cnn" / "esc10_cnn.safetensors"),
    "labels": str(GRAPHS / "bundles" / "esc10-cnn" / "labels.txt"),
}


def datasets():
    """Give the folder of real sounds, or None."""
    named = os.environ.get("MELGRAPH_SHARED")
    folders = [pathlib.Path(named)] if named else [SOURCE / "shared", SOURCE.parent / "shared"]
    return next((folder / "datasets" for folder in folders if (folder / "datasets").is_dir()), None)


def member(name, view, mel=None):
    """Give a network over one view, the second with features it was not trained with."""
    return [
        {"id": f"mel_{name}", "type": "frontend.mel", "params": {"preset": "vggish", **(mel or {})},
         "inputs": {"audio": f"source.{view}"}},
        {"id": name, "type": "model.cnn", "params": NETWORK, "inputs": {"features": f"mel_{name}"}},
    ]


def ensemble(kind, members=("cnn", "far", "level"), **params):
    """Give a graph of members over windows of different hops, and a combiner of them.

    The third member is a worse one: the scores of the first made flat.
    """
    return {
        "melgraph": 1,
        "source": {
            "close": {"sample_rate": 16000, "window": 0.975, "hop": 0.48},
            "sparse": {"sample_rate": 16000, "window": 0.975, "hop": 0.975, "tail": "pad"},
            "unused": {"sample_rate": 8000, "window": 1.0},
        },
        "nodes": [
            *member("cnn", "close"),
            *member("far", "sparse"),
            {"id": "level", "type": "post.temperature", "params": {"temperature": 5.0},
             "inputs": {"scores": "cnn"}},
            {"id": "other", "type": "post.mean", "inputs": {"values": "source.unused"}},
            {"id": "both", "type": f"combiner.{kind}", "params": params,
             "inputs": {"scores": list(members)}},
            {"id": "clip", "type": "aggregate.mean", "inputs": {"scores": "both"}},
            {"id": "table", "type": "sink.csv", "params": {"path": "results.csv"},
             "inputs": {"scores": "clip"}},
        ],
        "outputs": {"clip": "clip", "other": "other"},
    }


def read_tensors(path):
    """Read a safetensors file of F32 and F64 as ({name: (shape, numbers)}, metadata)."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, info in header.items():
        begin, end = info["data_offsets"]
        letter = {"F32": "f", "F64": "d"}[info["dtype"]]
        count = (end - begin) // struct.calcsize(letter)
        tensors[name] = (info["shape"],
                         struct.unpack(f"<{count}{letter}", data[8 + size + begin : 8 + size + end]))
    return tensors, metadata


def softmax(numbers):
    powers = [math.exp(number - max(numbers)) for number in numbers]
    return [power / sum(powers) for power in powers]


class Fit(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.examples = cls.shared_folder / "examples"
        maker = SOURCE / "framework" / "setup" / "make_example_sounds.py"
        subprocess.run([sys.executable, maker, cls.examples], check=True, stdout=subprocess.DEVNULL)
        cls.labels = {path.name: path.stem for path in sorted(cls.examples.glob("*.wav"))}
        # Not what the network expects: who is less sure of itself is then of use.
        cls.labels.update({"dog.wav": "sneezing", "sea_waves.wav": "clock_tick"})

    def write_truth(self, rows, header="file,label", name="truth.csv"):
        path = self.folder / name
        path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n")
        return path

    def fit(self, *arguments, code=0, truth=None, graph=None, out="w.safetensors", node="both",
            sounds=None):
        truth = truth or self.write_truth(self.labels.items())
        graph = graph or self.write_graph(ensemble("weighted", weights_file="w.safetensors"))
        return self.expect(code, "fit", graph, node, sounds or self.examples, "--truth", truth,
                           "-o", out, *arguments)

    def members(self, kind="mean", members=("cnn", "far", "level"), sounds=None):
        """Give what each member gives each window of each file, aligned, by another way: the parts
        of their mean, tapped."""
        graph = self.write_graph(ensemble("mean", members), "mean.json")
        self.expect(0, "run", graph, sounds or self.examples, "-o", "mean", "--overwrite",
                    "--tap", "both.contribution=parts", "-q")
        items = []
        paths = sorted((self.folder / "parts").glob("*.npy"))
        for path in paths:
            (windows, count, classes), values = read_npy(path)
            target = LABELS.index(self.labels[path.stem + ".wav"])
            for window in range(windows):
                begin = window * count * classes
                rows = [[count * v for v in values[begin + m * classes :][:classes]]
                        for m in range(count)]
                items.append((1 / (len(paths) * windows), target, rows))
        return items

    def test_weights_are_those_that_make_the_mixture_likeliest(self):
        report = json.loads(self.fit("--json").stdout)
        items = self.members()
        self.assertEqual(report["items"], len(items))
        self.assertEqual(report["files"], len(self.labels))
        self.assertEqual(report["classes"], LABELS)
        self.assertEqual([m["edge"] for m in report["members"]],
                         ["cnn.scores", "far.scores", "level.scores"])
        self.assertTrue(report["converged"])

        def loss(weights):
            return -sum(share * math.log(sum(w * row[target] for w, row in zip(weights, rows)))
                        for share, target, rows in items)

        tensors, _ = read_tensors(self.folder / "w.safetensors")
        shape, weights = tensors["weights"]
        self.assertEqual(shape, [3])
        self.assertAlmostEqual(sum(weights), 1, places=9)
        self.assertEqual([m["weight"] for m in report["members"]], list(weights))
        self.assertAlmostEqual(report["before"]["loss"], loss([1 / 3] * 3), places=4)
        self.assertAlmostEqual(report["after"]["loss"], loss(weights), places=4)
        self.assertLess(report["after"]["loss"], report["before"]["loss"] - 1e-3)
        self.assertGreater(sorted(weights)[1], 0.02, "only one member counts: this shows nothing")
        # Of the least value all derivatives of members with a weight are equal, others not better.
        gains = [sum(share * rows[m][target] / sum(w * row[target] for w, row in zip(weights, rows))
                     for share, target, rows in items) for m in range(3)]
        self.assertLess(max(gains), 1 + 1e-4)
        right = sum(share for share, target, rows in items if target == max(
            range(10), key=lambda c: sum(w * row[c] for w, row in zip(weights, rows))))
        self.assertAlmostEqual(report["after"]["accuracy"], right, places=6)

    def test_the_file_is_what_the_graph_reads(self):
        graph = self.write_graph(ensemble("weighted", weights_file="w.safetensors"))
        self.expect(4, "check", graph)
        text = self.fit(graph=graph).stdout
        for part in ("both (combiner.weighted), 3 members, 10 classes", "on the data fitted to",
                     "cnn.scores", "w.safetensors"):
            self.assertIn(part, text)
        self.assertEqual([path.name for path in self.folder.glob("w.*")], ["w.safetensors"])
        self.expect(0, "run", graph, self.examples, "-o", "out", "-q")
        self.assertEqual(len(read_csv(self.folder / "out" / "results.csv")), 5 * len(self.labels))

    def test_a_linear_layer_is_the_least_of_its_objective(self):
        graph = self.write_graph(ensemble("stack", ["cnn", "far"], weights="w.safetensors"))
        report = json.loads(self.fit("--json", "--l2", "1e-2", graph=graph).stdout)
        items = self.members(members=["cnn", "far"])
        tensors, metadata = read_tensors(self.folder / "w.safetensors")
        self.assertEqual(json.loads(metadata["labels"]), LABELS)
        (classes, width), weight = tensors["weight"]
        _, bias = tensors["bias"]
        self.assertEqual((classes, width), (10, 20))
        layer = [(*weight[c * width :][:width], bias[c]) for c in range(classes)]
        gradient = [[1e-2 * number for number in row] for row in layer]
        loss = 0
        for share, target, rows in items:
            inputs = [*rows[0], *rows[1], 1]
            scores = softmax([sum(w * x for w, x in zip(row, inputs)) for row in layer])
            loss -= share * math.log(scores[target])
            for c in range(classes):
                for d, x in enumerate(inputs):
                    gradient[c][d] += share * (scores[c] - (c == target)) * x
        self.assertAlmostEqual(report["after"]["loss"], loss, places=4)
        self.assertLess(max(abs(g) for row in gradient for g in row), 1e-5)
        self.assertLess(report["after"]["loss"], report["before"]["loss"])
        self.expect(0, "run", graph, self.examples, "-o", "out", "-q")
        # A stronger penalty makes smaller weights.
        strong = json.loads(
            self.fit("--json", "--l2", "1", "--overwrite", graph=graph).stdout)
        for one, other in zip(strong["members"], report["members"]):
            self.assertLess(one["norm"], other["norm"])

    def test_a_layer_gives_the_classes_of_its_labels_else_of_its_members(self):
        truth = self.write_truth((name, "loud" if name in ("chainsaw.wav", "rain.wav") else "soft")
                                 for name in self.labels)
        graph = self.write_graph(ensemble("stack", ["cnn", "far"], weights="w.safetensors"))
        result = self.fit(code=2, graph=graph, truth=truth)
        self.assertIn('is none of the 10 classes', result.stderr)
        graph = self.write_graph(ensemble("stack", ["cnn", "far"], weights="w.safetensors",
                                          labels=["soft", "loud"]))
        report = json.loads(self.fit("--json", graph=graph, truth=truth).stdout)
        self.assertEqual(report["classes"], ["soft", "loud"])
        self.assertIsNone(report["before"])
        self.assertGreater(report["after"]["accuracy"], 0.9)
        self.expect(0, "run", graph, self.examples, "-o", "out", "-q")
        labels = {row["label"] for row in read_csv(self.folder / "out" / "results.csv")}
        self.assertEqual(labels, {"soft", "loud"})

    def test_equal_scores_give_equal_bytes_whatever_the_jobs(self):
        # Batches of several windows round scores differently.
        graph = self.write_graph(ensemble("stack", weights="w.safetensors"))
        self.fit("--batch", "1", "--jobs", "1", graph=graph)
        first = (self.folder / "w.safetensors").read_bytes()
        self.fit("--batch", "1", "--jobs", "2", graph=graph, out="again.safetensors")
        self.assertEqual((self.folder / "again.safetensors").read_bytes(), first)

    def test_only_what_feeds_the_node_is_loaded(self):
        text = ensemble("weighted", weights_file="${file|made later}")
        text["nodes"][5] = {"id": "broken", "type": "model.unheard_of", "inputs": {"audio": "${x}"}}
        text["nodes"][1]["params"] = {**NETWORK, "labels": "${labels}"}
        del text["outputs"]["other"]
        graph = self.write_graph(text)
        labels = ["--set", f"labels={NETWORK['labels']}"]
        self.fit(*labels, "--set", "file=x", "--set", "x=cnn", graph=graph)
        result = self.fit(*labels, "--set", "lables=x", "--overwrite", graph=graph, code=2)
        self.assertIn("lables", result.stderr)

    def test_an_error_of_the_graph_names_its_line(self):
        graph = self.folder / "graph.json"
        text = json.dumps(ensemble("weighted", weights_file="w.safetensors"), indent=1)
        graph.write_text(text.replace('"preset": "vggish"', '"preset": "vgish"'))
        line = graph.read_text().split('"vgish"')[0].count("\n") + 1
        column = len(graph.read_text().split('"vgish"')[0].rsplit("\n", 1)[1]) + 1
        result = self.fit(code=4, graph=graph)
        self.assertIn(f"graph.json:{line}:{column}: error:", result.stderr)
        self.assertFalse((self.folder / "w.safetensors").exists())

    def test_nodes_that_cannot_be_fitted_are_refused_with_those_that_can(self):
        for node, message in (("clip", "combiner.stack, combiner.weighted"), ("bth", '"both"'),
                              ("table", "combiner.stack, combiner.weighted")):
            with self.subTest(node):
                self.assertIn(message, self.fit(code=2, node=node).stderr)
        bundle = GRAPHS / "bundles" / "esc10-cnn"
        self.assertIn("a bundle", self.fit(code=2, graph=bundle, node="clip").stderr)

    def test_members_that_do_not_fit_are_refused(self):
        for changes, code, message in (
            ({"members": ["cnn.logits", "far"]}, 2, "gives logits"),
            ({"kind": "stack", "activation": "sigmoid"}, 2, "sigmoid"),
            ({"members": ["cnn", "clip"]}, 4, "cycle"),
            ({"members": ["cnn", "per_clip"]}, 4, "but per_clip.scores one a clip"),
            ({"members": ["cnn", "best"]}, 2, "a score is negative or not finite"),
            ({"kind": "stack", "members": ["cnn", "best"]}, 2, "is not finite"),
        ):
            with self.subTest(changes):
                options = {"kind": "weighted", **changes}
                file = "weights" if options["kind"] == "stack" else "weights_file"
                graph = ensemble(**options, **{file: "w.safetensors"})
                graph["nodes"] += [
                    {"id": "per_clip", "type": "aggregate.mean", "inputs": {"scores": "cnn"}},
                    {"id": "best", "type": "post.top_k", "params": {"k": 1},
                     "inputs": {"scores": "cnn"}},
                ]
                graph = self.write_graph(graph)
                self.assertIn(message, self.fit(code=code, graph=graph).stderr)
        self.assertIn("--l2", self.fit("--l2", "1", code=2).stderr)
        stack = self.write_graph(ensemble("stack", weights="w.safetensors"))
        for wrong in ("0", "-1", "nan", "x"):
            self.assertIn("--l2", self.fit("--l2", wrong, code=2, graph=stack).stderr)

    def test_errors_of_the_table_name_file_and_line(self):
        rows = list(self.labels.items())
        wrong = (
            ([(name, "zog") for name, _ in rows], "file,label", "t.csv:2: \"zog\" is none of"),
            ([*rows[:-1], (rows[-1][0], "dgo")], "file,label", 'did you mean "dog"?'),
            ([*rows, rows[0]], "file,label", "is in line 2 already"),
            (rows[1:], "file,label", "--allow-missing"),
            ([("x.wav", "dog")], "file,label", "has a row for none of the inputs"),
            (rows, "name,label", 'no column "file"'),
            (rows, "file,class", 'no column "label"'),
            ([*rows, ("a.wav", "dog", "1")], "file,label", "t.csv:8: the row has 3 fields"),
            ([*rows, ("a.wav", "")], "file,label", "the row has no label"),
            ([*rows, ('"a.wav', "dog")], "file,label", "a quote is not closed"),
        )
        for table, header, message in wrong:
            with self.subTest(message):
                truth = self.write_truth(table, header, "t.csv")
                self.assertIn(message, self.fit(code=2, truth=truth).stderr)
        (self.folder / "empty.csv").write_text("")
        for name in ("empty.csv", "missing.csv"):
            self.assertIn(name, self.fit(code=2, truth=name).stderr)
        self.assertFalse((self.folder / "w.safetensors").exists())

    def test_one_row_for_two_inputs_is_refused(self):
        (self.folder / "other").mkdir()
        shutil.copy(self.examples / "dog.wav", self.folder / "other" / "dog.wav")
        sounds = self.folder / "list.txt"
        sounds.write_text(f"{self.examples / 'dog.wav'}\nother/dog.wav\n")
        result = self.fit(code=2, sounds=f"@{sounds}")
        self.assertIn("is the row of two inputs", result.stderr)
        truth = self.write_truth([("dog.wav", "dog"), ("other/dog.wav", "dog")])
        self.fit(sounds=f"@{sounds}", truth=truth)

    def test_tables_as_other_programs_write_them(self):
        rows = "".join(f'"{name}","a ""b"", {i}",{label}\r\n' for i, (name, label) in
                       enumerate(self.labels.items()))
        (self.folder / "t.csv").write_bytes(
            ("\ufefffilename,note,category\r\n" + rows + "\r\n").encode())
        self.fit("--file-column", "filename", "--label-column", "category", truth="t.csv")
        plain = json.loads(self.fit("--json", "--overwrite").stdout)
        self.assertEqual(plain["files"], len(self.labels))

    def test_files_without_a_class_can_be_left_out(self):
        truth = self.write_truth(list(self.labels.items())[:4])
        result = self.fit("--allow-missing", "--json", truth=truth)
        report = json.loads(result.stdout)
        self.assertEqual((report["files"], report["missing"]), (4, 2))
        self.assertIn("2 inputs without a true class", result.stderr)

    def test_failed_inputs_are_left_out_and_told(self):
        (self.folder / "bad.wav").write_text("no sound")
        truth = self.write_truth([*self.labels.items(), ("bad.wav", "dog")])
        sounds = self.folder / "list.txt"
        sounds.write_text(f"bad.wav\n{self.examples / 'dog.wav'}\n{self.examples / 'rain.wav'}\n")
        result = self.fit("--json", code=3, truth=truth, sounds=f"@{sounds}")
        report = json.loads(result.stdout)
        self.assertEqual((report["files"], report["failed"]), (2, 1))
        self.assertIn("bad.wav", result.stderr)
        self.fit("--overwrite", code=1, truth=truth, sounds="bad.wav")

    def test_an_existing_file_stays_unless_told(self):
        (self.folder / "w.safetensors").write_text("mine")
        self.assertIn("exists already", self.fit(code=2).stderr)
        self.assertEqual((self.folder / "w.safetensors").read_text(), "mine")
        self.fit("--overwrite")
        self.assertNotEqual((self.folder / "w.safetensors").read_bytes(), b"mine")
        self.assertIn("is a folder", self.fit(code=2, out=self.folder).stderr)
        self.assertIn("is no folder", self.fit(code=2, out="graph.json/w.safetensors").stderr)
        self.fit(out="new/folder/w.safetensors")
        self.assertTrue((self.folder / "new" / "folder" / "w.safetensors").exists())

    def test_clips_can_be_fitted_too(self):
        graph = ensemble("weighted", ["one", "two"], weights_file="w.safetensors")
        graph["nodes"] += [
            {"id": "one", "type": "aggregate.mean", "inputs": {"scores": "cnn"}},
            {"id": "two", "type": "aggregate.max", "inputs": {"scores": "far"}},
        ]
        report = json.loads(self.fit("--json", graph=self.write_graph(graph)).stdout)
        self.assertEqual((report["item"], report["items"]), ("clip", len(self.labels)))


class RealSounds(ProgramTest):
    """The shipped ensemble, its mean replaced by what is fitted to clips of ESC-10."""

    def setUp(self):
        super().setUp()
        folder = datasets()
        if folder is None or not list((folder / "esc10" / "audio").glob("*.ogg")):
            self.skipTest("there are no clips of ESC-10")
        (self.table,) = (folder / "esc10" / "meta").glob("*.csv")
        with open(self.table, newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["esc10"] == "True"]
        taken = [row["filename"] for row in rows[::20]]
        self.clips = [folder / "esc10" / "audio" / name for name in taken]

    def test_both_combiners_get_better_than_the_mean(self):
        for kind, param in (("weighted", "weights_file"), ("stack", "weights")):
            with self.subTest(kind):
                graph = json.loads((GRAPHS / "ensemble.json").read_text())
                for node in graph["nodes"]:
                    for key in ("path", "weights", "labels"):
                        value = node.get("params", {}).get(key, "")
                        if value.startswith("bundles/"):
                            node["params"][key] = str(GRAPHS / value)
                    if node["id"] == "both":
                        node.update(type=f"combiner.{kind}", params={param: f"{kind}.safetensors"})
                path = self.write_graph(graph)
                report = json.loads(self.expect(
                    0, "fit", path, "both", *self.clips, "--truth", self.table, "--file-column",
                    "filename", "--label-column", "category", "-o", f"{kind}.safetensors", "--json",
                ).stdout)
                self.assertEqual(report["files"], len(self.clips))
                self.assertLessEqual(report["after"]["loss"], report["before"]["loss"] + 1e-9)
                self.assertGreater(report["after"]["accuracy"], 0.5)
                self.expect(0, "run", path, self.clips[0], "-o", kind, "-q")


if __name__ == "__main__":
    unittest.main()
