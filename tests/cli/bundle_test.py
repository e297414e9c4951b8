"""`melgraph bundle` and bundles inside graphs: made, shown, verified, refused where they lie."""

import hashlib
import json
import os
import shutil
import unittest

from program import GRAPHS, LABELS, ProgramTest, level_graph, read_lines, sound, write_wav

ESC10 = GRAPHS / "bundles" / "esc10-cnn"


def level_with_output(**params):
    """Give a graph without a network that a bundle can be made of."""
    return {**level_graph(**params), "outputs": {"clip": "clip"}}


class Bundles(ProgramTest):
    def setUp(self):
        super().setUp()
        self.bundle = self.folder / "bundle"

    def copy(self):
        shutil.copytree(ESC10, self.bundle)
        return self.bundle

    def read(self, bundle=None):
        return json.loads(((bundle or self.bundle) / "bundle.json").read_text())

    def change(self, change, bundle=None):
        """Write the bundle's file after `change` had it."""
        document = self.read(bundle)
        change(document)
        ((bundle or self.bundle) / "bundle.json").write_text(json.dumps(document))

    def rehash(self, name):
        """Record the hash that a file has now."""
        digest = hashlib.sha256((self.bundle / name).read_bytes()).hexdigest()
        self.change(lambda document: document["bundle"]["files"].update({name: digest}))

    def create(self, graph, *options, code=0):
        write_wav(self.folder / "sound.wav", sound(3))
        return self.expect(
            code, "bundle", "create", graph, "--out", self.bundle,
            "--probe", self.folder / "sound.wav", *options,
        )

    def verify(self, code, *options):
        return self.expect(code, "bundle", "verify", self.bundle, *options)


class Shipped(Bundles):
    def test_the_default_bundle_is_as_it_says(self):
        for bundle in ("esc10-cnn", ESC10):
            result = self.expect(0, "bundle", "verify", bundle)
            self.assertTrue(result.stdout.endswith("ok: esc10-cnn\n"), str(result))
        verdict = json.loads(self.expect(0, "bundle", "verify", "esc10-cnn", "--json").stdout)
        self.assertEqual(verdict["status"], "ok")
        self.assertEqual(verdict["scores"], 10)
        self.assertLess(verdict["largest"]["difference"], verdict["tolerance"])

    def test_it_is_shown_without_opening_anything_else(self):
        self.copy()
        for file in self.bundle.iterdir():
            if file.name != "bundle.json":
                file.unlink()
        text = self.expect(0, "bundle", "show", self.bundle).stdout
        for word in ("esc10-cnn", "Apache-2.0", "Piczak", "mel", "accuracy 0.93", "rooster"):
            self.assertIn(word, text)
        shown = json.loads(self.expect(0, "bundle", "show", self.bundle, "--json").stdout)
        self.assertEqual(len(shown["files"]), 4)
        self.assertEqual(shown["front_ends"][0]["node"], "mel")

    def test_an_unknown_name_is_told_with_the_nearest(self):
        for command in ("show", "verify"):
            result = self.expect(4, "bundle", command, "esc10-cnm")
            self.assertIn('did you mean "esc10-cnn"?', result.stderr)


class Lies(Bundles):
    def setUp(self):
        super().setUp()
        self.copy()

    def test_a_changed_byte_of_the_weights_is_a_hash_mismatch(self):
        path = self.bundle / "esc10_cnn.safetensors"
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
        for arguments in (("bundle", "verify", self.bundle), ("check", self.bundle)):
            result = self.expect(4, *arguments)
            self.assertIn("hash mismatch: ", result.stderr)
            self.assertIn("esc10_cnn.safetensors", result.stderr)
            self.assertEqual(result.stdout, "")

    def test_another_preset_is_named_with_what_it_changes(self):
        def change(document):
            document["nodes"][0]["params"]["n_mels"] = 60

        def narrower(document):
            document["nodes"][0]["params"]["f_min"] = 100

        self.change(narrower)
        result = self.verify(4)
        self.assertIn(
            "another front end than esc10-cnn was trained with: params.f_min: trained with 125, "
            "the graph has 100", result.stderr,
        )
        self.change(change)
        self.assertIn("bundle.json:", self.verify(4).stderr)

    def test_each_score_beyond_the_tolerance_is_named(self):
        def change(document):
            scores = document["bundle"]["probe"]["scores"]
            scores["dog"], scores["rain"] = 0.5, 0.25

        self.change(change)
        result = self.verify(4, "--json")
        verdict = json.loads(result.stdout)
        self.assertEqual([d["class"] for d in verdict["differences"]], ["dog", "rain"])
        self.assertIn('class "dog": expected 0.5, found 0.0137', result.stderr)
        self.assertIn("above the tolerance 0.001", result.stderr)

    def test_classes_that_are_missing_or_strange_are_named(self):
        def change(document):
            scores = document["bundle"]["probe"]["scores"]
            scores["cat"] = scores.pop("dog")

        self.change(change)
        result = self.verify(4)
        self.assertIn('class "cat" of the probe is none of the output "clip"', result.stderr)
        self.assertIn('the probe has no score of class "dog"', result.stderr)

    def test_weights_that_are_not_numbers_are_refused(self):
        path = self.bundle / "esc10_cnn.safetensors"
        data = bytearray(path.read_bytes())
        data[-4:] = b"\x00\x00\xc0\x7f"  # NaN as float32
        path.write_bytes(data)
        self.rehash(path.name)
        result = self.verify(4)
        self.assertRegex(result.stderr, "not a finite number")

    def test_labels_of_another_number_than_the_network_has_are_refused(self):
        (self.bundle / "labels.txt").write_text("\n".join(LABELS[:9]) + "\n")
        self.rehash("labels.txt")
        result = self.verify(4)
        self.assertIn("9", result.stderr)
        self.assertIn("10", result.stderr)

    def test_a_bundle_without_a_probe_cannot_be_verified(self):
        self.change(lambda document: document["bundle"].pop("probe"))
        self.assertIn("the bundle has no probe", self.verify(4).stderr)
        self.expect(0, "check", self.bundle)

    def test_a_probe_or_weights_that_are_gone_are_named(self):
        (self.bundle / "probe.wav").unlink()
        self.assertIn("probe.wav: No such file", self.verify(4).stderr)
        self.rmtree_and_copy()
        (self.bundle / "esc10_cnn.safetensors").unlink()
        self.assertIn("esc10_cnn.safetensors", self.verify(4).stderr)

    def rmtree_and_copy(self):
        shutil.rmtree(self.bundle)
        self.copy()

    def test_no_path_leads_out_of_the_folder(self):
        secret = self.folder / "secret.txt"
        secret.write_text("\n".join(LABELS) + "\n")
        for path in ("../secret.txt", str(secret)):
            with self.subTest(path=path):
                self.change(lambda d, p=path: d["nodes"][1]["params"].update({"labels": p}))
                self.assertIn("leads out of the bundle's folder", self.verify(4).stderr)
        self.rmtree_and_copy()
        (self.bundle / "labels.txt").unlink()
        (self.bundle / "labels.txt").symlink_to(secret)
        result = self.verify(4)
        self.assertIn("leads out of the bundle's folder by a symbolic link", result.stderr)
        for name in ("../secret.txt", str(secret), "a/../../secret.txt", ""):
            with self.subTest(name=name):
                self.rmtree_and_copy()
                self.change(lambda d, n=name: d["bundle"]["files"].update({n: "0" * 64}))
                self.assertIn("a bundle names files of its own folder", self.verify(4).stderr)
        self.rmtree_and_copy()
        self.change(lambda d: d["bundle"]["probe"].update({"audio": "/dev/zero"}))
        self.assertIn("a bundle names files of its own folder", self.verify(4).stderr)

    def test_a_file_that_is_no_file_does_not_hang_the_program(self):
        (self.bundle / "card.md").unlink()
        os.mkfifo(self.bundle / "card.md")
        self.assertIn("card.md is no file", self.verify(4).stderr)

    def test_nothing_of_a_cut_file_is_believed(self):
        text = (self.bundle / "bundle.json").read_text()
        for length in (0, 1, len(text) // 3, len(text) // 2, len(text) - 3):
            with self.subTest(length=length):
                (self.bundle / "bundle.json").write_text(text[:length])
                for command in ("show", "verify"):
                    self.expect(4, "bundle", command, self.bundle)


class Creation(Bundles):
    def test_a_bundle_of_the_default_graph_gives_its_results(self):
        (self.folder / "card.md").write_text("A card.\n")
        (self.folder / "metrics.json").write_text('{"accuracy": 0.93}')
        made = self.create(
            GRAPHS / "esc10.json", "--licence", "Apache-2.0", "--citation", "Someone",
            "--card", self.folder / "card.md", "--metrics", self.folder / "metrics.json",
            "--name", "mine",
        )
        self.assertNotIn("warning", made.stderr)
        self.assertEqual(
            sorted(file.name for file in self.bundle.iterdir()),
            ["bundle.json", "card.md", "esc10_cnn.safetensors", "labels.txt", "probe.wav"],
        )
        document = self.read()
        part = document["bundle"]
        self.assertEqual(document["name"], "mine")
        self.assertEqual(document["nodes"][1]["params"]["weights"], "esc10_cnn.safetensors")
        self.assertEqual(part["licence"], "Apache-2.0")
        self.assertEqual(part["metrics"], {"accuracy": 0.93})
        self.assertEqual(part["probe"]["output"], "clip")
        self.assertEqual(list(part["probe"]["scores"]), LABELS)
        self.assertEqual(part["front_end"], self.read(ESC10)["bundle"]["front_end"])
        for name, digest in part["files"].items():
            data = (self.bundle / name).read_bytes()
            self.assertEqual(hashlib.sha256(data).hexdigest(), digest)
        self.assertTrue(self.verify(0).stdout.endswith("ok: mine\n"))
        run = ("sound.wav", "--out", "-", "-q")
        wanted = read_lines(self.expect(0, "run", GRAPHS / "esc10.json", *run).stdout)
        found = read_lines(self.expect(0, "run", self.bundle, *run).stdout)
        self.check_same_results(found, wanted)
        self.assertEqual([p for p in self.folder.iterdir() if p.name.startswith(".")], [])

    def test_without_a_licence_the_user_is_warned(self):
        self.assertIn("warning: the bundle says nothing of its licence",
                      self.create(self.write_graph(level_with_output())).stderr)

    def test_an_existing_folder_is_kept_unless_it_is_a_bundle_to_replace(self):
        graph = self.write_graph(level_with_output())
        self.bundle.mkdir()
        (self.bundle / "precious.txt").write_text("x")
        self.assertIn("exists already", self.create(graph, code=2).stderr)
        self.assertIn("is no bundle", self.create(graph, "--overwrite", code=2).stderr)
        self.assertEqual((self.bundle / "precious.txt").read_text(), "x")
        shutil.rmtree(self.bundle)
        self.create(graph)
        before = self.read()
        self.create(graph, "--overwrite", "--licence", "MIT")
        self.assertNotIn("licence", before["bundle"])
        self.assertEqual(self.read()["bundle"]["licence"], "MIT")

    def test_placeholders_become_the_values_given(self):
        graph = level_with_output(n_mels="${bands:20|mel bands}", window="${window:hann}")
        graph["source"]["audio"]["sample_rate"] = "${rate:8000}"
        graph["description"] = "level of ${rate:8000}, $${plain}"
        graph["outputs"] = {"clip": "${which:clip}"}
        self.create(self.write_graph(graph), "--set", "bands=24")
        document = self.read()
        self.assertEqual(document["nodes"][0]["params"]["n_mels"], 24)
        self.assertEqual(document["nodes"][0]["params"]["window"], "hann")
        self.assertEqual(document["source"]["audio"]["sample_rate"], 8000)
        self.assertEqual(document["outputs"], {"clip": "clip"})
        self.assertEqual(document["description"], "level of 8000, $${plain}")
        self.verify(0)

    def test_files_of_one_name_are_told_apart_and_equal_ones_are_one(self):
        weights = ESC10 / "esc10_cnn.safetensors"
        for name, labels in (("a", LABELS), ("b", [label + "_" for label in LABELS])):
            (self.folder / name).mkdir()
            (self.folder / name / "labels.txt").write_text("\n".join(labels) + "\n")
            shutil.copy(weights, self.folder / name / "bundle.json.safetensors")

        def member(name):
            return {"id": name, "type": "model.cnn", "inputs": {"features": "mel"}, "params": {
                "weights": f"{name}/bundle.json.safetensors", "labels": f"{name}/labels.txt"}}

        graph = {
            "melgraph": 1,
            "source": {"audio": {"sample_rate": 16000, "window": 0.975}},
            "nodes": [
                {"id": "mel", "type": "frontend.mel", "params": {"preset": "vggish"},
                 "inputs": {"audio": "source.audio"}},
                member("a"), member("b"),
            ],
            "outputs": {"a": "a", "b": "b"},
        }
        self.create(self.write_graph(graph))
        nodes = self.read()["nodes"]
        self.assertEqual(nodes[1]["params"]["weights"], nodes[2]["params"]["weights"])
        self.assertEqual(nodes[1]["params"]["labels"], "labels.txt")
        self.assertEqual(nodes[2]["params"]["labels"], "labels-2.txt")
        self.verify(0)

    def test_an_ensemble_has_several_front_ends_and_a_bundle_inside(self):
        self.create(GRAPHS / "ensemble.json", "--licence", "Apache-2.0")
        self.assertTrue((self.bundle / "esc" / "bundle.json").exists())
        self.assertIn("esc/bundle.json", self.read()["bundle"]["files"])
        self.verify(0)
        self.assertEqual(self.read()["bundle"]["front_end"]["node"], "mel")

        graph = json.loads((GRAPHS / "ensemble.json").read_text())
        graph["nodes"][0] = {
            "id": "esc", "type": "model.cnn", "inputs": {"features": "wide"},
            "params": graph["nodes"][2]["params"],
        }
        graph["nodes"][2]["params"] = dict(graph["nodes"][2]["params"])
        graph["nodes"].append({
            "id": "wide", "type": "frontend.mel", "params": {"preset": "vggish", "f_min": 100},
            "inputs": {"audio": "source.close"},
        })
        for name in ("esc10_cnn.safetensors", "labels.txt"):  # away from their own bundle.json
            shutil.copy(ESC10 / name, self.folder / name)
        for index in (0, 2):
            graph["nodes"][index]["params"] = {
                "weights": "esc10_cnn.safetensors", "labels": "labels.txt"}
        graph["nodes"][3]["inputs"]["scores"] = ["cnn", "esc"]
        graph["outputs"] = {"clip": "clip"}
        self.create(self.write_graph(graph), "--overwrite")
        front_ends = self.read()["bundle"]["front_end"]
        self.assertEqual(sorted(entry["node"] for entry in front_ends), ["mel", "wide"])
        self.verify(0)
        self.change(lambda d: d["nodes"][-1]["params"].update({"f_min": 90}))
        self.assertIn("params.f_min", self.verify(4).stderr)

    def test_a_failure_leaves_nothing_behind(self):
        graph = self.write_graph(level_with_output())
        (self.folder / "noise.wav").write_text("no sound")
        self.expect(1, "bundle", "create", graph, "--out", self.bundle,
                    "--probe", self.folder / "noise.wav")
        self.expect(1, "bundle", "create", graph, "--out", self.bundle,
                    "--probe", self.folder / "missing.wav")
        (self.folder / "metrics.json").write_text("[1]")
        self.assertIn("no JSON object of numbers", self.create(
            graph, "--metrics", self.folder / "metrics.json", code=2).stderr)
        self.assertIn('the graph has no output "windows"',
                      self.create(graph, "--output", "windows", code=4).stderr)
        names = {path.name for path in self.folder.iterdir()}
        self.assertEqual(names, {"graph.json", "noise.wav", "metrics.json", "sound.wav"})

    def test_foreign_code_needs_trust(self):
        (self.folder / "own.pt").write_bytes(b"no program")
        graph = level_with_output()
        graph["nodes"][1:] = [{
            "id": "code", "type": "model.torchscript",
            "params": {"file": "own.pt", "classes": 2}, "inputs": {"features": "mel"},
        }]
        graph["outputs"] = {"windows": "code"}
        result = self.create(self.write_graph(graph), code=2)
        self.assertIn("--trust-code", result.stderr)
        self.assertFalse(self.bundle.exists())

    def test_help_shows_an_example(self):
        for command in ((), ("show",), ("verify",), ("create",)):
            text = self.expect(0, "bundle", *command, "--help").stdout
            self.assertIn("Example:\n  melgraph bundle ", text)


class InAGraph(Bundles):
    def graph(self, **outputs):
        return self.write_graph({
            "melgraph": 1,
            "source": {"own": {"sample_rate": 16000, "window": 0.975, "hop": 0.48}},
            "nodes": [
                {"id": "one", "type": "bundle", "params": {"path": str(ESC10)}},
                {"id": "two", "type": "bundle", "params": {"path": "esc10-cnn"}},
                {"id": "lines", "type": "sink.json", "inputs": {"scores": "two.clip"}},
            ],
            "outputs": outputs or {"a": "one.clip", "b": "two"},
        })

    def test_it_is_shown_run_tapped_and_reported_with_its_nodes_computed_once(self):
        write_wav(self.folder / "a.wav", sound(1))
        graph = self.graph()
        shown = json.loads(self.expect(0, "show", graph).stdout)
        self.assertEqual([node["id"] for node in shown["nodes"]],
                         ["one/mel", "one/cnn", "one/level", "one/clip", "lines"])
        self.assertEqual(shown["same"]["two/mel"], "one/mel")
        report = self.folder / "report.json"
        result = self.expect(
            0, "run", graph, "a.wav", "--out", "out", "--report", report,
            "--tap", "two/mel=mel", "--tap", "one.clip=clip",
        )
        self.assertEqual(result.stdout, "")
        self.assertTrue((self.folder / "mel" / "a.npy").exists())
        self.assertTrue((self.folder / "clip" / "a.npy").exists())
        nodes = {n["id"]: n["items"] for n in json.loads(report.read_text())["nodes"]}
        self.assertEqual(nodes["one/mel"], nodes["one/cnn"])
        self.assertNotIn("two/mel", nodes)
        wanted = read_lines(self.expect(0, "run", ESC10, "a.wav", "--out", "-", "-q").stdout)
        lines = read_lines((self.folder / "out" / "results.ndjson").read_text())
        self.check_same_results(lines, wanted)

    def test_a_bundle_that_nothing_uses_is_a_warning(self):
        result = self.expect(0, "check", self.graph(b="two"))
        self.assertIn('warning: nothing uses bundle "one"', result.stderr)

    def test_a_tampered_one_is_refused_with_its_own_file_and_line(self):
        self.copy()
        self.change(lambda d: d["nodes"][0]["params"].update({"f_min": 100}))
        graph = self.write_graph({
            "melgraph": 1,
            "source": {"own": {"sample_rate": 16000, "window": 0.975}},
            "nodes": [{"id": "esc", "type": "bundle", "params": {"path": "bundle"}}],
            "outputs": {"a": "esc"},
        })
        result = self.expect(4, "check", graph)
        self.assertIn("bundle/bundle.json:1:", result.stderr)
        self.assertIn("params.f_min: trained with 125", result.stderr)


if __name__ == "__main__":
    unittest.main()
