"""Writes the references for Nf4CodecTests and CodecTests: quantization by bitsandbytes' definitions, element by element, in numpy.

  python make_nf4.py ../../peft-qlora/src/test/resources/org/peft4j/qlora

nf4.bin: NF4 of a 100 x 60 matrix (packed, absmax, coded absmax, nested absmax, offset, dynamic map, decoded).
codecs.txt: of a 150 x 120 matrix, SHA-256 of every tensor of each codec and of the decoded matrix. Its 18000 elements make more
than one block of 256 scales, and the last block is not full.
"""
import hashlib
import json
import pathlib
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


FP4 = np.array([0, 0.0625, 8, 12, 4, 6, 2, 3, -0.0, -0.0625, -8, -12, -4, -6, -2, -3], dtype=f) / f(12)


def matrix(n):
    i = np.arange(n, dtype=np.uint64)
    u = ((i * 2654435761 + 12345) % 2 ** 32 >> 8).astype(f) / f(2 ** 24) - f(0.5)
    return u * u * u


def packed_codes(q):
    return (q[0::2] << 4 | q[1::2]).astype(np.uint8)


def doubly(absmax):
    offset = f(absmax.astype(np.float64).mean())
    q, nested = blocks(absmax - offset, 256, dynamic_map())
    scale = dynamic_map()[q] * np.repeat(nested, 256)[:len(q)] + offset
    return q, nested, offset, scale


def write_nf4(path):
    n = 100 * 60
    q, absmax = blocks(matrix(n), 64, NF4)
    q2, nested, offset, scale = doubly(absmax)
    decoded = NF4[q] * np.repeat(scale, 64)[:n]
    with open(path, "wb") as out:
        for part in (packed_codes(q), absmax, q2, nested, np.array([offset], dtype=f), dynamic_map(), decoded):
            out.write(part.tobytes())


def four_bit(levels, name, nested):
    rows, cols = 150, 120
    q, absmax = blocks(matrix(rows * cols), 64, levels)
    state = {"quant_type": name, "blocksize": 64, "dtype": "float32", "shape": [rows, cols]}
    tensors = {"weight": packed_codes(q), "weight.absmax": absmax, "weight.quant_map": levels}
    scale = absmax
    if nested:
        q2, small, offset, scale = doubly(absmax)
        tensors.update({"weight.absmax": q2, "weight.nested_absmax": small, "weight.nested_quant_map": dynamic_map()})
        state.update(nested_blocksize=256, nested_dtype="float32", nested_offset=float(offset))
    tensors["weight.quant_state.bitsandbytes__" + name] = np.frombuffer(json.dumps(state).encode(), dtype=np.uint8)
    return tensors, levels[q] * np.repeat(scale, 64)[:rows * cols]


def eight_bit():
    w = matrix(150 * 120).reshape(150, 120)
    scb = np.abs(w).max(axis=1)
    q = np.rint(w * (f(127) / scb)[:, None]).astype(np.int8)
    return {"weight": q, "SCB": scb}, q * (scb / f(127))[:, None]


def digests(made):
    tensors, decoded = made
    all_parts = dict(tensors, decoded=decoded.astype(f))
    return {name: hashlib.sha256(np.ascontiguousarray(t).tobytes()).hexdigest() for name, t in all_parts.items()}


def main():
    home = pathlib.Path(sys.argv[1])
    write_nf4(home / "nf4.bin")
    made = {"nf4": digests(four_bit(NF4, "nf4", True)), "nf4 plain": digests(four_bit(NF4, "nf4", False)),
            "fp4": digests(four_bit(FP4, "fp4", True)), "int8": digests(eight_bit())}
    lines = [f"{codec}/{name} {digest}" for codec, all_of in made.items() for name, digest in all_of.items()]
    (home / "codecs.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
