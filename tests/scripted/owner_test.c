// SPDX-License-Identifier: Apache-2.0
//
// Calls that may wait in a member: they go to the owner of their partition or wait for it. Another
// member would pass them on, and what waits there would be lost with either of the two. Calls that
// do not wait go by way of anybody.
#include "protocol/gen/map.h"
#include "protocol/gen/multi_map.h"
#include "protocol/gen/queue.h"
#include "protocol/gen/ringbuffer.h"
#include "tests/scripted/bench.h"

#include <stdio.h>

static bench b;
static hz_error err;
static hz_queue *queue;
static hz_multimap *mm;
static hz_ringbuffer *ring;
static hz_value key; // all of them are the second member's

static hz_future
take(void)
{
	return hz_queue_take_async(queue);
}

static hz_future
put(void)
{
	return hz_queue_put_async(queue, hz_i64(1));
}

static hz_future
lock_map(void)
{
	return hz_map_lock_async(b.map, key, NULL);
}

static hz_future
try_lock_map(void)
{
	return hz_map_try_lock_async(b.map, key, PATIENCE_MS, NULL);
}

static hz_future
lock_multimap(void)
{
	return hz_multimap_lock_async(mm, key, NULL);
}

static hz_future
read_one(void)
{
	return hz_ringbuffer_read_one_async(ring, 0);
}

static hz_future
read_many(void)
{
	return hz_ringbuffer_read_many_async(ring, 0, 1, 1);
}

static const struct {
	const hzp_message *request;
	hz_future (*send)(void);
} waiting[] = {
		{&HZP_QUEUE_TAKE_REQUEST, take},
		{&HZP_QUEUE_PUT_REQUEST, put},
		{&HZP_MAP_LOCK_REQUEST, lock_map},
		{&HZP_MAP_TRY_LOCK_REQUEST, try_lock_map},
		{&HZP_MULTI_MAP_LOCK_REQUEST, lock_multimap},
		{&HZP_RINGBUFFER_READ_ONE_REQUEST, read_one},
		{&HZP_RINGBUFFER_READ_MANY_REQUEST, read_many},
};

enum { WAITING = sizeof(waiting) / sizeof(waiting[0]) };

static void
has_room(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_reply(request, &HZP_RINGBUFFER_CAPACITY_RESPONSE,
			&(hzp_ringbuffer_capacity_response){10});
}

// A name in a partition of the second member.
static const char *
find_name(void)
{
	static char name[32];
	hz_uuid wanted = hzt_scripted_uuid(b.member[1]), owner = {0};
	for (int i = 0; owner.msb != wanted.msb || owner.lsb != wanted.lsb; i++) {
		int32_t partition;
		snprintf(name, sizeof(name), "name-%d", i);
		HZT_OK_ERR(hz_client_partition_of(b.client, hz_str(name), &partition, &err), &err);
		HZT_OK_ERR(hz_client_partition_owner(b.client, partition, &owner, &err), &err);
	}
	return name;
}

static void
open_all(void)
{
	const char *name = find_name();
	hzt_scripted_on(b.member[1], HZP_RINGBUFFER_CAPACITY_REQUEST.id, 0, has_room, NULL);
	HZT_OK_ERR(hz_queue_open(b.client, name, NULL, &queue, &err), &err);
	HZT_OK_ERR(hz_multimap_open(b.client, name, NULL, &mm, &err), &err);
	HZT_OK_ERR(hz_ringbuffer_open(b.client, name, NULL, &ring, &err), &err);
	key = hz_i64(bench_key(&b, 1, 0));
}

static void
what_waits_goes_to_the_owner_only(void)
{
	bench_start(&b, 2, NULL);
	open_all();
	for (size_t i = 0; i < WAITING; i++) {
		hzt_scripted_on(b.member[1], waiting[i].request->id, 0, hzt_silent, NULL);
	}
	hzt_scripted_down(b.member[1], HZT_RESET);
	bench_await_connections(&b, 1);
	for (size_t i = 0; i < WAITING; i++) {
		hz_drop(waiting[i].send());
	}
	// Calls that do not wait find their way meanwhile.
	for (int i = 0; i < 10; i++) {
		HZT_OK_ERR(hz_queue_size(queue, NULL, &err), &err);
		HZT_OK_ERR(hz_ringbuffer_size(ring, NULL, &err), &err);
		HZT_OK_ERR(hz_ringbuffer_read_many(ring, 0, 0, 1, NULL, &err), &err);
		HZT_OK_ERR(hz_map_is_locked(b.map, key, NULL, &err), &err);
	}
	HZT_EQ_INT(hzt_scripted_count(b.member[0], HZP_RINGBUFFER_READ_MANY_REQUEST.id), 10);
	for (size_t i = 0; i < WAITING; i++) {
		bool many = waiting[i].send == read_many; // those that did not wait
		HZT_EQ_INT(hzt_scripted_count(b.member[0], waiting[i].request->id), many ? 10 : 0);
	}
	hzt_scripted_up(b.member[1], (hz_uuid){0, 0}, (hz_uuid){0, 0});
	for (size_t i = 0; i < WAITING; i++) {
		hzt_scripted_await_request(b.member[1], waiting[i].request->id, 1, PATIENCE_MS);
	}
	hz_queue_close(&queue);
	hz_multimap_close(&mm);
	hz_ringbuffer_close(&ring);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"what_waits_goes_to_the_owner_only", what_waits_goes_to_the_owner_only},
};

HZT_MAIN("owner", cases)
