#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what hazelcast/record.h needs to know of structs, so that nobody types offsets and kinds.

    hzrecord.py staff.h --out staff_record     makes staff_record.h and staff_record.c

The header is ordinary C. A struct is meant when the line before it says so, and a member may say
what its type does not:

    // @record "employee"
    typedef struct employee {
            int64_t id;
            const char *name;       // @name "full_name"    what it is called in the cluster
            address *home;          // a struct of this file that is a record, too
            hz_array_record team;   // @of employee         what an array's items point to
            double cached;          // @skip                not a field
    } employee;

For each such struct the result has its hz_record_type `employee_type` and three functions:
`employee_value` makes an hz_value of one, `employee_read` reads one, `employee_clear` ends what was
read. Fields are written in the order of the members.
"""

import argparse
import os
import re
import sys

PLAIN = {"bool": "BOOL", "int8_t": "I8", "int16_t": "I16", "int32_t": "I32", "int64_t": "I64",
         "float": "F32", "double": "F64", "hz_decimal": "DECIMAL"}
TIMES = {"local_time": "TIME", "local_date": "DATE", "local_date_time": "TIMESTAMP",
         "offset_date_time": "TIMESTAMP_TZ"}
NUMBERS = ("bool", "i8", "i16", "i32", "i64", "f32", "f64")


def kinds_of_types():
    kinds = dict(PLAIN)
    for number in NUMBERS:
        kinds["hz_array_" + number] = "ARRAY_" + number.upper()
        kinds["hz_nullable_" + number] = "NULLABLE_" + number.upper()
        kinds["hz_array_nullable_" + number] = "ARRAY_NULLABLE_" + number.upper()
    for name, kind in TIMES.items():
        kinds["hz_nullable_" + name] = kind
        kinds["hz_array_nullable_" + name] = "ARRAY_" + kind
    for name in ("string", "decimal", "record"):
        kinds["hz_array_" + name] = "ARRAY_" + name.upper()
    return kinds


KINDS = kinds_of_types()

RECORD = re.compile(r'//\s*@record\s+"((?:[^"\\]|\\.)+)"\s*$')
OPENING = re.compile(r"(?:typedef\s+)?struct\s+(\w+)?\s*\{\s*$")
CLOSING = re.compile(r"\}\s*(\w+)?\s*;")
MEMBER = re.compile(r"(?:const\s+)?(struct\s+)?(\w+)\s*(?:const\s*)?(\*?)\s*(\w+)\s*;")
NOTE = re.compile(r'@(name|of|skip)\b(?:\s+(?:"((?:[^"\\]|\\.)+)"|(\w+)))?')
COMMENT = re.compile(r"/\*.*?\*/")


class Mistake(Exception):
    """Something in the header, with its line."""


class Field:
    def __init__(self, line, member, base, pointer, notes):
        self.line, self.member, self.base, self.pointer = line, member, base, pointer
        self.name = notes.get("name", member)
        self.of = notes.get("of")


class Record:
    def __init__(self, line, name):
        self.line, self.name, self.type, self.fields = line, name, None, []


def notes_of(number, comment):
    notes = {}
    for word, text, identifier in NOTE.findall(comment):
        value = text or identifier
        if word != "skip" and not value:
            raise Mistake("line %d: @%s of what?" % (number, word))
        notes[word] = value
    return notes


def add_member(record, number, line):
    code, _, comment = line.partition("//")
    code = COMMENT.sub("", code).strip()
    notes = notes_of(number, comment)
    if not code or "skip" in notes:
        return
    found = MEMBER.fullmatch(code)
    if not found:
        raise Mistake("line %d: not a member that can be a field: %s" % (number, code))
    _, base, pointer, member = found.groups()
    record.fields.append(Field(number, member, base, bool(pointer), notes))


def parse(lines):
    """The records of a header, in their order."""
    records, record, inside = [], None, False
    for number, line in enumerate(lines, 1):
        marked = RECORD.search(line)
        if marked:
            if record:
                raise Mistake("line %d: a record inside another one" % number)
            record = Record(number, marked.group(1))
        elif record and not inside:
            opened = OPENING.match(line.strip())
            if not opened:
                raise Mistake("line %d: a struct should begin here" % number)
            record.type, inside = opened.group(1), True
            is_typedef = line.strip().startswith("typedef")
            record.type = None if is_typedef else "struct " + (record.type or "")
        elif record:
            closed = CLOSING.match(line.strip())
            if not closed:
                add_member(record, number, line)
                continue
            record.type = record.type or closed.group(1)
            if not record.type or not record.fields:
                raise Mistake("line %d: a record without a name, or without fields" % number)
            records.append(record)
            record, inside = None, False
    if record:
        raise Mistake("line %d: this record does not end" % record.line)
    return records


def short(record):
    """What its functions begin with."""
    return record.type.rpartition(" ")[2]


def row(record, field, known):
    target = None
    if field.pointer and field.base == "char":
        kind = "STRING"
    elif field.pointer and field.base in known:
        kind, target = "RECORD", field.base
    elif not field.pointer and field.base in KINDS:
        kind = KINDS[field.base]
    else:
        raise Mistake("line %d: %s %shas no kind of field" % (
            field.line, field.base, "* " if field.pointer else ""))
    if kind == "ARRAY_RECORD":
        target = field.of
        if target not in known:
            raise Mistake("line %d: @of which record of this file?" % field.line)
    if target is None:
        text = 'HZ_FIELD_AS(%s, %s, "%s", %s)' if field.name != field.member else "HZ_FIELD(%s, %s%.0s, %s)"
        return text % (record.type, field.member, field.name, kind)
    if field.name != field.member:
        raise Mistake("line %d: @name is not for members that point to records" % field.line)
    return "HZ_FIELD_RECORD_OF(%s, %s, %s, &%s_type)" % (record.type, field.member, kind, target)


HEAD = """\
// Generated by hzrecord.py from %s: change that, not this file.
"""

HEADER = """\
extern hz_record_type %(short)s_type;

// Lends *object until the call that the value is handed to returns.
static inline hz_value
%(short)s_value(const %(type)s *object)
{
	return hz_record(&%(short)s_type, object);
}

// As hz_record_read; ended by %(short)s_clear.
static inline hz_err
%(short)s_read(hz_client *client, const hz_value *v, %(type)s *out, hz_error *err)
{
	return hz_record_read(client, v, &%(short)s_type, out, err);
}

// As hz_record_clear.
static inline void
%(short)s_clear(%(type)s *object)
{
	hz_record_clear(&%(short)s_type, object);
}
"""


def header(records, source, guard):
    parts = [HEAD % source, "#ifndef %s\n#define %s\n" % (guard, guard),
             '#include "%s"\n\n#include <hazelcast/record.h>\n' % source,
             '#ifdef __cplusplus\nextern "C" {\n#endif\n']
    parts += [HEADER % {"short": short(r), "type": r.type} for r in records]
    return "\n".join(parts + ["#ifdef __cplusplus\n}\n#endif\n", "#endif\n"])


def tables(records, source, own):
    known = {short(r) for r in records}
    parts = [HEAD % source, '#include "%s"\n' % own]
    for r in records:
        rows = "".join("\t\t%s,\n" % row(r, field, known) for field in r.fields)
        parts.append("static const hz_field %s_fields[] = {\n%s};\n"
                     "hz_record_type %s_type =\n\t\tHZ_RECORD_TYPE(%s, \"%s\", %s_fields);\n" % (
                         short(r), rows, short(r), r.type, r.name, short(r)))
    return "\n".join(parts)


def main(words):
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("header")
    arguments.add_argument("--out", required=True, help="path of the results, without .h and .c")
    given = arguments.parse_args(words)
    source, own = os.path.basename(given.header), os.path.basename(given.out)
    try:
        with open(given.header, encoding="utf-8") as f:
            records = parse(f.read().splitlines())
        if not records:
            raise Mistake("no struct is marked by // @record")
        guard = re.sub(r"\W", "_", own).upper() + "_H"
        texts = {".h": header(records, source, guard), ".c": tables(records, source, own + ".h")}
        for ending, text in texts.items():
            with open(given.out + ending, "w", encoding="utf-8") as f:
                f.write(text)
    except (OSError, Mistake) as mistake:
        print("hzrecord.py: %s: %s" % (given.header, mistake), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
