"""Combines LoRA adapters by HF peft's add_weighted_adapter(combination_type="cat"), which is the exact weighted sum of what each adds.

  python weighted.py --base DIR --adapter DIR:WEIGHT --adapter DIR:WEIGHT --logits FILE.json [--tolerance 1e-4]
  python weighted.py --base DIR --adapter DIR:WEIGHT --adapter DIR:WEIGHT --out FILE.json [--seed 0]

With --logits it compares them with those the product computed (FILE as for check_adapter.py; exit code 1 where they differ); with
--out it writes the values a reader must reproduce. ../../fixtures/weighted/lora-cat.json was made by
  python weighted.py --base ../../fixtures/models/llama-gqa-untied --adapter ../../fixtures/adapters/lora-qv:0.7 \
    --adapter ../../fixtures/adapters/lora-all-linear:-0.4 --out ../../fixtures/weighted/lora-cat.json
"""

import argparse
import pathlib
import sys

import torch
from peft import PeftModel

import comparison
import fixture


def combined(base, choices):
    """The base with one adapter that is the weighted sum of the others."""
    parts = [choice.rpartition(":") for choice in choices]
    names = [f"part{i}" for i in range(len(parts))]
    model = PeftModel.from_pretrained(fixture.load_base(base), parts[0][0], adapter_name=names[0])
    for name, part in list(zip(names, parts))[1:]:
        model.load_adapter(part[0], adapter_name=name)
    model.add_weighted_adapter(names, [float(part[2]) for part in parts], "sum", combination_type="cat")
    model.set_adapter("sum")
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True)
    parser.add_argument("--adapter", action="append", required=True)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--logits")
    what.add_argument("--out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    a = parser.parse_args()
    torch.set_num_threads(1)
    model = combined(a.base, a.adapter)
    if a.logits:
        return comparison.finish([], comparison.compare_logits(model, a.logits, a.tolerance))
    out = pathlib.Path(a.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    weights = {pathlib.Path(d).name: float(w) for d, _, w in (choice.rpartition(":") for choice in a.adapter)}
    ids = fixture.token_ids("weighted", a.seed, model.config.vocab_size, 20)
    fixture.write_json(out, {"base": pathlib.Path(a.base).name, "weights": weights, **fixture.expected(model, ids)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
