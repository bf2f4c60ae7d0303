// SPDX-License-Identifier: Apache-2.0
#include "proxies/ringbuffer.h"

#include "base/fail.h"
#include "core/items.h"
#include "protocol/gen/ringbuffer.h"
#include "proxies/handle_api.h"
#include "proxies/names.h"

#include <hazelcast/object.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

// What all handles of a ringbuffer know of it.
typedef struct facts {
	_Atomic int64_t capacity; // 0: nobody has asked
} facts;

struct hz_ringbuffer {
	hzi_handle handle;
	facts *facts; // lives as long as the client
};

static hz_err read_capacity(hzi_call *call, hz_result *out, hz_error *err);
static hz_err read_end(hzi_call *call, hz_result *out, hz_error *err);
static hz_err read_numbered(hzi_call *call, hz_result *out, hz_error *err);

// What waits in a member waits at the owner; see queue.c.
enum { WAITS = HZI_OP_OWNER | HZI_OP_WAITS };

static const hzi_op CAPACITY = {&HZP_RINGBUFFER_CAPACITY, HZ_RESULT_I64, 0, read_capacity};
static const hzi_op SIZE = {&HZP_RINGBUFFER_SIZE, HZ_RESULT_I64, 0, NULL};
static const hzi_op HEAD = {&HZP_RINGBUFFER_HEAD_SEQUENCE, HZ_RESULT_I64, 0, read_end};
static const hzi_op TAIL = {&HZP_RINGBUFFER_TAIL_SEQUENCE, HZ_RESULT_I64, 0, read_end};
static const hzi_op REMAINING = {&HZP_RINGBUFFER_REMAINING_CAPACITY, HZ_RESULT_I64, 0, NULL};
static const hzi_op ADD = {&HZP_RINGBUFFER_ADD, HZ_RESULT_I64, 0, NULL};
static const hzi_op ADD_ALL = {&HZP_RINGBUFFER_ADD_ALL, HZ_RESULT_I64, 0, NULL};
static const hzi_op READ_ONE = {&HZP_RINGBUFFER_READ_ONE, HZ_RESULT_VALUE, WAITS, NULL};
static const hzi_op READ_MANY = {&HZP_RINGBUFFER_READ_MANY, HZ_RESULT_ITEMS, WAITS, read_numbered};
static const hzi_op READ_NOW = {&HZP_RINGBUFFER_READ_MANY, HZ_RESULT_ITEMS, 0, read_numbered};

HZI_HANDLE_BASE(ringbuffer)
HZI_HANDLE_CLOSE(ringbuffer)
HZI_HANDLE_DESTROY(ringbuffer)

// ---- Handles ----

static void *
make_facts(void)
{
	return calloc(1, sizeof(facts));
}

static facts *
facts_of(hz_client *client, const char *name)
{
	hzi_name *entry = hzi_names_find(client, HZ_SERVICE_RINGBUFFER, name);
	return entry != NULL ? hzi_names_shared(entry, make_facts, free) : NULL;
}

// A read of more items than there is room for would wait for ever, so the capacity is looked up
// before anybody can ask for one.
static hz_err
learn(hz_ringbuffer *ring, hz_error *err)
{
	ring->facts = facts_of(ring->handle.client, ring->handle.name);
	if (ring->facts == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a handle");
	}
	return hzi_ringbuffer_known_capacity(ring) > 0 ? HZ_OK
						       : hz_ringbuffer_capacity(ring, NULL, err);
}

HZ_API hz_err
hz_ringbuffer_open(hz_client *client, const char *name, const hz_call *call, hz_ringbuffer **out,
		hz_error *err)
{
	hzi_handle *handle = NULL;
	hz_err e = hzi_handle_open(client, HZ_SERVICE_RINGBUFFER, name, call, sizeof(**out),
			out != NULL ? &handle : NULL, err);
	if (e != HZ_OK) {
		return e;
	}
	hz_ringbuffer *ring = HZI_OUTER(handle, hz_ringbuffer, handle);
	e = learn(ring, err);
	if (e != HZ_OK) {
		hz_ringbuffer_close(&ring);
		return e;
	}
	*out = ring;
	return HZ_OK;
}

hzi_handle *
hzi_ringbuffer_handle(hz_ringbuffer *ring)
{
	return handle_of(ring);
}

int64_t
hzi_ringbuffer_known_capacity(const hz_ringbuffer *ring)
{
	return atomic_load_explicit(&ring->facts->capacity, memory_order_relaxed);
}

// ---- Looking ----

static hz_err
read_capacity(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_ringbuffer_capacity_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e == HZ_OK && response.response < 1) {
		e = hzi_fail(err, HZ_ERR_PROTOCOL, "a ringbuffer with room for %" PRId64 " items",
				response.response);
	}
	if (e != HZ_OK) {
		return e;
	}
	facts *known = facts_of(call->client, call->structure_name);
	if (known != NULL) {
		atomic_store_explicit(&known->capacity, response.response, memory_order_relaxed);
	}
	out->u.i64 = response.response;
	return HZ_OK;
}

// A head or a tail, whose answers are alike. Whoever reads goes on with the next one, so there has
// to be one. Only a ringbuffer to which nothing was ever added has a tail of -1.
static hz_err
read_end(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_ringbuffer_tail_sequence_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK) {
		return e;
	}
	if (response.response < (call->op == &TAIL ? -1 : 0) || response.response == INT64_MAX) {
		return hzi_fail(err, HZ_ERR_PROTOCOL, "a ringbuffer that ends at %" PRId64,
				response.response);
	}
	out->u.i64 = response.response;
	return HZ_OK;
}

HZ_API hz_future
hz_ringbuffer_capacity_async(hz_ringbuffer *ring)
{
	return hzi_send_name(handle_of(ring), &CAPACITY);
}

HZ_API hz_future
hz_ringbuffer_size_async(hz_ringbuffer *ring)
{
	return hzi_send_name(handle_of(ring), &SIZE);
}

HZ_API hz_future
hz_ringbuffer_head_sequence_async(hz_ringbuffer *ring)
{
	return hzi_send_name(handle_of(ring), &HEAD);
}

HZ_API hz_future
hz_ringbuffer_tail_sequence_async(hz_ringbuffer *ring)
{
	return hzi_send_name(handle_of(ring), &TAIL);
}

HZ_API hz_future
hz_ringbuffer_remaining_capacity_async(hz_ringbuffer *ring)
{
	return hzi_send_name(handle_of(ring), &REMAINING);
}

// ---- Adding ----

static bool
is_policy(hz_overflow overflow)
{
	return overflow == HZ_OVERFLOW_OVERWRITE || overflow == HZ_OVERFLOW_FAIL;
}

hz_future
hzi_ringbuffer_add(hz_ringbuffer *ring, const hzi_op *op, const hzi_aim *aim, hz_value item,
		const hz_value *inside, hz_overflow overflow)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(ring), op, &call, &future)) {
		return future;
	}
	if (!is_policy(overflow)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "no such overflow policy");
	}
	hzp_ringbuffer_add_request request = {
			.name = hzi_handle_name(&ring->handle),
			.overflow_policy = (int32_t)overflow,
	};
	if (!hzi_call_brings(call, inside, inside != NULL ? 1 : 0) ||
			!hzi_call_data(call, &item, 1, &request.value)) {
		return hzi_call_refused(call);
	}
	call->aim = aim;
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_ringbuffer_add_async(hz_ringbuffer *ring, hz_value item, hz_overflow overflow)
{
	return hzi_ringbuffer_add(ring, &ADD, NULL, item, NULL, overflow);
}

hz_future
hzi_ringbuffer_add_all(hz_ringbuffer *ring, const hzi_op *op, const hzi_aim *aim,
		const hz_value *items, const hz_value *inside, size_t n, hz_overflow overflow)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(ring), op, &call, &future)) {
		return future;
	}
	if (n == 0 || n > HZ_RINGBUFFER_BATCH_MAX || !is_policy(overflow)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT,
				n == 0 || n > HZ_RINGBUFFER_BATCH_MAX ? "not 1 to 1,000 items"
								      : "no such overflow policy");
	}
	hzp_ringbuffer_add_all_request request = {
			.name = hzi_handle_name(&ring->handle),
			.overflow_policy = (int32_t)overflow,
	};
	if (!hzi_call_brings(call, inside, inside != NULL ? n : 0) ||
			!hzi_call_values(call, items, n, &request.value_list)) {
		return hzi_call_refused(call);
	}
	call->aim = aim;
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_ringbuffer_add_all_async(
		hz_ringbuffer *ring, const hz_value *items, size_t n, hz_overflow overflow)
{
	return hzi_ringbuffer_add_all(ring, &ADD_ALL, NULL, items, NULL, n, overflow);
}

// ---- Reading ----

HZ_API hz_future
hz_ringbuffer_read_one_async(hz_ringbuffer *ring, int64_t sequence)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(ring), &READ_ONE, &call, &future)) {
		return future;
	}
	if (sequence < 0) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative sequence");
	}
	return hzi_call_submit(call,
			&(hzp_ringbuffer_read_one_request){
					.name = hzi_handle_name(&ring->handle),
					.sequence = sequence,
			});
}

// A member that had nothing to give names 0 as the next sequence, whatever it was asked for.
static hz_err
read_numbered(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_ringbuffer_read_many_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK) {
		return e;
	}
	hz_items *items = hzi_items_new(1, call->client->config->big_endian);
	if (items == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the items");
	}
	hzi_items_add(items, &call->response, &response.items, false);
	hzi_items_number(items, &response.item_seqs,
			response.read_count > 0 ? response.next_seq : (int64_t)call->aim_mark,
			response.read_count);
	out->u.items = items;
	return HZ_OK;
}

static hz_future
read_from(hzi_call *call, const hz_ringbuffer *ring, hzp_bytes filter, int64_t from, int32_t min,
		int32_t max)
{
	call->aim_mark = (uint64_t)from;
	return hzi_call_submit(call,
			&(hzp_ringbuffer_read_many_request){
					.name = hzi_handle_name(&ring->handle),
					.filter = filter,
					.start_sequence = from,
					.min_count = min,
					.max_count = max,
			});
}

static void
wait_patiently(hzi_call *call, const hzi_aim *aim, hz_cancel *cancel)
{
	call->aim = aim;
	atomic_store_explicit(&call->cancel, cancel, memory_order_relaxed);
	atomic_store_explicit(&call->deadline_ns, HZI_NEVER, memory_order_relaxed);
}

hz_future
hzi_ringbuffer_read_many(hz_ringbuffer *ring, const hzi_aim *aim, hz_cancel *cancel, int64_t from,
		int32_t min, int32_t max)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(ring), &READ_MANY, &call, &future)) {
		return future;
	}
	wait_patiently(call, aim, cancel);
	return read_from(call, ring, (hzp_bytes){0}, from, min, max);
}

hz_future
hzi_ringbuffer_find(
		hz_ringbuffer *ring, const hzi_aim *aim, void *ctx, hz_cancel *cancel, bool head)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(ring), head ? &HEAD : &TAIL, &call, &future)) {
		return future;
	}
	call->aim_ctx = ctx;
	wait_patiently(call, aim, cancel);
	// The requests of the two are alike.
	return hzi_call_submit(call,
			&(hzp_ringbuffer_head_sequence_request){
					.name = hzi_handle_name(&ring->handle),
			});
}

// What is wrong with the numbers of a read_many; NULL: nothing.
static const char *
fault_of(const hz_ringbuffer *ring, int64_t from, int32_t min, int32_t max)
{
	if (from < 0 || min < 0) {
		return "negative sequence or count";
	}
	if (max < min || max < 1) {
		return max < min ? "max is less than min" : "max is less than 1";
	}
	if (max > HZ_RINGBUFFER_BATCH_MAX) {
		return "max is more than 1,000";
	}
	return max > hzi_ringbuffer_known_capacity(ring) ? "max is more than the capacity" : NULL;
}

// filter is NULL for all items.
static hz_future
read_many(hz_ringbuffer *ring, int64_t from, int32_t min, int32_t max, const hz_value *filter)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data = {0};
	const hzi_op *op = min > 0 ? &READ_MANY : &READ_NOW;
	if (!hzi_call_begin(handle_of(ring), op, &call, &future)) {
		return future;
	}
	const char *fault = fault_of(ring, from, min, max);
	if (fault != NULL) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, fault);
	}
	if (filter != NULL && !hzi_call_data(call, filter, 1, &data)) {
		return hzi_call_refused(call);
	}
	return read_from(call, ring, data, from, min, max);
}

HZ_API hz_future
hz_ringbuffer_read_many_async(hz_ringbuffer *ring, int64_t from, int32_t min, int32_t max)
{
	return read_many(ring, from, min, max, NULL);
}

HZ_API hz_future
hz_ringbuffer_read_filtered_async(
		hz_ringbuffer *ring, int64_t from, int32_t min, int32_t max, hz_value filter)
{
	return read_many(ring, from, min, max, &filter);
}
