#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The official Python client with Compact serializers on a leash: takes commands from standard
input, one line each, and answers "ok" or says in one line what is wrong.

    put MAP SAMPLE      puts the sample under its name     get MAP SAMPLE      expects that
    put-key MAP N       puts N under a record as key       get-key MAP N       expects that
    put-version MAP     puts this program's version of a type under "theirs"
    get-version MAP     reads the other program's version under "ours"

Argument: the members' addresses. tests/support/everything.c has the same samples in C.
"""

import datetime
import decimal
import sys

import hazelcast
from hazelcast.serialization.api import CompactSerializer, FieldKind

DAY = datetime.date(2024, 2, 29)
CLOCK = datetime.time(23, 59, 58, 123456)
WHEN = datetime.datetime.combine(DAY, CLOCK)
INDIA = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
DIGITS = decimal.Decimal("-1234567890123456789.0123")

# In the order in which the fields are written: that of their names.
KINDS = {
    "array_bool": "array_of_boolean", "array_date": "array_of_date",
    "array_decimal": "array_of_decimal", "array_f32": "array_of_float32",
    "array_f64": "array_of_float64", "array_i16": "array_of_int16", "array_i32": "array_of_int32",
    "array_i64": "array_of_int64", "array_i8": "array_of_int8",
    "array_nullable_bool": "array_of_nullable_boolean",
    "array_nullable_f32": "array_of_nullable_float32",
    "array_nullable_f64": "array_of_nullable_float64",
    "array_nullable_i16": "array_of_nullable_int16",
    "array_nullable_i32": "array_of_nullable_int32",
    "array_nullable_i64": "array_of_nullable_int64",
    "array_nullable_i8": "array_of_nullable_int8", "array_record": "array_of_compact",
    "array_string": "array_of_string", "array_time": "array_of_time",
    "array_timestamp": "array_of_timestamp",
    "array_timestamp_tz": "array_of_timestamp_with_timezone", "bool": "boolean", "date": "date",
    "decimal": "decimal", "f32": "float32", "f64": "float64", "i16": "int16", "i32": "int32",
    "i64": "int64", "i8": "int8", "nullable_bool": "nullable_boolean",
    "nullable_f32": "nullable_float32", "nullable_f64": "nullable_float64",
    "nullable_i16": "nullable_int16", "nullable_i32": "nullable_int32",
    "nullable_i64": "nullable_int64", "nullable_i8": "nullable_int8", "record": "compact",
    "string": "string", "time": "time", "timestamp": "timestamp",
    "timestamp_tz": "timestamp_with_timezone",
}


class Record:
    """Fields by name, equal if all are, and of the same type."""

    def __init__(self, **fields):
        self.fields = fields

    def __eq__(self, other):
        return type(self) is type(other) and repr(self) == repr(other)

    def __hash__(self):
        return hash(repr(self))

    def __repr__(self):
        return "%s(%r)" % (type(self).__name__, sorted(self.fields.items()))


class Inner(Record):
    pass


class Everything(Record):
    pass


class Version(Record):
    pass


class Serializer(CompactSerializer):
    """Writes and reads the fields of one class."""

    def __init__(self, name, of, kinds):
        self._name = name
        self._of = of
        self._kinds = kinds

    def get_type_name(self):
        return self._name

    def get_class(self):
        return self._of

    def write(self, writer, obj):
        for name, kind in self._kinds.items():
            getattr(writer, "write_" + kind)(name, obj.fields[name])

    def read(self, reader):
        return self._of(**{name: getattr(reader, "read_" + kind)(name)
                           for name, kind in self._kinds.items()})


class VersionSerializer(Serializer):
    """Of a type of which the other program has another version."""

    def __init__(self):
        super().__init__("versioned", Version,
                         {"age": "nullable_int32", "id": "int32", "tag": "string"})

    def read(self, reader):
        has_tag = reader.get_field_kind("tag") == FieldKind.STRING
        return Version(id=reader.read_int32("id"), age=reader.read_nullable_int32("age"),
                       tag=reader.read_string("tag") if has_tag else "none")


def full(string):
    ada = Inner(id=36, name="Ada")
    return Everything(
        array_bool=[True, False, True, True, False, False, True, False, True],
        array_date=[DAY, None, DAY],
        array_decimal=[DIGITS, None, decimal.Decimal("12E+5")],
        array_f32=[-1.5, 0.0, 2.25], array_f64=[-1.5, 0.0, 1e300],
        array_i16=[-2 ** 15, 0, 2 ** 15 - 1], array_i32=[-2 ** 31, 0, 2 ** 31 - 1],
        array_i64=[-2 ** 63, 0, 2 ** 63 - 1], array_i8=[-128, 0, 127],
        array_nullable_bool=[True, None, False], array_nullable_f32=[-1.5, None, 0.0],
        array_nullable_f64=[-1.5, None, 1e300], array_nullable_i16=[-2, None, 3],
        array_nullable_i32=[-2, None, 3], array_nullable_i64=[-2, None, 3],
        array_nullable_i8=[-2, None, 3],
        array_record=[ada, None, Inner(id=0, name=None)],
        array_string=["a", None, "\u4e16\u754c", ""],
        array_time=[CLOCK, None, datetime.time()], array_timestamp=[WHEN, None],
        array_timestamp_tz=[WHEN.replace(tzinfo=INDIA), None,
                            WHEN.replace(tzinfo=datetime.timezone.utc)],
        bool=True, date=DAY, decimal=DIGITS, f32=1.5, f64=-2.5e-300, i16=-300, i32=-70000,
        i64=-5000000000, i8=-7, nullable_bool=True, nullable_f32=-1.5, nullable_f64=1e300,
        nullable_i16=-300, nullable_i32=-70000, nullable_i64=-5000000000, nullable_i8=-7,
        record=ada, string=string, time=CLOCK, timestamp=WHEN,
        timestamp_tz=WHEN.replace(tzinfo=INDIA))


def bare(array, string):
    fields = {name: array if name.startswith("array_") else None for name in KINDS}
    fields.update(bool=False, f32=0.0, f64=0.0, i16=0, i32=0, i64=0, i8=0, string=string)
    return Everything(**fields)


SAMPLES = {
    "full": full("Gr\u00fc\u00dfe \U0001f680"),
    "nulls": bare(None, None),
    "empty": bare([], ""),
    "middle": full("x" * 300),
    "large": full("x" * 70000),
}


def compare(got, want):
    return "ok" if got == want else ("got %r, expected %r" % (got, want))[:3000]


def carry_out(client, verb, name, what):
    there = client.get_map(name).blocking()
    if verb == "put":
        there.put(what, SAMPLES[what])
        return "ok"
    if verb == "get":
        return compare(there.get(what), SAMPLES[what])
    if verb == "put-key":
        there.put(Inner(id=int(what), name="key"), what)
        return "ok"
    if verb == "get-key":
        return compare(there.get(Inner(id=int(what), name="key")), what)
    if verb == "put-version":
        there.put("theirs", Version(id=1, age=None, tag="t"))
        return "ok"
    if verb == "get-version":
        return compare(there.get("ours"), Version(id=2, age=40, tag="none"))
    return "no such command: " + verb


def main():
    client = hazelcast.HazelcastClient(
        cluster_members=sys.argv[1].split(","),
        compact_serializers=[
            Serializer("everything", Everything, KINDS),
            Serializer("inner", Inner, {"id": "int32", "name": "string"}),
            VersionSerializer()])
    for line in sys.stdin:
        try:
            answer = carry_out(client, *line.split())
        except Exception as error:  # whatever it is, the test shall show it
            answer = "%s: %s" % (type(error).__name__, error)
        print(answer.replace("\n", " "), flush=True)
    client.shutdown()


if __name__ == "__main__":
    main()
