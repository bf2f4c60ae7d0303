#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs one Java source file with the members' classes at hand: what only Java can tell a test.

    java.py FILE.java [ARGUMENT ...]

Takes the place of this process, so input, output, signals and the exit code are Java's.
"""

import os
import sys

from launcher import config

VERSION = "5.7.0"
ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def main(words):
    try:
        jars = config.find_jars(ROOT, VERSION)
        # Small and quick to start: these programs do little.
        os.execvp("java", ["java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                           *config.MODULE_FLAGS, "-cp", ":".join(jars), *words])
    except (OSError, ValueError) as error:
        print("java.py: %s" % error, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
