// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"
#include "proxies/map_backend/cell_state.h"
#include "serialization/data.h"

#include <stdlib.h>
#include <string.h>

// ---- Ends ----

void
hzi_errand_free(hzi_errand *errand)
{
	if (errand->dropped != NULL && !errand->delivered) {
		errand->dropped(errand);
	}
	hzi_buf_clear(&errand->expected);
	hzi_buf_clear(&errand->value);
	hzi_buf_clear(&errand->data);
	free(errand);
}

void
hzi_errand_free_unsent(void *errand)
{
	hzi_errand_free(errand);
}

// What a call keeps of its errand's data.
typedef struct brought {
	size_t n;
	uint8_t bytes[];
} brought;

static void
hand_over_data(hzi_call *call, brought *data)
{
	call->extra = data;
	call->extra_free = free;
}

static brought *
make_brought(const hzi_buf *data)
{
	brought *made = data->len > 0 ? malloc(sizeof(*made) + data->len) : NULL;
	if (made != NULL) {
		made->n = data->len;
		memcpy(made->bytes, data->data, data->len);
	}
	return made;
}

static void
leave_undo(hzi_cell *cell, const hzi_errand *errand)
{
	hzi_errand undo = {.cell = cell};
	if (cell->utility->undo == NULL || !cell->utility->undo(errand, &undo)) {
		return;
	}
	hzi_errand *made = malloc(sizeof(*made));
	if (made != NULL) {
		*made = undo;
		made->next = cell->work;
		cell->work = made;
	}
}

// Ends the errand's call, unless it has ended, and the errand.
static void
finish(hzi_cell *cell, hzi_errand *errand, const hzi_slice *why)
{
	brought *data = make_brought(&errand->data);
	if (errand->data.len > 0 && data == NULL) {
		errand->code = HZ_ERR_MEMORY;
	}
	if (errand->code == HZ_ERR_SESSION_EXPIRED) {
		cell->held = 0;
	} else if (errand->code == HZ_OK && errand->changed) {
		cell->held += errand->takes;
	}
	hzi_call *call = errand->id != 0 ? hzi_call_claim_local(cell->client, errand->id) : NULL;
	if (call != NULL) {
		if (cell->utility->deliver != NULL) {
			cell->utility->deliver(cell, errand);
		}
		errand->delivered = errand->code == HZ_OK;
		call->code = errand->code;
		call->why = errand->why;
		call->in_doubt = errand->code == HZ_ERR_INDETERMINATE;
		call->aim_mark = (uint64_t)errand->result;
		if (why != NULL && why->p != NULL) {
			hzi_slice_take(&call->response, why->block, why->p, why->n);
			call->server_code =
					errand->code == HZ_ERR_SERVER ? (int32_t)errand->result : 0;
		}
		if (data != NULL) {
			hand_over_data(call, data);
			data = NULL;
		}
		hzi_call_done(call);
	} else if (errand->id != 0 && errand->changed && errand->code == HZ_OK) {
		leave_undo(cell, errand);
	}
	free(data);
	hzi_errand_free(errand);
}

// Ends those that are ready, or all.
void
hzi_cell_finish_ready(hzi_cell *cell)
{
	hzi_errand *list = cell->work;
	hzi_errand *kept = NULL;
	hzi_errand **last = &kept;
	cell->work = NULL; // what undoes something comes first
	while (list != NULL) {
		hzi_errand *errand = list;
		list = list->next;
		if (errand->ready) {
			finish(cell, errand, NULL);
		} else {
			*last = errand;
			last = &errand->next;
		}
	}
	*last = NULL;
	for (last = &cell->work; *last != NULL; last = &(*last)->next) {
	}
	*last = kept;
}

void
hzi_cell_fail_ready(hzi_cell *cell, hz_err code, const char *why)
{
	for (hzi_errand *errand = cell->work; errand != NULL; errand = errand->next) {
		if (errand->ready) {
			errand->code = code;
			errand->why = why;
		}
	}
	hzi_cell_finish_ready(cell);
}

void
hzi_cell_take_inbox(hzi_cell *cell)
{
	hzi_errand *in_order = NULL;
	hzi_errand **last = &cell->work;
	while (cell->inbox != NULL) {
		hzi_errand *errand = cell->inbox;
		cell->inbox = errand->next;
		errand->next = in_order;
		in_order = errand;
	}
	while (*last != NULL) {
		last = &(*last)->next;
	}
	*last = in_order;
}

void
hzi_cell_fail_all(hzi_cell *cell, hz_err code, int32_t server_code, const hzi_slice *why)
{
	pthread_mutex_lock(&cell->lock);
	hzi_cell_take_inbox(cell);
	hzi_errand *list = cell->work;
	cell->work = NULL;
	cell->known = false;
	cell->attempt = 0;
	cell->locked = false;
	cell->idle_waits = false;
	cell->running = false;
	pthread_mutex_unlock(&cell->lock);
	while (list != NULL) {
		hzi_errand *errand = list;
		list = list->next;
		errand->code = code;
		errand->changed = false;
		errand->result = server_code;
		hzi_buf_reset(&errand->data);
		finish(cell, errand, why);
	}
}

static hzi_again errand_again(hzi_call *call);

// ---- Calls ----

bool
hzi_errand_begin(hzi_handle *handle, hzi_cell *cell, const hzi_op *op, int kind, hzi_call **call,
		hzi_errand **errand, hz_future *future)
{
	static const hzi_aim aim = {NULL, errand_again, NULL};
	if (!hzi_call_begin(handle, op, call, future)) {
		return false;
	}
	*errand = calloc(1, sizeof(**errand));
	if (*errand == NULL) {
		*future = hzi_call_refuse(*call, HZ_ERR_MEMORY, "no memory for an operation");
		return false;
	}
	(*errand)->cell = cell;
	(*errand)->kind = kind;
	(*call)->aim = &aim;
	(*call)->local = hzi_errand_leave;
	(*call)->aim_mark = HZ_ERR_TIMEOUT;
	(*call)->extra = *errand;
	(*call)->extra_free = hzi_errand_free_unsent;
	return true;
}

bool
hzi_errand_value(hzi_call *call, hz_value value, hzi_buf *to)
{
	bool be = call->client->config->big_endian;
	if (hz_value_is_null(&value)) {
		return true;
	}
	call->code = hzi_data_write(to, &value, be, NULL, NULL);
	if (call->code != HZ_OK) {
		call->code = hzi_data_write(to, &value, be, NULL, hzi_call_error(call));
	}
	return call->code == HZ_OK;
}

void
hzi_errand_waits(hzi_call *call, hzi_errand *errand, int64_t timeout_ms, hz_err late)
{
	errand->waits = timeout_ms != 0;
	if (timeout_ms != 0) {
		atomic_store_explicit(&call->deadline_ns, hzi_deadline_in_ms(timeout_ms),
				memory_order_relaxed);
		call->parked = true;
		call->aim_mark = (uint64_t)late;
	}
}

// The time is over: for a call that waits that is an answer. What it may get all the same is given
// back.
static hzi_again
errand_again(hzi_call *call)
{
	if (call->code == HZ_ERR_TIMEOUT && call->parked) {
		call->code = (hz_err)call->aim_mark;
		call->aim_mark = 0;
		call->in_doubt = false;
	}
	return HZI_AGAIN_NO;
}

hz_future
hzi_errand_send(hzi_call *call)
{
	return hzi_call_start(call);
}

hz_future
hzi_errand_run(hzi_handle *handle, hzi_cell *cell, const hzi_op *op, int kind, int64_t a, int64_t b)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	if (!hzi_errand_begin(handle, cell, op, kind, &call, &errand, &future)) {
		return future;
	}
	errand->a = a;
	errand->b = b;
	return hzi_errand_send(call);
}

static hz_err
finish_value(const hzi_call *call, hz_result *out, hz_error *err)
{
	const brought *data = call->extra;
	hz_value value = hz_null();
	if (data == NULL) {
		out->u.value = value;
		return HZ_OK;
	}
	hz_err e = hzi_value_view(data->bytes, data->n, call->client->config->big_endian, &value);
	return e == HZ_OK ? hz_value_copy(&value, &out->u.value, err)
			  : hzi_fail(err, e, "the value of the entry cannot be read");
}

hz_err
hzi_errand_finish(hzi_call *call, hz_result *out, hz_error *err)
{
	int64_t n = (int64_t)call->aim_mark;
	switch (call->op->result) {
	case HZ_RESULT_BOOL:
		out->u.b = n != 0;
		return HZ_OK;
	case HZ_RESULT_I32:
		out->u.i32 = (int32_t)n;
		return HZ_OK;
	case HZ_RESULT_I64:
		out->u.i64 = n;
		return HZ_OK;
	case HZ_RESULT_VALUE:
		return finish_value(call, out, err);
	default:
		return HZ_OK;
	}
}
