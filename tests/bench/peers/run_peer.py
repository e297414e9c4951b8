#!/usr/bin/env python3
"""The default graph as a Python script would do it: librosa, torchaudio and PyTorch, one thread.

librosa loads and resamples, torchaudio makes the spectrogram, PyTorch runs the network; the clip's
scores go to a CSV file. Prints one JSON object; {"missing": [...]} where modules are missing.
"""
import argparse
import csv
import importlib.util
import json
import struct
import sys
import time

RATE, WINDOW, HOP = 16000, 15600, 7680
FFT, FRAME, STEP = 512, 400, 160
BANDS, F_MIN, F_MAX, OFFSET = 64, 125.0, 7500.0, 0.01
GATE = -4.45517


def missing_modules():
    return [name for name in ("numpy", "torch", "torchaudio", "librosa")
            if importlib.util.find_spec(name) is None]


def read_safetensors(path):
    import torch
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    types = {"F32": torch.float32, "I64": torch.int64}
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        block = bytearray(data[8 + size + begin:8 + size + end])
        tensors[name] = torch.frombuffer(block, dtype=types[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def mel_matrix():
    """HTK mel bands whose triangles are straight over mel, as VGGish has them: [257, 64]."""
    import numpy as np

    def mel(hertz):
        return 1127.0 * np.log1p(np.asarray(hertz, dtype=np.float64) / 700.0)

    bins = mel(np.linspace(0.0, RATE / 2, FFT // 2 + 1))[:, None]
    edges = np.linspace(mel(F_MIN), mel(F_MAX), BANDS + 2)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    weights = np.maximum(0.0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)))
    weights[0] = 0.0
    return weights.astype(np.float32)


def make_model(weights):
    import torch
    from torch import nn

    class Cnn(nn.Module):
        def __init__(self, classes):
            super().__init__()
            self.bn0 = nn.BatchNorm2d(BANDS)
            layers, channels = [], 1
            for width in (32, 64, 128, 256):
                layers += [nn.Conv2d(channels, width, 3, padding=1, bias=False),
                           nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
                channels = width
            self.features = nn.Sequential(*layers)
            self.classifier = nn.Linear(2 * channels, classes)

        def forward(self, x):
            x = self.bn0(x.transpose(1, 3)).transpose(1, 3)
            x = self.features(x)
            pooled = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)
            return self.classifier(pooled).softmax(dim=1)

    state = read_safetensors(weights)
    model = Cnn(state["classifier.bias"].shape[0])
    model.load_state_dict(state)
    return model.eval()


class Peer:
    def __init__(self, weights, labels):
        import torch
        import torchaudio
        self.torch = torch
        self.labels = labels
        self.model = make_model(weights)
        self.mel = torch.from_numpy(mel_matrix())

        def window(length):
            return torch.cat([torch.hann_window(FRAME), torch.zeros(length - FRAME)])

        self.spectrogram = torchaudio.transforms.Spectrogram(
            n_fft=FFT, win_length=FFT, hop_length=STEP, window_fn=window, power=1.0, center=False)

    def scores(self, path):
        """Give the clip's class scores and its length in seconds."""
        import librosa
        samples, _ = librosa.load(path, sr=RATE)
        return self.scores_of(self.torch.from_numpy(samples)), len(samples) / RATE

    def scores_of(self, sound):
        """Give the class scores of sound at 16 kHz: the mean over the windows that are no silence."""
        torch = self.torch
        if sound.numel() < WINDOW:
            sound = torch.nn.functional.pad(sound, (0, WINDOW - sound.numel()))
        windows = torch.nn.functional.pad(sound.unfold(0, WINDOW, HOP), (0, FFT - FRAME))
        magnitude = self.spectrogram(windows).transpose(1, 2)
        features = torch.log(magnitude @ self.mel + OFFSET)
        scores = self.model(features.unsqueeze(1))
        audible = features.mean(dim=(1, 2)) > GATE
        if audible.any():
            scores = scores[audible]
        return scores.mean(dim=0)

    def run(self, paths, csv_path):
        best, audio = [], 0.0
        with self.torch.inference_mode(), open(csv_path, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "start", "end", "rank", "label", "score", "status", "error"])
            for path in paths:
                scores, seconds = self.scores(path)
                audio += seconds
                order = scores.argsort(descending=True).tolist()
                best.append(self.labels[order[0]])
                for rank, index in enumerate(order[:5], 1):
                    writer.writerow([path, 0, f"{seconds:.6g}", rank, self.labels[index],
                                     f"{scores[index].item():.6g}", "ok", ""])
        return best, audio


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", required=True, help="esc10_cnn.safetensors")
    parser.add_argument("--labels", required=True, help="text file, one class a line")
    parser.add_argument("--list", required=True, help="text file, one sound file a line")
    parser.add_argument("--csv", required=True, help="where the results go")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()

    missing = missing_modules()
    if missing:
        print(json.dumps({"missing": missing}))
        return
    import librosa
    import torch
    import torchaudio
    torch.set_num_threads(1)

    with open(arguments.labels, encoding="utf-8") as file:
        labels = file.read().split("\n")
    with open(arguments.list, encoding="utf-8", errors="surrogateescape") as file:
        paths = file.read().splitlines()
    peer = Peer(arguments.weights, labels)
    best, audio = peer.run(paths, arguments.csv)  # warm up: libraries load parts of themselves late
    seconds = []
    for _ in range(arguments.rounds):
        begin = time.perf_counter()
        peer.run(paths, arguments.csv)
        seconds.append(time.perf_counter() - begin)
    print(json.dumps({
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "torchaudio": torchaudio.__version__, "librosa": librosa.__version__},
        "files": len(paths), "audio_seconds": audio, "seconds": seconds, "best": best}))


if __name__ == "__main__":
    main()
