#!/usr/bin/env python3
"""Compares the bandwidth probes with likwid-bench, in turns:  compare-likwid.py [--filter REGEX] [--pairs 7] ROOFMARK

For each probe that likwid-bench has an equal for, at each level and number of threads, both run one after the other on
as many bytes in as many threads.  Theirs is the mean of a tenth of a second, ours the median of a row's samples, disturbed
ones too; the table shows the medians of both and of the pairs' ratios.  Of likwid-bench the fastest variant of a first
try is taken; its `stream` is the triad, its `triad` what is called schoenauer here, its *_mem kernels store past the
caches.  It counts program bytes, as the probes do.  --urgent asks the scheduler for real-time priority for both (root),
on machines that are not left alone.  Needs likwid-bench; ends with 77 where it is absent, 6 where nothing matches."""

import argparse
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

WIDTHS = ("avx512_fma", "avx512", "avx_fma", "avx", "sse")
# Probe -> likwid's name of the same traffic.
EQUALS = {"read": "load", "write": "store", "copy": "copy", "triad": "stream", "schoenauer": "triad"}
RUN_S = 0.1


def available():
    out = subprocess.run(["likwid-bench", "-a"], capture_output=True, text=True, check=True).stdout
    return {line.split(" - ", 1)[0] for line in out.splitlines() if " - " in line}


def widest():
    """The widest instruction set of this machine, as probes call it."""
    words = pathlib.Path("/proc/cpuinfo").read_text().split()
    return next((isa for isa, word in (("avx512", "avx512f"), ("avx2", "avx2"), ("sse2", "sse2")) if word in words), "neon")


def candidates(row, names):
    stem = EQUALS[row["kernel"]] + ("_mem" if row["conditions"]["stores"] == "nt" else "")
    widths = [w for w in WIDTHS if not w.startswith("avx512") or row["variant"] == "avx512"]
    wanted = [f"{stem}_{width}" for width in widths] + (["load_mem"] if row["kernel"] == "read" else [])
    return [name for name in wanted if name in names]


def run(command, urgent):
    if urgent:
        command = ["chrt", "--rr", "50", *command]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def likwid(name, row, iterations, urgent):
    """Bytes per second of one run."""
    group = f"S0:{row['shape']['bytes']}B:{row['threads']}"
    out = run(["likwid-bench", "-t", name, "-w", group, "-i", str(iterations)], urgent)
    return float(re.search(r"MByte/s:\s*([\d.]+)", out).group(1)) * 1e6


def rows_of(program, filter, urgent):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "run.json")
        run([program, "run", "--preset", "standard", "--only", "probes", "--device", "cpu", "--filter", filter, "-q",
             "-o", str(file)], urgent)
        return json.loads(file.read_text())["rows"]


def bytes_per_s(row):
    moved = row["work"]["read_bytes"] + row["work"]["written_bytes"]
    return moved / statistics.median(row["samples_s"])


def compare(program, row, names, arguments):
    """(likwid's variant, their median, our median, median ratio), or None."""
    ours = bytes_per_s(row)
    iterations = max(4, int(RUN_S * ours / row["shape"]["bytes"]))
    tries = {name: likwid(name, row, iterations, arguments.urgent) for name in candidates(row, names)}
    if not tries:
        return None
    best = max(tries, key=tries.get)
    pairs = []
    for _ in range(arguments.pairs):
        theirs = likwid(best, row, iterations, arguments.urgent)
        [again] = rows_of(program, f"^{re.escape(row['id'])}$", arguments.urgent)
        pairs.append((theirs, bytes_per_s(again)))
    return (best, statistics.median(t for t, _ in pairs), statistics.median(o for _, o in pairs),
            statistics.median(o / t for t, o in pairs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="ROOFMARK")
    parser.add_argument("--filter", default="", help="only probes whose id matches this regular expression")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--pages", default="huge", choices=["huge", "4k"], help="of the probes; likwid has the system's")
    parser.add_argument("--urgent", action="store_true")
    arguments = parser.parse_args()
    if not shutil.which("likwid-bench"):
        print("compare-likwid: likwid-bench is not installed (package likwid)", file=sys.stderr)
        return 77
    names = available()
    ids = f"^({'|'.join(EQUALS)})/{widest()}/.*pages={arguments.pages}$"
    rows = [row for row in rows_of(arguments.program, ids, arguments.urgent)
            if row["status"] == "ok" and re.search(arguments.filter, row["id"])]
    print(f"{'probe':<12} {'level':<5} {'stores':<8} {'threads':>7} {'likwid-bench':<20} {'theirs':>9} {'ours':>9} ratio",
          flush=True)
    compared = 0
    for row in sorted(rows, key=lambda r: (r["level"], r["kernel"], r["threads"])):
        result = compare(arguments.program, row, names, arguments)
        if result:
            name, theirs, ours, ratio = result
            print(f"{row['kernel']:<12} {row['level']:<5} {row['conditions']['stores'] or '-':<8} {row['threads']:>7} {name:<20} "
                  f"{theirs / 1e9:9.1f} {ours / 1e9:9.1f} {ratio:5.3f}", flush=True)
            compared += 1
    return 0 if compared else 6


if __name__ == "__main__":
    sys.exit(main())
