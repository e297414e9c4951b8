"""Networks and ensembles of them, through the program: what is listed, shared and refused."""

import json
import os
import pathlib
import unittest

from program import GRAPHS, LABELS, SOURCE, ProgramTest, read_csv, read_lines, sound, write_wav


def datasets():
    """Give the folder of real sounds, or None."""
    named = os.environ.get("MELGRAPH_SHARED")
    folders = [pathlib.Path(named)] if named else [SOURCE / "shared", SOURCE.parent / "shared"]
    return next((folder / "datasets" for folder in folders if (folder / "datasets").is_dir()), None)


def network(name, feeds, **params):
    params = {"init": "authors", "labels": LABELS, **params}
    return {"id": name, "type": f"model.{name}", "params": params, "inputs": {"features": feeds}}


def front_end(name, view, **params):
    return {"id": name, "type": "frontend.mel", "params": params,
            "inputs": {"audio": f"source.{view}"}}


# Three networks on views of three rates and lengths, and two bundles of one network.
ENSEMBLE = {
    "melgraph": 1,
    "source": {
        "speech": {"sample_rate": 16000, "window": 0.975, "hop": 0.48},
        "middle": {"sample_rate": 22050, "window": 2.0, "tail": "pad"},
        "full": {"sample_rate": 44100, "window": 5.0, "tail": "pad"},
    },
    "nodes": [
        front_end("patch", "speech", preset="vggish"),
        front_end("image", "full", preset="palanisamy-esc50"),
        front_end("mel", "middle", preset="librosa-default"),
        network("mobilenet_v2", "patch"),
        network("mobilenet_v3_small", "mel"),
        network("resnet18", "image", layers=["layer2"]),
        {"id": "one", "type": "bundle", "params": {"path": "bundles/esc10-cnn"}},
        {"id": "two", "type": "bundle", "params": {"path": "bundles/esc10-cnn"}},
        {"id": "all", "type": "combiner.mean",
         "inputs": {"scores": ["one", "two", "mobilenet_v2", "mobilenet_v3_small", "resnet18"]}},
        {"id": "clip", "type": "aggregate.mean", "inputs": {"scores": "all"}},
        {"id": "table", "type": "sink.csv", "params": {"path": "results.csv"},
         "inputs": {"scores": "clip"}},
    ],
    "outputs": {"windows": "all", "clip": "clip"},
}


class Ensembles(ProgramTest):
    def sounds(self):
        """Give a few clips of ESC-10, or sounds of our own where it is not there."""
        folder = datasets()
        clips = sorted((folder / "esc10" / "audio").glob("*"))[::50] if folder else []
        if clips:
            return clips
        write_wav(self.folder / "a.wav", sound(1, seconds=5.0, rate=44100), rate=44100)
        return [self.folder / "a.wav"]

    def write_ensemble(self):
        graph = json.loads(json.dumps(ENSEMBLE))
        for node in graph["nodes"]:
            if node["type"] == "bundle":
                node["params"]["path"] = str(GRAPHS / node["params"]["path"])
        return self.write_graph(graph)

    def test_decode_each_file_once_and_compute_each_front_end_once(self):
        clips = self.sounds()
        self.expect(0, "run", self.write_ensemble(), *clips, "-o", "out", "--report", "r.json")
        report = json.loads((self.folder / "r.json").read_text())
        self.assertEqual(report["decodes"], len(clips))
        nodes = {node["id"]: node for node in report["nodes"]}
        front_ends = [name for name in nodes if nodes[name]["type"] == "frontend.mel"]
        # Both bundles and the first network take the features of one and the same node.
        self.assertEqual(len(front_ends), 3, front_ends)
        self.assertFalse([name for name in nodes if name.startswith("two/")])
        for name in ("mobilenet_v2", "resnet18", "mobilenet_v3_small"):
            self.assertGreater(nodes[name]["items"], 0)
            self.assertEqual(nodes[name]["precision"], "f32")
        rows = read_csv(self.folder / "out" / "results.csv")
        self.assertEqual({row["file"] for row in rows}, {str(clip) for clip in clips})
        for row in rows:
            self.assertEqual(row["status"], "ok")

    def test_the_quickest_precision_that_passes_is_told(self):
        write_wav(self.folder / "a.wav", sound(1, seconds=2.0))
        graph = {"melgraph": 1,
                 "source": {"audio": {"sample_rate": 16000, "window": 0.975}},
                 "nodes": [front_end("mel", "audio", preset="vggish"),
                           network("mobilenet_v2", "mel")],
                 "outputs": {"windows": "mobilenet_v2"}}
        path = self.write_graph(graph)
        run = ("run", path, "a.wav", "-o", "-")
        exact = read_lines(self.expect(0, *run).stdout)
        quick = read_lines(
            self.expect(0, *run, "--precision", "fast", "--report", "r.json").stdout)
        node = next(node for node in json.loads((self.folder / "r.json").read_text())["nodes"]
                    if node["id"] == "mobilenet_v2")
        self.assertIn(node["precision"], ("bf16", "f32"))
        self.assertTrue(node["note"])
        for wanted, found in zip(exact, quick, strict=True):
            scores = {entry["label"]: entry["score"] for entry in found["scores"]}
            for entry in wanted["scores"]:
                self.assertAlmostEqual(scores[entry["label"]], entry["score"], delta=0.02)

    def test_what_does_not_fit_is_told_before_anything_runs(self):
        weights = GRAPHS / "bundles" / "esc10-cnn" / "esc10_cnn.safetensors"
        graph = {"melgraph": 1,
                 "source": {"audio": {"sample_rate": 16000, "window": 0.975}},
                 "nodes": [front_end("mel", "audio", preset="vggish"),
                           network("resnet18", "mel", weights=str(weights), cut_at="layer9")],
                 "outputs": {"embedding": "resnet18.embedding"}}
        message = self.expect(4, "check", self.write_graph(graph)).stderr
        self.assertIn('the network has no layer "layer9"', message)
        self.assertIn("did you mean", message)
        graph["nodes"][1]["params"]["cut_at"] = "layer2"
        message = self.expect(4, "check", self.write_graph(graph)).stderr
        self.assertIn("missing in the file", message)
        self.assertIn("conv1.weight [64, 1, 7, 7]", message)
        self.assertIn("not in the network", message)


class Models(ProgramTest):
    def test_are_listed_with_their_size(self):
        models = {model["id"]: model
                  for model in json.loads(self.expect(0, "models", "list", "--json").stdout)}
        self.assertEqual(models["model.resnet50"]["parameters"], 25557032)
        self.assertEqual(models["model.resnet50"]["input"], [3, 224, 224])
        # torchvision documents 4.089 G multiply-adds.
        self.assertAlmostEqual(models["model.resnet50"]["operations"] / 2e9, 4.089, delta=0.001)
        self.assertIn("model.panns_cnn14", models)
        text = self.expect(0, "models", "list").stdout
        self.assertIn("model.resnet50", text)
        self.assertIn("25.56 M", text)

    def test_show_names_their_layers(self):
        shown = json.loads(self.expect(0, "models", "show", "resnet50", "--json").stdout)
        self.assertIn("layer3", shown["layers"])
        self.assertIn("layer3", self.expect(0, "models", "show", "model.resnet50").stdout)
        unknown = self.expect(2, "models", "show", "resnet51")
        self.assertIn("did you mean", unknown.stderr)


if __name__ == "__main__":
    unittest.main()
