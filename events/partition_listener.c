// SPDX-License-Identifier: Apache-2.0
//
// Listeners for partitions that are lost or moved (Client.addPartitionLostListener,
// Client.addMigrationListener).
#include "events/user_listener.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"
#include "protocol/message.h"

#include <hazelcast/partition_listener.h>

// ---- Lost ----

static const hzi_op add_lost = {
		&HZP_CLIENT_ADD_PARTITION_LOST_LISTENER, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op remove_lost = {
		&HZP_CLIENT_REMOVE_PARTITION_LOST_LISTENER, HZ_RESULT_BOOL, 0, NULL};

static void
on_lost(hzi_listener *base, const hzi_slice *msg)
{
	const hz_partition_lost_listener *user = hzi_user_of(base);
	hzp_client_add_partition_lost_listener_partition_lost event;
	if (hzp_decode(msg->p, msg->n, &HZP_CLIENT_ADD_PARTITION_LOST_LISTENER_PARTITION_LOST,
			    &event, NULL) != HZ_OK) {
		hzi_event_broken(base);
	} else if (user->lost != NULL) {
		user->lost(user->ctx,
				&(hz_partition_lost_event){.partition = event.partition_id,
						.lost_backups = event.lost_backup_count,
						.member = event.source});
	}
}

const hzi_user_kind hzi_partition_lost_kind =
		HZI_CLIENT_KIND(hz_partition_lost_listener, &add_lost, &remove_lost, on_lost);

HZ_API hz_err
hz_client_listen_partition_lost(hz_client *client, const hz_partition_lost_listener *listener,
		hz_listener_id *out, hz_error *err)
{
	return hzi_user_listen(client, &hzi_partition_lost_kind, listener, out, err);
}

// ---- Moved ----

static const hzi_op add_migration = {
		&HZP_CLIENT_ADD_MIGRATION_LISTENER, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op remove_migration = {
		&HZP_CLIENT_REMOVE_MIGRATION_LISTENER, HZ_RESULT_BOOL, 0, NULL};

enum { MIGRATION_STARTED = 0, MIGRATION_FINISHED = 1 };

static hz_migration
progress(const hzp_migration_state *state)
{
	return (hz_migration){.started_at_ms = state->start_time,
			.planned = state->planned_migrations,
			.completed = state->completed_migrations,
			.elapsed_ms = state->total_elapsed_time};
}

static void
on_replica(hzi_listener *base, const hzi_slice *msg)
{
	const hz_migration_listener *user = hzi_user_of(base);
	hzp_client_add_migration_listener_replica_migration event;
	if (hzp_decode(msg->p, msg->n, &HZP_CLIENT_ADD_MIGRATION_LISTENER_REPLICA_MIGRATION, &event,
			    NULL) != HZ_OK) {
		hzi_event_broken(base);
	} else if (user->replica_done != NULL) {
		user->replica_done(user->ctx,
				&(hz_replica_migration){
						.migration = progress(&event.migration_state),
						.partition = event.partition_id,
						.replica = event.replica_index,
						.source = event.source_uuid,
						.destination = event.dest_uuid,
						.success = event.success,
						.elapsed_ms = event.elapsed_time});
	}
}

static void
on_process(hzi_listener *base, const hzi_slice *msg)
{
	const hz_migration_listener *user = hzi_user_of(base);
	hzp_client_add_migration_listener_migration event;
	if (hzp_decode(msg->p, msg->n, &HZP_CLIENT_ADD_MIGRATION_LISTENER_MIGRATION, &event,
			    NULL) != HZ_OK) {
		hzi_event_broken(base);
		return;
	}
	hz_migration migration = progress(&event.migration_state);
	void (*fn)(void *, const hz_migration *) = event.type == MIGRATION_STARTED ? user->started
			: event.type == MIGRATION_FINISHED                         ? user->finished
										   : NULL;
	if (fn != NULL) {
		fn(user->ctx, &migration);
	}
}

static void
on_migration(hzi_listener *base, const hzi_slice *msg)
{
	bool replica = hzp_message_type(msg->p) ==
			HZP_CLIENT_ADD_MIGRATION_LISTENER_REPLICA_MIGRATION.id;
	(replica ? on_replica : on_process)(base, msg);
}

const hzi_user_kind hzi_migration_kind = HZI_CLIENT_KIND(
		hz_migration_listener, &add_migration, &remove_migration, on_migration);

HZ_API hz_err
hz_client_listen_migrations(hz_client *client, const hz_migration_listener *listener,
		hz_listener_id *out, hz_error *err)
{
	return hzi_user_listen(client, &hzi_migration_kind, listener, out, err);
}
