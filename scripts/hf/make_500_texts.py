"""Writes 500 texts and the ids transformers' tokenizer gives them, as JSONL {text, ids, ids_default, decoded}.

  python make_500_texts.py --model ../../../shared/models/stories260K --data ../../../shared/data --out FILE.jsonl [--seed 0]

A third are rows of the data, the rest is made up: punctuation, accents (composed and decomposed), emoji, CJK, right-to-left
scripts, control characters, odd whitespace, the special tokens' own spelling, and random mixes of them.
`ids` are without special tokens, `ids_default` as the tokenizer adds them, `decoded` is decode(ids).
"""

import argparse
import json
import random
from pathlib import Path

from transformers import AutoTokenizer

PIECES = [
    "Hello", "world", "the", "naïve", "café", "cafe\u0301", "Zürich", "Ærøskøbing", "İstanbul", "straße", "ﬁne", "ǅ", "ñandú", "Łódź",
    "日本語", "汉字", "한국어", "ไทย", "हिन्दी", "العربية", "עברית", "Ελλάδα", "Привет", "ქართული", "😀", "👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "❤️", "𝔘𝔫𝔦",
    "£20", "€5.50", "$3", "100%", "3.14159", "1,000,000", "0x1F", "C++", "a_b", "x²", "½", "№", "—", "–", "…", "“quoted”", "‘it’s’", "«guillemets»",
    "don't", "I'm", "re-do", "e.g.", "?!", "...", "!!!", "(a)", "[b]", "{c}", "<d>", "</s>", "<s>", "<unk>", "<0x0A>", "▁", "▁▁a", "#tag", "@user",
    "https://example.org/a?b=c&d=%20", "user@example.org", "\\n", "\\u00e9", "`code`", "~", "^", "|", "\"", "'",
]
SPACES = [" ", " ", " ", " ", "", "  ", "    ", "\t", "\n", "\n\n", "\r\n", "\u00a0", "\u2003", "\u200b", "\u3000", " \n ", "\ufeff"]
EDGES = [
    "", " ", "  ", "\n", "\t\t", "a", "A", "é", "e\u0301", "😀", "日", "▁", " ▁", "<s>", "</s>", "<s></s>", "<s> Hi </s>", " <s>", "<unk>", "<0x41>", "\u0000",
    "\u0001\u0002", "\u007f", "\u0085", "\u2028", "\ufffd", "\U0010ffff", "a" * 300, " " * 50, "ab" * 100, "!" * 64, "\n" * 20, "é" * 40, "😀" * 20,
    " leading", "trailing ", "  both  ", "tab\tbetween", "line\nbreak", "windows\r\nbreak", "no\u00a0break", "zero\u200bwidth",
    "MiXeD cAsE", "ALL CAPS", "12345678901234567890", "a.b.c.d", "Once upon a time", " Once upon a time", "Once  upon  a  time",
]


def from_data(data, rng, count):
    rows = []
    for name in ("train.jsonl", "valid.jsonl"):
        with open(data / "e2e" / name, encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                rows += [row["prompt"], row["completion"]]
    other = ["\n".join(str(v) for v in row.values()) for row in json.loads((data / "instructions/instruction-data.json").read_text("utf-8"))]
    return rng.sample(sorted(set(rows)), count // 2) + rng.sample(sorted(set(other)), count - count // 2)


def mixed(rng):
    text = rng.choice(["", "", rng.choice(SPACES)])
    for _ in range(rng.randint(1, 14)):
        text += rng.choice(PIECES) + rng.choice(SPACES)
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    rng = random.Random(a.seed)
    tokenizer = AutoTokenizer.from_pretrained(a.model)
    texts = EDGES + from_data(a.data, rng, a.count // 3)
    while len(texts) < a.count:
        texts.append(mixed(rng))
    a.out.parent.mkdir(parents=True, exist_ok=True)
    with open(a.out, "w", encoding="utf-8") as out:
        for text in texts[:a.count]:
            ids = tokenizer(text, add_special_tokens=False).input_ids
            row = {"text": text, "ids": ids, "ids_default": tokenizer(text).input_ids, "decoded": tokenizer.decode(ids)}
            out.write(json.dumps(row) + "\n")
    print(f"{a.count} texts, {len(EDGES)} edge cases, in {a.out}")


if __name__ == "__main__":
    main()
