"""Writes the reference for Nf4CodecTests: NF4 of a 100 x 60 matrix by the definitions, element by element, in numpy."""
import sys

import numpy as np

f = np.float32
NF4 = np.array([-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
                -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
                0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
                0.7229568362236023, 1], dtype=f)


def dynamic_map():
    values = [0.0, 1.0]
    for i in range(7):
        edges = np.linspace(0.1, 1, 2 ** i + 1, dtype=f)
        means = (edges[:-1] + edges[1:]) / f(2)
        values += [f(10.0 ** (i - 6)) * m for m in means] + [-f(10.0 ** (i - 6)) * m for m in means]
    return np.array(sorted(values), dtype=f)


def codes(x, levels):
    return np.array([np.argmin(np.abs(levels.astype(np.float64) - float(v))) for v in x], dtype=np.uint8)


def blocks(x, size, levels):
    found, scales = [], []
    for start in range(0, len(x), size):
        part = x[start:start + size]
        scale = np.abs(part).max()
        found.append(codes(part * (f(1) / scale), levels))
        scales.append(scale)
    return np.concatenate(found), np.array(scales, dtype=f)


n = 100 * 60
i = np.arange(n, dtype=np.uint64)
u = ((i * 2654435761 + 12345) % 2 ** 32 >> 8).astype(f) / f(2 ** 24) - f(0.5)
w = u * u * u
q, absmax = blocks(w, 64, NF4)
offset = f(absmax.astype(np.float64).mean())
q2, nested = blocks(absmax - offset, 256, dynamic_map())
scale = dynamic_map()[q2] * np.repeat(nested, 256)[:len(q2)] + offset
decoded = NF4[q] * np.repeat(scale, 64)[:n]
packed = (q[0::2] << 4 | q[1::2]).astype(np.uint8)
with open(sys.argv[1], "wb") as out:
    for part in (packed, absmax, q2, nested, np.array([offset], dtype=f), dynamic_map(), decoded):
        out.write(part.tobytes())
