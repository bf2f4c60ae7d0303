#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/protocol-coverage.md: every operation of the protocol, and which source uses it.

    hzcoverage.py             writes the page
    hzcoverage.py --check     says whether the page is what would be written; exit code 1 if not

An operation is used where its constant, such as HZP_MAP_GET, stands in a source of the library.
"""

import os
import re
import sys

from hzspec import SpecError, read_spec, since_text

FOLDERS = ["transport", "core", "events", "proxies"]
PAGE = "docs/protocol-coverage.md"
INTRO = """# Protocol coverage

Made by `python3 tools/hzcoverage.py`; a test fails when it is out of date. Every message of the
Open Binary Client Protocol up to 2.10 can be encoded and decoded; this page tells which operations
the library uses, and where.
"""


def users(root):
    """Constant -> the sources that name it."""
    found = {}
    for folder in FOLDERS:
        for where, _, names in os.walk(os.path.join(root, folder)):
            for name in names:
                if not name.endswith((".c", ".h")):
                    continue
                path = os.path.join(where, name)
                with open(path, encoding="utf-8") as f:
                    code = re.sub(r"//[^\n]*", "", f.read())
                for word in set(re.findall(r"\bHZP_[A-Z0-9_]+\b", code)):
                    found.setdefault(word, set()).add(os.path.relpath(path, root))
    return found


def page(spec, found):
    lines, summary, used_all, all_all = [], [], 0, 0
    for service in spec.services:
        rows = []
        for o in service.operations:
            constant = o.name.upper()
            where = found.get(constant, set()) | found.get(constant + "_REQUEST", set())
            events = ", ".join(e.title.split("/")[1] for e in o.events)
            rows.append((o.request, where, events))
        used = sum(1 for r in rows if r[1])
        used_all, all_all = used_all + used, all_all + len(rows)
        summary.append("| [%s](#%s) | %d | %d |" % (
            service.name, service.name.lower(), len(rows), used))
        lines += ["", "## " + service.name, "", "| type | operation | since | events | used in |",
                  "| --- | --- | --- | --- | --- |"]
        for request, where, events in rows:
            lines.append("| `0x%06x` | %s | %s | %s | %s |" % (
                request.number, request.title.split(".")[1], since_text(request.since), events,
                ", ".join("`%s`" % w for w in sorted(where))))
    head = ["", "| service | operations | used |", "| --- | --- | --- |"] + summary
    head += ["| all | %d | %d |" % (all_all, used_all)]
    return INTRO + "\n".join(head + lines) + "\n"


def main():
    root = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    try:
        text = page(read_spec([os.path.join(root, "protocol", "spec")]), users(root))
    except (SpecError, OSError) as e:
        print(e, file=sys.stderr)
        return 1
    path = os.path.join(root, PAGE)
    if sys.argv[1:] == ["--check"]:
        old = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                old = f.read()
        if old != text:
            print("%s is out of date: run `python3 tools/hzcoverage.py`" % PAGE, file=sys.stderr)
            return 1
        return 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
