#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts and ends real Hazelcast members on loopback.

    members.py serve                    commands on standard input, one answer line each
    members.py run N [KEY=VALUE] -- COMMAND
                                        runs a command beside a cluster, ends with its exit code; it
                                        finds the addresses in HZ_TEST_CLUSTER, and in
                                        HZ_TEST_MEMBERS the command line that takes the verbs below
    members.py up NAME N [KEY=VALUE]    a cluster in the background, under a name
    members.py ask NAME COMMAND ...     one command to such a cluster
    members.py down NAME                ends it
    members.py list                     the names that run

Commands (members are numbered from 0):
    start N [KEY=VALUE ...]  -> addresses, when all N answer clients and see each other
        version=5.7.0 name=dev heap=256m backup=1 cp=3 missing=14400 jet=1 jvm=OPTIONS
        prop.NAME=VALUE
        xml=FILE (further elements) public=HOST:PORT,... (told to clients in place of the own one)
    kill I     SIGKILL             term I   SIGTERM: leaves in order, answered when it has left
    stop I     SIGSTOP             cont I   SIGCONT
    restart I  same port again     add      one more member -> its address
    wait-safe  until all backups are made again
    addresses (what clients are told), direct (where the members listen), log I, pid I, status
    quit       ends all

An answer is "ok TEXT" or "err TEXT" (line ends in it are written \\n). No JVM outlives the
launcher: it ends them when its input ends, on SIGTERM and SIGINT, and the kernel kills them if
the launcher itself is killed.
"""

import hashlib
import os
import queue
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from launcher.cluster import Cluster, Failed
from launcher.member import die_with

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
FOLDER = os.path.join(ROOT, "build", "clusters")
KEPT_LOGS = 20
COMMANDS = ("start", "add", "kill", "term", "stop", "cont", "restart", "wait-safe", "log", "pid",
            "addresses", "direct", "status")


def control_address(name):
    """The abstract socket of a named cluster of this clone; the kernel frees it with its owner."""
    clone = hashlib.sha1(ROOT.encode()).hexdigest()[:12]
    return "\0hazelcast-members-%s-%s" % (clone, name)


class Supervisor:
    """Takes commands from its input or a control socket and carries them out in one thread."""

    def __init__(self, folder):
        self._folder = folder
        self._cluster = Cluster(ROOT, folder)
        self._work = queue.Queue()

    def end_now(self, *_):
        """From any thread and from signal handlers: JVMs first, then ourselves."""
        for member in list(self._cluster.members):
            member.signal(signal.SIGKILL)
        os._exit(1)

    def run(self):
        """The main thread: it must be the one that forks, for its end is what the JVMs notice."""
        while True:
            line, reply = self._work.get()
            answer = self.carry_out(line)
            reply(answer)
            if answer is None:
                return

    def submit(self, line, reply=lambda answer: None):
        """Hands a command to the main thread; reply(answer) is called there, None after quit."""
        self._work.put((line, reply))

    def carry_out(self, line):
        try:
            words = shlex.split(line)
            if words == ["quit"]:
                self._cluster.end()
                shutil.rmtree(self._folder, ignore_errors=True)
                return None
            if not words or words[0] not in COMMANDS:
                raise Failed("unknown command '%s'" % line.strip())
            text = getattr(self._cluster, words[0].replace("-", "_"))(*words[1:])
            return ("ok " + text).rstrip()
        except (Failed, OSError, ValueError, TypeError) as error:
            if words[:1] == ["start"]:
                self._cluster.end()
                self._cluster.members = []
            return "err " + str(error).replace("\n", "\\n")

    def read_standard_input(self):
        def reply(answer):
            try:
                print(answer or "ok", flush=True)
            except OSError:
                self.end_now()
        for line in sys.stdin:
            self.submit(line, reply)
        self.end_now()

    def read_control_socket(self, listener):
        while True:
            client, _ = listener.accept()
            start(self._serve, client)

    def _serve(self, client):
        done = threading.Event()

        def reply(answer):
            try:
                client.sendall(((answer or "ok") + "\n").encode())
            except OSError:
                pass
            done.set()
        with client, client.makefile("r", encoding="utf-8") as lines:
            self.submit(lines.readline(), reply)
            done.wait()


def prune_old_folders():
    """Logs of the last launchers stay for whoever wants to know what happened."""
    if not os.path.isdir(FOLDER):
        return
    ended = [os.path.join(FOLDER, n) for n in os.listdir(FOLDER)
             if re.fullmatch(r"run-\d+", n) and not os.path.exists("/proc/" + n[4:])]
    for folder in sorted(ended, key=os.path.getmtime)[:-KEPT_LOGS]:
        shutil.rmtree(folder, ignore_errors=True)


def serve(name=None):
    prune_old_folders()
    folder = os.path.join(FOLDER, name or "run-%d" % os.getpid())
    supervisor = Supervisor(folder)
    signal.signal(signal.SIGTERM, supervisor.end_now)
    signal.signal(signal.SIGINT, supervisor.end_now)
    if name is None:
        start(supervisor.read_standard_input)
    else:
        start(supervisor.read_control_socket, listen(name))
    supervisor.run()


def start(function, *args):
    threading.Thread(target=function, args=args, daemon=True).start()


def listen(name):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(control_address(name))
    listener.listen()
    return listener


def run(*words):
    """A cluster for one command: the command's end is the cluster's, and the other way round."""
    split = words.index("--") if "--" in words else len(words)
    if split in (0, len(words) - 1, len(words)):
        print("usage: members.py run N [KEY=VALUE] -- COMMAND", file=sys.stderr)
        return 2
    name = "run-%d" % os.getpid()
    prune_old_folders()
    supervisor = Supervisor(os.path.join(FOLDER, name))
    signal.signal(signal.SIGTERM, supervisor.end_now)
    signal.signal(signal.SIGINT, supervisor.end_now)
    answer = supervisor.carry_out("start " + shlex.join(words[:split]))
    if not answer.startswith("ok"):
        return say(answer)
    environment = dict(os.environ, HZ_TEST_CLUSTER=answer[3:], HZ_TEST_MEMBERS=shlex.join(
        [sys.executable, os.path.realpath(__file__), "ask", name]))
    listener = listen(name)  # before the command, which may ask at once
    child = subprocess.Popen(words[split + 1:], env=environment, preexec_fn=die_with(os.getpid()))
    start(supervisor.read_control_socket, listener)
    start(lambda: (child.wait(), supervisor.submit("quit")))
    supervisor.run()
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def ask(name, *words):
    """One command to a named cluster; returns its answer line, or None if there is none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
        try:
            control.connect(control_address(name))
            control.sendall((shlex.join(words) + "\n").encode())
            return control.makefile("r", encoding="utf-8").readline().rstrip("\n") or None
        except OSError:
            return None


def say(answer, name=""):
    """Prints an answer as a person wants it; returns the exit code."""
    if answer is None:
        print("no cluster '%s' runs; those that do: %s" % (name, ", ".join(names()) or "none"),
              file=sys.stderr)
        return 1
    kind, _, text = answer.partition(" ")
    if text:
        print(text.replace("\\n", "\n"), file=sys.stdout if kind == "ok" else sys.stderr)
    return 0 if kind == "ok" else 1


def up(name, *words):
    if not words or not words[0].isdigit() or int(words[0]) == 0:
        print("how many members? up %s 2" % name, file=sys.stderr)
        return 2
    if ask(name, "status") is None:
        subprocess.Popen([sys.executable, os.path.realpath(__file__), "serve", name],
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         start_new_session=True)
        deadline = time.monotonic() + 20
        while ask(name, "status") is None:
            if time.monotonic() > deadline:
                print("the launcher did not start", file=sys.stderr)
                return 1
            time.sleep(0.05)
    elif ask(name, "status") != "ok empty":
        return say(ask(name, "addresses"))
    answer = ask(name, "start", *words)
    if answer is None or not answer.startswith("ok"):
        ask(name, "quit")
    return say(answer)


def names():
    """The named clusters of this clone that run now."""
    if not os.path.isdir(FOLDER):
        return []
    return [n for n in sorted(os.listdir(FOLDER)) if ask(n, "status") is not None]


def list_clusters():
    for name in names():
        print(name, (ask(name, "status") or "").partition(" ")[2])
    if not names():
        print("no cluster runs", file=sys.stderr)
    return 0


def main(words):
    actions = {
        "serve": serve,
        "run": run,
        "up": up,
        "ask": lambda name, *command: say(ask(name, *command), name),
        "down": lambda name: say(ask(name, "quit"), name),
        "list": list_clusters,
    }
    if not words or words[0] not in actions:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    return actions[words[0]](*words[1:]) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
