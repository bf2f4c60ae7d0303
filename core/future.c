// SPDX-License-Identifier: Apache-2.0
#include <hazelcast/future.h>

#include "base/fail.h"
#include "core/completion.h"
#include "core/invocation.h"
#include "core/worker.h"

#include <string.h>

static hzi_call *
record_of(hz_future future)
{
	const hz_client *client = future.core_;
	if (client == NULL) {
		return NULL;
	}
	return hzi_slab_at(&client->slab, (uint32_t)(future.id_ & ((1U << HZI_SLOT_BITS) - 1)));
}

// Consumes a future. An unconsumed ticket is even; consuming makes it odd, release even again.
// NULL: there was nothing to consume, *e says why.
static hzi_call *
consume(hz_future future, hz_err *e, hz_error *err)
{
	if (future.core_ == NULL) {
		*e = future.id_ == 0 ? HZ_ERR_ARGUMENT : (hz_err)future.id_;
		hzi_fail(err, *e, "%s%s", hz_err_text(*e),
				*e == HZ_ERR_ARGUMENT ? ": the handle is NULL" : "");
		return NULL;
	}
	if (hzi_forked(&((const hz_client *)future.core_)->guard)) {
		*e = hzi_fail(err, HZ_ERR_FORKED, "%s", hz_err_text(HZ_ERR_FORKED));
		return NULL;
	}
	hzi_call *call = record_of(future);
	uint64_t ticket = future.id_ >> HZI_SLOT_BITS;
	if (call == NULL || !atomic_compare_exchange_strong(&call->ticket, &ticket, ticket | 1)) {
		*e = hzi_fail(err, HZ_ERR_ARGUMENT, "the future was consumed before");
		return NULL;
	}
	*e = HZ_OK;
	return call;
}

HZ_API bool
hz_future_done(hz_future future)
{
	hzi_call *call = record_of(future);
	uint64_t ticket = future.id_ >> HZI_SLOT_BITS;
	if (call == NULL || hzi_forked(&call->client->guard) ||
			atomic_load_explicit(&call->ticket, memory_order_acquire) != ticket) {
		return true;
	}
	return atomic_load_explicit(&call->action, memory_order_acquire) == HZI_ACTION_ENDED;
}

// ---- Awaiting ----

static hz_err
refuse_to_block(hzi_call *call, hz_error *err)
{
	uint64_t generation = HZI_WORD_GENERATION(
			atomic_load_explicit(&call->word, memory_order_acquire));
	// A future that another thread made may have left long ago.
	bool sent = !call->deferred;
	if (sent) {
		hzi_call_give_up(call, generation, HZ_ERR_WOULD_DEADLOCK);
	}
	hzi_call_release(call);
	hz_err e = hzi_fail(err, HZ_ERR_WOULD_DEADLOCK,
			"a call without a deadline may not be awaited on a callback thread");
	if (err != NULL) {
		err->in_doubt = sent;
	}
	return e;
}

static hz_err
wait_result(hzi_call *call, bool wait_room, hz_result *result, hz_error *err)
{
	hz_err e = hzi_call_wait(call, wait_room);
	if (e == HZ_OK) {
		e = hzi_call_result(call, result, err);
	} else {
		e = hzi_call_explain(call, e, err);
	}
	return e;
}

static hz_err
await_kind(hz_future future, hz_result_kind kind, bool wait_room, hz_result *result, hz_error *err)
{
	hz_err e;
	hzi_call *call = consume(future, &e, err);
	if (call == NULL) {
		return e;
	}
	bool endless = atomic_load_explicit(&call->deadline_ns, memory_order_relaxed) == HZI_NEVER;
	if (endless && hzi_on_callback_thread() &&
			atomic_load_explicit(&call->action, memory_order_acquire) !=
					HZI_ACTION_ENDED) {
		return refuse_to_block(call, err);
	}
	if (call->deferred) {
		// Made on a callback thread, awaited on another one.
		call->deferred = false;
		hzi_call_send(call);
	}
	bool fits = call->op->result == kind;
	e = wait_result(call, wait_room, result, err);
	hzi_call_release(call);
	if (e == HZ_OK && !fits) {
		hzi_result_clear(result);
		e = hzi_fail(err, HZ_ERR_TYPE, "the operation gives a result of another kind");
	}
	return e;
}

static hz_err
await_none(hz_future future, bool wait_room, hz_error *err)
{
	hz_result result = {0};
	return await_kind(future, HZ_RESULT_NONE, wait_room, &result, err);
}

static hz_err
await_bool(hz_future future, bool wait_room, bool *out, hz_error *err)
{
	hz_result result = {0};
	hz_err e = await_kind(future, HZ_RESULT_BOOL, wait_room, &result, err);
	if (e == HZ_OK && out != NULL) {
		*out = result.u.b;
	}
	return e;
}

static hz_err
await_i32(hz_future future, bool wait_room, int32_t *out, hz_error *err)
{
	hz_result result = {0};
	hz_err e = await_kind(future, HZ_RESULT_I32, wait_room, &result, err);
	if (e == HZ_OK && out != NULL) {
		*out = result.u.i32;
	}
	return e;
}

static hz_err
await_i64(hz_future future, bool wait_room, int64_t *out, hz_error *err)
{
	hz_result result = {0};
	hz_err e = await_kind(future, HZ_RESULT_I64, wait_room, &result, err);
	if (e == HZ_OK && out != NULL) {
		*out = result.u.i64;
	}
	return e;
}

static hz_err
await_value(hz_future future, bool wait_room, hz_value *out, hz_error *err)
{
	hz_result result = {0};
	hz_err e = await_kind(future, HZ_RESULT_VALUE, wait_room, &result, err);
	if (out == NULL) {
		hzi_result_clear(&result);
	} else {
		*out = e == HZ_OK ? result.u.value : hz_null();
	}
	return e;
}

static hz_err
await_items(hz_future future, bool wait_room, hz_items **out, hz_error *err)
{
	hz_result result = {0};
	hz_err e = await_kind(future, HZ_RESULT_ITEMS, wait_room, &result, err);
	if (e == HZ_OK && out != NULL) {
		*out = result.u.items;
	} else {
		hzi_result_clear(&result);
	}
	return e;
}

static hz_err
await_object(hz_future future, bool wait_room, void **out, hz_error *err)
{
	hz_result result = {0};
	if (out == NULL) {
		hz_drop(future);
		return hzi_fail(err, HZ_ERR_ARGUMENT, "an object needs a place to go");
	}
	hz_err e = await_kind(future, HZ_RESULT_OBJECT, wait_room, &result, err);
	if (e == HZ_OK) {
		*out = result.u.object;
	}
	return e;
}

HZ_API hz_err
hz_await_none(hz_future future, hz_error *err)
{
	return await_none(future, false, err);
}

HZ_API hz_err
hz_run_none(hz_future future, hz_error *err)
{
	return await_none(future, true, err);
}

// The two verbs of each kind that has an out-parameter.
#define AWAIT_AND_RUN(kind, type)                                                                  \
	HZ_API hz_err hz_await_##kind(hz_future future, type *out, hz_error *err)                  \
	{                                                                                          \
		return await_##kind(future, false, out, err);                                      \
	}                                                                                          \
	HZ_API hz_err hz_run_##kind(hz_future future, type *out, hz_error *err)                    \
	{                                                                                          \
		return await_##kind(future, true, out, err);                                       \
	}

AWAIT_AND_RUN(bool, bool)
AWAIT_AND_RUN(i32, int32_t)
AWAIT_AND_RUN(i64, int64_t)
AWAIT_AND_RUN(value, hz_value)
AWAIT_AND_RUN(items, hz_items *)
AWAIT_AND_RUN(object, void *)

// ---- Callbacks ----

void
hzi_call_consume_as(hzi_call *call, uint32_t action)
{
	hz_client *client = call->client;
	uint32_t none = HZI_ACTION_NONE;
	call->wanted = action;
	hzi_call_watch(call);
	if (call->deferred) {
		call->deferred = false;
		atomic_store_explicit(&call->action, action, memory_order_relaxed);
		hzi_call_send(call);
		return;
	}
	if (!atomic_compare_exchange_strong(&call->action, &none, action)) {
		// It had ended before anybody asked: we are its driver.
		if (call->code == HZ_OK) {
			hzi_call_deliver(call);
		} else {
			hzi_worker_drive(client, call);
		}
	}
}

HZ_API hz_err
hz_then(hz_future future, hz_done_fn fn, void *ctx)
{
	hz_err e;
	if (fn == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	hzi_call *call = consume(future, &e, NULL);
	if (call == NULL) {
		return e;
	}
	if (hzi_workers_stopped(call->client)) {
		hzi_call_release(call);
		return HZ_ERR_CLOSED;
	}
	call->fn = fn;
	call->ctx = ctx;
	hzi_call_consume_as(call, HZI_ACTION_CALLBACK);
	return HZ_OK;
}

HZ_API hz_err
hz_complete_to(hz_future future, hz_completions *completions, hz_done_fn fn, void *ctx)
{
	hz_err e;
	if (fn == NULL || completions == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	hzi_call *call = consume(future, &e, NULL);
	if (call == NULL) {
		return e;
	}
	call->fn = fn;
	call->ctx = ctx;
	call->completions = hzi_completions_retain(completions);
	hzi_call_consume_as(call, HZI_ACTION_QUEUE);
	return HZ_OK;
}

HZ_API void
hz_drop(hz_future future)
{
	hz_err e;
	hzi_call *call = consume(future, &e, NULL);
	if (call != NULL) {
		hzi_call_consume_as(call, HZI_ACTION_DROP);
	}
}

// ---- Results on their way to callbacks ----

HZ_API hz_err
hz_result_take_value(hz_result *result, hz_value *out)
{
	if (result == NULL || out == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	if (result->kind != HZ_RESULT_VALUE) {
		return HZ_ERR_TYPE;
	}
	*out = result->u.value;
	result->u.value = hz_null();
	return HZ_OK;
}

HZ_API hz_err
hz_result_take_items(hz_result *result, hz_items **out)
{
	if (result == NULL || out == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	if (result->kind != HZ_RESULT_ITEMS) {
		return HZ_ERR_TYPE;
	}
	*out = result->u.items;
	result->u.items = NULL;
	return HZ_OK;
}

HZ_API hz_err
hz_result_take_object(hz_result *result, void **out)
{
	if (result == NULL || out == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	if (result->kind != HZ_RESULT_OBJECT) {
		return HZ_ERR_TYPE;
	}
	*out = result->u.object;
	result->u.object = NULL;
	return HZ_OK;
}
