// SPDX-License-Identifier: Apache-2.0
#include "core/schemas.h"

#include "base/fail.h"
#include "core/cluster_state.h"
#include "core/schema_known.h"
#include "serialization/data.h"

#include <stdlib.h>

// What a call waits for, and since when.
struct hzi_schema_need {
	hzi_known_schema *known;
	int64_t ticket; // of its answers; 0: not asked for yet
};

// ---- Those that are known ----

void
hzi_schemas_init(hzi_schemas *schemas)
{
	pthread_mutex_init(&schemas->lock, NULL);
}

void
hzi_schemas_clear(hzi_schemas *schemas)
{
	for (size_t i = 0; i < HZI_SCHEMA_BUCKETS; i++) {
		hzi_known_schema *known = atomic_load(&schemas->buckets[i]);
		while (known != NULL) {
			hzi_known_schema *next = known->next;
			hzi_schema_release(known->schema);
			free(known);
			known = next;
		}
	}
	pthread_mutex_destroy(&schemas->lock);
}

static hzi_known_schema *
find(const hz_client *client, int64_t id)
{
	hzi_known_schema *known = atomic_load_explicit(
			&client->schemas.buckets[(uint64_t)id % HZI_SCHEMA_BUCKETS],
			memory_order_acquire);
	while (known != NULL && known->schema->id != id) {
		known = known->next;
	}
	return known;
}

const hzi_schema *
hzi_schemas_find(const hz_client *client, int64_t id)
{
	const hzi_known_schema *known = find(client, id);
	return known != NULL ? known->schema : NULL;
}

hzi_known_schema *
hzi_schema_add(hz_client *client, const hzi_schema *schema, bool replicated)
{
	hzi_schemas *schemas = &client->schemas;
	_Atomic(hzi_known_schema *) *bucket =
			&schemas->buckets[(uint64_t)schema->id % HZI_SCHEMA_BUCKETS];
	pthread_mutex_lock(&schemas->lock);
	hzi_known_schema *known = find(client, schema->id);
	if (known == NULL) {
		known = calloc(1, sizeof(*known));
		if (known != NULL) {
			known->client = client;
			known->schema = hzi_schema_retain(schema);
			known->answers = 1;
			atomic_init(&known->replicated, replicated);
			known->next = atomic_load_explicit(bucket, memory_order_relaxed);
			atomic_store_explicit(bucket, known, memory_order_release);
		}
	} else if (replicated) {
		atomic_store(&known->replicated, true);
	}
	pthread_mutex_unlock(&schemas->lock);
	return known;
}

// ---- What calls wait for ----

static hz_err
need(void *ctx, const hzi_schema *schema, hz_error *err)
{
	hzi_call *call = ctx;
	hzi_known_schema *known = find(call->client, schema->id);
	if (known == NULL) {
		known = hzi_schema_add(call->client, schema, false);
	}
	if (known == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a schema");
	}
	if (atomic_load_explicit(&known->replicated, memory_order_acquire)) {
		return HZ_OK;
	}
	for (uint32_t i = 0; i < call->need_count; i++) {
		if (call->needs[i].known == known) {
			return HZ_OK;
		}
	}
	struct hzi_schema_need *grown =
			realloc(call->needs, (call->need_count + 1U) * sizeof(*grown));
	if (grown == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a schema");
	}
	grown[call->need_count++] = (struct hzi_schema_need){.known = known};
	call->needs = grown;
	return HZ_OK;
}

hzi_schema_sink
hzi_call_sink(hzi_call *call)
{
	return (hzi_schema_sink){.seen = need, .ctx = call};
}

// They are written for nobody but the sink.
bool
hzi_call_brings(hzi_call *call, const hz_value *values, size_t n)
{
	hzi_schema_sink sink = hzi_call_sink(call);
	hzi_buf bytes = {0};
	hz_err e = HZ_OK;
	for (size_t i = 0; e == HZ_OK && i < n; i++) {
		hz_kind kind = (hz_kind)values[i].kind_;
		if (kind == HZ_KIND_RECORD || kind == HZ_KIND_LIST) {
			hzi_buf_reset(&bytes);
			e = hzi_data_write_to(&bytes, &values[i], call->client->config->big_endian,
					&sink, NULL, hzi_call_error(call));
		}
	}
	hzi_buf_clear(&bytes);
	call->code = e;
	return e == HZ_OK;
}

void
hzi_schemas_end_call(hzi_call *call)
{
	free(call->needs);
	call->needs = NULL;
	call->need_count = 0;
	call->awaits_schema = false;
}

// HZ_ERR_OFFLINE: the members are being told. *news: the cluster thread has to hear of that.
static hz_err
want(hzi_known_schema *known, int64_t *ticket, bool *news)
{
	if (*ticket != 0 && known->failed_at >= *ticket) {
		return known->failure;
	}
	if (*ticket == 0) {
		*ticket = known->answers;
	}
	if (!known->wanted) {
		known->wanted = true;
		known->tells = 0;
		atomic_fetch_add(&known->client->schemas.wanted, 1);
		*news = true;
	}
	return HZ_ERR_OFFLINE;
}

hz_err
hzi_schemas_ready(hzi_call *call)
{
	hzi_schemas *schemas = &call->client->schemas;
	hz_err e = HZ_OK;
	bool news = false;
	pthread_mutex_lock(&schemas->lock);
	for (uint32_t i = 0; i < call->need_count; i++) {
		struct hzi_schema_need *n = &call->needs[i];
		if (!atomic_load(&n->known->replicated)) {
			hz_err one = want(n->known, &n->ticket, &news);
			e = e == HZ_OK || e == HZ_ERR_OFFLINE ? one : e;
		}
	}
	pthread_mutex_unlock(&schemas->lock);
	if (news) {
		hzi_mailbox_ring(&call->client->cluster->inbox);
	}
	return e;
}
