#!/usr/bin/env python3
"""Front ends and resamplers of torchaudio, librosa, kaldi-native-fbank and soxr, on one thread.

Speaks JSON, one object a line: a request on stdin, its answer on stdout. First of all it says
{"versions": {...}}, with what this Python has. Requests:
  {"do": "open", "case", "library", "device", "sound": FILE.npy, "output": FILE.npy}
      computes the case for one item and writes it; {} or {"error": ...}
  {"do": "time", "case", "library", "device", "batch": N, "calls": N}
      {"seconds": the least of one call} for what was opened before
"""
import importlib.metadata
import importlib.util
import json
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

NEEDS = {"torchaudio": ("numpy", "torch", "torchaudio"), "librosa": ("numpy", "librosa"),
         "kaldi-native-fbank": ("numpy", "kaldi_native_fbank"), "soxr": ("numpy", "soxr")}


def versions():
    found = {}
    for name in ("torch", "torchaudio", "librosa", "kaldi_native_fbank", "soxr", "PIL"):
        if importlib.util.find_spec(name) is not None:
            package = {"PIL": "pillow"}.get(name, name.replace("_", "-"))
            try:
                found[package] = importlib.metadata.version(package)
            except importlib.metadata.PackageNotFoundError:
                found[package] = "?"
    return found


def vggish_bank():
    """HTK mel bands whose triangles are straight over mel: [257, 64]."""
    import numpy as np

    def mel(hertz):
        return 1127.0 * np.log1p(np.asarray(hertz, dtype=np.float64) / 700.0)

    bins = mel(np.linspace(0.0, 8000.0, 257))[:, None]
    edges = np.linspace(mel(125.0), mel(7500.0), 66)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    weights = np.maximum(0.0, np.minimum((bins - low) / (centre - low),
                                         (high - bins) / (high - centre)))
    weights[0] = 0.0
    return weights.astype(np.float32)


def resize_images(spectra):
    """Logarithm and Pillow's resize, [item, 128, frames] -> [item, 250, 128]."""
    import numpy as np
    from PIL import Image
    return np.stack([
        np.asarray(Image.fromarray(np.log(item + np.float32(1e-6))).resize((250, 128),
                                                                           Image.BILINEAR)).T
        for item in spectra])


RESOLUTIONS = ((1102, 441), (2205, 1102), (4410, 2205))  # window and step, 44100 Hz
MFCC = {"n_fft": 512, "win_length": 400, "hop_length": 160, "n_mels": 40}


def torchaudio_case(case, device):
    """Give a function from [item, sample] to [item, ...]; `device` holds all."""
    import torch
    import torchaudio
    from torchaudio import transforms
    from torchaudio.compliance import kaldi

    if case == "vggish":
        bank = torch.from_numpy(vggish_bank()).to(device)
        spectrogram = transforms.Spectrogram(
            n_fft=512, win_length=512, hop_length=160, power=1.0, center=False,
            window_fn=lambda n: torch.cat([torch.hann_window(400), torch.zeros(n - 400)])).to(device)

        def run(x):
            magnitude = spectrogram(torch.nn.functional.pad(x, (0, 112)))
            return torch.log(magnitude.transpose(1, 2) @ bank + 0.01)
        return run
    if case == "kaldi-fbank-80":
        return lambda x: torch.stack([
            kaldi.fbank(item[None] * 32768.0, num_mel_bins=80, dither=0.0) for item in x])
    if case == "librosa-mel-128":
        mel = transforms.MelSpectrogram(22050, n_fft=2048, hop_length=512, n_mels=128,
                                        mel_scale="slaney", norm="slaney",
                                        pad_mode="constant").to(device)
        decibels = transforms.AmplitudeToDB("power", top_db=80.0)
        # Four axes: top_db is then of each item, with three of all items together.
        return lambda x: decibels(mel(x)[:, None])[:, 0].transpose(1, 2)
    if case == "mfcc-13":
        mfcc = transforms.MFCC(16000, n_mfcc=13, melkwargs=MFCC).to(device)
        return lambda x: mfcc(x[:, None])[:, 0].transpose(1, 2)
    if case == "three-resolutions":
        mels = [transforms.MelSpectrogram(44100, n_fft=4410, win_length=window, hop_length=hop,
                                          n_mels=128).to(device) for window, hop in RESOLUTIONS]

        def images(x):
            import numpy as np
            return np.stack([resize_images(mel(x).cpu().numpy()) for mel in mels], axis=1)
        return images
    options = {
        "sinc-hann-6": {},
        "kaiser-best": {"lowpass_filter_width": 64, "rolloff": 0.9475937167399596,
                        "resampling_method": "sinc_interp_kaiser", "beta": 14.769656459379492},
    }[case]
    return transforms.Resample(44100, 16000, **options).to(device)


def librosa_case(case):
    import librosa
    import numpy as np

    if case == "vggish":
        window = np.concatenate([librosa.filters.get_window("hann", 400), np.zeros(112)])
        bank = vggish_bank()

        def run(x):
            padded = np.pad(x, ((0, 0), (0, 112)))
            spectrum = librosa.stft(padded, n_fft=512, hop_length=160, window=window, center=False)
            return np.log(np.abs(spectrum).transpose(0, 2, 1) @ bank + np.float32(0.01))
        return run
    if case == "librosa-mel-128":
        def run(x):
            mel = librosa.feature.melspectrogram(y=x, sr=22050)
            return np.stack([librosa.power_to_db(item).T for item in mel])
        return run
    if case == "mfcc-13":
        # One by one: power_to_db inside takes the loudest place of all items.
        return lambda x: np.stack([
            librosa.feature.mfcc(y=item, sr=16000, n_mfcc=13, htk=True, mel_norm=None,
                                 pad_mode="reflect", **MFCC).T for item in x])
    if case == "three-resolutions":
        def run(x):
            return np.stack([
                resize_images(librosa.feature.melspectrogram(
                    y=x, sr=44100, n_fft=4410, win_length=window, hop_length=hop, n_mels=128,
                    htk=True, norm=None, pad_mode="reflect")) for window, hop in RESOLUTIONS],
                axis=1)
        return run
    raise KeyError(case)


def native_fbank_case(case):
    import kaldi_native_fbank as knf
    import numpy as np

    if case != "kaldi-fbank-80":
        raise KeyError(case)
    options = knf.FbankOptions()
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = 80

    def features(samples):
        program = knf.OnlineFbank(options)
        program.accept_waveform(16000, samples)
        program.input_finished()
        return np.stack([program.get_frame(i) for i in range(program.num_frames_ready)])

    return lambda x: np.stack([features(samples) for samples in x])


def soxr_case(case):
    import numpy as np
    import soxr
    if case != "soxr-hq":
        raise KeyError(case)
    return lambda x: np.stack([soxr.resample(item, 44100, 16000, "HQ") for item in x])


class Peer:
    def __init__(self):
        self.run = None
        self.make_input = None
        self.finish = lambda: None

    def open(self, request):
        import numpy as np
        library, case, device = request["library"], request["case"], request.get("device", "cpu")
        missing = [name for name in NEEDS[library] if importlib.util.find_spec(name) is None]
        if case == "three-resolutions" and importlib.util.find_spec("PIL") is None:
            missing.append("PIL")
        if missing:
            return {"error": "this Python lacks " + ", ".join(missing)}
        sound = np.load(request["sound"])
        self.make_input = lambda batch: np.tile(sound, (batch, 1))
        self.finish = lambda: None
        if library == "torchaudio":
            import torch
            torch.set_num_threads(1)
            if device != "cpu" and not torch.cuda.is_available():
                return {"error": "this torch has no CUDA device"}
            function = torchaudio_case(case, device)
            self.make_input = lambda batch: torch.from_numpy(np.tile(sound, (batch, 1))).to(device)
            if device != "cpu":
                self.finish = torch.cuda.synchronize

            def run(x):
                with torch.inference_mode():
                    return function(x)
            self.run = run
        elif library == "kaldi-native-fbank":
            self.run = native_fbank_case(case)
            # Lists are what its interface takes; making them is not counted.
            self.make_input = lambda batch: [(sound * 32768.0).tolist()] * batch
        else:
            self.run = {"librosa": librosa_case, "soxr": soxr_case}[library](case)
        result = self.run(self.make_input(1))
        if hasattr(result, "cpu"):
            result = result.cpu().numpy()
        np.save(request["output"], np.ascontiguousarray(result[0], dtype=np.float32))
        return {}

    def time(self, request):
        sound = self.make_input(request["batch"])
        self.run(sound)
        self.finish()
        best = float("inf")
        for _ in range(request["calls"]):
            begin = time.perf_counter()
            self.run(sound)
            self.finish()
            best = min(best, time.perf_counter() - begin)
        return {"seconds": best}


def main():
    peers = {}  # what was opened, so that rounds can go back to it
    print(json.dumps({"versions": versions()}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        key = (request["library"], request["case"], request.get("device", "cpu"))
        try:
            if request["do"] == "open":
                peer = Peer()
                answer = peer.open(request)
                peers[key] = peer
            else:
                answer = peers[key].time(request)
        except Exception as error:  # pylint: disable=broad-except
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
