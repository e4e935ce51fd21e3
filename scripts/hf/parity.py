"""Runs the product's command line on a real checkpoint and compares everything it says with transformers and HF peft.

  python parity.py --peft ./peft --shared DIR --work DIR [--only golden --only trained]

DIR/models/stories260K is the checkpoint, DIR/golden/* adapters of HF peft with golden.json, DIR/data/e2e the rows. --work takes the
intermediate files. One line per check: PASS or FAIL, and the number behind it. Exit code 1 where one fails. Methods that peft knows
and that aren't part of the product (ia3) are tried where their plugin is installed. An adapter over a quantized base is loaded in HF
peft over that base decoded, which is what it was trained on.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


class Parity:
    def __init__(self, options):
        self.peft = options.peft
        self.shared = pathlib.Path(options.shared)
        self.work = pathlib.Path(options.work)
        self.base = self.shared / "models/stories260K"
        self.failed = 0

    def ours(self, *arguments):
        done = subprocess.run([self.peft, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            print(done.stdout, done.stderr)
            raise SystemExit(f"peft {arguments[0]} ended with {done.returncode}")
        return done.stdout

    def script(self, name, *arguments):
        done = subprocess.run([sys.executable, HERE / name, *map(str, arguments)], capture_output=True, text=True)
        last = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        return done.returncode == 0, " | ".join(last[-3:])

    def say(self, what, good, detail):
        self.failed += not good
        print(f"{'PASS' if good else 'FAIL'}  {what}: {detail}", flush=True)

    def logits(self, ids, out, *adapter):
        file = self.work / "ids.json"
        file.write_text(json.dumps(ids))
        self.ours("logits", "--base", self.base, *adapter, "--ids-file", file, "--out", out)
        return json.loads(pathlib.Path(out).read_text())

    def base_logits(self):
        stories = self.work / "stories"
        if not stories.exists():
            self.script("make_stories_logits.py", "--model", self.base, "--out", stories)
        for text in sorted(stories.glob("text-*.json")):
            ids = json.loads(text.read_text())["input_ids"]
            out = self.work / "logits.json"
            self.logits(ids, out)
            self.say(f"logits of {len(ids)} tokens", *self.script("check_merged.py", "--model", self.base, "--logits", out))

    def tokens(self):
        file = self.work / "texts.jsonl"
        if not file.exists():
            self.script("make_500_texts.py", "--model", self.base, "--data", self.shared / "data", "--out", file)
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]
        made = [json.loads(line) for line in self.ours("tokens", "--base", self.base, "--file", file).splitlines()]
        equal = sum(row["ids"] == ids for row, ids in zip(rows, made))
        self.say("token ids", equal == len(rows) == len(made), f"{equal} of {len(rows)} texts equal")

    def generation(self):
        cases = json.loads((self.work / "stories/generation.json").read_text())
        for case in cases:
            prompt = ",".join(map(str, case["prompt_ids"]))
            count = len(case["generated_ids"])
            line = self.ours("generate", "--base", self.base, "--prompt-ids", prompt, "--max-new-tokens", count, "--no-stop", "--json")
            ids = json.loads(line.splitlines()[-1]).get("generated_ids")
            self.say(f"greedy, {count} tokens", ids == case["generated_ids"], case.get("prompt", prompt))

    def golden(self):
        for directory in sorted((self.shared / "golden").iterdir()):
            golden = json.loads((directory / "golden.json").read_text())
            out = self.work / "logits.json"
            made = self.logits(golden["input_ids"], out, "--adapter", directory)["logits"]
            difference = max(abs(a - b) for a, b in zip(made[-1], golden["last_logits"]))
            best = [max(range(len(row)), key=row.__getitem__) for row in made]
            self.say(directory.name, difference <= 1e-4 and best == golden["argmax"], f"largest difference {difference:.2e}")

    def installed(self):
        return {m["name"] for m in json.loads(self.ours("methods", "--json"))}

    def decoded(self, codec):
        """The base as it is once it was quantized: a full checkpoint again."""
        for source, codec, target in ((self.base, codec, self.work / "quantized"), (self.work / "quantized", "as-is", self.work / "decoded")):
            shutil.rmtree(target, ignore_errors=True)
            self.ours("quantize", "--model", source, "--codec", codec, "--out", target)
        return self.work / "decoded"

    def trained_here(self, method, over=None):
        data = self.shared / "data/e2e"
        run = self.work / "run.yaml"
        run.write_text(
            f"base: {self.base}\nmethod: {method}\ndata: {{train: {data}/train.jsonl, max-length: 256}}\n"
            f"optimizer: {{name: adamw, learning-rate: 5e-3}}\ntraining: {{batch-size: 8, steps: 20}}\n"
            f"output: {self.work}/trained\noverwrite: true\n")
        self.ours("train", run, "--quiet")
        ids = json.loads((self.shared / "golden/stories260K-lora_qv_r8/golden.json").read_text())["input_ids"]
        out = self.work / "logits.json"
        adapter = self.work / "trained"
        self.logits(ids, out, "--adapter", adapter)
        good, detail = self.script("check_adapter.py", "--base", over or self.base, "--adapter", adapter, "--logits", out)
        self.say(f"trained here: {method}", good, detail)

    def all_trained_here(self):
        self.trained_here("{name: lora, rank: 8}")
        self.trained_here("{name: lora, rank: 4, target-modules: all-linear, dora: true}")
        self.trained_here("{name: lora, rslora: true, layers: [1, 3], init: gaussian}")
        self.trained_here("{name: qlora, lora: {target-modules: all-linear}}", self.decoded("nf4"))
        self.trained_here("{name: prefix}")
        self.trained_here("{name: prefix, projection: true}")
        self.trained_here("{name: prompt}")
        self.trained_here("{name: llama-adapter}")
        if "ia3" in self.installed():
            self.trained_here("{name: ia3}")
        else:
            print("SKIPPED  trained here: ia3 (its plugin isn't installed)")

    def evaluation(self, adapter):
        data = self.shared / "data/e2e/valid.jsonl"
        made = json.loads(self.ours("eval", "--base", self.base, "--adapter", adapter, "--data", data, "--max-length", 256, "--json"))
        good, detail = self.script("eval_hf.py", "--model", self.base, "--adapter", adapter, "--data", data)
        theirs = next(v for k, v in json.loads(detail.split(" | ")[-1]).items() if k.endswith("loss"))
        difference = abs(made["loss"] - theirs)
        self.say(f"eval of {adapter.name}", good and difference <= 1e-3, f"ours {made['loss']:.5f}, theirs {theirs:.5f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peft", default="./peft")
    parser.add_argument("--shared", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--only", action="append", choices=["base", "golden", "trained", "eval"], help="by default all")
    options = parser.parse_args()
    pathlib.Path(options.work).mkdir(parents=True, exist_ok=True)
    parity = Parity(options)
    wanted = options.only or ["base", "golden", "trained", "eval"]
    if "base" in wanted:
        parity.base_logits()
        parity.tokens()
        parity.generation()
    if "golden" in wanted:
        parity.golden()
    if "trained" in wanted:
        parity.all_trained_here()
    if "eval" in wanted:
        parity.evaluation(parity.shared / "golden/stories260K-lora_qv_r8")
    print("all equal" if not parity.failed else f"{parity.failed} checks failed")
    return 1 if parity.failed else 0


if __name__ == "__main__":
    sys.exit(main())
