"""The plugin's file, and what GStreamer tells of it."""

import os
import pathlib
import re
import shutil
import subprocess
import time
import unittest

from program import BUILD, ProgramTest

PLUGIN = BUILD / "lib" / "gstreamer-1.0" / "libgstmelgraph.so"

# What gst-launch-1.0 ends with where the pipeline does not start.
REFUSED = (1, 255)


class Static(ProgramTest):
    def scanned(self, folder=PLUGIN.parent, **changes):
        """Give an environment in which only the plugins of a folder are known, and no registry."""
        return self.environment(
            GST_PLUGIN_PATH=str(folder),
            GST_PLUGIN_SYSTEM_PATH=str(self.folder / "none"),
            GST_REGISTRY=str(self.folder / "registry.bin"),
            G_DEBUG="fatal-criticals",
            **changes,
        )

    def run_tool(self, *arguments, code=0, environment=None):
        done = subprocess.run(
            [str(argument) for argument in arguments],
            env=environment or self.scanned(),
            capture_output=True,
            text=True,
            check=False,
        )
        codes = code if isinstance(code, tuple) else (code,)
        self.assertIn(done.returncode, codes, f"{arguments}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def test_inspection_shows_all(self):
        text = self.run_tool("gst-inspect-1.0", "melgraph")
        for part in ("Filter/Analyzer/Audio", "none (0)", "GstAudioFilter", "results", "graph-json"):
            self.assertIn(part, text)
        self.assertIn("melgraph", self.run_tool("gst-inspect-1.0", "--print-all"))
        self.assertIn("0 blacklisted files", self.run_tool("gst-inspect-1.0", "-b"))

    def test_scan_is_quick(self):
        def scan(folder):
            best = None
            for _ in range(5):
                pathlib.Path(self.folder / "registry.bin").unlink(missing_ok=True)
                start = time.perf_counter()
                subprocess.run(
                    ["gst-inspect-1.0", "--exists", "melgraph"],
                    env=self.scanned(folder),
                    stdout=subprocess.DEVNULL,
                    check=False,
                )
                spent = time.perf_counter() - start
                best = spent if best is None else min(best, spent)
            return best * 1e3

        empty = self.folder / "empty"
        empty.mkdir()
        print(f"\nregistry scan {scan(PLUGIN.parent):.1f} ms, of an empty folder {scan(empty):.1f} ms")

    def test_the_plugin_needs_no_libtorch(self):
        # Without addresses: they are random, and hexadecimal digits may spell a name.
        text = re.sub(r"\(0x[0-9a-f]+\)", "", self.run_tool("ldd", PLUGIN))
        for library in ("torch", "c10", "libmelgraph", "cuda", "gomp"):
            self.assertNotIn(library, text)
        self.assertNotIn("not found", text)

    def test_it_shows_only_what_gstreamer_asks_for(self):
        lines = self.run_tool("nm", "-D", "--defined-only", PLUGIN).splitlines()
        names = sorted(line.split()[-1] for line in lines)
        self.assertEqual(
            names, ["gst_plugin_melgraph_get_desc", "gst_plugin_melgraph_register"]
        )

    def test_without_the_engine_it_is_listed_and_says_what_is_missing(self):
        alone = self.folder / "alone" / "gstreamer-1.0"
        alone.mkdir(parents=True)
        shutil.copy(PLUGIN, alone)
        environment = self.scanned(alone)
        self.run_tool("gst-inspect-1.0", "melgraph", environment=environment)
        self.assertIn("0 blacklisted", self.run_tool("gst-inspect-1.0", "-b", environment=environment))
        line = ("gst-launch-1.0", "melgraph", "graph=esc10")
        system = os.environ.get("GST_PLUGIN_SYSTEM_PATH")
        environment.pop("GST_PLUGIN_SYSTEM_PATH")
        if system:
            environment["GST_PLUGIN_SYSTEM_PATH"] = system
        text = self.run_tool(*line, code=REFUSED, environment=environment)
        self.assertIn("host.so", text)
        self.assertIn("the installation is incomplete", text)

        environment["MELGRAPH_LIBTORCH"] = str(self.folder / "nowhere")
        text = self.run_tool(*line, code=REFUSED, environment=environment)
        self.assertIn("MELGRAPH_LIBTORCH", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
