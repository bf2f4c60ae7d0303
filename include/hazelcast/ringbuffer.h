// SPDX-License-Identifier: Apache-2.0
//
// Ringbuffer: numbered items in one partition of the cluster, with backups. The newest takes the
// place of the oldest, and reading takes nothing away, so that many can read the same items, each
// from where it likes.
//
//	hz_ringbuffer *ring = NULL;
//	hz_items *items = NULL;
//	hz_value item;
//	int64_t at = 0;
//	if (hz_ringbuffer_open(client, "ticks", NULL, &ring, &err) == HZ_OK) {
//		while (hz_ringbuffer_read_many(ring, at, 1, 100, &items, &err) == HZ_OK) {
//			while (hz_items_next(items, NULL, &item)) {
//				printf("%" PRId64 "\n", hz_items_seq(items));
//			}
//			at = hz_items_next_seq(items);
//			hz_items_destroy(&items);
//		}
//	}
//	hz_ringbuffer_close(&ring);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them.
//
// The first item has the sequence 0, each further one the next number. The oldest that is still
// there is the head, the newest the tail. Items leave at the head: when a new one needs the room
// or, if the cluster is configured so, when their time to live is over. With a time to live an
// item that still lives keeps its room, and it is the overflow policy that says what becomes of a
// new one; without one, there is always room.
//
// read_one at the tail, and read_many with a minimum, wait in the member as long as it takes,
// unless the handle's hz_call has a deadline. Members cannot be told of that: the read goes on
// there until its item comes, which costs the member a little memory and loses nothing. A waiting
// call costs no thread and no connection.
#ifndef HAZELCAST_RINGBUFFER_H
#define HAZELCAST_RINGBUFFER_H

#include <hazelcast/call.h>
#include <hazelcast/future.h>
#include <hazelcast/items.h>

#ifdef __cplusplus
extern "C" {
#endif

// How many items one call may add or read.
#define HZ_RINGBUFFER_BATCH_MAX 1000

// A handle of one ringbuffer. Opaque.
typedef struct hz_ringbuffer hz_ringbuffer;

// What becomes of a new item when there is no room.
typedef enum hz_overflow {
	HZ_OVERFLOW_OVERWRITE = 0, // it takes the place of the oldest
	HZ_OVERFLOW_FAIL = 1       // it is not added, which a sequence of -1 says
} hz_overflow;

// ---- Handles ----

// Opens a handle; as hz_map_open, but asks for the capacity as well when a name is opened first.
// Since 0.1.
HZ_API hz_err hz_ringbuffer_open(hz_client *client, const char *name, const hz_call *call,
		hz_ringbuffer **ring, hz_error *err);

// Ends the handle; the ringbuffer in the cluster stays. NULL-safe, nulls the pointer. Does not
// block. Since 0.1.
HZ_API void hz_ringbuffer_close(hz_ringbuffer **ring);

// The ringbuffer's name, lent until the handle is closed; "" for NULL. Since 0.1.
HZ_API const char *hz_ringbuffer_name(const hz_ringbuffer *ring);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_ringbuffer_call(hz_ringbuffer *ring, const hz_call *call);

// Destroys the ringbuffer in the cluster, with all that is in it, for everybody; reads that wait
// in it end with HZ_ERR_DESTROYED. The handle stays; whoever uses it begins a new ringbuffer, with
// sequence 0. Result: none. Since 0.1.
HZ_API hz_future hz_ringbuffer_destroy_async(hz_ringbuffer *ring);

// The same, and ends the handle when it succeeded: *ring is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_ringbuffer_destroy(hz_ringbuffer **ring, hz_error *err)
{
	hz_err e = hz_run_none(hz_ringbuffer_destroy_async(ring != NULL ? *ring : NULL), err);
	if (e == HZ_OK) {
		hz_ringbuffer_close(ring);
	}
	return e;
}

// ---- Looking ----

// How many items there is room for in all. Result: i64. Since 0.1.
HZ_API hz_future hz_ringbuffer_capacity_async(hz_ringbuffer *ring);
HZ_API HZ_INLINE hz_err
hz_ringbuffer_capacity(hz_ringbuffer *ring, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_ringbuffer_capacity_async(ring), out, err);
}

// How many items are there: from the head to the tail. Result: i64. Since 0.1.
HZ_API hz_future hz_ringbuffer_size_async(hz_ringbuffer *ring);
HZ_API HZ_INLINE hz_err
hz_ringbuffer_size(hz_ringbuffer *ring, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_ringbuffer_size_async(ring), out, err);
}

// The sequence of the oldest item; of the next one to come if there is none. Result: i64. Since
// 0.1.
HZ_API hz_future hz_ringbuffer_head_sequence_async(hz_ringbuffer *ring);
HZ_API HZ_INLINE hz_err
hz_ringbuffer_head_sequence(hz_ringbuffer *ring, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_ringbuffer_head_sequence_async(ring), out, err);
}

// The sequence of the newest item that was added, -1 if none ever was. Result: i64. Since 0.1.
HZ_API hz_future hz_ringbuffer_tail_sequence_async(hz_ringbuffer *ring);
HZ_API HZ_INLINE hz_err
hz_ringbuffer_tail_sequence(hz_ringbuffer *ring, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_ringbuffer_tail_sequence_async(ring), out, err);
}

// How many items there is room for without overwriting one that still lives; the capacity if items
// have no time to live. Result: i64. Since 0.1.
HZ_API hz_future hz_ringbuffer_remaining_capacity_async(hz_ringbuffer *ring);
HZ_API HZ_INLINE hz_err
hz_ringbuffer_remaining_capacity(hz_ringbuffer *ring, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_ringbuffer_remaining_capacity_async(ring), out, err);
}

// ---- Adding ----

// Adds an item at the tail. *sequence, result: i64, is its number, or -1 if there was no room and
// the policy says HZ_OVERFLOW_FAIL. Since 0.1.
HZ_API hz_future hz_ringbuffer_add_async(hz_ringbuffer *ring, hz_value item, hz_overflow overflow);
HZ_API HZ_INLINE hz_err
hz_ringbuffer_add(hz_ringbuffer *ring, hz_value item, hz_overflow overflow, int64_t *sequence,
		hz_error *err)
{
	return hz_run_i64(hz_ringbuffer_add_async(ring, item, overflow), sequence, err);
}

// Adds 1 to 1,000 items at the tail, in their order; all of them, or none if the policy says
// HZ_OVERFLOW_FAIL. *last, result: i64, is the number of the last one, or -1. Lends items. Since
// 0.1.
HZ_API hz_future hz_ringbuffer_add_all_async(
		hz_ringbuffer *ring, const hz_value *items, size_t n, hz_overflow overflow);
HZ_API HZ_INLINE hz_err
hz_ringbuffer_add_all(hz_ringbuffer *ring, const hz_value *items, size_t n, hz_overflow overflow,
		int64_t *last, hz_error *err)
{
	return hz_run_i64(hz_ringbuffer_add_all_async(ring, items, n, overflow), last, err);
}

// ---- Reading ----

// Reads one item. If it is the next one to come, waits for it: without end, or to the handle's
// deadline. HZ_ERR_STALE_SEQUENCE: it is older than the head. HZ_ERR_ARGUMENT: it is negative, or
// beyond the next one to come. HZ_ERR_DESTROYED: somebody destroyed the ringbuffer meanwhile.
// HZ_ERR_WOULD_DEADLOCK on a callback thread without a deadline. Result: value. Since 0.1.
HZ_API hz_future hz_ringbuffer_read_one_async(hz_ringbuffer *ring, int64_t sequence);
HZ_API HZ_INLINE hz_err
hz_ringbuffer_read_one(hz_ringbuffer *ring, int64_t sequence, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_ringbuffer_read_one_async(ring, sequence), out, err);
}

// Reads items from a sequence on: at least `min`, for which it waits as read_one does, and at most
// `max` of those that are there. 0 for min: does not wait. A sequence older than the head stands
// for the head, one beyond the tail for the next one to come: hz_items_seq tells what came, and
// hz_items_next_seq where to read on. When nothing came that is `from`, even if it lies beyond the
// tail: members do not say then where that is. HZ_ERR_ARGUMENT: a negative number, min above max,
// max not between 1 and 1,000 or above the ringbuffer's capacity. Result: items, numbered. Since
// 0.1.
HZ_API hz_future hz_ringbuffer_read_many_async(
		hz_ringbuffer *ring, int64_t from, int32_t min, int32_t max);
HZ_API HZ_INLINE hz_err
hz_ringbuffer_read_many(hz_ringbuffer *ring, int64_t from, int32_t min, int32_t max, hz_items **out,
		hz_error *err)
{
	return hz_run_items(hz_ringbuffer_read_many_async(ring, from, min, max), out, err);
}

// The same for items that a filter lets through: `min` and `max` count these only. filter is an
// object of a class of the members' that tells of each item whether it does (see identified.h).
// Lends filter, which is not null. hz_items_next_seq is behind the last item that was looked at,
// and hz_items_read_count says how many were. Result: items, numbered. Since 0.1.
HZ_API hz_future hz_ringbuffer_read_filtered_async(
		hz_ringbuffer *ring, int64_t from, int32_t min, int32_t max, hz_value filter);
HZ_API HZ_INLINE hz_err
hz_ringbuffer_read_filtered(hz_ringbuffer *ring, int64_t from, int32_t min, int32_t max,
		hz_value filter, hz_items **out, hz_error *err)
{
	return hz_run_items(
			hz_ringbuffer_read_filtered_async(ring, from, min, max, filter), out, err);
}

#ifdef __cplusplus
}
#endif

#endif
