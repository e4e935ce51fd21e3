"""Writes the token ids that HuggingFace tokenizers gives for lines of text.

Usage: python scripts/hf/make_token_fixture.py CHECKPOINT_DIR OUTPUT.json [LINES_FILE]
Without LINES_FILE the built-in lines are used, those of the test resource.
(Needs tokenizers; the product and its tests do not.)
"""

import json
import sys

from tokenizers import Tokenizer

WORDS = "Once upon a time, there was a little girl named Lily. She liked to play in the park."
LINES = [
    "",
    " ",
    "  two spaces  inside   and out  ",
    "a",
    WORDS,
    WORDS * 3,
    "Don't stop -- it's the dog's ball; isn't it?",
    "UPPER lower MiXeD CamelCase snake_case kebab-case",
    "0 1 12 123 1234567890 3.14159 1e-5 -7 50% $9.99",
    "tab\there and\tthere",
    "new\nline and\r\ncarriage\rreturn",
    "trailing newline\n",
    "\n\n\n",
    "café naïve façade Ångström jalapeño São Paulo Zürich",
    "cafe\u0301 with a combining accent",
    "Ÿ ß æ œ ø å ł đ ħ þ ð",
    "😀",
    "smile 😀 party 🎉🎊 thumbs 👍🏽 family 👨‍👩‍👧‍👦 flag 🇫🇷",
    "keycap 1️⃣ heart ❤️ and ❤",
    "日本語のテキスト",
    "中文字符测试",
    "한국어 문장",
    "Привет, мир!",
    "Γειά σου Κόσμε",
    "שלום עולם",
    "مرحبا بالعالم",
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "zero\u200bwidth\u200djoiner and \ufeffBOM",
    "no\u00a0break\u202fspaces\u3000wide",
    "“curly” ‘quotes’ – en — em … dots",
    "€ £ ¥ ₹ © ® ™ ° ± × ÷ ≠ ≤ ∞ √ π",
    "<s> in text </s> and <unk>",
    "<s>",
    "x<s>y</s>z",
    "< s > not special",
    "<0x0A> looks like a byte",
    "▁ the space mark ▁▁",
    "{\"json\": [1, 2, {\"k\": null}]}",
    "<div class=\"a\">html &amp; entities</div>",
    "https://example.org/path?q=1&r=2#frag",
    "user@example.org",
    "/usr/local/bin and C:\\Windows\\System32",
    "for (int i = 0; i < n; i++) { sum += a[i]; }",
    "def f(x):\n    return x ** 2\n",
    "!!! ??? ... ,,, ;;; ::: --- ___ *** ((( )))",
    "a" * 200,
    "ab " * 100,
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "\u0001\u0002 control \u007f characters",
    "null\u0000byte",
    "𝒜𝓁𝓅𝒽𝒶 𝔹𝕖𝕥𝕒 mathematical",
    "ﬁ ligature ﬂ and Ⅷ roman",
    "e\u0301\u0323 stacked marks o\u0308",
    "🏳️‍🌈🏴‍☠️ sequences",
    "mixed: abc日本def中文ghi😀jkl",
    "ends with space ",
    " starts with space",
    "The End.",
    "Tom and Sue went to the store. \"Can I have a toy?\" asked Tom. \"Yes,\" said his mom.",
]


def main():
    directory, output = sys.argv[1], sys.argv[2]
    lines = LINES
    if len(sys.argv) > 3:
        with open(sys.argv[3], encoding="utf-8", newline="") as file:
            lines = file.read().split("\n")
    tokenizer = Tokenizer.from_file(directory + "/tokenizer.json")
    cases = []
    for line in lines:
        ids = tokenizer.encode(line, add_special_tokens=False).ids
        cases.append(
            {
                "text": line,
                "ids": ids,
                "decoded": tokenizer.decode(ids, skip_special_tokens=True),
                "decodedWithSpecial": tokenizer.decode(ids, skip_special_tokens=False),
            }
        )
    with open(output, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    print(len(cases), "lines")


if __name__ == "__main__":
    main()
