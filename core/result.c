// SPDX-License-Identifier: Apache-2.0
//
// From the response of a call to what its consumer gets: the result, or the words of its failure.
#include "base/fail.h"
#include "base/line.h"
#include "core/error.h"
#include "core/invocation.h"
#include "core/items.h"
#include "protocol/error.h"
#include "protocol/frame.h"
#include "protocol/message.h"
#include "serialization/data.h"

#include <string.h>

// Where the only fixed-size field of a standard response stands in the message.
#define AT_RESPONSE (HZP_FRAME_HEADER + HZP_RESPONSE_HEADER)

static hz_err
broken(const hzi_call *call, const char *reason, hz_error *err)
{
	HZI_ASSERT(call->op->proto != NULL); // a fan-out's parent has no response
	atomic_fetch_add_explicit(&call->client->counters.decode_errors, 1, memory_order_relaxed);
	hzi_fail(err, HZ_ERR_PROTOCOL, "the response of %s cannot be read: %s",
			call->op->proto->request->name,
			reason != NULL ? reason : "it is too short");
	if (err != NULL) {
		err->in_doubt = true;
	}
	return HZ_ERR_PROTOCOL;
}

// The message that the answer is; the two that it may be have the same fields.
static const hzp_message *
answer_of(const hzi_call *call)
{
	const hzp_operation *operation = call->op->proto;
	return operation->or_response != NULL &&
					hzp_message_type(call->response.p) ==
							operation->or_response->id
			? operation->or_response
			: operation->response;
}

hz_err
hzi_call_decode(const hzi_call *call, void *response, hz_error *err)
{
	const char *reason = NULL;
	hz_err e = hzp_decode(
			call->response.p, call->response.n, answer_of(call), response, &reason);
	return e == HZ_OK ? HZ_OK : broken(call, reason, err);
}

// The n bytes of the response's fixed-size field, or NULL when the first frame is too short.
static const uint8_t *
fixed_field(const hzi_call *call, size_t n)
{
	const uint8_t *msg = call->response.p;
	return hzi_load_le32(msg) >= AT_RESPONSE + n ? msg + AT_RESPONSE : NULL;
}

static hz_err
read_none(hzi_call *call, hz_result *out, hz_error *err)
{
	(void)call;
	(void)out;
	(void)err;
	return HZ_OK;
}

static hz_err
read_bool(hzi_call *call, hz_result *out, hz_error *err)
{
	const uint8_t *p = fixed_field(call, 1);
	if (p == NULL) {
		return broken(call, NULL, err);
	}
	out->u.b = *p != 0;
	return HZ_OK;
}

static hz_err
read_i32(hzi_call *call, hz_result *out, hz_error *err)
{
	const uint8_t *p = fixed_field(call, 4);
	if (p == NULL) {
		return broken(call, NULL, err);
	}
	out->u.i32 = (int32_t)hzi_load_le32(p);
	return HZ_OK;
}

static hz_err
read_i64(hzi_call *call, hz_result *out, hz_error *err)
{
	const uint8_t *p = fixed_field(call, 8);
	if (p == NULL) {
		return broken(call, NULL, err);
	}
	out->u.i64 = (int64_t)hzi_load_le64(p);
	return HZ_OK;
}

// One frame of Data, or a NULL frame. Read by hand: this is the result of the commonest calls.
static hz_err
read_value(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_frames in = {.p = call->response.p, .end = call->response.p + call->response.n};
	hzp_frame frame;
	bool whole = hzp_frames_take(&in, &frame);
	whole = whole && hzp_frames_take(&in, &frame);
	if (!whole) {
		return broken(call, in.reason, err);
	}
	if ((frame.flags & HZP_FLAG_NULL) != 0) {
		out->u.value = hz_null();
		return HZ_OK;
	}
	hzi_slice data = {.block = call->response.block, .p = frame.p, .n = frame.n};
	return hzi_value_read(call->client->blocks, &data, call->client->config->big_endian,
			&out->u.value, err);
}

static hz_err
read_items(hzi_call *call, hz_result *out, hz_error *err)
{
	const char *reason = NULL;
	hz_err e = hzi_items_read(
			call->client, answer_of(call), &call->response, &out->u.items, &reason);
	if (e == HZ_ERR_MEMORY) {
		return hzi_fail(err, e, "no memory for the items");
	}
	return e == HZ_OK ? HZ_OK : broken(call, reason, err);
}

static const hzi_finish_fn standard[] = {
		[HZ_RESULT_NONE] = read_none,
		[HZ_RESULT_BOOL] = read_bool,
		[HZ_RESULT_I32] = read_i32,
		[HZ_RESULT_I64] = read_i64,
		[HZ_RESULT_VALUE] = read_value,
		[HZ_RESULT_ITEMS] = read_items,
};

// The operation took place, only its result is lost: the caller must not take that for "not
// applied".
static bool
is_lost(hz_err e)
{
	return e == HZ_ERR_SERIALIZATION || e == HZ_ERR_MEMORY || e == HZ_ERR_PROTOCOL;
}

hz_err
hzi_call_result(hzi_call *call, hz_result *out, hz_error *err)
{
	const hzi_op *op = call->op;
	hzi_finish_fn finish = op->finish != NULL ? op->finish : standard[op->result];
	*out = (hz_result){.kind = op->result};
	hz_err e = finish(call, out, err);
	if (e != HZ_OK) {
		*out = (hz_result){.kind = HZ_RESULT_NONE};
		if (err != NULL) {
			err->in_doubt = is_lost(e) || call->in_doubt;
		}
	}
	return e;
}

// An object lies in the union together with the function that ends it, which readers do not see.
typedef struct result_object {
	void *object;
	void (*destroy)(void *object);
} result_object;

_Static_assert(sizeof(result_object) <= sizeof(((hz_result *)NULL)->u), "both fit");

void
hzi_result_object(hz_result *result, void *object, void (*destroy)(void *object))
{
	result_object both = {.object = object, .destroy = destroy};
	memcpy(&result->u, &both, sizeof(both));
}

static void
clear_object(hz_result *result)
{
	result_object both;
	memcpy(&both, &result->u, sizeof(both));
	result->u.object = NULL;
	if (both.object != NULL) {
		both.destroy(both.object);
	}
}

void
hzi_result_clear(hz_result *result)
{
	if (result->kind == HZ_RESULT_VALUE) {
		hz_value_clear(&result->u.value);
	} else if (result->kind == HZ_RESULT_ITEMS) {
		hz_items_destroy(&result->u.items);
	} else if (result->kind == HZ_RESULT_OBJECT) {
		clear_object(result);
	}
}

// ---- Failures ----

// The member that answered had sent the operation on, and does not know what became of it: 33
// member left, 38 operation timeout, 52 target disconnected (protocol 3.13).
static bool
leaves_doubt(int32_t server_code)
{
	return server_code == 33 || server_code == 38 || server_code == 52;
}

static hz_err
explain_server(const hzi_call *call, hz_error *err)
{
	hzp_error_holder first;
	const char *reason = NULL;
	if (hzp_error_first(call->response.p, call->response.n, &first, NULL, &reason) != HZ_OK) {
		return broken(call, reason, err);
	}
	const hzi_server_error *row = hzi_server_error_find(first.error_code);
	hz_err code = row != NULL ? row->promotion : HZ_ERR_SERVER;
	if (err != NULL) {
		memset(err, 0, sizeof(*err));
		err->code = (int32_t)code;
		err->server_code = first.error_code;
		err->retryable = row != NULL && row->retryable;
		err->in_doubt = leaves_doubt(first.error_code);
		hzi_line_copy(err->where, sizeof(err->where), first.class_name.p,
				first.class_name.n);
		hzi_line_copy(err->message, sizeof(err->message), first.message.p, first.message.n);
		if (err->message[0] == '\0') {
			memcpy(err->message, err->where, sizeof(err->where));
		}
	}
	return code;
}

static bool
may_go_better(hz_err code)
{
	return code == HZ_ERR_OFFLINE || code == HZ_ERR_DISCONNECTED || code == HZ_ERR_OVERLOAD ||
			code == HZ_ERR_TIMEOUT;
}

hz_err
hzi_call_miss(const hzi_call *call, hz_err code, const char *text, hz_error *err)
{
	hzi_fail(err, code, "%s: %s", call->op->proto->request->name, text);
	if (err != NULL) {
		err->retryable = may_go_better(code);
	}
	return code;
}

hz_err
hzi_call_explain(const hzi_call *call, hz_err code, hz_error *err)
{
	const char *name = call->op->proto != NULL ? call->op->proto->request->name
						   : "a call of many parts";
	if (code == HZ_ERR_SERVER && call->response.p != NULL) {
		code = explain_server(call, err);
	} else if (call->error != NULL && call->error->code == (int32_t)code) {
		if (err != NULL) {
			*err = *call->error;
		}
	} else {
		hzi_fail(err, code, "%s: %s%s%s", name, hz_err_text(code),
				call->why != NULL ? ": " : "", call->why != NULL ? call->why : "");
		if (err != NULL) {
			err->retryable = may_go_better(code);
		}
	}
	if (err != NULL) {
		err->in_doubt = err->in_doubt || call->in_doubt || code == HZ_ERR_INDETERMINATE;
	}
	return code;
}
