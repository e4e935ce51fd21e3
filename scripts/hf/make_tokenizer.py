#!/usr/bin/env python3
"""A tokenizer of single bytes for tests: three special tokens and the 256 byte characters, no merges.

  python make_tokenizer.py --out ../../fixtures/tokenizer

Writes tokenizer.json, tokenizer_config.json and special_tokens_map.json. Needs: pip install tokenizers.
"""
import argparse
import json
import os

from tokenizers import Tokenizer, decoders, models, pre_tokenizers

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--out", required=True)
out = parser.parse_args().out
os.makedirs(out, exist_ok=True)

names = ["<unk>", "<s>", "</s>"] + sorted(pre_tokenizers.ByteLevel.alphabet())
tokenizer = Tokenizer(models.BPE(vocab={name: i for i, name in enumerate(names)}, merges=[], unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
tokenizer.save(os.path.join(out, "tokenizer.json"))
special = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
config = dict(special, tokenizer_class="PreTrainedTokenizerFast", add_bos_token=True, clean_up_tokenization_spaces=False)
for name, content in (("tokenizer_config.json", config), ("special_tokens_map.json", special)):
    with open(os.path.join(out, name), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
