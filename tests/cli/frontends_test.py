"""Presets of front ends: listed, shown, and compared with their golden vectors."""

import json
import re
import unittest

from program import BUILD, ProgramTest

GOLDENS = BUILD / "share" / "melgraph" / "frontends" / "goldens.json"


class Frontends(ProgramTest):
    def listed(self):
        return json.loads(self.expect(0, "frontends", "list", "--json").stdout)["presets"]

    def shown(self, name, *options):
        return json.loads(self.expect(0, "frontends", "show", name, "--json", *options).stdout)

    def write_goldens(self, change):
        """Write the golden vectors after `change` had them."""
        goldens = json.loads(GOLDENS.read_text())
        change(goldens)
        path = self.folder / "goldens.json"
        path.write_text(json.dumps(goldens))
        return path


class Listing(Frontends):
    def test_every_preset_of_the_plugins_is_listed_once(self):
        wanted = set()
        for node_type in ("frontend.mel", "frontend.mfcc"):
            info = json.loads(self.expect(0, "plugins", "info", node_type, "--json").stdout)
            wanted.update((node_type, preset["name"]) for preset in info["presets"])
        listed = self.listed()
        found = [(entry["type"], entry["preset"]) for entry in listed]
        self.assertEqual(len(found), len(set(found)))
        self.assertLessEqual(wanted, set(found))
        names = [entry["name"] for entry in listed]
        self.assertEqual(len(names), len(set(names)))

    def test_the_plain_name_of_two_presets_is_the_one_of_frontend_mel(self):
        types = {entry["name"]: entry["type"] for entry in self.listed()}
        self.assertEqual(types["librosa-default"], "frontend.mel")
        self.assertEqual(types["frontend.mfcc/librosa-default"], "frontend.mfcc")
        self.assertEqual(types["kaldi-mfcc-13"], "frontend.mfcc")
        self.assertNotIn("frontend.mel/librosa-default", types)

    def test_a_preset_is_listed_with_rate_shape_and_purpose(self):
        entries = {entry["name"]: entry for entry in self.listed()}
        vggish = entries["vggish"]
        self.assertEqual(vggish["sample_rate"], 16000)
        self.assertEqual(vggish["version"], 1)
        self.assertEqual(vggish["one_second"], {"patch": 1, "channel": 1, "time": 96, "mel": 64})
        self.assertEqual(
            entries["librosa-default"]["one_second"], {"channel": 1, "time": 44, "mel": 128}
        )
        for entry in entries.values():
            self.assertTrue(entry["doc"], entry)
            self.assertIsNotNone(entry["one_second"], entry)

    def test_the_table_has_a_line_a_preset_under_the_same_columns(self):
        lines = self.expect(0, "frontends", "list").stdout.splitlines()
        entries = self.listed()
        self.assertEqual(len(lines), len(entries) + 1)
        self.assertTrue(lines[0].startswith("preset "))
        column = lines[0].index("what it is")
        for line, entry in zip(lines[1:], entries):
            self.assertEqual(line.split()[:2], [entry["name"], entry["type"]])
            self.assertEqual(line[column:], entry["doc"])


class Showing(Frontends):
    def test_a_preset_is_shown_with_what_it_sets_beside_the_defaults(self):
        text = self.expect(0, "frontends", "show", "vggish").stdout
        self.assertRegex(text, r"\n  \* n_fft +512 samples +default 400\n")
        self.assertRegex(text, r"\n    dither +0\n")
        self.assertRegex(text, r"\nsample rate +16000 Hz\n")
        self.assertRegex(text, r"\nfingerprint +sha256:[0-9a-f]{64}")
        self.assertRegex(text, r"\ngolden +mix 10 s")
        self.assertIn("arXiv:1609.09430", text)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 110)

    def test_json_has_the_same(self):
        shown = self.shown("vggish")
        self.assertEqual(
            shown["params"]["n_fft"], {"value": 512, "default": 400, "set_by_preset": True}
        )
        self.assertFalse(shown["params"]["dither"]["set_by_preset"])
        self.assertEqual(shown["type"], "frontend.mel")
        self.assertTrue(shown["references"])
        self.assertEqual(shown["golden"][0]["tolerance"]["float32"]["absolute"], 1e-4)
        for key in ("resampler", "facts", "version", "semantic_version"):
            self.assertIn(key, shown)

    def test_full_names_name_the_same_preset(self):
        self.assertEqual(self.shown("frontend.mel/vggish"), self.shown("vggish"))
        self.assertEqual(self.shown("frontend.mfcc/librosa-default")["type"], "frontend.mfcc")
        self.assertEqual(self.shown("librosa-default")["type"], "frontend.mel")

    def test_fingerprints_of_published_presets_have_not_changed(self):
        for name, wanted in FINGERPRINTS.items():
            with self.subTest(name):
                self.assertEqual(self.shown(name)["fingerprint"].removeprefix("sha256:")[:16], wanted)

    def test_an_unknown_name_comes_with_what_may_be_meant(self):
        for command in ("show", "verify"):
            wrong = self.expect(2, "frontends", command, "vgish")
            self.assertIn('no front end preset "vgish"', wrong.stderr)
            self.assertIn('did you mean "vggish"?', wrong.stderr)
            self.assertEqual(wrong.stdout, "")
        wrong = self.expect(2, "frontends", "show", "frontend.mfc/librosa-default")
        self.assertIn('did you mean "frontend.mfcc/librosa-default"?', wrong.stderr)
        wrong = self.expect(2, "frontends", "show", "0123456789")
        self.assertIn("see: melgraph frontends list", wrong.stderr)
        self.expect(2, "frontends", "show")
        self.assertIn('did you mean "list"?', self.expect(2, "frontends", "lst").stderr)

    def test_help_has_defaults_and_an_example(self):
        for command in ("list", "show", "verify"):
            text = self.expect(0, "frontends", command, "--help").stdout
            self.assertIn(f"Example:\n  melgraph frontends {command}", text)
        self.assertIn("(default cpu)", text)


class Verifying(Frontends):
    def test_a_preset_is_verified_in_both_precisions(self):
        text = self.expect(0, "frontends", "verify", "vggish").stdout
        lines = text.splitlines()
        self.assertTrue(lines[0].startswith("preset "))
        for line in lines[1:7]:
            self.assertRegex(line, r"^vggish +cpu +float(32|64) +\d\.\de-\d+ .* ok +(mix|sine1k) ")
        self.assertRegex(lines[-1], r"^6 of 6 within tolerance; golden vectors made with numpy .*librosa ")

    def test_json_has_errors_and_tolerances(self):
        report = json.loads(
            self.expect(0, "frontends", "verify", "panns-16k", "--json").stdout
        )
        self.assertEqual(report["failed"], 0)
        self.assertEqual(report["device"], "cpu")
        self.assertEqual([v["precision"] for v in report["verdicts"]], ["float32", "float64"])
        for verdict in report["verdicts"]:
            self.assertTrue(verdict["ok"])
            for key in ("largest_error", "mean_error", "std_error"):
                self.assertLessEqual(verdict[key], verdict["tolerance"]["absolute"])
        single, double = (v["largest_error"] for v in report["verdicts"])
        self.assertLess(double, single)

    def test_a_resampler_is_verified_by_its_name(self):
        text = self.expect(0, "frontends", "verify", "soxr-hq").stdout
        self.assertRegex(text, r"\nresampler soxr-hq +cpu +float32 .* ok +mix 1 s, 44100 to 16000")

    def test_a_number_beyond_its_tolerance_fails(self):
        def change(goldens):
            (case,) = [case for case in goldens["cases"] if case["preset"] == "panns-16k"]
            case["probes"][3][1] += 0.01

        path = self.write_goldens(change)
        failed = self.expect(1, "frontends", "verify", "panns-16k", "--goldens", path)
        self.assertEqual(failed.stdout.count(" FAILED "), 2)
        self.assertIn("1.0e-02", failed.stdout)
        self.assertIn("\n0 of 2 within", failed.stdout)
        self.expect(0, "frontends", "verify", "panns-32k", "--goldens", path)

    def test_a_mean_a_shape_and_a_maximum_that_differ_fail_too(self):
        def changed(key, value):
            def change(goldens):
                (case,) = [case for case in goldens["cases"] if case["preset"] == "panns-16k"]
                case[key] = value(case[key])
            return self.write_goldens(change)

        for key, value in (("mean", lambda mean: mean + 0.01), ("max", lambda most: most + 0.01),
                           ("std", lambda std: std - 0.01)):
            with self.subTest(key):
                self.expect(1, "frontends", "verify", "panns-16k", "--goldens",
                            changed(key, value))
        path = changed("shape", lambda shape: [1, shape[1] + 1, shape[2]])
        failed = self.expect(1, "frontends", "verify", "panns-16k", "--goldens", path)
        self.assertIn("error: the shape is 1 x 1001 x 64 instead of 1 x 1002 x 64", failed.stdout)
        report = json.loads(self.expect(1, "frontends", "verify", "panns-16k", "--goldens", path,
                                        "--json").stdout)
        self.assertEqual(report["failed"], 2)
        self.assertIsNone(report["verdicts"][0]["largest_error"])
        self.assertIn("instead of", report["verdicts"][0]["problem"])

    def test_presets_without_golden_vectors_are_named(self):
        def change(goldens):
            goldens["cases"] = [case for case in goldens["cases"] if case["preset"] == "panns-16k"]
            goldens["resamplings"] = []

        path = self.write_goldens(change)
        text = self.expect(0, "frontends", "verify", "--goldens", path).stdout
        (line,) = re.findall(r"^no golden vectors: (.*)$", text, re.MULTILINE)
        self.assertIn("vggish", line.split(" "))
        self.assertNotIn("panns-16k", line.split(" "))
        text = self.expect(0, "frontends", "verify", "beats", "--goldens", path).stdout
        self.assertEqual(text.strip(), "no golden vectors: beats")
        text = self.expect(0, "frontends", "show", "beats", "--goldens", path).stdout
        self.assertRegex(text, r"\ngolden +no golden vectors\n")

    def test_golden_vectors_of_a_preset_that_is_not_installed_fail(self):
        def change(goldens):
            goldens["cases"] = goldens["cases"][:1]
            goldens["cases"][0]["preset"] = "vggish-9"
            goldens["resamplings"] = []

        failed = self.expect(1, "frontends", "verify", "--goldens", self.write_goldens(change))
        self.assertRegex(failed.stdout, r"\nfrontend.mel/vggish-9 +cpu .* FAILED ")
        self.assertIn("error: no installed plugin has this preset", failed.stdout)

    def test_golden_vectors_that_cannot_be_read_are_an_error(self):
        missing = self.expect(1, "frontends", "verify", "--goldens", "nowhere.json")
        self.assertIn("cannot read the golden vectors 'nowhere.json'", missing.stderr)
        for name, text, reason in (
            ("cut.json", GOLDENS.read_text()[:5000], "parse error"),
            ("schema.json", '{"schema": "melgraph.frontend-goldens/0"}', "its schema is not"),
            ("outside.json", GOLDENS.read_text().replace("[[0,0,0],", "[[0,99999,0],", 1),
             "a probe lies outside of its array"),
        ):
            with self.subTest(name):
                (self.folder / name).write_text(text)
                wrong = self.expect(1, "frontends", "verify", "--goldens", name)
                self.assertIn(reason, wrong.stderr)
                self.assertIn(name, wrong.stderr)

    def test_a_device_that_is_not_there_is_an_error_of_the_device(self):
        self.assertIn("cuda:77", self.expect(6, "frontends", "verify", "vggish", "--device",
                                             "cuda:77").stderr)
        self.expect(2, "frontends", "verify", "vggish", "--device", "gpu")


# They stand in bundles: a preset whose numbers change counts its version up, and is another one.
FINGERPRINTS = {
    "vggish": "c8c2b3dc0531b6e6",
    "yamnet": "8fc2f5fa04e1c1cf",
    "panns-32k": "feebe88421a7e3d3",
    "panns-16k": "8183c941e34cfa33",
    "kaldi-fbank-80": "49cf7f4deb12f3d2",
    "ast-audioset": "5eaa8800b32e36a2",
    "beats": "e56ec077108e16ce",
    "passt": "f9575c36ee0f5743",
    "ced-16k": "074c33f320ae3738",
    "whisper-80": "a00254e5d56a6789",
    "whisper-128": "435e29ce1cad2a87",
    "librosa-default": "eff4c2505cfdd7f4",
    "torchaudio-default": "5078ad392a167a41",
    "kaldi-mfcc-13": "c7c4f166289f8af9",
    "frontend.mfcc/librosa-default": "d1057427bb7b7091",
    "frontend.mfcc/torchaudio-default": "2ea800785b73fb9f",
}


if __name__ == "__main__":
    unittest.main()
