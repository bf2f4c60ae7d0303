# SPDX-License-Identifier: Apache-2.0
"""Questions to a running member: over the client protocol, and over its health end point."""

import http.client
import json
import socket
import struct
import uuid

NULL, BEGIN, END, FINAL = 0x0400, 0x1000, 0x0800, 0x2000
AUTHENTICATION, CREATE_CP_GROUP = 0x000100, 0x1E0100


def _frame(flags, content=b""):
    return struct.pack("<iH", len(content) + 6, flags) + content


def _request(kind, fixed=b""):
    return struct.pack("<iqi", kind, 1, -1) + fixed


def _authentication(cluster):
    me = uuid.uuid4().int
    fixed = struct.pack("<BQQB", 0, me >> 64, me & (2 ** 64 - 1), 1)
    texts = [b"PRB", b"1", b"probe"]
    frames = [_frame(0xC000, _request(AUTHENTICATION, fixed)), _frame(0, cluster.encode()),
              _frame(NULL), _frame(NULL)]
    frames += [_frame(0, t) for t in texts] + [_frame(BEGIN), _frame(END | FINAL)]
    return b"CP2" + b"".join(frames)


class Connection:
    """One connection of a client; every failure is an OSError or a ValueError."""

    def __init__(self, port, timeout):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def _read(self, size):
        data = b""
        while len(data) < size:
            piece = self._socket.recv(size - len(data))
            if not piece:
                raise OSError("connection closed by the member")
            data += piece
        return data

    def ask(self, message):
        """Sends a message and returns the answer's frames as (flags, content)."""
        self._socket.sendall(message)
        frames = []
        while not frames or not frames[-1][0] & FINAL:
            length, flags = struct.unpack("<iH", self._read(6))
            if not 6 <= length <= 1 << 24:
                raise ValueError("frame of %d bytes" % length)
            frames.append((flags, self._read(length - 6)))
        return frames

    def authenticate(self, cluster):
        """Returns how many members the answering member sees; 0 when it does not accept us yet."""
        frames = self.ask(_authentication(cluster))
        kind, status = struct.unpack_from("<i8xx", frames[0][1])[0], frames[0][1][13:14]
        if kind != AUTHENTICATION + 1 or status != b"\0":
            return 0
        return _count_members(frames[1:])


def _skip(frames, at):
    """The index after one parameter: a single frame, or a structure with all that is in it."""
    depth = 0
    while True:
        flags = frames[at][0]
        depth += bool(flags & BEGIN) - bool(flags & END)
        at += 1
        if depth == 0:
            return at


def _count_members(frames):
    at = 0
    for _ in ("address", "version", "tpcPorts", "tpcToken"):
        at = _skip(frames, at)
    end = _skip(frames, at) - 1
    at, count = at + 1, 0
    while at < end:
        at = _skip(frames, at)
        count += 1
    return count


def members_seen(port, cluster, timeout=2.0):
    """The size of the cluster as a member tells a client, 0 if it does not answer as it should."""
    try:
        with Connection(port, timeout) as connection:
            return connection.authenticate(cluster)
    except (OSError, ValueError, IndexError, struct.error):
        return 0


def cp_is_ready(port, cluster, timeout=5.0):
    """Whether a CP group can be made: it is answered only when CP is."""
    try:
        with Connection(port, timeout) as connection:
            if connection.authenticate(cluster) == 0:
                return False
            request = _frame(0xC000, _request(CREATE_CP_GROUP)) + _frame(FINAL, b"launcher@ready")
            frames = connection.ask(request)
            return struct.unpack_from("<i", frames[0][1])[0] == CREATE_CP_GROUP + 1
    except (OSError, ValueError, IndexError, struct.error):
        return False


def health(port, timeout=1.5):
    """The member's own report as a dictionary, or None if it has none to give now.

    The limit is short because a member that has just lost another one waits for that one's answer
    much longer than it takes to ask again.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/hazelcast/health")
        answer = connection.getresponse()
        return json.loads(answer.read()) if answer.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
