"""Loads a merged checkpoint the product wrote by transformers and compares the logits with those the product computed.

  python check_merged.py --model DIR --logits FILE.json [--tolerance 1e-4] [--base DIR --adapter DIR]

FILE.json is as for check_adapter.py. With --base and --adapter the checkpoint is also compared with peft's unmerged adapter on the
same ids, at ten times the tolerance (sums are taken in another order). Exit code 1 on a difference, an argmax that differs, or
a weight that is missing from, or unknown in, the checkpoint.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

import comparison
import fixture


def open_checkpoint(directory):
    """(model, problems): transformers fills missing weights at random and only warns, so its report is read."""
    model, report = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    problems = [f"{what}: {sorted(map(str, keys))}" for what, keys in report.items() if keys]
    return model.eval(), problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--logits", required=True)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--base")
    parser.add_argument("--adapter")
    a = parser.parse_args()
    torch.set_num_threads(1)
    model, problems = open_checkpoint(a.model)
    written = json.loads((Path(a.model) / "config.json").read_text("utf-8"))
    print(f"{written.get('architectures')}, {sum(p.numel() for p in model.parameters())} parameters")
    failures = comparison.compare_logits(model, a.logits, a.tolerance)
    if a.base and a.adapter:
        unmerged, more = comparison.open_strictly(a.base, a.adapter)
        problems += more
        for number, case in enumerate(comparison.cases(a.logits)):
            difference = (fixture.logits_of(model, case["input_ids"]) - fixture.logits_of(unmerged, case["input_ids"])).abs().max().item()
            failures += not difference <= 10 * a.tolerance
            print(f"case {number}: merged differs from unmerged by {difference:.3e}")
    return comparison.finish(problems, failures)


if __name__ == "__main__":
    sys.exit(main())
