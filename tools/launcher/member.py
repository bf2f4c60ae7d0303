# SPDX-License-Identifier: Apache-2.0
"""One member: a JVM of its own, which cannot outlive us."""

import ctypes
import os
import signal
import subprocess

from launcher import config

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with(parent):
    """Runs in the child before exec: it gets SIGKILL when the launcher's thread that made it ends."""
    def prepare():
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
    return prepare


class Member:
    """A member's place in its cluster: it keeps index, ports and folder through restarts."""

    def __init__(self, index, folder, spec, ports):
        self.index = index
        self.folder = folder
        self.log = os.path.join(folder, "member-%d.log" % index)
        self.process = None
        self.stopped = False
        self.ran = False  # it was ready once: its address is known to others
        self._spec = spec
        self._ports = ports
        self._separate = bool(spec.public)
        self.port = self.join_port = self.rest_port = 0
        self.choose_ports()

    def choose_ports(self):
        """New ports, also when the old ones turned out to be taken by somebody else."""
        for port in {self.port, self.join_port, self.rest_port} - {0}:
            self._ports.give_back(port)
        self.port = self._ports.take()
        self.join_port = self._ports.take() if self._separate else self.port
        self.rest_port = self._ports.take() if self._separate else self.port

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    @property
    def client_address(self):
        """What a client is to be given: the public address where there is one."""
        return self._spec.public_of(self.index) or self.address

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None

    def launch(self, members, jars):
        path = os.path.join(self.folder, "member-%d.xml" % self.index)
        with open(path, "w", encoding="utf-8") as f:
            f.write(config.member_xml(self, members, self._spec))
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                config.command_line(self._spec, jars, path),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                start_new_session=True, preexec_fn=die_with(os.getpid()))
        self.stopped = False

    def signal(self, number):
        if self.runs:
            os.killpg(self.process.pid, number)
            self.stopped = {signal.SIGSTOP: True, signal.SIGCONT: False}.get(number, self.stopped)

    def kill(self):
        """Ends the JVM at once and reaps it."""
        if self.process is not None:
            self.signal(signal.SIGKILL)
            self.process.wait()
        self.stopped = False

    def log_tail(self, lines=60):
        try:
            with open(self.log, encoding="utf-8", errors="replace") as f:
                return f.readlines()[-lines:]
        except OSError:
            return []

    def last_words(self):
        """Why it ended, as far as its log tells."""
        causes = [line for line in self.log_tail() if "Exception" in line and "\tat " not in line]
        return "%s (log: %s)" % (" / ".join(c.strip() for c in causes[-3:])[:1500], self.log)

    def port_was_taken(self):
        """Whether the ended JVM gave up because of its port; only then is another one worth a try."""
        tail = "".join(self.log_tail())
        return "Address already in use" in tail or "ports are already in use" in tail
