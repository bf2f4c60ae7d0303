// SPDX-License-Identifier: Apache-2.0
#include "core/upcalls.h"

#include "core/client.h"
#include "core/cluster.h"
#include "core/invocation.h"
#include "core/late.h"
#include "protocol/gen/client.h"
#include "protocol/message.h"

// Where a backup event has the correlation id of the acknowledged call (localBackupListener).
#define AT_ACKNOWLEDGED (HZP_FRAME_HEADER + HZP_REQUEST_HEADER)

static hzi_call *
find_call(hz_client *client, int64_t id, uint64_t *generation)
{
	*generation = (uint64_t)id >> HZI_SLOT_BITS;
	return id > 0 ? hzi_slab_at(&client->slab, (uint32_t)(id & ((1 << HZI_SLOT_BITS) - 1)))
		      : NULL;
}

static void
count(_Atomic uint64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

// ---- Events ----

static void
on_acknowledgement(hz_client *client, const hzi_slice *msg)
{
	uint64_t generation;
	if (hzi_load_le32(msg->p) < AT_ACKNOWLEDGED + 8) {
		count(&client->counters.decode_errors);
		return;
	}
	hzi_call *call = find_call(
			client, (int64_t)hzi_load_le64(msg->p + AT_ACKNOWLEDGED), &generation);
	if (call != NULL) {
		hzi_call_acknowledge(call, generation);
	}
}

static void
on_event(hz_client *client, hzi_connection *conn, uint64_t conn_id, const hzi_slice *msg)
{
	uint64_t generation;
	hzi_call *call = find_call(client, hzp_message_correlation(msg->p), &generation);
	if (call == NULL) {
		count(&client->counters.unmatched);
		return;
	}
	uint64_t word = atomic_load_explicit(&call->word, memory_order_acquire);
	unsigned state = HZI_WORD_STATE(word);
	uint64_t listener = atomic_load_explicit(&call->listener, memory_order_relaxed);
	bool sent_over = atomic_load_explicit(&call->conn_id, memory_order_relaxed) == conn_id;
	// Events may come before the response of their registration. The word is read again: a
	// record that began another life in between carries another generation.
	if (HZI_WORD_GENERATION(word) != generation || !sent_over || listener == 0 ||
			(state != HZI_CALL_SENT && state != HZI_CALL_CLAIMED &&
					state != HZI_CALL_LISTENING) ||
			HZI_WORD_GENERATION(atomic_load(&call->word)) != generation) {
		count(&client->counters.unmatched);
		return;
	}
	if (listener == HZI_LISTENER_BACKUP) {
		on_acknowledgement(client, msg);
	} else if (listener < HZI_LISTENER_FIRST) {
		hzi_cluster_event(client, conn, conn_id, listener, msg);
	} else if (client->events != NULL) {
		client->events->event(
				client->events_state, listener, hzp_message_partition(msg->p), msg);
	}
}

// ---- Responses ----

static bool
is_answer(const hzp_operation *operation, uint32_t type)
{
	return type == operation->response->id ||
			(operation->or_response != NULL && type == operation->or_response->id);
}

// Writes the outcome of a claimed try and publishes it.
static void
take_response(hzi_call *call, uint32_t type, const hzi_slice *msg)
{
	hz_client *client = call->client;
	unsigned backups = hzp_message_backups(msg->p);
	hzi_slice_take(&call->response, msg->block, msg->p, msg->n);
	if (type == HZP_TYPE_ERROR) {
		call->code = HZ_ERR_SERVER;
		call->server_code = hzi_error_code(msg);
		hzi_call_done(call);
	} else if (!is_answer(call->op->proto, type)) {
		count(&client->counters.decode_errors);
		call->code = HZ_ERR_PROTOCOL;
		call->in_doubt = true;
		call->why = "the member answered with a message of another kind";
		hzi_call_done(call);
	} else if ((call->op->flags & HZI_OP_REGISTERS) != 0) {
		hzi_call_listen(call);
	} else if (backups > 0 &&
			(hzp_message_flags(call->request.data) & HZP_FLAG_BACKUP_AWARE) != 0) {
		hzi_call_hold(call, backups);
	} else {
		hzi_call_answered(call);
	}
}

static void
on_response(hz_client *client, uint64_t conn_id, const hzi_slice *msg)
{
	uint64_t generation;
	unsigned was;
	hzi_call *call = find_call(client, hzp_message_correlation(msg->p), &generation);
	if (call == NULL || atomic_load_explicit(&call->conn_id, memory_order_acquire) != conn_id) {
		count(&client->counters.unmatched);
		return;
	}
	if (hzi_call_claim_sent(call, generation, &was)) {
		if (was == HZI_CALL_ABANDONED) {
			hzi_late_answer(call, msg);
		} else {
			take_response(call, hzp_message_type(msg->p), msg);
		}
		return;
	}
	count(&client->counters.unmatched);
}

static void
on_message(void *ctx, hzi_connection *conn, uint64_t conn_id, const hzi_slice *msg)
{
	hz_client *client = ctx;
	if ((hzp_message_flags(msg->p) & (HZP_FLAG_EVENT | HZP_FLAG_BACKUP_EVENT)) != 0) {
		on_event(client, conn, conn_id, msg);
	} else {
		on_response(client, conn_id, msg);
	}
}

// ---- Writing ----

static bool
on_sending(hzi_out *out)
{
	return hzi_call_sending(HZI_OUTER(out, hzi_call, out));
}

static void
on_released(hzi_out *out)
{
	hzi_call_release(HZI_OUTER(out, hzi_call, out));
}

// ---- Closing ----

static void
sweep_call(hzi_call *call, uint64_t conn_id, hz_err code, const char *why)
{
	uint64_t word = atomic_load(&call->word);
	uint64_t generation = HZI_WORD_GENERATION(word);
	if (atomic_load_explicit(&call->conn_id, memory_order_acquire) != conn_id) {
		return;
	}
	switch (HZI_WORD_STATE(word)) {
	case HZI_CALL_PENDING:
	case HZI_CALL_SENT:
		hzi_call_fail(call, generation, code, why);
		break;
	case HZI_CALL_LISTENING:
	case HZI_CALL_ABANDONED:
		hzi_call_let_go(call, generation);
		break;
	default:
		break;
	}
}

static void
on_closed(void *ctx, hzi_connection *conn, uint64_t conn_id, hz_err code, const char *why)
{
	hz_client *client = ctx;
	// A call learns that its connection was lost; what broke it is for the log and the cluster
	// thread.
	hz_err reported = code == HZ_ERR_CLOSED || code == HZ_ERR_PROTOCOL || code == HZ_ERR_LIMIT
			? code
			: HZ_ERR_DISCONNECTED;
	// Before anything else: until the cluster thread reads the report, writes would wait for
	// acknowledgements that cannot come.
	atomic_store_explicit(&client->backups_ready, false, memory_order_release);
	atomic_fetch_add(&client->closings, 1);
	uint32_t count_now = hzi_slab_count(&client->slab);
	for (uint32_t i = 0; i < count_now; i++) {
		sweep_call(hzi_slab_at(&client->slab, i), conn_id, reported, why);
	}
	hzi_cluster_closed(client, conn, conn_id, code, why);
}

static void
on_dialled(void *ctx, hzi_connection *conn, hz_err code, hzi_handshake_reply *reply,
		const hz_error *err)
{
	hzi_cluster_dialled(ctx, conn, code, reply, err);
}

const hzi_conn_ops hzi_upcalls = {
		.sending = on_sending,
		.released = on_released,
		.message = on_message,
		.dialled = on_dialled,
		.closed = on_closed,
};

void
hzi_sweep_all(hz_client *client)
{
	uint32_t count_now = hzi_slab_count(&client->slab);
	for (uint32_t i = 0; i < count_now; i++) {
		hzi_call *call = hzi_slab_at(&client->slab, i);
		uint64_t word = atomic_load(&call->word);
		unsigned state = HZI_WORD_STATE(word);
		if (state == HZI_CALL_PENDING || state == HZI_CALL_SENT || state == HZI_CALL_HELD) {
			hzi_call_fail(call, HZI_WORD_GENERATION(word), HZ_ERR_CLOSED, NULL);
		} else {
			hzi_call_let_go(call, HZI_WORD_GENERATION(word));
		}
	}
}
