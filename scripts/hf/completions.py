"""Prompt/completion rows as batches with the loss on the completion alone: BOS + prompt | completion + EOS."""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer


def read(model_directory, config, path, longest):
    """([(prompt ids, completion ids)], number of rows longer than `longest`, which are left out)."""
    tokenizer = Tokenizer.from_file(str(Path(model_directory) / "tokenizer.json"))
    rows, skipped = [], 0
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            prompt = [config.bos_token_id] + tokenizer.encode(row["prompt"], add_special_tokens=False).ids
            completion = tokenizer.encode(row["completion"], add_special_tokens=False).ids + [config.eos_token_id]
            if len(prompt) + len(completion) <= longest:
                rows.append((prompt, completion))
            else:
                skipped += 1
    return rows, skipped


def batch(rows):
    """(ids, labels, mask), each [rows, longest row], padded on the right; labels are -100 outside the completions."""
    length = max(len(p) + len(c) for p, c in rows)
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    labels = torch.full((len(rows), length), -100)
    mask = torch.zeros(len(rows), length, dtype=torch.long)
    for i, (prompt, completion) in enumerate(rows):
        end = len(prompt) + len(completion)
        ids[i, :end] = torch.tensor(prompt + completion)
        labels[i, len(prompt):end] = torch.tensor(completion)
        mask[i, :end] = 1
    return ids, labels, mask


@torch.no_grad()
def evaluate(model, rows, size):
    """(mean loss over all completion tokens, their number)."""
    model.eval()
    total = count = 0
    for i in range(0, len(rows), size):
        ids, labels, mask = batch(rows[i:i + size])
        tokens = int((labels[:, 1:] != -100).sum())
        total += model(input_ids=ids, labels=labels, attention_mask=mask).loss.item() * tokens
        count += tokens
    return total / count, count
