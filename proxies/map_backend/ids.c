// SPDX-License-Identifier: Apache-2.0
//
// Id generators of the map backend: their blocks are counted by an atomic long of it.
#include "base/fail.h"
#include "protocol/gen/atomic_long.h"
#include "proxies/map_backend/handle.h"

static hz_err take_block(hzi_call *call, hz_result *out, hz_error *err);
static hz_err take_first(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op NEW_BLOCK = {&HZP_ATOMIC_LONG_GET_AND_ADD, HZ_RESULT_I64, 0, take_block};
static const hzi_op INIT = {&HZP_ATOMIC_LONG_COMPARE_AND_SET, HZ_RESULT_BOOL, 0, take_first};

// Who asks, and since when. In the call's scratch buffer.
typedef struct asked {
	hzi_id_blocks *blocks;
	uint64_t life;
	int64_t id; // INIT: the last one that is used
} asked;

static asked
asked_of(const hzi_call *call)
{
	asked a;
	memcpy(&a, call->scratch.data, sizeof(a));
	return a;
}

static hz_err
take_block(hzi_call *call, hz_result *out, hz_error *err)
{
	asked a = asked_of(call);
	int64_t block = (int64_t)call->aim_mark;
	if (block < 0 || block > HZI_ID_BLOCK_LAST) {
		return hzi_fail(err, HZ_ERR_LIMIT, "there is no block %lld of ids",
				(long long)block);
	}
	hzi_id_blocks_put(a.blocks, a.life, block * HZI_ID_BLOCK + 1, HZI_ID_BLOCK - 1);
	out->u.i64 = hzi_id_blocks_own(a.blocks, a.life, block * HZI_ID_BLOCK);
	return HZ_OK;
}

static hz_err
take_first(hzi_call *call, hz_result *out, hz_error *err)
{
	asked a = asked_of(call);
	(void)err;
	out->u.b = call->aim_mark != 0;
	if (out->u.b) {
		uint32_t used = (uint32_t)(a.id % HZI_ID_BLOCK) + 1;
		hzi_id_blocks_put(a.blocks, a.life, a.id + 1, HZI_ID_BLOCK - used);
	}
	return HZ_OK;
}

static hz_future
run(hzi_cp_handle *handle, const hzi_op *op, int kind, const asked *who, int64_t a, int64_t b)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	if (!hzi_errand_begin(&handle->handle, handle->cell, op, kind, &call, &errand, &future)) {
		return future;
	}
	if (!hzi_buf_append(&call->scratch, who, sizeof(*who))) {
		return hzi_call_refuse(call, HZ_ERR_MEMORY, "no memory for a call");
	}
	errand->a = a;
	errand->b = b;
	return hzi_errand_send(call);
}

hz_future
hzi_ids_new_block(hzi_cp_handle *handle, hzi_id_blocks *blocks)
{
	asked who = {blocks, hzi_id_blocks_life(blocks), 0};
	return run(handle, &NEW_BLOCK, HZI_LONG_ADD, &who, 1, 1);
}

hz_future
hzi_ids_init(hzi_cp_handle *handle, hzi_id_blocks *blocks, int64_t id)
{
	asked who = {blocks, hzi_id_blocks_life(blocks), id};
	return run(handle, &INIT, HZI_LONG_COMPARE_AND_SET, &who, 0, id / HZI_ID_BLOCK + 1);
}
