"""`melgraph bench frontends|stream`: what it measures and compares; never how long it takes."""

import json
import sys
import unittest

from program import ProgramTest

# Speaks as tests/bench/peers/frontends_peer.py does; its numbers are those of a copy of the sound.
PEER = """
import json, shutil, sys
print(json.dumps({"versions": {"soxr": "9.9"}}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "open":
        shutil.copy(request["sound"], request["output"])
        print("{}", flush=True)
    else:
        print(json.dumps({"seconds": 10.0 * request["batch"]}), flush=True)
"""


class BenchFrontends(ProgramTest):
    def bench(self, *arguments, code=0, peer=PEER):
        (self.folder / "peer.py").write_text(peer)
        return self.expect(
            code, "bench", "frontends", "--rounds", "1", "--device", "cpu", "--python",
            sys.executable, "--peer", "peer.py", "--json", "out.json", *arguments
        )

    def figures(self):
        return json.loads((self.folder / "out.json").read_text())

    def test_instruction_sets_give_the_same_bits(self):
        self.bench("--filter", "mfcc-13")
        (case,) = self.figures()["cases"]
        sets = {own["set"]: own for own in case["melgraph"]}
        self.assertEqual(set(sets), {"avx512", "avx2", "baseline", "none"})
        measured = [own for own in sets.values() if "unavailable" not in own]
        self.assertIn(sets["baseline"], measured)
        for own in measured:
            self.assertGreater(own["ms"], 0)
            if own["set"] != "none":
                self.assertTrue(own["same_bits"], own)

    def test_peers_are_compared_and_a_difference_is_told(self):
        done = self.bench("--filter", "soxr-hq")
        figures = self.figures()
        self.assertEqual(figures["schema"], "melgraph.bench.frontends/1")
        self.assertEqual(figures["peers"], {"soxr": "9.9"})
        (case,) = figures["cases"]
        (own,), (peer,) = case["melgraph"], case["peers"]
        self.assertEqual(peer["ms"], 10000)
        self.assertAlmostEqual(peer["times"], peer["ms"] / own["ms"], delta=0.01 * peer["times"])
        # The peer's numbers are the sound before conversion: not even as many.
        self.assertFalse(peer["agrees"])
        self.assertIn("MORE THAN", done.stdout)

    def test_without_a_peer_the_own_figures_remain(self):
        for peer, why in (
            ("import sys; sys.exit(3)", "could not be started, or ended early"),
            ("print('hello')", "something else than JSON"),
        ):
            with self.subTest(why):
                done = self.bench("--filter", "soxr-hq", peer=peer)
                self.assertIn("no peers: ", done.stdout)
                self.assertIn(why, done.stdout)
                self.assertIn(why, self.figures()["peers"]["unavailable"])

    def test_a_filter_that_meets_nothing_is_refused(self):
        self.assertIn("names: vggish, ", self.bench("--filter", "nothing", code=2).stderr)


class BenchStream(ProgramTest):
    def test_counts_of_streams_with_an_engine_each_and_with_one_for_all(self):
        done = self.expect(0, "bench", "stream", "--streams", "1,3", "--seconds", "1.5", "--delay",
                           "0.01", "--json", "out.json")
        figures = json.loads((self.folder / "out.json").read_text())
        self.assertEqual(figures["schema"], "melgraph.bench.stream/1")
        self.assertEqual([(one["streams"], one["engines"]) for one in figures["results"]],
                         [(streams, engines) for streams in (1, 3)
                          for engines in ("separate", "shared", "batched")])
        for one in figures["results"]:
            with self.subTest(one):
                # A window of the graph comes every 0.48 s, and 1.5 s hold three or four.
                self.assertGreaterEqual(one["windows"], one["streams"])
                self.assertLessEqual(one["windows"], 5 * one["streams"])
                self.assertLessEqual(one["dropped"], one["windows"])
                self.assertGreaterEqual(one["p99_seconds"], one["p50_seconds"])
                self.assertTrue(one["mean_batch"] == 0 or one["mean_batch"] >= 1)
        self.assertEqual(len(done.stdout.splitlines()), 2 + len(figures["results"]))

    def test_a_graph_that_is_not_there_is_refused(self):
        self.assertIn("nowhere", self.expect(4, "bench", "stream", "nowhere.json").stderr)


if __name__ == "__main__":
    unittest.main()
