#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the path of a Python that has Hazelcast's official client, making it at the first call.

It lives in a virtual environment under build/. Tests import ensure() or run this file.
"""

import fcntl
import os
import subprocess
import sys
import venv

VERSION = "5.7.0"
ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
FOLDER = os.path.join(ROOT, "build", "pyclient-" + VERSION)


def ensure():
    """The interpreter's path; raises OSError or CalledProcessError if it cannot be made."""
    python = os.path.join(FOLDER, "bin", "python")
    complete = os.path.join(FOLDER, ".complete")
    if os.path.exists(complete):
        return python
    os.makedirs(os.path.dirname(FOLDER), exist_ok=True)
    # Tests may run side by side; the first one installs, the others wait for it.
    with open(FOLDER + ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(complete):
            venv.create(FOLDER, clear=True, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet",
                            "--disable-pip-version-check",
                            "hazelcast-python-client==" + VERSION],
                           check=True, stdin=subprocess.DEVNULL)
            with open(complete, "w", encoding="ascii"):
                pass
    return python


if __name__ == "__main__":
    try:
        print(ensure())
    except (OSError, subprocess.CalledProcessError) as error:
        print("cannot install the Python client: %s" % error, file=sys.stderr)
        sys.exit(1)
