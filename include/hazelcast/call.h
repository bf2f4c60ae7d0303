// SPDX-License-Identifier: Apache-2.0
//
// What applies to any call: its deadline, its lock owner, its cancel token. A proxy handle carries
// one hz_call for all its calls (see hz_map_open and hz_map_call).
#ifndef HAZELCAST_CALL_H
#define HAZELCAST_CALL_H

#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <hazelcast/types.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Timeouts are milliseconds; 0 stands for the default of the call at hand.
#define HZ_FOREVER INT64_C(-1) // no deadline at all

// An owner of locks that is not a thread: an event loop, a coroutine, a session of an application.
typedef struct hz_lock_context hz_lock_context;

// A token that ends, from any thread, every call that carries it.
typedef struct hz_cancel hz_cancel;

// Frozen. Zeroed memory is the default: default deadline, the submitting thread as owner, no token.
typedef struct hz_call {
	int64_t timeout_ms;           // 0: the default of each operation; HZ_FOREVER: none
	const hz_lock_context *owner; // NULL: the submitting thread
	hz_cancel *cancel;            // NULL: none
	int64_t reserved;
} hz_call;

#if UINTPTR_MAX == UINT64_MAX
#ifdef __cplusplus
static_assert(sizeof(hz_call) == 32, "hz_call is part of the ABI");
#else
_Static_assert(sizeof(hz_call) == 32, "hz_call is part of the ABI");
#endif
#endif

// Makes a lock owner with an id that this client never used before. Gives *out. Any thread; does
// not block. HZ_ERR_ARGUMENT, HZ_ERR_MEMORY, HZ_ERR_CLOSED, HZ_ERR_FORKED. Since 0.1.
HZ_API hz_err hz_lock_context_new(hz_client *client, hz_lock_context **out, hz_error *err);

// The id that members see as the thread id. Any thread; does not block; 0 for NULL. Since 0.1.
HZ_API int64_t hz_lock_context_id(const hz_lock_context *context);

// Ends the object, not the locks it holds at the members. NULL-safe, nulls the pointer. Calls that
// were already submitted keep the id. Any thread; does not block. Since 0.1.
HZ_API void hz_lock_context_destroy(hz_lock_context **context);

// Makes a cancel token for calls of this client. Gives *out. Any thread; does not block.
// HZ_ERR_ARGUMENT, HZ_ERR_MEMORY, HZ_ERR_CLOSED, HZ_ERR_FORKED. Since 0.1.
HZ_API hz_err hz_cancel_new(hz_client *client, hz_cancel **out, hz_error *err);

// Ends every call that carries the token, now and later, with HZ_ERR_CANCELLED (in doubt when it
// had been sent). Members are not told, the protocol has no message for it: a call that waits there
// goes on waiting, a lock may still be taken, and a hz_queue_take may still take an item, which
// then goes to the configuration's late_item callback. Futures stay to be consumed. Fired twice is
// once. Any thread, also a callback; does not block; NULL is ignored. Since 0.1.
HZ_API void hz_cancel_fire(hz_cancel *cancel);

// Gives the token back. Calls that carry it must have ended or been fired, and no handle may name
// it any more. NULL-safe, nulls the pointer. Any thread; does not block. Since 0.1.
HZ_API void hz_cancel_destroy(hz_cancel **cancel);

#ifdef __cplusplus
}
#endif

#endif
