"""Quantizes a checkpoint by bitsandbytes' definitions, in numpy, and compares every tensor with what the product wrote.

  ./peft quantize --model DIR --codec nf4 --out QUANTIZED
  ./peft quantize --model QUANTIZED --codec as-is --out DECODED
  python check_nf4.py --model DIR --quantized QUANTIZED --decoded DECODED

DIR is a checkpoint with one model.safetensors in F32. Codes, absmax, nested absmax, both maps and the state's JSON have to be equal
byte by byte, decoded weights bit by bit. Prints how many bits a weight takes: codes, absmax and nested absmax of all layers, over their
elements (the maps and the state, the same for a layer of any size, are told apart). Exit code 1 where something differs.
"""

import argparse
import json
import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file

import make_nf4

NF4 = make_nf4.NF4
STATE = "weight.quant_state.bitsandbytes__nf4"


def quantized(weight):
    """The tensors of a weight by their names in the layer, and the weight decoded."""
    flat = weight.astype(np.float32).reshape(-1)
    codes, absmax = make_nf4.blocks(flat, 64, NF4)
    coded, nested, offset, scale = make_nf4.doubly(absmax)
    state = {"quant_type": "nf4", "blocksize": 64, "dtype": "float32", "shape": list(weight.shape),
             "nested_blocksize": 256, "nested_dtype": "float32", "nested_offset": float(offset)}
    tensors = {"weight": make_nf4.packed_codes(codes).reshape(-1, 1), "weight.absmax": coded, "weight.nested_absmax": nested,
               "weight.quant_map": NF4, "weight.nested_quant_map": make_nf4.dynamic_map(),
               STATE: np.frombuffer(json.dumps(state).encode(), dtype=np.uint8)}
    return tensors, (NF4[codes] * np.repeat(scale, 64)[:len(flat)]).reshape(weight.shape)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "quantized", "decoded"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    a = parser.parse_args()
    plain, ours, decoded = (load_file(d / "model.safetensors") for d in (a.model, a.quantized, a.decoded))
    layers = [k.removesuffix(".quant_map").removesuffix(".weight") for k in ours if k.endswith(".weight.quant_map")]
    wrong, tensors_compared, elements, measured, beside = [], 0, 0, 0, 0
    for layer in layers:
        wanted, values = quantized(plain[layer + ".weight"])
        elements += values.size
        for name, tensor in wanted.items():
            found = ours[f"{layer}.{name}"]
            tensors_compared += 1
            if found.shape != tensor.shape or found.tobytes() != tensor.tobytes():
                wrong.append(f"{layer}.{name}")
            constant = name.endswith("map") or name == STATE
            measured += 0 if constant else found.nbytes
            beside += found.nbytes if constant else 0
        if decoded[layer + ".weight"].tobytes() != values.tobytes():
            wrong.append(f"{layer}.weight decoded")
    for name in wrong:
        print(f"FAIL {name}")
    print(f"{len(layers)} layers, {elements} weights, {tensors_compared} tensors and {len(layers)} decoded weights compared, {len(wrong)} differ")
    print(f"{measured * 8 / elements:.4f} bits a weight; maps and states besides: {beside / len(layers):.0f} bytes a layer")
    print("FAIL" if wrong or not layers else "PASS")
    return 1 if wrong or not layers else 0


if __name__ == "__main__":
    sys.exit(main())
