// SPDX-License-Identifier: Apache-2.0
#include "proxies/reliable_topic.h"

#include "base/fail.h"
#include "base/platform.h"
#include "protocol/gen/ringbuffer.h"
#include "proxies/handle_api.h"
#include "proxies/reliable_message.h"

#include <hazelcast/object.h>
#include <stdlib.h>
#include <string.h>

#define RING_PREFIX "_hz_rb_"
#define READ_BATCH_SIZE 10
#define ON_STACK 1024U // bytes of messages that cost no allocation

HZI_HANDLE_NAME(reliable_topic)

// ---- Handles ----

hz_err
hzi_reliable_ring_open(hz_client *client, const char *name, const hz_call *call,
		hz_ringbuffer **ring, hz_error *err)
{
	size_t n = strlen(name);
	char *text = malloc(sizeof(RING_PREFIX) + n);
	if (text == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a name");
	}
	memcpy(text, RING_PREFIX, sizeof(RING_PREFIX) - 1);
	memcpy(text + sizeof(RING_PREFIX) - 1, name, n + 1);
	hz_err e = hz_ringbuffer_open(client, text, call, ring, err);
	free(text);
	return e;
}

static hz_err
take_options(hz_reliable_topic_options *options, const hz_reliable_topic_options *given,
		hz_error *err)
{
	if (!hzi_options_copy(options, sizeof(*options), given)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "options have no size");
	}
	if (options->overload < HZ_TOPIC_OVERLOAD_BLOCK ||
			options->overload > HZ_TOPIC_OVERLOAD_ERROR) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "no such overload policy");
	}
	if (options->read_batch_size < 0 || options->read_batch_size > HZ_RINGBUFFER_BATCH_MAX) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a batch has 1 to 1,000 messages");
	}
	if (options->read_batch_size == 0) {
		options->read_batch_size = READ_BATCH_SIZE;
	}
	return HZ_OK;
}

HZ_API hz_err
hz_reliable_topic_open(hz_client *client, const char *name, const hz_reliable_topic_options *given,
		const hz_call *call, hz_reliable_topic **out, hz_error *err)
{
	hz_reliable_topic_options options;
	hzi_handle *handle = NULL;
	hz_err e = take_options(&options, given, err);
	if (e == HZ_OK) {
		e = hzi_handle_open(client, HZ_SERVICE_RELIABLE_TOPIC, name, call, sizeof(**out),
				out != NULL ? &handle : NULL, err);
	}
	if (e != HZ_OK) {
		return e;
	}
	hz_reliable_topic *topic = HZI_OUTER(handle, hz_reliable_topic, handle);
	topic->overload = options.overload;
	topic->read_batch_size = options.read_batch_size;
	e = hzi_reliable_ring_open(client, name, call, &topic->ring, err);
	if (e != HZ_OK) {
		hzi_handle_close(handle);
		return e;
	}
	*out = topic;
	return HZ_OK;
}

HZ_API void
hz_reliable_topic_close(hz_reliable_topic **topic)
{
	if (topic == NULL || *topic == NULL) {
		return;
	}
	hz_ringbuffer_close(&(*topic)->ring);
	hzi_handle_close(&(*topic)->handle);
	*topic = NULL;
}

HZ_API hz_err
hz_reliable_topic_call(hz_reliable_topic *topic, const hz_call *call)
{
	hz_err e = hzi_handle_set_call(handle_of(topic), call);
	return e == HZ_OK ? hz_ringbuffer_call(topic->ring, call) : e;
}

HZ_API hz_future
hz_reliable_topic_destroy_async(hz_reliable_topic *topic)
{
	return hzi_handle_destroy_both_async(handle_of(topic),
			topic != NULL ? hzi_ringbuffer_handle(topic->ring) : NULL);
}

// ---- Publishing ----

// Add and addAll have the same answer: a sequence, or -1 when there was no room.
_Static_assert(sizeof(hzp_ringbuffer_add_response) == sizeof(hzp_ringbuffer_add_all_response),
		"read alike");

static hz_err
need_room(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_ringbuffer_add_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e == HZ_OK && response.response < 0) {
		return hzi_call_miss(call, HZ_ERR_TOPIC_OVERLOAD, "the topic is full", err);
	}
	out->u.i64 = e == HZ_OK ? response.response : 0;
	return e;
}

// The target stays: only the time of the next try matters.
static hz_err
stay(hzi_call *call)
{
	(void)call;
	return HZ_OK;
}

// The member answers, it only has no room: that is no failure which the retry budget should count.
static hzi_again
wait_for_room(hzi_call *call)
{
	if (call->code != HZ_ERR_TOPIC_OVERLOAD) {
		return HZI_AGAIN_NO;
	}
	call->retry_until_ns = 0;
	if (hzi_now_ns() < atomic_load_explicit(&call->deadline_ns, memory_order_relaxed)) {
		return HZI_AGAIN_LATER;
	}
	call->code = HZ_ERR_TIMEOUT;
	call->why = "the topic stayed full";
	return HZI_AGAIN_NO;
}

static hz_err
accept_room(const hzi_call *call)
{
	hzp_ringbuffer_add_response response;
	hz_err e = hzi_call_decode(call, &response, NULL);
	return e == HZ_OK && response.response < 0 ? HZ_ERR_TOPIC_OVERLOAD : HZ_OK;
}

static const hzi_op ADD = {&HZP_RINGBUFFER_ADD, HZ_RESULT_I64, 0, NULL};
static const hzi_op ADD_ALL = {&HZP_RINGBUFFER_ADD_ALL, HZ_RESULT_I64, 0, NULL};
static const hzi_op ADD_OR_FAIL = {&HZP_RINGBUFFER_ADD, HZ_RESULT_I64, 0, need_room};
static const hzi_op ADD_ALL_OR_FAIL = {&HZP_RINGBUFFER_ADD_ALL, HZ_RESULT_I64, 0, need_room};
static const hzi_aim PATIENT = {.choose = stay, .again = wait_for_room, .accept = accept_room};

// What each policy sends.
typedef struct policy {
	const hzi_op *add;
	const hzi_op *add_all;
	const hzi_aim *aim;
	hz_overflow overflow;
} policy;

static const policy policies[] = {
		[HZ_TOPIC_OVERLOAD_BLOCK] = {&ADD, &ADD_ALL, &PATIENT, HZ_OVERFLOW_FAIL},
		[HZ_TOPIC_OVERLOAD_DISCARD_OLDEST] = {&ADD, &ADD_ALL, NULL, HZ_OVERFLOW_OVERWRITE},
		[HZ_TOPIC_OVERLOAD_DISCARD_NEWEST] = {&ADD, &ADD_ALL, NULL, HZ_OVERFLOW_FAIL},
		[HZ_TOPIC_OVERLOAD_ERROR] = {&ADD_OR_FAIL, &ADD_ALL_OR_FAIL, NULL,
				HZ_OVERFLOW_FAIL},
};

// A future of a publish whose messages cannot be sent.
static hz_future
refuse(hz_reliable_topic *topic, hz_err e, const hz_error *why)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(&topic->handle, &ADD, &call, &future)) {
		return future;
	}
	hz_error *err = hzi_call_error(call);
	if (err != NULL && why != NULL) {
		*err = *why;
	}
	call->code = e;
	return hzi_call_refused(call);
}

HZ_API hz_future
hz_reliable_topic_publish_async(hz_reliable_topic *topic, hz_value message)
{
	uint8_t room[ON_STACK];
	hz_error err;
	hzi_buf buf;
	if (topic == NULL) {
		return hzi_future_error(HZ_ERR_ARGUMENT);
	}
	hzi_buf_init(&buf, room, sizeof(room));
	const policy *how = &policies[topic->overload];
	bool big_endian = topic->handle.client->config->big_endian;
	hz_err e = hzi_reliable_message_write(&buf, &message, hzi_wall_ms(), big_endian, &err);
	hz_future future = e == HZ_OK
			? hzi_ringbuffer_add(topic->ring, how->add, how->aim,
					  hz_data(buf.data, buf.len), &message, how->overflow)
			: refuse(topic, e, &err);
	hzi_buf_clear(&buf);
	return future;
}

// Puts each message into an envelope; ends[i] is where that of message i ends in buf.
static hz_err
write_all(hzi_buf *buf, const hz_value *messages, size_t n, bool big_endian, size_t *ends,
		hz_error *err)
{
	int64_t now_ms = hzi_wall_ms();
	for (size_t i = 0; i < n; i++) {
		hz_err e = hzi_reliable_message_write(buf, &messages[i], now_ms, big_endian, err);
		if (e != HZ_OK) {
			return e;
		}
		ends[i] = buf->len;
	}
	return HZ_OK;
}

static hz_future
publish_all(hz_reliable_topic *topic, const hz_value *messages, size_t n, hz_value *envelopes,
		size_t *ends)
{
	hzi_buf buf = {0};
	hz_error err;
	const policy *how = &policies[topic->overload];
	bool big_endian = topic->handle.client->config->big_endian;
	hz_err e = write_all(&buf, messages, n, big_endian, ends, &err);
	for (size_t i = 0, from = 0; e == HZ_OK && i < n; from = ends[i++]) {
		envelopes[i] = hz_data(buf.data + from, ends[i] - from);
	}
	hz_future future = e == HZ_OK ? hzi_ringbuffer_add_all(topic->ring, how->add_all, how->aim,
							envelopes, messages, n, how->overflow)
				      : refuse(topic, e, &err);
	hzi_buf_clear(&buf);
	return future;
}

HZ_API hz_future
hz_reliable_topic_publish_all_async(hz_reliable_topic *topic, const hz_value *messages, size_t n)
{
	if (topic == NULL) {
		return hzi_future_error(HZ_ERR_ARGUMENT);
	}
	if (messages == NULL || n == 0 || n > HZ_RINGBUFFER_BATCH_MAX) {
		hz_error err;
		hzi_fail(&err, HZ_ERR_ARGUMENT, "not 1 to 1,000 messages");
		return refuse(topic, HZ_ERR_ARGUMENT, &err);
	}
	hz_value *envelopes = calloc(n, sizeof(*envelopes));
	size_t *ends = calloc(n, sizeof(*ends));
	hz_future future = envelopes != NULL && ends != NULL
			? publish_all(topic, messages, n, envelopes, ends)
			: refuse(topic, HZ_ERR_MEMORY, NULL);
	free(envelopes);
	free(ends);
	return future;
}
