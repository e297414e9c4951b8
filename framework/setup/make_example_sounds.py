#!/usr/bin/env python3
"""Write short example sounds as 16-bit WAV files at 44.1 kHz; the same bytes on every run.

  make_example_sounds.py FOLDER [NAME...]     (all of them, or those named)

They are synthesized, so that nothing has to be fetched and nobody's recording is in the tree.
"""

import array
import math
import os
import random
import sys
import wave

RATE = 44100


def noise(generator, seconds):
    return [generator.uniform(-1.0, 1.0) for _ in range(int(seconds * RATE))]


def low_pass(samples, frequency):
    """One-pole low-pass filter."""
    weight = 1.0 - math.exp(-2.0 * math.pi * frequency / RATE)
    state, result = 0.0, []
    for sample in samples:
        state += weight * (sample - state)
        result.append(state)
    return result


def high_pass(samples, frequency):
    return [sample - low for sample, low in zip(samples, low_pass(samples, frequency))]


def resonate(samples, frequency, bandwidth):
    """Two-pole resonator."""
    radius = math.exp(-math.pi * bandwidth / RATE)
    first, second = 2.0 * radius * math.cos(2.0 * math.pi * frequency / RATE), -radius * radius
    past, before, result = 0.0, 0.0, []
    for sample in samples:
        past, before = (1.0 - radius) * sample + first * past + second * before, past
        result.append(past)
    return result


def add(target, samples, start, gain=1.0):
    for index, sample in enumerate(samples[: max(0, len(target) - start)], start):
        target[index] += gain * sample


def rain(generator):
    """Broad noise with single drops above it."""
    bed = high_pass(low_pass(noise(generator, 5.0), 9000.0), 400.0)
    for _ in range(600):
        drop = [math.exp(-n / 60.0) * generator.uniform(-1.0, 1.0) for n in range(300)]
        add(bed, drop, generator.randrange(len(bed)), generator.uniform(0.1, 0.6))
    return [bed]


def clock_tick(generator):
    """A wall clock: a ringing tick every second, tick and tock of two pitches, in a quiet room."""
    ticks = [0.02 * sample for sample in low_pass(noise(generator, 5.0), 1500.0)]
    for index in range(5):
        tock = 0.9 if index % 2 else 1.0
        click = [0.0] * 4000
        for partial, frequency in enumerate((1800.0, 3100.0, 4400.0)):
            decay = 600.0 / (1.0 + 0.5 * partial)
            for n in range(len(click)):
                click[n] += (math.exp(-n / decay) / (1.0 + partial) *
                             math.sin(2.0 * math.pi * frequency * tock * n / RATE))
        add(ticks, click, int((0.05 + index) * RATE), 0.8 if index % 2 else 1.0)
    return [ticks]


def sea_waves(generator):
    """One wave that swells and runs out, a little later in the second channel."""
    channels = []
    for offset in (0.0, 0.04):
        deep = low_pass(low_pass(noise(generator, 5.0), 800.0), 1600.0)
        spray = high_pass(low_pass(noise(generator, 5.0), 6000.0), 500.0)
        channel = []
        for n, (low, high) in enumerate(zip(deep, spray)):
            swell = (0.5 - 0.5 * math.cos(2.0 * math.pi * (n / RATE - offset) / 5.0)) ** 2
            channel.append(low * (0.3 + 1.5 * swell) + 0.2 * high * swell)
        channels.append(channel)
    return channels


def chainsaw(generator):
    """A two-stroke engine: a sawtooth whose pitch wanders, rough and noisy."""
    roughness = low_pass(noise(generator, 4.0), 30.0)
    hiss = high_pass(noise(generator, 4.0), 1500.0)
    result, phase = [], 0.0
    for n, (rough, air) in enumerate(zip(roughness, hiss)):
        load = 0.5 + 0.5 * math.sin(2.0 * math.pi * 0.6 * n / RATE)
        phase = (phase + (95.0 + 35.0 * load) * (1.0 + 0.6 * rough) / RATE) % 1.0
        saw = 1.0 - 2.0 * phase
        result.append(math.tanh(2.5 * saw) * (0.7 + 2.0 * rough) + 0.45 * air * (0.3 + phase))
    body = resonate(result, 1800.0, 1500.0)
    return [[resonant + 0.6 * plain for resonant, plain in zip(body, result)]]


def crackling_fire(generator):
    """Rare sharp cracks over a soft rumble, spread over two channels."""
    channels = [[0.25 * sample for sample in low_pass(noise(generator, 5.0), 250.0)]
                for _ in range(2)]
    for _ in range(110):
        pitch, decay = generator.uniform(1500.0, 7000.0), generator.uniform(15.0, 110.0)
        crack = [math.exp(-n / decay) * (0.6 * generator.uniform(-1.0, 1.0) +
                                         math.sin(2.0 * math.pi * pitch * n / RATE))
                 for n in range(700)]
        start, level = generator.randrange(5 * RATE), generator.random() ** 3
        side = generator.random()
        add(channels[0], crack, start, level * (1.0 - side))
        add(channels[1], crack, start, level * side)
    return channels


def dog(generator):
    """Four barks: a falling harmonic tone through the resonances of a throat."""
    result = [0.001 * sample for sample in noise(generator, 3.0)]
    for start in (0.2, 0.55, 1.5, 1.9):
        count, phase, voice = int(0.22 * RATE), 0.0, []
        for n in range(count):
            time = n / count
            phase = (phase + (620.0 - 330.0 * time) / RATE) % 1.0
            envelope = min(1.0, time / 0.08) * (1.0 - time) ** 1.5
            voice.append(envelope * (1.0 - 2.0 * phase + 0.5 * generator.uniform(-1.0, 1.0)))
        throat = [a + 0.7 * b for a, b in zip(resonate(voice, 900.0, 250.0),
                                              resonate(voice, 1900.0, 400.0))]
        add(result, throat, int(start * RATE))
    return [result]


SOUNDS = (rain, clock_tick, sea_waves, chainsaw, crackling_fire, dog)


def write_wav(path, channels):
    peak = max(abs(sample) for channel in channels for sample in channel)
    scale = 0.7 * 32767.0 / peak
    frames = array.array("h", (int(round(scale * sample))
                               for frame in zip(*channels) for sample in frame))
    if sys.byteorder == "big":
        frames.byteswap()
    # Whole or not there at all: an interrupted run must leave nothing that looks done.
    with wave.open(path + ".part", "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(frames.tobytes())
    os.replace(path + ".part", path)


def main(arguments):
    known = {sound.__name__ for sound in SOUNDS}
    wanted = set(arguments[1:]) or known
    if not arguments or not wanted <= known:
        sys.exit(f"{__doc__}\nsounds: {' '.join(sorted(known))}")
    os.makedirs(arguments[0], exist_ok=True)
    for sound in SOUNDS:
        if sound.__name__ not in wanted:
            continue
        path = os.path.join(arguments[0], sound.__name__ + ".wav")
        if os.path.exists(path) and os.path.getmtime(path) > os.path.getmtime(__file__):
            continue
        # A seed of its own for each, so that one can change without the others.
        write_wav(path, sound(random.Random(sound.__name__)))


if __name__ == "__main__":
    main(sys.argv[1:])
