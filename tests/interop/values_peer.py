#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The official Python client on a leash: takes commands from standard input, one line each, and
answers "ok" or says in one line what is wrong.

    put MAP SAMPLE      puts the sample under its name     get MAP SAMPLE      expects that
    put-key MAP SAMPLE  puts the name under the sample     get-key MAP SAMPLE  expects that
    offer QUEUE SAMPLE  adds the sample                    poll QUEUE SAMPLE   expects it next
    set REFERENCE SAMPLE  sets it to the sample            is REFERENCE SAMPLE expects that

Argument: the members' addresses. tests/interop/samples.c has the same samples in C.
"""

import datetime
import decimal
import sys
import uuid

import hazelcast
from hazelcast.config import IntType
from hazelcast.core import HazelcastJsonValue

BIG = 2 ** 80 + 12345
INDIA = datetime.timezone(datetime.timedelta(hours=5, minutes=30))

# What this client writes: name -> (value, type of whole numbers).
WRITTEN = {
    "bool_true": (True, IntType.INT),
    "bool_false": (False, IntType.INT),
    "i8": (7, IntType.BYTE),
    "i16": (-300, IntType.SHORT),
    "i32": (-70000, IntType.INT),
    "i64": (-5000000000, IntType.LONG),
    "big_integer": (BIG, IntType.BIG_INT),
    "big_integer_negative": (-BIG, IntType.BIG_INT),
    "big_integer_small": (0, IntType.BIG_INT),
    "f64": (-2.5e-300, IntType.INT),
    "str": ("Gr\u00fc\u00dfe, \u4e16\u754c \U0001f680", IntType.INT),
    "str_empty": ("", IntType.INT),
    "bytes": (bytearray([0, 1, 127, 128, 255]), IntType.INT),
    "bytes_empty": (bytearray(), IntType.INT),
    "uuid": (uuid.UUID("0123456789abcdeffedcba9876543210"), IntType.INT),
    "decimal": (decimal.Decimal("-1234567890123456789.0123"), IntType.INT),
    "decimal_exponent": (decimal.Decimal("12E+5"), IntType.INT),
    "local_date": (datetime.date(2024, 2, 29), IntType.INT),
    "local_time": (datetime.time(23, 59, 58, 123456), IntType.INT),
    "offset_date_time": (datetime.datetime(2024, 2, 29, 23, 59, 58, 123456, INDIA), IntType.INT),
    "json": (HazelcastJsonValue('{"a": [1, 2.5, null, "\u00e9"]}'), IntType.INT),
    "list": (["a", 2.5, None, True, ["b", []]], IntType.INT),
    "list_of_i32": ([1, -2, 3], IntType.INT),
    "list_of_i64": ([1, -2, 3], IntType.LONG),
}

# What it only reads.
READ = {
    "i8_negative": -7,  # version 5.7.0 refuses to write it
    "char16": "\u03a9",
    "f32": 1.5,
    "local_date_time": datetime.datetime(2024, 2, 29, 23, 59, 58, 123456),
    "bools": [True, False, True],
    "i16s": [-32768, 0, 32767],
    "char16s": ["a", "\u03a9"],
    "i32s": [-2147483648, 0, 2147483647],
    "i64s": [-9223372036854775808, 0, 9223372036854775807],
    "f32s": [-1.5, 0.0, 2.25],
    "f64s": [-1.5, 0.0, 1e300],
    "strs": ["a", None, "\u4e16\u754c"],
}


def plain(value):
    """A form in which only what is equal and of the same type is equal."""
    if isinstance(value, HazelcastJsonValue):
        return "json", value.to_string()
    if isinstance(value, decimal.Decimal):
        return "decimal", value.as_tuple()
    if isinstance(value, (bytes, bytearray)):
        return "bytes", bytes(value)
    if isinstance(value, list):
        return "list", [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return "datetime", value.isoformat()
    return type(value).__name__, value


class Peer:
    """One client for each type of whole numbers, made when it is needed."""

    def __init__(self, addresses):
        self._addresses = addresses
        self._clients = {}

    def _client(self, kind):
        if kind not in self._clients:
            self._clients[kind] = hazelcast.HazelcastClient(
                cluster_members=self._addresses, default_int_type=kind)
        return self._clients[kind]

    def _writer(self, sample):
        return self._client(WRITTEN.get(sample, (None, IntType.INT))[1])

    def _map(self, name, sample):
        return self._writer(sample).get_map(name).blocking()

    def _queue(self, name, sample):
        return self._writer(sample).get_queue(name).blocking()

    def _reference(self, name, sample):
        return self._writer(sample).cp_subsystem.get_atomic_reference(name).blocking()

    @staticmethod
    def _compare(got, want):
        if plain(got) == plain(want):
            return "ok"
        return "got %r, expected %r" % (plain(got), plain(want))

    def carry_out(self, verb, name, sample):
        value = WRITTEN[sample][0] if sample in WRITTEN else READ[sample]
        if verb == "put":
            self._map(name, sample).put(sample, value)
            return "ok"
        if verb == "put-key":
            self._map(name, sample).put(value, sample)
            return "ok"
        if verb == "offer":
            return "ok" if self._queue(name, sample).offer(value) else "the queue is full"
        if verb == "get":
            return self._compare(self._map(name, sample).get(sample), value)
        if verb == "get-key":
            return self._compare(self._map(name, sample).get(value), sample)
        if verb == "poll":
            return self._compare(self._queue(name, sample).poll(10), value)
        if verb == "set":
            self._reference(name, sample).set(value)
            return "ok"
        if verb == "is":
            return self._compare(self._reference(name, sample).get(), value)
        return "no such command: " + verb


def main():
    peer = Peer(sys.argv[1].split(","))
    for line in sys.stdin:
        try:
            answer = peer.carry_out(*line.split())
        except Exception as error:  # whatever it is, the test shall show it
            answer = "%s: %s" % (type(error).__name__, error)
        print(answer.replace("\n", " "), flush=True)


if __name__ == "__main__":
    main()
