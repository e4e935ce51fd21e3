"""The rows of bench/ratios.py: what is compared, with which arguments, and the goals. Standard library only."""

from dataclasses import dataclass


@dataclass
class Row:
    """A row: what it is called, its goals (ours / peer's, speed at least and memory at most), and both sides' arguments."""

    key: str
    what: str
    speed: float
    memory: float | None
    ours: list
    peer: list | None
    model: str = "smollm-135m"
    dtype: str = "BF16"  # of our checkpoint: as the makers of both models publish them; precision fp32 multiplies it in fp32
    script: str = "hf_train.py"
    against: list | None = None  # instead of a peer: other arguments for peft4j


def training(method, batch, length, steps, *settings, precision="fp32", storage="as-is"):
    return ["bench", "--method", method, *settings, "--precision", precision, "--storage", storage, "--batch", str(batch), "--seq", str(length),
            "--steps", str(steps), "--warmup", "2"]


def peer(method, batch, length, steps, *settings, dtype="float32"):
    return ["--method", method, *settings, "--dtype", dtype, "--batch", str(batch), "--seq", str(length), "--steps", str(steps),
            "--warmup", "2"]


def checkpointed(layers):
    return ["--gradient-checkpointing", str(layers)]


def generation(batch, adapters, precision="fp32"):
    return ["bench-generate", "--method", "lora", *QV, "--precision", precision, "--batch", str(batch), "--adapters", str(adapters),
            "--prompt-length", "32", "--new", "256", "--repeat", "3"]


def peer_generation(dtype="float32"):
    return ["--batch", "1", "--prompt", "32", "--new", "256", "--repeat", "3", "--dtype", dtype]


QV = ["-s", "target-modules=[q_proj, v_proj]"]
ALL = ["-s", "target-modules=all-linear"]
TOP8 = ["-s", "adapter-layers=8"]
SMOL = "smollm-135m, 4 x 256"

ROWS = [
    Row("lora-qv", f"LoRA q,v r8, {SMOL}, fp32", 2.5, 0.5, training("lora", 4, 256, 7, *QV), peer("lora", 4, 256, 5)),
    Row("lora-all", f"LoRA all-linear r8, {SMOL}, fp32", 2.3, 0.5, training("lora", 4, 256, 7, *ALL),
        peer("lora", 4, 256, 5, "--targets", "all-linear")),
    Row("prefix", f"prefix 10, {SMOL}, fp32", 2.3, 0.5, training("prefix", 4, 256, 7), peer("prefix", 4, 256, 5)),
    Row("prompt", f"prompt 10, {SMOL}, fp32", 2.3, 0.5, training("prompt", 4, 256, 7), peer("prompt", 4, 256, 5)),
    Row("llama-adapter", f"LLaMA-Adapter, top 8 of 30 layers, {SMOL}, fp32", 3.0, 0.5, training("llama-adapter", 4, 256, 8, *TOP8),
        peer("llama-adapter", 4, 256, 6)),
    Row("lora-qv-best", f"LoRA q,v r8, {SMOL}, both at their best (peer: bf16)", 2.0, 0.5,
        training("lora", 4, 256, 10, *QV, precision="auto"), peer("lora", 4, 256, 8, dtype="bfloat16")),
    Row("full", f"full fine-tuning, {SMOL}, fp32", 1.8, 0.8, training("full", 4, 256, 6), peer("full", 4, 256, 5)),
    Row("tinyllama", "LoRA q,v r8, tinyllama-1.1b, 1 x 512, fp32", 2.2, 0.7, training("lora", 1, 512, 5, *QV),
        peer("lora", 1, 512, 4), model="tinyllama-1.1b"),
    Row("qlora", "QLoRA q,v r8, tinyllama-1.1b, 1 x 512, against the peer's bf16 LoRA", 1.5, 0.35,
        training("qlora", 1, 512, 6, "-s", "lora={rank: 8, target-modules: [q_proj, v_proj]}", precision="auto"),
        peer("lora", 1, 512, 6, dtype="bfloat16"), model="tinyllama-1.1b"),
    Row("prefix-best", f"prefix 10, {SMOL}, both at their best", 2.0, 0.5, training("prefix", 4, 256, 10, precision="auto"),
        peer("prefix", 4, 256, 8, dtype="bfloat16")),
    Row("llama-adapter-best", f"LLaMA-Adapter, top 8 of 30 layers, {SMOL}, both at their best", 2.0, 0.5,
        training("llama-adapter", 4, 256, 12, *TOP8, precision="auto"), peer("llama-adapter", 4, 256, 10, dtype="bfloat16")),
    Row("ragged", "E2E rows, stories260K, 16 ragged rows, LoRA all-linear r8, fp32", 3.0, 0.6,
        ["bench", "--method", "lora", *ALL, "--precision", "fp32", "--batch", "16", "--seq", "512", "--steps", "250", "--warmup", "100"],
        ["--method", "lora", "--targets", "all-linear", "--batch", "16", "--seq", "512", "--steps", "250", "--warmup", "100"],
        model="stories260K"),
    Row("long", "LoRA q,v r8, smollm-135m, 1 x 2048, fp32", 2.5, 0.4, training("lora", 1, 2048, 5, *QV), peer("lora", 1, 2048, 4)),
    Row("lora-qv-best-lean", f"LoRA q,v r8, {SMOL}, both at their best, 14 layers checkpointed", 2.0, 0.5,
        training("lora", 4, 256, 10, *QV, *checkpointed(14), precision="auto"), peer("lora", 4, 256, 8, dtype="bfloat16")),
    Row("generation", "generation, smollm-135m, 256 new tokens, batch 1, LoRA q,v r8, fp32", 2.0, None, generation(1, 1),
        peer_generation(), dtype="F32", script="hf_generate.py"),
    Row("generation-best", "the same, both at their best (peer: bf16)", 2.0, None, generation(1, 1, "auto"), peer_generation("bfloat16"),
        script="hf_generate.py"),
    Row("adapters", "16 requests with 16 adapters, against 16 with one (both ours)", 0.85, None, generation(16, 16, "auto"), None,
        against=generation(16, 1, "auto")),
]
