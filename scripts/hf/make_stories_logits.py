"""Writes the logits transformers computes for five stories, and its greedy continuations, for a comparison with the product's.

  python make_stories_logits.py --model ../../../shared/models/stories260K --out DIR [--tokens 200]

DIR gets text-N.json {text, input_ids, shape, file, loss, fp32_error, smallest_argmax_margin}, text-N.f32 (the [tokens, vocab]
logits, row-major little-endian float32; ids start with BOS) and generation.json: a list of {prompt, prompt_ids, generated_ids,
text, smallest_margin}, greedy, cached, ending early only at EOS. Nothing of it is committed.
"""

import argparse
import json
from pathlib import Path

import torch
from transformers import AutoTokenizer

import fixture
import stories


def write_logits(model, exact, tokenizer, number, text, out):
    ids = tokenizer(text).input_ids
    assert len(ids) >= 200, f"text {number} has only {len(ids)} tokens"
    logits = fixture.logits_of(model, ids)
    (out / f"text-{number}.f32").write_bytes(logits.numpy().astype("<f4").tobytes())
    top = logits.topk(2, dim=-1).values
    value = {
        "text": text,
        "input_ids": ids,
        "shape": list(logits.shape),
        "file": f"text-{number}.f32",
        "argmax": logits.argmax(-1).tolist(),
        "loss": torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(ids[1:])).item(),
        "fp32_error": (logits - fixture.logits_of(exact, ids)).abs().max().item(),
        "smallest_argmax_margin": float((top[:, 0] - top[:, 1]).min()),
    }
    fixture.write_json(out / f"text-{number}.json", value)
    print(f"text {number}: {len(ids)} tokens, loss {value['loss']:.4f}, fp32 error {value['fp32_error']:.1e}, "
          f"smallest margin {value['smallest_argmax_margin']:.1e}")


def generate(model, tokenizer, prompt, count):
    ids = tokenizer(prompt).input_ids
    generated, margin = fixture.greedy(model, ids, count)
    return {"prompt": prompt, "prompt_ids": ids, "generated_ids": generated, "text": tokenizer.decode(ids + generated, skip_special_tokens=True),
            "smallest_margin": min(margin)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=200)
    a = parser.parse_args()
    torch.set_num_threads(1)
    a.out.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(a.model)
    model, exact = fixture.load_base(a.model), fixture.load_base(a.model, torch.float64)
    for number, text in enumerate(stories.TEXTS):
        write_logits(model, exact, tokenizer, number, text, a.out)
    made = [generate(model, tokenizer, prompt, a.tokens) for prompt in stories.PROMPTS]
    (a.out / "generation.json").write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for g in made:
        print(f"{len(g['generated_ids'])} tokens, smallest margin {g['smallest_margin']:.1e}: {g['text'][:90]!r}")


if __name__ == "__main__":
    main()
