"""What the tests of the program share: how it is started, and the sounds it is given.

The tests are told by environment variables where things are: MELGRAPH_TEST_BUILD (the build
folder), MELGRAPH_TEST_SOURCE (the source tree), MELGRAPH_TEST_CMAKE (the cmake program).
"""

import array
import csv
import ctypes
import json
import math
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import tempfile
import unittest
import wave

BUILD = pathlib.Path(os.environ["MELGRAPH_TEST_BUILD"])
SOURCE = pathlib.Path(os.environ["MELGRAPH_TEST_SOURCE"])
CMAKE = os.environ.get("MELGRAPH_TEST_CMAKE", "cmake")
PROGRAM = BUILD / "bin" / "melgraph"
BAD_PLUGINS = BUILD / "libexec" / "melgraph" / "tests" / "bad_plugins"
GRAPHS = SOURCE / "graphs"

# A run that takes longer hangs: no test waits for a certain speed.
HANGS_AFTER = 300

# Of <linux/prctl.h> and <linux/capability.h>.
PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2

LABELS = (GRAPHS / "bundles" / "esc10-cnn" / "labels.txt").read_text().split()


def libtorch_folder():
    """Give the LibTorch that the build uses."""
    return (BUILD / "lib" / "melgraph" / "libtorch.path").read_text().strip()


def obey_permissions():
    """Let even the superuser's programs read only what the permissions of files allow."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


class Finished:
    """A run of the program that has ended."""

    def __init__(self, arguments, code, stdout, stderr, peak_memory):
        self.arguments = arguments
        self.code = code
        self.stdout = stdout
        self.stderr = stderr
        self.peak_memory = peak_memory  # bytes

    def __str__(self):
        command = " ".join(str(argument) for argument in self.arguments)
        return f"{command}\nexit {self.code}\nstdout:\n{self.stdout}\nstderr:\n{self.stderr}"


class ProgramTest(unittest.TestCase):
    """Each test has a folder of its own; those of a class share what is known of plugins."""

    @classmethod
    def setUpClass(cls):
        cls.shared_folder = pathlib.Path(tempfile.mkdtemp(prefix="melgraph-cli-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared_folder)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="test-", dir=self.shared_folder))

    def environment(self, **changes):
        """Give this process' environment without anything that would steer the program."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MELGRAPH_", "XDG_"))
        }
        kept.update(
            HOME=str(self.shared_folder),
            MELGRAPH_CACHE=str(self.shared_folder / "cache"),
            MELGRAPH_LIBTORCH=libtorch_folder(),
            LC_ALL="C.UTF-8",
        )
        kept.update(changes)
        return kept

    def start(self, *arguments, program=PROGRAM, environment=None, folder=None, **options):
        return subprocess.Popen(
            [str(program), *map(str, arguments)],
            cwd=folder or self.folder,
            env=environment or self.environment(),
            text=True,
            **options,
        )

    def run_program(self, *arguments, stdin="", **options):
        """Run the program to its end, without an opinion on how it ends."""
        with tempfile.TemporaryFile("w+") as source, tempfile.TemporaryFile(
            "w+"
        ) as out, tempfile.TemporaryFile("w+") as err:
            source.write(stdin)
            source.seek(0)
            process = self.start(*arguments, stdin=source, stdout=out, stderr=err, **options)
            watchdog = signal.signal(signal.SIGALRM, lambda *_: process.kill())
            signal.alarm(HANGS_AFTER)
            _, status, usage = os.wait4(process.pid, 0)
            signal.alarm(0)
            signal.signal(signal.SIGALRM, watchdog)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            return Finished(
                arguments, process.returncode, out.read(), err.read(), usage.ru_maxrss * 1024
            )

    def expect(self, code, *arguments, **options):
        """Run the program and require its exit code; nothing may look like a defect."""
        result = self.run_program(*arguments, **options)
        self.assertEqual(result.code, code, str(result))
        for sign in ("terminate called", "this is a defect", "core dumped"):
            self.assertNotIn(sign, result.stderr, str(result))
        return result

    def check_same_results(self, lines, wanted):
        """Require the same results in the same order; batches round scores differently."""
        self.assertEqual(len(lines), len(wanted))
        for line, other in zip(lines, wanted):
            for key in ("file", "start", "end", "status"):
                self.assertEqual(line[key], other[key])
            scores = {entry["label"]: entry["score"] for entry in line["scores"]}
            self.assertEqual(len(scores), len(other["scores"]))
            for entry in other["scores"]:
                self.assertAlmostEqual(scores[entry["label"]], entry["score"], delta=1e-5)

    def write_graph(self, graph, name="graph.json"):
        path = self.folder / name
        path.write_text(json.dumps(graph))
        return path


def read_csv(path):
    """Read a table of results as a list of dicts."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_lines(text):
    """Read JSON lines."""
    return [json.loads(line) for line in text.splitlines()]


def sound(seed, seconds=2.0, rate=16000):
    """Make a chirp in noise, other for each seed: 16-bit samples."""
    noise = random.Random(seed)
    low, high = 200 + 150 * seed, 400 + 900 * seed
    count = round(seconds * rate)
    samples = array.array("h")
    for i in range(count):
        t = i / rate
        chirp = math.sin(2 * math.pi * (low * t + (high - low) * t * t / (2 * seconds)))
        samples.append(int(9000 * chirp + noise.uniform(-2000, 2000)))
    return samples


def write_wav(path, samples, rate=16000, channels=1):
    """Write 16-bit samples."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array.array("h", samples).tobytes())
    return path


def wav_header(rate, bits, data_bytes, is_float=False):
    """Make the head of a mono WAV file, for what the module `wave` does not write."""
    width = bits // 8
    form = struct.pack("<IHHIIHH", 16, 3 if is_float else 1, 1, rate, rate * width, width, bits)
    return (
        b"RIFF" + struct.pack("<I", 36 + data_bytes) + b"WAVEfmt " + form + b"data"
        + struct.pack("<I", data_bytes)
    )


def level_graph(**params):
    """Give a graph without a network: the mean level of a clip."""
    return {
        "melgraph": 1,
        "name": "level",
        "source": {
            "audio": {"sample_rate": 8000, "channels": 1, "window": 0.975, "hop": 0.975}
        },
        "nodes": [
            {
                "id": "mel",
                "type": "frontend.mel",
                "params": {"n_fft": 256, "hop_length": 80, "n_mels": 20, **params},
                "inputs": {"audio": "source.audio"},
            },
            {"id": "level", "type": "post.mean", "inputs": {"values": "mel"}},
            {"id": "clip", "type": "aggregate.mean", "inputs": {"scores": "level"}},
            {
                "id": "table",
                "type": "sink.csv",
                "params": {"path": "results.csv"},
                "inputs": {"scores": "clip"},
            },
        ],
    }
