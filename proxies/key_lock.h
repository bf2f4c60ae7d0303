// SPDX-License-Identifier: Apache-2.0
//
// Locks of keys, which maps and multimaps have: the messages differ only by their ids, so a
// structure states its rows and everything else stands here once.
#ifndef HZI_PROXIES_KEY_LOCK_H
#define HZI_PROXIES_KEY_LOCK_H

#include "proxies/proxy.h"

#include <hazelcast/lock_options.h>

// The rows of one structure. A lock that waits does so at the owner of the key (see queue.c).
typedef struct hzi_lock_rows {
	hzi_op lock;         // none, HZI_OP_WAITS | HZI_OP_OWNER
	hzi_op lock_in_time; // none, tryLock with HZI_OP_OWNER and hzi_need_lock
	hzi_op try_lock;     // bool, HZI_OP_OWNER
	hzi_op unlock;
	hzi_op force_unlock;
	hzi_op is_locked;
} hzi_lock_rows;

// Finishes a tryLock that stands for a lock with a deadline: HZ_ERR_TIMEOUT if it was not taken.
hz_err hzi_need_lock(hzi_call *call, hz_result *out, hz_error *err);

// The calls, as hz_map_lock_async and its neighbours have them. handle NULL: HZ_ERR_ARGUMENT.
hz_future hzi_key_lock(hzi_handle *handle, const hzi_lock_rows *rows, hz_value key,
		const hz_lock_options *options);
hz_future hzi_key_try_lock(hzi_handle *handle, const hzi_lock_rows *rows, hz_value key,
		int64_t timeout_ms, const hz_lock_options *options);
hz_future hzi_key_unlock(hzi_handle *handle, const hzi_lock_rows *rows, hz_value key);
hz_future hzi_key_force_unlock(hzi_handle *handle, const hzi_lock_rows *rows, hz_value key);
hz_future hzi_key_is_locked(hzi_handle *handle, const hzi_lock_rows *rows, hz_value key);

#endif
