#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each public header compiles alone, as strict C11 and as C++17, with every compiler at hand.

Arguments: the public headers.
"""

import os
import shutil
import subprocess
import sys

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]
LANGUAGES = {
    "c11": (["gcc", "clang-14"], ["-x", "c", "-std=c11"]),
    "cxx17": (["g++", "clang++-14"], ["-x", "c++", "-std=c++17"]),
}


def compile_alone(compiler, flags, root, header):
    """The compiler's complaints about a file that includes one header and nothing else."""
    source = "#include <hazelcast/%s>\nint main(void);\n" % os.path.basename(header)
    run = subprocess.run([compiler, *flags, *STRICT, "-I", root, "-"], input=source, check=False,
                         stderr=subprocess.PIPE, text=True)
    return run.stderr.strip() if run.returncode != 0 else ""


def main():
    headers = [os.path.realpath(h) for h in sys.argv[1:]]
    root = os.path.dirname(os.path.dirname(headers[0]))
    passed = failed = skipped = 0
    for language, (compilers, flags) in LANGUAGES.items():
        for compiler in compilers:
            if shutil.which(compiler) is None:
                print("skip %s_with_%s: it is not installed" % (language, compiler))
                skipped += 1
                continue
            complaints = [c for c in (compile_alone(compiler, flags, root, h) for h in headers) if c]
            print("%s %s_with_%s" % ("not ok" if complaints else "ok", language, compiler))
            for complaint in complaints:
                print("  " + complaint.replace("\n", "\n  "))
            failed += bool(complaints)
            passed += not complaints
    print("headers: %d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
