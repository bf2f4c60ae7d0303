#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/errors.md from HZ_ERR_MAP (include/hazelcast/error.h) and the members' codes
(core/error.c).

    hzerrors.py             writes the page
    hzerrors.py --check     says whether the page is what would be written; exit code 1 if not
    hzerrors.py --print     to standard output

The prose and what each code means for a caller stand below; a code without its sentence, or a
sentence without its code, is an error.
"""

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = "docs/errors.md"
PUBLIC = "include/hazelcast/error.h"
SERVER = "core/error.c"

INTRO = """\
# Errors

<!-- Made by tools/hzerrors.py from HZ_ERR_MAP and core/error.c: change those, not this file. -->

Every call that can fail returns an `hz_err`; `HZ_OK` is 0. The last argument, of all but the smallest
functions, is an `hz_error *` that may be NULL. It belongs to the caller, may lie on the stack, and is
written only on failure. There is no errno, no thread-local error, and nothing is printed.

```c
hz_error err;
hz_err e = hz_queue_offer(queue, item, 0, &done, &err);
if (e != HZ_OK) {
	fprintf(stderr, "%s: %s%s\\n", hz_err_name(e), err.message, err.in_doubt ? " (in doubt)" : "");
}
```

| Field | |
| --- | --- |
| `code` | what the call returned |
| `server_code` | the member's number, if a member answered with an error; else 0 |
| `in_doubt` | the operation may have been applied |
| `retryable` | the same call may succeed later |
| `where` | the class that the member named; else empty |
| `message` | one line for people |

## Three outcomes

| Outcome | How it shows | What it means |
| --- | --- | --- |
| done | `HZ_OK` | the member has answered, and backups have acknowledged if the client waits for them |
| failed | an error, `in_doubt` false | it was never sent, or the member answered that it failed |
| in doubt | an error, `in_doubt` true | it may have been applied, once; read before you repeat what may not happen twice |

A call is in doubt when some byte of its request may have left this process and no answer came: its
connection broke (`DISCONNECTED`), its deadline passed (`TIMEOUT`), it was cancelled (`CANCELLED`),
or the client was closed (`CLOSED`). `INDETERMINATE` is always in doubt. A call on many keys
(`hz_map_put_all`) is also in doubt once one of its parts succeeded and another failed.

Three cases beside these. An answer that came and breaks the protocol leaves its call in doubt
(`PROTOCOL`). Where the answer is in order and only its value cannot be taken out (`SERIALIZATION`,
`MEMORY`), the operation itself was done. And a member may fail half-way through an operation, in its
own code or a map store: `SERVER` says what the member says, not more.

Acknowledgements of backups: an answered write waits up to
`hazelcast.client.operation.backup.timeout.millis` for them. After that it succeeds, or, with
`hazelcast.client.operation.fail.on.indeterminate.state`, ends with `INDETERMINATE`. If the member
that answered was lost meanwhile it is `INDETERMINATE` in either case.

## What the library repeats by itself

A call that failed is tried again, by the waiting caller or by worker 0, until its own deadline or
for one `hazelcast.client.invocation.timeout.seconds` counted from its first failure, whichever comes
first. The first five repetitions come at once, later ones after pauses of 2, 4, 8 ... ms, at most
`hazelcast.client.invocation.retry.pause.millis`. While there is no connection to send it on, it
waits that longest pause, or for a change of members, partitions or connections if one comes first.

| What happened | Is it sent again? |
| --- | --- |
| no connection (`OFFLINE`), and nothing was sent | yes; with `async-start` or `reconnect-mode` ASYNC it fails at once while no member is connected |
| the connection broke before any byte of it was written | yes |
| the connection broke afterwards | only if the protocol marks the message as retryable, or `network.redo-operation` is on |
| the member answered with a code marked *yes* below | yes |
| the member answered `HAZELCAST_INSTANCE_NOT_ACTIVE` or `IO` | yes |
| the member answered `TARGET_DISCONNECTED` | only if retryable, or with `redo-operation` |
| too many calls in flight (`OVERLOAD`) | a blocking call waits for room until its deadline; an asynchronous one fails |
| anything else | no |

A call that is in doubt and not marked retryable is never sent twice unless `redo-operation` is on. A
call that failed after several tries is in doubt if any of them was. `retryable` in the `hz_error` is
advice for the program: it is set for `OFFLINE`, `DISCONNECTED`, `TIMEOUT`, `OVERLOAD`, and for
members' codes marked *yes* below. It says nothing about doubt: look at `in_doubt` first.

"""

CLIENT_INTRO = """\
## Codes of this library

Numbers are part of the ABI and never change.

| Code | Number | Text | When, and what to do |
| --- | --- | --- | --- |
"""

SERVER_INTRO = """\

## Codes of members

What a member's error becomes. `server_code` keeps the number. A code that is not listed (those of
Jet, of the member's own extensions, of newer members) is `SERVER`, not retryable.

| Code | Name | The caller gets | Retryable |
| --- | --- | --- | --- |
"""

WHEN = {
    "OK": "The call was done.",
    "ARGUMENT": "A NULL, a null key or value, an impossible number, a future consumed before. A"
                " mistake of the program.",
    "MEMORY": "An allocation failed. The client goes on; so may the program.",
    "CLOSED": "The client was shut down, or gave up on its cluster. In doubt if the call was under"
              " way.",
    "TIMEOUT": "The deadline of the call passed. A wait that the member itself has ended (a take on"
               " a queue that stayed empty, a lock that stayed taken) is not in doubt.",
    "CANCELLED": "`hz_cancel_fire`, or a listener removed while it was being added.",
    "OVERLOAD": "`hazelcast.client.max.concurrent.invocations` or `hazelcast.client.c.max.parked.invocations`"
                " is reached. Never in doubt.",
    "WOULD_DEADLOCK": "On a callback thread: a call without a deadline was awaited, or the client"
                      " was to be closed.",
    "FORKED": "The client was made before a `fork`, and this is the child. Make a new one.",
    "TYPE": "A value is of another kind than the reader asked for, or a future gives another kind of"
            " result.",
    "LIMIT": "A configured or fixed limit: a message, a name, a nesting, a buffer that is too small.",
    "CONFIG": "An unknown key or a bad setting; the message says what would be right.",
    "RESOURCE": "No thread, descriptor or random bytes from the system. Raise the limit, or try"
                " later.",
    "NOT_FOUND": "`hz_queue_element` on an empty queue, a partition whose owner is not known.",
    "RANGE": "An index, a date, a partition that does not exist; an output that is too small.",
    "STATE": "`hz_queue_add` on a full queue; the member throws an IllegalStateException.",
    "IO": "A system call on a socket failed while connecting.",
    "OFFLINE": "No member is connected, or none could be reached. Never in doubt by itself; an"
               " earlier try may be.",
    "DISCONNECTED": "The connection was lost while the call was under way.",
    "PROTOCOL": "A member sent what cannot be; the connection was closed, or this one answer was"
                " refused.",
    "AUTHENTICATION": "Every member that could be asked refused the cluster name or the credentials,"
                      " when a client started.",
    "NOT_ALLOWED": "The cluster refuses this client, or has another number of partitions than"
                   " before.",
    "RESOLVE": "There is no such host.",
    "TLS": "No TLS with a member. A client that starts ends with `HZ_ERR_OFFLINE` then, and its"
           " message has the reason.",
    "SERIALIZATION": "Data contradicts itself, or cannot be turned into the cluster's byte order. Text"
                     " that is not UTF-8 is `ARGUMENT`, a date that does not exist `RANGE`. Values of"
                     " types that the library does not know are no error: they are given as raw data.",
    "SERVER": "An error of the member that has no code of its own here: see `server_code`, `where`"
              " and `message`.",
    "INDETERMINATE": "Always in doubt. Read before you repeat.",
    "UNSUPPORTED": "The member is too old, or has no CP subsystem, or the structure cannot do that.",
    "DESTROYED": "Somebody destroyed the structure while the call was in it.",
    "LOCK_OWNERSHIP_LOST": "The session with which this owner had the lock is over: see"
                           " [concurrency.md](concurrency.md).",
    "SESSION_EXPIRED": "The session that held the permits is over; the members have them back.",
    "WAIT_KEY_CANCELLED": "A call of the same owner for the same lock or semaphore has come later.",
    "LOCK_LIMIT": "The owner has the lock already, as often as the members' configuration allows.",
    "NOT_OWNER": "The caller unlocks what it does not hold.",
    "GROUP_DESTROYED": "Its members have restarted, and what was in it is gone. Open the "
                       "structures again: that makes a new group.",
    "NO_DATA_MEMBER": "All members are lite members, which hold no data. Not in doubt.",
    "CONSISTENCY_LOST": "A PN counter whose replicas have not heard of what this client has read or"
                        " written: see `hz_pn_counter_reset`.",
    "NODE_ID_RANGE": "Every member's node id is out of the range that ids have room for.",
    "STALE_SEQUENCE": "The item of a ringbuffer is older than its head: it was overwritten, or has"
                      " expired. Read on from `hz_ringbuffer_head_sequence`. Or a listener of a"
                      " reliable topic has missed messages and does not bear that.",
    "TOPIC_OVERLOAD": "A reliable topic is full, and its handle's policy is to say so:"
                      " `HZ_TOPIC_OVERLOAD_ERROR`. Not in doubt.",
}


class BadTable(Exception):
    """The tables are not what this program understands."""


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def macro(text, name, path):
    """The body of an X-macro table."""
    match = re.search(r"#define %s\(X\)((?:[^\n]*\\\n)*[^\n]*)" % name, text)
    if match is None:
        raise BadTable("%s: there is no %s(X)" % (path, name))
    return match.group(1)


def client_codes():
    rows = re.findall(r'X\((\w+), (\d+), "([^"]*)"\)', macro(read(PUBLIC), "HZ_ERR_MAP", PUBLIC))
    names = {name for name, _, _ in rows}
    for name in sorted(names ^ set(WHEN)):
        raise BadTable("%s: %s" % (name, "says nothing of when it happens" if name in names
                                   else "is explained, but there is no such code"))
    return rows


def server_codes(known):
    body = macro(read(SERVER), "SERVER_ERROR_MAP", SERVER)
    rows = re.findall(r"X\((\d+), (\w+), (\w+), (true|false)\)", body)
    if len(rows) != body.count("X(") or not rows:
        raise BadTable("%s: a row cannot be read" % SERVER)
    for number, name, promotion, _ in rows:
        if promotion not in known:
            raise BadTable("%s: %s (%s) becomes %s, which is none" % (SERVER, name, number,
                                                                     promotion))
    return rows


def page():
    client = client_codes()
    lines = [INTRO + CLIENT_INTRO.rstrip("\n")]
    for name, number, text in client:
        constant = "HZ_OK" if name == "OK" else "HZ_ERR_" + name
        lines.append("| `%s` | %s | %s | %s |" % (constant, number, text, WHEN[name]))
    lines.append(SERVER_INTRO.rstrip("\n"))
    for number, name, promotion, retryable in server_codes({row[0] for row in client}):
        gets = "`HZ_ERR_%s`" % promotion
        lines.append("| %s | %s | %s | %s |" % (number, name, gets,
                                                "yes" if retryable == "true" else ""))
    return "\n".join(lines) + "\n"


def main():
    mode = sys.argv[1] if len(sys.argv) > 1 else "--write"
    try:
        text = page()
    except (BadTable, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if mode == "--print":
        sys.stdout.write(text)
    elif mode == "--check":
        if read(PAGE) != text:
            print("%s is out of date: run tools/hzerrors.py" % PAGE, file=sys.stderr)
            return 1
    elif mode == "--write":
        with open(os.path.join(ROOT, PAGE), "w", encoding="utf-8") as f:
            f.write(text)
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
