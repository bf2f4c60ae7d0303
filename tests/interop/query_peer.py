#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The official Python client asks the same of a map: each line of standard input is a JSON array

    [VERB, MAP, ARGUMENT...]

which is answered by one line of JSON, or by {"error": TEXT}. Verbs, where PREDICATE is an array of a
function of hazelcast.predicate and its arguments, such as ["greater", "age", 30], or null:

    put FROM TO             people of these numbers, as the test makes them
    keys PREDICATE          the keys that it is true for, sorted
    values PREDICATE        the ids of their values, sorted
    page PREDICATE SIZE N   the keys of page N, in their order
    aggregate NAME ATTRIBUTE PREDICATE
    project ATTRIBUTE PREDICATE     the results, sorted
    multi ATTRIBUTES PREDICATE      the results, sorted

Argument: the members' addresses. Keys are Integer.
"""

import json
import sys

import hazelcast
from hazelcast import aggregator, predicate, projection
from hazelcast.core import HazelcastJsonValue

JOINED = ("and_", "or_", "not_")


def build(words):
    if words is None:
        return None
    name, *arguments = words
    if name in JOINED:
        arguments = [build(a) for a in arguments]
    return getattr(predicate, name)(*arguments)


def person(i):
    return HazelcastJsonValue({"id": i, "name": "n%02d" % (i % 20), "age": i * 37 % 100,
                               "active": i % 3 == 0, "tags": ["t%d" % (i % 5), "t%d" % (i % 7)]})


def plain(value):
    """A form that JSON has."""
    if isinstance(value, HazelcastJsonValue):
        return value.loads()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return [plain(value.key), plain(value.value)]  # an entry


class Peer:
    def __init__(self, addresses):
        self._client = hazelcast.HazelcastClient(cluster_members=addresses)

    def carry_out(self, verb, name, *arguments):
        return getattr(self, verb)(self._client.get_map(name).blocking(), *arguments)

    @staticmethod
    def put(people, start, end):
        people.put_all({i: person(i) for i in range(start, end)})

    @staticmethod
    def keys(people, words):
        return sorted(people.key_set(build(words)))

    @staticmethod
    def values(people, words):
        return sorted(v.loads()["id"] for v in people.values(build(words)))

    @staticmethod
    def page(people, words, size, number):
        paging = predicate.paging(build(words), size)
        paging.page = number
        return list(people.key_set(paging))

    @staticmethod
    def aggregate(people, name, attribute, words):
        return plain(people.aggregate(getattr(aggregator, name)(attribute), build(words)))

    @staticmethod
    def project(people, attribute, words):
        return sorted(people.project(projection.single_attribute(attribute), build(words)))

    @staticmethod
    def multi(people, attributes, words):
        return sorted(plain(r) for r in people.project(
            projection.multi_attribute(*attributes), build(words)))


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
