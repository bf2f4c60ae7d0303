// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/map.h"
#include "proxies/key_lock.h"
#include "proxies/map.h"

static const hzi_lock_rows rows = {
		.lock = {&HZP_MAP_LOCK, HZ_RESULT_NONE, HZI_OP_WAITS | HZI_OP_OWNER, NULL},
		.lock_in_time = {&HZP_MAP_TRY_LOCK, HZ_RESULT_NONE, HZI_OP_OWNER, hzi_need_lock},
		.try_lock = {&HZP_MAP_TRY_LOCK, HZ_RESULT_BOOL, HZI_OP_OWNER, NULL},
		.unlock = {&HZP_MAP_UNLOCK, HZ_RESULT_NONE, 0, NULL},
		.force_unlock = {&HZP_MAP_FORCE_UNLOCK, HZ_RESULT_NONE, 0, NULL},
		.is_locked = {&HZP_MAP_IS_LOCKED, HZ_RESULT_BOOL, 0, NULL},
};

HZ_API hz_future
hz_map_lock_async(hz_map *map, hz_value key, const hz_lock_options *options)
{
	return hzi_key_lock(hzi_map_handle(map), &rows, key, options);
}

HZ_API hz_future
hz_map_try_lock_async(hz_map *map, hz_value key, int64_t timeout_ms, const hz_lock_options *options)
{
	return hzi_key_try_lock(hzi_map_handle(map), &rows, key, timeout_ms, options);
}

HZ_API hz_future
hz_map_unlock_async(hz_map *map, hz_value key)
{
	return hzi_key_unlock(hzi_map_handle(map), &rows, key);
}

HZ_API hz_future
hz_map_force_unlock_async(hz_map *map, hz_value key)
{
	return hzi_key_force_unlock(hzi_map_handle(map), &rows, key);
}

HZ_API hz_future
hz_map_is_locked_async(hz_map *map, hz_value key)
{
	return hzi_key_is_locked(hzi_map_handle(map), &rows, key);
}
