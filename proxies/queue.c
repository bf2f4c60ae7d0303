// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/queue.h"
#include "proxies/handle_api.h"
#include "proxies/listen.h"

#include <hazelcast/object.h>
#include <hazelcast/queue.h>

struct hz_queue {
	hzi_handle handle;
};

_Static_assert(sizeof(hzp_queue_poll_response) == sizeof(hzp_queue_peek_response), "read alike");

static hz_err need_room(hzi_call *call, hz_result *out, hz_error *err);
static hz_err need_room_in_time(hzi_call *call, hz_result *out, hz_error *err);
static hz_err need_item(hzi_call *call, hz_result *out, hz_error *err);
static hz_err need_item_in_time(hzi_call *call, hz_result *out, hz_error *err);

// What waits in a member waits at the owner: by way of another member it would go on waiting after
// its client is gone, and take an item for nobody.
enum {
	AT_OWNER = HZI_OP_OWNER,
	TAKES = HZI_OP_OWNER | HZI_OP_ITEM,
	WAITS = HZI_OP_OWNER | HZI_OP_WAITS,
	TAKES_WAITS = HZI_OP_OWNER | HZI_OP_ITEM | HZI_OP_WAITS
};

static const hzi_op ADD = {&HZP_QUEUE_OFFER, HZ_RESULT_NONE, AT_OWNER, need_room};
static const hzi_op OFFER = {&HZP_QUEUE_OFFER, HZ_RESULT_BOOL, AT_OWNER, NULL};
static const hzi_op PUT = {&HZP_QUEUE_PUT, HZ_RESULT_NONE, WAITS, NULL};
static const hzi_op PUT_IN_TIME = {&HZP_QUEUE_OFFER, HZ_RESULT_NONE, AT_OWNER, need_room_in_time};
static const hzi_op ADD_ALL = {&HZP_QUEUE_ADD_ALL, HZ_RESULT_NONE, 0, NULL};
static const hzi_op POLL = {&HZP_QUEUE_POLL, HZ_RESULT_VALUE, TAKES, NULL};
static const hzi_op TAKE = {&HZP_QUEUE_TAKE, HZ_RESULT_VALUE, TAKES_WAITS, NULL};
static const hzi_op TAKE_IN_TIME = {&HZP_QUEUE_POLL, HZ_RESULT_VALUE, TAKES, need_item_in_time};
static const hzi_op DRAIN = {&HZP_QUEUE_DRAIN_TO, HZ_RESULT_ITEMS, HZI_OP_ITEM, NULL};
static const hzi_op DRAIN_MAX = {&HZP_QUEUE_DRAIN_TO_MAX_SIZE, HZ_RESULT_ITEMS, HZI_OP_ITEM, NULL};
static const hzi_op REMOVE = {&HZP_QUEUE_REMOVE, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op REMOVE_ALL = {&HZP_QUEUE_COMPARE_AND_REMOVE_ALL, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op RETAIN_ALL = {&HZP_QUEUE_COMPARE_AND_RETAIN_ALL, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op CLEAR = {&HZP_QUEUE_CLEAR, HZ_RESULT_NONE, 0, NULL};
static const hzi_op PEEK = {&HZP_QUEUE_PEEK, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op ELEMENT = {&HZP_QUEUE_PEEK, HZ_RESULT_VALUE, 0, need_item};
static const hzi_op ITEMS = {&HZP_QUEUE_ITERATOR, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op CONTAINS = {&HZP_QUEUE_CONTAINS, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op CONTAINS_ALL = {&HZP_QUEUE_CONTAINS_ALL, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op SIZE = {&HZP_QUEUE_SIZE, HZ_RESULT_I32, 0, NULL};
static const hzi_op IS_EMPTY = {&HZP_QUEUE_IS_EMPTY, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op REMAINING_CAPACITY = {&HZP_QUEUE_REMAINING_CAPACITY, HZ_RESULT_I32, 0, NULL};
static const hzi_op ADD_LISTENER = {
		&HZP_QUEUE_ADD_LISTENER, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op REMOVE_LISTENER = {&HZP_QUEUE_REMOVE_LISTENER, HZ_RESULT_BOOL, 0, NULL};

HZI_HANDLE_API(queue, HZ_SERVICE_QUEUE)

// ---- Answers that are errors ----

static hz_err
need_true(hzi_call *call, hz_err code, const char *text, hz_error *err)
{
	hzp_queue_offer_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK || response.response) {
		return e;
	}
	return hzi_call_miss(call, code, text, err);
}

static hz_err
need_room(hzi_call *call, hz_result *out, hz_error *err)
{
	(void)out;
	return need_true(call, HZ_ERR_STATE, "the queue is full", err);
}

static hz_err
need_room_in_time(hzi_call *call, hz_result *out, hz_error *err)
{
	(void)out;
	return need_true(call, HZ_ERR_TIMEOUT, "the queue stayed full", err);
}

static hz_err
need_value(hzi_call *call, hz_err code, const char *text, hz_result *out, hz_error *err)
{
	hzp_queue_poll_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e == HZ_OK && response.response.p == NULL) {
		e = hzi_call_miss(call, code, text, err);
	}
	return e == HZ_OK ? hzi_call_read(call, response.response, &out->u.value, err) : e;
}

static hz_err
need_item(hzi_call *call, hz_result *out, hz_error *err)
{
	return need_value(call, HZ_ERR_NOT_FOUND, "the queue is empty", out, err);
}

static hz_err
need_item_in_time(hzi_call *call, hz_result *out, hz_error *err)
{
	return need_value(call, HZ_ERR_TIMEOUT, "the queue stayed empty", out, err);
}

// ---- Adding ----

static hz_future
offer(hz_queue *queue, const hzi_op *op, hz_value item, int64_t timeout_ms)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(queue), op, &call, &future)) {
		return future;
	}
	if (!hzi_timeout_valid(timeout_ms)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative timeout");
	}
	hzp_queue_offer_request request = {
			.name = hzi_handle_name(&queue->handle),
			.timeout_millis = timeout_ms,
	};
	if (!hzi_call_data(call, &item, 1, &request.value)) {
		return hzi_call_refused(call);
	}
	hzi_call_waits(call, timeout_ms);
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_queue_add_async(hz_queue *queue, hz_value item)
{
	return offer(queue, &ADD, item, 0);
}

HZ_API hz_future
hz_queue_offer_async(hz_queue *queue, hz_value item, int64_t timeout_ms)
{
	return offer(queue, &OFFER, item, timeout_ms);
}

HZ_API hz_future
hz_queue_put_async(hz_queue *queue, hz_value item)
{
	int64_t timeout_ms = hzi_handle_wait_ms(handle_of(queue));
	return timeout_ms > 0 ? offer(queue, &PUT_IN_TIME, item, timeout_ms)
			      : hzi_send_value(handle_of(queue), &PUT, item);
}

HZ_API hz_future
hz_queue_add_all_async(hz_queue *queue, const hz_value *items, size_t n)
{
	return hzi_send_values(handle_of(queue), &ADD_ALL, items, n);
}

// ---- Taking ----

static hz_future
poll(hz_queue *queue, const hzi_op *op, int64_t timeout_ms)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(queue), op, &call, &future)) {
		return future;
	}
	if (!hzi_timeout_valid(timeout_ms)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative timeout");
	}
	hzi_call_waits(call, timeout_ms);
	return hzi_call_submit(call,
			&(hzp_queue_poll_request){
					.name = hzi_handle_name(&queue->handle),
					.timeout_millis = timeout_ms,
			});
}

HZ_API hz_future
hz_queue_poll_async(hz_queue *queue, int64_t timeout_ms)
{
	return poll(queue, &POLL, timeout_ms);
}

HZ_API hz_future
hz_queue_take_async(hz_queue *queue)
{
	int64_t timeout_ms = hzi_handle_wait_ms(handle_of(queue));
	return timeout_ms > 0 ? poll(queue, &TAKE_IN_TIME, timeout_ms)
			      : hzi_send_name(handle_of(queue), &TAKE);
}

HZ_API hz_future
hz_queue_drain_async(hz_queue *queue, int32_t max)
{
	hzi_call *call;
	hz_future future;
	if (max == 0) {
		return hzi_send_name(handle_of(queue), &DRAIN);
	}
	if (!hzi_call_begin(handle_of(queue), &DRAIN_MAX, &call, &future)) {
		return future;
	}
	if (max < 0) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative count");
	}
	return hzi_call_submit(call,
			&(hzp_queue_drain_to_max_size_request){
					.name = hzi_handle_name(&queue->handle),
					.max_size = max,
			});
}

HZ_API hz_future
hz_queue_remove_async(hz_queue *queue, hz_value item)
{
	return hzi_send_value(handle_of(queue), &REMOVE, item);
}

HZ_API hz_future
hz_queue_remove_all_async(hz_queue *queue, const hz_value *items, size_t n)
{
	return hzi_send_values(handle_of(queue), &REMOVE_ALL, items, n);
}

HZ_API hz_future
hz_queue_retain_all_async(hz_queue *queue, const hz_value *items, size_t n)
{
	return hzi_send_values(handle_of(queue), &RETAIN_ALL, items, n);
}

HZ_API hz_future
hz_queue_clear_async(hz_queue *queue)
{
	return hzi_send_name(handle_of(queue), &CLEAR);
}

// ---- Looking ----

HZ_API hz_future
hz_queue_peek_async(hz_queue *queue)
{
	return hzi_send_name(handle_of(queue), &PEEK);
}

HZ_API hz_future
hz_queue_element_async(hz_queue *queue)
{
	return hzi_send_name(handle_of(queue), &ELEMENT);
}

HZ_API hz_future
hz_queue_items_async(hz_queue *queue)
{
	return hzi_send_name(handle_of(queue), &ITEMS);
}

HZ_API hz_future
hz_queue_contains_async(hz_queue *queue, hz_value item)
{
	return hzi_send_value(handle_of(queue), &CONTAINS, item);
}

HZ_API hz_future
hz_queue_contains_all_async(hz_queue *queue, const hz_value *items, size_t n)
{
	return hzi_send_values(handle_of(queue), &CONTAINS_ALL, items, n);
}

HZ_API hz_future
hz_queue_size_async(hz_queue *queue)
{
	return hzi_send_name(handle_of(queue), &SIZE);
}

HZ_API hz_future
hz_queue_is_empty_async(hz_queue *queue)
{
	return hzi_send_name(handle_of(queue), &IS_EMPTY);
}

HZ_API hz_future
hz_queue_remaining_capacity_async(hz_queue *queue)
{
	return hzi_send_name(handle_of(queue), &REMAINING_CAPACITY);
}

// ---- Listening ----

HZ_API hz_err
hz_queue_listen(hz_queue *queue, const hz_item_listener *listener, const hz_listen_options *options,
		hz_listener_id *id, hz_error *err)
{
	static const hzi_listener_class items = HZI_ITEM_CLASS(&ADD_LISTENER, &REMOVE_LISTENER);
	return hzi_item_listen(handle_of(queue), &items, listener, options, id, err);
}
