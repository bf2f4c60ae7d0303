// SPDX-License-Identifier: Apache-2.0
//
// Queue: items in the order in which they were added, in one partition of the cluster, with
// backups; bounded if the cluster is configured so.
//
//	hz_queue *jobs = NULL;
//	if (hz_queue_open(client, "jobs", NULL, &jobs, &err) == HZ_OK) {
//		hz_value job;
//		while (hz_queue_take(jobs, &job, &err) == HZ_OK) {
//			...
//			hz_value_clear(&job);
//		}
//	}
//	hz_queue_close(&jobs);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them.
//
// take and put wait in the member, as long as it takes, unless the handle's hz_call has a deadline.
// A waiting call costs no thread and no connection. poll and offer say themselves how long they
// wait; the handle's deadline does not apply to a timeout other than 0. The client waits a little
// longer than the member was told to, so that nobody gives up first. If it does give up (cancelled,
// connection too slow), the error is in doubt; an item that the member then still sends goes to the
// configuration's late_item callback, so that it is not lost.
//
// A take without a deadline that was cancelled goes on waiting in the member, which gives it one of
// the next items, however much later: have a late_item callback that puts it back (at the end; see
// examples/late_items.c), or give takes a deadline of some seconds and ask between two of them
// whether to go on. Closing the client (or its crash) ends its takes in the members some
// milliseconds later: items that are added in between may be given to them and are then lost.
// Whoever may not lose any lets the takes end by their deadlines first, and closes then.
#ifndef HAZELCAST_QUEUE_H
#define HAZELCAST_QUEUE_H

#include <hazelcast/call.h>
#include <hazelcast/future.h>
#include <hazelcast/item_listener.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one queue. Opaque.
typedef struct hz_queue hz_queue;

// ---- Handles ----

// Opens a handle; as hz_map_open. Since 0.1.
HZ_API hz_err hz_queue_open(hz_client *client, const char *name, const hz_call *call,
		hz_queue **queue, hz_error *err);

// Ends the handle; the queue in the cluster stays. NULL-safe, nulls the pointer. Does not block.
// Since 0.1.
HZ_API void hz_queue_close(hz_queue **queue);

// The queue's name, lent until the handle is closed; "" for NULL. Since 0.1.
HZ_API const char *hz_queue_name(const hz_queue *queue);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_queue_call(hz_queue *queue, const hz_call *call);

// Destroys the queue in the cluster, with all that is in it, for everybody; calls that wait in it
// end with HZ_ERR_DESTROYED. The handle stays. Result: none. Since 0.1.
HZ_API hz_future hz_queue_destroy_async(hz_queue *queue);

// The same, and ends the handle when it succeeded: *queue is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_queue_destroy(hz_queue **queue, hz_error *err)
{
	hz_err e = hz_run_none(hz_queue_destroy_async(queue != NULL ? *queue : NULL), err);
	if (e == HZ_OK) {
		hz_queue_close(queue);
	}
	return e;
}

// ---- Adding ----

// Adds an item at the end; HZ_ERR_STATE if the queue is full. Result: none. Since 0.1.
HZ_API hz_future hz_queue_add_async(hz_queue *queue, hz_value item);
HZ_API HZ_INLINE hz_err
hz_queue_add(hz_queue *queue, hz_value item, hz_error *err)
{
	return hz_run_none(hz_queue_add_async(queue, item), err);
}

// Adds an item at the end and waits up to timeout_ms for room (0: does not wait; HZ_FOREVER).
// *done, result: bool, says whether it has. Since 0.1.
HZ_API hz_future hz_queue_offer_async(hz_queue *queue, hz_value item, int64_t timeout_ms);
HZ_API HZ_INLINE hz_err
hz_queue_offer(hz_queue *queue, hz_value item, int64_t timeout_ms, bool *done, hz_error *err)
{
	return hz_run_bool(hz_queue_offer_async(queue, item, timeout_ms), done, err);
}

// Adds an item at the end and waits for room: without end, or to the handle's deadline
// (HZ_ERR_TIMEOUT; the item was then not added unless err says in doubt). Result: none. Since 0.1.
HZ_API hz_future hz_queue_put_async(hz_queue *queue, hz_value item);
HZ_API HZ_INLINE hz_err
hz_queue_put(hz_queue *queue, hz_value item, hz_error *err)
{
	return hz_run_none(hz_queue_put_async(queue, item), err);
}

// Adds n items at the end, in their order, all or none; HZ_ERR_STATE if there is no room for all.
// Lends items. Result: none. Since 0.1.
HZ_API hz_future hz_queue_add_all_async(hz_queue *queue, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_queue_add_all(hz_queue *queue, const hz_value *items, size_t n, hz_error *err)
{
	return hz_run_none(hz_queue_add_all_async(queue, items, n), err);
}

// ---- Taking ----

// Takes the first item and waits up to timeout_ms for one (0: does not wait; HZ_FOREVER); the null
// value if there was none. Result: value. Since 0.1.
HZ_API hz_future hz_queue_poll_async(hz_queue *queue, int64_t timeout_ms);
HZ_API HZ_INLINE hz_err
hz_queue_poll(hz_queue *queue, int64_t timeout_ms, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_queue_poll_async(queue, timeout_ms), out, err);
}

// Takes the first item and waits for one: without end, or to the handle's deadline (HZ_ERR_TIMEOUT;
// no item was then taken unless err says in doubt). HZ_ERR_WOULD_DEADLOCK on a callback thread
// without a deadline. Result: value. Since 0.1.
HZ_API hz_future hz_queue_take_async(hz_queue *queue);
HZ_API HZ_INLINE hz_err
hz_queue_take(hz_queue *queue, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_queue_take_async(queue), out, err);
}

// Takes up to max items from the front (0: all that are there). Result: items. Since 0.1.
HZ_API hz_future hz_queue_drain_async(hz_queue *queue, int32_t max);
HZ_API HZ_INLINE hz_err
hz_queue_drain(hz_queue *queue, int32_t max, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_queue_drain_async(queue, max), out, err);
}

// Removes the first item that equals this one; *done, result: bool, says whether there was one.
// Since 0.1.
HZ_API hz_future hz_queue_remove_async(hz_queue *queue, hz_value item);
HZ_API HZ_INLINE hz_err
hz_queue_remove(hz_queue *queue, hz_value item, bool *done, hz_error *err)
{
	return hz_run_bool(hz_queue_remove_async(queue, item), done, err);
}

// Removes every item that equals one of these. *changed, result: bool, says whether the queue has
// changed. Lends items. Since 0.1.
HZ_API hz_future hz_queue_remove_all_async(hz_queue *queue, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_queue_remove_all(hz_queue *queue, const hz_value *items, size_t n, bool *changed, hz_error *err)
{
	return hz_run_bool(hz_queue_remove_all_async(queue, items, n), changed, err);
}

// Removes every item that equals none of these. *changed, result: bool, says whether the queue has
// changed. Lends items. Since 0.1.
HZ_API hz_future hz_queue_retain_all_async(hz_queue *queue, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_queue_retain_all(hz_queue *queue, const hz_value *items, size_t n, bool *changed, hz_error *err)
{
	return hz_run_bool(hz_queue_retain_all_async(queue, items, n), changed, err);
}

// Removes every item. Result: none. Since 0.1.
HZ_API hz_future hz_queue_clear_async(hz_queue *queue);
HZ_API HZ_INLINE hz_err
hz_queue_clear(hz_queue *queue, hz_error *err)
{
	return hz_run_none(hz_queue_clear_async(queue), err);
}

// ---- Looking ----

// The first item, which stays; the null value if there is none. Result: value. Since 0.1.
HZ_API hz_future hz_queue_peek_async(hz_queue *queue);
HZ_API HZ_INLINE hz_err
hz_queue_peek(hz_queue *queue, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_queue_peek_async(queue), out, err);
}

// The first item, which stays; HZ_ERR_NOT_FOUND if there is none. Result: value. Since 0.1.
HZ_API hz_future hz_queue_element_async(hz_queue *queue);
HZ_API HZ_INLINE hz_err
hz_queue_element(hz_queue *queue, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_queue_element_async(queue), out, err);
}

// All items in their order, which stay. Result: items. Since 0.1.
HZ_API hz_future hz_queue_items_async(hz_queue *queue);
HZ_API HZ_INLINE hz_err
hz_queue_items(hz_queue *queue, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_queue_items_async(queue), out, err);
}

// Whether an item that equals this one is in the queue. Result: bool. Since 0.1.
HZ_API hz_future hz_queue_contains_async(hz_queue *queue, hz_value item);
HZ_API HZ_INLINE hz_err
hz_queue_contains(hz_queue *queue, hz_value item, bool *out, hz_error *err)
{
	return hz_run_bool(hz_queue_contains_async(queue, item), out, err);
}

// Whether each of these items is in the queue; true for n = 0. Lends items. Result: bool. Since
// 0.1.
HZ_API hz_future hz_queue_contains_all_async(hz_queue *queue, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_queue_contains_all(hz_queue *queue, const hz_value *items, size_t n, bool *out, hz_error *err)
{
	return hz_run_bool(hz_queue_contains_all_async(queue, items, n), out, err);
}

// How many items there are. Result: i32. Since 0.1.
HZ_API hz_future hz_queue_size_async(hz_queue *queue);
HZ_API HZ_INLINE hz_err
hz_queue_size(hz_queue *queue, int32_t *out, hz_error *err)
{
	return hz_run_i32(hz_queue_size_async(queue), out, err);
}

// Whether there are no items. Result: bool. Since 0.1.
HZ_API hz_future hz_queue_is_empty_async(hz_queue *queue);
HZ_API HZ_INLINE hz_err
hz_queue_is_empty(hz_queue *queue, bool *out, hz_error *err)
{
	return hz_run_bool(hz_queue_is_empty_async(queue), out, err);
}

// How many items there is still room for; INT32_MAX if the queue is not bounded. Result: i32. Since
// 0.1.
HZ_API hz_future hz_queue_remaining_capacity_async(hz_queue *queue);
HZ_API HZ_INLINE hz_err
hz_queue_remaining_capacity(hz_queue *queue, int32_t *out, hz_error *err)
{
	return hz_run_i32(hz_queue_remaining_capacity_async(queue), out, err);
}

// ---- Listening ----

// Listens to items that are added and removed, from now on; as hz_map_listen. options->key must be
// NULL. Since 0.1.
HZ_API hz_err hz_queue_listen(hz_queue *queue, const hz_item_listener *listener,
		const hz_listen_options *options, hz_listener_id *id, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
