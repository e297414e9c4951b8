"""An installation: it can be moved, plugins and programs are built against it, and it runs."""

import array
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "cli"))

from program import (  # noqa: E402
    BUILD,
    CMAKE,
    SOURCE,
    ProgramTest,
    level_graph,
    libtorch_folder,
    read_csv,
    read_lines,
    sound,
    write_wav,
)


def call(*arguments, **options):
    """Run a tool that has to succeed; give what it printed."""
    result = subprocess.run(
        [str(argument) for argument in arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )
    if result.returncode != 0:
        raise AssertionError(f"{arguments} ended with {result.returncode}:\n{result.stdout}")
    return result.stdout


class Installed(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        call(CMAKE, "--install", BUILD, "--prefix", cls.shared_folder / "first")
        cls.prefix = cls.shared_folder / "moved" / "melgraph"
        cls.prefix.parent.mkdir()
        shutil.move(cls.shared_folder / "first", cls.prefix)
        cls.program = cls.prefix / "bin" / "melgraph"
        cls.sound = write_wav(cls.shared_folder / "a.wav", sound(1))

    def build(self, example):
        """Build an example outside of the source tree, as its user would."""
        source = self.folder / example.name
        shutil.copytree(example, source)
        environment = dict(os.environ, MELGRAPH_LIBTORCH=libtorch_folder())
        settings = ["-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_PREFIX_PATH={self.prefix}"]
        if shutil.which("ccache"):
            settings.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
        if shutil.which("ninja"):
            settings.append("-GNinja")
        build = self.folder / "build"
        call(CMAKE, "-S", source, "-B", build, *settings, env=environment)
        call(CMAKE, "--build", build, env=environment)
        return build

    def test_a_moved_installation_runs_from_anywhere(self):
        version = self.expect(0, "version", program=self.program, folder="/")
        self.assertTrue(version.stdout.startswith("Melgraph 0."))
        listed = self.expect(0, "plugins", "list", program=self.program, folder="/")
        self.assertIn(str(self.prefix / "lib/melgraph/plugins/models_cnn.so"), listed.stdout)
        self.assertNotIn("refused:", listed.stdout)
        self.assertNotIn(str(BUILD), listed.stdout)
        verified = self.expect(
            0, "frontends", "verify", "vggish", program=self.program, folder="/"
        )
        self.assertIn(" ok ", verified.stdout)
        installed = self.expect(0, "run", "esc10", self.sound, "-o", "-", program=self.program)
        built = self.expect(0, "run", "esc10", self.sound, "-o", "-")
        self.check_same_results(read_lines(installed.stdout), read_lines(built.stdout))
        self.assertEqual(read_lines(installed.stdout)[0]["status"], "ok")

    @unittest.skipIf(shutil.which("gst-launch-1.0") is None, "gst-launch-1.0 is not installed")
    def test_the_element_runs_from_there(self):
        environment = self.environment(
            GST_PLUGIN_PATH=str(self.prefix / "lib" / "gstreamer-1.0"),
            GST_REGISTRY=str(self.folder / "registry.bin"),
            MELGRAPH_LIBTORCH=libtorch_folder(),
        )
        line = f"filesrc location={self.sound} ! wavparse ! melgraph mode=sync graph=esc10 ! fakesink"
        told = call("gst-launch-1.0", "-m", *line.split(), env=environment, cwd="/")
        self.assertIn("melgraph, kind=(string)clip", told)
        self.assertNotIn(str(BUILD), told)

    def test_without_libtorch_version_says_how_to_get_it(self):
        nowhere = str(self.folder / "nowhere")
        environment = {"HOME": nowhere, "PATH": nowhere, "MELGRAPH_CACHE": nowhere}
        version = self.expect(0, "version", program=self.program, environment=environment)
        self.assertTrue(version.stdout.startswith("Melgraph 0."))
        self.assertIn("LibTorch: not found", version.stdout)
        self.assertIn("pip install torch==2.11", version.stdout)
        self.assertEqual(version.stderr, "")
        run = self.expect(
            1, "run", "esc10", self.sound, program=self.program, environment=environment
        )
        self.assertIn("pip install torch==2.11", run.stderr)

    def test_a_plugin_built_against_it_works_in_a_graph(self):
        build = self.build(SOURCE / "tests" / "package" / "plugin_example")
        options = {"program": self.program}
        info = self.expect(
            0, "plugins", "info", "example.gain", "--plugin-path", build / "plugins", **options
        )
        self.assertIn("Make sound louder or quieter", info.stdout)

        graph = level_graph()
        graph["nodes"][0]["inputs"]["audio"] = "gain"
        graph["nodes"].insert(
            0,
            {
                "id": "gain", "type": "example.gain", "params": {"gain": "${gain:0}"},
                "inputs": {"audio": "source.audio"},
            },
        )
        path = self.write_graph(graph)
        self.expect(4, "check", path, **options)  # it is not searched for by itself
        arguments = ["run", path, self.sound, "-o", "out", "--overwrite"]
        level = {}
        for gain in (0, -40):
            self.expect(
                0, *arguments, "--set", f"gain={gain}", "--plugin-path", build / "plugins",
                **options,
            )
            (row,) = read_csv(self.folder / "out" / "results.csv")
            level[gain] = float(row["score"])
        plain = self.write_graph(level_graph(), "plain.json")
        self.expect(0, "run", plain, self.sound, "-o", "plain", **options)
        (row,) = read_csv(self.folder / "plain" / "results.csv")
        self.assertAlmostEqual(float(row["score"]) / level[0], 1, places=4)
        # The mean of the power spectrum, and 40 dB are a factor of 10^4.
        self.assertAlmostEqual(level[-40] / level[0], 1e-4, places=8)

        # Installed beside the others it is found by itself.
        call(CMAKE, "--install", build, "--prefix", self.prefix)
        self.addCleanup((self.prefix / "lib/melgraph/plugins/gain.so").unlink)
        self.expect(0, *arguments, **options)
        (row,) = read_csv(self.folder / "out" / "results.csv")
        self.assertAlmostEqual(float(row["score"]) / level[0], 1, places=4)

    def test_a_program_built_against_it_classifies(self):
        build = self.build(SOURCE / "tests" / "package" / "host_example")
        pcm = array.array("f", [sample / 32768 for sample in sound(1)])
        classified = subprocess.run(
            [build / "host_example", "esc10"],
            input=pcm.tobytes(),
            capture_output=True,
            env=self.environment(),
            check=False,
        )
        self.assertEqual(classified.returncode, 0, classified.stderr)
        printed = classified.stdout.decode()
        lines = printed.splitlines()
        self.assertEqual(len(lines), 4, printed)  # three windows and the clip
        wanted = self.expect(0, "run", "esc10", self.sound, "-o", "-", program=self.program)
        best = read_lines(wanted.stdout)[0]["scores"][0]
        text, score = lines[-1].rsplit(" ", 1)
        self.assertRegex(text, f"^clip 0.00-1.9[34] s: {best['label']}$")
        self.assertAlmostEqual(float(score), best["score"], delta=0.001)
        missing = subprocess.run(
            [build / "host_example", "missing"], input=b"", capture_output=True,
            env=self.environment(), check=False,
        )
        self.assertEqual(missing.returncode, 1)
        self.assertIn(b'there is no graph "missing"', missing.stderr)


if __name__ == "__main__":
    unittest.main()
