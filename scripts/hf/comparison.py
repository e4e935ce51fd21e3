"""What the checks share: opening an adapter strictly, and comparing a model's logits with a file's."""

import json
import re
import warnings

import torch
from peft import PeftModel, get_peft_model_state_dict
from safetensors import safe_open

import fixture


def open_strictly(base, adapter):
    """(model, problems): a problem is every key of the file peft doesn't know, every one it misses, and every warning about either."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = PeftModel.from_pretrained(fixture.load_base(base), str(adapter)).eval()
    problems = [str(w.message) for w in caught if any(m in str(w.message).lower() for m in ("missing", "unexpected", "unused", "not found"))]
    problems = [p for p in problems if not only_our_entries(p)]
    with safe_open(f"{adapter}/adapter_model.safetensors", framework="pt") as file:
        found = set(file.keys())
    wanted = set(get_peft_model_state_dict(model, save_embedding_layers=False))
    frozen = {k for k in found | wanted if k.endswith(".base_layer.weight")}  # peft saves a targeted head's own weight along; it may be left out
    problems += [f"key peft doesn't know: {k}" for k in sorted(found - wanted - frozen)]
    problems += [f"key peft misses: {k}" for k in sorted(wanted - found - frozen)]
    return model, problems


def only_our_entries(warning):
    """Whether peft only says that it passes over entries of the method qlora, which say how its base was quantized."""
    named = re.match(r"Unexpected keyword arguments \[(.*?)\]", warning)
    return named is not None and all(key.strip(" '\"").startswith("qlora_") for key in named.group(1).split(","))


def cases(file):
    """The file's {"input_ids", "logits"} objects: one, a JSON list of them, or one a line."""
    text = open(file, encoding="utf-8").read()
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = [json.loads(line) for line in text.splitlines() if line.strip()]
    return value if isinstance(value, list) else [value]


def compare_logits(model, file, tolerance):
    """The number of cases that differ; an argmax may differ only where the best two logits are within the tolerance."""
    failures = 0
    for number, case in enumerate(cases(file)):
        ours = torch.tensor(case["logits"], dtype=torch.float32)
        theirs = fixture.logits_of(model, case["input_ids"])
        if ours.shape != theirs.shape:
            print(f"case {number}: FAIL shape {tuple(ours.shape)} where transformers has {tuple(theirs.shape)}")
            failures += 1
            continue
        difference = (ours - theirs).abs().max(-1).values
        top = theirs.topk(2, dim=-1).values
        other = ours.argmax(-1) != theirs.argmax(-1)
        wrong = other & (top[:, 0] - top[:, 1] > 2 * tolerance)
        worst = int(difference.argmax())
        bad = not bool(difference.max() <= tolerance) or bool(wrong.any())
        failures += bad
        print(f"case {number}: {'FAIL' if bad else 'ok'}  {len(ours)} positions  max abs difference {difference.max():.3e} at position {worst}  "
              f"argmax equal at {int((~other).sum())} of {len(ours)}")
    return failures


def finish(problems, failures):
    """The exit code, after printing every problem."""
    for problem in problems:
        print(f"FAIL {problem}")
    print("FAIL" if problems or failures else "PASS")
    return 1 if problems or failures else 0
