// SPDX-License-Identifier: Apache-2.0
//
// A client: it connects to the members of one cluster and hands out proxies (map.h, queue.h, ...).
//
// Every function may be called from any thread. Threads of the client: one I/O thread per connected
// member, one cluster thread, invocation workers and event dispatch; docs/threads.md has the rules.
#ifndef HAZELCAST_CLIENT_H
#define HAZELCAST_CLIENT_H

#include <hazelcast/config.h>
#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <hazelcast/types.h>
#include <hazelcast/value.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Starts a client and, unless `connection-strategy.async-start` is set, waits until it is connected
// and every listed member has been tried. Lends config (NULL: all defaults); it is copied. Gives
// *out. Blocks up to `connection-strategy.connection-retry.cluster-connect-timeout-millis`
// (default: for ever, also when nothing listens there or TLS cannot be agreed on; until then only
// the log, hz_config_on_log, says why). HZ_ERR_CONFIG, HZ_ERR_MEMORY, HZ_ERR_RESOURCE,
// HZ_ERR_OFFLINE (nobody answered in time, or TLS could not be agreed on: the message says why),
// HZ_ERR_AUTHENTICATION or HZ_ERR_NOT_ALLOWED (every member refused). A failure leaves nothing
// behind. Since 0.1.
HZ_API hz_err hz_client_new(const hz_config *config, hz_client **out, hz_error *err);

// Ends the client within timeout_ms (0: the configured default; HZ_FOREVER: however long callbacks
// of the application run, for nothing else takes long) whatever the members do: new calls are
// refused, pending ones end with HZ_ERR_CLOSED, listeners get their end(), threads are joined.
// Afterwards no callback runs. HZ_ERR_TIMEOUT when a callback of the application is still running:
// its thread is left behind and lets go of the client when it returns. HZ_ERR_WOULD_DEADLOCK on a
// callback thread. A second call gives the first one's result. Any thread; blocks, bounded. Since
// 0.1.
HZ_API hz_err hz_client_shutdown(hz_client *client, int64_t timeout_ms, hz_error *err);

// Shuts down if that has not been done (with the configured default time) and lets go of the
// client. Handles and futures that still exist stay safe to use and give HZ_ERR_CLOSED; they must
// still be destroyed and consumed. NULL-safe, nulls the pointer. On a callback thread it does
// nothing. Since 0.1.
HZ_API void hz_client_destroy(hz_client **client);

// Reads the certificates and the key of the configuration's network.ssl.properties again, where
// they are files; connections that are made later use them, those that stand are not touched. On
// failure all stays as it was. HZ_ERR_CONFIG (a file is not what it should be), HZ_ERR_ARGUMENT
// (TLS is not enabled), HZ_ERR_CLOSED, HZ_ERR_MEMORY. Any thread; reads files. Since 0.1.
HZ_API hz_err hz_client_reload_tls(hz_client *client, hz_error *err);

// The client's own name, lent until it is destroyed; "" for NULL. Does not block. Since 0.1.
HZ_API const char *hz_client_name(const hz_client *client);

// The client's own UUID, which members know it by. Does not block. Since 0.1.
HZ_API hz_uuid hz_client_uuid(const hz_client *client);

// The labels it was configured with: how many, and the i-th (lent; NULL past the end). Since 0.1.
HZ_API size_t hz_client_label_count(const hz_client *client);
HZ_API const char *hz_client_label(const hz_client *client, size_t i);

// The cluster's id; all zero before the first connection. Does not block. Since 0.1.
HZ_API hz_uuid hz_client_cluster_id(const hz_client *client);

// Whether at least one member is connected and open for calls. Does not block. Since 0.1.
HZ_API bool hz_client_connected(const hz_client *client);

// Number of partitions; 0 before the first connection. Does not block. Since 0.1.
HZ_API int32_t hz_client_partition_count(const hz_client *client);

// The partition of a key. Lends key. HZ_ERR_OFFLINE before the first connection,
// HZ_ERR_SERIALIZATION, HZ_ERR_ARGUMENT. Does not block. Since 0.1.
HZ_API hz_err hz_client_partition_of(
		hz_client *client, hz_value key, int32_t *partition, hz_error *err);

// The member that owns a partition as far as this client knows. HZ_ERR_RANGE for a number that is
// no partition, HZ_ERR_NOT_FOUND when the owner is not known (yet). Does not block. Since 0.1.
HZ_API hz_err hz_client_partition_owner(
		hz_client *client, int32_t partition, hz_uuid *member, hz_error *err);

// One member of the cluster as this client sees it.
typedef struct hz_member {
	hz_uuid uuid;
	const char *host; // lent by the list or the event
	uint16_t port;
	bool lite;      // holds no data
	bool connected; // this client has an open connection to it
	uint8_t version[3];
} hz_member;

// A snapshot of the member list.
typedef struct hz_members hz_members;

// Takes a snapshot. Gives *out. Does not block. HZ_ERR_MEMORY, HZ_ERR_CLOSED. Since 0.1.
HZ_API hz_err hz_client_members(hz_client *client, hz_members **out, hz_error *err);
HZ_API size_t hz_members_count(const hz_members *members);
// The i-th member, oldest first; lent until the list is destroyed; NULL past the end. Since 0.1.
HZ_API const hz_member *hz_members_at(const hz_members *members, size_t i);
HZ_API void hz_members_destroy(hz_members **members);

// Counters since the start of the client. Size-first: set size to sizeof(hz_stats).
typedef struct hz_stats {
	size_t size;
	uint64_t in_flight;      // calls sent or about to be, now
	uint64_t parked;         // calls that wait in a member, now
	uint64_t calls;          // calls begun
	uint64_t retries;        // further tries of calls
	uint64_t connections;    // open connections, now
	uint64_t connects;       // connections that were opened
	uint64_t disconnects;    // connections that were lost or closed
	uint64_t failed_dials;   // attempts to connect that failed
	uint64_t pings;          // heartbeats sent
	uint64_t events;         // events given to listeners
	uint64_t events_dropped; // events dropped because a listener was too slow
	uint64_t bytes_read;
	uint64_t bytes_written;
	uint64_t reads;           // system calls that read
	uint64_t writes;          // system calls that wrote
	uint64_t decode_errors;   // messages that broke the protocol
	uint64_t unmatched;       // responses to calls that had ended
	uint64_t late_items;      // items that arrived for calls that had been given up
	uint64_t backup_timeouts; // calls whose backup acknowledgements did not come in time
} hz_stats;

// Copies the counters into *out (as many fields as out->size holds). HZ_ERR_ARGUMENT. Any thread;
// does not block. Since 0.1.
HZ_API hz_err hz_client_stats(const hz_client *client, hz_stats *out);

#ifdef __cplusplus
}
#endif

#endif
