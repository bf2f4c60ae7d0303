// SPDX-License-Identifier: Apache-2.0
//
// Flake id generator: 64-bit ids that are unique in the whole cluster, made without one member
// asking another. An id has in it the time, a number within it and the node id of the member that
// made it, so ids are roughly in the order of their making and never come twice, whoever asks.
//
//	hz_flake_id_generator *ids = NULL;
//	int64_t id = 0;
//	if (hz_flake_id_generator_open(client, "orders", NULL, NULL, &ids, &err) == HZ_OK) {
//		hz_flake_id_generator_new_id(ids, &id, &err);
//	}
//	hz_flake_id_generator_close(&ids);
//
// The two forms of each operation, ownership, threads and common errors are as map.h has them.
//
// Ids come from the members in batches. Each handle has a batch of its own, so threads with a
// handle each share nothing: an id costs some nanoseconds, and one round trip for a whole batch.
// Nobody waits for the batch of somebody else: while a handle asks for its next batch, further
// calls on it ask for one id each. What a closed handle has left goes to the next handles of that
// name. Ids of a batch that is too old are thrown away, so that an id's time says when it was
// given, more or less.
//
// A member makes 64 ids a millisecond and up to 15 seconds in advance, unless configured otherwise;
// who asks for more waits there, to his deadline.
#ifndef HAZELCAST_FLAKE_ID_GENERATOR_H
#define HAZELCAST_FLAKE_ID_GENERATOR_H

#include <hazelcast/call.h>
#include <hazelcast/future.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one generator. Opaque.
typedef struct hz_flake_id_generator hz_flake_id_generator;

// How a handle gets its ids. Size-first: start from hz_flake_id_options_default() or set `size`.
typedef struct hz_flake_id_options {
	size_t size;
	int64_t prefetch_validity_ms; // age at which a batch is thrown away; 0: 600,000; HZ_FOREVER
	int32_t prefetch_count;       // ids in a batch, up to 100,000; 0: 100
} hz_flake_id_options;

// All defaults. Since 0.1.
static inline hz_flake_id_options
hz_flake_id_options_default(void)
{
	hz_flake_id_options options = {sizeof(hz_flake_id_options), 0, 0};
	return options;
}

// ---- Handles ----

// Opens a handle; as hz_map_open. Lends options, which may be NULL. HZ_ERR_ARGUMENT also for a
// count or validity that cannot be. Since 0.1.
HZ_API hz_err hz_flake_id_generator_open(hz_client *client, const char *name,
		const hz_flake_id_options *options, const hz_call *call,
		hz_flake_id_generator **generator, hz_error *err);

// Ends the handle; futures of its ids may go on. NULL-safe, nulls the pointer. Does not block.
// Since 0.1.
HZ_API void hz_flake_id_generator_close(hz_flake_id_generator **generator);

// The generator's name, lent until the handle is closed; "" for NULL. Since 0.1.
HZ_API const char *hz_flake_id_generator_name(const hz_flake_id_generator *generator);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_flake_id_generator_call(hz_flake_id_generator *generator, const hz_call *call);

// Destroys the generator in the cluster, for everybody; what this client's handles have left is
// thrown away. The handle stays: its next call makes a generator of this name again. Result: none.
// Since 0.1.
HZ_API hz_future hz_flake_id_generator_destroy_async(hz_flake_id_generator *generator);

// The same, and ends the handle when it succeeded: *generator is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_flake_id_generator_destroy(hz_flake_id_generator **generator, hz_error *err)
{
	hz_err e = hz_run_none(
			hz_flake_id_generator_destroy_async(generator != NULL ? *generator : NULL),
			err);
	if (e == HZ_OK) {
		hz_flake_id_generator_close(generator);
	}
	return e;
}

// ---- Ids ----

// Takes an id that is at hand: true, and *id has it. False when there is none (or generator or id
// is NULL, the client closed, the process a child of its own): then one of the two below gets a
// batch. Asks no member, does not block, and makes no future. Since 0.1.
HZ_API bool hz_flake_id_generator_take(hz_flake_id_generator *generator, int64_t *id);

// A new id: one at hand, else from a member. A member whose node id is too high passes the call on;
// if all are too high it is HZ_ERR_SERVER, or HZ_ERR_NODE_ID_RANGE from members that leave the
// search to the client. Nothing but ids is lost when it fails. Result: i64. Since 0.1.
HZ_API hz_future hz_flake_id_generator_new_id_async(hz_flake_id_generator *generator);
HZ_API HZ_INLINE hz_err
hz_flake_id_generator_new_id(hz_flake_id_generator *generator, int64_t *id, hz_error *err)
{
	return hz_flake_id_generator_take(generator, id)
			? HZ_OK
			: hz_run_i64(hz_flake_id_generator_new_id_async(generator), id, err);
}

#ifdef __cplusplus
}
#endif

#endif
