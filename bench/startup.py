#!/usr/bin/env python3
"""How long `peft train` takes to its first step on the embedded model, and on what. Standard library only.

  bench/startup.py [--runs 5] [--peft ./peft] [-- more arguments of peft train]

Each run starts in a fresh directory and is ended at its first step. The table has the median seconds from the start of the command to
each thing a user sees. The first run, of two steps, is shown apart and goes to its end: it may unpack native
libraries. OPENBLAS_* is unset.
"""

import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEEN = [("base", "the base is loaded, the data is read"), ("held-out loss before", "the held-out loss is measured"),
        ("step 1/", "the first step is done")]


def watch(command, environment, whole=False):
    """Seconds to each of SEEN; the run is ended then, or goes on to its end."""
    times = {}
    with tempfile.TemporaryDirectory() as directory:
        start = time.monotonic()
        process = subprocess.Popen(command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   start_new_session=True)
        guard = threading.Timer(120, process.kill)
        guard.start()
        lines = []
        for line in process.stdout:
            now = time.monotonic() - start
            lines.append(line)
            for key, _ in SEEN:
                if line.startswith(key):
                    times.setdefault(key, now)
            if SEEN[-1][0] in times and not whole:
                break
        guard.cancel()
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
    if SEEN[-1][0] not in times:
        raise SystemExit("error: it ended before its first step:\n" + "".join(lines[-20:]))
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peft", default=str(ROOT / "peft"))
    parser.add_argument("more", nargs="*")
    a = parser.parse_args()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    command = [str(pathlib.Path(a.peft).resolve()), "train", *a.more]
    first = watch([*command, "-s", "training.steps=2"], environment, whole=True)
    rest = [watch(command, environment) for _ in range(a.runs)]
    print("| s from the start until | first run | median | fastest |\n|---|---:|---:|---:|")
    medians = {}
    for key, what in SEEN:
        values = [r[key] for r in rest if key in r]
        if values and key in first:
            medians[key] = statistics.median(values)
            print(f"| {what} | {first[key]:.2f} | {medians[key]:.2f} | {min(values):.2f} |")
    print(json.dumps({"runs": a.runs, "seconds": {what: round(medians[key], 3) for key, what in SEEN if key in medians}}))


if __name__ == "__main__":
    sys.exit(main())
