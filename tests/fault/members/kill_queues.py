#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The queues of kill_test.c, written by Hazelcast's official Python client instead of ours.

    kill_queues.py KILLS [KEY=VALUE ...]    (members' options as tools/members.py has them)

Three members, one synchronous backup, four queues. Members are killed in turn under load, each when
the backups of the one before are made again. Ends with 1 if an acknowledged item is lost: it tells
a loss that members cause from one that a client causes.
"""

import collections
import os
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tools"))

import pyclient  # noqa: E402  (found through the line above)

MEMBERS, QUEUES, WINDOW, LOAD_S = 3, 4, 24, 1.0
OPTIONS = ["backup=1", "prop.hazelcast.operation.fail.on.indeterminate.state=true"]


class Launcher:
    """tools/members.py on a pair of pipes; its members end with it."""

    def __init__(self):
        self._process = subprocess.Popen(
            [os.path.join(ROOT, "tools", "members.py"), "serve"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def ask(self, command):
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().rstrip("\n")
        if not answer.startswith("ok"):
            raise RuntimeError("%s: %s" % (command, answer))
        return answer[3:]

    def end(self):
        self._process.stdin.close()
        self._process.wait()


class Writer(threading.Thread):
    """Offers rising numbers to one queue, a few at a time, and notes which were acknowledged."""

    def __init__(self, client, number, stop):
        super().__init__()
        self.queue = client.get_queue("kill-%d" % number)
        self.acknowledged = set()
        self._stop_load = stop

    def run(self):
        number, window = 0, collections.deque()
        while not self._stop_load.is_set():
            number += 1
            window.append((number, self.queue.offer(number)))
            if len(window) >= WINDOW:
                self._settle(*window.popleft())
        for pair in window:
            self._settle(*pair)

    def _settle(self, number, future):
        try:
            if future.result():
                self.acknowledged.add(number)
        except Exception:  # failed or in doubt: nothing is promised of it
            pass

    def lost(self):
        found = []
        while True:
            piece = []
            self.queue.blocking().drain_to(piece, 20000)
            if not piece:
                return self.acknowledged - set(found)
            found += piece


def await_members(client):
    deadline = time.monotonic() + 60
    while len(client.cluster_service.get_members()) != MEMBERS:
        if time.monotonic() > deadline:
            raise RuntimeError("the client does not see all members")
        time.sleep(0.1)


def kill_in_turn(launcher, client, writers, kills):
    for i in range(kills):
        time.sleep(LOAD_S)
        launcher.ask("kill %d" % (i % MEMBERS))
        time.sleep(LOAD_S)
        launcher.ask("restart %d" % (i % MEMBERS))
        launcher.ask("wait-safe")
        await_members(client)
        for writer in writers:
            least, size = len(writer.acknowledged), writer.queue.blocking().size()
            if size < least:
                print("after kill %d: %s has %d items, %d were acknowledged" %
                      (i, writer.queue.name, size, least), flush=True)


def main(kills, options):
    import hazelcast
    launcher = Launcher()
    try:
        members = launcher.ask(" ".join(["start", str(MEMBERS)] + OPTIONS + options)).split(",")
        client = hazelcast.HazelcastClient(cluster_members=members,
                                           fail_on_indeterminate_operation_state=True)
        stop = threading.Event()
        writers = [Writer(client, i, stop) for i in range(QUEUES)]
        for writer in writers:
            writer.start()
        try:
            kill_in_turn(launcher, client, writers, kills)
        finally:
            stop.set()
            for writer in writers:
                writer.join()
        losses = 0
        for writer in writers:
            lost = writer.lost()
            losses += len(lost)
            print("%s: %d acknowledged, %d lost%s" % (
                writer.queue.name, len(writer.acknowledged), len(lost),
                ", from %d to %d" % (min(lost), max(lost)) if lost else ""), flush=True)
        client.shutdown()
    finally:
        launcher.end()
    return 1 if losses else 0


if __name__ == "__main__":
    python = pyclient.ensure()
    if os.path.realpath(sys.prefix) != os.path.realpath(os.path.dirname(os.path.dirname(python))):
        os.execv(python, [python] + sys.argv)
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
