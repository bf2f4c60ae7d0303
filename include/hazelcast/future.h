// SPDX-License-Identifier: Apache-2.0
//
// The pending result of one call. Every operation has one asynchronous form, which returns an
// hz_future at once; exactly one of hz_await_*, hz_then, hz_complete_to or hz_drop consumes it. The
// blocking form of each operation is the asynchronous one followed by hz_run_*.
#ifndef HAZELCAST_FUTURE_H
#define HAZELCAST_FUTURE_H

#include <hazelcast/call.h>
#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <hazelcast/items.h>
#include <hazelcast/types.h>
#include <hazelcast/value.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Passed by value, frozen, fields private. Never invalid: a call that could not be submitted
// returns a future that holds the error. A second consumption gives HZ_ERR_ARGUMENT, for as long as
// the client exists.
typedef struct hz_future {
	void *core_;
	uint64_t id_;
} hz_future;

// What an operation gives, fixed for each operation and named in its comment.
typedef enum hz_result_kind {
	HZ_RESULT_NONE = 0,
	HZ_RESULT_BOOL = 1,
	HZ_RESULT_I32 = 2,
	HZ_RESULT_I64 = 3,
	HZ_RESULT_VALUE = 4,
	HZ_RESULT_ITEMS = 5,
	HZ_RESULT_OBJECT = 6
} hz_result_kind;

// A result on its way to a callback. Frozen. Lent until the callback returns, then the library
// releases what value or items hold; hz_result_take_value and hz_result_take_items keep it.
typedef struct hz_result {
	int32_t kind; // hz_result_kind; HZ_RESULT_NONE on failure
	int32_t reserved;
	union {
		bool b;
		int32_t i32;
		int64_t i64;
		hz_value value;
		hz_items *items;
		void *object;
		unsigned char size_[24];
	} u;
} hz_result;

// Runs once, on an invocation worker (hz_then) or in hz_completions_dispatch (hz_complete_to). err
// is NULL on success. A blocking call with a finite deadline may be made here; on a worker, one
// without a deadline, and closing the client, are refused with HZ_ERR_WOULD_DEADLOCK (and not
// sent).
typedef void (*hz_done_fn)(void *ctx, hz_err e, hz_result *result, const hz_error *err);

// Moves the value (or the items) out of a result, so that it outlives the callback. Gives *out.
// HZ_ERR_TYPE when the result is of another kind. Callback thread; does not block. Since 0.1.
HZ_API hz_err hz_result_take_value(hz_result *result, hz_value *out);
HZ_API hz_err hz_result_take_items(hz_result *result, hz_items **out);
HZ_API hz_err hz_result_take_object(hz_result *result, void **out);

// Waits for the call, consumes the future and gives its result. out is written only on success (an
// hz_value is set to null on failure) and may be NULL, which throws the result away. Blocks until
// the call ends: at its deadline, by its cancel token or by shutdown at the latest. HZ_ERR_TYPE
// (the future is consumed) when the operation gives another kind; else the error of the call. Any
// thread; on a callback thread a call without a deadline is refused with HZ_ERR_WOULD_DEADLOCK.
// Since 0.1.
HZ_API hz_err hz_await_none(hz_future future, hz_error *err);
HZ_API hz_err hz_await_bool(hz_future future, bool *out, hz_error *err);
HZ_API hz_err hz_await_i32(hz_future future, int32_t *out, hz_error *err);
HZ_API hz_err hz_await_i64(hz_future future, int64_t *out, hz_error *err);
HZ_API hz_err hz_await_value(hz_future future, hz_value *out, hz_error *err);
HZ_API hz_err hz_await_items(hz_future future, hz_items **out, hz_error *err);
HZ_API hz_err hz_await_object(hz_future future, void **out, hz_error *err);

// As hz_await_*, for the blocking forms: a call that was refused because too many are in flight
// (HZ_ERR_OVERLOAD) waits for room until its deadline instead of failing. Since 0.1.
HZ_API hz_err hz_run_none(hz_future future, hz_error *err);
HZ_API hz_err hz_run_bool(hz_future future, bool *out, hz_error *err);
HZ_API hz_err hz_run_i32(hz_future future, int32_t *out, hz_error *err);
HZ_API hz_err hz_run_i64(hz_future future, int64_t *out, hz_error *err);
HZ_API hz_err hz_run_value(hz_future future, hz_value *out, hz_error *err);
HZ_API hz_err hz_run_items(hz_future future, hz_items **out, hz_error *err);
HZ_API hz_err hz_run_object(hz_future future, void **out, hz_error *err);

// Has fn called with the result on an invocation worker, never from inside this call. Consumes the
// future. Any thread; does not block. On an error fn is never called: HZ_ERR_ARGUMENT (consumed
// before, or fn is NULL), HZ_ERR_CLOSED after shutdown, HZ_ERR_FORKED; a call that could not even
// begin (a NULL handle, no memory) gives its own error here. Since 0.1.
HZ_API hz_err hz_then(hz_future future, hz_done_fn fn, void *ctx);

// Does not wait and does not report. The call goes on, retries included. Consumes the future. Any
// thread; does not block. Since 0.1.
HZ_API void hz_drop(hz_future future);

// Whether the call has an outcome. Awaiting it then does not block, unless that outcome is a
// failure which the await tries to repair by another try. Does not consume. Any thread; does not
// block. A consumed future counts as ended. Since 0.1.
HZ_API bool hz_future_done(hz_future future);

// Calls collected between begin and end on one thread leave in one write per connection: at the
// end, when the window is full (64 requests, 64 KiB or 16 connections), or when the thread has to
// wait for an answer. Begins of one client nest; a batch of another client ends this one. Any
// thread; the writing does not block. Since 0.1.
HZ_API void hz_batch_begin(hz_client *client);
HZ_API void hz_batch_end(hz_client *client);

// A queue of completed calls for event loops and hosts that want no foreign thread: one descriptor
// becomes readable when something is there.
typedef struct hz_completions hz_completions;

// Makes a completion queue. Gives *out. Any thread; does not block. HZ_ERR_ARGUMENT, HZ_ERR_MEMORY,
// HZ_ERR_RESOURCE (no descriptor), HZ_ERR_CLOSED, HZ_ERR_FORKED. Since 0.1.
HZ_API hz_err hz_completions_new(hz_client *client, hz_completions **out, hz_error *err);

// The descriptor (an eventfd) to poll for reading; lent until the queue is destroyed; -1 for NULL.
// Since 0.1.
HZ_API int hz_completions_fd(const hz_completions *completions);

// Calls the functions of up to max completed calls (0: all that are there) on the calling thread
// and returns how many it called. Does not block. One thread at a time. 0 for NULL. Since 0.1.
HZ_API size_t hz_completions_dispatch(hz_completions *completions, size_t max);

// Has fn called by hz_completions_dispatch once the call has ended; by the client's shutdown at the
// latest (HZ_ERR_CLOSED), after which the queue can still be dispatched. Consumes the future. Any
// thread; does not block. On an error fn is never called; errors as hz_then. Since 0.1.
HZ_API hz_err hz_complete_to(
		hz_future future, hz_completions *completions, hz_done_fn fn, void *ctx);

// Destroys the queue. Calls still on their way to it are dropped; results not dispatched are
// released without a call. NULL-safe, nulls the pointer. Since 0.1.
HZ_API void hz_completions_destroy(hz_completions **completions);

#ifdef __cplusplus
}
#endif

#endif
