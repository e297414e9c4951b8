"""`melgraph run`: where results go, how inputs are named, what is refused, what is reported."""

import json
import unittest

from program import (
    GRAPHS,
    LABELS,
    ProgramTest,
    level_graph,
    read_csv,
    read_lines,
    sound,
    write_wav,
)


class Run(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sounds = cls.shared_folder / "sounds"
        cls.sounds.mkdir()
        for i, seconds in enumerate((2, 1, 3.3, 0.5, 2.6, 1.5)):
            write_wav(cls.sounds / f"{i}.wav", sound(i, seconds))

    def files_of(self, result):
        return [line["file"] for line in read_lines(result.stdout)]


class Results(Run):
    def test_existing_results_stop_the_run_before_any_work(self):
        out = self.folder / "out"
        self.expect(0, "run", "esc10", self.sounds / "0.wav", "--out", out)
        before = {file.name: file.read_bytes() for file in out.iterdir()}
        self.assertEqual(sorted(before), ["results.csv", "results.ndjson"])

        refused = self.expect(
            2, "run", "esc10", self.sounds / "1.wav", "--out", out, "--log-format", "json", "-v"
        )

        self.assertEqual({file.name: file.read_bytes() for file in out.iterdir()}, before)
        messages = read_lines(refused.stderr)
        self.assertIn("results exist already", messages[-1]["message"])
        self.assertIn("--overwrite", messages[-1]["hint"])
        self.assertFalse([message for message in messages if message.get("event")])

        self.expect(0, "run", "esc10", self.sounds / "1.wav", "--out", out, "--overwrite")
        files = {row["file"] for row in read_csv(out / "results.csv")}
        self.assertEqual(files, {str(self.sounds / "1.wav")})

    def test_dash_writes_json_lines_to_stdout_and_no_file(self):
        result = self.expect(0, "run", "esc10", self.sounds, "--out", "-")
        lines = read_lines(result.stdout)
        self.assertEqual(
            [line["file"] for line in lines], [str(self.sounds / f"{i}.wav") for i in range(6)]
        )
        for line in lines:
            self.assertEqual(line["schema"], "melgraph.result/1")
            self.assertEqual(line["status"], "ok")
            self.assertCountEqual([entry["label"] for entry in line["scores"]], LABELS)
            self.assertAlmostEqual(sum(entry["score"] for entry in line["scores"]), 1, places=4)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_the_two_sinks_tell_the_same(self):
        self.expect(0, "run", "esc10", self.sounds, "--out", "out")
        table = read_csv(self.folder / "out" / "results.csv")
        lines = read_lines((self.folder / "out" / "results.ndjson").read_text())
        told = [
            (line["file"], rank, entry["label"], f"{entry['score']:.6g}")
            for line in lines
            for rank, entry in enumerate(line["scores"][:5], 1)
        ]
        self.assertEqual(
            [(row["file"], int(row["rank"]), row["label"], row["score"]) for row in table], told
        )

    def test_without_a_terminal_stdout_is_empty_and_a_table_comes_when_asked_for(self):
        quiet = self.expect(0, "run", "esc10", self.sounds, "--out", "out")
        self.assertEqual(quiet.stdout, "")
        asked = self.expect(
            0, "run", "esc10", self.sounds, "--out", "out", "--overwrite", "--table", "always"
        )
        self.assertEqual(len(asked.stdout.splitlines()), 7)
        self.assertNotIn("\033", asked.stdout)

    def test_batches_and_jobs_change_neither_order_nor_scores(self):
        runs = {}
        for batch in (1, 7, 64):
            for jobs in (1, 2):
                result = self.expect(
                    0, "run", "esc10", self.sounds, "--out", "-", "--batch", batch, "--jobs", jobs
                )
                runs[batch, jobs] = read_lines(result.stdout)
        first = runs[1, 1]
        self.assertEqual(len(first), 6)
        for setting, lines in runs.items():
            with self.subTest(batch=setting[0], jobs=setting[1]):
                self.check_same_results(lines, first)

    def test_the_report_has_figures_of_the_run_and_of_each_node(self):
        result = self.expect(
            0, "run", "esc10", self.sounds, "--out", "out", "--report", "report.json"
        )
        self.assertEqual(result.stdout, "")
        report = json.loads((self.folder / "report.json").read_text())
        self.assertEqual(report["schema"], "melgraph.report/1")
        self.assertEqual((report["files"], report["failed"]), (6, 0))
        self.assertFalse(report["interrupted"])
        self.assertAlmostEqual(report["audio_seconds"], 10.9, places=6)
        # Windows of 0.975 s every 0.48 s, what is left over dropped; a short file gives one.
        self.assertEqual(report["windows"], 3 + 1 + 5 + 1 + 4 + 2)
        nodes = {node["id"]: node for node in report["nodes"]}
        self.assertEqual(list(nodes), ["mel", "cnn", "level", "clip"])
        for name in ("mel", "cnn", "level"):
            self.assertEqual(nodes[name]["items"], report["windows"])
        self.assertEqual(nodes["cnn"]["type"], "model.cnn")
        for node in nodes.values():
            self.assertEqual(node["device"], "cpu")
            self.assertGreater(node["seconds"], 0)
            self.assertGreater(node["batches"], 0)
        self.assertEqual(set(report["stages"]), {"decode", "convert", "compute", "write"})

    def test_json_messages_tell_the_events_of_a_run(self):
        result = self.expect(
            3, "run", "esc10", self.sounds / "0.wav", "missing.wav", "--out", "-", "--log-format",
            "json", "--verbose",
        )
        messages = read_lines(result.stderr)
        for message in messages:
            self.assertIn(message["level"], {"debug", "info", "warning", "error"})
            self.assertTrue(message["message"])
        events = {(message["event"], message["file"]) for message in messages if "event" in message}
        good = str(self.sounds / "0.wav")
        self.assertLessEqual(
            {("started", good), ("finished", good), ("failed", "missing.wav")}, events
        )

    def test_a_resampler_that_is_not_the_presets_is_one_warning_in_a_run(self):
        graph = {
            "melgraph": 1,
            "source": {"audio": {"sample_rate": 16000, "window": 0.975, "resampler": "soxr-hq"}},
            "nodes": [
                {
                    "id": "mel",
                    "type": "frontend.mel",
                    "params": {"preset": "vggish"},
                    "inputs": {"audio": "source.audio"},
                }
            ],
            "outputs": {"mel": "mel"},
        }
        files = [
            write_wav(self.folder / f"{i}.wav", sound(i, 1.0, 44100), 44100) for i in range(3)
        ]
        arguments = ("run", self.write_graph(graph), *files, "--out", "-", "--log-format", "json")
        warnings = [
            message["message"]
            for message in read_lines(self.expect(0, *arguments).stderr)
            if message["level"] == "warning"
        ]
        self.assertEqual(len(warnings), 1, warnings)
        for word in ("\"mel\"", "vggish", "kaiser-best", "soxr-hq", "44100 Hz"):
            self.assertIn(word, warnings[0])

    def test_quiet_shows_errors_only(self):
        result = self.expect(
            3, "run", "esc10", self.sounds / "0.wav", "missing.wav", "--out", "-", "--quiet"
        )
        self.assertEqual(result.stderr.splitlines(), ["error: no such file: 'missing.wav'"])


class Inputs(Run):
    def test_a_list_on_stdin(self):
        names = [str(self.sounds / name) for name in ("4.wav", "1.wav")]
        result = self.expect(
            0, "run", "esc10", "-", "--out", "-", stdin="\n".join(names) + "\n"
        )
        self.assertEqual(self.files_of(result), names)

    def test_a_list_in_a_file(self):
        names = [str(self.sounds / name) for name in ("5.wav", "0.wav", "5.wav")]
        (self.folder / "list.txt").write_text("\n".join(names))
        result = self.expect(0, "run", "esc10", "@list.txt", "--out", "-")
        self.assertEqual(self.files_of(result), names)

    def test_a_pattern(self):
        result = self.expect(0, "run", "esc10", self.sounds / "[0-2].wav", "--out", "-")
        self.assertEqual(
            self.files_of(result), [str(self.sounds / f"{i}.wav") for i in range(3)]
        )

    def test_nothing_to_read_is_a_mistake_of_usage(self):
        (self.folder / "empty").mkdir()
        for given in ("nothing*.wav", "empty", "@missing.txt"):
            with self.subTest(given=given):
                result = self.expect(2, "run", "esc10", given, "--out", "-")
                self.assertEqual(result.stdout, "")
                self.assertIn(given.lstrip("@"), result.stderr)


class Refusals(Run):
    def refuse(self, code, *arguments, says):
        result = self.expect(code, *arguments)
        self.assertEqual(result.stdout, "")
        for words in says:
            self.assertIn(words, result.stderr, str(result))
        return result

    def test_misspelt_options_and_commands_are_answered_with_the_right_one(self):
        self.refuse(2, "run", "esc10", "a.wav", "--bach", "3", says=["--bach", "mean --batch?"])
        self.refuse(2, "rum", says=['"rum"', 'mean "run"?'])
        self.refuse(2, "plugins", "lst", says=['"lst"', 'mean "list"?'])
        self.refuse(2, says=["hint:"])

    def test_values_out_of_range_are_refused(self):
        for option, value in (
            ("--batch", "-1"), ("--jobs", "-1"), ("--threads", "two"), ("--precision", "f8"),
            ("--table", "some"), ("--device", "gpu"), ("--set", "nothing"), ("--set", "nope=1"),
        ):
            with self.subTest(option=option):
                self.refuse(
                    2, "run", "esc10", self.sounds / "0.wav", "--out", "-", f"{option}={value}",
                    says=[value.split("=")[0]],
                )

    def test_an_unknown_graph_is_answered_with_a_near_name(self):
        self.refuse(4, "run", "esc11", self.sounds, says=['"esc11"', 'mean "esc10"?'])
        self.refuse(4, "check", "missing.json", says=['"missing.json"'])

    def test_an_unknown_node_type_is_shown_where_it_stands(self):
        graph = level_graph()
        graph["nodes"][0]["type"] = "frontend.mell"
        path = self.write_graph(graph)
        path.write_text(json.dumps(graph, indent=1))
        line = next(
            i for i, text in enumerate(path.read_text().splitlines(), 1) if "frontend.mell" in text
        )
        for command in (["check", "graph.json"], ["run", "graph.json", self.sounds]):
            self.refuse(
                4, *command,
                says=[
                    f"graph.json:{line}:", 'error: unknown node type "frontend.mell"',
                    "(at /nodes/0/type)", 'did you mean "frontend.mel"?',
                ],
            )

    def test_everything_wrong_is_said_at_once(self):
        graph = level_graph(n_mels=-4, hop_lenght=80)
        graph["nodes"][3]["inputs"]["scores"] = "clap"
        result = self.refuse(
            4, "check", self.write_graph(graph), "--log-format", "json", says=["hop_length"]
        )
        pointers = {message["pointer"] for message in read_lines(result.stderr)}
        self.assertIn("/nodes/0/params/n_mels", pointers)
        self.assertIn("/nodes/0/params/hop_lenght", pointers)
        self.assertIn("/nodes/3/inputs/scores", pointers)

    def test_a_device_that_is_missing_is_an_error_with_its_reason(self):
        version = json.loads(self.expect(0, "version", "--json").stdout)
        if version["cuda"]["available"]:
            self.refuse(
                6, "run", "esc10", self.sounds, "--device", "cuda:99", says=["cuda:99"]
            )
        else:
            result = self.refuse(
                6, "run", "esc10", self.sounds, "--device", "cuda", says=['"cuda"', "hint:"]
            )
            self.assertIn(version["cuda"]["reason"].split(" (")[0], result.stderr)

    def test_a_damaged_weights_file_stops_the_run(self):
        text = (GRAPHS / "esc10.json").read_text()
        bundle = GRAPHS / "bundles" / "esc10-cnn"
        weights = (bundle / "esc10_cnn.safetensors").read_bytes()
        (self.folder / "cut.safetensors").write_bytes(weights[: len(weights) // 2])
        text = text.replace("bundles/esc10-cnn/esc10_cnn.safetensors", "cut.safetensors")
        text = text.replace("bundles/esc10-cnn/labels.txt", str(bundle / "labels.txt"))
        (self.folder / "cut.json").write_text(text)
        self.refuse(4, "run", "cut.json", self.sounds, says=["cut.safetensors"])


if __name__ == "__main__":
    unittest.main()
