#!/usr/bin/env python3
"""The default graph against PyTorch and torchaudio: resampler, features, network, gated mean.

Makes signals that anyone can compute, writes them as float WAV files, runs `melgraph run` on them
and the same chain in Python, and prints the largest difference of each signal's class scores.
Exits with 1 where one exceeds 1e-4.
"""
import argparse
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torchaudio

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "bench" / "peers"))
import run_peer  # noqa: E402

BUNDLE = ROOT / "graphs" / "bundles" / "esc10-cnn"
TOLERANCE = 1e-4


def mix(rate, count):
    """Two tones, a rising sweep and noise; the first tenth is digital silence."""
    time = np.arange(count) / rate
    state, noise = 1, np.empty(count)
    for i in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        noise[i] = 2 * state / 2**32 - 1
    end = 0.45 * rate
    sweep = 50 * time + (end - 50) * time**2 / (2 * count / rate)
    signal = (0.3 * np.sin(2 * np.pi * 440 * time) + 0.1 * np.sin(2 * np.pi * 3000 * time)
              + 0.2 * np.sin(2 * np.pi * sweep) + 0.01 * noise)
    signal[:count // 10] = 0
    return signal.astype(np.float32)


def write_wav(path, samples, rate):
    data = samples.astype("<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, 1, rate, 4 * rate, 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data))
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + len(data)) + body + data)


class Reference(run_peer.Peer):
    """The peer script's chain with torchaudio's form of the resampler `kaiser-best`."""

    def load(self, samples, rate):
        if rate == run_peer.RATE:
            return torch.from_numpy(samples)
        return torchaudio.functional.resample(
            torch.from_numpy(samples), rate, run_peer.RATE, lowpass_filter_width=64,
            rolloff=0.9475937167399596, resampling_method="sinc_interp_kaiser",
            beta=14.769656459379492)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--melgraph", required=True, help="the program")
    program = str(pathlib.Path(parser.parse_args().melgraph).resolve())
    labels = (BUNDLE / "labels.txt").read_text(encoding="utf-8").split()
    reference = Reference(BUNDLE / "esc10_cnn.safetensors", labels)
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for rate, seconds in ((16000, 10), (44100, 5), (48000, 3), (22050, 4), (8000, 6)):
            samples = mix(rate, rate * seconds)
            path = pathlib.Path(folder) / f"mix{rate}.wav"
            write_wav(path, samples, rate)
            line = subprocess.run([program, "run", str(ROOT / "graphs" / "esc10.json"), str(path),
                                   "-o", "-", "-q"], check=True, stdout=subprocess.PIPE).stdout
            found = {entry["label"]: entry["score"] for entry in json.loads(line)["scores"]}
            with torch.inference_mode():
                wanted = reference.scores_of(reference.load(samples, rate))
            difference = max(abs(found[label] - wanted[i].item()) for i, label in enumerate(labels))
            worst = max(worst, difference)
            print(f"mix {rate} Hz, {seconds} s: largest difference of a score {difference:.1e}")
    if worst > TOLERANCE:
        sys.exit(f"differences above {TOLERANCE:.0e}")


if __name__ == "__main__":
    main()
