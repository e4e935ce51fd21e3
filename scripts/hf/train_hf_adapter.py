"""Trains an adapter by HF peft on prompt/completion rows taken in the file's order, so that another trainer can follow step by step.

  python train_hf_adapter.py --model DIR --data FILE.jsonl --start ADAPTER_DIR --out DIR [--batch 8] [--steps 50] [--lr 1e-3]

--start is an adapter with its initial parameters (the product can write one with 0 steps); --method lora|dora|prefix|prompt|ia3|adaption-prompt
makes one with peft's own settings instead. Step k takes rows k*batch .. (k+1)*batch - 1 (from the start again at the end) of those that
fit --seq; the loss is the mean over the batch's completion tokens. torch's AdamW (betas 0.9, 0.999, eps 1e-8), a constant rate, gradients
clipped to norm 1, no dropout beyond the adapter's own. OUT gets the adapter, start/ (its initial parameters) and losses.json.
"""

import argparse
import json
from pathlib import Path

import torch
from peft import AdaptionPromptConfig, IA3Config, LoraConfig, PeftModel, PrefixTuningConfig, PromptTuningConfig, get_peft_model

import completions
import fixture

TASK = dict(task_type="CAUSAL_LM")
METHODS = {
    "lora": lambda: LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], **TASK),
    "dora": lambda: LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], use_dora=True, **TASK),
    "prefix": lambda: PrefixTuningConfig(num_virtual_tokens=10, **TASK),
    "prompt": lambda: PromptTuningConfig(num_virtual_tokens=10, **TASK),
    "ia3": lambda: IA3Config(target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"], **TASK),
    "adaption-prompt": lambda: AdaptionPromptConfig(adapter_len=10, adapter_layers=2, **TASK),
}


def train(model, rows, a):
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    steps = torch.optim.AdamW(parameters, lr=a.lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=a.weight_decay)
    losses = []
    for step in range(a.steps):
        ids, labels, mask = completions.batch([rows[(step * a.batch + i) % len(rows)] for i in range(a.batch)])
        loss = model(input_ids=ids, labels=labels, attention_mask=mask).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        steps.step()
        steps.zero_grad(set_to_none=True)
        losses.append(loss.item())
    return losses


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", type=Path, required=True)
    start = parser.add_mutually_exclusive_group(required=True)
    start.add_argument("--start")
    start.add_argument("--method", choices=list(METHODS))
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seq", type=int, default=256)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--weight-decay", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(a.seed)
    base = fixture.load_base(a.model, attention="sdpa")
    config = base.config
    model = PeftModel.from_pretrained(base, a.start, is_trainable=True) if a.start else get_peft_model(base, METHODS[a.method]())
    model.save_pretrained(a.out / "start")
    rows, _ = completions.read(a.model, config, a.data, a.seq)
    losses = train(model, rows, a)
    model.save_pretrained(a.out)
    settings = {k: getattr(a, k) for k in ("batch", "steps", "seq", "lr", "weight_decay", "seed")}
    fixture.write_json(a.out / "losses.json", {**settings, "losses": losses})
    print(json.dumps({"first_loss": losses[0], "last_loss": losses[-1], "steps": len(losses)}))


if __name__ == "__main__":
    main()
