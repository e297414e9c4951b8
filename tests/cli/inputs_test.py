"""Inputs that are wrong: each gives one row, and the others are classified all the same."""

import array
import subprocess
import unittest

from program import (
    LABELS,
    ProgramTest,
    level_graph,
    obey_permissions,
    read_csv,
    sound,
    wav_header,
    write_wav,
)

class Inputs(ProgramTest):
    def rows_of(self, code, *inputs, **options):
        """Classify the inputs; give the rows of the table by file, in their order."""
        self.result = self.expect(
            code, "run", "esc10", *inputs, "--out", "out", "--overwrite", **options
        )
        rows = {}
        for row in read_csv(self.folder / "out" / "results.csv"):
            rows.setdefault(row["file"], []).append(row)
        return rows

    def check_good(self, rows):
        self.assertEqual([row["rank"] for row in rows], ["1", "2", "3", "4", "5"])
        for row in rows:
            self.assertEqual((row["status"], row["error"]), ("ok", ""))
            self.assertIn(row["label"], LABELS)
        scores = [float(row["score"]) for row in rows]
        self.assertEqual(scores, sorted(scores, reverse=True))
        self.assertTrue(0 < sum(scores) <= 1.00001, scores)

    def check_failed(self, rows, *words):
        self.assertEqual(len(rows), 1, rows)
        (row,) = rows
        self.assertEqual(row["status"], "error")
        for empty in ("start", "end", "rank", "label", "score"):
            self.assertEqual(row[empty], "", row)
        for word in words:
            self.assertIn(word, row["error"])
        self.assertNotIn("\n", row["error"])
        self.assertIn(row["error"], self.result.stderr)

    def test_bad_files_among_good_ones_give_one_row_each_in_the_order_given(self):
        folder = self.folder
        good = [write_wav(folder / f"good{i}.wav", sound(i)).name for i in range(3)]
        whole = (folder / "good0.wav").read_bytes()
        (folder / "truncated.wav").write_bytes(whole[: len(whole) // 2])
        (folder / "text.wav").write_text("This is not a sound.\n")
        (folder / "empty.wav").write_bytes(b"")
        (folder / "header.wav").write_bytes(whole[:20])
        write_wav(folder / "silent.wav", [])
        write_wav(folder / "tenth.wav", sound(4, 0.1))
        inputs = [
            "text.wav", good[0], "truncated.wav", "empty.wav", "silent.wav", good[1], "tenth.wav",
            "missing.wav", "header.wav", good[2],
        ]

        rows = self.rows_of(3, *inputs)

        self.assertEqual(list(rows), inputs)
        for name in [*good, "truncated.wav", "tenth.wav"]:
            self.check_good(rows[name])
        self.check_failed(rows["text.wav"], "not an audio file", "text")
        self.check_failed(rows["empty.wav"], "empty")
        self.check_failed(rows["silent.wav"], "no sound")
        self.check_failed(rows["missing.wav"], "no such file")
        self.check_failed(rows["header.wav"])
        # What there is of a truncated file counts, with a warning; 0.1 s fill one window.
        self.assertIn("truncated.wav: truncated", self.result.stderr)
        self.assertEqual(rows["truncated.wav"][0]["end"], "0.975")
        self.assertEqual(rows["tenth.wav"][0]["end"], "0.1")
        self.assertIn("5 of 10 files done, 5 failed", self.result.stderr)

    def test_a_folder_is_searched_and_sorted_and_its_bad_files_are_rows(self):
        sounds = self.folder / "sounds"
        (sounds / "deep").mkdir(parents=True)
        for name in ("b.wav", "deep/a.wav", "a.wav"):
            write_wav(sounds / name, sound(1))
        (sounds / "c.wav").write_text("no sound\n")
        (sounds / "notes.txt").write_text("not looked at\n")
        rows = self.rows_of(3, "sounds")
        self.assertEqual(
            list(rows), ["sounds/a.wav", "sounds/b.wav", "sounds/c.wav", "sounds/deep/a.wav"]
        )
        self.check_failed(rows["sounds/c.wav"], "not an audio file")

    def test_a_file_without_permission_is_a_row(self):
        secret = write_wav(self.folder / "secret.wav", sound(1))
        secret.chmod(0)
        write_wav(self.folder / "open.wav", sound(2))
        readable = subprocess.run(
            ["cat", secret], capture_output=True, preexec_fn=obey_permissions, check=False
        )
        if readable.returncode == 0:
            self.skipTest("this system reads files whatever their permissions")
        rows = self.rows_of(3, "secret.wav", "open.wav", preexec_fn=obey_permissions)
        self.check_failed(rows["secret.wav"], "Permission denied")
        self.check_good(rows["open.wav"])

    def test_samples_that_are_not_numbers_are_a_row(self):
        for name, value in (("nan.wav", float("nan")), ("inf.wav", float("inf"))):
            samples = array.array("f", [0.1] * 32000)
            samples[20777] = value
            data = samples.tobytes()
            (self.folder / name).write_bytes(wav_header(16000, 32, len(data), True) + data)
        write_wav(self.folder / "good.wav", sound(1))
        rows = self.rows_of(3, "nan.wav", "inf.wav", "good.wav")
        self.check_failed(rows["nan.wav"], "sample 20777 is not a finite number")
        self.check_failed(rows["inf.wav"], "sample 20777 is not a finite number")
        self.check_good(rows["good.wav"])

    def test_names_with_commas_quotes_and_other_scripts_come_back_whole(self):
        names = ['a, "b".wav', "Vögel 鳥.wav", " lead.wav"]
        for name in names:
            write_wav(self.folder / name, sound(1))
        self.assertEqual(list(self.rows_of(0, *names)), names)

    def test_two_hours_take_no_more_memory_than_two_seconds(self):
        rate, seconds = 8000, 7200
        size = 2 * rate * seconds
        with open(self.folder / "long.wav", "wb") as file:
            file.write(wav_header(rate, 16, size))
            file.truncate(44 + size)  # all zero, and no disk is used
        write_wav(self.folder / "short.wav", sound(1, 2, rate), rate)
        graph = self.write_graph(level_graph())
        peak = {}
        for name in ("short", "long"):
            result = self.expect(0, "run", graph, f"{name}.wav", "--out", name)
            peak[name] = result.peak_memory
            (row,) = read_csv(self.folder / name / "results.csv")
            self.assertEqual(row["status"], "ok")
        # 7384 whole windows of 0.975 s. Kept as a whole, the samples would take 230 MB.
        self.assertAlmostEqual(float(row["end"]), 7384 * 0.975, places=3)
        self.assertLess(peak["long"] - peak["short"], 150 << 20, peak)


if __name__ == "__main__":
    unittest.main()
