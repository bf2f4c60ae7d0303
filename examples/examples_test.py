#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every example runs beside a real cluster, ends with 0, and prints what it is said to print.

Arguments: tools/members.py, then the programs.
"""

import os
import subprocess
import sys

PRINTS = {
    "async_futures": "sum of 1000 squares: 332833500\n",
    "atomic_long": "a desk for 70: bought\na chair for 40: too dear\n"
                   "20 more, that makes 50\na chair for 40: bought\n",
    "atomic_reference": "alice leads: yes\nbob leads: no\nbob resigns: no\n"
                        "alice resigns: yes\nnobody leads: yes\n",
    "cancel": "take: CANCELLED, in doubt\nagain: CANCELLED\n",
    "cardinality_estimator": "alice, bob, alice: 2\na thousand more: about 1000\n",
    "compact": "Ada sits in room 101\nAda earns 0.00\nid is 7, I64\n"
               'name is "Ada", STRING\n' "room is 101, NULLABLE_I32\n",
    "compute": "visits: 100\n",
    "count_down_latch": "ready after a moment: not all\nready in the end: all\n",
    "event_loop": "pending: 0, sum: 100\n",
    "late_items": "a worker stops: CANCELLED\n" * 2 + "jobs left: 20 of 20\n",
    "fenced_lock": "alice writes: done\nbob got the lock: no\nbob writes: done\n"
                   "alice writes: refused\n",
    "id_generator": "shop begins: 4712 4713 4714\nbranch goes on: 10000 10001 10002\n"
                    "shop goes on: 4715 4716 4717\n",
    "list": "planned: 10 20 30 40\nchanged: 11 30 40\nstep 99? RANGE\n",
    "flake_id_generator": "40000 ids, all different\n",
    "listener": 'added "apples": 7\nupdated "apples": 6\nremoved "apples": null\n',
    "lock_on_map": "locked\nunlocked\n",
    "locks": "bob got the door: no\nbob unlocks it: NOT_OWNER\nbob got the door: yes\n",
    "map_basics": "apples: 7\npears: none\nsold one: yes\nentries: 2\n",
    "multimap": "apple on page 3: new\napple on page 3: known\n"
                "apple: pages 2, sum 15\npear: pages 2, sum 42\n"
                "apple: pages 1, sum 3\npear: pages 1, sum 30\n",
    "pn_counter": "1000 hits\nless a thousand: 0\n",
    "query": "old in sales: 22, by text 22\nyears of theirs: 1364\n"
             "page 0: 10 from 42\npage 1: 10 from 492\npage 2: 2 from 942\n",
    "queue_worker": "100 jobs done, sum 5050\none more? TIMEOUT\n",
    "readme": "apples: 7\n",
    "replicated_map": "EUR 1.08, GBP 1.27\nEUR 1.09, was 1.08\nGBP: no rate\n",
    "reliable_topic": "job 1\njob 2\nstopped at place 2\n"
                      "job 3\njob 4\nstopped at place 4\n",
    "ringbuffer": "measured up to number 2\n0: 20.0\n1: 21.0\n2: 22.0\n"
                  "measured up to number 3\nand then number 3\n",
    "scan": "5000 entries, sum 24995000\n",
    "semaphore": "never more than 3 lines: true\nfree in the end: 3\n",
    "set": "apples: new\npears: new\napples: seen before\nplums: new\npears: seen before\n"
           "worked on 3\nplums and pears: both there\n- pears\n- apples\n- plums\n",
    "topic": "radio: it rains\nradio: it clears up\nradio: the sun shines\n",
}
LINES = 80
# These run beside a member of their own: the others have no CP subsystem.
CP = ("atomic_long", "atomic_reference", "count_down_latch", "fenced_lock", "id_generator",
      "semaphore")
CP_MEMBER = ["run", "1", "version=5.4.0", "--", "sh", "-c", 'exec "$0" "$HZ_TEST_CLUSTER"']


def beside_a_cluster(members, arguments):
    """Runs this file again with the addresses of a cluster that is started for it."""
    return subprocess.run([members, "run", "2", "--", sys.executable, __file__, members, *arguments],
                          check=False).returncode


def run(members, program, cluster):
    """What is wrong with the program, or nothing."""
    name = os.path.basename(program)
    if name not in PRINTS:
        return "nobody says what it prints"
    command = [members, *CP_MEMBER, program] if name in CP else [program, cluster]
    ran = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, timeout=60)
    if ran.returncode != 0 or ran.stdout != PRINTS[name]:
        return "it ended with %d and printed %r" % (ran.returncode, ran.stdout)
    return ""


def too_long(sources):
    for source in sources:
        with open(source, encoding="utf-8") as f:
            lines = len(f.readlines())
        if lines > LINES:
            yield "%s has %d lines" % (os.path.basename(source), lines)


def main():
    members, arguments = sys.argv[1], sys.argv[2:]
    if "HZ_TEST_CLUSTER" not in os.environ:
        return beside_a_cluster(members, arguments)
    failed = 0
    programs = [a for a in arguments if not a.endswith(".c")]
    wrong = {os.path.basename(p): run(members, p, os.environ["HZ_TEST_CLUSTER"]) for p in programs}
    wrong["are_short"] = ", ".join(too_long(a for a in arguments if a.endswith(".c")))
    for name in sorted(set(PRINTS) - set(wrong)):
        wrong[name] = "it was not built"
    for name, why in sorted(wrong.items()):
        print("%s %s%s" % ("not ok" if why else "ok", name, "\n  " + why if why else ""))
        failed += bool(why)
    print("examples: %d passed, %d failed, 0 skipped" % (len(wrong) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
