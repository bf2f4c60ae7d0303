#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pages say what the tree has: the README's program is an example, snippets compile, and every
file, function, test and setting that a page names exists. Argument: tools/build/defs.bzl of the
tree to look at."""

import fnmatch
import os
import re
import subprocess
import sys

GENERATED = {"docs/api.md", "docs/protocol-coverage.md", "docs/configuration.md"}  # tests of their own
SOURCES = ("base", "core", "events", "include", "protocol", "proxies", "serialization", "transport",
           "tests", "tools", "examples", "benchmarks")

CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")
PATH = re.compile(r"(?:[\w.-]+/)+[\w.*-]*|[\w-]+\.(?:md|c|h|py|bzl)")
TEST = re.compile(r"(tests/[\w/.-]+):(\w+)")
NAME = re.compile(r"\bhz[ip]?_\w+")
KEY = re.compile(r"\bhazelcast\.client\.[\w.-]+")

# What the snippets of a page take for granted.
SNIPPET = """#include <hazelcast/hazelcast.h>
#include <stdio.h>
void snippet(hz_client *client, hz_map *map, hz_queue *queue, hz_value item, bool done, hz_error err);
void snippet(hz_client *client, hz_map *map, hz_queue *queue, hz_value item, bool done, hz_error err)
{{
%s}}
"""


class Tree:
    def __init__(self, root):
        self.root = root
        self.pages = {"README.md": self.read("README.md"), "CHANGELOG.md": self.read("CHANGELOG.md")}
        for name in sorted(os.listdir(os.path.join(root, "docs"))):
            path = "docs/" + name
            if name.endswith(".md") and path not in GENERATED:
                self.pages[path] = self.read(path)
        self.names, self.files = set(), set()  # identifiers of ours; paths from the root
        for folder in SOURCES:
            for where, _, names in os.walk(os.path.join(root, folder)):
                for name in names:
                    self.add(os.path.relpath(os.path.join(where, name), root))

    def add(self, path):
        self.files.add(path)
        if path.endswith((".c", ".h", ".bzl")):
            self.names.update(NAME.findall(self.read(path)))

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as f:
            return f.read()

    def exists(self, path):
        if "*" in path:
            return bool(fnmatch.filter(self.files, path))
        return os.path.exists(os.path.join(self.root, path))

    def code(self, page):
        """What stands between back quotes, outside fences."""
        return CODE.findall(FENCE.sub("", self.pages[page]))


def program_is_the_example(tree):
    source = tree.read("examples/readme.c").split("\n", 1)[1]
    fences = [text for language, text in FENCE.findall(tree.pages["README.md"]) if language == "c"]
    if source not in fences:
        yield "README.md has another program than examples/readme.c"


def api_page_is_generated(tree):
    tool = os.path.join(tree.root, "tools", "hzapi.py")
    ran = subprocess.run([sys.executable, tool, "--check"], check=False, stderr=subprocess.PIPE, text=True)
    if ran.returncode != 0:
        yield ran.stderr.strip()


def errors_page_is_generated(tree):
    run = subprocess.run([sys.executable, os.path.join(tree.root, "tools/hzerrors.py"), "--check"],
                         check=False, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        yield run.stderr.strip()


def snippets_compile(tree):
    for page in sorted(set(tree.pages) | {"docs/configuration.md"}):
        for language, text in FENCE.findall(tree.read(page)):
            if language != "c":
                continue
            source = text if "\nmain(" in text else SNIPPET % text
            run = subprocess.run(
                ["gcc", "-x", "c", "-std=c11", "-Wall", "-Werror", "-Wno-unused", "-fsyntax-only",
                 "-Wno-unused-but-set-variable", "-I", os.path.join(tree.root, "include"), "-"],
                input=source, check=False, stderr=subprocess.PIPE, text=True)
            if run.returncode != 0:
                yield "%s: %s" % (page, run.stderr.strip())


def examples_compile_anywhere(tree):
    """With the line that ./dev build prints: nothing but the public headers is on the path."""
    folder = os.path.join(tree.root, "examples")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".c"):
            continue
        run = subprocess.run(
            ["gcc", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", os.path.join(folder, name),
             "-I", os.path.join(tree.root, "include")],
            cwd="/", check=False, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            yield "%s: %s" % (name, run.stderr.strip())


def links_lead_somewhere(tree):
    for page, text in tree.pages.items():
        for target in LINK.findall(text):
            path = os.path.normpath(os.path.join(os.path.dirname(page), target))
            if not os.path.exists(os.path.join(tree.root, path)):
                yield "%s: %s is not there" % (page, target)


def files_exist(tree):
    """A bare file name is looked for anywhere; a path is one from the root, or below include/."""
    bare = {os.path.basename(path) for path in tree.files} | set(os.listdir(tree.root))
    bare |= set(os.listdir(os.path.join(tree.root, "docs")))
    for page in tree.pages:
        for code in tree.code(page):
            code = TEST.sub(r"\1", code)
            for path in PATH.findall(code) if PATH.fullmatch(code) else []:
                known = (tree.exists(path) or tree.exists("protocol/spec/" + path)
                         if "/" in path else path in bare)
                # What the build makes, and places for names.
                if not known and not re.search(r"NAME|^protocol/gen/|^dist/", path):
                    yield "%s: there is no %s" % (page, path)


def tests_exist(tree):
    for page in tree.pages:
        for code in tree.code(page):
            for path, case in TEST.findall(code):
                if tree.exists(path) and not re.search(r"\b%s\b" % case, tree.read(path)):
                    yield "%s: %s has no %s" % (page, path, case)


def functions_exist(tree):
    for page in tree.pages:
        for code in tree.code(page):
            for name in NAME.findall(code):
                if not fnmatch.filter(tree.names, name + "*" if name.endswith("_") else name):
                    yield "%s: there is no %s" % (page, name)


def settings_exist(tree):
    rows = tree.read("core/config_rows.h")
    for page in tree.pages:
        for code in tree.code(page):
            for key in KEY.findall(code):
                if not re.search(r"properties\.%s\b" % re.escape(key), rows):
                    yield "%s: there is no setting %s" % (page, key)


CASES = [program_is_the_example, api_page_is_generated, errors_page_is_generated, snippets_compile,
         examples_compile_anywhere, links_lead_somewhere, files_exist, tests_exist, functions_exist,
         settings_exist]


def main():
    tree = Tree(os.path.realpath(sys.argv[1]).rpartition("/tools/build/")[0])
    failed = 0
    for case in CASES:
        wrong = list(case(tree))
        print("%s %s" % ("not ok" if wrong else "ok", case.__name__))
        for line in wrong:
            print("  " + line.replace("\n", "\n  "))
        failed += bool(wrong)
    print("docs: %d passed, %d failed, 0 skipped" % (len(CASES) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
