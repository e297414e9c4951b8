"""Runs that end early: what is on disk then is whole."""

import os
import signal
import time
import unittest

from program import HANGS_AFTER, ProgramTest, read_csv, sound, write_wav

HEADER = "file,start,end,rank,label,score,status,error\n"


class Interrupted(ProgramTest):
    def start_long_run(self):
        """Start a run over far more files than it will come to; return once results are there."""
        write_wav(self.folder / "a.wav", sound(1))
        (self.folder / "list.txt").write_text("a.wav\n" * 200000)
        process = self.start("run", "esc10", "@list.txt", "--out", "out", "--quiet")
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        part = self.folder / "out" / "results.csv.part"
        deadline = time.monotonic() + HANGS_AFTER
        while not part.exists() or part.stat().st_size < 4000:
            self.assertIsNone(process.poll(), "the run ended by itself")
            self.assertLess(time.monotonic(), deadline, "no result appeared")
            time.sleep(0.02)
        return process

    def check_whole(self, path):
        text = path.read_text()
        self.assertTrue(text.startswith(HEADER))
        self.assertTrue(text.endswith(",ok,\n"), text[-100:])
        rows = read_csv(path)
        self.assertEqual(len(rows) % 5, 0)  # whole results: five rows each
        for i, row in enumerate(rows):
            self.assertEqual(
                (row["file"], row["rank"], row["status"]), ("a.wav", str(i % 5 + 1), "ok")
            )
        self.assertGreater(len(rows), 0)
        self.assertLess(len(rows), 5 * 200000)

    def test_one_signal_finishes_what_is_under_way(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number.name):
                self.setUp()
                process = self.start_long_run()
                process.send_signal(number)
                self.assertEqual(process.wait(HANGS_AFTER), 130)
                out = self.folder / "out"
                self.assertEqual(
                    sorted(os.listdir(out)), ["results.csv", "results.ndjson"], "no .part is left"
                )
                self.check_whole(out / "results.csv")

    def test_a_run_that_is_killed_leaves_parts_with_whole_results(self):
        process = self.start_long_run()
        process.kill()
        process.wait(HANGS_AFTER)
        out = self.folder / "out"
        self.assertEqual(sorted(os.listdir(out)), ["results.csv.part", "results.ndjson.part"])
        self.check_whole(out / "results.csv.part")

        refused = self.expect(2, "run", "esc10", "a.wav", "--out", "out")
        self.assertIn("results.csv.part", refused.stderr)
        self.expect(0, "run", "esc10", "a.wav", "--out", "out", "--overwrite")
        self.assertEqual(sorted(os.listdir(out)), ["results.csv", "results.ndjson"])
        self.assertEqual(len(read_csv(out / "results.csv")), 5)


if __name__ == "__main__":
    unittest.main()
