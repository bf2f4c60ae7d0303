#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./dev answers a wrong command line with one line that says what is wrong, and does nothing else;
--help is help everywhere. Argument: tools/build/defs.bzl of the tree to look at."""

import os
import subprocess
import sys

# The command line, its exit code, and what it prints.
WRONG = [
    (["bogus"], 2, "there is no command 'bogus'; './dev help' lists what there is"),
    (["soak"], 2, "soak needs the name of one test"),
    (["build", "now"], 2, "build takes no arguments"),
    (["cluster", "left"], 2, "cluster has no 'left'"),
    (["cluster", "ask", "somebody"], 2, "cluster ask needs a name and a command"),
    (["cluster", "down", "nobody-has-this"], 1, "no cluster 'nobody-has-this' runs"),
]
HELP = [[], ["help"], ["--help"]] + [[c, "--help"] for c in (
    "demo", "test", "soak", "build", "cluster", "fmt", "lint", "setup")]


def ask(root, program, *words):
    return subprocess.run([os.path.join(root, program), *words], check=False, text=True, timeout=50,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)


def check_wrong(root):
    for words, code, text in WRONG:
        ran = ask(root, "dev", *words)
        if ran.returncode != code or text not in ran.stderr or ran.stderr.count("\n") != 1:
            yield "./dev %s: ended with %d and said %r" % (
                " ".join(words), ran.returncode, ran.stdout + ran.stderr)


def check_help(root):
    for words in HELP:
        ran = ask(root, "dev", *words)
        if ran.returncode != 0 or not ran.stdout.startswith("./dev demo ") or ran.stderr:
            yield "./dev %s: ended with %d and said %r" % (
                " ".join(words), ran.returncode, ran.stdout + ran.stderr)


def check_bench(root):
    ran = ask(root, "dev", "bench", "--help")
    if ran.returncode != 0 or "./dev bench quick" not in ran.stdout or "set -" in ran.stdout:
        yield "bench --help: %r" % (ran.stdout + ran.stderr)
    ran = ask(root, "benchmarks/run.sh", "--bogus")
    if ran.returncode != 2 or "there is no option '--bogus'" not in ran.stderr:
        yield "bench --bogus: %r" % (ran.stdout + ran.stderr)


def check_test(root):
    for words in (["map_entry", "map_lock"], ["asan", "tsan", "map"]):
        ran = ask(root, "tools/dev/test.py", *words)
        if ran.returncode != 2 or "one target at a time" not in ran.stderr:
            yield "test.py %s: %r" % (" ".join(words), ran.stdout + ran.stderr)


def check_members(root):
    for words in (["up", "a", "many"], ["up", "a"], ["up", "a", "0"]):
        ran = ask(root, "tools/members.py", *words)
        if ran.returncode != 2 or "how many members?" not in ran.stderr:
            yield "members.py %s: %r" % (" ".join(words), ran.stdout + ran.stderr)


def main():
    root = os.path.realpath(sys.argv[1]).rpartition("/tools/build/")[0]
    checks = {"wrong_words": check_wrong, "help_everywhere": check_help, "bench": check_bench,
              "test": check_test, "members": check_members}
    failed = 0
    for name, check in checks.items():
        faults = list(check(root))
        print("%s %s%s" % ("not ok" if faults else "ok", name, "".join("\n  " + f for f in faults)))
        failed += bool(faults)
    print("dev: %d passed, %d failed, 0 skipped" % (len(checks) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
