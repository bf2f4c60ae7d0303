#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The official Python client on a leash: each line of standard input is a JSON array

    [STRUCTURE, NAME, METHOD, ARGUMENT...]      such as ["list", "l-1", "add_at", 0, 7]

which calls the method on the structure of that name and is answered by one line of JSON: what the
method returned, or {"error": TEXT}. Methods of its own:

    listen              hears of everything that happens in the structure
    heard N             waits until there were N events and gives them, in their order
    start METHOD ...    calls the method on the structure's own thread, and does not wait for it
    done                whether it has returned
    result              waits for it, and gives what it returned

Whole numbers are Long. Argument: the members' addresses.
"""

import concurrent.futures
import json
import sys
import threading

import hazelcast
from hazelcast.config import IntType

PATIENCE_S = 30

# Structures of the CP subsystem, which has methods of its own to get them.
CP = ("atomic_long", "atomic_reference", "count_down_latch", "lock", "semaphore")


class Hand:
    """Calls methods one after the other on one thread, which is the same owner of locks for all."""

    def __init__(self):
        self._thread = concurrent.futures.ThreadPoolExecutor(1)
        self._last = None

    def start(self, structure, method, *arguments):
        self._last = self._thread.submit(getattr(structure, method), *arguments)

    def done(self):
        return self._last.done()

    def result(self):
        return self._last.result(PATIENCE_S)


class Ear:
    """The events of one structure."""

    def __init__(self):
        self._events = []
        self._more = threading.Condition()

    def hear(self, *event):
        with self._more:
            self._events.append(list(event))
            self._more.notify_all()

    def hear_once(self, *event):
        if list(event) not in self._events:
            self.hear(*event)

    def heard(self, count):
        with self._more:
            if not self._more.wait_for(lambda: len(self._events) >= count, PATIENCE_S):
                raise TimeoutError("heard only %s" % self._events)
            return list(self._events)


def listen_to_items(structure, ear):
    structure.add_listener(
        include_value=True,
        item_added_func=lambda e: ear.hear("added", e.item),
        item_removed_func=lambda e: ear.hear("removed", e.item))


def listen_to_entries(structure, ear):
    structure.add_entry_listener(
        added_func=lambda e: ear.hear("added", e.key, e.value),
        removed_func=lambda e: ear.hear("removed", e.key, e.old_value),
        clear_all_func=lambda e: ear.hear("cleared", e.number_of_affected_entries))


def listen_to_values(structure, ear):
    # This client asks every member for the events of all members, and so hears each as often.
    structure.add_entry_listener(
        include_value=True,
        added_func=lambda e: ear.hear_once("added", e.key, e.value),
        removed_func=lambda e: ear.hear_once("removed", e.key, e.old_value),
        clear_all_func=lambda e: ear.hear_once("cleared", e.number_of_affected_entries))


def listen_to_messages(structure, ear):
    structure.add_listener(lambda m: ear.hear("message", m.message))


LISTEN = {
    "list": listen_to_items,
    "set": listen_to_items,
    "queue": listen_to_items,
    "multi_map": listen_to_values,
    "replicated_map": listen_to_entries,
    "topic": listen_to_messages,
    "reliable_topic": listen_to_messages,
}


def plain(value):
    """A form that JSON has; items without an order come sorted."""
    if isinstance(value, (set, frozenset)):
        return sorted(plain(v) for v in value)
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return sorted([k, plain(v)] for k, v in value.items())
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return [plain(v) for v in value]  # a set of results


class Peer:
    def __init__(self, addresses):
        self._client = hazelcast.HazelcastClient(
            cluster_members=addresses, default_int_type=IntType.LONG)
        self._ears = {}
        self._hands = {}

    def _structure(self, kind, name):
        owner = self._client.cp_subsystem if kind in CP else self._client
        return getattr(owner, "get_" + kind)(name).blocking()

    def _beside(self, structure, kind, name, method, *arguments):
        hand = self._hands.setdefault((kind, name), Hand())
        if method == "start":
            return hand.start(structure, *arguments)
        return plain(getattr(hand, method)())

    def carry_out(self, kind, name, method, *arguments):
        structure = self._structure(kind, name)
        if method == "listen":
            self._ears[kind, name] = Ear()
            LISTEN[kind](structure, self._ears[kind, name])
            return None
        if method == "heard":
            return self._ears[kind, name].heard(*arguments)
        if method in ("start", "done", "result"):
            return self._beside(structure, kind, name, method, *arguments)
        return plain(getattr(structure, method)(*arguments))


def main():
    peer = Peer(sys.argv[1].split(","))
    for line in sys.stdin:
        try:
            answer = peer.carry_out(*json.loads(line))
        except Exception as error:  # whatever it is, the test shall show it
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(answer, separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main()
