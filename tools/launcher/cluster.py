# SPDX-License-Identifier: Apache-2.0
"""A cluster of members, and the commands that change it."""

import os
import shutil
import signal
import time

from launcher import config, probe
from launcher.member import Member
from launcher.ports import Ports

READY_S = 180  # three JVMs that start at once on two busy cores have needed 15
SAFE_S = 120
LEAVE_S = 90


class Failed(Exception):
    """A command that did not do what it should; its text is the answer."""


class Cluster:
    """Members of one version and configuration. Used by one thread only."""

    def __init__(self, root, folder):
        self._root = root
        self._folder = folder
        self._ports = Ports()
        self._spec = None
        self._jars = []
        self.members = []

    # Commands. Each returns the text of its answer.

    def start(self, count, *words):
        if self.members:
            raise Failed("this launcher has a cluster already")
        self._spec = config.Spec(words)
        self._jars = config.find_jars(self._root, self._spec.version)
        shutil.rmtree(self._folder, ignore_errors=True)
        os.makedirs(self._folder)
        self.members = [self._new_member(i) for i in range(int(count))]
        self._launch_all()
        if self._spec.cp:
            self._await("CP is ready", READY_S,
                        lambda: probe.cp_is_ready(self.members[0].port, self._spec.name))
        return self.addresses()

    def add(self):
        self._require_start()
        member = self._new_member(len(self.members))
        self.members.append(member)
        self._launch(member)
        self._await_ready([member])
        return member.client_address

    def kill(self, index):
        self._member(index).kill()
        return ""

    def term(self, index):
        """Ends a member in order: it hands over its partitions first."""
        member = self._member(index)
        member.signal(signal.SIGTERM)
        self._await("member %s has left" % index, LEAVE_S, lambda: not member.runs)
        return ""

    def stop(self, index):
        self._member(index).signal(signal.SIGSTOP)
        return ""

    def cont(self, index):
        self._member(index).signal(signal.SIGCONT)
        return ""

    def restart(self, index):
        member = self._member(index)
        member.kill()
        member.launch(self.members, self._jars)
        self._await_ready([member])
        return member.client_address

    def wait_safe(self):
        """Waits until every partition has its backups again.

        Each running member is asked for its health: it sees exactly the members that run, nothing
        waits to be migrated, and the whole cluster is safe, which a member finds out by asking
        every other one whether the replicas that it owns are in step.
        """
        self._require_start()
        self._await("cluster is safe", SAFE_S, self._is_safe)
        return ""

    def log(self, index):
        return self._member(index).log

    def pid(self, index):
        member = self._member(index)
        return str(member.process.pid) if member.runs else "0"

    def addresses(self):
        return ",".join(m.client_address for m in self.members)

    def direct(self):
        """The members' own addresses, which differ from `addresses` where public ones are told."""
        return ",".join(m.address for m in self.members)

    def status(self):
        def state(m):
            return "stopped" if m.stopped else "running" if m.runs else "ended"
        return " ".join("%s=%s" % (m.client_address, state(m)) for m in self.members) or "empty"

    def end(self):
        """Ends every JVM at once; a cluster that is no longer needed has nothing to hand over."""
        for member in self.members:
            member.signal(signal.SIGKILL)
        for member in self.members:
            member.kill()

    # How they do it.

    def _require_start(self):
        if not self.members:
            raise Failed("no cluster: start one first")

    def _member(self, index):
        number = int(index)
        if not 0 <= number < len(self.members):
            raise Failed("no member %s: they are numbered from 0 to %d" %
                         (index, len(self.members) - 1))
        return self.members[number]

    def _new_member(self, index):
        return Member(index, self._folder, self._spec, self._ports)

    def _launch(self, member):
        member.launch(self.members, self._jars)

    def _launch_all(self):
        """The first alone, then the others together: members that all start at once negotiate for
        five seconds who is the oldest, while a running one takes a new one in at once."""
        for part in (self.members[:1], self.members[1:]):
            for member in part:
                self._launch(member)
            self._await_ready(part)

    def _running(self):
        return [m for m in self.members if m.runs and not m.stopped]

    def _await(self, what, limit_s, condition):
        deadline = time.monotonic() + limit_s
        while not condition():
            if time.monotonic() > deadline:
                raise Failed("waited %d s for: %s" % (limit_s, what))
            time.sleep(0.1)

    def _await_ready(self, fresh):
        def ready():
            for member in fresh:
                if not member.runs:
                    self._move(member)
            return self._is_ready()
        self._await("members are ready", READY_S, ready)
        for member in fresh:
            member.ran = True

    def _is_ready(self):
        running = self._running()
        return all(probe.members_seen(m.port, self._spec.name) == len(running) for m in running)

    def _move(self, member):
        """A port can be lost to a process that is none of ours; a member that never ran may move."""
        if not member.port_was_taken() or member.ran:
            raise Failed("member %d ended with code %s: %s" % (
                member.index, member.process.returncode, member.last_words()))
        member.choose_ports()
        self._launch(member)

    def _is_safe(self):
        running = self._running()
        for member in running:
            report = probe.health(member.rest_port)
            if (report is None or report.get("nodeState") != "ACTIVE" or
                    report.get("clusterSafe") is not True or
                    report.get("migrationQueueSize") != 0 or
                    report.get("clusterSize") != len(running)):
                return False
        return bool(running)
