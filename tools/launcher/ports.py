# SPDX-License-Identifier: Apache-2.0
"""Free ports, reserved among all launchers of this machine."""

import random
import socket


def _upper_end():
    """Where the kernel begins to give out ports for outgoing connections.

    Ours lie below: otherwise a client's connection could take the port of a killed member, and
    that member could never be restarted on it.
    """
    try:
        with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as f:
            first = int(f.read().split()[0])
    except (OSError, ValueError):
        first = 32768
    return first if first > 16384 else 32768


class Ports:
    """The ports of one cluster.

    A port counts as ours while we hold the abstract socket of its name; the kernel gives that up
    when this process ends, however it ends.
    """

    def __init__(self):
        self._claims = {}

    def take(self):
        for _ in range(500):
            port = random.randrange(12000, _upper_end())
            claim = self._claim(port)
            if claim is None:
                continue
            if self._is_free(port):
                self._claims[port] = claim
                return port
            claim.close()
        raise OSError("no free port on 127.0.0.1")

    def give_back(self, port):
        claim = self._claims.pop(port, None)
        if claim is not None:
            claim.close()

    @staticmethod
    def _claim(port):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            claim.bind("\0hazelcast-member-port-%d" % port)
        except OSError:
            claim.close()
            return None
        return claim

    @staticmethod
    def _is_free(port):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
        return True
