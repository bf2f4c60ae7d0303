// SPDX-License-Identifier: Apache-2.0
//
// Map: read, compute, write, as one step. The function runs in this process, on the calling thread;
// the result is written only if nobody has changed the entry meanwhile, otherwise all is done again
// with the new value. So a function may run several times and should do nothing but compute.
//
// These calls block and have no asynchronous form. The handle's deadline (by default the client's
// invocation timeout) covers all tries: HZ_ERR_TIMEOUT when others were always faster. On any
// thread; on a callback thread with a finite deadline only.
#ifndef HAZELCAST_MAP_COMPUTE_H
#define HAZELCAST_MAP_COMPUTE_H

#include <hazelcast/map.h>

#ifdef __cplusplus
extern "C" {
#endif

// Computes a key's new value from the one it has, and stores it in *out, which is null before.
// Lends key and old (the null value: the key has none). *out left null: the key shall have no
// value. What *out borrows must stay until the function is called again or the call that it serves
// returns; what it owns is taken. An error ends the whole call with that code, and nothing is
// changed. May make calls.
typedef hz_err (*hz_compute_fn)(void *ctx, const hz_value *key, const hz_value *old, hz_value *out);

// Gives the key the value that fn computes, or removes it. *out: the new value, null if there is
// none now. Since 0.1.
HZ_API hz_err hz_map_compute(hz_map *map, hz_value key, hz_compute_fn fn, void *ctx, hz_value *out,
		hz_error *err);

// If the key has no value: gives it the one that fn computes, unless that is null. *out: the value
// that the key has afterwards. Since 0.1.
HZ_API hz_err hz_map_compute_if_absent(hz_map *map, hz_value key, hz_compute_fn fn, void *ctx,
		hz_value *out, hz_error *err);

// If the key has a value: gives it the one that fn computes, or removes it. *out: the value that
// the key has afterwards. Since 0.1.
HZ_API hz_err hz_map_compute_if_present(hz_map *map, hz_value key, hz_compute_fn fn, void *ctx,
		hz_value *out, hz_error *err);

// If the key has no value: gives it `value`; otherwise the one that fn computes, or removes it.
// *out: the value that the key has afterwards. Since 0.1.
HZ_API hz_err hz_map_merge(hz_map *map, hz_value key, hz_value value, hz_compute_fn fn, void *ctx,
		hz_value *out, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
