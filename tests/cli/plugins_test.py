"""Plugin files that are wrong: each is one line, and the good ones beside them work."""

import json
import os
import shutil
import unittest

from program import (
    BAD_PLUGINS,
    ProgramTest,
    level_graph,
    obey_permissions,
    read_csv,
    sound,
    write_wav,
)

REASONS = {
    "bad_descriptor.so": 'parameter "n_fft" has a default that it does not allow',
    "crashes_in_constructor.so": "crashed when loaded (signal 11",
    "duplicate_in_library.so": "registers test.same twice",
    "exits_in_constructor.so": "ended the process when loaded (exit 3); it wrote: no dongle found",
    "hangs_in_constructor.so": "did not answer within",
    "missing_stamp.so": "not a Melgraph plugin",
    "missing_symbol.so": "missing symbol vendor::calibrate(",
    "second.so": "test.twice is in ",
    "throws_in_register.so": "no licence for test.throws",
    "wrong_libtorch.so": "built for LibTorch 2.10.0, this is 2.11.",
}


class BadPlugins(ProgramTest):
    """One folder of verdicts for all: the plugin that hangs is waited for once."""

    def setUp(self):
        super().setUp()
        self.path = sorted(folder for folder in BAD_PLUGINS.iterdir() if folder.is_dir())
        self.with_bad = self.environment(
            MELGRAPH_PLUGIN_PATH=os.pathsep.join(str(folder) for folder in self.path)
        )

    def test_each_bad_plugin_is_one_line_with_its_reason(self):
        result = self.expect(0, "plugins", "list", environment=self.with_bad)
        types, refused = result.stdout.split("\nrefused:\n")
        lines = {line.strip().split(": ")[0]: line for line in refused.splitlines()}
        self.assertEqual({os.path.basename(file) for file in lines}, set(REASONS))
        for file, line in lines.items():
            reason = REASONS[os.path.basename(file)]
            self.assertIn(reason, line.removeprefix(f"  {file}: "))
            self.assertTrue(line.isprintable(), line)
        self.assertEqual(len(refused.splitlines()), len(REASONS))
        for good in ("test.gain ", "test.noisy ", "test.twice ", "frontend.mel "):
            self.assertIn("\n" + good, types)

    def test_the_list_as_json_tells_the_same_of_every_file(self):
        result = self.expect(0, "plugins", "list", "--json", environment=self.with_bad)
        listed = json.loads(result.stdout)
        files = {os.path.basename(file["path"]): file for file in listed["files"]}
        for name, reason in REASONS.items():
            self.assertFalse(files[name]["accepted"], name)
            self.assertIn(reason, files[name]["reason"])
        for name in ("good_plugin.so", "noisy_plugin.so", "first.so", "frontends_spectral.so"):
            self.assertTrue(files[name]["accepted"], name)
            self.assertNotIn("reason", files[name])
        self.assertEqual(files["good_plugin.so"]["types"], [{"id": "test.gain"}])
        origin = {entry["id"]: entry["file"] for entry in listed["types"]}
        self.assertEqual(origin["test.gain"], files["good_plugin.so"]["path"])

    def test_verdicts_are_remembered_until_a_rescan(self):
        folder = self.folder / "plugins"
        folder.mkdir()
        shutil.copy(BAD_PLUGINS / "crashes_in_constructor" / "crashes_in_constructor.so", folder)
        arguments = ["plugins", "list", "--plugin-path", folder]
        self.assertNotIn("remembered", self.expect(0, *arguments).stdout)
        self.assertIn(
            "(remembered; `melgraph plugins list --rescan`", self.expect(0, *arguments).stdout
        )
        self.assertNotIn("remembered", self.expect(0, *arguments, "--rescan").stdout)

    def test_a_good_plugin_among_bad_ones_works_in_a_graph(self):
        write_wav(self.folder / "a.wav", sound(1, rate=8000), 8000)
        level = {}
        for gain in (1, -3):
            graph = level_graph()
            graph["nodes"][2]["inputs"]["scores"] = "louder"
            graph["nodes"].insert(
                2,
                {
                    "id": "louder", "type": "test.gain", "params": {"gain": gain},
                    "inputs": {"values": "level"},
                },
            )
            self.expect(
                0, "run", self.write_graph(graph), "a.wav", "--out", "out", "--overwrite",
                environment=self.with_bad,
            )
            (row,) = read_csv(self.folder / "out" / "results.csv")
            level[gain] = float(row["score"])
        self.assertNotEqual(level[1], 0)
        self.assertAlmostEqual(level[-3] / level[1], -3, places=4)

    def test_a_graph_that_needs_a_refused_plugin_says_why(self):
        graph = level_graph()
        graph["nodes"][0]["type"] = "test.throws"
        result = self.run_program(
            "run", self.write_graph(graph), "a.wav", environment=self.with_bad
        )
        self.assertIn(result.code, (4, 5), str(result))
        self.assertIn('"test.throws"', result.stderr)
        self.assertIn("throws_in_register.so", result.stderr)
        self.assertIn("no licence", result.stderr)

    def test_files_that_are_no_library_or_cannot_be_read(self):
        folder = self.folder / "plugins"
        folder.mkdir()
        (folder / "text.so").write_text("This is not a library.\n")
        (folder / "empty.so").write_bytes(b"")
        good = (BAD_PLUGINS / "good_plugin" / "good_plugin.so").read_bytes()
        # Within what is loaded: debug information would follow that.
        (folder / "cut.so").write_bytes(good[: min(len(good) // 3, 8192)])
        (folder / "good.so").write_bytes(good)
        (folder / "gone.so").symlink_to("nowhere.so")
        (folder / "folder.so").mkdir()
        (folder / "secret.so").write_bytes(good)
        (folder / "secret.so").chmod(0)
        result = self.expect(
            0, "plugins", "list", "--json", "--plugin-path", folder, preexec_fn=obey_permissions
        )
        files = {
            os.path.basename(file["path"]): file
            for file in json.loads(result.stdout)["files"]
            if file["path"].startswith(str(folder))
        }
        self.assertTrue(files["good.so"]["accepted"])
        for name in ("text.so", "empty.so", "cut.so", "gone.so", "folder.so", "secret.so"):
            with self.subTest(file=name):
                self.assertFalse(files[name]["accepted"])
                self.assertTrue(files[name]["reason"].isprintable())
        self.assertIn("not a shared library", files["text.so"]["reason"])
        if os.geteuid() != 0 or "ermission" in files["secret.so"]["reason"]:
            self.assertIn("Permission denied", files["secret.so"]["reason"])

    def test_a_plugin_folder_that_is_missing_is_a_warning(self):
        result = self.expect(0, "plugins", "list", "--plugin-path", "nowhere")
        self.assertIn("nowhere", result.stderr)
        self.assertIn("warning: ", result.stderr)

    def test_a_node_type_is_described_as_text_and_as_json(self):
        text = self.expect(0, "plugins", "info", "frontend.mel").stdout
        for word in ("n_fft", "vggish", "Hz", "inputs:", "outputs:"):
            self.assertIn(word, text)
        info = json.loads(self.expect(0, "plugins", "info", "frontend.mel", "--json").stdout)
        self.assertIn("vggish", [preset["name"] for preset in info["presets"]])
        missing = self.expect(5, "plugins", "info", "frontend.mell")
        self.assertIn('did you mean "frontend.mel"?', missing.stderr)


if __name__ == "__main__":
    unittest.main()
