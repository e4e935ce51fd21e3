"""What the fixture scripts share: loading a checkpoint in fp32, expected values of a model, and stable JSON."""

import json
import zlib
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM
from transformers.utils import logging

logging.disable_progress_bar()


def generator(name, seed):
    """A random generator that depends on the fixture's name and the seed only, not on the other fixtures."""
    return torch.Generator().manual_seed(zlib.crc32(f"{name}:{seed}".encode()))


def load_base(directory, dtype=torch.float32, attention="eager"):
    """The checkpoint's weights in the given type, whatever type they are stored in."""
    return AutoModelForCausalLM.from_pretrained(str(directory), dtype=dtype, attn_implementation=attention).eval()


def token_ids(name, seed, vocab, length):
    """BOS (1) and then random ids that are neither BOS nor EOS nor padding."""
    ids = torch.randint(3, vocab, (length - 1,), generator=generator(name + "/ids", seed))
    return [1] + ids.tolist()


def floats(tensor):
    """Shortest decimals that read back as the same float32."""
    return [float(str(v)) for v in tensor.detach().float().flatten().numpy()]


@torch.no_grad()
def logits_of(model, ids):
    """[tokens, vocab] logits of the real tokens (prompt tuning also returns rows for its virtual tokens; they are cut off)."""
    return model(input_ids=torch.tensor([ids])).logits[0, -len(ids):]


def expected(model, ids):
    """The values a reader of the checkpoint must reproduce: logits of four positions, every argmax, the mean loss."""
    logits = logits_of(model, ids)
    loss = torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(ids[1:]))
    rows = (0, len(ids) // 2, len(ids) - 2)
    top = logits.topk(2, dim=-1).values
    return {
        "input_ids": ids,
        "logits_last": floats(logits[-1]),
        "argmax": logits.argmax(-1).tolist(),
        "smallest_argmax_margin": float((top[:, 0] - top[:, 1]).min()),
        "logits_rows": {str(i): floats(logits[i]) for i in rows},
        "loss": loss.item(),
    }


def write_json(path, value):
    """One line per top-level key, everything below it compact: small, and a change shows in a diff."""
    lines = [f"  {json.dumps(k)}: {json.dumps(v, separators=(', ', ': '))}" for k, v in value.items()]
    Path(path).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def readable(directory):
    """Safetensors files are written for their owner alone; a committed file is for everyone."""
    for file in Path(directory).iterdir():
        file.chmod(0o644)


def write_config(path, value):
    """A checkpoint's or an adapter's config, as the libraries write it."""
    Path(path).write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")


@torch.no_grad()
def greedy(model, ids, count):
    """Up to `count` greedily chosen ids after `ids`, ending with EOS if it comes, and the best logit's lead at each step."""
    x = torch.tensor([ids])
    made = model.generate(input_ids=x, attention_mask=torch.ones_like(x), max_new_tokens=count, do_sample=False, num_beams=1,
                          pad_token_id=0, return_dict_in_generate=True, output_logits=True)
    lead = [top[0, 0].item() - top[0, 1].item() for top in (row.topk(2).values for row in made.logits)]
    return made.sequences[0, len(ids):].tolist(), lead
