#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/hzrecord.py: what it writes is what a person would have written, compiles as C and its
header as C++, and what it cannot write it names with its line.

Arguments: the tool, and the public headers. Compilers: gcc and g++, and clang's where they are.
"""

import os
import shutil
import subprocess
import sys
import tempfile

GOOD = """\
#ifndef STAFF_H
#define STAFF_H
#include <hazelcast/record.h>

// Not a record.
typedef struct other {
	void *anything;
} other;

// @record "address"
struct address {
	const char *street;
	hz_nullable_local_date since; // when they moved in
};

// Lives in the cluster.
// @record "employee"
typedef struct employee {
	int64_t id;
	bool active; /* at present */
	const char *name; // @name "full_name"
	struct address *home;
	hz_array_record team; // @of employee

	hz_decimal salary;
	hz_array_nullable_offset_date_time visits;
	hz_array_string tags;
	void *cache; // @skip
	float rate;
} employee;

#endif
"""

ROWS = [
    'HZ_FIELD(struct address, street, STRING)',
    'HZ_FIELD(struct address, since, DATE)',
    'HZ_FIELD(employee, id, I64)',
    'HZ_FIELD(employee, active, BOOL)',
    'HZ_FIELD_AS(employee, name, "full_name", STRING)',
    'HZ_FIELD_RECORD_OF(employee, home, RECORD, &address_type)',
    'HZ_FIELD_RECORD_OF(employee, team, ARRAY_RECORD, &employee_type)',
    'HZ_FIELD(employee, salary, DECIMAL)',
    'HZ_FIELD(employee, visits, ARRAY_TIMESTAMP_TZ)',
    'HZ_FIELD(employee, tags, ARRAY_STRING)',
    'HZ_FIELD(employee, rate, F32)',
]

# A user of what was written.
PROGRAM = """\
#include "staff_record.h"
hz_err use(hz_client *client, const hz_value *v, hz_error *err);
hz_err use(hz_client *client, const hz_value *v, hz_error *err)
{
	employee e;
	hz_err code = employee_read(client, v, &e, err);
	hz_value again = employee_value(&e);
	employee_clear(&e);
	return hz_value_is_null(&again) ? HZ_ERR_STATE : code;
}
"""

# A record's members, and what is said of them.
BAD = [
    ("\tuint32_t n;\n", "line 3: uint32_t has no kind of field"),
    ("\tint32_t *n;\n", "line 3: int32_t * has no kind of field"),
    ("\tint32_t n[4];\n", "line 3: not a member that can be a field: int32_t n[4];"),
    ("\thz_array_record n;\n", "line 3: @of which record of this file?"),
    ("\thz_array_record n; // @of nobody\n", "line 3: @of which record of this file?"),
    ("\tint32_t n; // @name\n", "line 3: @name of what?"),
    ("\tint32_t n; // @skip\n", "line 4: a record without a name, or without fields"),
    ("// @record \"y\"\n", "line 3: a record inside another one"),
]


def run_tool(tool, folder, text):
    path = os.path.join(folder, "staff.h")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return subprocess.run([sys.executable, tool, path, "--out", os.path.join(folder, "staff_record")],
                          check=False, stderr=subprocess.PIPE, text=True)


def compile_all(include, folder):
    with open(os.path.join(folder, "use.c"), "w", encoding="utf-8") as f:
        f.write(PROGRAM)
    shutil.copy(os.path.join(folder, "use.c"), os.path.join(folder, "use.cc"))
    jobs = [("gcc", "-std=c11", ("use.c", "staff_record.c")), ("g++", "-std=c++17", ("use.cc",)),
            ("clang-14", "-std=c11", ("use.c", "staff_record.c")),
            ("clang++-14", "-std=c++17", ("use.cc",))]
    for compiler, standard, sources in jobs:
        if shutil.which(compiler) is None:
            continue
        for source in sources:
            done = subprocess.run(
                [compiler, standard, "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                 "-I" + include, os.path.join(folder, source)],
                check=False, stderr=subprocess.PIPE, text=True)
            if done.returncode != 0:
                return "%s, %s:\n%s" % (compiler, source, done.stderr)
    return ""


def writes_tables(tool, include, folder):
    done = run_tool(tool, folder, GOOD)
    if done.returncode != 0:
        return done.stderr
    with open(os.path.join(folder, "staff_record.c"), encoding="utf-8") as f:
        rows = [line.strip().rstrip(",") for line in f if line.startswith("\t\tHZ_FIELD")]
    return "" if rows == ROWS else "\n".join(["other rows:"] + rows)


def compiles(tool, include, folder):
    done = run_tool(tool, folder, GOOD)
    return done.stderr if done.returncode != 0 else compile_all(include, folder)


def names_mistakes(tool, include, folder):
    for members, words in BAD:
        done = run_tool(tool, folder, '// @record "x"\ntypedef struct x {\n%s} x;\n' % members)
        if done.returncode != 1 or not done.stderr.endswith(words + "\n"):
            return "%r: %d, %s" % (members, done.returncode, done.stderr)
    for text, words in (("int x;\n", "no struct is marked by // @record"),
                        ('// @record "x"\nint x;\n', "line 2: a struct should begin here"),
                        ('// @record "x"\nstruct x {\n\tint8_t n;\n',
                         "line 1: this record does not end")):
        done = run_tool(tool, folder, text)
        if done.returncode != 1 or not done.stderr.endswith(words + "\n"):
            return "%r: %d, %s" % (text, done.returncode, done.stderr)
    return ""


def main():
    tool, headers = os.path.realpath(sys.argv[1]), sys.argv[2:]
    one = next(h for h in headers if h.endswith("hazelcast/record.h"))
    include = os.path.dirname(os.path.dirname(os.path.abspath(one)))
    failed = 0
    cases = (writes_tables, compiles, names_mistakes)
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            why = case(tool, include, folder)
        print("%s %s%s" % ("not ok" if why else "ok", case.__name__, "\n  " + why if why else ""))
        failed += bool(why)
    print("record_tool: %d passed, %d failed, 0 skipped" % (len(cases) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
