#!/usr/bin/env python3
"""The peer of generation: HuggingFace transformers with a peft LoRA adapter, greedy, on this machine's CPU, as one JSON line.

  python hf_generate.py --shape smollm-135m --prompt 32 --new 256 --dtype bfloat16

The model has random weights of the shape, the prompt random tokens, and generation goes on behind end-of-sequence tokens: only
speed and memory mean something. The adapter is LoRA on q_proj and v_proj; its second factors are random too, so that it does
something. prefill_tokens_per_s is the prompt's tokens by the time until the first new token, decode_tokens_per_s counts the new
tokens behind the first by the time they took, tokens_per_s all new tokens by all of the time: medians of --repeat runs behind one
that warms up. peak_rss_mb is the process's high-water mark. Needs: pip install torch transformers peft.
"""

import argparse
import json
import os
import resource
import statistics
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.generation.streamers import BaseStreamer

# hidden, layers, heads, key/value heads, feed-forward, vocabulary
SHAPES = {
    "small-24m": (384, 6, 6, 2, 1024, 32000),
    "smollm-135m": (576, 30, 9, 3, 1536, 49152),
    "tinyllama-1.1b": (2048, 22, 32, 4, 5632, 32000),
}


class FirstToken(BaseStreamer):
    """Notes when the first new token is there."""

    def __init__(self):
        self.puts = 0
        self.at = None

    def put(self, value):
        self.puts += 1
        if self.puts == 2:  # the first call brings the prompt
            self.at = time.perf_counter()

    def end(self):
        pass


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="smollm-135m")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--prompt", type=int, default=32, help="tokens of each prompt")
    parser.add_argument("--new", type=int, default=256, help="new tokens of each sequence")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--no-adapter", action="store_true", help="the plain base")
    parser.add_argument("--merged", action="store_true", help="the adapter folded into the weights")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--attention", default="sdpa")
    parser.add_argument("--compile", action="store_true", help="torch.compile of the forward pass, with a static cache")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def model_of(a):
    hidden, layers, heads, kv_heads, inner, vocabulary = SHAPES[a.shape]
    config = LlamaConfig(
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        intermediate_size=inner,
        vocab_size=vocabulary,
        tie_word_embeddings=True,
        max_position_embeddings=2048,
        attn_implementation=a.attention,
    )
    model = LlamaForCausalLM(config).to(getattr(torch, a.dtype))
    if not a.no_adapter:
        lora = LoraConfig(
            r=a.rank, lora_alpha=2 * a.rank, target_modules=["q_proj", "v_proj"], init_lora_weights=False, task_type="CAUSAL_LM"
        )
        model = get_peft_model(model, lora)
        # The adapter in the base's type: mixed types would cost a conversion a layer.
        model = model.to(getattr(torch, a.dtype))
        if a.merged:
            model = model.merge_and_unload()
    model.eval()
    if a.compile:
        # A cache of one size, so that it is compiled once; what generates is the base, whose layers have the adapter in them.
        base = model if a.no_adapter or a.merged else model.get_base_model()
        base.generation_config.cache_implementation = "static"
        base.forward = torch.compile(base.forward)
    return model


def once(model, a):
    prompt = torch.randint(0, model.config.vocab_size, (a.batch, a.prompt))
    # Streamers take a single sequence only.
    streamer = FirstToken() if a.batch == 1 else None
    start = time.perf_counter()
    with torch.inference_mode():
        out = model.generate(
            input_ids=prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=a.new,
            min_new_tokens=a.new,
            do_sample=False,
            use_cache=True,
            pad_token_id=0,
            streamer=streamer,
        )
    end = time.perf_counter()
    made = out.shape[1] - a.prompt
    assert made == a.new, f"{made} new tokens instead of {a.new}"
    first = streamer.at if streamer else None
    return start, first, end


def main():
    a = arguments()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    model = model_of(a)
    runs = [once(model, a) for _ in range(a.repeat + 1)][1:]
    result = {
        "program": "hf-transformers",
        "mode": "generate",
        "model": a.shape,
        "adapter": None if a.no_adapter else "merged" if a.merged else "lora",
        "batch": a.batch,
        "prompt": a.prompt,
        "new": a.new,
        "tokens_per_s": round(statistics.median(a.batch * a.new / (end - start) for start, _, end in runs), 1),
    }
    if runs[0][1] is not None:
        result["prefill_tokens_per_s"] = round(statistics.median(a.prompt / (f - s) for s, f, _ in runs), 1)
        result["decode_tokens_per_s"] = round(statistics.median((a.new - 1) / (e - f) for _, f, e in runs), 1)
    result["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    result["threads"] = a.threads
    result["dtype"] = a.dtype
    result["compiled"] = a.compile
    print(json.dumps(result))


if __name__ == "__main__":
    main()
