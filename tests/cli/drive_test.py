#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hzc drive beside two members of its own: what each mode writes is whole and possible.

Arguments: tools/members.py and hzc.
"""

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 120


class Failed(Exception):
    """A case is not as it should be; its text says how."""


def need(condition, why):
    if not condition:
        raise Failed(why)


class Bench:
    """The cluster, the program, and a folder for histories."""

    def __init__(self, hzc, folder):
        self._hzc = hzc
        self._folder = folder
        self.addresses = os.environ["HZ_TEST_CLUSTER"]

    def members(self, *words):
        command = shlex.split(os.environ["HZ_TEST_MEMBERS"])
        subprocess.run([*command, *words], check=True, stdout=subprocess.DEVNULL)

    def file(self, name):
        return os.path.join(self._folder, name)

    def start(self, mode, *arguments):
        return subprocess.Popen(
            [self._hzc, "drive", mode, "--members", self.addresses, *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, mode, *arguments, code=0):
        process = self.start(mode, *arguments)
        out, err = process.communicate(timeout=PATIENCE_S)
        need(process.returncode == code,
             "%s ended with %d: %s%s" % (mode, process.returncode, out, err))
        return out

    def history(self, name):
        with open(self.file(name), encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


def await_lines(path, count):
    """Waits until the file has so many lines."""
    end = time.monotonic() + PATIENCE_S
    while True:
        have = 0
        if os.path.exists(path):
            with open(path, encoding="utf-8") as lines:
                have = sum(1 for _ in lines)
        if have >= count:
            return
        need(time.monotonic() < end, "%s has %d lines, not %d" % (path, have, count))
        time.sleep(0.05)


def check_calls(calls):
    for call in calls:
        need(list(call) == ["th", "op", "k", "v", "t0", "t1", "rc", "err"], "fields %r" % call)
        need(call["t0"] <= call["t1"] and call["rc"] in ("ok", "fail", "info"), "%r" % call)
        need((call["rc"] == "ok") == (call["err"] == ""), "%r" % call)


def load(bench):
    out = bench.run("load", "--threads", 8, "--seconds", 3, "--keys", 10, "--value-bytes", 100,
                    "--mix", "set:40,get:40,offer:5,cas:15", "--history", bench.file("load"))
    end = json.loads(out)
    calls = bench.history("load")
    check_calls(calls)
    need(end["failed"] == end["in_doubt"] == 0, out)
    need({c["op"] for c in calls} == {"set", "get", "offer", "cas"}, "a kind is missing")
    written = {c["v"]: c for c in calls if c["op"] == "set"}
    for call in calls:
        if call["op"] == "get" and call["v"]:
            need(call["v"].startswith(call["k"] + "/"), "not of its key: %r" % call)
            need(written[call["v"]]["t0"] <= call["t1"], "read before it was written")
    taken = set()
    for call in calls:
        if call["op"] == "cas" and call["rc"] == "ok":
            old = (call["k"], call["v"].split(">")[0])
            need(old not in taken, "two took the place of %r" % (old,))
            taken.add(old)


def signals(bench):
    process = bench.start("load", "--threads", 2, "--seconds", 0, "--history", bench.file("sig"))
    await_lines(bench.file("sig"), 20)
    process.send_signal(signal.SIGUSR1)
    stats = json.loads(process.stdout.readline())
    for name in ("in_flight", "pings", "reconnects", "dropped_events", "decode_errors", "threads",
                 "descriptors", "bytes"):
        need(isinstance(stats.get(name), int), "%s is missing" % name)
    need(stats["threads"] > 3 and stats["connections"] == 2, "%r" % stats)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=PATIENCE_S)
    need(process.returncode == 0 and '{"shutdown_ms":' in out, out + err)
    check_calls(bench.history("sig"))


def block(bench):
    for mode in ("thread", "async"):
        queue = "block-" + mode
        takers = bench.start("block", "--queue", queue, "--count", 50, "--mode", mode, "--history",
                             bench.file(queue))
        bench.run("load", "--threads", 1, "--seconds", 1, "--mix", "offer:1", "--rate", 200,
                  "--queue", queue, "--history", bench.file("offers"))
        takers.wait(timeout=PATIENCE_S)
        takes = bench.history(queue)
        check_calls(takes)
        items = [c["v"] for c in takes]
        need(len(items) == 50 and len(set(items)) == 50, "%s: %r" % (mode, items))


def listen(bench):
    listener = bench.start("listen", "--map", "heard", "--history", bench.file("heard"))
    need(json.loads(listener.stdout.readline()) == {"listening": True}, "not listening")
    bench.run("load", "--threads", 4, "--seconds", 1, "--mix", "set:1", "--keys", 5, "--map",
              "heard", "--rate", 500, "--history", bench.file("sets"))
    sets = bench.history("sets")
    await_lines(bench.file("heard"), len(sets))
    listener.send_signal(signal.SIGTERM)
    need(listener.wait(timeout=PATIENCE_S) == 0, "the listener did not end well")
    events = bench.history("heard")
    need(len(events) == len(sets), "%d events of %d" % (len(events), len(sets)))
    need({e["kind"] for e in events} == {"added", "updated"}, "kinds")
    need({e["v"] for e in events} == {c["v"] for c in sets}, "values")
    need(all(e["v"].endswith("/%d" % e["seq"]) for e in events), "numbers")


def once(bench):
    need(bench.run("once", "set", "m", "k", "v") == "", "set prints")
    need(bench.run("once", "get", "m", "k") == "v\n", "get")
    need(bench.run("once", "put", "m", "k", "w") == "v\n", "put")
    need(bench.run("once", "remove", "m", "k") == "w\n", "remove")
    need(bench.run("once", "offer", "q", "i") == "true\n", "offer")
    need(bench.run("once", "poll", "q", "1000") == "i\n", "poll")
    need(bench.run("once", "add", "n", "5", "--backend", "map") == "5\n", "add")
    need(bench.run("once", "add", "n", "5", code=10) == "UNSUPPORTED\n", "add without CP")
    bench.run("once", "set", "m", code=2)
    bench.run("once", "set", "m", "k", "v", "--tls", "mask=x", code=2)


def overlapping(spans):
    end = 0
    for begin, until in sorted(spans):
        if begin < end:
            return True
        end = until
    return False


def cp(bench):
    def calls_of(option, *arguments):
        name = bench.file(option)
        bench.run("cp", "--" + option, "u-" + option, "--backend", "map", "--seconds", 2,
                  "--history", name, *arguments)
        calls = bench.history(option)
        check_calls(calls)
        need(calls, "%s did nothing" % option)
        return calls
    held, fences = [], []
    open_locks = {}
    for call in calls_of("lock", "--threads", 3):
        if call["op"] == "lock" and call["rc"] == "ok":
            open_locks[call["th"]] = call["t1"]
            fences.append((call["t1"], int(call["v"])))
        elif call["op"] == "unlock":
            held.append((open_locks.pop(call["th"]), call["t0"]))
    need(held and not overlapping(held), "two held the lock")
    need([f for _, f in sorted(fences)] == sorted({f for _, f in fences}), "fences %r" % fences)
    sums = [int(c["v"].split(":")[1]) for c in calls_of("atomic", "--threads", 3)
            if c["op"] == "add"]
    need(sums and len(sums) == len(set(sums)), "two got the same sum")
    calls_of("semaphore", "--threads", 5, "--permits", 2)
    calls_of("latch", "--threads", 3)


def check_free(bench):
    out = json.loads(bench.run("check-free", "--seconds", 2))
    need(out["cycles"] > 0, "no cycle")
    for name in ("threads", "descriptors"):
        need(out["before"][name] == out["after"][name], "%r" % out)


def in_doubt(bench):
    """The last case: the members stop."""
    process = bench.start("load", "--threads", 1, "--seconds", 0, "--mix", "set:1", "--keys", 1,
                          "--invocation-timeout-ms", 1000, "--history", bench.file("doubt"))
    await_lines(bench.file("doubt"), 5)
    bench.members("stop", "0")
    bench.members("stop", "1")
    end = time.monotonic() + PATIENCE_S
    while not any(c["rc"] == "info" for c in bench.history("doubt")):
        need(time.monotonic() < end, "no call is in doubt")
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=PATIENCE_S)
    need(process.returncode == 0 and '"shutdown_ms"' in out, out)
    bench.members("cont", "0")
    bench.members("cont", "1")


CASES = (load, signals, block, listen, once, cp, check_free, in_doubt)


def main():
    members, hzc = sys.argv[1:3]
    if "HZ_DRIVE_TEST" not in os.environ:
        return subprocess.run([members, "run", "2", "--", sys.executable, *sys.argv], check=False,
                              env=dict(os.environ, HZ_DRIVE_TEST="1")).returncode
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            try:
                case(Bench(hzc, folder))
                print("ok", case.__name__)
            except (Failed, subprocess.SubprocessError, ValueError, KeyError) as error:
                failed += 1
                print("  %s\nnot ok %s" % (error, case.__name__))
    print("drive: %d passed, %d failed, 0 skipped" % (len(CASES) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
