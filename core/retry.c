// SPDX-License-Identifier: Apache-2.0
#include "core/retry.h"

#include "base/platform.h"
#include "core/client.h"
#include "core/error.h"

// Tries without a pause before the pauses begin to double.
#define QUICK_TRIES 5U

#define NS_PER_MS INT64_C(1000000)

// Server errors that concern the retry rules by number (protocol 3.13).
enum { NOT_ACTIVE = 19, IO_ERROR = 22, TARGET_DISCONNECTED = 52, TARGET_NOT_MEMBER = 53 };

bool
hzi_retry_harmless(const hzi_call *call)
{
	return (call->op->proto->request->flags & HZP_RETRYABLE) != 0 ||
			(call->op->flags & HZI_OP_HARMLESS) != 0 ||
			call->client->config->redo_operation;
}

// Whether the member's error lets the call be sent again.
static bool
server_allows(const hzi_call *call)
{
	const hzi_server_error *row = hzi_server_error_find(call->server_code);
	switch (call->server_code) {
	case TARGET_DISCONNECTED:
		return hzi_retry_harmless(call);
	case TARGET_NOT_MEMBER:
		return call->target != HZI_TO_MEMBER;
	case IO_ERROR:
	case NOT_ACTIVE:
		return call->target != HZI_TO_CONNECTION;
	default:
		return row != NULL && row->retryable;
	}
}

// Whether the application asked not to wait while there is no connection at all: with an
// asynchronous start or reconnect, calls fail at once instead.
static bool
fails_offline(const hzi_call *call)
{
	hz_client *client = call->client;
	uint64_t id;
	return (client->config->async_start ||
			       client->config->reconnect_mode == HZI_RECONNECT_ASYNC) &&
			hzi_client_any(client, &id) == NULL;
}

static bool
worth_repeating(const hzi_call *call, bool wait_room)
{
	switch (call->code) {
	case HZ_ERR_OVERLOAD:
		return wait_room;
	case HZ_ERR_OFFLINE:
		return call->target != HZI_TO_CONNECTION && !fails_offline(call);
	case HZ_ERR_DISCONNECTED:
		return call->target != HZI_TO_CONNECTION &&
				(!call->in_doubt || hzi_retry_harmless(call));
	case HZ_ERR_SERVER:
		return server_allows(call);
	default:
		return false;
	}
}

// The pause before try number `tries`: none for the first few, then doubling up to the configured
// one.
static int64_t
pause_ns(const hzi_call *call)
{
	int64_t cap = call->client->config->invocation_retry_pause_ms * NS_PER_MS;
	uint32_t over = call->tries - QUICK_TRIES;
	int64_t pause = over > 20 ? cap : NS_PER_MS << over;
	return pause < cap ? pause : cap;
}

hzi_retry
hzi_retry_decide(hzi_call *call, bool wait_room, int64_t now_ns)
{
	hz_client *client = call->client;
	int64_t deadline = atomic_load_explicit(&call->deadline_ns, memory_order_relaxed);
	hzi_again aimed = call->aim != NULL && !call->awaits_schema ? call->aim->again(call)
								    : HZI_AGAIN_NO;
	// A fan-out has tried again in each of its parts; as a whole it can only wait for room, or
	// for a schema.
	bool over = call->op->proto == NULL && call->code != HZ_ERR_OVERLOAD &&
			!(call->code == HZ_ERR_OFFLINE && call->awaits_schema);
	if (over || (aimed == HZI_AGAIN_NO && !worth_repeating(call, wait_room))) {
		return HZI_RETRY_FAIL;
	}
	if (atomic_load(&client->closing)) {
		call->code = HZ_ERR_CLOSED;
		return HZI_RETRY_FAIL;
	}
	if (call->retry_until_ns == 0) {
		call->retry_until_ns = now_ns + client->config->invocation_timeout_ms * NS_PER_MS;
	}
	if (now_ns >= deadline ||
			(now_ns >= call->retry_until_ns && call->code != HZ_ERR_OVERLOAD)) {
		return HZI_RETRY_FAIL;
	}
	call->was_in_doubt = call->was_in_doubt || call->in_doubt;
	call->tries++;
	if (aimed == HZI_AGAIN_NOW) {
		return HZI_RETRY_NOW;
	}
	if (aimed == HZI_AGAIN_AT) {
		return HZI_RETRY_PAUSE;
	}
	// Nothing could be sent: only a change of the view, or of the room, makes another try worth
	// it.
	if (call->code == HZ_ERR_OFFLINE || call->code == HZ_ERR_OVERLOAD) {
		call->resume_ns = now_ns + client->config->invocation_retry_pause_ms * NS_PER_MS;
		return HZI_RETRY_PAUSE;
	}
	if (call->tries <= QUICK_TRIES) {
		return HZI_RETRY_NOW;
	}
	call->resume_ns = now_ns + pause_ns(call);
	return HZI_RETRY_PAUSE;
}
