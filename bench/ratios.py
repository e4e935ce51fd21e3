#!/usr/bin/env python3
"""peft4j against HuggingFace peft, one row after the other. Standard library only.

  bench/ratios.py run --peer-python ~/venv/bin/python              every row that lacks pairs, to five each
  bench/ratios.py run --rows lora-qv,full --pairs 3
  bench/ratios.py run --rows lora-qv --more 1                       one pair more, then stop
  bench/ratios.py table                                             what there is so far
  bench/ratios.py list

A pair is one run of each, in turns first, with a pause before each: a machine's speed drifts, only the ratio within a pair means
something, and a row's result is the median of its pairs. Before the first pair the peer's settings (eager or sdpa attention, and
torch.compile) are tried for a few steps, and the fastest is the one that is compared with; of several within 5 % of it the one
that holds the least memory. What torch.compile makes is kept in its cache by a run before the one that counts. Every pair is written to
--results at once; a run that is broken off goes on there. peft4j runs without OPENBLAS_* in its environment (they can hold its BLAS to
an older processor's instructions), the peer in the environment as it is. The product has to be built (./peft builds it), the peer's
Python needs torch, transformers and peft.
"""

import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import sys
import time

import compare_hf
from rows import ROWS

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
# Settings whose speeds differ by less are equally fast.
NOISE = 0.05
# What is tried with few steps, to choose the peer's settings.
BRIEFLY = {"hf_train.py": "--steps 5 --warmup 2", "hf_generate.py": "--new 32 --repeat 1"}


def fail(text):
    raise SystemExit(f"error: {text}")


def chosen(names):
    known = {row.key: row for row in ROWS}
    if not names:
        return ROWS
    for name in names.split(","):
        if name not in known:
            fail(f"there is no row '{name}'; 'ratios.py list' shows them")
    return [known[name] for name in names.split(",")]


class Bench:
    """Where things are, and how both sides are called."""

    def __init__(self, a):
        self.a = a
        self.results = pathlib.Path(a.results)
        self.results.mkdir(parents=True, exist_ok=True)

    def path(self, row):
        return self.results / f"{row.key}.json"

    def load(self, row):
        if self.path(row).is_file():
            return json.loads(self.path(row).read_text(encoding="utf-8"))
        return {"row": row.key, "what": row.what, "pairs": []}

    def store(self, row, state):
        part = self.path(row).with_suffix(".part")
        part.write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")
        part.replace(self.path(row))

    def base(self, row):
        """The model as a directory: made once, so that no time goes into random numbers."""
        if row.model == "stories260K":
            directory = pathlib.Path(self.a.shared) / "models" / "stories260K"
            if not directory.is_dir():
                fail(f"{directory} isn't there; --shared names the directory with models/stories260K and data/e2e")
            return directory
        directory = self.results / "models" / f"{row.model}-{row.dtype.lower()}"
        if not (directory / "config.json").is_file():
            print(f"  making {directory}", file=sys.stderr)
            subprocess.run([self.a.peft, "new-model", "--shape", row.model, "--dtype", row.dtype, "--out", directory], check=True,
                           stdout=subprocess.DEVNULL)
        return directory

    def data(self, row):
        return ["--data", str(pathlib.Path(self.a.shared) / "data/e2e/train.jsonl")] if row.model == "stories260K" else []

    def ours(self, row, arguments):
        return shlex.join([self.a.peft, *arguments, *self.data(row), "--base", str(self.base(row))])

    def theirs(self, row, setting):
        base = ["--model", str(self.base(row)), *self.data(row)] if row.model == "stories260K" else ["--shape", row.model]
        return shlex.join([self.a.peer_python, str(HERE / row.script), *row.peer, *base, *setting])

    def settings(self, row, state):
        """The peer's fastest settings, tried once; of those as fast as a machine's noise, the ones with the least memory."""
        if "peer_settings" in state:
            return state["peer_settings"]
        tried = {}
        candidates = [["--attention", "sdpa"], ["--attention", "eager"]]
        if not self.a.no_compile:
            candidates.append(["--attention", "sdpa", "--compile"])
        for setting in candidates:
            command = self.theirs(row, setting) + " " + BRIEFLY[row.script]
            try:
                if "--compile" in setting:
                    print(f"  {row.key}: the peer compiles (minutes)", file=sys.stderr)
                    compare_hf.run("peer", command)
                made = compare_hf.run("peer", command)
                tried[" ".join(setting)] = [made["tokens_per_s"], peak(made)]
            except SystemExit as failed:
                tried[" ".join(setting)] = None
                print(f"  the peer can't run with {' '.join(setting)}: {str(failed).splitlines()[-1]}", file=sys.stderr)
        working = {k: v for k, v in tried.items() if v}
        if not working:
            fail(f"the peer runs with none of its settings for {row.key}")
        state["peer_tried"] = tried
        fastest = max(speed for speed, _ in working.values())
        alike = {name: memory for name, (speed, memory) in working.items() if speed >= fastest * (1 - NOISE)}
        state["peer_settings"] = min(alike, key=alike.get).split()
        return state["peer_settings"]

    def pair(self, row, state):
        if row.against is not None:
            commands = {"ours": self.ours(row, row.ours), "peer": self.ours(row, row.against)}
        else:
            commands = {"ours": self.ours(row, row.ours), "peer": self.theirs(row, self.settings(row, state))}
        order = ["ours", "peer"] if len(state["pairs"]) % 2 == 0 else ["peer", "ours"]
        made = {"first": order[0], "commit": commit()}
        for side in order:
            time.sleep(self.a.pause)
            made[side] = compare_hf.run("ours" if row.against is not None else side, commands[side])
        made["commands"] = commands
        return made


def commit():
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return head.stdout.strip() or "unknown"


def peak(side):
    """The most memory, resident in MB, that the run held: ours as it was before the matrix-product peak was measured."""
    return side.get("peak_rss_mb") or side["measured_rss_mb"]


def middle(pairs, value):
    values = [v for v in map(value, pairs) if isinstance(v, (int, float))]
    return statistics.median(values) if values else float("nan")


HEAD = """| work | tokens/s ours | peer | ratio | goal | met | peak MB ours | peer | ratio | goal | met | share of peak | pairs |
|---|---:|---:|---:|---:|:---:|---:|---:|---:|---:|:---:|---:|---:|"""


def line(row, state):
    pairs = state["pairs"]
    if not pairs:
        return f"| {row.what} | not measured yet | | | {row.speed:.2f} | | | | | {row.memory or ''} | | | 0 |"
    speed = middle(pairs, lambda p: p["ours"]["tokens_per_s"] / p["peer"]["tokens_per_s"])
    rates = [middle(pairs, lambda p, side=side: p[side]["tokens_per_s"]) for side in ("ours", "peer")]
    share = middle(pairs, lambda p: p["ours"].get("share_of_peak"))
    yes = {True: "yes", False: "no"}
    held = "| | | | | |"
    if row.memory is not None:
        memory = middle(pairs, lambda p: peak(p["ours"]) / peak(p["peer"]))
        ours, theirs = [middle(pairs, lambda p, side=side: peak(p[side])) for side in ("ours", "peer")]
        held = f"| {ours:.0f} | {theirs:.0f} | {memory:.2f} | {row.memory:.2f} | {yes[memory <= row.memory]} |"
    return (f"| {row.what} | {rates[0]:.0f} | {rates[1]:.0f} | {speed:.2f} | {row.speed:.2f} | {yes[speed >= row.speed]} "
            f"{held} {share:.2f} | {len(pairs)} |")


def table(bench, rows):
    print(HEAD)
    for row in rows:
        print(line(row, bench.load(row)))


def run(bench, rows):
    if bench.a.pairs < 1 or bench.a.more is not None and bench.a.more < 1:
        fail("--pairs and --more are at least 1")
    for row in rows:
        state = {"row": row.key, "what": row.what, "pairs": []} if bench.a.fresh else bench.load(row)
        wanted = len(state["pairs"]) + bench.a.more if bench.a.more else bench.a.pairs
        while len(state["pairs"]) < wanted:
            state["pairs"].append(bench.pair(row, state))
            bench.store(row, state)
            last = state["pairs"][-1]
            print(f"  {row.key}: {last['ours']['tokens_per_s']:.0f} against {last['peer']['tokens_per_s']:.0f} tokens/s, "
                  f"{peak(last['ours'])} against {peak(last['peer'])} MB", file=sys.stderr)
    table(bench, rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["run", "table", "list"])
    parser.add_argument("--rows", help="their names, with commas; all without it")
    parser.add_argument("--pairs", type=int, default=5, help="how many each row shall have (5)")
    parser.add_argument("--more", type=int, help="so many more, whatever there is")
    parser.add_argument("--fresh", action="store_true", help="forget the pairs there are")
    parser.add_argument("--no-compile", action="store_true", help="don't try the peer with torch.compile, which takes minutes a row")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds of rest before each run (2)")
    parser.add_argument("--results", default=str(HERE / "results"), help="directory of the results (bench/results)")
    parser.add_argument("--peft", default=str(ROOT / "peft"), help="the product's program (./peft)")
    parser.add_argument("--peer-python", default=sys.executable, help="a Python with torch, transformers and peft")
    parser.add_argument("--shared", default=str(ROOT.parent / "shared"), help="where models/stories260K and data/e2e are")
    return parser.parse_args()


def main():
    a = arguments()
    rows = chosen(a.rows)
    if a.command == "list":
        for row in rows:
            print(f"{row.key:20} {row.what}")
        return
    bench = Bench(a)
    (table if a.command == "table" else run)(bench, rows)


if __name__ == "__main__":
    main()
