"""Makes adapters with HF peft on the models of make_models.py, one folder each, with the values peft computes from them.

  python make_adapters.py --models ../../fixtures/models --out ../../fixtures/adapters [--only NAME] [--seed 0]

Every folder holds adapter_config.json and adapter_model.safetensors as save_pretrained writes them (the base's name is cut
to its folder's name, and the target lists, sets whose order varies, are sorted) and expected.json:
  base                  the folder under models
  input_ids, logits_last, logits_rows, argmax, smallest_argmax_margin, loss   as in make_models.py
                        (logits and argmax of the real tokens; the loss is of their next tokens alone)
  base_difference       largest difference from the base's logits: the adapter is no no-op
  merged_logits_last    the last position after merge_and_unload, and merged_difference, its largest difference over all
                        positions; absent where a method can't merge
  train                 {loss, targets, gradients}: one backward pass with the input ids as the labels of all positions, no dropout;
                        gradients are {key of the adapter file: {shape, values}}. `targets` counts the positions the loss
                        averages over: with prompt tuning the last virtual token predicts the first real one, so one more.
lora-qv also holds optimizer.json: five AdamW steps (losses, norms before clipping, final parameters), with and without decay.
All parameters are random and non-zero, so nothing is hidden by an initial zero. The values are fp32, eager attention, CPU.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from peft import AdaptionPromptConfig, IA3Config, LoraConfig, PeftModel, PrefixTuningConfig, PromptTuningConfig, get_peft_model
from peft import get_peft_model_state_dict
from safetensors.torch import load_file, save_file

import fixture

UNTIED = "llama-gqa-untied"
TASK = dict(task_type="CAUSAL_LM")


def lora(targets, **settings):
    return lambda: LoraConfig(target_modules=targets, **{"r": 4, "lora_alpha": 8, **TASK, **settings})


# name: (base, config[, type the file's tensors are stored in])
ADAPTERS = {
    "lora-qv": (UNTIED, lora(["q_proj", "v_proj"])),
    "lora-all-linear": (UNTIED, lora("all-linear", r=2, lora_alpha=3)),
    "lora-rslora": (UNTIED, lora(["q_proj", "v_proj"], use_rslora=True)),
    "lora-patterns": (UNTIED, lora(
        ["q_proj", "k_proj", "v_proj", "down_proj"],
        rank_pattern={"k_proj": 2, "layers.1.self_attn.v_proj": 6, r"^model\.layers\.0\.mlp\.down_proj": 3},
        alpha_pattern={"v_proj": 16, "layers.0.self_attn.q_proj": 2})),
    "lora-layers": (UNTIED, lora(["q_proj", "up_proj"], layers_to_transform=[1])),
    "lora-regex": (UNTIED, lora(r".*\.layers\.[01]\.(self_attn\.(q|o)_proj|mlp\.up_proj)")),
    "lora-dora": (UNTIED, lora(["q_proj", "v_proj", "down_proj"], use_dora=True)),
    "lora-dora-rslora": (UNTIED, lora(["k_proj", "o_proj"], use_dora=True, use_rslora=True)),
    "lora-exclude": (UNTIED, lora(["q_proj", "k_proj", "v_proj", "o_proj"], exclude_modules=["model.layers.0.self_attn.k_proj", "o_proj"])),
    "lora-exclude-regex": (UNTIED, lora(["q_proj", "v_proj"], exclude_modules=r".*layers\.0\.self_attn\.v_proj")),
    "lora-modules-to-save": (UNTIED, lora(["q_proj", "v_proj"], modules_to_save=["lm_head"])),
    "lora-lm-head": (UNTIED, lora(["q_proj", "lm_head"])),
    "lora-gaussian": (UNTIED, lora(["q_proj", "v_proj"], init_lora_weights="gaussian")),
    "lora-lora-bias": ("llama-bias", lora(["q_proj", "v_proj"], lora_bias=True)),
    "lora-bf16-file": (UNTIED, lora(["q_proj", "v_proj"]), torch.bfloat16),
    "lora-f16-file": (UNTIED, lora(["q_proj", "v_proj"]), torch.float16),
    "lora-qwen2": ("qwen2", lora("all-linear", r=2)),
    "lora-dora-qwen2": ("qwen2", lora(["q_proj", "v_proj", "down_proj"], use_dora=True)),
    "lora-bias-only": ("qwen2", lora(["q_proj", "v_proj", "down_proj"], bias="lora_only")),
    "lora-mistral": ("mistral-window", lora(["q_proj", "k_proj", "v_proj", "o_proj"])),
    "ia3": (UNTIED, lambda: IA3Config(target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"], **TASK)),
    "ia3-qwen2": ("qwen2", lambda: IA3Config(target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"], **TASK)),
    "prefix-10": (UNTIED, lambda: PrefixTuningConfig(num_virtual_tokens=10, **TASK)),
    "prefix-projection": ("llama-gqa", lambda: PrefixTuningConfig(num_virtual_tokens=10, prefix_projection=True, encoder_hidden_size=24, **TASK)),
    "prompt-tuning": (UNTIED, lambda: PromptTuningConfig(num_virtual_tokens=6, **TASK)),
    "adaption-prompt": ("llama-gqa", lambda: AdaptionPromptConfig(adapter_len=5, adapter_layers=1, **TASK)),
    "adaption-prompt-all": ("llama-mha", lambda: AdaptionPromptConfig(adapter_len=3, adapter_layers=2, **TASK)),
}
MERGEABLE = {"LORA", "IA3"}


@torch.no_grad()
def randomise(model, name, seed):
    """Every trainable parameter gets values that matter; scales, magnitudes and IA3 vectors stay near what they start from."""
    g = fixture.generator(name, seed)
    for key, p in model.named_parameters():
        if not p.requires_grad:
            continue
        noise = torch.randn(p.shape, generator=g)
        if "magnitude" in key or "ia3" in key:
            p.mul_(1 + 0.3 * noise)
        elif "prompt_encoder" in key or "adaption_prompt" in key:
            p.copy_(noise)
        elif "adaption_gate" in key:
            p.copy_(0.7 + 0.1 * noise)
        elif "modules_to_save" in key:
            p.add_(0.1 * noise)
        else:
            p.copy_(0.25 * noise)


def save(model, directory, base, dtype):
    model.save_pretrained(directory)
    (directory / "README.md").unlink(missing_ok=True)
    path = directory / "adapter_config.json"
    config = json.loads(path.read_text())
    config["base_model_name_or_path"] = base
    for key in ("target_modules", "exclude_modules", "modules_to_save", "feedforward_modules"):
        if isinstance(config.get(key), list):
            config[key] = sorted(config[key])
    path.write_text(json.dumps(config, indent=2, sort_keys=True))
    if dtype is not torch.float32:
        file = directory / "adapter_model.safetensors"
        save_file({k: v.to(dtype) for k, v in load_file(file).items()}, file, metadata={"format": "pt"})
    fixture.readable(directory)


def open_adapter(models, base, directory):
    """Base and adapter read back from their files, the adapter's parameters trainable, whatever the config's inference mode says."""
    model = PeftModel.from_pretrained(fixture.load_base(models / base), str(directory))
    marks = ("lora_", "ia3_", "adaption_", "prompt_encoder", "modules_to_save.default")
    biases = json.loads((directory / "adapter_config.json").read_text()).get("bias") == "lora_only"
    for key, p in model.named_parameters():
        p.requires_grad_(any(m in key for m in marks) or (biases and key.endswith("base_layer.bias")))
    return model


def adapter_values(model, of=lambda p: p):
    """{key of the adapter file: values}, by the library's own naming: the values are put where the parameters are."""
    kept = {}
    with torch.no_grad():
        for p in model.parameters():
            if p.requires_grad:
                kept[p] = p.clone()
                p.copy_(of(p))
        named = {k: v.clone() for k, v in get_peft_model_state_dict(model, save_embedding_layers=False).items()}
        for p, value in kept.items():
            p.copy_(value)
    return {k: {"shape": list(v.shape), "values": fixture.floats(v)} for k, v in sorted(named.items())}


def train(model, ids, kind):
    """The loss and gradients of one batch in training mode (no adapter here has dropout)."""
    model.train()
    x = torch.tensor([ids])
    loss = model(input_ids=x, labels=x).loss
    loss.backward()
    gradients = adapter_values(model, lambda p: p.grad)
    for key, g in gradients.items():
        assert any(g["values"]), f"no gradient reaches {key}"
    model.eval()
    return {"loss": loss.item(), "targets": len(ids) - (kind != "PROMPT_TUNING"), "gradients": gradients}


def optimizer(models, base, directory, seed):
    """Five steps of torch's AdamW on one batch of two sequences, gradients clipped to norm 1."""
    vocab = fixture.load_base(models / base).config.vocab_size
    batch = [fixture.token_ids(f"optimizer-{i}", seed, vocab, 20) for i in range(2)]
    x = torch.tensor(batch)
    runs = []
    for decay in (0.0, 0.1):
        model = open_adapter(models, base, directory).train()
        parameters = [p for p in model.parameters() if p.requires_grad]
        steps = torch.optim.AdamW(parameters, lr=1e-2, betas=(0.9, 0.999), eps=1e-8, weight_decay=decay)
        losses, norms = [], []
        for _ in range(5):
            loss = model(input_ids=x, labels=x).loss
            loss.backward()
            norms.append(torch.nn.utils.clip_grad_norm_(parameters, 1.0).item())
            steps.step()
            steps.zero_grad()
            losses.append(loss.item())
        final = model(input_ids=x, labels=x).loss.item()
        runs.append({"weight_decay": decay, "losses": losses, "final_loss": final, "norms": norms, "parameters": adapter_values(model)})
    settings = {"lr": 1e-2, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "max_grad_norm": 1.0}
    fixture.write_json(directory / "optimizer.json", {"base": base, "batch": batch, "settings": settings, "runs": runs})


def make(name, models, out, seed):
    base, config, *stored = ADAPTERS[name]
    directory = out / name
    shutil.rmtree(directory, ignore_errors=True)
    torch.manual_seed(seed)
    model = get_peft_model(fixture.load_base(models / base), config())
    randomise(model, name, seed)
    save(model.eval(), directory, base, *(stored or [torch.float32]))
    ids = json.loads((models / base / "expected.json").read_text())["input_ids"]
    before = fixture.logits_of(model, ids)
    kind = json.loads((directory / "adapter_config.json").read_text())["peft_type"]
    model = open_adapter(models, base, directory)
    values = {"base": base, **fixture.expected(model, ids)}
    logits = fixture.logits_of(model, ids)
    assert stored or (logits - before).abs().max() < 1e-5, f"{name} reads back differently from what was saved"
    values["base_difference"] = (logits - fixture.logits_of(fixture.load_base(models / base), ids)).abs().max().item()
    values["train"] = train(model, ids, kind)
    if kind in MERGEABLE:
        merged = fixture.logits_of(model.merge_and_unload(), ids)
        values["merged_logits_last"] = fixture.floats(merged[-1])
        values["merged_difference"] = (merged - logits).abs().max().item()
    fixture.write_json(directory / "expected.json", values)
    if name == "lora-qv":
        optimizer(models, base, directory, seed)
    size = sum(f.stat().st_size for f in directory.iterdir())
    print(f"{name:20} {size:7} bytes  loss {values['loss']:.4f}  train {values['train']['loss']:.4f}  "
          f"from base {values['base_difference']:.2f}  merged {values.get('merged_difference', float('nan')):.1e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", choices=list(ADAPTERS))
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    torch.set_num_threads(1)
    for name in [a.only] if a.only else ADAPTERS:
        make(name, a.models, a.out, a.seed)


if __name__ == "__main__":
    main()
