// SPDX-License-Identifier: Apache-2.0
//
// Telling the members of schemas: one by one before the first record of each, and all together a
// cluster that may know none.
#include "base/fail.h"
#include "core/cluster_state.h"
#include "core/error.h"
#include "core/invocation.h"
#include "core/schema_known.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"

#include <stdlib.h>

#define NS_PER_MS INT64_C(1000000)

// How long a member may take before another one is told, and how often the members are told before
// they are taken to be of a cluster that does not hold together.
enum { TELL_MS = 10000, TELLS_MAX = 100 };

static const hzi_op SEND = {&HZP_CLIENT_SEND_SCHEMA, HZ_RESULT_NONE, 0, NULL};
static const hzi_op SEND_ALL = {&HZP_CLIENT_SEND_ALL_SCHEMAS, HZ_RESULT_NONE, 0, NULL};

// ---- Messages ----

// Fills the message's form, whose list of fields the caller frees. False: no memory.
static bool
to_message(const hzi_schema *schema, hzp_schema *out)
{
	hzp_field_descriptor *fields = calloc(schema->count + 1U, sizeof(*fields));
	if (fields == NULL) {
		return false;
	}
	for (uint32_t i = 0; i < schema->count; i++) {
		const hzi_schema_field *field = &schema->fields[i];
		fields[i] = (hzp_field_descriptor){
				.present = true,
				.field_name = {(const uint8_t *)field->name, field->name_length},
				.kind = (int32_t)field->kind,
		};
	}
	*out = (hzp_schema){
			.present = true,
			.type_name = {(const uint8_t *)schema->type_name, schema->type_length},
			.fields = HZP_LIST(fields, schema->count),
	};
	return true;
}

// ---- Telling the members ----

static bool
has_it(const hzp_list *uuids, hz_uuid member)
{
	hz_uuid uuid;
	hzp_iter it = hzp_iter_start(uuids);
	while (hzp_iter_next(&it, &uuid)) {
		if (hzi_uuid_equal(uuid, member)) {
			return true;
		}
	}
	return false;
}

static bool
all_have_it(const hzi_members *members, const hzp_list *uuids)
{
	for (uint32_t i = 0; members != NULL && i < members->count; i++) {
		if (!has_it(uuids, members->at[i].uuid)) {
			return false;
		}
	}
	return members != NULL;
}

// The members' answer is there, good or bad; calls that wait for it look again when it is the last
// one.
static void
answered(hzi_known_schema *known, hz_err e, bool final)
{
	hz_client *client = known->client;
	pthread_mutex_lock(&client->schemas.lock);
	known->asked = false;
	known->at_ns = hzi_now_ns() + client->config->invocation_retry_pause_ms * NS_PER_MS;
	// Nobody has been told anything while there was nobody.
	known->tells += e != HZ_ERR_OFFLINE;
	if (e == HZ_OK) {
		atomic_store(&known->replicated, true);
		final = true;
	} else if (final || known->tells >= TELLS_MAX) {
		known->failure = final ? e : HZ_ERR_STATE;
		known->failed_at = known->answers;
		final = true;
	}
	if (final && known->wanted) {
		known->wanted = false;
		atomic_fetch_sub(&client->schemas.wanted, 1);
	}
	known->answers++;
	pthread_mutex_unlock(&client->schemas.lock);
	if (final) {
		hzi_client_view_changed(client);
	}
}

static bool
is_final(const hzi_call *call, hz_err e)
{
	const hzi_server_error *row = hzi_server_error_find(call->server_code);
	bool may_go_better = row != NULL && row->retryable;
	return e == HZ_ERR_PROTOCOL || (call->code == HZ_ERR_SERVER && !may_go_better);
}

static void
told(void *ctx, hzi_call *call)
{
	hzi_known_schema *known = ctx;
	hzp_client_send_schema_response response = {0};
	hz_error err = {0};
	hz_err e = call->code == HZ_OK ? hzi_call_decode(call, &response, &err)
				       : hzi_call_explain(call, call->code, &err);
	bool final = e != HZ_OK && is_final(call, e);
	// A member that is in our list and not in theirs may be in the other half of a cluster that
	// has split.
	if (e == HZ_OK &&
			!all_have_it(call->client->cluster->members,
					&response.replicated_members)) {
		e = hzi_fail(&err, HZ_ERR_STATE, "not all members have it");
	}
	if (e != HZ_OK) {
		hzi_log_write(&call->client->log, HZI_LOG_WARN, "schema of type %.100s: %s",
				known->schema->type_name, err.message);
	}
	answered(known, e, final);
	hzi_call_release(call);
}

static void
tell(hzi_known_schema *known)
{
	uint64_t id = 0;
	hzp_client_send_schema_request request;
	hz_client *client = known->client;
	hzi_connection *conn = hzi_client_any(client, &id);
	bool made = conn != NULL && to_message(known->schema, &request.schema);
	hzi_call *call = made ? hzi_call_begin_bound(client, id, conn, &SEND, TELL_MS, told, known)
			      : NULL;
	if (call != NULL) {
		hzi_call_submit_bound(call, &request);
	} else {
		answered(known, conn == NULL ? HZ_ERR_OFFLINE : HZ_ERR_MEMORY, false);
	}
	if (made) {
		free((void *)request.schema.fields.items);
	}
}

// Whether it is due; else *due_ns learns when it will be.
static bool
take(hzi_known_schema *known, int64_t now_ns, int64_t *due_ns)
{
	bool due = false;
	pthread_mutex_lock(&known->client->schemas.lock);
	if (known->wanted && !known->asked && now_ns >= known->at_ns) {
		known->asked = due = true;
	} else if (known->wanted && !known->asked && known->at_ns < *due_ns) {
		*due_ns = known->at_ns;
	}
	pthread_mutex_unlock(&known->client->schemas.lock);
	return due;
}

int64_t
hzi_schemas_advance(hz_client *client, int64_t now_ns)
{
	int64_t due_ns = HZI_NEVER;
	if (atomic_load(&client->schemas.wanted) == 0) {
		return due_ns;
	}
	for (size_t i = 0; i < HZI_SCHEMA_BUCKETS; i++) {
		hzi_known_schema *known = atomic_load_explicit(
				&client->schemas.buckets[i], memory_order_acquire);
		for (; known != NULL; known = known->next) {
			if (take(known, now_ns, &due_ns)) {
				tell(known);
				// Without a connection it is over at once, and due again.
				(void)take(known, now_ns, &due_ns);
			}
		}
	}
	return due_ns;
}

// ---- A cluster that may know none ----

// Whoever writes a record of one of them tells the members again, and waits for that.
static void
set_all(hz_client *client, bool replicated)
{
	for (size_t i = 0; i < HZI_SCHEMA_BUCKETS; i++) {
		hzi_known_schema *known = atomic_load(&client->schemas.buckets[i]);
		for (; known != NULL; known = known->next) {
			atomic_store(&known->replicated, replicated);
		}
	}
}

// A member that knows nothing of schemas keeps its connection; it will say so of each record.
static void
refused(hzi_cluster *cluster, hzi_peer *peer, const hzi_call *call)
{
	hz_error err;
	hz_err e = hzi_call_explain(call, call->code, &err);
	hzi_log_write(&cluster->client->log, HZI_LOG_WARN, "schemas could not be sent again: %s",
			err.message);
	if (e != HZ_ERR_UNSUPPORTED) {
		hzi_peer_close(cluster, peer, e, "it does not take the schemas of records");
		return;
	}
	set_all(cluster->client, false);
	hzi_peer_confirmed(cluster, peer);
}

static void
told_all(void *ctx, hzi_call *call)
{
	hzi_cluster *cluster = ctx;
	hzi_peer *peer = cluster->peers.at[call->bound_slot->index];
	if (peer->conn_id == call->bound && call->code == HZ_OK) {
		cluster->schemas_due = false;
		hzi_peer_confirmed(cluster, peer);
	} else if (peer->conn_id == call->bound) {
		refused(cluster, peer, call);
	}
	hzi_call_release(call);
}

static void
free_list(hzi_buf *list)
{
	const hzp_schema *at = (const void *)list->data;
	for (size_t i = 0; i < list->len / sizeof(*at); i++) {
		free((void *)at[i].fields.items);
	}
	hzi_buf_clear(list);
}

static bool
fill_list(const hz_client *client, hzi_buf *list)
{
	for (size_t i = 0; i < HZI_SCHEMA_BUCKETS; i++) {
		const hzi_known_schema *known = atomic_load(&client->schemas.buckets[i]);
		for (; known != NULL; known = known->next) {
			hzp_schema schema;
			if (!to_message(known->schema, &schema)) {
				return false;
			}
			if (!hzi_buf_append(list, &schema, sizeof(schema))) {
				free((void *)schema.fields.items);
				return false;
			}
		}
	}
	return true;
}

static hz_err
send_all(hzi_cluster *cluster, hzi_peer *peer, const hzi_buf *list)
{
	hzp_client_send_all_schemas_request request = {
			.schemas = HZP_LIST(list->data, list->len / sizeof(hzp_schema))};
	hzi_call *call = hzi_call_begin_bound(cluster->client, peer->conn_id, peer->conn, &SEND_ALL,
			HZ_FOREVER, told_all, cluster);
	if (call == NULL) {
		return HZ_ERR_MEMORY;
	}
	peer->pending++;
	hzi_call_submit_bound(call, &request);
	return HZ_OK;
}

hz_err
hzi_schemas_set_up(hzi_cluster *cluster, hzi_peer *peer)
{
	hzi_buf list = {0};
	hz_err e = HZ_OK;
	if (!cluster->schemas_due) {
		return HZ_OK;
	}
	if (!fill_list(cluster->client, &list)) {
		e = HZ_ERR_MEMORY;
	} else if (list.len > 0) {
		e = send_all(cluster, peer, &list);
	} else {
		cluster->schemas_due = false;
	}
	free_list(&list);
	return e;
}
