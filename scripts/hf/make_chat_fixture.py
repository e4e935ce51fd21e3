"""Writes what Jinja makes of the chat templates under src/test/resources, configured as transformers configures it.

Usage: python scripts/hf/make_chat_fixture.py   (needs jinja2; the product and its tests do not)
"""

import json
import pathlib

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = pathlib.Path(__file__).resolve().parents[2]
CHAT = HERE / "peft-checkpoint/src/test/resources/org/peft4j/checkpoint/chat"


class Generation(jinja2.ext.Extension):
    """The generation block renders its body."""

    tags = {"generation"}

    def parse(self, parser):
        next(parser.stream)
        return parser.parse_statements(["name:endgeneration"], drop_needle=True)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    env.filters["tojson"] = lambda x, ensure_ascii=False, indent=None: json.dumps(
        x, ensure_ascii=ensure_ascii, indent=indent
    )
    env.globals["raise_exception"] = raise_exception
    return env


def message(role, content):
    return {"role": role, "content": content}


CONVERSATIONS = [
    [message("user", "Hello, how are you?")],
    [message("system", "You are terse."), message("user", "  Name a colour.  ")],
    [
        message("system", "Be kind.\nAnd brief."),
        message("user", "Say \"hi\" <b>& bye</b>"),
        message("assistant", " <think>\nhmm\n</think>\n\nhi 😀 "),
        message("user", "Encore é"),
    ],
    [message("user", "a"), message("assistant", "b")],
    [message("assistant", "I begin"), message("user", "no")],
]


def main():
    env = environment()
    cases = []
    for path in sorted(CHAT.glob("*.jinja")):
        template = env.from_string(path.read_text(encoding="utf-8"))
        for messages in CONVERSATIONS:
            for prompt in (False, True):
                case = {"template": path.name, "messages": messages, "addGenerationPrompt": prompt}
                try:
                    case["expected"] = template.render(
                        messages=messages,
                        add_generation_prompt=prompt,
                        tools=None,
                        documents=None,
                        bos_token="<s>",
                        eos_token="</s>",
                    )
                except jinja2.exceptions.TemplateError as error:
                    case["refused"] = str(error)
                cases.append(case)
    text = "[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n"
    (CHAT / "expected.json").write_text(text, encoding="utf-8")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
