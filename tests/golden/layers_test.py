#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Includes follow the table of tools/build/defs.bzl, also where a dependency's own dependencies
would let a header through. Argument: tools/build/defs.bzl of the tree to look at."""

import os
import re
import sys

# The few files that may see a system library, by the pattern of their name.
LIBRARIES = {
    r"zmq\.h": r"base/mailbox\w*\.c",
    r"openssl/.*": r"transport/(tls\w*\.[ch]|token\.c)|tests/(tls/.*|support/certs\.c)|base/random\w*\.c|serialization/decimal\w*\.c",
    r"yaml\.h": r"core/(config\w*|cp_leaders_text)\.c",
    r"histedit\.h|zlib\.h": r"cli/.*",
    r"CUnit/.*": r"tests/.*",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
CONDITION = re.compile(r"^\s*#\s*(ifdef|if|elif)\b", re.MULTILINE)


def read_table(path):
    scope = {}
    with open(path, encoding="utf-8") as f:
        text = f.read()
    # The table is plain Python as well; the rules below it are not needed here.
    exec(text[:text.index("WARNINGS =")], scope)  # pylint: disable=exec-used
    return scope["MAY_INCLUDE"]


def sources(root, table):
    """Paths of all C files in the table's folders, from the root."""
    for top in sorted({k.split("/")[0] for k in table}):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def folder_of(path, table):
    """The longest key of the table that the path lies in."""
    keys = [k for k in table if path.startswith(k + "/")]
    return max(keys, key=len) if keys else None


def bad_includes(path, text, table):
    folder = folder_of(path, table)
    for kind, name in INCLUDE.findall(text):
        if kind == '"':
            target = folder_of(name, table)
            if (folder, name) == ("examples", "connect.h"):
                continue  # so that users can compile an example wherever they stand
            if target is None:
                yield "%s includes \"%s\", which is not named from the root" % (path, name)
            elif target not in (folder, "include") and target not in table.get(folder, []):
                yield "%s may not include %s" % (path, name)
        for pattern, allowed in LIBRARIES.items():
            if re.fullmatch(pattern, name) and not re.fullmatch(allowed, path):
                yield "%s may not include <%s>" % (path, name)


def bad_conditions(path, text):
    """Platforms and compilers are told apart in base/platform* only; headers of C++ users aside."""
    if path.startswith(("base/platform", "include/", "tests/", "benchmarks/")):
        return
    if CONDITION.search(text):
        yield "%s has conditional compilation" % path


def main():
    table = read_table(sys.argv[1])
    found = {"includes_follow_the_layers": [], "platform_is_in_one_place": []}
    root = os.path.realpath(sys.argv[1]).rpartition("/tools/build/")[0]
    looked_at = 0
    for path in sources(root, table):
        if folder_of(path, table) is None:
            continue
        looked_at += 1
        with open(os.path.join(root, path), encoding="utf-8") as f:
            text = f.read()
        found["includes_follow_the_layers"] += bad_includes(path, text, table)
        found["platform_is_in_one_place"] += bad_conditions(path, text)
    failed = 0
    for name, wrong in found.items():
        print("%s %s" % ("not ok" if wrong else "ok", name))
        for line in wrong:
            print("  " + line)
        failed += bool(wrong)
    print("layers: %d passed, %d failed, 0 skipped" % (len(found) - failed, failed))
    return 1 if failed or looked_at < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
