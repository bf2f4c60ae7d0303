// SPDX-License-Identifier: Apache-2.0
#include "core/late.h"

#include "core/client.h"
#include "core/worker.h"
#include "protocol/error.h"
#include "protocol/frame.h"
#include "serialization/data.h"

#include <stdlib.h>
#include <string.h>

typedef struct hzi_late {
	hzi_job job;
	hz_client *client; // held
	hzi_slice data;    // the item, kept
	char structure[];
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
	hzi_slice_clear(&late->data);
	free(late);
	hzi_client_release(client);
}

static void
report(hzi_job *job)
{
	hzi_late *late = HZI_OUTER(job, hzi_late, job);
	const hz_config *config = late->client->config;
	hz_value item;
	if (hzi_workers_stopped(late->client)) {
		free_late(late);
		return;
	}
	if (hzi_value_view(late->data.p, late->data.n, config->big_endian, &item) != HZ_OK) {
		item = hz_data(late->data.p, late->data.n);
	}
	config->late_item.fn(config->late_item.ctx, late->structure, &item);
	free_late(late);
}

// The Data frame of the answer, if it brings an item.
static bool
item_of(const hzi_slice *msg, hzi_slice *data)
{
	hzp_frames in = {.p = msg->p, .end = msg->p + msg->n};
	hzp_frame frame;
	if (!hzp_frames_take(&in, &frame) || !hzp_frames_take(&in, &frame) ||
		(frame.flags & HZP_FLAG_NULL) != 0) {
		return false;
	}
	*data = (hzi_slice){.block = msg->block, .p = frame.p, .n = frame.n};
	return true;
}

static void
hand_over(const hzi_call *call, const hzi_slice *item)
{
	hz_client *client = call->client;
	const char *structure = call->structure_name;
	size_t n = strlen(structure) + 1;
	if (client->config->late_item.fn == NULL) {
		return;
	}
	hzi_late *late = calloc(1, sizeof(*late) + n);
	if (late == NULL || hzi_slice_keep(client->blocks, item, &late->data) != HZ_OK) {
		free(late);
		return;
	}
	memcpy(late->structure, structure, n);
	hzi_client_retain(client);
	late->client = client;
	late->job.run = report;
	hzi_worker_run(client, &late->job);
}

void
hzi_late_answer(hzi_call *call, const hzi_slice *msg)
{
	hzi_slice item;
	if ((call->op->flags & HZI_OP_ITEM) != 0 &&
		hzp_message_type(msg->p) == call->op->proto->response->id && item_of(msg, &item)) {
		atomic_fetch_add_explicit(&call->client->counters.late_items, 1, memory_order_relaxed);
		hand_over(call, &item);
	}
	hzi_call_end_abandoned(call);
}
