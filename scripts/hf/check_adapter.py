"""Loads a base and an adapter the product wrote by HF peft and compares the logits with those the product computed.

  python check_adapter.py --base DIR --adapter DIR --logits FILE.json [--tolerance 1e-4]

FILE.json: {"input_ids": [..], "logits": [[..] per position]}, or a list of these, or one a line.
Prints the largest absolute difference and where every position's argmax agrees. Exit code 1 when a difference is above the
tolerance, an argmax differs, a key of the adapter file is missing or unknown, or peft warns of either.
"""

import argparse
import sys

import torch

import comparison


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True)
    parser.add_argument("--adapter", required=True)
    parser.add_argument("--logits", required=True)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    a = parser.parse_args()
    torch.set_num_threads(1)
    model, problems = comparison.open_strictly(a.base, a.adapter)
    return comparison.finish(problems, comparison.compare_logits(model, a.logits, a.tolerance))


if __name__ == "__main__":
    sys.exit(main())
