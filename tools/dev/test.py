#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds everything, runs the tests beside the shared members, sums up the cases.

    test.py [asan|ubsan|tsan] [TARGET]     TARGET: a label, or a part of a test's name
    test.py --soak NAME                    one test at full size

The last line is "N passed, N failed, N skipped", in cases, not binaries. A binary that crashes,
hangs, leaks or does not build is a failure too.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from launcher.member import die_with  # pylint: disable=wrong-import-position

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
EVENTS = os.path.join(ROOT, "build", "test-events.json")
SANITIZERS = ("asan", "ubsan", "tsan")
# What every run shares; a test that changes members starts its own.
SHARED_CLUSTER = ["2", "backup=1"]
SLOWNESS = {"asan": 3, "ubsan": 2, "tsan": 6}

CASE = re.compile(r"^(ok|not ok|skip) ", re.MULTILINE)
SUMMARY = re.compile(r"^[^:\n]+: (\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)


def say(*words):
    print("==>", *words, flush=True)


def bazel(*words):
    return subprocess.run(["bazel", *words], cwd=ROOT, check=False).returncode


def query(expression):
    """The labels that a query finds; the run ends here if it cannot be answered."""
    answer = subprocess.run(["bazel", "query", expression], cwd=ROOT, check=False,
                            stdout=subprocess.PIPE, text=True)
    if answer.returncode != 0:
        finish(0, 1, 0)
    return answer.stdout.split()


def choose(target, sanitizer):
    """The labels of the tests to run."""
    if target and target.startswith("//"):
        return query("tests(%s)" % target)
    tests = "tests(//...)"
    if sanitizer:
        # Tests of the tree itself (symbols, layers, texts) say nothing about memory or threads.
        tests = "%s except attr(tags, '\\bplain\\b', %s)" % (tests, tests)
    labels = query(tests)
    return [label for label in labels if not target or target in label]


class Tally:
    """Counts cases, and remembers what went wrong."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.reasons = []  # of skipped cases
        self.seen = set()

    def add(self, label, status, path, seconds):
        self.seen.add(label)
        try:
            with open(path, encoding="utf-8", errors="replace") as f:
                text = f.read()
        except OSError:
            text = ""
        passed, failed, skipped = self._count(text)
        if status != "PASSED" and failed == 0:
            failed = 1
        elif status == "PASSED" and passed + skipped == 0:
            passed = 1
        self.passed += passed
        self.failed += failed
        self.skipped += skipped
        self.reasons += ["%s %s" % (label, line) for line in text.splitlines()
                         if line.startswith("skip ")]
        print("%-7s %-55s %3d cases %6.1f s" % (
            "ok" if failed == 0 else "FAILED", label, passed + failed + skipped, seconds),
            flush=True)
        if failed:
            self._show(label, status, text, path)

    @staticmethod
    def _count(text):
        summaries = SUMMARY.findall(text)
        if summaries:
            return tuple(sum(int(s[i]) for s in summaries) for i in range(3))
        # No summary: it broke off. What had passed until then has passed.
        kinds = [m.group(1) for m in CASE.finditer(text)]
        return kinds.count("ok"), kinds.count("not ok"), kinds.count("skip")

    @staticmethod
    def _show(label, status, text, path):
        lines = [line for line in text.splitlines() if not line.startswith("ok ")][-60:]
        print("---- %s: %s; the end of %s" % (label, status, path))
        print("\n".join("  " + line for line in lines))
        print("----", flush=True)


class Events:
    """Reads Bazel's event file while it is being written."""

    def __init__(self, tally):
        self._tally = tally
        self._file = None
        self._rest = ""

    def read(self):
        if self._file is None:
            if not os.path.exists(EVENTS):
                return
            self._file = open(EVENTS, encoding="utf-8")
        lines = (self._rest + self._file.read()).split("\n")
        self._rest = lines.pop()
        for line in lines:
            event = json.loads(line)
            if "testResult" in event and "testResult" in event.get("id", {}):
                self._take(event["id"]["testResult"]["label"], event["testResult"])

    def _take(self, label, result):
        logs = [f["uri"] for f in result.get("testActionOutput", []) if f["name"] == "test.log"]
        path = urllib.parse.unquote(urllib.parse.urlparse(logs[0]).path) if logs else ""
        self._tally.add(label, result["status"], path,
                        int(result.get("testAttemptDurationMillis", 0)) / 1000)


def run_tests(labels, config, options, tally):
    if os.path.exists(EVENTS):
        os.unlink(EVENTS)
    os.makedirs(os.path.dirname(EVENTS), exist_ok=True)
    command = [os.path.join(ROOT, "tools", "members.py"), "run", *SHARED_CLUSTER, "--",
               "bazel", "test", *config, *options, "--keep_going", "--test_output=summary",
               "--test_summary=none", "--test_env=HZ_TEST_CLUSTER", "--test_env=HOME",
               "--build_event_json_file=" + EVENTS, "--", *labels]
    events = Events(tally)
    log = os.path.join(ROOT, "build", "test-run.log")
    with open(log, "wb") as out:
        with subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
                              preexec_fn=die_with(os.getpid())) as running:
            while running.poll() is None:
                events.read()
                time.sleep(0.5)
    events.read()
    missing = sorted(set(labels) - tally.seen)
    for label in missing:
        print("FAILED  %s did not run" % label)
    tally.failed += len(missing)
    if running.returncode != 0 and tally.failed == 0:
        tally.failed = 1
    if missing or (running.returncode != 0 and not tally.seen):
        with open(log, encoding="utf-8", errors="replace") as f:
            print("".join(f.readlines()[-40:]))


def finish(passed, failed, skipped):
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped), flush=True)
    sys.exit(1 if failed or passed == 0 else 0)


def main(words):
    soak = words[:1] == ["--soak"]
    words = words[1:] if soak else words
    sanitizer = words.pop(0) if words and words[0] in SANITIZERS else None
    if len(words) > 1 or (soak and sanitizer):
        print("==> one target at a time: './dev help'", file=sys.stderr)
        sys.exit(2)
    target = words[0] if words else None
    config = ["--config=" + sanitizer] if sanitizer else []
    options = []
    if sanitizer:
        options += ["--test_env=HZT_SLOWNESS=%d" % SLOWNESS[sanitizer]]
    if soak:
        options += ["--test_env=HZ_SOAK=1", "--test_timeout=14400"]
    labels = choose(target, sanitizer)
    if not labels:
        say("no test is called '%s'" % target)
        finish(0, 1, 0)
    say("building%s" % (" with " + sanitizer if sanitizer else ""))
    if bazel("build", *config, *(labels if target or sanitizer else ["//..."])) != 0:
        say("the build failed")
        finish(0, 1, 0)
    say("starting members, then %d test binaries" % len(labels))
    tally = Tally()
    run_tests(labels, config, options, tally)
    for reason in tally.reasons:
        print(reason)
    finish(tally.passed, tally.failed, tally.skipped)


if __name__ == "__main__":
    main(sys.argv[1:])
