#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The library leaves the process alone: it cannot end it, print, set signal handlers or change the
environment, because it does not refer to the functions that do. (Assertions about the library's own
invariants are in debug builds only.) Argument: libhazelcast.so.0."""

import re
import subprocess
import sys

NEVER = {
    "ends_no_process": "abort exit _exit _Exit quick_exit raise kill tgkill pthread_kill",
    "prints_nothing": "printf vprintf puts putchar fprintf vfprintf fputs fputc putc fwrite dprintf"
                      " vdprintf perror psignal syslog vsyslog stdout stderr write writev",
    "sets_no_signal_handler": "signal sigaction bsd_signal sysv_signal __sysv_signal sigaltstack",
    "leaves_nothing_for_the_exit": "atexit on_exit at_quick_exit __cxa_atexit pthread_atfork"
                                   " __register_atfork",
    "leaves_the_environment_alone": "setenv putenv unsetenv clearenv setlocale chdir fchdir umask"
                                    " system popen fork vfork execve posix_spawn srand rand random",
}


def main():
    lines = subprocess.run(["nm", "-D", "--undefined-only", sys.argv[1]], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.splitlines()
    used = {line.split()[-1].split("@")[0] for line in lines}
    # A fortified function is the function.
    used |= {match.group(1) for match in map(re.compile(r"__(\w+)_chk").fullmatch, used) if match}
    failed = 0
    for case, names in NEVER.items():
        wrong = sorted(used & set(names.split()))
        print("%s %s" % ("not ok" if wrong else "ok", case))
        for name in wrong:
            print("  it refers to " + name)
        failed += bool(wrong)
    if "malloc" not in used:
        print("not ok: nothing was found in the library at all")
        failed += 1
    print("quiet: %d passed, %d failed, 0 skipped" % (max(0, len(NEVER) - failed), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
