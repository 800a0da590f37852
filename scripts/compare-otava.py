#!/usr/bin/env python3
"""Compares the change points of `roofmark trend` with Apache Otava's:  compare-otava.py SIMULATION [--series 300]

SIMULATION is the built tests/simulation program, which writes histories of 50 rounds with 1 % noise: half of them with a
step of 3 % before the last three, half flat.  Otava (pip install apache-otava) looks at the same values with the same window, at
0.002 and at its own default of 0.001.  A step counts as found where a change point lies within three rounds of it.  Ends
with 77 where Otava is absent."""

import argparse
import subprocess
import sys

SIGNIFICANCE = 0.002  # at which it finds about as many


def otava_points(values, p):
    from otava.series import AnalysisOptions, Metric, Series

    options = AnalysisOptions()
    options.max_pvalue = p
    series = Series("t", None, list(range(len(values))), {"s": Metric(1, 1.0)}, {"s": values}, {})
    return [change.index for change in series.analyze(options).change_points["s"]]


def histories(program, count):
    out = subprocess.run([program, "--histories", str(count)], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        before, step, found, *values = line.split(",")
        yield int(before), float(step), [int(at) for at in found.split(";") if at], [float(v) for v in values]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("simulation")
    parser.add_argument("--series", type=int, default=300, help="of each sort")
    arguments = parser.parse_args()
    try:
        import otava  # noqa: F401
    except ImportError:
        print("skipped: Apache Otava is not installed (pip install apache-otava)")
        return 77
    found = {name: [0, 0] for name in ("roofmark", f"Otava, p < {SIGNIFICANCE}", "Otava, p < 0.001")}
    agree = 0
    for before, step, ours, values in histories(arguments.simulation, arguments.series):
        theirs = {SIGNIFICANCE: otava_points(values, SIGNIFICANCE), 0.001: otava_points(values, 0.001)}
        for name, points in zip(found, (ours, theirs[SIGNIFICANCE], theirs[0.001])):
            hit = any(abs(at - before) <= 3 for at in points) if step else bool(points)
            found[name][step == 0] += hit
        same = len(ours) == len(theirs[SIGNIFICANCE])
        agree += same and all(abs(a - b) <= 1 for a, b in zip(ours, theirs[SIGNIFICANCE]))
    print(f"| {arguments.series} histories of each sort | steps of 3 % found | flat ones with a change point |\n|---|---|---|")
    for name, (steps, flat) in found.items():
        print(f"| {name} | {100 * steps / arguments.series:.1f} % | {100 * flat / arguments.series:.1f} % |")
    print(f"\nThe same change points, within one round, in {agree} of {2 * arguments.series}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
