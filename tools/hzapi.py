#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/api.md: every public function, the message that it sends, and a test that covers it.

    hzapi.py                  writes the page
    hzapi.py --check          exit code 1 if the page is not what would be written, or a function
                              has no test

The messages of a function are those whose operation, such as HZP_MAP_GET, its definition reaches
by way of constants and functions of the folders that make calls. A test covers a function when a
case of it, or a helper in its file, names the function or its asynchronous form.
"""

import glob
import os
import re
import sys

from hzspec import SpecError, read_spec

PAGE = "docs/api.md"
INTRO = """# Every public function

Made by `python3 tools/hzapi.py`; a test fails when it is out of date or when a function has no
test. "async" says that there is also a form with `_async` behind its name, which gives an
`hz_future`. "retryable" messages may be sent again after their connection was lost; a call of any
other is in doubt then ([errors](errors.md)). `docs/protocol-coverage.md` has the same by message.
"""
SOURCES = ("proxies", "events")
# Tests that call every function with nothing, or only look for its symbol, show nothing of it.
NO_EVIDENCE = ("tests/api/null_test.c", "tests/api/symbol_test.c")

PUBLIC = re.compile(r"^HZ_API (?:HZ_INLINE )?[\w ]+?[ *\n]\**(hz_\w+)\(", re.MULTILINE)
DEFINITION = re.compile(r"^(?:[A-Za-z_][\w *]*[ *\n])?(\w+)\([^;{}]*\)\n\{(.*?)^\}", re.MULTILINE | re.DOTALL)
CONSTANT = re.compile(r"^(?:static )?const [\w ]+?\**(\w+)(?:\[\])? = (.*?);$", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"^\t+\.(\w+) = \{(.*?)\}", re.MULTILINE | re.DOTALL)
MACRO_USE = re.compile(r"^[ \t]*(HZI_(?:HANDLE|CP)_\w+)\((\w+)(?:, (\w+))?\)", re.MULTILINE)
MACRO = re.compile(r"^#define (HZI_(?:HANDLE|CP)_\w+)\((\w+)(?:, (\w+))?\)(.*?[^\\])\n(?=\S|\n)", re.MULTILINE | re.DOTALL)
STRING = re.compile(r'"[^"\n]*"')
WORD = re.compile(r"\b[A-Za-z_]\w+\b")
PASTED = re.compile(r"\bhz_(?:\w*##\w+)+")
CASE = re.compile(r'\{"\w+", (\w+)')


def read(path):
    with open(path, encoding="utf-8") as f:
        return re.sub(r"//[^\n]*", "", f.read())


def headers():
    """Header -> its public functions, in their order; asynchronous forms by the name of the call."""
    found = {}
    for path in sorted(glob.glob("include/hazelcast/*.h")):
        names = PUBLIC.findall(read(path))
        if names:
            found[path] = names
    return found


def callers():
    """Public function -> the blocking forms in the headers that call it: who tests them tests it."""
    found = {}
    for path in glob.glob("include/hazelcast/*.h"):
        for name, body in DEFINITION.findall(read(path)):
            for word in set(WORD.findall(body)):
                found.setdefault(word, set()).add(name)
    return found


def expand(text, macros):
    """The text, and behind it what its HZI_HANDLE_... and HZI_CP_... macros stand for, those in them included."""
    uses = MACRO_USE.findall(text)
    text = MACRO_USE.sub("", text)
    for name, noun, service in uses:
        first, second, body = macros[name]
        body = body.replace("\\\n", "\n").replace("##%s##" % first, noun).replace("##" + first, noun)
        body = re.sub(r"[ \t]+$", "", re.sub(r"^\t", "", body, flags=re.MULTILINE), flags=re.MULTILINE)
        for parameter, argument in ((first, noun), (second, service)):
            body = re.sub(r"\b%s\b" % parameter, argument, body) if parameter else body
        text += "\n" + expand(body, macros)
    return text


class Sources:
    """What each function of the sources that make calls mentions."""

    def __init__(self, constants):
        self.constants = constants  # HZP_MAP_GET -> operation
        self.public, self.own = {}, {}  # name -> path; (path, name) -> words
        self.fields = {}  # (path, name of a struct of rows) -> field -> words
        paths = [p for folder in SOURCES
                 for p in sorted(glob.glob(folder + "/**/*.[ch]", recursive=True))]
        macros = {m[0]: m[1:] for p in paths if p.endswith(".h") for m in MACRO.findall(read(p))}
        for path in paths:
            text = STRING.sub('""', expand(read(path), macros)) if path.endswith(".c") else ""
            for name, body in DEFINITION.findall(text) + CONSTANT.findall(text):
                fields = {field: set(WORD.findall(row)) for field, row in FIELD.findall(body)}
                self.fields[path, name] = fields
                self.own[path, name] = set(WORD.findall(FIELD.sub("", body)))
                if name.startswith("hz"):
                    self.public[name] = path

    def reach(self, name):
        """The words of a function and of all that it reaches. Of a struct of rows only the fields
        count that one of these words names: whoever unlocks does not lock."""
        seen, words = set(), set()
        todo = [(self.public[name], name)] if name in self.public else []
        while todo:
            at = todo.pop()
            if at in seen or at not in self.own:
                continue
            seen.add(at)
            for word in self.own[at]:
                todo.append((at[0], word))
                if word in self.public:
                    todo.append((self.public[word], word))
            words |= self.own[at]
        rows = [self.fields[at] for at in seen]
        return words.union(*(row for fields in rows for field, row in fields.items() if field in words))

    def operations(self, name):
        """The operations that a function may send, in the order of their numbers."""
        words = self.reach(name)
        found = {c for c in self.constants if c in words or c + "_REQUEST" in words}
        return sorted((self.constants[c] for c in found), key=lambda o: o.request.number)


def rank(path, noun):
    """Tests named after the noun first, then those on real members, then the rest."""
    folders = ["tests/cluster", "tests/fault", "tests/scripted", "tests/api"]
    folder = os.path.dirname(path)
    return (not os.path.basename(path).startswith(noun),
            folders.index(folder) if folder in folders else len(folders), path)


def named(text, public):
    """The words of a test, and the public functions that its macros put together from them."""
    words = set(WORD.findall(text))
    for pasted in set(PASTED.findall(text)):
        parts = re.split(r"##\w+?##|##\w+$", pasted)
        pattern = re.compile(r"(\w+)".join(re.escape(p) for p in parts))
        for name in public - words:
            match = pattern.fullmatch(name)
            if match and set(match.groups()) <= words:
                words.add(name)
    return words


class Tests:
    """Which test names which function."""

    def __init__(self, public):
        self.callers = callers()
        self.files = {}  # path -> its functions with their bodies, its cases, its words
        for path in sorted(glob.glob("tests/*/*_test.c") + glob.glob("tests/*/*_test.cc")):
            text = read(path)
            if path not in NO_EVIDENCE:
                self.files[path] = (DEFINITION.findall(text), set(CASE.findall(text)),
                                    named(text, public))

    def covering(self, names, noun):
        """One test, as path:case where a case itself makes the call, else the path, or ""."""
        paths = [p for p, f in self.files.items() if f[2] & names]
        for path in sorted(paths, key=lambda p: rank(p, noun)):
            bodies, cases, _ = self.files[path]
            for function, body in bodies:
                if function in cases and names & set(WORD.findall(body)):
                    return "%s:%s" % (path, function)
        return min(paths, key=lambda p: rank(p, noun)) if paths else ""


def rows(path, names, sources, tests):
    noun = os.path.basename(path)[:-2]
    for name in names:
        base = name[:-len("_async")] if name.endswith("_async") else name
        if name != base and base in names:
            continue
        asynchronous = base + "_async" in names
        operations = sources.operations(base + "_async" if asynchronous else base)
        yield (base if base in names else name, asynchronous and base in names,
               operations, tests.covering({base, base + "_async"}, noun)
               or tests.covering(tests.callers.get(base, set()), noun))


def cell(operations):
    titles = ["`%s`" % o.request.title for o in operations]
    retryable = {"yes" if "HZP_RETRYABLE" in o.request.flags else "no" for o in operations}
    return ", ".join(titles), "/".join(sorted(retryable))


def page(found, sources, tests):
    """The page, and the functions without a test."""
    lines, bare = [INTRO], []
    for path, names in found.items():
        lines += ["", "## `<hazelcast/%s>`" % os.path.basename(path), "",
                  "| function | async | message | retryable | test |", "| --- | --- | --- | --- | --- |"]
        for name, asynchronous, operations, test in rows(path, names, sources, tests):
            lines.append("| `%s` | %s | %s | %s | %s |" % (
                name, "yes" if asynchronous else "", *cell(operations), "`%s`" % test if test else ""))
            if not test:
                bare.append(name)
    return "\n".join(lines) + "\n", bare


def main():
    os.chdir(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    try:
        spec = read_spec(["protocol/spec"])
    except (SpecError, OSError) as e:
        print(e, file=sys.stderr)
        return 1
    constants = {o.name.upper(): o for s in spec.services for o in s.operations}
    found = headers()
    public = {n for names in found.values() for n in names}
    text, bare = page(found, Sources(constants), Tests(public))
    if sys.argv[1:] == ["--check"]:
        if bare:
            print("no test names: " + ", ".join(bare), file=sys.stderr)
        with open(PAGE, encoding="utf-8") as f:
            same = f.read() == text
        if not same:
            print("%s is out of date: run `python3 tools/hzapi.py`" % PAGE, file=sys.stderr)
        return 0 if same and not bare else 1
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    with open(PAGE, "w", encoding="utf-8") as f:
        f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
