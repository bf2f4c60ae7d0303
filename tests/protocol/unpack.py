#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Unpacks the protocol vectors of Hazelcast's tests artefact into a folder.

    unpack.py FOLDER

The artefact is $HZ_TEST_JAR or the one that the set-up has put under build/members.
"""

import os
import sys
import zipfile


def jar():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    standard = os.path.join(root, "build", "members", "5.7.0", "hazelcast-5.7.0-tests.jar")
    return os.environ.get("HZ_TEST_JAR", standard)


def main():
    try:
        with zipfile.ZipFile(jar()) as z:
            for name in z.namelist():
                if ".protocol.compatibility." in name and "/" not in name:
                    z.extract(name, sys.argv[1])
    except (OSError, zipfile.BadZipFile) as e:
        print("%s: %s; `./dev test` puts it there" % (jar(), e), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
