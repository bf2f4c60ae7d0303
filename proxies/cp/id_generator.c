// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"
#include "protocol/gen/atomic_long.h"
#include "proxies/map_backend/handle.h"

#include <hazelcast/id_generator.h>
#include <stdlib.h>
#include <string.h>

// Where clients of Hazelcast 3 have counted, too.
#define PREFIX "hz:atomic:idGenerator:"
#define PREFIX_LENGTH (sizeof(PREFIX) - 1)

// Under which generators stand among the names of a client. No member knows of it.
#define GENERATORS "hz:impl:idGeneratorService"

struct hz_id_generator {
	HZI_CP_HANDLE;
	hzi_id_blocks *blocks; // of the name; live as long as the client
};

static hz_err take_first(hzi_call *call, hz_result *out, hz_error *err);
static hz_err take_block(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op INIT = {&HZP_ATOMIC_LONG_COMPARE_AND_SET, HZ_RESULT_BOOL, 0, take_first};
// In doubt a block is lost, which is nothing: another try takes another one.
static const hzi_op NEW_BLOCK = {
		&HZP_ATOMIC_LONG_GET_AND_ADD, HZ_RESULT_I64, HZI_OP_HARMLESS, take_block};

HZI_HANDLE_OF(id_generator)
HZI_HANDLE_CALL(id_generator)
HZI_HANDLE_CLOSE(id_generator)
HZI_BACKEND(id_generator)

// ---- Handles ----

static hz_err
find_blocks(hz_id_generator *generator, hz_error *err)
{
	hzi_name *name = NULL;
	hz_client *client = generator->handle.client;
	hz_err e = hzi_names_intern(client, GENERATORS, generator->handle.name, &name, err);
	if (e != HZ_OK) {
		return e;
	}
	generator->blocks = hzi_names_shared(name, hzi_id_blocks_make, hzi_id_blocks_end);
	if (generator->blocks == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for blocks of ids");
	}
	hzi_id_blocks_open(generator->blocks, client, generator->cp.group);
	return HZ_OK;
}

// The name of the atomic long behind a generator's. NULL: see *e. Freed by the caller.
static char *
make_name(const char *name, hz_err *e, hz_error *err)
{
	char *text = malloc(PREFIX_LENGTH + strlen(name) + 1);
	if (text == NULL) {
		*e = hzi_fail(err, HZ_ERR_MEMORY, "no memory for a name");
		return NULL;
	}
	memcpy(text, PREFIX, PREFIX_LENGTH);
	*e = hzi_cp_name_write(name, text + PREFIX_LENGTH, err);
	if (*e != HZ_OK) {
		free(text);
		return NULL;
	}
	return text;
}

HZ_API hz_err
hz_id_generator_open(hz_client *client, const char *name, const hz_call *call,
		hz_id_generator **generator, hz_error *err)
{
	hzi_handle *handle = NULL;
	hz_err e = hzi_handle_check(client, name, call, generator != NULL ? &handle : NULL, err);
	if (e != HZ_OK) {
		return e;
	}
	char *text = make_name(name, &e, err);
	if (text == NULL) {
		return e;
	}
	e = hzi_concurrency_open(client, HZ_SERVICE_ATOMIC_LONG, &hzi_atomic_long_utility, text,
			call, sizeof(**generator), &handle, err);
	free(text);
	if (e != HZ_OK) {
		return e;
	}
	hz_id_generator *opened = HZI_OUTER(handle, hz_id_generator, handle);
	e = find_blocks(opened, err);
	if (e != HZ_OK) {
		hzi_handle_close(handle);
		return e;
	}
	*generator = opened;
	return HZ_OK;
}

HZ_API const char *
hz_id_generator_name(const hz_id_generator *generator)
{
	return generator != NULL ? generator->handle.name + PREFIX_LENGTH : "";
}

HZ_API hz_future
hz_id_generator_destroy_async(hz_id_generator *generator)
{
	if (generator != NULL && hzi_client_enter(generator->handle.client) == HZ_OK) {
		hzi_id_blocks_renew(generator->blocks);
	}
	return hzi_concurrency_destroy_async(generator != NULL ? &generator->cp : NULL);
}

// ---- Beginning ----

// What an initialisation that succeeds brings: the rest of the block that `id` is in.
typedef struct first_ids {
	hzi_id_blocks *blocks;
	uint64_t life;
	int64_t id;
} first_ids;

static hz_err
take_first(hzi_call *call, hz_result *out, hz_error *err)
{
	const first_ids *first = call->extra;
	hzp_atomic_long_compare_and_set_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK) {
		return e;
	}
	if (response.response) {
		uint32_t used = (uint32_t)(first->id % HZI_ID_BLOCK) + 1;
		hzi_id_blocks_put(first->blocks, first->life, first->id + 1, HZI_ID_BLOCK - used);
	}
	out->u.b = response.response;
	return HZ_OK;
}

HZ_API hz_future
hz_id_generator_init_async(hz_id_generator *generator, int64_t id)
{
	hzi_call *call;
	hz_future future;
	if (generator != NULL && (id < 0 || id / HZI_ID_BLOCK > HZI_ID_BLOCK_LAST)) {
		return hzi_handle_give_bool(&generator->handle, false);
	}
	if (generator != NULL && generator->cp.cell != NULL) {
		return hzi_ids_init(&generator->cp, generator->blocks, id);
	}
	if (!hzi_cp_begin(generator != NULL ? &generator->cp : NULL, &INIT, &call, &future)) {
		return future;
	}
	first_ids *first = malloc(sizeof(*first));
	if (first == NULL) {
		return hzi_call_refuse(call, HZ_ERR_MEMORY, "no memory for a call");
	}
	HZI_ASSERT(generator != NULL); // since the call was begun
	*first = (first_ids){generator->blocks, hzi_id_blocks_life(generator->blocks), id};
	call->extra = first;
	call->extra_free = free;
	return hzi_call_submit(call,
			&(hzp_atomic_long_compare_and_set_request){
					.group_id = hzi_cp_group_id(generator->cp.group),
					.name = hzi_cp_object_name(&generator->cp),
					.expected = 0,
					.updated = id / HZI_ID_BLOCK + 1,
			});
}

// ---- Ids ----

HZ_API bool
hz_id_generator_take(hz_id_generator *generator, int64_t *id)
{
	return generator != NULL && id != NULL &&
			hzi_client_enter(generator->handle.client) == HZ_OK &&
			hzi_id_blocks_take(generator->blocks, id);
}

// Who asks for a block, and since when: aim_at is the group's.
typedef struct asked_block {
	hzi_id_blocks *blocks;
	uint64_t life;
} asked_block;

static void
end_asking(void *ended)
{
	asked_block *asked = ended;
	hzi_id_blocks_settle(asked->blocks);
	free(asked);
}

static bool
is_block(int64_t number)
{
	return number >= 0 && number <= HZI_ID_BLOCK_LAST;
}

// Takes what is there, asks for more, or waits for what another call has asked for.
static hz_err
choose_block(hzi_call *call)
{
	asked_block *asked = call->extra;
	int64_t id;
	bool found = hzi_id_blocks_take(asked->blocks, &id);
	if (!found && !hzi_id_blocks_ask(asked->blocks, call)) {
		return HZ_ERR_OFFLINE;
	}
	// Whoever asked before may just have got his answer.
	if (found || hzi_id_blocks_take(asked->blocks, &id)) {
		hzi_call_give_i64(call, id);
		return HZ_OK;
	}
	asked->life = hzi_id_blocks_life(asked->blocks);
	return hzi_cp_choose(call);
}

// The first id of a block is the call's own; the others are here for all from this moment on, even
// if nobody ever looks at the call's result.
static hz_err
accept_block(const hzi_call *call)
{
	const asked_block *asked = call->extra;
	hzp_atomic_long_get_and_add_response response;
	if (hzi_call_decode(call, &response, NULL) == HZ_OK && is_block(response.response)) {
		hzi_id_blocks_put(asked->blocks, asked->life, response.response * HZI_ID_BLOCK + 1,
				HZI_ID_BLOCK - 1);
	}
	hzi_id_blocks_answered(asked->blocks);
	return HZ_OK;
}

static hz_err
take_block(hzi_call *call, hz_result *out, hz_error *err)
{
	const asked_block *asked = call->extra;
	hzp_atomic_long_get_and_add_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e == HZ_OK && !is_block(response.response)) {
		e = hzi_fail(err, HZ_ERR_LIMIT, "there is no block %lld of ids",
				(long long)response.response);
	}
	if (e == HZ_OK) {
		out->u.i64 = hzi_id_blocks_own(
				asked->blocks, asked->life, response.response * HZI_ID_BLOCK);
	}
	return e;
}

static hz_future
ask_block(hz_id_generator *generator)
{
	static const hzi_aim aim = {choose_block, hzi_cp_again, accept_block};
	hzi_call *call;
	hz_future future;
	if (generator != NULL && generator->cp.cell != NULL) {
		return hzi_ids_new_block(&generator->cp, generator->blocks);
	}
	if (!hzi_cp_begin(generator != NULL ? &generator->cp : NULL, &NEW_BLOCK, &call, &future)) {
		return future;
	}
	asked_block *asked = malloc(sizeof(*asked));
	if (asked == NULL) {
		return hzi_call_refuse(call, HZ_ERR_MEMORY, "no memory for a call");
	}
	HZI_ASSERT(generator != NULL); // since the call was begun
	call->aim = &aim;
	*asked = (asked_block){.blocks = generator->blocks};
	call->extra = asked;
	call->extra_free = end_asking;
	return hzi_call_submit(call,
			&(hzp_atomic_long_get_and_add_request){
					.group_id = hzi_cp_group_id(generator->cp.group),
					.name = hzi_cp_object_name(&generator->cp),
					.delta = 1,
			});
}

HZ_API hz_future
hz_id_generator_new_id_async(hz_id_generator *generator)
{
	int64_t id;
	return hz_id_generator_take(generator, &id) ? hzi_handle_give_i64(&generator->handle, id)
						    : ask_block(generator);
}
