#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns protocol/spec/*.hzp into C: one struct a message, and constant tables that describe them.

The notation is explained at the top of protocol/spec/types.hzp and read by hzspec.py. The output
goes to <out>/protocol/gen/: types.h, one header a service, and tables.c with every table. The same
input gives the same bytes, whatever the order of the files on the command line.

    hzgen.py --out DIR FILE_OR_FOLDER...
"""

import os
import sys

from hzspec import FIXED, FRAMES, HEADER, SpecError, read_spec, since_text, snake

SINGLE = {**FIXED, **FRAMES}

class Types:
    """Gives each notation its C type and its row, once, parts before what is made of them."""

    def __init__(self, spec):
        self.spec, self.rows, self.made, self.entries, self.structs = spec, [], {}, {}, []

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
        if text in SINGLE:
            return SINGLE[text][1]
        return self.spec.types[text].name if text in self.spec.types else "hzp_list"

    def element_c(self, text):
        if text[0] == "{":
            return "hzp_entry_%s_%s" % tuple(self.name(t) for t in split_map(text))
        return self.c_type(text[1:-1].rstrip("?"))

    def row(self, text, at):
        """The name of the row for a notation, after its parts have theirs."""
        if text not in self.made:
            self.made[text] = None  # not yet
            add = {"[": self.list_row, "{": self.map_row}.get(text[0], self.single_row)
            add("t_" + self.name(text), text, at)
            self.made[text] = "t_" + self.name(text)
        if self.made[text] is None:
            raise SpecError(at, "type '%s' contains itself" % text)
        return self.made[text]

    def single_row(self, row, text, at):
        if text in SINGLE:
            size, c, kind = SINGLE[text]
            self.add(row, kind, c, "", wire=size)
        elif text in self.spec.types:
            s = self.spec.types[text]
            self.rows.extend(self.field_rows(s, 0))  # those of its parts come before
            self.structs.append(s)
            extra = '.name = "%s", .fixed = %d, .since = %d, .n_fields = %d' % (
                text, s.size, s.since, len(s.fields))
            self.add(row, "STRUCT", s.name, extra + (", .fields = f_" + s.name) * bool(s.fields))
        else:
            raise SpecError(at, "unknown type '%s'" % text)

    def list_row(self, row, text, at):
        inner = text[1:-1].rstrip("?")
        nullable = text[-2] == "?"
        element = self.row(inner, at)
        if nullable and inner in FIXED:
            raise SpecError(at, "items of '%s' cannot be null" % text)
        self.add(row, "PACKED" if inner in FIXED else "LIST", "hzp_list",
                 ".element = &%s, .nullable = %s" % (element, str(nullable).lower()))

    def map_row(self, row, text, at):
        key, value = split_map(text)
        rows = [self.row(key, at), self.row(value, at)]
        if value in FIXED and key not in FIXED:
            why = "there is no form for entries with only the value fixed"
            raise SpecError(at, "'%s': %s" % (text, why))
        kind = "LIST" if key not in FIXED else "PACKED" if value in FIXED else "SPLIT"
        c = self.element_c(text)
        note = " // of " + self.element_c(value) if self.c_type(value) == "hzp_list" else ""
        self.entries[c] = (self.c_type(key), self.c_type(value), note)
        wire = [FIXED[t][0] if t in FIXED else 0 for t in (key, value)]
        at_wire = [str(w) if t in FIXED else "HZP_VAR" for w, t in zip((0, wire[0]), (key, value))]
        self.rows += ["static const hzp_field f%s[] = {" % row[1:]] + [
            '\t{"%s", &%s, offsetof(%s, %s), %s, 0, false},' % (n, t, c, n, w)
            for n, t, w in zip(("key", "value"), rows, at_wire)] + ["};"]
        extra = ".fields = f%s, .n_fields = 2" % row[1:]
        self.add(row + "_entry", "ENTRY", c, extra, wire=sum(wire) if kind == "PACKED" else 0)
        self.add(row, kind, "hzp_list", ".element = &%s_entry" % row)

    def field_rows(self, s, start):
        rows, offset = ["static const hzp_field f_%s[] = {" % s.name], start
        for f in s.fixed + s.var:
            t, wire = self.row(f.text, s.at), "HZP_VAR"
            if f.text in FIXED:
                wire, offset = str(offset), offset + FIXED[f.text][0]
            rows.append('\t{"%s", &%s, offsetof(%s, %s), %s, %d, %s},' % (
                f.name, t, s.name, f.name, wire, f.since, str(f.nullable).lower()))
        return rows + ["};"] if s.fields else []

    def add(self, row, kind, c, extra, wire=0):
        self.rows.append("static const hzp_type %s = {.kind = HZP_KIND_%s, .wire = %d, .size = "
                         "sizeof(%s)%s};" % (row, kind, wire, c, ", " + extra if extra else ""))


def split_map(text):
    """{K:V} -> K, V: at the one colon that is not in a map inside."""
    depth = [text[:i].count("{") - text[:i].count("}") for i in range(len(text))]
    i = next(i for i, c in enumerate(text) if c == ":" and depth[i] == 1)
    return text[1:i], text[i + 1:-1]


def struct_text(types, s, custom=False):
    empty = [] if s.fields else ["\tbool nothing; // C has no empty structs"]
    out = ["typedef struct %s {" % s.name] + (["\tbool present;"] if custom else empty)
    for f in s.fields:
        c = types.c_type(f.text)
        notes = ["of " + types.element_c(f.text)] if c == "hzp_list" else []
        notes += [f.text] if f.text in FRAMES else []
        notes += ["or null"] if f.nullable else []
        notes += ["since " + since_text(f.since)] if f.since > s.since else []
        out.append("\t%s %s;%s" % (c, f.name, " // " + ", ".join(notes) if notes else ""))
    return out + ["} %s;" % s.name, ""]


def banner(what):
    return ["// SPDX-License-Identifier: Apache-2.0", "//",
            "// %s Made by tools/hzgen.py from protocol/spec; edit that." % what]


def header(name, what, include, body):
    guard = "PROTOCOL_GEN_%s_H" % name.upper()
    return banner(what) + ["#ifndef " + guard, "#define " + guard, "", '#include "%s"' % include,
                           ""] + body + ["#endif"]


def types_header(spec, types):
    # Entries hold structures and structures hold only lists of entries: structures come first.
    body = [line for s in types.structs for line in struct_text(types, s, custom=True)]
    for c, (key, value, note) in sorted(types.entries.items()):
        body += ["typedef struct %s {" % c, "\t%s key;" % key, "\t%s value;%s" % (value, note),
                 "} %s;" % c, ""]
    for m in spec.replies:
        body += ["// " + m.title] + struct_text(types, m)
        body += ["extern const hzp_message %s;" % m.name.upper(), ""]
    return header("types", "What messages are made of.", "protocol/descriptor.h", body)


def service_header(types, service):
    body = []
    for o in service.operations:
        messages = [o.request, o.response] + o.events
        for m in messages:
            body += ["// %s %s, 0x%06x" % (m.title, m.kind, m.number)] + struct_text(types, m)
        body += ["extern const hzp_message %s;" % m.name.upper() for m in messages]
        body += ["extern const hzp_operation %s;" % o.name.upper(), ""]
    what = "The messages of %s." % service.name
    return header(snake(service.name), what, "protocol/gen/types.h", body)


def message_rows(types, m):
    start = HEADER[m.kind]
    return types.field_rows(m, start) + [
        "const hzp_message %s = {.id = 0x%06x, .fixed = %d, .flags = %s, .since = %d, "
        '.n_fields = %d, .key = %d, .struct_size = sizeof(%s), .fields = %s, .name = "%s"};' % (
            m.name.upper(), m.number, start + m.size, " | ".join(m.flags) or "0", m.since,
            len(m.fields), -1 if m.key is None else m.key, m.name,
            "f_" + m.name if m.fields else "NULL", m.title)]


def operation_rows(o):
    rows, events = [], "NULL"
    if o.events:
        events = "e_" + o.name
        rows.append("static const hzp_message *const %s[] = {%s};" % (
            events, ", ".join("&" + e.name.upper() for e in o.events)))
    return rows + ["const hzp_operation %s = {&%s, &%s, %s, %d, NULL};" % (
        o.name.upper(), o.request.name.upper(), o.response.name.upper(), events, len(o.events))]


def tables(spec, types):
    rows = [row for m in spec.messages() for row in message_rows(types, m)]
    rows += [row for s in spec.services for o in s.operations for row in operation_rows(o)]
    out = banner("Every message, described.") + ['#include "protocol/gen/types.h"']
    out += ['#include "protocol/gen/%s.h"' % snake(s.name) for s in spec.services]
    # The rows of types came to be while those of messages were made, and go before them.
    out += ["", "#include <stddef.h>", ""] + types.rows + rows
    out += ["", "const hzp_message *const hzp_messages[] = {"]
    out += ["\t&%s," % m.name.upper() for m in spec.messages()]
    out += ["};", "const uint32_t hzp_n_messages = %d;" % len(spec.messages()), "",
            "const hzp_type *const hzp_types[] = {"]
    return out + ["\t&t_%s," % snake(name) for name in sorted(spec.types)] + ["\tNULL", "};"]


def main(words):
    if len(words) < 3 or words[0] != "--out":
        return __doc__.strip()
    try:
        spec = read_spec(words[2:])
        types = Types(spec)
        for name in sorted(spec.types):
            types.row(name, spec.types[name].at)
        files = {"tables.c": tables(spec, types), "types.h": types_header(spec, types)}
        files.update((snake(s.name) + ".h", service_header(types, s)) for s in spec.services)
    except (SpecError, OSError, UnicodeError) as e:
        return str(e)
    folder = os.path.join(words[1], "protocol", "gen")
    os.makedirs(folder, exist_ok=True)
    for name, lines in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
