// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/flake_id_generator.h"
#include "base/fail.h"
#include "base/platform.h"
#include "protocol/gen/client.h"
#include "proxies/handle_api.h"
#include "proxies/id_batch.h"
#include "proxies/names.h"
#include "proxies/replicas.h"

#include <hazelcast/flake_id_generator.h>
#include <hazelcast/object.h>
#include <stdatomic.h>
#include <stdlib.h>

#define PREFETCH_COUNT 100
#define PREFETCH_COUNT_MAX 100000
#define PREFETCH_VALIDITY_MS 600000
#define NS_PER_MS INT64_C(1000000)

// Where the ids of one handle come from. Its calls under way hold it, too.
typedef struct source {
	_Atomic uint32_t holds;
	_Atomic uint32_t asking; // calls under way
	_Atomic bool closed;     // the handle is gone: what comes is for others
	hzi_id_shelf *shelf;     // of the name; lives as long as the client
	int64_t validity_ms;     // HZ_FOREVER
	int32_t count;           // ids to ask for
	hzi_ids ids;
} source;

struct hz_flake_id_generator {
	hzi_handle handle;
	source *source;
};

static hz_err take_batch(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op NEW_BATCH = {
		&HZP_FLAKE_ID_GENERATOR_NEW_ID_BATCH, HZ_RESULT_I64, 0, take_batch};

HZI_HANDLE_BASE(flake_id_generator)

// ---- The source ----

static void
drop_source(void *dropped)
{
	source *from = dropped;
	if (atomic_fetch_sub_explicit(&from->holds, 1, memory_order_acq_rel) == 1) {
		free(from);
	}
}

// A call is over, however it ended.
static void
stop_asking(void *asked)
{
	source *from = asked;
	atomic_fetch_sub_explicit(&from->asking, 1, memory_order_relaxed);
	drop_source(from);
}

static uint64_t
epoch_of(const source *from)
{
	return atomic_load_explicit(&from->shelf->epoch, memory_order_acquire);
}

// What this handle may give now.
static hzi_id_terms
terms_of(const source *from)
{
	int64_t oldest_ns = INT64_MIN;
	if (from->validity_ms > 0 && from->validity_ms < INT64_MAX / NS_PER_MS) {
		oldest_ns = hzi_now_ns() - from->validity_ms * NS_PER_MS;
	}
	return (hzi_id_terms){.epoch = epoch_of(from), .oldest_ns = oldest_ns};
}

// Ids that a call has brought beyond its own.
static void
keep(source *from, const hzi_id_batch *batch)
{
	if (batch->count > 0 &&
			(atomic_load(&from->closed) ||
					!hzi_ids_refill(&from->ids, terms_of(from), batch))) {
		hzi_id_shelf_put(from->shelf, batch);
	}
}

static bool
take(source *from, int64_t *id)
{
	hzi_id_batch batch;
	hzi_id_terms terms = terms_of(from);
	if (hzi_ids_take(&from->ids, terms, id)) {
		return true;
	}
	if (!hzi_id_shelf_get(from->shelf, terms.oldest_ns, &batch)) {
		return false;
	}
	*id = batch.base;
	batch.base = (int64_t)((uint64_t)batch.base + (uint64_t)batch.increment);
	batch.count--;
	keep(from, &batch);
	return true;
}

// ---- Answers ----

static hz_err
take_batch(hzi_call *call, hz_result *out, hz_error *err)
{
	source *from = call->extra;
	hzp_flake_id_generator_new_id_batch_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK) {
		return e;
	}
	if (response.batch_size < 1 || response.batch_size > (int32_t)HZI_BATCH_MAX) {
		return hzi_fail(err, HZ_ERR_PROTOCOL, "a batch of %d ids", response.batch_size);
	}
	hzi_id_batch rest = {
			.base = (int64_t)((uint64_t)response.base + (uint64_t)response.increment),
			.increment = response.increment,
			.came_ns = hzi_now_ns(),
			.epoch = call->aim_mark,
			.count = (uint32_t)response.batch_size - 1,
	};
	keep(from, &rest);
	out->u.i64 = response.base;
	return HZ_OK;
}

// ---- Which member ----

// 81 node id out of range, 53 not a member, 19 not active (protocol 3.13). Members of today find
// one with a node id in range themselves; older ones may leave that to the caller.
static const int32_t REFUSALS[] = {19, 53, 81, 0};
static const int32_t PASSING[] = {0};
static const hzi_replicas MEMBERS = {.refusals = REFUSALS, .passing = PASSING, .lite = true};

static hz_err
choose(hzi_call *call)
{
	return hzi_replicas_choose(&MEMBERS, call, UINT32_MAX, (hz_uuid){0});
}

static hzi_again
again(hzi_call *call)
{
	return hzi_replicas_again(&MEMBERS, call, UINT32_MAX);
}

static const hzi_aim AIM = {.choose = choose, .again = again};

// ---- Handles ----

static hz_err
check_options(const hz_flake_id_options *given, hz_flake_id_options *options, hz_error *err)
{
	if (!hzi_options_copy(options, sizeof(*options), given)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "options of no size");
	}
	if (options->prefetch_count < 0 || options->prefetch_count > PREFETCH_COUNT_MAX) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a batch may have up to %d ids, not %d",
				PREFETCH_COUNT_MAX, options->prefetch_count);
	}
	if (!hzi_timeout_valid(options->prefetch_validity_ms)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a batch may not be valid for %lld ms",
				(long long)options->prefetch_validity_ms);
	}
	return HZ_OK;
}

static source *
make_source(const hzi_handle *handle, const hz_flake_id_options *options)
{
	hzi_name *name = hzi_names_find(handle->client, handle->service, handle->name);
	hzi_id_shelf *shelf = name != NULL
			? hzi_names_shared(name, hzi_id_shelf_make, hzi_id_shelf_end)
			: NULL;
	source *made = shelf != NULL ? calloc(1, sizeof(*made)) : NULL;
	if (made != NULL) {
		atomic_store_explicit(&made->holds, 1, memory_order_relaxed);
		made->shelf = shelf;
		made->count = options->prefetch_count != 0 ? options->prefetch_count
							   : PREFETCH_COUNT;
		made->validity_ms = options->prefetch_validity_ms != 0
				? options->prefetch_validity_ms
				: PREFETCH_VALIDITY_MS;
	}
	return made;
}

HZ_API hz_err
hz_flake_id_generator_open(hz_client *client, const char *name, const hz_flake_id_options *options,
		const hz_call *call, hz_flake_id_generator **generator, hz_error *err)
{
	hzi_handle *handle = NULL;
	hz_flake_id_options checked;
	hz_err e = check_options(options, &checked, err);
	if (e != HZ_OK) {
		return e;
	}
	e = hzi_handle_open(client, HZ_SERVICE_FLAKE_ID_GENERATOR, name, call, sizeof(**generator),
			generator != NULL ? &handle : NULL, err);
	if (e != HZ_OK) {
		return e;
	}
	HZI_ASSERT(handle != NULL); // since it was opened
	hz_flake_id_generator *opened = HZI_OUTER(handle, hz_flake_id_generator, handle);
	opened->source = make_source(handle, &checked);
	if (opened->source == NULL) {
		hzi_handle_close(handle);
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for ids");
	}
	*generator = opened;
	return HZ_OK;
}

static void
close_source(source *from)
{
	hzi_id_batch left;
	atomic_store(&from->closed, true);
	if (hzi_ids_drain(&from->ids, terms_of(from), &left)) {
		hzi_id_shelf_put(from->shelf, &left);
	}
	drop_source(from);
}

HZ_API void
hz_flake_id_generator_close(hz_flake_id_generator **generator)
{
	if (generator == NULL || *generator == NULL) {
		return;
	}
	hz_flake_id_generator *closed = *generator;
	// In a child of the client's process no lock is touched, and what stands here belongs to
	// the parent.
	if (!hzi_forked(&closed->handle.client->guard)) {
		close_source(closed->source);
	}
	hzi_handle_close(&closed->handle);
	*generator = NULL;
}

// A generator of the same name that comes later may make these ids again.
static hz_err
destroyed(hzi_call *call, hz_result *out, hz_error *err)
{
	(void)out;
	(void)err;
	hzi_id_shelf_renew(call->extra);
	return HZ_OK;
}

HZ_API hz_future
hz_flake_id_generator_destroy_async(hz_flake_id_generator *generator)
{
	static const hzi_op destroy = {&HZP_CLIENT_DESTROY_PROXY, HZ_RESULT_NONE, 0, destroyed};
	if (generator == NULL) {
		return hzi_handle_destroy_async(NULL);
	}
	hzi_id_shelf *shelf = generator->source->shelf;
	if (hzi_client_enter(generator->handle.client) == HZ_OK) {
		hzi_id_shelf_renew(shelf);
	}
	return hzi_handle_destroy_by(&generator->handle, &destroy, shelf);
}

// ---- Ids ----

HZ_API bool
hz_flake_id_generator_take(hz_flake_id_generator *generator, int64_t *id)
{
	return generator != NULL && id != NULL &&
			hzi_client_enter(generator->handle.client) == HZ_OK &&
			take(generator->source, id);
}

// Asks for a batch, or, while the handle waits for one already, for one id.
static hz_future
ask(hz_flake_id_generator *generator)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(generator), &NEW_BATCH, &call, &future)) {
		return future;
	}
	source *from = generator->source;
	atomic_fetch_add_explicit(&from->holds, 1, memory_order_relaxed);
	bool alone = atomic_fetch_add_explicit(&from->asking, 1, memory_order_relaxed) == 0;
	call->extra = from;
	call->extra_free = stop_asking;
	call->aim = &AIM;
	call->aim_mark = epoch_of(from);
	return hzi_call_submit(call,
			&(hzp_flake_id_generator_new_id_batch_request){
					.name = hzi_handle_name(&generator->handle),
					.batch_size = alone ? from->count : 1,
			});
}

HZ_API hz_future
hz_flake_id_generator_new_id_async(hz_flake_id_generator *generator)
{
	int64_t id;
	return hz_flake_id_generator_take(generator, &id)
			? hzi_handle_give_i64(&generator->handle, id)
			: ask(generator);
}
