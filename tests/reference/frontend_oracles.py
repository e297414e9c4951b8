"""Front ends as their authors compute them, in float64: librosa, torchaudio, torch, Pillow, numpy.

Every function takes a float64 array of samples and gives an array of features in the layout of
Melgraph's nodes without the item axis: [(patch,) channel, time, band].

The packages build their mel banks in float32 as a rule. Here torch's default type is float64 and
librosa is told so, so that a float64 computation elsewhere can be compared to the last digits; the
float32 banks move the features by less than the tolerances of float32.
"""
import math

import librosa
import numpy as np
import torch
import torchaudio
import torchaudio.compliance.kaldi as kaldi
from PIL import Image

torch.set_default_dtype(torch.float64)

FLOAT32_EPS = float(np.finfo(np.float32).eps)


# Signals that anyone can compute, to the last bit of float64.

def lcg(count, seed=1):
    """x = (1664525 x + 1013904223) mod 2^32, u = 2 x / 2^32 - 1, after the first step."""
    states, state = np.empty(count), seed
    for i in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        states[i] = state
    return 2.0 * states / 4294967296.0 - 1.0


def mix(rate, count):
    """Two tones, a rising sweep and noise; the first tenth is digital silence."""
    time = np.arange(count) / rate
    duration = count / rate
    sweep = 50 * time + (0.45 * rate - 50) * time * time / (2 * duration)
    signal = (0.3 * np.sin(2 * np.pi * 440 * time) + 0.1 * np.sin(2 * np.pi * 3000 * time)
              + 0.2 * np.sin(2 * np.pi * sweep) + 0.01 * lcg(count))
    signal[:count // 10] = 0
    return signal


def sine1k(rate, count):
    """VGGish's smoke test signal."""
    return np.sin(2 * np.pi * 1000 * (np.arange(count) / rate))


SIGNALS = {"mix": mix, "sine1k": sine1k}


def patches(frames, length, hop):
    """Cut [time, band] into whole patches: [patch, 1, time, band]."""
    count = 1 + (len(frames) - length) // hop
    return np.stack([frames[i * hop:i * hop + length] for i in range(count)])[:, None]


def one_channel(frames):
    return np.asarray(frames)[None]


# numpy, after tensorflow/models research/audioset (mel_features.py) and Essentia (triangularbands.cpp,
# whose `unit_max` leaves triangles of peak 1 as they are).

def left_aligned_frames(x, win, hop):
    count = 1 + (len(x) - win) // hop
    return np.lib.stride_tricks.sliding_window_view(x, win)[::hop][:count]


def mel_ln(hertz):
    return 1127.0 * np.log(1.0 + np.asarray(hertz) / 700.0)


def mel_log10(hertz):
    return 2595.0 * np.log10(1.0 + np.asarray(hertz) / 700.0)


def bank_linear_in_mel(to_mel, n_fft, rate, n_mels, f_min, f_max):
    """Triangles of peak 1 between edges evenly spaced in mel: [bin, band]; 0 Hz does not count."""
    bins = to_mel(np.linspace(0.0, rate / 2, n_fft // 2 + 1))
    edges = np.linspace(to_mel(f_min), to_mel(f_max), n_mels + 2)
    rise = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    bank = np.maximum(0.0, np.minimum(rise, fall))
    bank[0] = 0.0
    return bank


def vggish_mel(x, eps, period=400, to_mel=mel_ln):
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / period)
    spectrum = np.abs(np.fft.rfft(left_aligned_frames(x, 400, 160) * window, 512))
    return np.log(spectrum @ bank_linear_in_mel(to_mel, 512, 16000, 64, 125, 7500) + eps)


def vggish(x, cut=True):
    frames = vggish_mel(x, 0.01)
    return patches(frames, 96, 96) if cut else one_channel(frames)


def essentia_vggish(x):
    return patches(vggish_mel(x, 0.01, period=399, to_mel=mel_log10), 96, 93)


def yamnet(x):
    wanted = 15600 + max(0, math.ceil((len(x) - 15600) / 7680)) * 7680
    return patches(vggish_mel(np.pad(x, (0, wanted - len(x))), 0.001), 96, 48)


# librosa.

def librosa_power(x, rate, n_fft, hop, n_mels, f_min, f_max, window="hann", win=None,
                  pad_mode="reflect", norm="slaney"):
    spectrum = np.abs(librosa.stft(x, n_fft=n_fft, hop_length=hop, win_length=win, window=window,
                                   center=True, pad_mode=pad_mode)) ** 2
    bank = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=n_mels, fmin=f_min, fmax=f_max,
                               norm=norm, dtype=np.float64)
    return bank @ spectrum


def panns(x, rate, n_fft, hop, n_mels, f_max):
    power = librosa_power(x, rate, n_fft, hop, n_mels, 50, f_max)
    return one_channel(librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=None).T)


def librosa_mel(x, pad_mode="constant"):
    return librosa.feature.melspectrogram(y=x, sr=22050, pad_mode=pad_mode, dtype=np.float64)


def librosa_db(x, pad_mode="constant"):
    return one_channel(librosa.power_to_db(librosa_mel(x, pad_mode)).T)


def librosa_mfcc_of(x):
    return librosa.feature.mfcc(S=librosa.power_to_db(librosa_mel(x)), n_mfcc=20)


def librosa_mfcc(x):
    return one_channel(librosa_mfcc_of(x).T)


def librosa_delta(x, order):
    return one_channel(librosa.feature.delta(librosa_mfcc_of(x), width=9, order=order).T)


def librosa_pcen(x):
    mel = librosa_mel(x * 2.0**31)
    return one_channel(librosa.pcen(mel, sr=22050, hop_length=512).T)


def whisper(x, n_mels):
    """openai/whisper's log_mel_spectrogram; its stored banks are librosa's."""
    window = torch.hann_window(400)
    spectrum = torch.stft(torch.from_numpy(x), 400, 160, window=window, return_complex=True)
    power = spectrum[..., :-1].abs() ** 2
    bank = torch.from_numpy(librosa.filters.mel(sr=16000, n_fft=400, n_mels=n_mels,
                                                dtype=np.float64))
    log_spec = torch.clamp(bank @ power, min=1e-10).log10()
    log_spec = torch.maximum(log_spec, log_spec.max() - 8.0)
    return one_channel(((log_spec + 4.0) / 4.0).T.numpy())


def musicnn(x, pad_mode="reflect"):
    power = librosa_power(x, 16000, 512, 256, 96, 0, 8000, pad_mode=pad_mode)
    return patches(np.log10(10000 * power + 1).T, 187, 187)


def fsd_sinet(x):
    """Essentia's TensorflowInputFSDSINet with librosa's parts."""
    power = librosa_power(x, 22050, 2048, 220, 96, 50, 10500, window="hamming", win=660,
                          pad_mode="constant", norm=None)
    return patches(np.log10(np.maximum(power, 1e-30)).T, 101, 50)


def byol_a_librosa(x):
    power = librosa_power(x, 16000, 1024, 160, 64, 60, 7800)
    return one_channel(np.log(power + np.finfo(np.float64).eps).T)


def htsat(x, rate=32000, hop=320):
    """PANNs' log mel, stretched to 1024 frames by torch's bicubic interpolation."""
    image = torch.from_numpy(panns(x, rate, 1024, hop, 64, 14000))[None]
    return torch.nn.functional.interpolate(image, (1024, 64), mode="bicubic",
                                           align_corners=True)[0].numpy()


def laion_clap(x):
    """Sound through 16 bits and back, repeated to 10 s, PANNs' log mel at 48 kHz."""
    x = x.astype(np.float32)
    x = (np.clip(x, -1.0, 1.0) * np.float32(32767.0)).astype(np.int16) / np.float64(32767.0)
    return panns(x, 48000, 1024, 480, 64, 14000)


def ms_clap(x):
    return panns(x, 44100, 1024, 320, 64, 8000)


# torchaudio.

def torchaudio_mel(x, rate=16000, **options):
    return torchaudio.transforms.MelSpectrogram(rate, **options)(torch.from_numpy(x))


def torchaudio_default(x):
    return one_channel(torchaudio_mel(x).T.numpy())


def torchaudio_mfcc(x):
    return one_channel(torchaudio.transforms.MFCC(16000)(torch.from_numpy(x)).T.numpy())


def ced(x):
    power = torchaudio_mel(x, f_min=0, win_length=512, center=True, n_fft=512, hop_length=160,
                           n_mels=64)
    return one_channel(torchaudio.transforms.AmplitudeToDB(top_db=120)(power[None])[0].T.numpy())


def byol_a(x, eps=FLOAT32_EPS):
    power = torchaudio_mel(x, n_fft=1024, win_length=1024, hop_length=160, n_mels=64, f_min=60,
                           f_max=7800, power=2)
    return one_channel(np.log(power.numpy() + eps).T)


def kaldi_fbank(x, n_mels, scale=32768.0, window="povey", **options):
    sound = torch.from_numpy(x * scale)[None]
    return kaldi.fbank(sound, num_mel_bins=n_mels, window_type=window, dither=0.0, frame_shift=10,
                       sample_frequency=16000, **options).numpy()


def kaldi_mfcc(x):
    return one_channel(kaldi.mfcc(torch.from_numpy(x * 32768.0)[None], dither=0.0).numpy())


def ast(x, frames, mean, std, clip_mean=True, whole=True):
    """AST's dataset: fbank, zeros or a cut to `frames`, then mean and twice std."""
    if clip_mean:
        x = x - x.mean()
    fbank = kaldi_fbank(x, 128, scale=1.0, window="hanning")
    if not whole:
        return one_channel((fbank - mean) / (2 * std))
    fbank = np.pad(fbank, ((0, max(0, frames - len(fbank))), (0, 0)))[:frames]
    return ((fbank - mean) / (2 * std))[None, None]


def beats(x):
    return one_channel((kaldi_fbank(x, 128) - 15.41663) / (2 * 6.55582))


def passt(x, f_max=15000.0):
    """PaSST's AugmentMelSTFT in evaluation."""
    kernel = torch.tensor([[[-0.97, 1.0]]])
    sound = torch.nn.functional.conv1d(torch.from_numpy(x)[None, None], kernel)[0]
    spectrum = torch.stft(sound, 1024, 320, 800, center=True, normalized=False,
                          window=torch.hann_window(800, periodic=False), return_complex=True)
    bank, _ = kaldi.get_mel_banks(128, 1024, 32000.0, 0.0, f_max, 100.0, -500.0, 1.0)
    bank = torch.nn.functional.pad(bank, (0, 1))
    mel = (bank @ (spectrum.abs() ** 2) + 1e-5).log()
    return ((mel + 4.5) / 5.0).transpose(1, 2).numpy()


# Palanisamy et al. 2020: torchaudio, then images of Pillow.

def palanisamy(x, rate, n_fft, width):
    """Three resolutions as channels, each resized to 128 bands and `width` frames."""
    channels = []
    for window_ms, hop_ms in ((25, 10), (50, 25), (100, 50)):
        spec = torchaudio.transforms.MelSpectrogram(
            sample_rate=rate, n_fft=n_fft, win_length=int(round(window_ms * rate / 1000)),
            hop_length=int(round(hop_ms * rate / 1000)), n_mels=128)(torch.from_numpy(x))
        image = Image.fromarray(np.log(spec.numpy() + 1e-6).astype(np.float32))
        channels.append(np.asarray(image.resize((width, 128), Image.BILINEAR)).T)
    return np.stack(channels).astype(np.float64)


# kaldi-native-fbank, a second program for Kaldi's features, in float32.

def native_fbank(x, n_mels, scale=32768.0, snip_edges=True, high_freq=0.0):
    import kaldi_native_fbank as knf
    options = knf.FbankOptions()
    options.frame_opts.dither = 0.0
    options.frame_opts.snip_edges = snip_edges
    options.mel_opts.num_bins = n_mels
    options.mel_opts.high_freq = high_freq
    program = knf.OnlineFbank(options)
    program.accept_waveform(16000, (x * scale).astype(np.float32).tolist())
    program.input_finished()
    return np.stack([program.get_frame(i) for i in range(program.num_frames_ready)])


# Resamplers.

def sinc(x, source, target, **options):
    return torchaudio.functional.resample(torch.from_numpy(x), source, target, **options).numpy()


def kaiser(x, source, target, width, rolloff, beta):
    return sinc(x, source, target, lowpass_filter_width=width, rolloff=rolloff,
                resampling_method="sinc_interp_kaiser", beta=beta)


def soxr_hq(x, source, target):
    import soxr
    return soxr.resample(x, source, target, quality="HQ")
