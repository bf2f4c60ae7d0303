# SPDX-License-Identifier: Apache-2.0
"""What a cluster is asked to be, and the configuration file of each of its members."""

import os
from xml.sax.saxutils import escape

DEFAULTS = {
    "version": "5.7.0",
    "name": "dev",
    "heap": "256m",
    "backup": None,  # synchronous backups of maps and queues; None: the member's own default
    "cp": 0,  # CP members; 0: unsafe mode where the version has CP at all
    "missing": 14400,  # seconds after which a CP member that is missing is none any more
    "jet": 0,  # 1: the Jet engine, which SQL needs
    "jvm": "",  # further options of the JVM
    "public": "",  # HOST:PORT,... what the members tell clients, for proxies and TLS terminators
    "xml": "",  # a file with further elements of <hazelcast>
}
NUMBERS = ("backup", "cp", "jet", "missing")

# One member must answer quickly, be small, and not phone home; SIGTERM means: leave in order.
PROPERTIES = {
    "hazelcast.phone.home.enabled": "false",
    "hazelcast.logging.type": "jdk",
    "hazelcast.socket.bind.any": "false",
    "hazelcast.shutdownhook.enabled": "true",
    "hazelcast.shutdownhook.policy": "GRACEFUL",
}

# Server-side classes of the tests artefact that client tests use.
TEST_CLASSES = """
<serialization>
  <data-serializable-factories>
    <data-serializable-factory factory-id="66">com.hazelcast.client.test.IdentifiedFactory</data-serializable-factory>
    <data-serializable-factory factory-id="666">com.hazelcast.client.test.IdentifiedDataSerializableFactory</data-serializable-factory>
  </data-serializable-factories>
  <portable-factories>
    <portable-factory factory-id="666">com.hazelcast.client.test.PortableFactory</portable-factory>
  </portable-factories>
</serialization>
<map name="store*">{backup}
  <map-store enabled="true" initial-mode="LAZY">
    <class-name>com.hazelcast.client.test.SampleMapStore</class-name>
    <write-delay-seconds>0</write-delay-seconds>
  </map-store>
</map>
<map name="counted*">{backup}<per-entry-stats-enabled>true</per-entry-stats-enabled></map>
<queue name="bounded*"><max-size>4</max-size>{backup}</queue>
<set name="bounded*">{backup}<max-size>4</max-size></set>
<list name="bounded*">{backup}<max-size>4</max-size></list>
<multimap name="repeats*">{backup}<value-collection-type>LIST</value-collection-type></multimap>
<ringbuffer name="small*"><capacity>10</capacity>{backup}</ringbuffer>
<ringbuffer name="bounded*">
  <capacity>4</capacity>{backup}<time-to-live-seconds>3600</time-to-live-seconds>
</ringbuffer>
<ringbuffer name="brief*">
  <capacity>4</capacity>{backup}<time-to-live-seconds>1</time-to-live-seconds>
</ringbuffer>
"""

CP = """
<cp-subsystem>
  {raft}
  <semaphores>
    <semaphore><name>sessionless*</name><jdk-compatible>true</jdk-compatible></semaphore>
    <semaphore><name>sessionaware*</name><jdk-compatible>false</jdk-compatible></semaphore>
  </semaphores>
  <locks>
    <fenced-lock><name>twice*</name><lock-acquire-limit>2</lock-acquire-limit></fenced-lock>
  </locks>
</cp-subsystem>
"""

RAFT = """
  <cp-member-count>{n}</cp-member-count>
  <group-size>{n}</group-size>
  <session-time-to-live-seconds>10</session-time-to-live-seconds>
  <session-heartbeat-interval-seconds>2</session-heartbeat-interval-seconds>
  <missing-cp-member-auto-removal-seconds>{missing}</missing-cp-member-auto-removal-seconds>
"""

# The last version whose open-source members have a CP subsystem.
CP_VERSION = "5.4."

REST = '<endpoint-group name="HEALTH_CHECK" enabled="true"/>'


class Spec:
    """The options of a `start` command: KEY=VALUE words, `prop.NAME=VALUE` for member properties."""

    def __init__(self, words=()):
        self.properties = dict(PROPERTIES)
        for key, value in DEFAULTS.items():
            setattr(self, key, value)
        for word in words:
            key, equals, value = word.partition("=")
            if not equals:
                raise ValueError("expected KEY=VALUE, got '%s'" % word)
            self._set(key, value)

    def _set(self, key, value):
        if key.startswith("prop."):
            self.properties[key[len("prop."):]] = value
        elif key in NUMBERS:
            setattr(self, key, int(value))
        elif key in DEFAULTS:
            setattr(self, key, value)
        else:
            raise ValueError("unknown option '%s'; known: %s, prop.NAME" %
                             (key, ", ".join(sorted(DEFAULTS))))

    def public_of(self, index):
        addresses = [a for a in self.public.split(",") if a]
        return addresses[index] if index < len(addresses) else None


def _join(members):
    addresses = "".join("<member>127.0.0.1:%d</member>" % m.join_port for m in members)
    return ('<join><auto-detection enabled="false"/><multicast enabled="false"/>'
            '<tcp-ip enabled="true">%s</tcp-ip></join>' % addresses)


def _endpoint(kind, port, more=""):
    groups = "<endpoint-groups>%s</endpoint-groups>" % REST if kind == "rest" else ""
    return ('<{0}-server-socket-endpoint-config><port auto-increment="false">{1}</port>{2}'
            '<interfaces enabled="true"><interface>127.0.0.1</interface></interfaces>{3}'
            '</{0}-server-socket-endpoint-config>').format(kind, port, more, groups)


def _network(member, members, spec):
    public = spec.public_of(member.index)
    if public is None and not spec.public:
        return ('<network><port auto-increment="false">%d</port>%s'
                '<interfaces enabled="true"><interface>127.0.0.1</interface></interfaces>'
                '<rest-api enabled="true">%s</rest-api></network>' %
                (member.port, _join(members), REST))
    # Members go on talking to each other directly; only clients are told the other address.
    told = "<public-address>%s</public-address>" % escape(public) if public else ""
    return ('<advanced-network enabled="true">%s%s%s%s</advanced-network>' % (
        _join(members), _endpoint("member", member.join_port),
        _endpoint("client", member.port, told), _endpoint("rest", member.rest_port)))


def member_xml(member, members, spec):
    """The whole configuration of one member."""
    backup = "" if spec.backup is None else "<backup-count>%d</backup-count>" % spec.backup
    parts = ['<hazelcast xmlns="http://www.hazelcast.com/schema/config">',
             "<cluster-name>%s</cluster-name>" % escape(spec.name), "<properties>"]
    parts += ['<property name="%s">%s</property>' % (escape(k), escape(v))
              for k, v in spec.properties.items()]
    parts += ["</properties>", _network(member, members, spec), TEST_CLASSES.format(backup=backup)]
    if backup:
        parts.append('<map name="default">%s</map><queue name="default">%s</queue>' %
                     (backup, backup))
    if spec.jet:
        parts.append('<jet enabled="true"/>')
    if spec.cp or spec.version.startswith(CP_VERSION):
        raft = RAFT.format(n=spec.cp, missing=spec.missing) if spec.cp else ""
        parts.append(CP.format(raft=raft))
    if spec.xml:
        with open(spec.xml, encoding="utf-8") as f:
            parts.append(f.read())
    parts.append("</hazelcast>\n")
    return "\n".join(parts)


MODULE_FLAGS = [
    "--add-modules", "java.se",
    "--add-exports", "java.base/jdk.internal.ref=ALL-UNNAMED",
    "--add-opens", "java.base/java.lang=ALL-UNNAMED",
    "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens", "java.management/sun.management=ALL-UNNAMED",
    "--add-opens", "jdk.management/com.sun.management.internal=ALL-UNNAMED",
]


def command_line(spec, jars, config):
    """The argument vector of one member's JVM."""
    # The serial collector is the small one; whoever asks for a large heap chooses its own.
    collector = [] if "GC" in spec.jvm else ["-XX:+UseSerialGC"]
    return (["java", "-Xms64m", "-Xmx" + spec.heap] + collector + spec.jvm.split() + MODULE_FLAGS +
            ["-Dhazelcast.config=" + config, "-cp", ":".join(jars),
             "com.hazelcast.core.server.HazelcastMemberStarter"])


def find_jars(root, version):
    """The class path of a version, or an error that says how to get it."""
    folder = os.path.join(root, "build", "members", version)
    jars = sorted(os.path.join(folder, n) for n in os.listdir(folder)
                  if n.endswith(".jar")) if os.path.isdir(folder) else []
    if not any(os.path.basename(j) == "hazelcast-%s.jar" % version for j in jars):
        raise FileNotFoundError("no members of version %s under %s: run ./dev setup" %
                                (version, os.path.dirname(folder)))
    return jars
