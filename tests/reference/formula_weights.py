"""Weights and inputs that a formula gives, as tests/support/formula_weights.h says."""
import math

import numpy as np

RELU_GAIN = math.sqrt(2)


def fnv1a(text):
    """Hash as FNV-1a of 32 bits does."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def uniform(name, count):
    """Make `count` numbers in [-1, 1) from the name, float64."""
    # Of the first n values come the n after them by n steps at once: x -> factor x + offset.
    values = np.array([fnv1a(name) * 1664525 + 1013904223 & 0xFFFFFFFF], np.uint32)
    factor, offset = 1664525, 1013904223
    while len(values) < count:
        values = np.concatenate([values, values * np.uint32(factor) + np.uint32(offset)])
        offset = (offset * factor + offset) & 0xFFFFFFFF
        factor = factor * factor & 0xFFFFFFFF
    return values[:count] / 2147483648.0 - 1.0


def signal(name, shape):
    """Make an input: uniform, bound 1, float32."""
    return uniform(name, math.prod(shape)).astype(np.float32).reshape(shape)


def weights(name, shape, gain=RELU_GAIN):
    """Make the tensor called `name` of a state dict; its name and rank tell its kind."""
    if name.endswith(".num_batches_tracked"):
        return np.zeros(shape, np.int64)
    if name.endswith(".running_mean"):
        centre, bound = 0.0, 0.1
    elif name.endswith(".running_var"):
        centre, bound = 1.0, 0.3
    elif name.endswith(".bias"):
        centre, bound = 0.0, 0.05
    elif len(shape) == 1:
        centre, bound = 1.0, 0.1
    else:
        centre, bound = 0.0, gain * math.sqrt(3 / math.prod(shape[1:]))
    numbers = centre + bound * uniform(name, math.prod(shape))
    return numbers.astype(np.float32).reshape(shape)
