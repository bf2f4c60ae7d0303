// SPDX-License-Identifier: Apache-2.0
//
// The keys of the configuration, one row each. Parsing, checking, showing and docs/configuration.md
// (tools/hzconf.py reads this very text) come from here: a new setting is a field in config.h and a
// row here. Rows are only appended to their section; a section starts with a comment line of one
// heading.
//
// X(key, alias of, kind, field, min, max, default, choices, since, sentence)
//
// min and max: numbers of a number, bytes of a string, items of a list; empty for a choice. The
// value of a choice is the place of its name. Settings that no other Hazelcast client has are
// properties below hazelcast.client.c: other clients skip properties that they do not know, so one
// file can serve all of them.
#ifndef HZI_CORE_CONFIG_ROWS_H
#define HZI_CORE_CONFIG_ROWS_H

// clang-format off
#define HZI_CONFIG_ROWS(X) \
  /* Client */ \
  X("cluster-name", "", STRING, cluster_name, 1, 255, "dev", "", "0.1", \
    "Name of the cluster to connect to; a cluster with another name refuses the client.") \
  X("instance-name", "", STRING, instance_name, 0, 255, "", "", "0.1", \
    "Name of this client as the cluster shows it; empty: one is made up, hz.client_1 and so on.") \
  X("client-labels", "", LIST, labels, 0, 64, "", "", "0.1", \
    "Labels that the cluster shows with this client.") \
  X("backup-ack-to-client-enabled", "", BOOL, backup_ack, , , "true", "false|true", "0.1", \
    "Backups acknowledge directly to the client, which saves a hop; without effect for" \
    " SINGLE_MEMBER.") \
  X("backup-ack-to-client", "backup-ack-to-client-enabled", BOOL, backup_ack, , , "true", \
    "false|true", "0.1", "Older name.") \
  X("cp-direct-to-leader-routing", "", BOOL, cp_direct_to_leader, , , "false", "false|true", \
    "0.1", "Send calls of CP structures straight to the leader of their group, where members tell" \
    " who that is (Enterprise edition, from 5.5 on); without effect for SINGLE_MEMBER.") \
  /* Network */ \
  X("network.cluster-members", "", ADDRESSES, members, 1, 1024, "127.0.0.1", "", "0.1", \
    "Where to look for the first member: host, host:port, IPv6 or [IPv6]:port; without a port," \
    " 5701, 5702 and 5703 are tried.") \
  X("network.cluster-routing.mode", "", CHOICE, routing, , , "ALL_MEMBERS", \
    "ALL_MEMBERS|SINGLE_MEMBER", "0.1", \
    "Connect to every member and send each call to the one that owns the key, or to one member" \
    " that passes calls on.") \
  X("network.smart-routing", "network.cluster-routing.mode", BOOL, routing, , , "true", \
    "true|false", "0.1", "Older form: true is ALL_MEMBERS, false is SINGLE_MEMBER.") \
  X("network.redo-operation", "", BOOL, redo_operation, , , "false", "false|true", "0.1", \
    "Send a call again after its connection broke even if it may have been applied already.") \
  X("network.connection-timeout", "", MILLIS, connection_timeout_ms, 1, 31536000000, "5000", "", \
    "0.1", "Longest time for one connection to be made, authentication included.") \
  X("network.socket-options.tcp-no-delay", "", BOOL, tcp_no_delay, , , "true", "false|true", \
    "0.1", "TCP_NODELAY: small writes leave at once.") \
  X("network.socket-options.keep-alive", "", BOOL, keep_alive, , , "true", "false|true", "0.1", \
    "SO_KEEPALIVE: the system probes silent connections.") \
  X("network.socket-options.reuse-address", "", BOOL, reuse_address, , , "true", "false|true", \
    "0.1", "SO_REUSEADDR on the client's sockets.") \
  X("network.socket-options.linger-seconds", "", INTEGER, linger_seconds, -1, 3600, "3", "", \
    "0.1", "SO_LINGER in seconds; -1 leaves it to the system.") \
  X("network.socket-options.buffer-size", "", INTEGER, buffer_kb, 1, 65536, "128", "", "0.1", \
    "SO_SNDBUF and SO_RCVBUF in KiB.") \
  X("network.ssl.enabled", "", BOOL, tls.enabled, , , "false", "false|true", "0.1", \
    "TLS to all members.") \
  X("network.ssl.properties.trustCertCollectionFile", "", PEM, tls.trust, 0, 1048576, "", "", \
    "0.1", \
    "Whose signature a member's certificate must have: a file in PEM, or the PEM text itself;" \
    " system: the authorities of this machine. Must be set for TLS.") \
  X("network.ssl.properties.keyCertChainFile", "", PEM, tls.chain, 0, 1048576, "", "", "0.1", \
    "The client's own certificate, and what signed it, for members that ask: a file in PEM, or the" \
    " PEM text itself.") \
  X("network.ssl.properties.keyFile", "", SECRET, tls.key, 0, 1048576, "", "", "0.1", \
    "The private key of that certificate: a file in PEM, or the PEM text itself.") \
  X("network.ssl.properties.keyPassword", "", SECRET, tls.key_password, 0, 1023, "", "", "0.1", \
    "The password of the private key; empty: it has none.") \
  X("network.ssl.properties.protocol", "", CHOICE, tls.protocol, , , "TLSv1.2", \
    "TLSv1.2|TLSv1.3|TLS", "0.1", \
    "The oldest version of TLS that will do; TLS is another word for TLSv1.2.") \
  X("network.ssl.properties.ciphersuites", "", STRING, tls.ciphers, 0, 2047, "", "", "0.1", \
    "The only ciphers that will do, apart by commas, by their standard names or OpenSSL's; empty:" \
    " all with forward secrecy and authenticated encryption.") \
  X("network.ssl.properties.serverName", "", STRING, tls.server_name, 0, 255, "", "", "0.1", \
    "The name that every member's certificate has, when it is not the one that is dialled.") \
  X("network.ssl.properties.validateIdentity", "", BOOL, tls.validate_identity, , , "true", \
    "false|true", "0.1", \
    "Whether the certificate must be for the name or address that is dialled. Without it any" \
    " certificate of the authority will do.") \
  X("network.ssl.properties.insecureAcceptAnyCertificate", "", BOOL, tls.any_certificate, , , \
    "false", "false|true", "0.1", \
    "Talk to whoever answers: encryption without any protection against an impostor.") \
  X("properties.hazelcast.client.shuffle.member.list", "", BOOL, shuffle_members, , , "true", \
    "false|true", "0.1", \
    "Try the members in random order, so that many clients do not all start with the same one.") \
  X("properties.hazelcast.discovery.public.ip.enabled", "", BOOL, use_public_ip, , , "false", \
    "false|true", "0.1", \
    "Connect to the public addresses that members announce instead of their private ones.") \
  /* Security */ \
  X("security.username-password.username", "", STRING, username, 0, 1023, "", "", "0.1", \
    "Name that the client authenticates with; empty: none is sent.") \
  X("security.username-password.password", "", SECRET, password, 0, 1023, "", "", "0.1", \
    "Password that goes with the name.") \
  X("security.token.token", "", SECRET, token, 0, 3500, "", "", "0.1", \
    "Token that the client authenticates with, in place of a name and a password.") \
  X("security.token.encoding", "", CHOICE, token_encoding, , , "ASCII", "ASCII|BASE64", "0.1", \
    "How the token stands in the configuration: as it is, or in base64.") \
  /* Connection strategy */ \
  X("connection-strategy.async-start", "", BOOL, async_start, , , "false", "false|true", "0.1", \
    "Return from the client's creation before a connection stands.") \
  X("connection-strategy.reconnect-mode", "", CHOICE, reconnect_mode, , , "ON", "ON|OFF|ASYNC", \
    "0.1", \
    "After the last connection is lost: ON reconnects while calls wait, OFF closes the client," \
    " ASYNC reconnects while calls fail at once.") \
  X("connection-strategy.connection-retry.initial-backoff-millis", "", MILLIS, \
    initial_backoff_ms, 1, 31536000000, "1000", "", "0.1", \
    "Pause after the first failed round of connection attempts.") \
  X("connection-strategy.connection-retry.max-backoff-millis", "", MILLIS, max_backoff_ms, 1, \
    31536000000, "30000", "", "0.1", "Longest pause between two rounds.") \
  X("connection-strategy.connection-retry.multiplier", "", NUMBER, backoff_multiplier, 1, 100, \
    "1.05", "", "0.1", "By how much each pause is longer than the one before it.") \
  X("connection-strategy.connection-retry.jitter", "", NUMBER, backoff_jitter, 0, 1, "0", "", \
    "0.1", "Share of a pause by which it varies at random, so that clients do not act in step.") \
  X("connection-strategy.connection-retry.cluster-connect-timeout-millis", "", MILLIS, \
    cluster_connect_timeout_ms, -1, 31536000000, "-1", "", "0.1", \
    "How long to go on trying to reach the cluster before giving up; -1: for ever, 0: one round.") \
  /* Calls */ \
  X("load-balancer.type", "", CHOICE, load_balancer, , , "round-robin", "round-robin|random", \
    "0.1", "How a member is chosen for calls that any member can answer.") \
  X("properties.hazelcast.client.invocation.timeout.seconds", "", SECONDS, \
    invocation_timeout_ms, 1, 31536000, "120", "", "0.1", \
    "Deadline of a call that has none of its own, and how long a failing call is tried again.") \
  X("properties.hazelcast.client.invocation.retry.pause.millis", "", MILLIS, \
    invocation_retry_pause_ms, 1, 31536000000, "1000", "", "0.1", \
    "Longest pause before a call is tried again.") \
  X("properties.hazelcast.client.operation.backup.timeout.millis", "", MILLIS, \
    backup_timeout_ms, 1, 31536000000, "5000", "", "0.1", \
    "How long an answered call waits for the acknowledgements of backups.") \
  X("properties.hazelcast.client.operation.fail.on.indeterminate.state", "", BOOL, \
    fail_on_indeterminate, , , "false", "false|true", "0.1", \
    "Whether a call whose backups did not acknowledge in time fails, in doubt, or succeeds.") \
  X("properties.hazelcast.client.max.concurrent.invocations", "", INTEGER, \
    max_concurrent_invocations, 1, 4000000, "65536", "", "0.1", \
    "Calls in flight at once; above it blocking calls wait and asynchronous ones fail with" \
    " OVERLOAD.") \
  X("properties.hazelcast.client.c.max.parked.invocations", "", INTEGER, \
    max_parked_invocations, 1, 4000000, "1000000", "", "0.1", \
    "Calls at once that wait in a member, such as a take on an empty queue; they are counted" \
    " apart.") \
  /* Heartbeat */ \
  X("properties.hazelcast.client.heartbeat.interval", "", MILLIS, heartbeat_interval_ms, 1, \
    31536000000, "5000", "", "0.1", \
    "A ping is sent on a connection that was silent for so long.") \
  X("properties.hazelcast.client.heartbeat.timeout", "", MILLIS, heartbeat_timeout_ms, 1, \
    31536000000, "60000", "", "0.1", \
    "A connection on which nothing arrived for so long is closed; must be longer than the" \
    " interval.") \
  /* Concurrency utilities */ \
  X("concurrency.backend", "", CHOICE, concurrency_backend, , , "cp", "cp|map", "0.1", \
    "What stands behind locks, semaphores, atomics, latches and id generators: the members' CP" \
    " subsystem, or maps, which every member has. docs/concurrency.md says what each promises.") \
  X("concurrency.map.semaphore-owners", "", BOOL, semaphore_owners, , , "true", "false|true", \
    "0.1", \
    "Whether permits of a semaphore of the map backend that this client makes belong to the" \
    " client that acquired them, or to nobody.") \
  X("concurrency.map.lease-millis", "", MILLIS, concurrency_lease_ms, 2000, 3600000, "15000", \
    "", "0.1", \
    "How long permits of a client that gives no sign of life stay taken with the map backend.") \
  /* Serialization */ \
  X("serialization.byte-order", "", CHOICE, big_endian, , , "BIG_ENDIAN", \
    "LITTLE_ENDIAN|BIG_ENDIAN", "0.1", \
    "Byte order of serialized values; must be that of the members.") \
  /* Threads and limits */ \
  X("properties.hazelcast.client.event.thread.count", "", INTEGER, dispatch_threads, 1, 32, "1", \
    "", "0.1", "Threads that call listeners; events of one key stay in order.") \
  X("properties.hazelcast.client.event.queue.capacity", "", INTEGER, listener_queue_events, 1, \
    100000000, "100000", "", "0.1", \
    "Events that may wait for one listener; further ones are dropped, counted and reported as a" \
    " gap.") \
  X("properties.hazelcast.client.c.listener.queue.bytes", "", INTEGER, listener_queue_bytes, \
    4096, 68719476736, "16777216", "", "0.1", \
    "Bytes of events that may wait for one listener.") \
  X("properties.hazelcast.client.c.worker.threads", "", INTEGER, worker_threads, 2, 64, "2", "", \
    "0.1", "Threads behind asynchronous calls: one for retries and deadlines, the others for" \
    " completion callbacks.") \
  X("properties.hazelcast.client.c.max.message.bytes", "", INTEGER, max_message_bytes, 4096, \
    2147483647, "536870912", "", "0.1", \
    "Longest message that a member may send, all its frames and fragments together.") \
  X("properties.hazelcast.client.c.shutdown.timeout.millis", "", MILLIS, shutdown_timeout_ms, 1, \
    31536000000, "5000", "", "0.1", \
    "How long closing a client may take when the caller does not say.")
// clang-format on

#endif
