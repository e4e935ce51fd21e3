#!/usr/bin/env python3
"""Training steps of HuggingFace peft on the processor, timed: the other side of bench/ratios.py. The last line is JSON.

  python hf_train.py --method lora --shape smollm-135m --batch 4 --seq 256 --steps 8 --warmup 2
  python hf_train.py --method lora --targets all-linear --model DIR --data rows.jsonl --batch 16 --steps 60
  python hf_train.py --method llama-adapter --adapter-layers 8 --dtype bfloat16 --attention sdpa --compile

What peft4j's `peft bench` does, done as a user of peft would do it: the model is made in the type it is used in, no cache is kept,
AdamW, gradients clipped at 1. A shape has random weights. Rows of a file ({"prompt", "completion"}) are taken in its order, padded
to the longest of their batch, and the loss is over the completions. tokens_per_s counts tokens, not padding.
Needs torch, transformers and peft.
"""

import argparse
import json
import os
import resource
import statistics
import time

SHAPES = {
    # hidden, layers, heads, key/value heads, feed-forward, vocabulary
    "tiny-1m": (128, 4, 4, 2, 384, 2048),
    "small-24m": (384, 6, 6, 2, 1024, 32000),
    "smollm-135m": (576, 30, 9, 3, 1536, 49152),
    "tinyllama-1.1b": (2048, 22, 32, 4, 5632, 32000),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", required=True, choices=["lora", "prefix", "prompt", "llama-adapter", "full"])
    base = parser.add_mutually_exclusive_group()
    base.add_argument("--shape", choices=sorted(SHAPES))
    base.add_argument("--model", metavar="DIR")
    parser.add_argument("--data", metavar="JSONL", help="rows instead of random tokens; needs --model")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--seq", type=int, default=256)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--warmup", type=int, default=1, help="of the steps, those at the start that don't count")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--targets", default="q_proj,v_proj", help="of lora: names with commas, or all-linear")
    parser.add_argument("--virtual-tokens", type=int, default=10)
    parser.add_argument("--adapter-layers", type=int, default=8, help="of llama-adapter: how many of the top layers")
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--attention", default="sdpa", choices=["sdpa", "eager"])
    parser.add_argument("--compile", action="store_true", help="torch.compile")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    if a.data and not a.model:
        parser.error("--data needs --model, for its tokenizer")
    if not 0 <= a.warmup < a.steps:
        parser.error("--warmup is at least 0 and less than --steps")
    return a


def base_model(a, torch):
    from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

    dtype = getattr(torch, a.dtype)
    if a.model:
        return AutoModelForCausalLM.from_pretrained(a.model, dtype=dtype, attn_implementation=a.attention)
    hidden, layers, heads, kv_heads, inner, vocabulary = SHAPES[a.shape or "smollm-135m"]
    config = LlamaConfig(
        hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=kv_heads,
        intermediate_size=inner, vocab_size=vocabulary, max_position_embeddings=max(2048, a.seq), tie_word_embeddings=True,
        attn_implementation=a.attention)
    usual = torch.get_default_dtype()
    torch.set_default_dtype(dtype)  # made in its type: a conversion would hold both at once
    try:
        return LlamaForCausalLM(config)
    finally:
        torch.set_default_dtype(usual)


def adapted(model, a):
    import peft

    task = "CAUSAL_LM"
    if a.method == "full":
        return model
    if a.method == "lora":
        targets = a.targets if a.targets == "all-linear" else a.targets.split(",")
        config = peft.LoraConfig(r=a.rank, lora_alpha=2 * a.rank, target_modules=targets, task_type=task)
    elif a.method == "prefix":
        config = peft.PrefixTuningConfig(num_virtual_tokens=a.virtual_tokens, task_type=task)
    elif a.method == "prompt":
        config = peft.PromptTuningConfig(num_virtual_tokens=a.virtual_tokens, task_type=task)
    else:
        config = peft.AdaptionPromptConfig(adapter_len=a.virtual_tokens, adapter_layers=a.adapter_layers, task_type=task)
    return peft.get_peft_model(model, config)


def read_rows(a, config):
    """(prompt ids, completion ids) of the rows that fit, as peft4j reads them."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(os.path.join(a.model, "tokenizer.json"))
    end = config.eos_token_id if isinstance(config.eos_token_id, int) else config.eos_token_id[0]
    rows = []
    with open(a.data, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            prompt = [config.bos_token_id] + tokenizer.encode(row["prompt"], add_special_tokens=False).ids
            completion = tokenizer.encode(row["completion"], add_special_tokens=False).ids + [end]
            if len(prompt) + len(completion) <= a.seq:
                rows.append((prompt, completion))
    return rows


def padded(rows, torch):
    """Ids, labels and mask of some rows."""
    width = max(len(p) + len(c) for p, c in rows)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    labels = torch.full((len(rows), width), -100)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for i, (prompt, completion) in enumerate(rows):
        end = len(prompt) + len(completion)
        ids[i, :end] = torch.tensor(prompt + completion)
        labels[i, len(prompt):end] = torch.tensor(completion)
        mask[i, :end] = 1
    return ids, labels, mask


def batches(a, config, torch):
    rows = read_rows(a, config) if a.data else None
    for step in range(a.steps):
        if rows:
            yield padded([rows[(step * a.batch + i) % len(rows)] for i in range(a.batch)], torch)
        else:
            ids = torch.randint(0, config.vocab_size, (a.batch, a.seq))
            yield ids, ids, torch.ones_like(ids)


def main():
    a = arguments()
    import torch

    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    base = base_model(a, torch)
    base.config.use_cache = False
    config = base.config
    model = adapted(base, a)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=a.lr, weight_decay=0.0)
    run = torch.compile(model) if a.compile else model
    model.train()
    losses, seconds, tokens = [], [], []
    for ids, labels, mask in batches(a, config, torch):
        start = time.perf_counter()
        loss = run(input_ids=ids, labels=labels, attention_mask=mask).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seconds.append(time.perf_counter() - start)
        tokens.append(int(mask.sum()))
        losses.append(loss.item())
    timed = slice(a.warmup, None)
    print(json.dumps({
        "program": "peft",
        "method": a.method,
        "model": os.path.basename(os.path.normpath(a.model)) if a.model else a.shape or "smollm-135m",
        "batch": a.batch,
        "seq": a.seq,
        "steps": a.steps,
        "trainable": sum(p.numel() for p in trained),
        "first_loss": round(losses[0], 4),
        "last_loss": round(statistics.mean(losses[-10:]), 4),
        "tokens_per_s": round(sum(tokens[timed]) / sum(seconds[timed]), 1),
        "median_step_s": round(statistics.median(seconds[timed]), 4),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "threads": a.threads,
        "dtype": a.dtype,
        "attention": a.attention,
        "compiled": a.compile,
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()
