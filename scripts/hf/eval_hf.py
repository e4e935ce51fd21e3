"""Evaluates a base model, or an adapter on it, by transformers and peft on prompt/completion rows: one JSON line.

  python eval_hf.py --model DIR --data FILE.jsonl [--adapter DIR] [--seq 256] [--rows N]

The loss is the mean over all completion tokens (EOS among them) of rows of at most --seq tokens; longer rows are left out and counted.
"""

import argparse
import json
import math

import torch

import comparison
import completions
import fixture


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--adapter")
    parser.add_argument("--seq", type=int, default=256)
    parser.add_argument("--rows", type=int, help="the first N rows only")
    parser.add_argument("--batch", type=int, default=50)
    a = parser.parse_args()
    torch.set_num_threads(1)
    model, problems = fixture.load_base(a.model, attention="sdpa"), []
    config = model.config
    if a.adapter:
        model, problems = comparison.open_strictly(a.model, a.adapter)
    rows, skipped = completions.read(a.model, config, a.data, a.seq)
    rows = rows[:a.rows]
    loss, tokens = completions.evaluate(model, rows, a.batch)
    print(json.dumps({"loss": loss, "perplexity": math.exp(loss), "tokens": tokens, "rows": len(rows), "skipped": skipped, "problems": problems}))


if __name__ == "__main__":
    main()
