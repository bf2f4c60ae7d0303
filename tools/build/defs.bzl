# SPDX-License-Identifier: Apache-2.0
"""The two rules of this tree, and the one table that says which folder may include which."""

# The folders that make up the library, lowest first.
LIBRARY_FOLDERS = [
    "base",
    "protocol",
    "serialization",
    "transport",
    "core",
    "events",
    "proxies",
]

EVERYTHING = ["include"] + LIBRARY_FOLDERS

# A folder's list names everything that it may include. It is turned round into the visibility of
# each folder's library, so a dependency that is not listed here fails the build.
MAY_INCLUDE = {
    "include": [],
    "base": ["include"],
    "protocol": ["include", "base"],
    "serialization": ["include", "base", "protocol"],
    "transport": ["include", "base", "protocol"],
    "core": ["include", "base", "protocol", "serialization", "transport"],
    "events": ["include", "base", "protocol", "serialization", "core"],
    "proxies": ["include", "base", "protocol", "serialization", "transport", "core", "events"],
    "cli": ["include"],
    "examples": ["include"],
    "benchmarks": ["include", "tests/support"],
    # Tests of a public call see what a user sees; tests of a folder see it and what lies below.
    "tests/api": ["include", "tests/support"],
    "tests/cluster": ["include", "tests/support"],
    "tests/cp": ["include", "tests/fault", "tests/support"],
    "tests/fault": ["include", "tests/support"],
    "tests/interop": ["include", "tests/cp", "tests/support"],
    "tests/support": ["include", "base", "protocol", "serialization"],
    "tests/base": ["include", "base", "tests/support"],
    "tests/protocol": ["include", "base", "protocol", "tests/support"],
    "tests/serialization": ["include", "base", "protocol", "serialization", "tests/support"],
    "tests/transport": ["include", "base", "protocol", "transport", "tests/support"],
    "tests/tls": ["include", "base", "protocol", "transport", "tests/support"],
    "tests/config": EVERYTHING + ["tests/support"],
    "tests/core": EVERYTHING + ["tests/support"],
    "tests/events": EVERYTHING + ["tests/support"],
    "tests/fuzz": EVERYTHING + ["tests/support"],
    "tests/golden": EVERYTHING + ["tests/support"],
    "tests/proxies": EVERYTHING + ["tests/support"],
    "tests/scripted": EVERYTHING + ["tests/support"],
    "tests/unit": EVERYTHING + ["tests/support"],
}

WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]

COPTS = WARNINGS + [
    "-std=c11",
    "-D_GNU_SOURCE",
    "-fvisibility=hidden",
    "-fPIC",
]

SYSTEM_LIBRARIES = ["-lzmq", "-lssl", "-lcrypto", "-lyaml", "-lpthread"]

def includers(folder):
    """The packages that may depend on the library of a folder, for its visibility.

    Args:
      folder: a key of MAY_INCLUDE.
    Returns:
      a list of package groups.
    """
    if folder not in MAY_INCLUDE:
        fail("%s is not in the table of tools/build/defs.bzl" % folder)
    return ["//" + f + ":__subpackages__" for f in MAY_INCLUDE if folder in MAY_INCLUDE[f]]

def hz_library(
        name,
        deps = [],
        srcs = None,
        extra_srcs = [],
        exclude = [],
        visible_to = None,
        linkopts = [],
        **kwargs):
    """One folder as one library: all its sources and headers.

    Args:
      name: by custom the folder's last name, so that //base is a label.
      deps: libraries; a folder name that the table does not allow fails by visibility.
      srcs: overrides the glob over the folder.
      extra_srcs: generated sources and headers on top of the glob.
      exclude: files that the glob leaves out.
      visible_to: overrides the table (for helpers inside a test folder).
      linkopts: system libraries that this folder is the one to use.
      **kwargs: handed to cc_library.
    """
    folder = native.package_name()
    all = srcs
    if all == None:
        all = native.glob(["**/*.c", "**/*.h"], exclude = exclude + ["*_test.c"])
    all = all + [s for s in extra_srcs]
    public = ["//include:hazelcast"] if "include" in MAY_INCLUDE.get(folder, []) else []
    native.cc_library(
        name = name,
        srcs = [s for s in all if not s.endswith(".h")],
        hdrs = [s for s in all if s.endswith(".h")],
        copts = COPTS,
        linkopts = linkopts,
        # Whoever links the shared library wants every function, not only those that are called.
        alwayslink = True,
        linkstatic = True,
        visibility = includers(folder) + ["//:__pkg__"] if visible_to == None else visible_to,
        deps = public + [d for d in deps if d not in public],
        **kwargs
    )

def hz_test(
        name,
        src = None,
        deps = [],
        timeout_s = 120,
        cluster = False,
        size = None,
        tags = [],
        args = [],
        data = [],
        env = {},
        linkopts = [],
        srcs = [],
        **kwargs):
    """One test binary, one noun.

    Args:
      name: of the target.
      src: the source with HZT_MAIN; by default <name>.c.
      deps: what is tested, or //:hazelcast for tests that see public headers only.
      timeout_s: the watchdog of the suite ends the binary after so many seconds and names the
        case that hangs; Bazel's own limit is the next one above it.
      cluster: the test talks to real members: it gets //tests/support:cluster and the launcher.
      size: Bazel's size; by default derived from timeout_s.
      tags: on top of "local", and "cluster" if it talks to members.
      args: handed to the binary.
      data: run-time files.
      env: environment of the test.
      linkopts: on top of CUnit's.
      srcs: further sources and headers.
      **kwargs: handed to cc_test.
    """
    limit = "short" if timeout_s < 55 else "moderate" if timeout_s < 290 else "long" if timeout_s < 890 else "eternal"
    native.cc_test(
        name = name,
        srcs = [src or name + ".c"] + srcs,
        copts = COPTS,
        linkopts = ["-lcunit", "-lpthread"] + linkopts,
        deps = deps + ["//tests/support:suite"] +
               (["//tests/support:cluster"] if cluster else []),
        data = data + (["//tools:members"] if cluster else []),
        env = dict(env, HZT_TIMEOUT_S = str(timeout_s)),
        size = size or "small",
        timeout = limit,
        tags = ["local"] + (["cluster"] if cluster else []) + tags,
        args = args,
        linkstatic = True,
        **kwargs
    )

def hz_fuzz(name, src, deps = [], **kwargs):
    """A libFuzzer target; builds under --config=fuzz only.

    Args:
      name: of the target.
      src: the source with LLVMFuzzerTestOneInput.
      deps: what is fuzzed.
      **kwargs: handed to cc_binary.
    """
    native.cc_binary(
        name = name,
        srcs = [src],
        copts = COPTS,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual", "fuzz"],
        deps = deps,
        **kwargs
    )
