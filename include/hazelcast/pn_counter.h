// SPDX-License-Identifier: Apache-2.0
//
// PN counter: a 64-bit number that is added to and subtracted from at any of its replicas, without
// waiting for the others. Replicas tell each other a moment later (by default once a second), so
// two clients may see different values for that long, and all see the same sum once nobody changes
// it any more. It goes on in every part of a split cluster. For a number that is the same for
// everybody at any time there are the atomic longs.
//
//	hz_pn_counter *hits = NULL;
//	int64_t n = 0;
//	if (hz_pn_counter_open(client, "hits", NULL, &hits, &err) == HZ_OK) {
//		hz_pn_counter_increment_and_get(hits, &n, &err);
//	}
//	hz_pn_counter_close(&hits);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them.
//
// The session. What a client has added it reads again, and what it has read it never reads older:
// the client remembers which updates it has seen, and no replica answers that lacks some of them.
// One client has one session per counter, which all its handles on all threads share, so this holds
// from thread to thread as well; from the end of one call to the beginning of another, that is,
// calls that overlap have no order. Two clients have a session each.
//
// All calls go to one replica, chosen at random, until it leaves or refuses; then to another one.
// HZ_ERR_CONSISTENCY_LOST says that no replica has all that the session has seen: the one that had
// it was lost before it told the others, or the counter was destroyed by another client. That is so
// until one of them has caught up, or the session begins anew with hz_pn_counter_reset. Before it
// is said calls are tried again for two seconds after a replica has left, and as long as a member
// that may have it belongs to the cluster but cannot be reached; never beyond their deadlines.
// HZ_ERR_NO_DATA_MEMBER says that there are none but lite members.
//
// Adding is not repeated by itself after it may have been applied: the error then says in doubt. An
// addition is done even if its replica lacks an update that the session has seen (members can miss
// that after a loss); its result is then without that update, and the next get says so.
//
// Sums beyond 64 bits wrap around.
#ifndef HAZELCAST_PN_COUNTER_H
#define HAZELCAST_PN_COUNTER_H

#include <hazelcast/call.h>
#include <hazelcast/future.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one PN counter. Opaque.
typedef struct hz_pn_counter hz_pn_counter;

// ---- Handles ----

// Opens a handle; as hz_map_open. The first one of a name in a client takes one round trip more,
// for the configured number of replicas. Since 0.1.
HZ_API hz_err hz_pn_counter_open(hz_client *client, const char *name, const hz_call *call,
		hz_pn_counter **counter, hz_error *err);

// Ends the handle; counter and session stay. NULL-safe, nulls the pointer. Does not block. Since
// 0.1.
HZ_API void hz_pn_counter_close(hz_pn_counter **counter);

// The counter's name, lent until the handle is closed; "" for NULL. Since 0.1.
HZ_API const char *hz_pn_counter_name(const hz_pn_counter *counter);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_pn_counter_call(hz_pn_counter *counter, const hz_call *call);

// Destroys the counter in the cluster, for everybody, and begins this client's session anew. The
// handle stays: its next call makes a counter of this name again, from 0. Result: none. Since 0.1.
HZ_API hz_future hz_pn_counter_destroy_async(hz_pn_counter *counter);

// The same, and ends the handle when it succeeded: *counter is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_pn_counter_destroy(hz_pn_counter **counter, hz_error *err)
{
	hz_err e = hz_run_none(hz_pn_counter_destroy_async(counter != NULL ? *counter : NULL), err);
	if (e == HZ_OK) {
		hz_pn_counter_close(counter);
	}
	return e;
}

// Begins the session of this client anew, as if it had seen nothing: the way out of
// HZ_ERR_CONSISTENCY_LOST. What a call under way still brings is not remembered. Does not block and
// asks no member. HZ_ERR_ARGUMENT (NULL), HZ_ERR_CLOSED, HZ_ERR_FORKED. Since 0.1.
HZ_API hz_err hz_pn_counter_reset(hz_pn_counter *counter, hz_error *err);

// ---- Reading ----

// The value; 0 for a counter that nobody has changed. HZ_ERR_CONSISTENCY_LOST,
// HZ_ERR_NO_DATA_MEMBER. Result: i64. Since 0.1.
HZ_API hz_future hz_pn_counter_get_async(hz_pn_counter *counter);
HZ_API HZ_INLINE hz_err
hz_pn_counter_get(hz_pn_counter *counter, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_pn_counter_get_async(counter), out, err);
}

// ---- Adding: the value before or after ----
//
// All have the errors of hz_pn_counter_get, and may be in doubt.

// Adds delta, which may be negative, and gives the value before. Result: i64. Since 0.1.
HZ_API hz_future hz_pn_counter_get_and_add_async(hz_pn_counter *counter, int64_t delta);
HZ_API HZ_INLINE hz_err
hz_pn_counter_get_and_add(hz_pn_counter *counter, int64_t delta, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_pn_counter_get_and_add_async(counter, delta), out, err);
}

// Adds delta, which may be negative, and gives the value after. Result: i64. Since 0.1.
HZ_API hz_future hz_pn_counter_add_and_get_async(hz_pn_counter *counter, int64_t delta);
HZ_API HZ_INLINE hz_err
hz_pn_counter_add_and_get(hz_pn_counter *counter, int64_t delta, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_pn_counter_add_and_get_async(counter, delta), out, err);
}

// Subtracts delta, which may be negative, and gives the value before. Result: i64. Since 0.1.
HZ_API hz_future hz_pn_counter_get_and_subtract_async(hz_pn_counter *counter, int64_t delta);
HZ_API HZ_INLINE hz_err
hz_pn_counter_get_and_subtract(hz_pn_counter *counter, int64_t delta, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_pn_counter_get_and_subtract_async(counter, delta), out, err);
}

// Subtracts delta, which may be negative, and gives the value after. Result: i64. Since 0.1.
HZ_API hz_future hz_pn_counter_subtract_and_get_async(hz_pn_counter *counter, int64_t delta);
HZ_API HZ_INLINE hz_err
hz_pn_counter_subtract_and_get(hz_pn_counter *counter, int64_t delta, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_pn_counter_subtract_and_get_async(counter, delta), out, err);
}

// Adds 1 and gives the value before. Result: i64. Since 0.1.
HZ_API hz_future hz_pn_counter_get_and_increment_async(hz_pn_counter *counter);
HZ_API HZ_INLINE hz_err
hz_pn_counter_get_and_increment(hz_pn_counter *counter, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_pn_counter_get_and_increment_async(counter), out, err);
}

// Adds 1 and gives the value after. Result: i64. Since 0.1.
HZ_API hz_future hz_pn_counter_increment_and_get_async(hz_pn_counter *counter);
HZ_API HZ_INLINE hz_err
hz_pn_counter_increment_and_get(hz_pn_counter *counter, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_pn_counter_increment_and_get_async(counter), out, err);
}

// Subtracts 1 and gives the value before. Result: i64. Since 0.1.
HZ_API hz_future hz_pn_counter_get_and_decrement_async(hz_pn_counter *counter);
HZ_API HZ_INLINE hz_err
hz_pn_counter_get_and_decrement(hz_pn_counter *counter, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_pn_counter_get_and_decrement_async(counter), out, err);
}

// Subtracts 1 and gives the value after. Result: i64. Since 0.1.
HZ_API hz_future hz_pn_counter_decrement_and_get_async(hz_pn_counter *counter);
HZ_API HZ_INLINE hz_err
hz_pn_counter_decrement_and_get(hz_pn_counter *counter, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_pn_counter_decrement_and_get_async(counter), out, err);
}

#ifdef __cplusplus
}
#endif

#endif
