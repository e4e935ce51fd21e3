"""Compares the product's greedy continuations with transformers', id by id.

  python check_generation.py --base DIR --generation FILE.json [--adapter DIR] [--margin 1e-3]

FILE.json: {"prompt_ids": [..], "generated_ids": [..]}, or a list of these, or one a line. transformers generates as many ids as the file
has. Where the two part, the step and the lead of transformers' choice over its second are printed. Exit code 1 when they part;
a parting where the lead is below the margin is called a near tie, and still fails.
"""

import argparse
import sys

import torch

import comparison
import fixture


def check(model, case, number, margin):
    ours = case["generated_ids"]
    theirs, lead = fixture.greedy(model, case["prompt_ids"], max(1, len(ours)))
    for step, (mine, other) in enumerate(zip(ours, theirs)):
        if mine != other:
            tie = " (a near tie)" if lead[step] < margin else ""
            print(f"case {number}: FAIL at step {step}: {mine} where transformers has {other}, which leads by {lead[step]:.2e}{tie}")
            return 1
    if len(ours) != len(theirs):
        print(f"case {number}: FAIL {len(ours)} ids where transformers stops after {len(theirs)}")
        return 1
    print(f"case {number}: ok  {len(ours)} ids, smallest lead {min(lead):.2e}")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True)
    parser.add_argument("--adapter")
    parser.add_argument("--generation", required=True)
    parser.add_argument("--margin", type=float, default=1e-3)
    a = parser.parse_args()
    torch.set_num_threads(1)
    model, problems = comparison.open_strictly(a.base, a.adapter) if a.adapter else (fixture.load_base(a.base), [])
    failures = sum(check(model, case, number, a.margin) for number, case in enumerate(comparison.cases(a.generation)))
    return comparison.finish(problems, failures)


if __name__ == "__main__":
    sys.exit(main())
