#!/usr/bin/env python3
"""Runs the product and a peer in alternation and compares their speed and memory, pair by pair. Standard library only.

  python compare_hf.py --pairs 3 --ours "bin/peft bench ..." --peer "python hf_train.py --method lora ..." [--json FILE]

Each command is run by the shell; the last line of its standard output must be a JSON object with tokens_per_s and peak_rss_mb.
Each pair runs both, in turns first, because a machine's speed drifts: only the ratio within a pair means something, and the
median of those ratios is the result. The product runs without OPENBLAS_* in its environment (they can hold BLAS to an
older processor's code path); the peer's environment is left alone. The memory the operating system saw (the high-water mark of
the largest process) is reported beside what the command says of itself. Exit code 1 when a command fails or, with --require R,
when the median ratio of the speeds is below R.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time


def environment(ours):
    return {k: v for k, v in os.environ.items() if not (ours and k.startswith("OPENBLAS_"))}


def last_object(text):
    """The JSON object on the last line that isn't blank."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise ValueError("it printed nothing")
    value = json.loads(lines[-1])
    for key in ("tokens_per_s", "peak_rss_mb"):
        if not isinstance(value.get(key), (int, float)):
            raise ValueError(f"its last line has no number {key}: {lines[-1][:200]}")
    return value


def run(name, command):
    """The command's own figures, with the seconds it took and the peak memory the operating system saw."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as err:
        start = time.monotonic()
        process = subprocess.Popen(command, shell=True, stdout=out, stderr=err, env=environment(name == "ours"))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)  # the process is gone: nobody else may wait for it
        seconds = time.monotonic() - start
        out.seek(0)
        err.seek(0)
        printed, errors = out.read(), err.read()
    if process.returncode != 0:
        raise SystemExit(f"{name} failed with exit code {process.returncode}: {command}\n{errors[-2000:]}")
    try:
        value = last_object(printed)
    except ValueError as e:
        raise SystemExit(f"{name}: {e}\n  {command}")
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return {**value, "wall_s": round(seconds, 2), "measured_rss_mb": usage.ru_maxrss // scale}


def pair(number, a):
    order = ("ours", "peer") if number % 2 == 0 else ("peer", "ours")
    commands = {"ours": a.ours, "peer": a.peer}
    result = {}
    for name in order:
        time.sleep(a.pause)
        result[name] = run(name, commands[name])
    result["first"] = order[0]
    result["speed_ratio"] = result["ours"]["tokens_per_s"] / result["peer"]["tokens_per_s"]
    result["memory_ratio"] = result["ours"]["peak_rss_mb"] / result["peer"]["peak_rss_mb"]
    return result


def row(label, ours, peer, ratio, our_mb, peer_mb, memory, first=""):
    return f"| {label:>6} | {ours:10.1f} | {peer:10.1f} | {ratio:6.2f} | {our_mb:8.0f} | {peer_mb:8.0f} | {memory:6.2f} | {first:5} |"


HEAD = """|   pair | ours tok/s | peer tok/s |  ratio |  ours MB |  peer MB |  ratio | first |
|-------:|-----------:|-----------:|-------:|---------:|---------:|-------:|-------|"""


def summary(pairs):
    def middle(pick):
        return statistics.median(pick(p) for p in pairs)
    return {
        "ours_tokens_per_s": middle(lambda p: p["ours"]["tokens_per_s"]),
        "peer_tokens_per_s": middle(lambda p: p["peer"]["tokens_per_s"]),
        "speed_ratio": middle(lambda p: p["speed_ratio"]),
        "ours_peak_rss_mb": middle(lambda p: p["ours"]["peak_rss_mb"]),
        "peer_peak_rss_mb": middle(lambda p: p["peer"]["peak_rss_mb"]),
        "memory_ratio": middle(lambda p: p["memory_ratio"]),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", required=True, metavar="CMD")
    parser.add_argument("--peer", required=True, metavar="CMD")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds of rest before each run")
    parser.add_argument("--json", metavar="FILE", help="write everything here; without it the last line printed is the summary as JSON")
    parser.add_argument("--require", type=float, metavar="R")
    a = parser.parse_args()
    if a.pairs < 1:
        parser.error("--pairs must be at least 1")
    pairs = []
    print(HEAD)
    for number in range(a.pairs):
        p = pair(number, a)
        pairs.append(p)
        print(row(number + 1, p["ours"]["tokens_per_s"], p["peer"]["tokens_per_s"], p["speed_ratio"],
                  p["ours"]["peak_rss_mb"], p["peer"]["peak_rss_mb"], p["memory_ratio"], p["first"]), flush=True)
        for name in ("ours", "peer"):
            said, seen = p[name]["peak_rss_mb"], p[name]["measured_rss_mb"]
            if abs(said - seen) > 0.1 * seen:
                print(f"  note: {name} says {said:.0f} MB, the operating system saw {seen} MB", file=sys.stderr)
    s = summary(pairs)
    print(row("median", s["ours_tokens_per_s"], s["peer_tokens_per_s"], s["speed_ratio"],
              s["ours_peak_rss_mb"], s["peer_peak_rss_mb"], s["memory_ratio"]))
    report = {"ours": a.ours, "peer": a.peer, "summary": s, "pairs": pairs}
    if a.json:
        with open(a.json, "w", encoding="utf-8") as out:
            json.dump(report, out, indent=2)
            out.write("\n")
    else:
        print(json.dumps(s))
    return 1 if a.require and s["speed_ratio"] < a.require else 0


if __name__ == "__main__":
    sys.exit(main())
