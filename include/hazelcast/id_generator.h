// SPDX-License-Identifier: Apache-2.0
//
// Id generator: ids 0, 1, 2, ... that no two calls of any client get, from an atomic long (see
// atomic_long.h) that counts the blocks of 10,000 which clients have taken.
//
//	hz_id_generator *orders = NULL;
//	int64_t id = 0;
//	if (hz_id_generator_open(client, "orders", NULL, &orders, &err) == HZ_OK) {
//		hz_id_generator_new_id(orders, &id, &err);
//	}
//	hz_id_generator_close(&orders);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them; names, groups and which members have them as atomic_long.h says. The atomic long of
// "orders@shop" is "hz:atomic:idGenerator:orders@shop", counted as clients of Hazelcast 3 did.
//
// All handles of one name in a client take from the same block, without a lock: an id costs some
// nanoseconds, and a block one round trip. Of two calls of a client the one that begins after the
// other has ended gets the higher id. Clients take turns by the block. When a block is used up one
// call asks for the next; others wait for what it brings, but no longer than
// hazelcast.client.invocation.retry.pause.millis, and then ask themselves.
//
// No id comes twice: a block whose request may or may not have been carried out is given up, and
// another one taken. Ids are lost so, and with a client that ends. Only when the members forget the
// atomic long, because all of them were started anew, ids begin with 0 again; flake ids
// (flake_id_generator.h) do not, and need no CP subsystem.
#ifndef HAZELCAST_ID_GENERATOR_H
#define HAZELCAST_ID_GENERATOR_H

#include <hazelcast/call.h>
#include <hazelcast/concurrency.h>
#include <hazelcast/future.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one generator. Opaque.
typedef struct hz_id_generator hz_id_generator;

// ---- Handles ----

// Opens a handle; as hz_map_open. Since 0.1.
HZ_API hz_err hz_id_generator_open(hz_client *client, const char *name, const hz_call *call,
		hz_id_generator **generator, hz_error *err);

// Ends the handle; futures of its ids may go on. What is left of a block is for the next handle of
// that name. NULL-safe, nulls the pointer. Does not block. Since 0.1.
HZ_API void hz_id_generator_close(hz_id_generator **generator);

// The generator's name, with its group unless that is the default one, lent until the handle is
// closed; "" for NULL. Since 0.1.
HZ_API const char *hz_id_generator_name(const hz_id_generator *generator);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_id_generator_call(hz_id_generator *generator, const hz_call *call);

// What stands behind the generator; see concurrency.h. Any thread; does not block. Since 0.1.
HZ_API hz_backend hz_id_generator_backend(const hz_id_generator *generator);

// Destroys the generator's atomic long for everybody and for ever, and throws away what this client
// has left of its blocks; other clients get to the end of theirs. The handle stays. Result: none.
// Since 0.1.
HZ_API hz_future hz_id_generator_destroy_async(hz_id_generator *generator);

// The same, and ends the handle when it succeeded: *generator is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_id_generator_destroy(hz_id_generator **generator, hz_error *err)
{
	hz_err e = hz_run_none(
			hz_id_generator_destroy_async(generator != NULL ? *generator : NULL), err);
	if (e == HZ_OK) {
		hz_id_generator_close(generator);
	}
	return e;
}

// ---- Ids ----

// Lets a generator of which nobody has taken a block begin behind `id`: the next id is one more. It
// succeeds once, for one of all who try: *done says whether this was it. Ids that are negative, or
// so high that no whole block is left behind them, are false without asking anybody. In doubt it
// may have succeeded; ids then begin some blocks behind `id`. Result: bool. Since 0.1.
HZ_API hz_future hz_id_generator_init_async(hz_id_generator *generator, int64_t id);
HZ_API HZ_INLINE hz_err
hz_id_generator_init(hz_id_generator *generator, int64_t id, bool *done, hz_error *err)
{
	return hz_run_bool(hz_id_generator_init_async(generator, id), done, err);
}

// Takes an id that is at hand: true, and *id has it. False when there is none (or generator or id
// is NULL, the client closed, the process a child of its own): then one of the two below gets a
// block. Asks no member, does not block, and makes no future. Since 0.1.
HZ_API bool hz_id_generator_take(hz_id_generator *generator, int64_t *id);

// A new id: one at hand, else from a new block. Nothing but ids is lost when it fails, in doubt or
// not. HZ_ERR_LIMIT: the last block was taken, or somebody has set the atomic long to a number that
// is none of a block. Result: i64. Since 0.1.
HZ_API hz_future hz_id_generator_new_id_async(hz_id_generator *generator);
HZ_API HZ_INLINE hz_err
hz_id_generator_new_id(hz_id_generator *generator, int64_t *id, hz_error *err)
{
	return hz_id_generator_take(generator, id)
			? HZ_OK
			: hz_run_i64(hz_id_generator_new_id_async(generator), id, err);
}

#ifdef __cplusplus
}
#endif

#endif
