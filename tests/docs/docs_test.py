#!/usr/bin/env python3
"""Check that the documents tell the truth: their commands run, their graphs load, their code is
that of files which are built.

Told by environment variables where things are: MELGRAPH_TEST_BUILD (the build folder),
MELGRAPH_TEST_SOURCE (the source tree), MELGRAPH_TEST_CMAKE (the cmake program).
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["MELGRAPH_TEST_BUILD"])
SOURCE = pathlib.Path(os.environ["MELGRAPH_TEST_SOURCE"])
CMAKE = os.environ.get("MELGRAPH_TEST_CMAKE", "cmake")
PROGRAM = BUILD / "bin" / "melgraph"
DOCUMENTS = [SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]

# What a ```console block may run; sed only makes the graphs that are run next.
COMMANDS = ("melgraph", "build/release/bin/melgraph", "sed", "gst-inspect-1.0", "gst-launch-1.0")
# What stands in for microphones, cameras and loudspeakers.
STAND_INS = {
    "autoaudiosrc": "audiotestsrc is-live=true num-buffers=60",
    "rtspsrc location=rtsp://camera/stream ! decodebin": "audiotestsrc is-live=true num-buffers=60",
    "autoaudiosink": "fakesink",
}
# A command that takes longer hangs: no test waits for a certain speed.
HANGS_AFTER = 300


def blocks(document, language):
    """Give the fenced blocks of a language as (line of the fence, text)."""
    text = document.read_text()
    pattern = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [(text.count("\n", 0, match.start()) + 1, match[1]) for match in pattern.finditer(text)]


def commands(document):
    """Give (line, command, exit status, what it prints) of the lines `$ command  # exits N`."""
    found = []
    for start, text in blocks(document, "console"):
        for match in re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
            line = start + 1 + text.count("\n", 0, match.start())
            exits = re.search(r"\s+# exits (\d+)$", match[1])
            found.append((line, match[1], int(exits[1]) if exits else 0, match[2]))
    return found


def run(arguments, folder, **options):
    return subprocess.run(arguments, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", timeout=HANGS_AFTER, check=False, **options)


class Documents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory(prefix="melgraph-docs-")
        kept = pathlib.Path(cls.kept.name)
        cls.examples = kept / "examples"
        maker = SOURCE / "framework" / "setup" / "make_example_sounds.py"
        subprocess.run([sys.executable, maker, cls.examples], check=True, stdout=subprocess.DEVNULL)
        # The program under the names that the documents use.
        cls.programs = kept / "programs"
        cls.programs.mkdir()
        wrapper = cls.programs / "melgraph"
        wrapper.write_text(f'#!/bin/sh\nexec "{PROGRAM}" "$@"\n')
        wrapper.chmod(0o755)
        cls.environment = {**os.environ, "LC_ALL": "C.UTF-8",
                           "PATH": f"{cls.programs}:{os.environ['PATH']}"}
        for name in ("MELGRAPH_LOG", "MELGRAPH_PLUGIN_PATH"):
            cls.environment.pop(name, None)
        cls.environment["GST_PLUGIN_PATH"] = str(BUILD / "lib" / "gstreamer-1.0")
        cls.environment["GST_REGISTRY"] = str(kept / "gstreamer-registry.bin")

    @classmethod
    def tearDownClass(cls):
        cls.kept.cleanup()

    def make_folder(self):
        """Make what a reader has after `make demo`."""
        temporary = tempfile.TemporaryDirectory(prefix="melgraph-docs-")
        self.addCleanup(temporary.cleanup)
        folder = pathlib.Path(temporary.name)
        shutil.copytree(SOURCE / "graphs", folder / "graphs")
        (folder / "build" / "release" / "bin").mkdir(parents=True)
        shutil.copy(self.programs / "melgraph", folder / "build" / "release" / "bin" / "melgraph")
        (folder / "build" / "release" / "lib").symlink_to(BUILD / "lib")
        (folder / "build" / "examples").symlink_to(self.examples)
        return folder

    def test_commands_do_what_the_documents_show(self):
        count = 0
        for document in DOCUMENTS:
            folder = self.make_folder()
            for line, command, status, shown in commands(document):
                with self.subTest(f"{document.name}:{line}: {command}"):
                    self.assertIn(re.sub(r"^[A-Z_]+=\S+ ", "", command).split()[0], COMMANDS)
                    done = run(["bash", "-c", command], folder, env=self.environment)
                    self.assertEqual(done.returncode, status, done.stdout + done.stderr)
                    # Scores in tables may differ in their last digits: the next test looks at them.
                    if shown and "--table" not in command:
                        self.assertEqual(done.stdout + done.stderr, shown)
                count += 1
        self.assertGreater(count, 10, "the documents have lost their commands")

    def test_pipelines_with_hardware_run_with_a_stand_in(self):
        guide = SOURCE / "docs" / "gstreamer.md"
        count = 0
        for line, text in blocks(guide, "sh"):
            for pipeline in text.splitlines():
                for hardware, stand_in in STAND_INS.items():
                    pipeline = pipeline.replace(hardware, stand_in)
                if "webvttenc" in pipeline and run(["gst-inspect-1.0", "--exists", "webvttenc"],
                                                   SOURCE).returncode != 0:
                    print(f"gstreamer.md:{line}: skipped, webvttenc is not installed")
                    continue
                with self.subTest(f"{guide.name}:{line}: {pipeline}"):
                    done = run(["bash", "-c", pipeline], self.make_folder(), env=self.environment)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                count += 1
        self.assertGreater(count, 2, "the guide has lost its pipelines")

    def test_programs_that_read_results_print_them(self):
        folder = self.make_folder()
        examples = SOURCE / "docs" / "examples"
        flags = run(["pkg-config", "--cflags", "--libs", "gstreamer-1.0"], folder).stdout.split()
        made = run(["cc", "-Wall", "-Werror", str(examples / "read_results.c"), "-o", "reader",
                    *flags], folder)
        self.assertEqual(made.returncode, 0, made.stderr)
        programs = [["./reader"]]
        python = ["/usr/bin/python3", str(examples / "read_results.py")]
        if run([python[0], "-c", "import gi; gi.require_version('Gst', '1.0')"],
               folder).returncode == 0:
            programs.append(python)
        else:
            print("read_results.py: skipped, PyGObject is not installed")
        for program in programs:
            with self.subTest(program[-1]):
                done = run([*program, "build/examples/dog.wav"], folder, env=self.environment)
                self.assertEqual(done.returncode, 0, done.stderr)
                lines = [line.split()[:4] for line in done.stdout.splitlines()]
                self.assertEqual(len(lines), 6, done.stdout)
                self.assertEqual(lines[0], ["window", "0.000", "0.975", "dog"])
                self.assertEqual(lines[-1], ["clip", "0.000", "2.895", "dog"])
                missing = run([*program, "build/examples/dog.wav", "nowhere.json"], folder,
                              env=self.environment)
                self.assertEqual(missing.returncode, 1, missing.stdout)
                self.assertIn("nowhere.json", missing.stderr)

    def test_tables_have_the_files_times_and_classes_that_the_readme_shows(self):
        folder = self.make_folder()
        demo = "melgraph run graphs/esc10.json build/examples --table always -o demo"
        shown = [text for _, text in blocks(SOURCE / "README.md", "")]
        shown_commands = commands(SOURCE / "README.md")
        (_, edit, _, _), = (one for one in shown_commands if one[1].startswith("sed"))
        (_, again, _, table), = (one for one in shown_commands if "--table" in one[1])
        run(["bash", "-c", edit], folder, env=self.environment)
        for command, text in ((demo, shown[0]), (again, table)):
            with self.subTest(command):
                done = run(["bash", "-c", command], folder, env=self.environment)
                printed = [line.split()[:4] for line in done.stdout.splitlines()]
                wanted = [line.split()[:4] for line in text.splitlines()]
                self.assertEqual(printed, wanted, done.stderr)

    def test_graphs_load(self):
        count = 0
        for document in DOCUMENTS:
            folder = self.make_folder()
            for line, text in blocks(document, "json"):
                if not re.search(r'^  "melgraph": ', text, re.MULTILINE):
                    continue
                with self.subTest(f"{document.name}:{line}"):
                    graph = folder / "graphs" / f"of_document_{line}.json"
                    graph.write_text(text)
                    done = run([PROGRAM, "check", graph], folder, env=self.environment)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertNotIn("warning", done.stderr)
                count += 1
        self.assertGreater(count, 2, "the documents have lost their graphs")

    def test_the_first_graph_of_the_readme_is_the_default_graph(self):
        first = blocks(SOURCE / "README.md", "json")[0][1]
        self.assertEqual(first, (SOURCE / "graphs" / "esc10.json").read_text())

    def test_the_program_of_the_readme_is_the_one_that_is_built(self):
        code = [text for _, text in blocks(SOURCE / "README.md", "cpp") if "int main(" in text]
        example = SOURCE / "tests" / "package" / "host_example" / "main.cc"
        self.assertEqual(code, [example.read_text()])

    def test_the_code_of_the_plugin_guide_is_the_example_that_is_built(self):
        guide = SOURCE / "docs" / "plugins.md"
        files = (SOURCE / "tests" / "docs" / "plugin_example").iterdir()
        shown = [text for language in ("cpp", "cmake") for _, text in blocks(guide, language)]
        self.assertCountEqual(shown, [file.read_text() for file in files])

    def test_links_lead_somewhere(self):
        for document in DOCUMENTS:
            prose = re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.M | re.S)
            for target in re.findall(r"\]\(([^)#:]+)\)", prose):
                with self.subTest(f"{document.name}: {target}"):
                    self.assertTrue((document.parent / target).exists())

    def test_options_of_the_guide_are_those_of_the_program(self):
        known = set()
        for command in ("run", "check", "show", "schema", "version", "bench run", "plugins list",
                        "plugins info", "frontends verify", "bench frontends", "bench models",
                        "bench stream", "models list", "fit", "bundle create", "bundle verify", "bundle show",
                        "diff"):
            text = run([PROGRAM, *command.split(), "--help"], SOURCE, env=self.environment).stdout
            known.update(re.findall(r"--[a-z][a-z-]+", text))
        for name in ("README.md", "docs/guide.md"):
            text = (SOURCE / name).read_text()
            for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - {"--install",
                                                                                "--prefix"}:
                with self.subTest(f"{name}: {option}"):
                    self.assertIn(option, known)
        run_help = run([PROGRAM, "run", "--help"], SOURCE, env=self.environment).stdout
        guide = (SOURCE / "docs" / "guide.md").read_text()
        for option in set(re.findall(r"--[a-z][a-z-]+", run_help)) - {"--help", "--quiet",
                                                                      "--verbose"}:
            with self.subTest(f"the guide explains {option} of melgraph run"):
                self.assertTrue(option in guide)


class PluginExamples(unittest.TestCase):
    """The plugins that the documents show build against an installation, pass and run."""

    GRAPH = """{
  "melgraph": 1,
  "source": {"audio": {"sample_rate": 16000, "window": 0.975, "hop": 0.48}},
  "nodes": [
    {"id": "mel", "type": "frontend.mel", "params": {"preset": "vggish"}, "inputs": {"audio": "source.audio"}},
    {"id": "cnn", "type": "model.cnn", "params": {"weights": "bundles/esc10-cnn/esc10_cnn.safetensors", "labels": "bundles/esc10-cnn/labels.txt"}, "inputs": {"features": "mel"}},
    {"id": "clip", "type": "aggregate.mean", "inputs": {"scores": "cnn"}},
    {"id": "same", "type": "example.same", "inputs": {"scores": "clip"}},
    {"id": "sharp", "type": "example.sharpen", "params": {"power": 3}, "inputs": {"scores": "same"}},
    {"id": "best", "type": "example.best", "inputs": {"scores": "sharp"}}
  ]
}
"""

    def must(self, *arguments):
        done = run([str(argument) for argument in arguments], self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_they_build_pass_and_run(self):
        temporary = tempfile.TemporaryDirectory(prefix="melgraph-docs-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        prefix, build = self.folder / "prefix", self.folder / "build"
        self.must(CMAKE, "--install", BUILD, "--prefix", prefix, "--component", "Unspecified")
        example = self.folder / "example"
        shutil.copytree(SOURCE / "tests" / "docs" / "plugin_example", example)
        short = [text for _, text in blocks(SOURCE / "README.md", "cpp") if "int main(" not in text]
        (example / "same.cc").write_text(short[0])
        with open(example / "CMakeLists.txt", "a") as file:
            file.write("melgraph_add_plugin(same SOURCES same.cc FOLDER plugins)\n")
        torch = (BUILD / "lib" / "melgraph" / "libtorch.path").read_text().strip()
        self.must(CMAKE, "-G", "Ninja", "-S", example, "-B", build,
                  f"-DCMAKE_PREFIX_PATH={prefix}", f"-DMELGRAPH_LIBTORCH={torch}",
                  "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Werror")
        self.must(CMAKE, "--build", build)
        self.must(build / "sharpen_test")
        graphs = self.folder / "graphs"
        shutil.copytree(SOURCE / "graphs", graphs)
        (graphs / "example.json").write_text(self.GRAPH)
        self.must(PROGRAM, "run", graphs / "example.json", "--plugin-path", build / "plugins",
                  graphs / "bundles" / "esc10-cnn" / "probe.wav", "-o", "out")
        best = (self.folder / "out" / "best.txt").read_text()
        self.assertTrue(best.endswith("probe.wav\trooster\n"), best)


if __name__ == "__main__":
    unittest.main()
