// SPDX-License-Identifier: Apache-2.0
//
// Listeners for what happens to partitions: lost with their members, moved between members.
// listener.h says on which thread they run and what `gap` and `end` mean; map_listen.h has the
// listener for lost partitions of one map.
#ifndef HAZELCAST_PARTITION_LISTENER_H
#define HAZELCAST_PARTITION_LISTENER_H

#include <hazelcast/listener.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- Lost ----

// Made by the library only and lent for the call; later versions may append members.
typedef struct hz_partition_lost_event {
	int32_t partition;
	// How many backups were lost with the owner. 0 with a backup configured means that nothing
	// was lost: the backup has become the owner.
	int32_t lost_backups;
	hz_uuid member; // that says so
} hz_partition_lost_event;

// Size-first: zero it and set `size`.
typedef struct hz_partition_lost_listener {
	size_t size;
	void *ctx;
	void (*lost)(void *ctx, const hz_partition_lost_event *event);
	void (*gap)(void *ctx, const hz_gap *gap);
	void (*end)(void *ctx);
} hz_partition_lost_listener;

// Adds a listener for partitions whose owner is gone. Each member tells of it, so an event may come
// once from every member. Registers at the members: blocks until those connected have confirmed, at
// most the invocation timeout. Lends the struct, which is copied, and takes ctx: `end` is called in
// every case, also when this call fails (but not for a NULL listener). HZ_ERR_ARGUMENT,
// HZ_ERR_MEMORY, HZ_ERR_CLOSED, HZ_ERR_FORKED and the errors of a call. Since 0.1.
HZ_API hz_err hz_client_listen_partition_lost(hz_client *client,
		const hz_partition_lost_listener *listener, hz_listener_id *out, hz_error *err);

// ---- Moved ----

// How far the migration is that follows a change of the members. Lent, as above.
typedef struct hz_migration {
	int64_t started_at_ms; // since 1970, by the clock of the member that leads it
	int32_t planned;       // replicas to be moved
	int32_t completed;     // of them done so far
	int64_t elapsed_ms;    // spent on those, added up
} hz_migration;

// One replica of one partition that was moved, or not.
typedef struct hz_replica_migration {
	hz_migration migration; // that it belongs to
	int32_t partition;
	int32_t replica; // 0: the owner's, from 1: backups
	hz_uuid source;  // all zero: a replica that nobody had is made anew, or a backup takes over
	hz_uuid destination; // all zero: nobody has it now
	bool success;
	int64_t elapsed_ms;
} hz_replica_migration;

// Size-first: zero it and set `size`.
typedef struct hz_migration_listener {
	size_t size;
	void *ctx;
	void (*started)(void *ctx, const hz_migration *migration);
	void (*replica_done)(void *ctx, const hz_replica_migration *replica); // or failed
	void (*finished)(void *ctx, const hz_migration *migration);
	void (*gap)(void *ctx, const hz_gap *gap);
	void (*end)(void *ctx);
} hz_migration_listener;

// Adds a listener for migrations. The oldest member tells of those it leads; after the death of a
// member each one tells of the backups that it made into owners, with a start and a finish of its
// own. Events of one member come in order. As hz_client_listen_partition_lost. Since 0.1.
HZ_API hz_err hz_client_listen_migrations(hz_client *client, const hz_migration_listener *listener,
		hz_listener_id *out, hz_error *err);

// ---- Before there is a client ----

// As hz_config_listen_lifecycle (listener.h). Since 0.1.
HZ_API hz_err hz_config_listen_partition_lost(
		hz_config *config, const hz_partition_lost_listener *listener, hz_error *err);
HZ_API hz_err hz_config_listen_migrations(
		hz_config *config, const hz_migration_listener *listener, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
