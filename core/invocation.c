// SPDX-License-Identifier: Apache-2.0
#include "core/invocation.h"

#include "base/fail.h"
#include "base/platform.h"
#include "core/batch.h"
#include "core/cancel.h"
#include "core/cluster.h"
#include "core/join.h"
#include "protocol/encode.h"
#include "protocol/gen/client.h"
#include "protocol/message.h"
#include "serialization/data.h"

#include <string.h>

#define NS_PER_MS INT64_C(1000000)

// A future without a record has this in place of the client, and the error as its id.
hz_future
hzi_future_error(hz_err code)
{
	return (hz_future){.core_ = NULL, .id_ = (uint64_t)code};
}

hz_future
hzi_future_of(const hzi_call *call)
{
	uint64_t ticket = atomic_load_explicit(&call->ticket, memory_order_relaxed);
	return (hz_future){.core_ = call->client, .id_ = ticket << HZI_SLOT_BITS | call->slot};
}

// ---- Beginning ----

static int64_t
deadline_of(const hz_client *client, const hzi_op *op, int64_t timeout_ms)
{
	if (timeout_ms == 0) {
		timeout_ms = (op->flags & HZI_OP_WAITS) != 0
				? HZ_FOREVER
				: client->config->invocation_timeout_ms;
	}
	return hzi_deadline_in_ms(timeout_ms);
}

static void
set_route(hzi_call *call, const hzi_op *op)
{
	call->target = HZI_TO_ANY;
	call->fixed_partition = -1;
	call->partition = -1;
	call->hash = 0;
	call->owner_only = (op->flags & HZI_OP_OWNER) != 0;
	if (op->proto != NULL &&
			(op->proto->request->flags &
					(HZP_BY_KEY | HZP_BY_NAME | HZP_BY_STRING |
							HZP_BY_PARTITION)) != 0) {
		call->target = HZI_TO_PARTITION;
	}
}

static void
set_defaults(hzi_call *call, const hz_call *defaults, const hzi_op *op)
{
	static const hz_call none;
	if (defaults == NULL) {
		defaults = &none;
	}
	call->op = op;
	call->parked = (op->flags & HZI_OP_WAITS) != 0;
	call->library = false;
	call->tries = 0;
	call->retry_until_ns = 0;
	call->was_in_doubt = false;
	call->deferred = false;
	call->conn = NULL;
	call->aim = NULL;
	call->local = NULL;
	call->late = NULL;
	atomic_store_explicit(&call->listener, 0, memory_order_relaxed);
	call->wanted = HZI_ACTION_NONE;
	call->join = NULL;
	call->structure_name = "";
	call->code = HZ_OK;
	call->why = NULL;
	call->owner_id = defaults->owner != NULL ? hz_lock_context_id(defaults->owner)
						 : (int64_t)hzi_thread_id();
	atomic_store_explicit(&call->cancel, defaults->cancel, memory_order_relaxed);
	atomic_store_explicit(&call->deadline_ns,
			deadline_of(call->client, op, defaults->timeout_ms), memory_order_relaxed);
	set_route(call, op);
}

bool
hzi_call_begin_on(hz_client *client, const hz_call *defaults, const hzi_op *op, hzi_call **call,
		hz_future *future)
{
	hz_err e = hzi_client_enter(client);
	hzi_call *taken = e == HZ_OK ? hzi_slab_take(&client->slab) : NULL;
	if (taken == NULL) {
		*future = hzi_future_error(e == HZ_OK ? HZ_ERR_MEMORY : e);
		return false;
	}
	hzi_client_retain(client);
	uint64_t word = atomic_load_explicit(&taken->word, memory_order_relaxed);
	atomic_store_explicit(&taken->holds, 1, memory_order_relaxed);
	atomic_store_explicit(&taken->action, HZI_ACTION_NONE, memory_order_relaxed);
	atomic_store_explicit(
			&taken->word, (word & ~UINT64_C(15)) | HZI_CALL_IDLE, memory_order_relaxed);
	set_defaults(taken, defaults, op);
	atomic_fetch_add_explicit(&client->counters.calls, 1, memory_order_relaxed);
	*call = taken;
	return true;
}

bool
hzi_call_begin(hzi_handle *handle, const hzi_op *op, hzi_call **call, hz_future *future)
{
	if (handle == NULL) {
		*future = hzi_future_error(HZ_ERR_ARGUMENT);
		return false;
	}
	if (!hzi_call_begin_on(handle->client, &handle->call, op, call, future)) {
		return false;
	}
	(*call)->hash = handle->name_hash;
	(*call)->structure_name = handle->name;
	return true;
}

hzi_call *
hzi_call_begin_bound(hz_client *client, uint64_t conn_id, hzi_connection *conn, const hzi_op *op,
		int64_t timeout_ms, void (*done)(void *ctx, hzi_call *call), void *ctx)
{
	hzi_call *call;
	hz_future refused;
	hz_call defaults = {.timeout_ms = timeout_ms};
	if (!hzi_call_begin_on(client, &defaults, op, &call, &refused)) {
		return NULL;
	}
	call->library = true;
	call->target = HZI_TO_CONNECTION;
	call->bound = conn_id;
	call->bound_slot = conn;
	call->wanted = HZI_ACTION_CLUSTER;
	call->cluster_done = done;
	call->ctx = ctx;
	return call;
}

// ---- Data ----

static bool
keep_error(hzi_call *call, hz_err code)
{
	call->code = code;
	return code == HZ_OK;
}

// Serializes one value behind what is there; notes only the offset, since the buffer may still
// move.
static bool
add_data(hzi_call *call, const hz_value *value, bool first, hzp_bytes *out)
{
	size_t start = call->scratch.len;
	int32_t hash = 0;
	hz_error *err = NULL;
	hzi_schema_sink sink = hzi_call_sink(call);
	bool be = call->client->config->big_endian;
	hz_err e = hzi_data_write_to(&call->scratch, value, be, &sink, &hash, NULL);
	if (e != HZ_OK) {
		// Again, for the words: failures are rare and the detail costs an allocation.
		call->scratch.len = start;
		call->scratch.failed = false;
		err = hzi_call_error(call);
		e = hzi_data_write_to(&call->scratch, value, be, &sink, &hash, err);
		return keep_error(call, e);
	}
	if (first) {
		call->hash = hash;
	}
	out->p = NULL;
	out->n = (uint32_t)(call->scratch.len - start);
	return true;
}

static void
point_at_data(const hzi_call *call, size_t from, size_t n, hzp_bytes *out)
{
	// No values, perhaps no buffer: C forbids even to add nothing to NULL.
	const uint8_t *p = n > 0 ? call->scratch.data + from : NULL;
	for (size_t i = 0; i < n; i++) {
		out[i].p = p;
		p += out[i].n;
	}
}

bool
hzi_call_data(hzi_call *call, const hz_value *values, size_t n, hzp_bytes *out)
{
	size_t from = call->scratch.len;
	bool by_key = (call->op->proto->request->flags & HZP_BY_KEY) != 0;
	for (size_t i = 0; i < n; i++) {
		if (!add_data(call, &values[i], i == 0 && by_key, &out[i])) {
			return false;
		}
	}
	point_at_data(call, from, n, out);
	return true;
}

void
hzi_call_to_partition(hzi_call *call, int32_t partition)
{
	call->target = HZI_TO_PARTITION;
	call->fixed_partition = partition;
}

void
hzi_call_to_hash(hzi_call *call, int32_t hash)
{
	call->target = HZI_TO_PARTITION;
	call->hash = hash;
}

void
hzi_call_to_member(hzi_call *call, hz_uuid member)
{
	call->target = HZI_TO_MEMBER;
	call->member = member;
}

void
hzi_call_to_slot(hzi_call *call, uint16_t slot)
{
	call->target = HZI_TO_SLOT;
	call->slot_to = slot;
}

// ---- Sending ----

static hzi_connection *
route_to_slot(hz_client *client, uint16_t slot, uint64_t *id)
{
	hzi_connection *conn = slot < HZI_SLOTS_MAX
			? atomic_load_explicit(&client->slots[slot], memory_order_acquire)
			: NULL;
	if (conn != NULL) {
		*id = atomic_load_explicit(&conn->open_id, memory_order_acquire);
	}
	return conn != NULL && *id != 0 ? conn : NULL;
}

static hzi_connection *
route_to_partition(hzi_call *call, uint64_t *id)
{
	hz_client *client = call->client;
	int32_t partition = call->fixed_partition >= 0
			? call->fixed_partition
			: hzi_partitions_of(&client->partitions, call->hash);
	call->partition = partition;
	if (partition < 0) {
		return NULL;
	}
	if (client->config->routing == HZI_ROUTING_ALL) {
		uint16_t slot = hzi_partitions_owner(&client->partitions, partition);
		hzi_connection *conn = route_to_slot(client, slot, id);
		if (conn != NULL) {
			return conn;
		}
		if (call->owner_only && slot != HZI_NO_SLOT) {
			return NULL;
		}
	}
	return hzi_client_any(client, id);
}

static hzi_connection *
route_to_slot_or_any(hz_client *client, uint16_t slot, uint64_t *id)
{
	hzi_connection *conn = route_to_slot(client, slot, id);
	return conn != NULL ? conn : hzi_client_any(client, id);
}

static hzi_connection *
route(hzi_call *call, uint64_t *id)
{
	switch (call->target) {
	case HZI_TO_SLOT:
		return route_to_slot_or_any(call->client, call->slot_to, id);
	case HZI_TO_PARTITION:
		return route_to_partition(call, id);
	case HZI_TO_MEMBER:
		return hzi_cluster_connection_to(call->client, call->member, id);
	case HZI_TO_CONNECTION:
		*id = call->bound;
		return call->bound_slot;
	default:
		return hzi_client_any(call->client, id);
	}
}

// Writes this try's header into the request, which nobody refers to now.
static void
patch_header(hzi_call *call, int64_t id)
{
	uint8_t *msg = call->request.data;
	hz_client *client = call->client;
	bool aware = call->target != HZI_TO_CONNECTION && client->config->backup_ack &&
			atomic_load_explicit(&client->backups_ready, memory_order_acquire);
	uint16_t flags = (uint16_t)(hzp_message_flags(msg) & ~(unsigned)HZP_FLAG_BACKUP_AWARE);
	hzi_store_le16(msg + HZP_AT_FLAGS, (uint16_t)(flags | (aware ? HZP_FLAG_BACKUP_AWARE : 0)));
	hzp_message_set_correlation(msg, id);
	hzp_message_set_partition(msg, call->partition);
}

// After the record was published: whoever closes the client or fires the token either sees the
// record or is seen here (rule 20).
static bool
still_wanted(hzi_call *call, uint64_t generation)
{
	hz_cancel *cancel = atomic_load_explicit(&call->cancel, memory_order_relaxed);
	if (atomic_load(&call->client->closing) && !call->library) {
		return !hzi_call_fail(call, generation, HZ_ERR_CLOSED, NULL);
	}
	if (cancel != NULL && hzi_cancel_fired(cancel)) {
		return !hzi_call_fail(call, generation, HZ_ERR_CANCELLED, NULL);
	}
	return true;
}

static void
append(hzi_call *call, hzi_connection *conn, uint64_t conn_id, uint64_t generation)
{
	hz_client *client = call->client;
	// A sign of life waits behind nobody's writes.
	bool first = call->op->proto == &HZP_CLIENT_PING;
	bool batched = !first && hzi_batch_open(client);
	unsigned flags = first ? HZI_APPEND_FIRST : batched ? HZI_APPEND_ONLY : 0;
	size_t n = call->request.len;
	call->out.data = call->request.data;
	call->out.n = n;
	if (!hzi_connection_append(conn, conn_id, &call->out, flags)) {
		hzi_call_fail(call, generation, HZ_ERR_DISCONNECTED,
				"the connection was closed before");
		hzi_call_release(call);
		return;
	}
	if (batched) {
		hzi_batch_added(client, conn, n);
	}
}

// The call is somebody's here.
static void
send_local(hzi_call *call)
{
	void (*local)(void *, int64_t) = call->local;
	void *errand = call->extra;
	if (errand == NULL) {
		hzi_call_end_idle(call, HZ_ERR_OFFLINE, NULL); // it is handed over once only
		return;
	}
	call->extra = NULL;
	call->extra_free = NULL;
	call->conn = NULL;
	atomic_store_explicit(&call->conn_id, 0, memory_order_relaxed);
	hzi_call_retain(call);
	int64_t id = hzi_call_publish(call);
	local(errand, still_wanted(call, (uint64_t)id >> HZI_SLOT_BITS) ? id : 0);
	hzi_call_release(call);
}

// What members could not read is not sent to them.
static bool
has_schemas(hzi_call *call)
{
	hz_err e = call->need_count == 0 ? HZ_OK : hzi_schemas_ready(call);
	call->awaits_schema = e == HZ_ERR_OFFLINE;
	if (e != HZ_OK) {
		call->server_code = 0; // of an earlier try
		hzi_call_end_idle(call, e, "not all members have the schema of a record");
	}
	return e == HZ_OK;
}

void
hzi_call_send(hzi_call *call)
{
	uint64_t conn_id = 0;
	// Before anything that may fail: a change after this must not be slept through.
	call->view = atomic_load(&call->client->view);
	if (!has_schemas(call)) {
		return;
	}
	if (call->op->proto == NULL) {
		hzi_join_send(call);
		return;
	}
	if (!hzi_call_take_permit(call)) {
		hzi_call_end_idle(call, HZ_ERR_OVERLOAD, NULL);
		return;
	}
	if (call->local != NULL) {
		send_local(call);
		return;
	}
	if (atomic_load_explicit(&call->out.queued, memory_order_acquire)) {
		// The writer of the try before has not let go of the bytes yet: a moment's pause.
		hzi_call_end_idle(call, HZ_ERR_OFFLINE, "an earlier try is still being written");
		return;
	}
	hz_err e = call->aim != NULL ? call->aim->choose(call) : HZ_OK;
	if (e == HZ_OK && call->op->proto == NULL) {
		hzi_call_end_idle(call, HZ_OK, NULL); // it has found its result
		return;
	}
	hzi_connection *conn = e == HZ_OK ? route(call, &conn_id) : NULL;
	if (conn == NULL) {
		hzi_call_end_idle(call, e != HZ_OK ? e : HZ_ERR_OFFLINE, NULL);
		return;
	}
	uint64_t word = atomic_load_explicit(&call->word, memory_order_relaxed);
	uint64_t generation = HZI_WORD_GENERATION(word) + 1;
	patch_header(call, hzi_call_id(call->slot, generation));
	call->conn = conn;
	atomic_store_explicit(&call->conn_id, conn_id, memory_order_relaxed);
	if (!call->parked) {
		atomic_fetch_add_explicit(&conn->in_flight, 1, memory_order_relaxed);
	}
	hzi_call_retain(call); // for the connection's list
	hzi_call_retain(call); // for the rest of this function
	hzi_call_publish(call);
	if (still_wanted(call, generation)) {
		append(call, conn, conn_id, generation);
	} else {
		hzi_call_release(call);
	}
	hzi_call_release(call);
}

hz_future
hzi_call_submit(hzi_call *call, const void *request)
{
	hz_future future = hzi_future_of(call);
	hz_err e = hzp_encode(&call->request, call->op->proto->request, request);
	if (e != HZ_OK) {
		hzi_call_end_idle(call, e, "the request could not be encoded");
		return future;
	}
	return hzi_call_start(call);
}

hz_future
hzi_call_start(hzi_call *call)
{
	hz_future future = hzi_future_of(call);
	// A callback may make an endless call, but not wait for it: whether it does is known when
	// the future is consumed, and a call that is then refused must not have been sent.
	call->deferred = hzi_on_callback_thread() && !call->library &&
			atomic_load_explicit(&call->deadline_ns, memory_order_relaxed) == HZI_NEVER;
	if (!call->deferred) {
		hzi_call_send(call);
	}
	return future;
}

void
hzi_call_submit_bound(hzi_call *call, const void *request)
{
	atomic_store_explicit(&call->action, HZI_ACTION_CLUSTER, memory_order_relaxed);
	hzi_call_watch(call);
	hzi_call_submit(call, request);
}

hz_future
hzi_call_refused(hzi_call *call)
{
	hz_future future = hzi_future_of(call);
	hzi_call_end_idle(call, call->code, NULL);
	return future;
}

hz_future
hzi_call_refuse(hzi_call *call, hz_err code, const char *text)
{
	hz_future future = hzi_future_of(call);
	hzi_call_end_idle(call, code, text);
	return future;
}
