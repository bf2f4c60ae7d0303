// SPDX-License-Identifier: Apache-2.0
//
// Map: code that runs where the entries are. Entry processors and interceptors are Java classes
// that the members have; a client only says which one, with what in it (see identified.h; a value
// of any other kind that Java reads as such an object will do, too). What is said in map.h holds
// here; processors are lent like keys and values.
#ifndef HAZELCAST_MAP_PROCESS_H
#define HAZELCAST_MAP_PROCESS_H

#include <hazelcast/identified.h>
#include <hazelcast/map.h>
#include <hazelcast/predicate.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- Entry processors ----

// Runs the processor on the entry of a key, as one step of that key, and gives what it returns,
// which may be null. Waits while others have the key locked. Result: value. Since 0.1.
HZ_API hz_future hz_map_execute_on_key_async(hz_map *map, hz_value key, hz_value processor);
HZ_API HZ_INLINE hz_err
hz_map_execute_on_key(hz_map *map, hz_value key, hz_value processor, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_map_execute_on_key_async(map, key, processor), out, err);
}

// The same, as members do it for those who do not wait: it may run beside other operations on the
// member. Result: value. Since 0.1.
HZ_API hz_future hz_map_submit_to_key_async(hz_map *map, hz_value key, hz_value processor);
HZ_API HZ_INLINE hz_err
hz_map_submit_to_key(hz_map *map, hz_value key, hz_value processor, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_map_submit_to_key_async(map, key, processor), out, err);
}

// Runs the processor on each of n keys, and gives what it returned for each; keys for which it
// returned null are left out. Not one step for all. Lends keys. Result: items. Since 0.1.
HZ_API hz_future hz_map_execute_on_keys_async(
		hz_map *map, const hz_value *keys, size_t n, hz_value processor);
HZ_API HZ_INLINE hz_err
hz_map_execute_on_keys(hz_map *map, const hz_value *keys, size_t n, hz_value processor,
		hz_items **out, hz_error *err)
{
	return hz_run_items(hz_map_execute_on_keys_async(map, keys, n, processor), out, err);
}

// Runs the processor on every entry, or on those that the predicate is true for (NULL: every one);
// as hz_map_execute_on_keys. Lends pred. Result: items. Since 0.1.
HZ_API hz_future hz_map_execute_on_entries_async(
		hz_map *map, hz_value processor, const hz_pred *pred);
HZ_API HZ_INLINE hz_err
hz_map_execute_on_entries(
		hz_map *map, hz_value processor, const hz_pred *pred, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_map_execute_on_entries_async(map, processor, pred), out, err);
}

// ---- Interceptors ----

// Adds an interceptor, which members ask about every get, put and remove of the map, and gives its
// id, a STR. Lends interceptor. An equal one is not added twice: its id is given again. Result:
// value. Since 0.1.
HZ_API hz_future hz_map_add_interceptor_async(hz_map *map, hz_value interceptor);
HZ_API HZ_INLINE hz_err
hz_map_add_interceptor(hz_map *map, hz_value interceptor, hz_value *id, hz_error *err)
{
	return hz_run_value(hz_map_add_interceptor_async(map, interceptor), id, err);
}

// Removes the interceptor with this id; *done false: there was none. Lends id, terminated. Result:
// bool. Since 0.1.
HZ_API hz_future hz_map_remove_interceptor_async(hz_map *map, const char *id);
HZ_API HZ_INLINE hz_err
hz_map_remove_interceptor(hz_map *map, const char *id, bool *done, hz_error *err)
{
	return hz_run_bool(hz_map_remove_interceptor_async(map, id), done, err);
}

#ifdef __cplusplus
}
#endif

#endif
