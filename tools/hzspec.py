# SPDX-License-Identifier: Apache-2.0
"""Reads protocol/spec/*.hzp. The notation is explained at the top of protocol/spec/types.hzp.

Every mistake is a SpecError whose text is `file:line: message`.
"""

import os
import re
from types import SimpleNamespace

# Notation -> (bytes in the first frame, C type, kind).
FIXED = {
    "bool": (1, "bool", "BOOL"), "i8": (1, "int8_t", "I8"), "i32": (4, "int32_t", "I32"),
    "i64": (8, "int64_t", "I64"), "f32": (4, "float", "F32"), "f64": (8, "double", "F64"),
    "uuid": (17, "hz_uuid", "UUID"),
}
# The same for what has a frame, or several, of its own.
FRAMES = {name: (0, "hzp_bytes", "BYTES") for name in ("str", "data", "bytes")}
FRAMES["frames"] = (0, "hzp_bytes", "FRAMES")
HEADER = {"request": 16, "response": 13, "event": 16}
KEYWORDS = set(
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while bool true false present".split())
# Words that Hazelcast writes in capitals inside a name; matters to logs and documents only.
CAPITALS = {"cp": "CP", "mc": "MC", "pn": "PN", "mb": "MB"}
# What names the partition of a request -> the type of the field that it needs.
ROUTES = {"key": "data", "string": "str", "name": "str", "partition": None, "any": None}


class SpecError(Exception):
    """A mistake in the spec, with the place where it stands."""

    def __init__(self, at, text):
        super().__init__("%s:%d: %s" % (at[0], at[1], text))


def snake(name):
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def camel(name):
    words = name.split("_")
    return words[0] + "".join(CAPITALS.get(w, w[:1].upper() + w[1:]) for w in words[1:])


def since_number(text, at):
    """2.4 -> 40, 2.0.1 -> 1: small, and in the order of the versions."""
    m = re.fullmatch(r"2\.(\d+)(?:\.(\d))?", text)
    if not m or int(m[1]) > 24:
        raise SpecError(at, "version '%s' is not 2.N or 2.N.M" % text)
    return int(m[1]) * 10 + int(m[2] or 0)


def since_text(n):
    return "2.%d" % (n // 10) + (".%d" % (n % 10) if n % 10 else "")


class Struct:
    """A custom type or a message: named fields, and how they are laid out on the wire."""

    def __init__(self, name, fields, since, at):
        self.name, self.fields, self.since, self.at = name, fields, since, at
        for i, f in enumerate(fields):
            if f.name in KEYWORDS:
                raise SpecError(at, "'%s' cannot be the name of a field" % f.name)
            if f.name in [g.name for g in fields[:i]]:
                raise SpecError(at, "field '%s' stands twice" % f.name)
            # A field is as old as what it is in unless it says otherwise.
            f.since = max(f.since, since)
            if f.nullable and f.text in FIXED:
                raise SpecError(at, "field '%s': a %s cannot be null" % (f.name, f.text))
        self.fixed = [f for f in fields if f.text in FIXED]
        self.size = sum(FIXED[f.text][0] for f in self.fixed)
        self.var = [f for f in fields if f.text not in FIXED]
        for a, b in [*zip(self.fixed, self.fixed[1:]), *zip(self.var, self.var[1:])]:
            if b.since < a.since:
                raise SpecError(at, "field '%s' is older than '%s' before it" % (b.name, a.name))


class Message(Struct):
    def __init__(self, kind, name, title, number, fields, since, at):
        super().__init__(name, fields, since, at)
        self.kind, self.title, self.number, self.key = kind, title, number, None
        self.flags = [] if kind == "request" else ["HZP_" + kind.upper()]


class Scanner:
    """Reads one statement, word by word."""

    def __init__(self, text, at):
        self.text, self.at = text, at

    def take(self, pattern, what):
        m = re.match(r"\s*(" + pattern + r")", self.text)
        if not m:
            raise SpecError(self.at, "%s expected at '%s'" % (what, self.text.strip()[:24]))
        self.text = self.text[m.end():]
        return m[1]

    def number(self, digits):
        return int(self.take(r"0x[0-9a-f]{%d}\b" % digits, "0x" + "N" * digits), 16)

    def has(self, token):
        if not self.text.lstrip().startswith(token):
            return False
        self.text = self.text.lstrip()[len(token):]
        return True

    def type(self):
        """The notation of a type without what may follow it; checked later, when all are known."""
        if self.has("["):
            inner = self.type() + ("?" if self.has("?") else "")
            self.take(r"\]", "']'")
            return "[%s]" % inner
        if self.has("{"):
            key, _, value = self.type(), self.take(":", "':'"), self.type()
            self.take(r"\}", "'}'")
            return "{%s:%s}" % (key, value)
        return self.take(r"[A-Za-z][A-Za-z0-9]*", "a type")

    def field(self, name):
        text, nullable = self.type(), self.has("?")
        since = since_number(self.take(r"[\d.]+", "a version"), self.at) if self.has("+") else 0
        return SimpleNamespace(name=name, text=text, nullable=nullable, since=since)

    def fields(self):
        self.take(r"\(", "'('")
        found = []
        while not self.has(")"):
            if found:
                self.take(",", "',' or ')'")
            name, _ = self.take(r"[a-z][a-z0-9_]*", "a field name"), self.take(":", "':'")
            found.append(self.field(name))
        return found

    def attributes(self, *known):
        """What the statement ends with: name -> value, "" without one. The version comes apart."""
        found = {}
        while self.text.strip():
            name = self.take(r"@[a-z]+", "an attribute")[1:]
            if name in found:
                raise SpecError(self.at, "attribute '@%s' stands twice" % name)
            if name not in known:
                raise SpecError(self.at, "unknown attribute '@%s'" % name)
            found[name] = self.take(r"[\w.]+", "a value") if self.has("=") else ""
        since = found.pop("since", None)
        return found, 0 if since is None else since_number(since, self.at)


class Spec:
    def __init__(self):
        self.types, self.services, self.replies, self.names = {}, [], [], {}
        self.service = None  # the one being read

    def claim(self, name, at):
        if name in self.names:
            raise SpecError(at, "'%s' is already defined at %s:%d" % ((name,) + self.names[name]))
        self.names[name] = at

    def read(self, path):
        self.service = None
        for at, text in statements(path):
            s = Scanner(text, at)
            words = [w for w in ("service", "type", "reply", "event") if s.has(w + " ")]
            getattr(self, "read_" + (words[0] if words else "operation"))(s)

    def read_service(self, s):
        name, number = s.take(r"[A-Z]\w*", "a service name"), s.number(2)
        service = SimpleNamespace(name=name, number=number, operations=[])
        if any(o.number == service.number for o in self.services):
            raise SpecError(s.at, "service number 0x%02x is taken" % service.number)
        s.attributes()
        self.claim("service " + snake(service.name), s.at)
        self.services.append(service)
        self.service = service

    def read_type(self, s):
        name, fields = s.take(r"[A-Z]\w*", "a type name"), s.fields()
        since = s.attributes("since")[1]
        self.types[name] = Struct("hzp_" + snake(name), fields, since, s.at)
        self.claim(self.types[name].name, s.at)

    def read_reply(self, s):
        name, number = s.take(r"[A-Z]\w*", "a name"), s.number(6)
        m = Message("response", "hzp_%s_response" % snake(name), name, number, s.fields(), 0, s.at)
        s.attributes()
        self.claim(m.name, s.at)
        self.replies.append(m)

    def read_operation(self, s):
        service = self.service
        if service is None:
            raise SpecError(s.at, "'service', 'type' or 'reply' expected")
        number = int(s.take(r"[0-9a-f]{2}\b", "two hexadecimal digits"), 16)
        name = s.take(r"[a-z][a-z0-9_]*", "an operation name")
        fields, result = s.fields(), []
        if s.has("->"):
            result = s.fields() if s.text.lstrip().startswith("(") else [s.field("response")]
        attributes, since = s.attributes("since", "retry", *ROUTES)
        full = "hzp_%s_%s" % (snake(service.name), name)
        title = "%s.%s" % (service.name, camel(name))
        first = service.number << 16 | number << 8
        if any(o.request.number == first for o in service.operations):
            raise SpecError(s.at, "operation number %02x is taken" % number)
        request = Message("request", full + "_request", title, first, fields, since, s.at)
        response = Message("response", full + "_response", title, first + 1, result, since, s.at)
        route(request, attributes)
        for n in (full, request.name, response.name):
            self.claim(n, s.at)
        service.operations.append(
            SimpleNamespace(name=full, request=request, response=response, events=[]))

    def read_event(self, s):
        if self.service is None or not self.service.operations:
            raise SpecError(s.at, "an event stands below its operation")
        owner = self.service.operations[-1]
        name, fields = s.take(r"[a-z][a-z0-9_]*", "an event name"), s.fields()
        since = max(s.attributes("since")[1], owner.request.since)
        title = "%s/%s" % (owner.request.title, camel("_" + name))
        number = owner.request.number + 2 + len(owner.events)
        m = Message("event", "%s_%s" % (owner.name, name), title, number, fields, since, s.at)
        self.claim(m.name, s.at)
        owner.events.append(m)

    def messages(self):
        operations = [o for s in self.services for o in s.operations]
        found = [m for o in operations for m in [o.request, o.response] + o.events]
        return sorted(found + self.replies, key=lambda m: m.number)


def route(request, attributes):
    """How a request finds its partition, and whether it may be sent again."""
    request.flags += ["HZP_RETRYABLE"] if "retry" in attributes else []
    given = [a for a in attributes if a in ROUTES]
    if len(given) > 1:
        raise SpecError(request.at, "'@%s' and '@%s' cannot both be" % tuple(given[:2]))
    for a in given:
        request.flags.append("HZP_BY_" + a.upper())
        name, text = attributes[a] or a, ROUTES[a]
        fields = [(f.name, f.text) for f in request.fixed + request.var]
        if text and (name, text) not in fields:
            raise SpecError(request.at, "'@%s' needs a field '%s' of type %s" % (a, name, text))
        request.key = fields.index((name, text)) if text else None


def statements(path):
    """Joins what belongs together: an indented line, unless an event, goes on with that before."""
    found = []
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            text = line.split("#", 1)[0].rstrip()
            if text and (text[0] not in " \t" or text.lstrip().startswith("event ")):
                found.append([(path, number), text.strip()])
            elif text and found:
                found[-1][1] += " " + text.strip()
            elif text:
                raise SpecError((path, number), "nothing to go on with")
    return found


def read_spec(paths):
    """Files, and folders of .hzp files -> Spec, the same whatever the order of either."""
    files, spec = [], Spec()
    for p in paths:
        names = os.listdir(p) if os.path.isdir(p) else []
        files += [os.path.join(p, f) for f in names if f.endswith(".hzp")] or [p]
    for p in sorted(files, key=os.path.basename):
        spec.read(p)
    spec.services.sort(key=lambda s: s.number)
    for s in spec.services:
        s.operations.sort(key=lambda o: o.request.number)
    return spec
