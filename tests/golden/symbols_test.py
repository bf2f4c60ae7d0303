#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The library's symbols are its documented functions: nothing more, nothing less.

Arguments: libhazelcast.so.0, libhazelcast.a, then the public headers.
"""

import re
import subprocess
import sys

# Names that another library of Debian owns.
FOREIGN = {"hz_init", "hz_setup", "hz_convert", "hz_search"}
NEEDED = {"libzmq.so.5", "libssl.so.3", "libcrypto.so.3", "libyaml-0.so.2", "libc.so.6", "libm.so.6",
          "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}

DECLARATION = re.compile(r"HZ_API\b[^;{(]*?\b(hz_\w+)\s*\(")
ANY_FUNCTION = re.compile(r"\b(hz_\w+)\s*\(")


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def exported(library):
    lines = output_of("nm", "-D", "--defined-only", library).splitlines()
    return {line.split()[-1].split("@")[0] for line in lines}


def read(paths):
    texts = {}
    for path in paths:
        with open(path, encoding="utf-8") as f:
            texts[path] = f.read()
    return texts


def without_comments(text):
    return re.sub(r"//[^\n]*", "", text)


def declared(texts):
    """Every function that a header offers as a symbol."""
    return {name for text in texts.values()
            for name in DECLARATION.findall(without_comments(text))}


def documented(texts):
    """Every function in a paragraph that begins with a comment; neighbours may share one."""
    names = set()
    for text in texts.values():
        for paragraph in re.split(r"\n[ \t]*\n", text):
            comment = re.search(r"^\s*//", paragraph, re.MULTILINE)
            if comment:
                names |= set(ANY_FUNCTION.findall(without_comments(paragraph[comment.start():])))
    return names


def no_foreign_symbol(library, texts):
    return sorted(s for s in exported(library) if not s.startswith("hz_") or s in FOREIGN)


def no_undocumented_symbol(library, texts):
    return sorted(exported(library) - documented(texts))


def no_missing_symbol(library, texts):
    return sorted(declared(texts) - exported(library))


def soname_is_frozen(library, texts):
    dynamic = output_of("readelf", "-d", library)
    return [] if "Library soname: [libhazelcast.so.0]" in dynamic else ["SONAME"]


def needs_only_what_is_agreed(library, texts):
    dynamic = output_of("readelf", "-d", library)
    return sorted(set(re.findall(r"NEEDED.*\[(.*)\]", dynamic)) - NEEDED)


def archive_is_complete(library, texts):
    """Each exported function is in the static library too, and nothing there is called otherwise."""
    archive = sys.argv[2]
    symbols = {line.split()[-1] for line in output_of(
        "nm", "-g", "--defined-only", archive).splitlines() if len(line.split()) == 3}
    missing = exported(library) - symbols
    strangers = {s for s in symbols if not re.match(r"(hz_|hzi_|hzp_|HZP_)", s)}
    return sorted(missing | strangers)


CASES = [no_foreign_symbol, no_undocumented_symbol, no_missing_symbol, soname_is_frozen,
         needs_only_what_is_agreed, archive_is_complete]


def main():
    library, texts = sys.argv[1], read(sys.argv[3:])
    failed = 0
    for case in CASES:
        wrong = case(library, texts)
        print("%s %s" % ("not ok" if wrong else "ok", case.__name__))
        for name in wrong:
            print("  " + name)
        failed += bool(wrong)
    if not exported(library):
        print("not ok the library exports nothing")
        failed += 1
    print("symbols: %d passed, %d failed, 0 skipped" % (max(0, len(CASES) - failed), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
