// SPDX-License-Identifier: Apache-2.0
#include "proxies/reliable_reader.h"

#include "base/fail.h"

#include <stdlib.h>

#define QUICK_FAILURES 3U // reads that fail before there are pauses

// ---- Life ----

void
hzi_reader_hold(hzi_reader *r)
{
	atomic_fetch_add_explicit(&r->holds, 1, memory_order_relaxed);
}

void
hzi_reader_drop(hzi_reader *r)
{
	if (atomic_fetch_sub_explicit(&r->holds, 1, memory_order_acq_rel) != 1) {
		return;
	}
	hz_items_destroy(&r->items);
	hz_cancel_destroy(&r->cancel);
	hz_ringbuffer_close(&r->ring);
	free(r);
}

hzi_reader *
hzi_reader_new(hz_reliable_topic *topic,
		void (*run)(hzi_delivery *delivery, hzi_listener *listener), hz_error *err)
{
	hz_client *client = topic->handle.client;
	hzi_reader *r = calloc(1, sizeof(*r));
	if (r == NULL) {
		hzi_fail(err, HZ_ERR_MEMORY, "no memory for a listener");
		return NULL;
	}
	atomic_store(&r->holds, 1);
	r->client = client;
	r->delivery.run = run;
	r->batch = topic->read_batch_size;
	if (hz_cancel_new(client, &r->cancel, err) != HZ_OK ||
			hzi_reliable_ring_open(client, topic->handle.name, &topic->handle.call,
					&r->ring, err) != HZ_OK) {
		hzi_reader_drop(r);
		return NULL;
	}
	int64_t capacity = hzi_ringbuffer_known_capacity(r->ring);
	if (capacity < r->batch) {
		r->batch = (int32_t)capacity;
	}
	return r;
}

// ---- What is worth another try ----

// Members' errors of the same meaning: 19 not active, 22 I/O, 33 member left, 38 operation timeout,
// 52 target disconnected (protocol 3.13).
static bool
may_pass(hz_err code, int32_t server_code)
{
	switch (server_code) {
	case 19:
	case 22:
	case 33:
	case 38:
	case 52:
		return true;
	default:
		return code == HZ_ERR_OFFLINE || code == HZ_ERR_DISCONNECTED ||
				code == HZ_ERR_OVERLOAD;
	}
}

// HZ_ERR_STATE is what send_once leaves of any failure after which others would try again; a
// member's own error of that name comes with its number.
bool
hzi_reader_may_pass(const hzi_reader *r)
{
	bool sent_before = r->code == HZ_ERR_STATE && r->err.server_code == 0;
	return sent_before || r->err.retryable || may_pass(r->code, r->err.server_code);
}

bool
hzi_reader_is_over(const hzi_reader *r)
{
	return r->code == HZ_ERR_CLOSED || r->code == HZ_ERR_FORKED || r->code == HZ_ERR_CANCELLED;
}

static hz_err
stay(hzi_call *call)
{
	(void)call;
	return HZ_OK;
}

// A read is sent once: after whatever has gone wrong the messages may be others, and the read would
// not tell before one more is published.
static hz_err
send_once(hzi_call *call)
{
	return call->tries == 0 || call->code == HZ_ERR_OVERLOAD ? HZ_OK : HZ_ERR_STATE;
}

static hzi_again
again_if_not_sent(hzi_call *call)
{
	if (call->code != HZ_ERR_OVERLOAD) {
		return HZI_AGAIN_NO;
	}
	call->retry_until_ns = 0;
	return HZI_AGAIN_LATER;
}

// Without end, but with the pauses of any call.
static hzi_again
again_if_passing(hzi_call *call)
{
	if (!may_pass(call->code, call->server_code)) {
		return HZI_AGAIN_NO;
	}
	call->retry_until_ns = 0;
	return HZI_AGAIN_LATER;
}

// When reads go on failing though the member answers otherwise, the first answer counts as a
// failure too, so that there is a pause.
static hz_err
accept_slowly(const hzi_call *call)
{
	const hzi_reader *r = call->aim_ctx;
	return r->failures > QUICK_FAILURES && call->tries == 0 ? HZ_ERR_OFFLINE : HZ_OK;
}

static const hzi_aim ONCE = {.choose = send_once, .again = again_if_not_sent};
static const hzi_aim SLOW = {.choose = stay, .again = again_if_passing, .accept = accept_slowly};

// ---- The call ----

// On a worker.
static void
on_done(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	hzi_reader *r = ctx;
	r->code = e;
	if (e != HZ_OK) {
		r->err = *err;
	} else if (result->kind == HZ_RESULT_ITEMS) {
		hz_result_take_items(result, &r->items);
	} else {
		r->sequence = result->u.i64;
	}
	hzi_dispatch_deliver(r->client->events_state, r->listener, &r->delivery);
}

static hz_future
send(hzi_reader *r)
{
	switch (r->step) {
	case HZI_STEP_READ:
		return hzi_ringbuffer_read_many(r->ring, &ONCE, r->cancel,
				r->next == HZI_ANYWHERE ? 0 : r->next, 1, r->batch);
	case HZI_STEP_LAST:
		return hzi_ringbuffer_read_many(r->ring, &ONCE, r->cancel, r->sequence, 0, 1);
	default:
		return hzi_ringbuffer_find(r->ring, &SLOW, r, r->cancel, r->step == HZI_STEP_HEAD);
	}
}

hz_err
hzi_reader_submit(hzi_reader *r, hzi_step step)
{
	r->step = step;
	hzi_reader_hold(r);
	hz_err e = hz_then(send(r), on_done, r);
	if (e != HZ_OK) {
		hzi_reader_drop(r);
	}
	return e;
}
