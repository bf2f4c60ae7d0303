#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the tables of one run of run.sh, as Markdown.

    table.py [--record] LINES

LINES is what the programs printed, one JSON object a line; those without a cell are about the run. Of
several lines of one program and cell the median of each figure counts. --record also writes the
tables into README.md, between its two markers.
"""

import collections
import json
import os
import statistics
import sys

README = os.path.join(os.path.dirname(os.path.realpath(__file__)), "README.md")
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"


def read(path):
    """The heading, and the lines by cell and program; those that count calls apart."""
    heading, timed, counted = {}, collections.defaultdict(list), {}
    with open(path, encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            key = (line.get("cell"), line.get("program"))
            if "cell" not in line:
                heading.update(line)
            elif "calls_by" in line or "calls_missing" in line:
                counted[key] = line
            else:
                timed[key].append(line)
    return heading, timed, counted


def number(x):
    """Three digits that matter."""
    if x is None:
        return ""
    if x >= 1e6:
        return "%.2fM" % (x / 1e6)
    if x >= 1e4:
        return "%.1fk" % (x / 1e3)
    return "%.0f" % x if x >= 100 else "%.1f" % x if x >= 10 else "%.2f" % x


class Figures:
    """Medians over the lines of one program in one cell; None where there are none."""

    def __init__(self, lines, counted):
        self._lines, self._counted = lines, counted or {}

    def __bool__(self):
        return bool(self._lines)

    def get(self, key):
        values = self.all(key)
        return statistics.median(values) if values else None

    def all(self, key):
        return [line[key] for line in self._lines if key in line]

    def spread(self, key):
        values = self.all(key)
        return "%s [%s–%s]" % (number(statistics.median(values)), number(min(values)),
                               number(max(values))) if values else ""

    def per_operation(self, key):
        if key in self._counted:
            return "%.2f" % self._counted[key]
        return "n/a" if self._counted else ""

    def why_not(self):
        return self._counted.get("calls_missing")


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(names, rows):
    yield row(names)
    yield "|---|" + "---:|" * (len(names) - 1)
    yield from map(row, rows)


def ratio_of(floor, ours):
    """The median of the repetitions' ratios: what ran side by side is divided by each other."""
    pairs = list(zip(ours.all("cpu_us_per_op"), floor.all("cpu_us_per_op")))
    if len(floor.all("cpu_us_per_op")) != len(pairs) or not all(f > 0 for _, f in pairs):
        return None
    return statistics.median(o / f for o, f in pairs) if pairs else None


def verdict(value, goal):
    if not goal or value is None:
        return ""
    return "%s, %s" % (number(goal), "reached" if value <= goal else "missed")


def cost_rows(cells, floors, ours):
    for cell in cells:
        f, o = floors[cell], ours[cell]
        ratio = ratio_of(f, o)
        any_line = o if o else f
        yield [cell, f.spread("cpu_us_per_op"),
               o.spread("cpu_us_per_op") if o else "failed",
               "" if ratio is None else "%.2f" % ratio,
               verdict(ratio, any_line.get("goal_ratio")),
               verdict(o.get("cpu_us_per_op"), any_line.get("goal_us")),
               number(o.get("member_us_per_op"))]


def speed_rows(cells, figures):
    keys = ("ops_per_s", "p50_us", "p99_us", "p999_us", "p9999_us")
    for cell in cells:
        for name, of in figures:
            if of[cell]:
                yield ["%s, %s" % (cell, name)] + [number(of[cell].get(k)) for k in keys]


def count_rows(cells, figures):
    for cell in cells:
        for name, of in figures:
            f = of[cell]
            if f:
                yield ["%s, %s" % (cell, name),
                       f.per_operation("system_calls_per_op"),
                       f.per_operation("futex_wakes_per_op"),
                       number(f.get("voluntary_per_op")), number(f.get("involuntary_per_op")),
                       "%.4f" % f.get("allocations_per_op"), number(f.get("resident_mb"))]


def report(path):
    heading, timed, counted = read(path)
    cells = list(dict.fromkeys(cell for cell, _ in timed))

    def of(program):
        return {c: Figures(timed.get((c, program), []), counted.get((c, program))) for c in cells}
    floors, ours = of("floor"), of("ours")
    both = (("floor", floors), ("ours", ours))
    yield ("Run of {run}, commit {commit}, {member} member, {cpus} CPUs, Linux {kernel}, load "
           "before and after {load_before} and {load_after}, {repetitions} windows of {window_s} s "
           "each.").format(**heading)
    yield ""
    yield "Client CPU per operation, microseconds: median [least–most]; goals in the same unit."
    yield ""
    yield from table(["cell", "floor", "ours", "ratio", "goal: ratio", "goal: us", "member us"],
                     cost_rows(cells, floors, ours))
    yield ""
    yield "Operations a second, and latency in microseconds."
    yield ""
    yield from table(["cell", "ops/s", "p50", "p99", "p99.9", "p99.99"], speed_rows(cells, both))
    yield ""
    yield "Per operation; RSS in MB."
    yield ""
    yield from table(["cell", "system calls", "futex wakes", "voluntary switches",
                      "involuntary", "allocations", "RSS"], count_rows(cells, both))
    reasons = {f.why_not() for figures in (floors, ours) for f in figures.values()} - {None}
    for reason in sorted(reasons):
        yield ""
        yield "n/a: " + reason


def record(text):
    with open(README, encoding="utf-8") as f:
        before, rest = f.read().split(BEGIN)
    after = rest.split(END)[1]
    with open(README, "w", encoding="utf-8") as f:
        f.write(before + BEGIN + "\n" + text + "\n" + END + after)


def main(words):
    recording = "--record" in words
    paths = [w for w in words if w != "--record"]
    if len(paths) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    text = "\n".join(report(paths[0]))
    print(text)
    if recording:
        record(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
