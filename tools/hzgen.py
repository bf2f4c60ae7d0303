#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns protocol/spec/*.hzp into C: one struct a message, and constant tables that describe them.

The notation is explained at the top of protocol/spec/types.hzp and read by hzspec.py. The output
goes to <out>/protocol/gen/: types.h, one header a service, and tables.c with every table. The same
input gives the same bytes, whatever the order of the files on the command line.

    hzgen.py --out DIR FILE_OR_FOLDER...
"""

import argparse
import os
import re
import sys

from hzspec import FIXED, FRAMES, HEADER, SpecError, read_spec, since_text, snake


class Types:
    """Gives each notation its C type and its row, once, parts before what is made of them."""

    def __init__(self, spec):
        self.spec, self.rows, self.made, self.entries = spec, [], {}, []
        self.open, self.structs = [], []

    def name(self, text):
        """A C-friendly name of a notation: [data?] is list_data_or_null."""
        if text.endswith("?"):
            return self.name(text[:-1]) + "_or_null"
        if text[0] == "[":
            return "list_" + self.name(text[1:-1])
        if text[0] == "{":
            return "map_%s_%s" % tuple(self.name(t) for t in split_map(text))
        return snake(text) if text in self.spec.types else text

    def c_type(self, text):
        if text in FIXED:
            return FIXED[text][1]
        if text in FRAMES:
            return FRAMES[text][0]
        return self.spec.types[text].name if text in self.spec.types else "hzp_list"

    def element_c(self, text):
        if text[0] == "{":
            return "hzp_entry_%s_%s" % tuple(self.name(t) for t in split_map(text))
        return self.c_type(text[1:-1].rstrip("?"))

    def row(self, text, at):
        """The name of the row for a notation, after its parts have theirs."""
        if text in self.made:
            return self.made[text]
        if text in self.open:
            raise SpecError(at, "type '%s' contains itself" % text)
        self.open.append(text)
        row = "t_" + self.name_checked(text, at)
        if text in FIXED:
            size, c, kind = FIXED[text]
            self.add(row, kind, c, "", wire=size)
        elif text in FRAMES:
            self.add(row, FRAMES[text][1], FRAMES[text][0], "")
        elif text[0] == "[":
            inner = text[1:-1]
            element = self.row(inner.rstrip("?"), at)
            packed = inner in FIXED
            if not packed and inner.rstrip("?") in FIXED:
                raise SpecError(at, "items of '%s' cannot be null" % text)
            extra = ".element = &%s, .nullable = %s" % (element, c_bool(inner.endswith("?")))
            self.add(row, "PACKED" if packed else "LIST", "hzp_list", extra)
        elif text[0] == "{":
            self.map_row(row, text, at)
        else:
            self.struct_row(row, text)
        self.open.pop()
        self.made[text] = row
        return row

    def name_checked(self, text, at):
        bare = re.sub(r"[\[\]{}?:]", " ", text).split()
        for t in bare:
            if t not in FIXED and t not in FRAMES and t not in self.spec.types:
                raise SpecError(at, "unknown type '%s'" % t)
        return self.name(text)

    def map_row(self, row, text, at):
        key, value = split_map(text)
        rows = [self.row(key, at), self.row(value, at)]
        if value in FIXED and key not in FIXED:
            raise SpecError(at, "'%s': there is no form for entries with only the value fixed" % text)
        kind = "LIST" if key not in FIXED else "PACKED" if value in FIXED else "SPLIT"
        c = self.element_c(text)
        self.entries.append((c, self.c_type(key), self.c_type(value), self.c_element_note(value)))
        wire = [FIXED[t][0] if t in FIXED else 0 for t in (key, value)]
        at_wire = [str(w) if t in FIXED else "HZP_VAR" for w, t in zip((0, wire[0]), (key, value))]
        self.rows.append("static const hzp_field f%s[] = {" % row[1:])
        for n, t, w in zip(("key", "value"), rows, at_wire):
            self.rows.append('\t{"%s", &%s, offsetof(%s, %s), %s, 0, false},' % (n, t, c, n, w))
        self.rows.append("};")
        extra = ".fields = f%s, .n_fields = 2" % row[1:]
        self.add(row + "_entry", "ENTRY", c, extra, wire=sum(wire) if kind == "PACKED" else 0)
        self.add(row, kind, "hzp_list", ".element = &%s_entry" % row)

    def c_element_note(self, text):
        return " // of %s" % self.element_c(text) if self.c_type(text) == "hzp_list" else ""

    def struct_row(self, row, name):
        s = self.spec.types[name]
        fields = self.field_rows(s, 0)
        self.structs.append(s)
        self.rows += fields
        extra = ".name = \"%s\", .fixed = %d, .since = %d, .n_fields = %d" % (
            name, fixed_size(s), s.since, len(s.fields))
        if s.fields:
            extra += ", .fields = f_%s" % s.name
        self.add(row, "STRUCT", s.name, extra)

    def field_rows(self, s, start):
        if not s.fields:
            return []
        rows, offset = ["static const hzp_field f_%s[] = {" % s.name], start
        for f in s.fixed + s.var:
            t, wire = self.row(f.text, s.at), "HZP_VAR"
            if f.text in FIXED:
                wire, offset = str(offset), offset + FIXED[f.text][0]
            rows.append('\t{"%s", &%s, offsetof(%s, %s), %s, %d, %s},' % (
                f.name, t, s.name, f.name, wire, f.since, c_bool(f.nullable)))
        return rows + ["};"]

    def add(self, row, kind, c, extra, wire=0):
        self.rows.append("static const hzp_type %s = {.kind = HZP_KIND_%s, .wire = %d, .size = "
                         "sizeof(%s)%s};" % (row, kind, wire, c, ", " + extra if extra else ""))


def split_map(text):
    depth = 0
    for i, c in enumerate(text):
        depth += (c in "[{") - (c in "]}")
        if c == ":" and depth == 1:
            return text[1:i], text[i + 1:-1]
    raise AssertionError(text)


def c_bool(value):
    return "true" if value else "false"


def fixed_size(s):
    return sum(FIXED[f.text][0] for f in s.fixed)


def struct_text(types, s, custom):
    out = ["typedef struct %s {" % s.name]
    if custom:
        out.append("\tbool present;")
    elif not s.fields:
        out.append("\tbool nothing; // C has no empty structs")
    for f in s.fields:
        notes = []
        if types.c_type(f.text) == "hzp_list":
            notes.append("of " + types.element_c(f.text))
        if f.text in FRAMES:
            notes.append(f.text)
        if f.nullable:
            notes.append("or null")
        if f.since > s.since:
            notes.append("since " + since_text(f.since))
        note = " // " + ", ".join(notes) if notes else ""
        out.append("\t%s %s;%s" % (types.c_type(f.text), f.name, note))
    return out + ["} %s;" % s.name, ""]


def banner(what):
    return ["// SPDX-License-Identifier: Apache-2.0", "//",
            "// %s Made by tools/hzgen.py from protocol/spec; edit that." % what]


def header(name, what, includes, body):
    guard = "PROTOCOL_GEN_%s_H" % name.upper()
    return banner(what) + ["#ifndef " + guard, "#define " + guard, ""] + \
        ['#include "%s"' % i for i in includes] + [""] + body + ["#endif"]


def types_header(spec, types):
    body, entries = [], {e[0]: e for e in types.entries}
    parts = {s.name: struct_text(types, s, True) for s in types.structs}
    # Entries hold structures and structures hold only lists of entries: structures come first.
    for s in types.structs:
        body += parts[s.name]
    for c, key, value, note in sorted(entries.values()):
        body += ["typedef struct %s {" % c, "\t%s key;" % key, "\t%s value;%s" % (value, note),
                 "} %s;" % c, ""]
    for m in spec.replies:
        body += ["// " + m.title] + struct_text(types, m, False)
        body += ["extern const hzp_message %s;" % m.name.upper(), ""]
    return header("types", "What messages are made of.", ["protocol/descriptor.h"], body)


def service_header(types, service):
    body = []
    for o in service.operations:
        for m in [o.request, o.response] + o.events:
            body += ["// %s %s, 0x%06x" % (m.title, m.kind, m.number)]
            body += struct_text(types, m, False)
        body += ["extern const hzp_message %s;" % m.name.upper()
                 for m in [o.request, o.response] + o.events]
        body += ["extern const hzp_operation %s;" % o.name.upper(), ""]
    name = snake(service.name)
    return header(name, "The messages of %s." % service.name, ["protocol/gen/types.h"], body)


def message_row(m, start):
    return "const hzp_message %s = {.id = 0x%06x, .fixed = %d, .flags = %s, .since = %d, " \
        ".n_fields = %d, .key = %d, .struct_size = sizeof(%s), .fields = %s, .name = \"%s\"};" % (
            m.name.upper(), m.number, start + fixed_size(m), " | ".join(m.flags) or "0", m.since,
            len(m.fields), -1 if m.key is None else m.key, m.name,
            "f_" + m.name if m.fields else "NULL", m.title)


def tables(spec, types):
    out = banner("Every message, described.")
    out += ['#include "protocol/gen/types.h"'] + [
        '#include "protocol/gen/%s.h"' % snake(s.name) for s in spec.services]
    out += ["", "#include <stddef.h>", ""]
    rows = []
    for m in spec.messages():
        rows += types.field_rows(m, HEADER[m.kind]) + [message_row(m, HEADER[m.kind])]
    for s in spec.services:
        for o in s.operations:
            events = "NULL"
            if o.events:
                events = "e_" + o.name
                rows.append("static const hzp_message *const %s[] = {%s};" % (
                    events, ", ".join("&" + e.name.upper() for e in o.events)))
            rows.append("const hzp_operation %s = {&%s, &%s, %s, %d};" % (
                o.name.upper(), o.request.name.upper(), o.response.name.upper(), events,
                len(o.events)))
    # The rows of types came to be while those of messages were made, and go before them.
    out += types.rows + rows
    out += ["", "const hzp_message *const hzp_messages[] = {"]
    out += ["\t&%s," % m.name.upper() for m in spec.messages()]
    out += ["};", "const uint32_t hzp_n_messages = %d;" % len(spec.messages())]
    out += ["", "const hzp_type *const hzp_types[] = {"]
    out += ["\t&t_%s," % snake(name) for name in sorted(spec.types)]
    return out + ["\tNULL", "};"]


def generate(paths):
    spec = read_spec(paths)
    types = Types(spec)
    for name in sorted(spec.types):
        types.row(name, spec.types[name].at)
    files = {"tables.c": tables(spec, types)}
    files["types.h"] = types_header(spec, types)
    for s in spec.services:
        files[snake(s.name) + ".h"] = service_header(types, s)
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, help="folder to write protocol/gen/ into")
    parser.add_argument("spec", nargs="+", help="files, or folders of .hzp files")
    args = parser.parse_args()
    try:
        files = generate(args.spec)
    except (SpecError, OSError) as e:
        print(e, file=sys.stderr)
        return 1
    folder = os.path.join(args.out, "protocol", "gen")
    os.makedirs(folder, exist_ok=True)
    for name, lines in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
