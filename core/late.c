// SPDX-License-Identifier: Apache-2.0
#include "core/late.h"

#include "core/client.h"
#include "core/items.h"
#include "core/worker.h"
#include "protocol/error.h"
#include "protocol/frame.h"
#include "serialization/data.h"

#include <stdlib.h>
#include <string.h>

typedef struct hzi_late {
	hzi_job job;
	hz_client *client;     // held
	hz_items *items;       // one or several
	const char *structure; // lives as long as the client
} hzi_late;

int32_t
hzi_error_code(const hzi_slice *msg)
{
	hzp_error_holder first;
	return hzp_error_first(msg->p, msg->n, &first, NULL, NULL) == HZ_OK ? first.error_code : 0;
}

static void
free_late(hzi_late *late)
{
	hz_client *client = late->client;
	hz_items_destroy(&late->items);
	free(late);
	hzi_client_release(client);
}

static void
report(hzi_job *job)
{
	hzi_late *late = HZI_OUTER(job, hzi_late, job);
	const hz_config *config = late->client->config;
	hz_value item;
	while (!hzi_workers_stopped(late->client) && hz_items_next(late->items, NULL, &item)) {
		config->late_item.fn(config->late_item.ctx, late->structure, &item);
	}
	free_late(late);
}

// The items that the answer brings; NULL if there are none, or no memory to look at them.
static hz_items *
items_of(const hzi_call *call, const hzi_slice *msg)
{
	hz_items *items = NULL;
	if ((call->op->flags & HZI_OP_ITEM) == 0 ||
			hzp_message_type(msg->p) != call->op->proto->response->id) {
		return NULL;
	}
	if (call->op->result == HZ_RESULT_ITEMS) {
		hzi_items_read(call->client, call->op->proto->response, msg, &items, NULL);
		return items;
	}
	hzp_frames in = {.p = msg->p, .end = msg->p + msg->n};
	hzp_frame frame;
	bool whole = hzp_frames_take(&in, &frame);
	whole = whole && hzp_frames_take(&in, &frame);
	if (whole && (frame.flags & HZP_FLAG_NULL) == 0) {
		items = hzi_items_new(1, call->client->config->big_endian);
		if (items != NULL) {
			hzi_items_add_one(items, msg, (hzp_bytes){frame.p, frame.n});
		}
	}
	return items;
}

// Takes the items.
static void
hand_over(const hzi_call *call, hz_items *items)
{
	hz_client *client = call->client;
	hzi_late *late = client->config->late_item.fn != NULL ? calloc(1, sizeof(*late)) : NULL;
	if (late == NULL) {
		hz_items_destroy(&items);
		return;
	}
	late->structure = call->structure_name;
	hzi_client_retain(client);
	late->client = client;
	late->items = items;
	late->job.run = report;
	hzi_worker_run(client, &late->job);
}

void
hzi_late_answer(hzi_call *call, const hzi_slice *msg)
{
	hz_items *items = items_of(call, msg);
	size_t n = hz_items_count(items);
	if (n > 0) {
		atomic_fetch_add_explicit(
				&call->client->counters.late_items, n, memory_order_relaxed);
		hand_over(call, items);
	} else {
		hz_items_destroy(&items);
	}
	if (call->late != NULL && hzp_message_type(msg->p) == call->op->proto->response->id) {
		call->late(call, msg);
	}
	hzi_call_end_abandoned(call);
}
