#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tour beside two members of its own, as `./dev demo` runs it: it ends with 0, and every
station of it was reached.

Arguments: tools/members.py and the program.
"""

import re
import subprocess
import sys

LIMIT_S = 180

# In this order.
STATIONS = [
    r"This is hz\.client_\d+, connected to 127\.0\.0\.1:\d+,127\.0\.0\.1:\d+$",
    r'STR +"Ada"$',
    r"I32 +42$",
    r"F64 +2\.5$",
    r"JSON +\[1, 2\]$",
    r"LOCAL_DATE +2026-12-24$",
    r'it is now +"Grace"$',
    r'it is now +"Alan"$',
    r"\d+ rooms later somebody wants coffee$",
    r'it got +"two coffees, one tea"$',
    r"they go on with the other; writes in doubt, made again: \d+$",
    r"After \d{4,} writes 1000 of 1000 rooms have paint\. Goodbye\.$",
]


def missed(text):
    """The first station that the text does not show in its turn, or nothing."""
    at = 0
    for station in STATIONS:
        found = re.compile(station, re.MULTILINE).search(text, at)
        if found is None:
            return station
        at = found.end()
    return ""


def main():
    members, tour = sys.argv[1:]
    ran = subprocess.run([members, "run", "2", "backup=1", "--", tour], check=False,
                         stdout=subprocess.PIPE, text=True, timeout=LIMIT_S)
    why = "it ended with %d" % ran.returncode if ran.returncode else missed(ran.stdout)
    print(ran.stdout)
    print("not ok tour: %s" % why if why else "ok tour")
    print("tour: %d passed, %d failed, 0 skipped" % (not why, bool(why)))
    return 1 if why else 0


if __name__ == "__main__":
    sys.exit(main())
