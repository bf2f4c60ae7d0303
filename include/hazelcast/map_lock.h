// SPDX-License-Identifier: Apache-2.0
//
// Map: locks of keys. A lock belongs to the owner that the handle's hz_call names, by default the
// submitting thread: a program that unlocks on another thread than it locks on, or in a callback,
// needs an hz_lock_context. Others can read a locked key; what would change it waits in the member
// until the key is free. If the deadline of such a change passes first, it is HZ_ERR_TIMEOUT, in
// doubt: the member still makes the change once the key is free, unless it gives up before. Locks
// are counted: a key is free when its owner has unlocked it as often as locked. The cluster frees a
// lock whose client is gone. What is said in map.h holds here.
#ifndef HAZELCAST_MAP_LOCK_H
#define HAZELCAST_MAP_LOCK_H

#include <hazelcast/lock_options.h>
#include <hazelcast/map.h>

#ifdef __cplusplus
extern "C" {
#endif

// Locks a key, which need not have a value, and waits as long as another owner holds it: without
// end, or to the deadline of the handle's hz_call if that sets one (HZ_ERR_TIMEOUT; the lock was
// then not taken unless err says in doubt). HZ_ERR_WOULD_DEADLOCK on a callback thread without a
// deadline. options may be NULL. Result: none. Since 0.1.
HZ_API hz_future hz_map_lock_async(hz_map *map, hz_value key, const hz_lock_options *options);
HZ_API HZ_INLINE hz_err
hz_map_lock(hz_map *map, hz_value key, const hz_lock_options *options, hz_error *err)
{
	return hz_run_none(hz_map_lock_async(map, key, options), err);
}

// Locks a key if that can be done within timeout_ms (0: does not wait; HZ_FOREVER); *done, result:
// bool, says whether it has. The handle's own deadline does not apply to a timeout other than 0.
// Since 0.1.
HZ_API hz_future hz_map_try_lock_async(
		hz_map *map, hz_value key, int64_t timeout_ms, const hz_lock_options *options);
HZ_API HZ_INLINE hz_err
hz_map_try_lock(hz_map *map, hz_value key, int64_t timeout_ms, const hz_lock_options *options,
		bool *done, hz_error *err)
{
	return hz_run_bool(hz_map_try_lock_async(map, key, timeout_ms, options), done, err);
}

// Unlocks a key once. HZ_ERR_NOT_OWNER: the handle's owner does not hold its lock. Result: none.
// Since 0.1.
HZ_API hz_future hz_map_unlock_async(hz_map *map, hz_value key);
HZ_API HZ_INLINE hz_err
hz_map_unlock(hz_map *map, hz_value key, hz_error *err)
{
	return hz_run_none(hz_map_unlock_async(map, key), err);
}

// Frees a key, whoever has locked it and however often. Result: none. Since 0.1.
HZ_API hz_future hz_map_force_unlock_async(hz_map *map, hz_value key);
HZ_API HZ_INLINE hz_err
hz_map_force_unlock(hz_map *map, hz_value key, hz_error *err)
{
	return hz_run_none(hz_map_force_unlock_async(map, key), err);
}

// Whether anybody holds the lock of a key. Result: bool. Since 0.1.
HZ_API hz_future hz_map_is_locked_async(hz_map *map, hz_value key);
HZ_API HZ_INLINE hz_err
hz_map_is_locked(hz_map *map, hz_value key, bool *out, hz_error *err)
{
	return hz_run_bool(hz_map_is_locked_async(map, key), out, err);
}

#ifdef __cplusplus
}
#endif

#endif
