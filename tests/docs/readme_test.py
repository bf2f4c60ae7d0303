#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program of the README compiles with the compiler line that ./dev build prints, and does what
the README says beside a real cluster.

Arguments: tools/build/defs.bzl of the tree, libhazelcast.so.0.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

# Runs the program with the addresses of a cluster that is started for it.
WITH_OWN_CLUSTER = ["run", "1", "--", "sh", "-c", '"$0" "$HZ_TEST_CLUSTER"']


def build(root, library, compiler, folder):
    """The program, linked to the library by its soname."""
    shutil.copy(library, os.path.join(folder, "libhazelcast.so.0"))
    os.symlink("libhazelcast.so.0", os.path.join(folder, "libhazelcast.so"))
    program = os.path.join(folder, "readme")
    subprocess.run([compiler, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o", program,
                    os.path.join(root, "examples/readme.c"), "-I" + os.path.join(root, "include"),
                    "-L" + folder, "-Wl,-rpath," + folder, "-lhazelcast"], check=True)
    return program


def run(root, program):
    cluster = os.environ.get("HZ_TEST_CLUSTER")
    command = [program, cluster] if cluster else [
        os.path.join(root, "tools/members.py"), *WITH_OWN_CLUSTER, program]
    return subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, timeout=100)


def promised(root):
    """What the README says that the program prints."""
    with open(os.path.join(root, "README.md"), encoding="utf-8") as f:
        return re.search(r"^It prints `([^`]+)`", f.read(), re.MULTILINE).group(1)


def main():
    root = os.path.realpath(sys.argv[1]).rpartition("/tools/build/")[0]
    passed = failed = skipped = 0
    for compiler in ("gcc", "clang-14"):
        if shutil.which(compiler) is None:
            print("skip works_with_%s: it is not installed" % compiler)
            skipped += 1
            continue
        with tempfile.TemporaryDirectory() as folder:
            ran = run(root, build(root, os.path.realpath(sys.argv[2]), compiler, folder))
        good = ran.returncode == 0 and ran.stdout.splitlines()[-1:] == [promised(root)]
        print("%s works_with_%s" % ("ok" if good else "not ok", compiler))
        if not good:
            print("  ended with %d and printed %r" % (ran.returncode, ran.stdout))
        passed += good
        failed += not good
    print("readme: %d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
