"""Makes tiny random checkpoints in HuggingFace layout, one folder each, with the values transformers computes from them.

  python make_models.py --out ../../fixtures/models [--only NAME] [--seed 0]

Every folder holds config.json, model.safetensors (or shards and their index) and expected.json:
  input_ids             the sequence
  logits_last           [vocab] logits of the last position
  logits_rows           {position: [vocab]} of three more positions
  argmax                the most likely next id at every position
  smallest_argmax_margin  smallest distance of the best and second-best logit over the positions
  loss                  mean next-token cross entropy over all positions
  fp32_error            largest difference of the fp32 logits from float64 ones, the noise a comparison must allow
The values are fp32 on the CPU with eager attention. Weights stored as BF16 or F16 are upcast first.
Folders whose config.json is in the older spelling (rope_theta, rope_scaling, torch_dtype), as most published checkpoints
have it, also hold the newer spelling (rope_parameters, dtype) in config.transformers5.json; both mean the same.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from transformers import AutoConfig, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, Qwen2Config, Qwen2ForCausalLM
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

import fixture

LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}
SHAPE = dict(vocab_size=97, hidden_size=32, intermediate_size=56, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=4,
             max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=None, rms_norm_eps=1e-5, tie_word_embeddings=True)
GQA = dict(num_key_value_heads=2)


def rope(theta=10000.0, **scaling):
    return dict(rope_parameters={"rope_type": "default", "rope_theta": theta, **scaling})


# name: (config class, model class, config, sequence length, how it is stored)
MODELS = {
    "llama-mha": (LlamaConfig, LlamaForCausalLM, rope(), 24, {}),
    "llama-gqa": (LlamaConfig, LlamaForCausalLM, {**GQA, "vocab_size": 101, **rope()}, 24, {}),
    "llama-gqa-untied": (LlamaConfig, LlamaForCausalLM, {**GQA, "head_dim": 12, "tie_word_embeddings": False, **rope()}, 24, {}),
    "llama-rope-llama3": (LlamaConfig, LlamaForCausalLM, {**GQA, "head_dim": 16, **rope(**LLAMA3)}, 80, {"old": True}),
    "llama-rope-linear": (LlamaConfig, LlamaForCausalLM, rope(rope_type="linear", factor=2.5), 48, {"old": True}),
    "llama-bias": (LlamaConfig, LlamaForCausalLM, {**GQA, "attention_bias": True, "mlp_bias": True, **rope()}, 24, {}),
    "mistral-window": (MistralConfig, MistralForCausalLM, {**GQA, "sliding_window": 8, **rope(1000000.0)}, 40, {"old": True}),
    "qwen2": (Qwen2Config, Qwen2ForCausalLM, {**GQA, "vocab_size": 128, "rms_norm_eps": 1e-6, **rope(1000000.0)}, 24,
              {"old": True, "config": {"sliding_window": 8, "use_sliding_window": False, "max_window_layers": 1}}),
    "llama-bf16": (LlamaConfig, LlamaForCausalLM, {**GQA, **rope()}, 24, {"dtype": torch.bfloat16}),
    "llama-f16": (LlamaConfig, LlamaForCausalLM, {**GQA, **rope()}, 24, {"dtype": torch.float16}),
    "llama-sharded": (LlamaConfig, LlamaForCausalLM, {"tie_word_embeddings": False, **rope()}, 24, {"max_shard_size": "48KB"}),
}


@torch.no_grad()
def randomise(model, name, seed):
    """Large enough for logits, scores and norms to vary by more than 1: a swapped weight or a lost bias must show."""
    g = fixture.generator(name, seed)
    for key, p in model.named_parameters():
        noise = torch.randn(p.shape, generator=g)
        if key.endswith("norm.weight"):
            p.copy_(1 + 0.2 * noise)
        else:
            p.copy_(0.3 * noise)


def older_spelling(config, extra):
    """config.json as published before transformers 5: rope_theta at the top, rope_scaling null or a dict, torch_dtype."""
    old = dict(config)
    parameters = old.pop("rope_parameters")
    old["rope_theta"] = parameters.pop("rope_theta")
    kind = parameters.pop("rope_type")
    if kind == "default":
        old["rope_scaling"] = None
    elif kind == "linear":
        old["rope_scaling"] = {"type": kind, **parameters}
    else:
        old["rope_scaling"] = {"rope_type": kind, **parameters}
    old["torch_dtype"] = old.pop("dtype")
    old["transformers_version"] = "4.44.0"
    old.pop("layer_types", None)
    return {**old, **extra}


def check_bands(config):
    """llama3 scaling treats short, middle and long wavelengths differently: a fixture without all three would test less."""
    scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config, "cpu")
    plain = 1.0 / 10000.0 ** (torch.arange(0, config.head_dim, 2) / config.head_dim)
    ratio = plain / scaled
    assert (ratio < 1.001).any() and (ratio > 7.999).any() and ((ratio > 1.01) & (ratio < 7.9)).any(), ratio


def make(name, out, seed):
    config_class, model_class, settings, length, storage = MODELS[name]
    directory = out / name
    shutil.rmtree(directory, ignore_errors=True)
    config = config_class(**{**SHAPE, **settings})
    if "llama3" in name:
        check_bands(config)
    model = model_class(config)
    randomise(model, name, seed)
    model.to(storage.get("dtype", torch.float32)).save_pretrained(directory, max_shard_size=storage.get("max_shard_size", "1GB"))
    (directory / "generation_config.json").unlink(missing_ok=True)
    fixture.readable(directory)
    ids = fixture.token_ids(name, seed, config.vocab_size, length)
    values = fixture.expected(fixture.load_base(directory), ids)
    if storage.get("old"):
        written = json.loads((directory / "config.json").read_text())
        fixture.write_config(directory / "config.transformers5.json", written)
        fixture.write_config(directory / "config.json", older_spelling(written, storage.get("config", {})))
        read = AutoConfig.from_pretrained(directory).rope_parameters
        assert {k: v for k, v in read.items() if k != "type"} == config.rope_parameters, read
        assert fixture.expected(fixture.load_base(directory), ids) == values, "the older spelling reads differently"
    exact = fixture.logits_of(fixture.load_base(directory, torch.float64), ids)
    values["fp32_error"] = (fixture.logits_of(fixture.load_base(directory), ids) - exact).abs().max().item()
    fixture.write_json(directory / "expected.json", values)
    size = sum(f.stat().st_size for f in directory.iterdir())
    print(f"{name:20} {size:7} bytes  loss {values['loss']:.4f}  logits' std {exact.std():.2f}  fp32 error {values['fp32_error']:.1e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", choices=list(MODELS))
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    torch.set_num_threads(1)
    for name in [a.only] if a.only else MODELS:
        make(name, a.out, a.seed)


if __name__ == "__main__":
    main()
