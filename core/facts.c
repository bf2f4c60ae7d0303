// SPDX-License-Identifier: Apache-2.0
//
// What a program may ask a client about itself and its cluster.
#include "base/buf.h"
#include "base/fail.h"
#include "core/client.h"
#include "core/cluster_state.h"
#include "serialization/data.h"

#include <stdlib.h>
#include <string.h>

// ---- The client itself ----

HZ_API const char *
hz_client_name(const hz_client *client)
{
	return client != NULL ? client->name : "";
}

HZ_API hz_uuid
hz_client_uuid(const hz_client *client)
{
	return client != NULL ? client->uuid : (hz_uuid){0, 0};
}

HZ_API size_t
hz_client_label_count(const hz_client *client)
{
	return client != NULL ? client->config->labels.count : 0;
}

HZ_API const char *
hz_client_label(const hz_client *client, size_t i)
{
	return i < hz_client_label_count(client) ? client->config->labels.items[i] : NULL;
}

// ---- The cluster ----

// In a child of the process no lock of ours may be touched.
static bool
may_ask(const hz_client *client)
{
	return client != NULL && !hzi_forked(&client->guard) && client->cluster != NULL;
}

HZ_API hz_uuid
hz_client_cluster_id(const hz_client *client)
{
	hz_uuid id = {0, 0};
	if (may_ask(client)) {
		pthread_mutex_lock(&client->cluster->lock);
		id = client->cluster->cluster_id;
		pthread_mutex_unlock(&client->cluster->lock);
	}
	return id;
}

static uint64_t
count_open(const hz_client *client)
{
	uint64_t open = 0;
	uint32_t count = atomic_load_explicit(&client->slot_count, memory_order_acquire);
	for (uint32_t i = 0; i < count; i++) {
		const hzi_connection *conn =
				atomic_load_explicit(&client->slots[i], memory_order_acquire);
		open += conn != NULL &&
				atomic_load_explicit(&conn->open_id, memory_order_acquire) != 0;
	}
	return open;
}

HZ_API bool
hz_client_connected(const hz_client *client)
{
	return client != NULL && !hzi_forked(&client->guard) && count_open(client) > 0;
}

// ---- Partitions ----

HZ_API int32_t
hz_client_partition_count(const hz_client *client)
{
	return client != NULL
			? atomic_load_explicit(&client->partitions.count, memory_order_acquire)
			: 0;
}

HZ_API hz_err
hz_client_partition_of(hz_client *client, hz_value key, int32_t *partition, hz_error *err)
{
	hz_err e = partition != NULL ? hzi_client_enter(client) : HZ_ERR_ARGUMENT;
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	if (hz_client_partition_count(client) == 0) {
		return hzi_fail(err, HZ_ERR_OFFLINE, "the client has not been connected yet");
	}
	hzi_buf data = {0};
	int32_t hash = 0;
	e = hzi_data_write(&data, &key, client->config->big_endian, &hash, err);
	if (e == HZ_OK) {
		*partition = hzi_partitions_of(&client->partitions, hash);
	}
	hzi_buf_clear(&data);
	return e;
}

HZ_API hz_err
hz_client_partition_owner(hz_client *client, int32_t partition, hz_uuid *member, hz_error *err)
{
	hz_err e = member != NULL ? hzi_client_enter(client) : HZ_ERR_ARGUMENT;
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	if (partition < 0 || partition >= hz_client_partition_count(client)) {
		return hzi_fail(err, HZ_ERR_RANGE, "there is no partition %d", partition);
	}
	pthread_mutex_lock(&client->cluster->lock);
	hz_uuid owner = hzi_owners_at(client->cluster->owners, partition);
	pthread_mutex_unlock(&client->cluster->lock);
	if (hzi_uuid_is_none(owner)) {
		return hzi_fail(err, HZ_ERR_NOT_FOUND, "the owner of partition %d is not known",
				partition);
	}
	*member = owner;
	return HZ_OK;
}

// ---- Members ----

struct hz_members {
	hzi_members *list; // what the hosts' names lie in; NULL: no list yet
	size_t count;
	hz_member at[];
};

static bool
is_open(const hzi_cluster *cluster, hz_uuid member)
{
	for (uint32_t i = 0; i < HZI_SLOTS_MAX; i++) {
		const hzi_route *route = &cluster->routes[i];
		if (route->open_id != 0 && hzi_uuid_equal(route->member, member)) {
			return true;
		}
	}
	return false;
}

static void
fill_member(const hzi_member *from, hz_member *to)
{
	*to = (hz_member){
			.uuid = from->uuid,
			.host = from->address.host,
			.port = from->address.port,
			.lite = from->lite,
			.version = {from->version[0], from->version[1], from->version[2]},
	};
}

HZ_API hz_err
hz_client_members(hz_client *client, hz_members **out, hz_error *err)
{
	hz_err e = out != NULL ? hzi_client_enter(client) : HZ_ERR_ARGUMENT;
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	hzi_cluster *cluster = client->cluster;
	hzi_members *list = hzi_cluster_members(client);
	size_t count = list != NULL ? list->count : 0;
	hz_members *members = calloc(1, sizeof(*members) + count * sizeof(hz_member));
	if (members == NULL) {
		hzi_members_release(list);
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a list of members");
	}
	members->list = list;
	members->count = count;
	for (size_t i = 0; i < count; i++) {
		fill_member(&list->at[i], &members->at[i]);
	}
	pthread_mutex_lock(&cluster->lock);
	for (size_t i = 0; i < count; i++) {
		members->at[i].connected = is_open(cluster, members->at[i].uuid);
	}
	pthread_mutex_unlock(&cluster->lock);
	*out = members;
	return HZ_OK;
}

HZ_API size_t
hz_members_count(const hz_members *members)
{
	return members != NULL ? members->count : 0;
}

HZ_API const hz_member *
hz_members_at(const hz_members *members, size_t i)
{
	return i < hz_members_count(members) ? &members->at[i] : NULL;
}

HZ_API void
hz_members_destroy(hz_members **members)
{
	if (members != NULL && *members != NULL) {
		hzi_members_release((*members)->list);
		free(*members);
		*members = NULL;
	}
}

// ---- Statistics ----

static uint64_t
counter(const _Atomic uint64_t *from)
{
	return atomic_load_explicit(from, memory_order_relaxed);
}

static uint64_t
gauge(const _Atomic int32_t *from)
{
	int32_t n = atomic_load_explicit(from, memory_order_relaxed);
	return n > 0 ? (uint64_t)n : 0;
}

static void
add_connections(const hz_client *client, hz_stats *stats)
{
	uint32_t count = atomic_load_explicit(&client->slot_count, memory_order_acquire);
	for (uint32_t i = 0; i < count; i++) {
		const hzi_connection *conn =
				atomic_load_explicit(&client->slots[i], memory_order_acquire);
		if (conn != NULL) {
			stats->bytes_read += counter(&conn->counters.bytes_read);
			stats->bytes_written += counter(&conn->counters.bytes_written);
			stats->reads += counter(&conn->counters.reads);
			stats->writes += counter(&conn->counters.writes);
			stats->decode_errors += counter(&conn->counters.decode_errors);
		}
	}
}

HZ_API hz_err
hz_client_stats(const hz_client *client, hz_stats *out)
{
	if (client == NULL || out == NULL || out->size < sizeof(out->size)) {
		return HZ_ERR_ARGUMENT;
	}
	const hzi_counters *from = &client->counters;
	hz_stats stats = {
			.size = out->size,
			.in_flight = gauge(&client->in_flight),
			.parked = gauge(&client->parked),
			.calls = counter(&from->calls),
			.retries = counter(&from->retries),
			.connections = count_open(client),
			.connects = counter(&from->connects),
			.disconnects = counter(&from->disconnects),
			.failed_dials = counter(&from->failed_dials),
			.pings = counter(&from->pings),
			.events = counter(&from->events),
			.events_dropped = counter(&from->events_dropped),
			.decode_errors = counter(&from->decode_errors),
			.unmatched = counter(&from->unmatched),
			.late_items = counter(&from->late_items),
			.backup_timeouts = counter(&from->backup_timeouts),
	};
	add_connections(client, &stats);
	// A program built against an older header has a shorter struct, one built against a newer
	// header a longer one, whose new fields stay as they are.
	memcpy(out, &stats, out->size < sizeof(stats) ? out->size : sizeof(stats));
	return HZ_OK;
}
