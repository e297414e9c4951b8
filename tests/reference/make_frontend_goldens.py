#!/usr/bin/env python3
"""Make the golden vectors of front ends and resamplers, or check that they have not drifted.

Computes what librosa, torchaudio, torch, Pillow and numpy make of signals that anyone can compute
(frontend_oracles.py) and writes shape, statistics and some numbers of each result to
plugins/frontends/spectral/goldens.json, which `melgraph frontends verify` reads. With --check it
compares the file with what these packages give here and exits with 1 where they differ by more
than a case's tolerance in float64. Exits with 77 where a package is missing.
"""
import argparse
import importlib.util
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = ROOT / "plugins" / "frontends" / "spectral" / "goldens.json"
SKIPPED = 77
PROBES = 24
PACKAGES = {"numpy": "numpy", "librosa": "librosa", "soxr": "soxr", "torch": "torch",
            "torchaudio": "torchaudio", "PIL": "pillow"}
MEL, MFCC = "frontend.mel", "frontend.mfcc"


def require_packages():
    missing = [package for module, package in PACKAGES.items()
               if importlib.util.find_spec(module) is None]
    if missing:
        print(f"skipped: {sys.executable} lacks {', '.join(missing)}; install them with "
              f"{sys.executable} -m pip install {' '.join(missing)}")
        sys.exit(SKIPPED)


class Case:
    """A preset of a node type over a signal, and how its authors compute it."""

    def __init__(self, preset, oracle, compute, rate, samples, float32, float64=1e-9, type=MEL,
                 params=None, then=None, signal="mix", exact=False):
        self.head = {"type": type, "preset": preset}
        if params:
            self.head["params"] = params
        if then:
            self.head["then"] = then
        self.head |= {"signal": signal, "sample_rate": rate, "samples": samples}
        if exact:
            self.head["exact"] = True
        self.oracle, self.compute, self.exact = oracle, compute, exact
        self.tolerance = {"float32": float32, "float64": float64}

    def sound(self, oracles):
        import numpy as np
        signal = oracles.SIGNALS[self.head["signal"]]
        sound = signal(self.head["sample_rate"], self.head["samples"])
        return sound if self.exact else sound.astype(np.float32).astype(np.float64)


class Resampling:
    """A resampler over a signal."""

    def __init__(self, resampler, oracle, compute, float32):
        self.head = {"resampler": resampler, "signal": "mix", "from": 44100, "to": 16000,
                     "samples": 44100}
        self.oracle, self.compute = oracle, compute
        self.tolerance = {"float32": float32}

    def sound(self, oracles):
        import numpy as np
        return oracles.mix(44100, 44100).astype(np.float32)


def relative(absolute, factor):
    return {"absolute": absolute, "relative": factor}


def panns_cases(o):
    oracle = "librosa stft, filters.mel, power_to_db"
    return [
        Case("panns-32k", oracle, lambda x: o.panns(x, 32000, 1024, 320, 64, 14000), 32000, 320000,
             1e-3, 1e-6),
        Case("panns-16k", oracle, lambda x: o.panns(x, 16000, 512, 160, 64, 8000), 16000, 160000,
             1e-3, 1e-6),
        Case("panns-8k", oracle, lambda x: o.panns(x, 8000, 256, 80, 64, 4000), 8000, 80000, 1e-3,
             1e-6),
        Case("panns-mel32", oracle, lambda x: o.panns(x, 32000, 1024, 320, 32, 14000), 32000,
             320000, 1e-3, 1e-6),
        Case("panns-mel128", oracle, lambda x: o.panns(x, 32000, 1024, 320, 128, 14000), 32000,
             320000, 1e-3, 1e-6),
        Case("htsat-32k", oracle + "; torch interpolate bicubic", o.htsat, 32000, 320000, 1e-3,
             1e-6),
        Case("htsat-16k", oracle + "; torch interpolate bicubic",
             lambda x: o.htsat(x, 16000, 160), 16000, 16000, 1e-3, 1e-6),
        # Its samples are cut to 16 bits in float32; float64 puts a few of them on the next step.
        Case("laion-clap-48k", oracle, o.laion_clap, 48000, 480000, 1e-3, 5e-3),
        Case("ms-clap-2023", oracle, o.ms_clap, 44100, 308700, 1e-3, 1e-6),
    ]


def kaldi_cases(o):
    fbank = "torchaudio compliance.kaldi.fbank"
    return [
        Case("kaldi-fbank-80", fbank, lambda x: o.one_channel(o.kaldi_fbank(x, 80)), 16000, 160000,
             5e-3),
        Case("kaldi-fbank-80", fbank,
             lambda x: o.one_channel(o.kaldi_fbank(x, 80, snip_edges=False)), 16000, 160000, 5e-3,
             params={"snip_edges": False, "pad_mode": "reflect_edge"}),
        Case("kaldi-fbank-23", fbank, lambda x: o.one_channel(o.kaldi_fbank(x, 23)), 16000, 160000,
             5e-3),
        Case("k2-fbank-80", fbank,
             lambda x: o.one_channel(o.kaldi_fbank(x, 80, scale=1.0, snip_edges=False,
                                                   high_freq=-400.0)), 16000, 160000, 5e-3),
        Case("kaldi-mfcc-13", "torchaudio compliance.kaldi.mfcc", o.kaldi_mfcc, 16000, 160000,
             3e-3, type=MFCC),
        Case("ast-audioset", fbank, lambda x: o.ast(x, 1024, -4.2677393, 4.5689974), 16000, 160000,
             1e-3),
        Case("ast-esc50", fbank, lambda x: o.ast(x, 512, -6.6268077, 5.358466), 16000, 80000,
             1e-3),
        Case("ast-speechcommands", fbank, lambda x: o.ast(x, 128, -6.845978, 5.5654526), 16000,
             16000, 1e-3),
        Case("hf-ast", fbank, lambda x: o.ast(x, 1024, -4.2677393, 4.5689974, clip_mean=False),
             16000, 160000, 1e-3),
        Case("eat", fbank, lambda x: o.ast(x, 1024, -4.268, 4.569), 16000, 160000, 1e-3),
        Case("beats", fbank, o.beats, 16000, 160000, 1e-3),
    ]


def librosa_cases(o):
    second = {"method": "savgol", "width": 9, "order": 2, "edge": "interp", "keep_input": False}
    first = second | {"order": 1}
    return [
        Case("librosa-default", "librosa melspectrogram",
             lambda x: o.one_channel(o.librosa_mel(x).T), 22050, 44100, relative(1e-6, 2e-5),
             relative(1e-12, 1e-11), params={"log": "none", "top_db": None}),
        Case("librosa-default", "librosa melspectrogram, power_to_db", o.librosa_db, 22050, 44100,
             1e-3),
        Case("librosa-0.8", "librosa melspectrogram with pad_mode reflect, power_to_db",
             lambda x: o.librosa_db(x, "reflect"), 22050, 44100, 1e-3),
        Case("librosa-default", "librosa pcen", o.librosa_pcen, 22050, 44100, 1e-3,
             params={"log": "pcen", "top_db": None, "scale": 2.0**31}),
        Case("librosa-default", "librosa mfcc", o.librosa_mfcc, 22050, 44100, 2e-3, type=MFCC),
        Case("librosa-default", "librosa feature.delta", lambda x: o.librosa_delta(x, 1), 22050,
             44100, 1e-3, type=MFCC, then=[{"type": "frontend.delta", "params": first}]),
        Case("librosa-default", "librosa feature.delta", lambda x: o.librosa_delta(x, 2), 22050,
             44100, 1e-3, type=MFCC, then=[{"type": "frontend.delta", "params": second}]),
        Case("whisper-80", "torch stft, librosa filters.mel", lambda x: o.whisper(x, 80), 16000,
             480000, 2e-4),
        Case("whisper-128", "torch stft, librosa filters.mel", lambda x: o.whisper(x, 128), 16000,
             480000, 2e-4),
        Case("byol-a-librosa", "librosa stft, filters.mel", o.byol_a_librosa, 16000, 160000, 1e-3),
        Case("fsd-sinet", "librosa stft, filters.mel, after Essentia", o.fsd_sinet, 22050, 220500,
             1e-3),
        Case("musicnn-16k", "librosa stft, filters.mel", o.musicnn, 16000, 160000, 1e-4),
    ]


def torchaudio_cases(o):
    image = "torchaudio MelSpectrogram, Pillow resize"
    return [
        Case("torchaudio-default", "torchaudio MelSpectrogram", o.torchaudio_default, 16000, 32000,
             relative(1e-4, 1e-4), relative(1e-12, 1e-11)),
        Case("torchaudio-default", "torchaudio MFCC", o.torchaudio_mfcc, 16000, 32000, 5e-3,
             type=MFCC),
        Case("ced-16k", "torchaudio MelSpectrogram, AmplitudeToDB", o.ced, 16000, 160000, 2e-3),
        Case("dasheng-16k", "torchaudio MelSpectrogram, AmplitudeToDB", o.ced, 16000, 160000,
             2e-3),
        Case("byol-a", "torchaudio MelSpectrogram", o.byol_a, 16000, 160000, 1e-3),
        Case("passt", "torch stft, torchaudio get_mel_banks", o.passt, 32000, 320000, 5e-4),
        Case("passt-code-default", "torch stft, torchaudio get_mel_banks",
             lambda x: o.passt(x, 15500.0), 32000, 320000, 5e-4),
        Case("efficientat-32k", "torch stft, torchaudio get_mel_banks", o.passt, 32000, 320000,
             5e-4),
        # Pillow computes and keeps such images in float32.
        Case("palanisamy-esc50", image, lambda x: o.palanisamy(x, 44100, 4410, 250), 44100, 220500,
             1e-3, 1e-5),
        Case("palanisamy-us8k", image, lambda x: o.palanisamy(x, 22050, 2205, 250), 22050, 88200,
             1e-3, 1e-5),
        Case("palanisamy-us8k", image, lambda x: o.palanisamy(x, 22050, 2205, 250), 22050, 2206,
             1e-3, 1e-5),
        Case("palanisamy-gtzan", image, lambda x: o.palanisamy(x, 22050, 2205, 1500), 22050,
             661794, 1e-3, 1e-5),
    ]


def numpy_cases(o):
    audioset = "numpy, after mel_features.py of AudioSet"
    return [
        Case("vggish", audioset, lambda x: o.vggish(x, False), 16000, 160000, 1e-4, 1e-10,
             params={"patch_frames": None}),
        Case("vggish", audioset, o.vggish, 16000, 160000, 1e-4, 1e-10),
        Case("vggish", audioset, lambda x: o.vggish(x, False), 16000, 48000, 1e-3, 1e-9,
             params={"patch_frames": None}, signal="sine1k", exact=True),
        Case("yamnet", audioset, o.yamnet, 16000, 160000, 3e-4, 1e-10),
        Case("essentia-vggish", "numpy, after MelBands of Essentia", o.essentia_vggish, 16000,
             160000, 1e-4, 1e-10),
    ]


def resamplings(o):
    exact = "torchaudio resample in float64"
    # resampy counts the 50 zero crossings before it scales by the rolloff, torchaudio after it.
    rolloff = 0.9173473712608761
    kernels = {"kaiser-best": (64, 0.9475937167399596, 14.769656459379492),
               "kaiser-best-r3": (50 * rolloff, rolloff, 12.984585247040012),
               "kaiser-fast": (16, 0.85, 8.555504641634386)}
    found = [Resampling("sinc-hann-6", exact, lambda x: o.sinc(x.astype(float), 44100, 16000),
                        2e-5)]
    for name, kernel in kernels.items():
        found.append(Resampling(
            name, exact,
            lambda x, kernel=kernel: o.kaiser(x.astype(float), 44100, 16000, *kernel), 2e-5))
    found.append(Resampling("soxr-hq", "soxr resample, HQ",
                            lambda x: o.soxr_hq(x, 44100, 16000), 1e-5))
    return found


def picture(array):
    """Give what is kept of an array: statistics, its corners and points all over it."""
    import numpy as np
    points, state = [0, array.size - 1], 20250101
    while len(points) < PROBES + 2:
        state = (1664525 * state + 1013904223) % 2**32
        points.append(state * array.size // 2**32)
    probes = [[[int(i) for i in np.unravel_index(point, array.shape)], float(array.flat[point])]
              for point in points]
    return {"shape": list(array.shape), "mean": float(array.mean()), "std": float(array.std()),
            "min": float(array.min()), "max": float(array.max()), "probes": probes}


def title(head):
    if "resampler" in head:
        return f"resampler {head['resampler']}"
    extra = {key: head[key] for key in ("params", "then") if key in head}
    return (f"{head['type']}/{head['preset']} {head['signal']} {head['samples']} samples"
            + (f" {json.dumps(extra)}" if extra else ""))


def compute(case, oracles):
    import numpy as np
    array = np.asarray(case.compute(case.sound(oracles)), dtype=np.float64)
    return case.head | {"oracle": case.oracle, "tolerance": case.tolerance} | picture(array)


def margin(tolerance, value):
    if isinstance(tolerance, dict):
        return tolerance["absolute"] + tolerance["relative"] * abs(value)
    return tolerance


def drift(kept, made):
    """Say how a kept case differs from one made here; nothing where it does not."""
    if kept["shape"] != made["shape"]:
        return f"shape {made['shape']} instead of {kept['shape']}"
    # Resamplers compute in float32 in some programs.
    tolerance = kept["tolerance"].get("float64", kept["tolerance"]["float32"])
    pairs = [(key, kept[key], made[key]) for key in ("mean", "std", "min", "max")]
    pairs += [(f"at {was[0]}", was[1], now[1])
              for was, now in zip(kept["probes"], made["probes"])]
    for where, was, now in pairs:
        if not abs(was - now) <= margin(tolerance, max(abs(was), abs(kept["max"]))):
            return f"{where}: {now!r} instead of {was!r}"
    return None


def second_opinions(oracles):
    """Compare Kaldi's features of two programs, where both are there."""
    import numpy as np
    if importlib.util.find_spec("kaldi_native_fbank") is None:
        print("kaldi-native-fbank is missing: Kaldi's features have one oracle only")
        return True
    sound = oracles.mix(16000, 160000).astype(np.float32).astype(np.float64)
    agree = True
    for name, n_mels, options in (("kaldi-fbank-80", 80, {}), ("kaldi-fbank-23", 23, {}),
                                  ("k2-fbank-80", 80, {"scale": 1.0, "snip_edges": False,
                                                       "high_freq": -400.0})):
        difference = np.abs(oracles.native_fbank(sound, n_mels, **options)
                            - oracles.kaldi_fbank(sound, n_mels, **options)).max()
        print(f"{name}: kaldi-native-fbank differs from torchaudio by {difference:.1e}")
        agree = agree and difference <= 5e-3
    return agree


def dump(goldens):
    """Write one case a line: differences stay readable."""
    lines = ["{"]
    for key, value in goldens.items():
        if not isinstance(value, list):
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)},")
            continue
        entries = ",\n".join("    " + json.dumps(entry, separators=(",", ":")) for entry in value)
        lines.append(f"  {json.dumps(key)}: [\n{entries}\n  ],")
    lines[-1] = lines[-1].rstrip(",")
    return "\n".join(lines + ["}", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the file, write nothing")
    parser.add_argument("--only", metavar="TEXT", help="with --check: cases whose title has TEXT")
    parser.add_argument("--file", type=pathlib.Path, default=FILE, help="default %(default)s")
    arguments = parser.parse_args()
    require_packages()
    import frontend_oracles as oracles
    versions = [f"{package} {__import__(module).__version__}"
                for module, package in PACKAGES.items() if module != "soxr"]
    groups = (numpy_cases, librosa_cases, torchaudio_cases, kaldi_cases, panns_cases)
    cases = [case for group in groups for case in group(oracles)]
    if not arguments.check:
        goldens = {"schema": "melgraph.frontend-goldens/1", "made_with": ", ".join(versions),
                   "cases": [compute(case, oracles) for case in cases],
                   "resamplings": [compute(case, oracles) for case in resamplings(oracles)]}
        arguments.file.write_text(dump(goldens), encoding="utf-8")
        print(f"{arguments.file}: {len(cases)} cases, {arguments.file.stat().st_size} bytes")
        return 0 if second_opinions(oracles) else 1

    goldens = json.loads(arguments.file.read_text(encoding="utf-8"))
    kept = {title(entry): entry for entry in goldens["cases"] + goldens["resamplings"]}
    wanted = {title(case.head): case for case in cases + resamplings(oracles)}
    drifted = [f"{name}: not in the file" for name in wanted.keys() - kept.keys()]
    drifted += [f"{name}: in the file, but not made any more" for name in kept.keys() - wanted.keys()]
    compared = 0
    for name in kept.keys() & wanted.keys():
        if arguments.only and arguments.only not in name:
            continue
        compared += 1
        change = drift(kept[name], compute(wanted[name], oracles))
        if change:
            drifted.append(f"{name}: {change}")
    for line in sorted(drifted):
        print(f"drifted: {line}")
    if not arguments.only and not second_opinions(oracles):
        drifted.append("Kaldi")
    print(f"{compared} cases compared with {', '.join(versions)}: {len(drifted)} drifted "
          f"(made with {goldens['made_with']})")
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main())
