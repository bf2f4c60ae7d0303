#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HZ(x) takes what leaves no doubt about its type, and the compiler refuses everything else.

Arguments: the public headers. Compilers: gcc and g++, and clang's of version 14 where they are.
"""

import os
import shutil
import subprocess
import sys

PROGRAM = """
%(before)s
#include <hazelcast/value.h>
%(after)s
hz_value make(void);
hz_value make(void)
{
	%(declaration)s
	return HZ(%(expression)s);
}
"""

# (what stands before the expression, the expression); C and C++ agree on these.
TAKEN = [
    ("int64_t n = 1;", "n"),
    ("long long n = 1;", "n"),
    ("const int64_t n = 1;", "n"),
    ("", "INT64_C(1)"),
    ("double d = 1;", "d"),
    ("", "1.5"),
    ("bool b = true;", "b"),
    ("const char *s = \"x\";", "s"),
    ("char s[] = \"x\";", "s"),
    ("char x[] = \"x\"; char *s = x;", "s"),
    ("", "\"x\""),
    ("", "hz_i32(1)"),
    ("const hz_value v = hz_null();", "v"),
]
REFUSED = [
    ("", "42"),
    ("int32_t n = 1;", "n"),
    ("", "'a' + 0"),
    ("char c = 'a';", "c"),
    ("", "1u"),
    ("", "1ul"),
    ("uint64_t n = 1;", "n"),
    ("int16_t n = 1;", "n"),
    ("int8_t n = 1;", "n"),
    ("uint8_t n = 1;", "n"),
    ("size_t n = 1;", "n"),
    ("", "2.0f"),
    ("float f = 1;", "f"),
    ("long double d = 1;", "d"),
    ("int n = 1;", "&n"),
    ("void *p = 0;", "p"),
    ("unsigned char s[] = \"x\";", "s"),
]
# In C, true and 'a' are ints and NULL may be a pointer; in C++ they are what they look like, but for
# NULL, which may be a long.
ONLY = {
    "c": ([], [("", "true"), ("", "'a'"), ("", "NULL")]),
    "c++": ([("", "true")], [("", "'a'"), ("", "nullptr")]),
}
STANDARDS = {"c": "-std=c11", "c++": "-std=c++17"}
COMPILERS = {"c": ["gcc", "clang-14"], "c++": ["g++", "clang++-14"]}


def compiles(compiler, language, include, declaration, expression, before="", after=""):
    """None if the program compiles without a warning, else what the compiler said."""
    source = PROGRAM % {"before": before, "after": after, "declaration": declaration,
                        "expression": expression}
    done = subprocess.run([compiler, "-x", language, STANDARDS[language], "-I", include, "-Wall",
                           "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-"],
                          input=source, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    return done.stdout or "refused" if done.returncode != 0 else None


# What a refusal must be about, so that a slip in this file does not pass for one.
REASONS = ["not compatible with any", "deleted", "ambiguous"]


def failures(compiler, language, include):
    more_taken, more_refused = ONLY[language]
    for declaration, expression in TAKEN + more_taken:
        said = compiles(compiler, language, include, declaration, expression)
        if said:
            yield f"{declaration} HZ({expression}) is refused: {said}"
    for declaration, expression in REFUSED + more_refused:
        said = compiles(compiler, language, include, declaration, expression)
        if not said:
            yield f"{declaration} HZ({expression}) is taken"
        elif not any(reason in said for reason in REASONS):
            yield f"{declaration} HZ({expression}) fails for another reason: {said}"
    # The kernel's headers call the clock's ticks HZ, and may come first or last.
    for before, after in [("#include <sys/param.h>", ""), ("", "#include <sys/param.h>")]:
        said = compiles(compiler, language, include, "", "\"x\"", before, after)
        if said:
            yield f"with <sys/param.h> {'first' if before else 'last'}: {said}"


def main(headers):
    value_h = next(h for h in headers if os.path.basename(h) == "value.h")
    include = os.path.dirname(os.path.dirname(os.path.abspath(value_h)))
    passed = failed = skipped = 0
    for language, compilers in COMPILERS.items():
        for compiler in compilers:
            if shutil.which(compiler) is None:
                print(f"skip {compiler}: not installed")
                skipped += 1
                continue
            wrong = list(failures(compiler, language, include))
            for line in wrong:
                print(f"{compiler}: {line}")
            print(f"{'FAIL' if wrong else 'ok'} {compiler}")
            passed += not wrong
            failed += bool(wrong)
    print(f"sugar: {passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
