"""Every shipped graph: it is right, can be shown, and classifies a sound."""

import json
import os
import pathlib
import unittest

from program import GRAPHS, SOURCE, ProgramTest, read_lines, sound, write_wav


def shared_weights():
    """Give the folder of weights that do not come with Melgraph, or None."""
    named = os.environ.get("MELGRAPH_SHARED")
    folders = [pathlib.Path(named)] if named else [SOURCE / "shared", SOURCE.parent / "shared"]
    return next((folder / "weights" for folder in folders if (folder / "weights").is_dir()), None)


class Graphs(ProgramTest):
    def settings_of(self, graph):
        """Give the options that a graph cannot do without, or skip it."""
        needed = {"yamnet.json": "yamnet.safetensors"}.get(graph.name)
        if needed is None:
            return []
        folder = shared_weights()
        if folder is None or not (folder / needed).exists():
            self.skipTest(f"{needed} is missing; set MELGRAPH_SHARED")
        return ["--set", f"weights={folder / needed}"]

    def test_every_graph_is_right_can_be_shown_and_runs(self):
        write_wav(self.folder / "a.wav", sound(1))
        graphs = sorted(GRAPHS.glob("*.json"))
        self.assertIn("esc10.json", [graph.name for graph in graphs])
        for graph in graphs:
            with self.subTest(graph=graph.name):
                settings = self.settings_of(graph)
                checked = self.expect(0, "check", graph, *settings)
                self.assertTrue(checked.stdout.startswith(f"ok: {graph.stem}: "), str(checked))
                self.assertEqual(checked.stderr, "")

                shown = json.loads(self.expect(0, "show", graph, *settings).stdout)
                self.assertTrue(shown["nodes"])
                dot = self.expect(0, "show", graph, "--dot", *settings).stdout
                self.assertTrue(dot.startswith("digraph"), dot)
                for node in shown["nodes"]:
                    self.assertIn(node["id"], dot)

                out = self.folder / graph.stem
                self.expect(0, "run", graph, "a.wav", "--out", out, *settings)
                files = [file for file in out.rglob("*") if file.is_file()]
                self.assertTrue(files)
                for file in files:
                    self.assertNotEqual(file.suffix, ".part")
                    self.assertGreater(file.stat().st_size, 0, file)

    def test_a_bundle_folder_and_a_name_are_graphs_too(self):
        bundle = GRAPHS / "bundles" / "esc10-cnn"
        write_wav(self.folder / "a.wav", sound(1))
        wanted = self.expect(0, "run", GRAPHS / "esc10.json", "a.wav", "--out", "-")
        for graph in (bundle, "esc10", "esc10-cnn"):
            with self.subTest(graph=graph):
                result = self.expect(0, "run", graph, "a.wav", "--out", "-")
                self.check_same_results(read_lines(result.stdout), read_lines(wanted.stdout))

    def test_the_schema_is_json_and_knows_every_node_type(self):
        schema = json.loads(self.expect(0, "schema").stdout)
        self.assertEqual(schema["$schema"], "http://json-schema.org/draft-07/schema#")
        types = json.loads(self.expect(0, "plugins", "list", "--json").stdout)["types"]
        text = json.dumps(schema)
        for entry in types:
            self.assertIn(f'"{entry["id"]}"', text)


if __name__ == "__main__":
    unittest.main()
