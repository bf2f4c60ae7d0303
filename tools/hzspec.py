# SPDX-License-Identifier: Apache-2.0
"""Reads protocol/spec/*.hzp. The notation is explained at the top of protocol/spec/types.hzp.

Every mistake is a SpecError whose text is `file:line: message`.
"""

import os
import re

# Notation -> (bytes in the first frame, C type, kind).
FIXED = {
    "bool": (1, "bool", "BOOL"),
    "i8": (1, "int8_t", "I8"),
    "i32": (4, "int32_t", "I32"),
    "i64": (8, "int64_t", "I64"),
    "f32": (4, "float", "F32"),
    "f64": (8, "double", "F64"),
    "uuid": (17, "hz_uuid", "UUID"),
}
FRAMES = {
    "str": ("hzp_bytes", "BYTES"),
    "data": ("hzp_bytes", "BYTES"),
    "bytes": ("hzp_bytes", "BYTES"),
    "frames": ("hzp_bytes", "FRAMES"),
}
HEADER = {"request": 16, "response": 13, "event": 16}
KEYWORDS = set(
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while bool true false present".split()
)
# Words that Hazelcast writes in capitals inside a name; matters to logs and documents only.
CAPITALS = {"cp": "CP", "mc": "MC", "pn": "PN", "mb": "MB"}


class SpecError(Exception):
    """A mistake in the spec, with the place where it stands."""

    def __init__(self, at, text):
        super().__init__("%s:%d: %s" % (at[0], at[1], text))


def snake(name):
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def camel(name):
    words = name.split("_")
    rest = [CAPITALS.get(w, w[:1].upper() + w[1:]) for w in words[1:]]
    return words[0] + "".join(rest)


def since_number(text, at):
    """2.4 -> 40, 2.0.1 -> 1: small, and in the order of the versions."""
    m = re.fullmatch(r"2\.(\d+)(?:\.(\d))?", text)
    if not m or int(m[1]) > 24:
        raise SpecError(at, "version '%s' is not 2.N or 2.N.M" % text)
    return int(m[1]) * 10 + int(m[2] or 0)


def since_text(n):
    return "2.%d" % (n // 10) + (".%d" % (n % 10) if n % 10 else "")


class Field:
    def __init__(self, name, text, nullable, since, at):
        self.name, self.text, self.nullable, self.since, self.at = name, text, nullable, since, at


class Struct:
    """A message or a custom type: named fields, and how they are laid out on the wire."""

    def __init__(self, name, fields, since, at):
        self.name, self.fields, self.since, self.at = name, fields, since, at
        seen = set()
        for f in fields:
            if f.name in KEYWORDS:
                raise SpecError(at, "'%s' cannot be the name of a field" % f.name)
            if f.name in seen:
                raise SpecError(at, "field '%s' stands twice" % f.name)
            seen.add(f.name)
            # A field is as old as what it is in unless it says otherwise.
            f.since = max(f.since, since)
            if f.nullable and f.text in FIXED:
                raise SpecError(at, "field '%s': a %s cannot be null" % (f.name, f.text))
        self.fixed = [f for f in fields if f.text in FIXED]
        self.var = [f for f in fields if f.text not in FIXED]
        for group in (self.fixed, self.var):
            for a, b in zip(group, group[1:]):
                if b.since < a.since:
                    raise SpecError(at, "field '%s' is older than '%s' before it" % (b.name, a.name))


class Message(Struct):
    def __init__(self, kind, name, number, fields, since, at):
        super().__init__(name, fields, since, at)
        self.kind, self.number = kind, number
        self.flags, self.key, self.title = [], None, ""


class Operation:
    def __init__(self, name, request, response):
        self.name, self.request, self.response, self.events = name, request, response, []


class Service:
    def __init__(self, name, number, at):
        self.name, self.number, self.at, self.operations = name, number, at, []


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
            key = self.type()
            self.take(":", "':'")
            value = self.type()
            self.take(r"\}", "'}'")
            return "{%s:%s}" % (key, value)
        return self.take(r"[A-Za-z][A-Za-z0-9]*", "a type")

    def field_type(self, name):
        text = self.type()
        nullable = self.has("?")
        since = 0
        if self.has("+"):
            since = since_number(self.take(r"[\d.]+", "a version"), self.at)
        return Field(name, text, nullable, since, self.at)

    def fields(self):
        self.take(r"\(", "'('")
        found = []
        while not self.has(")"):
            if found:
                self.take(",", "',' or ')'")
            name = self.take(r"[a-z][a-z0-9_]*", "a field name")
            self.take(":", "':'")
            found.append(self.field_type(name))
        return found

    def attributes(self):
        found = {}
        while self.text.strip():
            name = self.take(r"@[a-z]+", "an attribute")[1:]
            if name in found:
                raise SpecError(self.at, "attribute '@%s' stands twice" % name)
            found[name] = self.take(r"[\w.]+", "a value") if self.has("=") else True
        return found


class Spec:
    def __init__(self):
        self.types, self.services, self.replies = {}, [], []
        self.names = {}

    def claim(self, name, at):
        if name in self.names:
            raise SpecError(at, "'%s' is already defined at %s:%d" % ((name,) + self.names[name]))
        self.names[name] = at

    def read(self, path):
        service = None
        for at, text in statements(path):
            s = Scanner(text, at)
            if s.has("service "):
                name = s.take(r"[A-Z]\w*", "a service name")
                service = Service(name, int(s.take(r"0x[0-9a-f]{2}\b", "0xNN"), 16), at)
                if any(o.number == service.number for o in self.services):
                    raise SpecError(at, "service number 0x%02x is taken" % service.number)
                self.claim("service " + snake(name), at)
                self.services.append(service)
                self.end(s)
            elif s.has("type "):
                self.read_type(s, at)
            elif s.has("reply "):
                self.read_reply(s, at)
            elif s.has("event "):
                self.read_event(s, service, at)
            elif service is None:
                raise SpecError(at, "'service', 'type' or 'reply' expected")
            else:
                self.read_operation(s, service, at)

    def end(self, s):
        if s.text.strip():
            raise SpecError(s.at, "unexpected '%s'" % s.text.strip()[:24])

    def since(self, attributes, at):
        return since_number(attributes.pop("since"), at) if "since" in attributes else 0

    def no_more(self, attributes, at):
        for name in attributes:
            raise SpecError(at, "unknown attribute '@%s'" % name)

    def read_type(self, s, at):
        name = s.take(r"[A-Z]\w*", "a type name")
        fields = s.fields()
        attributes = s.attributes()
        since = self.since(attributes, at)
        self.no_more(attributes, at)
        self.claim("hzp_" + snake(name), at)
        self.types[name] = Struct("hzp_" + snake(name), fields, since, at)

    def read_reply(self, s, at):
        name = s.take(r"[A-Z]\w*", "a name")
        number = int(s.take(r"0x[0-9a-f]{6}\b", "0xNNNNNN"), 16)
        m = Message("response", "hzp_%s_response" % snake(name), number, s.fields(), 0, at)
        m.title, m.flags = name, ["HZP_RESPONSE"]
        self.end(s)
        self.claim(m.name, at)
        self.replies.append(m)

    def read_operation(self, s, service, at):
        number = int(s.take(r"[0-9a-f]{2}\b", "two hexadecimal digits"), 16)
        name = s.take(r"[a-z][a-z0-9_]*", "an operation name")
        fields, result = s.fields(), []
        if s.has("->"):
            result = s.fields() if s.text.lstrip().startswith("(") else [s.field_type("response")]
        attributes = s.attributes()
        since = self.since(attributes, at)
        full = "hzp_%s_%s" % (snake(service.name), name)
        first = service.number << 16 | number << 8
        if any(o.request.number == first for o in service.operations):
            raise SpecError(at, "operation number %02x is taken" % number)
        request = Message("request", full + "_request", first, fields, since, at)
        response = Message("response", full + "_response", first + 1, result, since, at)
        request.title = response.title = "%s.%s" % (service.name, camel(name))
        response.flags = ["HZP_RESPONSE"]
        self.route(request, attributes, at)
        self.no_more(attributes, at)
        for n in (full, request.name, response.name):
            self.claim(n, at)
        service.operations.append(Operation(full, request, response))

    def route(self, request, attributes, at):
        if attributes.pop("retry", False):
            request.flags.append("HZP_RETRYABLE")
        wanted = {"key": "data", "string": "str", "name": "str", "partition": None, "any": None}
        given = [a for a in attributes if a in wanted]
        if len(given) > 1:
            raise SpecError(at, "'@%s' and '@%s' cannot both be" % tuple(given[:2]))
        for a in given:
            value = attributes.pop(a)
            request.flags.append("HZP_BY_" + a.upper())
            if wanted[a] is None:
                continue
            value = "name" if value is True and a == "name" else value
            order = request.fixed + request.var
            at_index = [i for i, f in enumerate(order) if f.name == value and f.text == wanted[a]]
            if not at_index:
                raise SpecError(at, "'@%s' needs a field '%s' of type %s" % (a, value, wanted[a]))
            request.key = at_index[0]

    def read_event(self, s, service, at):
        if service is None or not service.operations:
            raise SpecError(at, "an event stands below its operation")
        owner = service.operations[-1]
        name = s.take(r"[a-z][a-z0-9_]*", "an event name")
        fields = s.fields()
        attributes = s.attributes()
        since = max(self.since(attributes, at), owner.request.since)
        self.no_more(attributes, at)
        number = owner.request.number + 2 + len(owner.events)
        m = Message("event", "%s_%s" % (owner.name, name), number, fields, since, at)
        m.title = "%s/%s" % (owner.request.title, camel("_" + name))
        m.flags = ["HZP_EVENT"]
        self.claim(m.name, at)
        owner.events.append(m)

    def messages(self):
        found = list(self.replies)
        for s in self.services:
            for o in s.operations:
                found += [o.request, o.response] + o.events
        return sorted(found, key=lambda m: m.number)


def statements(path):
    """Joins what belongs together: an indented line goes on with the one before, unless an event."""
    found = []
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            text = line.split("#", 1)[0].rstrip()
            if not text:
                continue
            if text[0] in " \t" and not text.lstrip().startswith("event "):
                if not found:
                    raise SpecError((path, number), "nothing to go on with")
                found[-1][1] += " " + text.strip()
            else:
                found.append([(path, number), text.strip()])
    return found


def spec_files(paths):
    """The .hzp files among files and folders, in an order that does not depend on the caller's."""
    found = []
    for p in paths:
        if os.path.isdir(p):
            found += [os.path.join(p, f) for f in os.listdir(p) if f.endswith(".hzp")]
        else:
            found.append(p)
    return sorted(found, key=os.path.basename)


def read_spec(paths):
    """Files and folders -> Spec, services in the order of their numbers."""
    spec = Spec()
    for p in spec_files(paths):
        spec.read(p)
    spec.services.sort(key=lambda s: s.number)
    for s in spec.services:
        s.operations.sort(key=lambda o: o.request.number)
    return spec
