// SPDX-License-Identifier: Apache-2.0
//
// The seam between the concurrency utilities and their two backends. A handle that has a cell
// stands on the map backend, one that has none on the CP subsystem; the public functions of a
// utility go through its table of operations, of which each backend has one.
#ifndef HZI_PROXIES_MAP_BACKEND_HANDLE_H
#define HZI_PROXIES_MAP_BACKEND_HANDLE_H

#include "proxies/cp/group.h"
#include "proxies/cp/id_blocks.h"
#include "proxies/map_backend/cell.h"

#include <hazelcast/concurrency.h>

// Opens a handle on the backend of the client's configuration; as hzi_cp_open.
hz_err hzi_concurrency_open(hz_client *client, const char *service, const hzi_utility *utility,
		const char *name, const hz_call *call, size_t size, hzi_handle **out,
		hz_error *err);

// Destroys the structure for everybody. handle NULL: HZ_ERR_ARGUMENT.
hz_future hzi_concurrency_destroy_async(hzi_cp_handle *handle);

// What stands behind hz_*_backend.
hz_backend hzi_concurrency_backend(const hzi_cp_handle *handle);

// When calls of several tries on this handle are to end.
int64_t hzi_concurrency_deadline(const hzi_cp_handle *handle);

// A call of the map backend that is of no use there: HZ_ERR_UNSUPPORTED. text is static.
hz_future hzi_concurrency_refuse(hzi_cp_handle *handle, const hzi_op *op, const char *text);

// The utilities of the map backend.
extern const hzi_utility hzi_atomic_long_utility;
extern const hzi_utility hzi_atomic_reference_utility;
extern const hzi_utility hzi_count_down_latch_utility;
extern const hzi_utility hzi_semaphore_utility;
extern const hzi_utility hzi_fenced_lock_utility;

// ---- Operations of each backend ----
//
// As the public functions of the same names have them. The handle of the map backend's is never
// NULL.

typedef struct hzi_atomic_long_ops {
	hz_future (*get)(hzi_cp_handle *handle);
	hz_future (*set)(hzi_cp_handle *handle, int64_t value);
	hz_future (*get_and_set)(hzi_cp_handle *handle, int64_t value);
	hz_future (*compare_and_set)(hzi_cp_handle *handle, int64_t expected, int64_t value);
	hz_future (*add_and_get)(hzi_cp_handle *handle, int64_t delta);
	hz_future (*get_and_add)(hzi_cp_handle *handle, int64_t delta);
	hz_future (*alter)(hzi_cp_handle *handle, hz_value function);
	hz_future (*alter_and_get)(hzi_cp_handle *handle, hz_value function);
	hz_future (*get_and_alter)(hzi_cp_handle *handle, hz_value function);
	hz_future (*apply)(hzi_cp_handle *handle, hz_value function);
} hzi_atomic_long_ops;

typedef struct hzi_atomic_reference_ops {
	hz_future (*get)(hzi_cp_handle *handle);
	hz_future (*contains)(hzi_cp_handle *handle, hz_value value);
	hz_future (*set)(hzi_cp_handle *handle, hz_value value);
	hz_future (*get_and_set)(hzi_cp_handle *handle, hz_value value);
	hz_future (*set_and_get)(hzi_cp_handle *handle, hz_value value);
	hz_future (*compare_and_set)(hzi_cp_handle *handle, hz_value expected, hz_value value);
	hz_future (*alter)(hzi_cp_handle *handle, hz_value function);
	hz_future (*alter_and_get)(hzi_cp_handle *handle, hz_value function);
	hz_future (*get_and_alter)(hzi_cp_handle *handle, hz_value function);
	hz_future (*apply)(hzi_cp_handle *handle, hz_value function);
} hzi_atomic_reference_ops;

typedef struct hzi_count_down_latch_ops {
	hz_future (*await)(hzi_cp_handle *handle);
	hz_future (*try_await)(hzi_cp_handle *handle, int64_t timeout_ms);
	hz_future (*count_down)(hzi_cp_handle *handle);
	hz_future (*get_count)(hzi_cp_handle *handle);
	hz_future (*try_set_count)(hzi_cp_handle *handle, int32_t count);
} hzi_count_down_latch_ops;

typedef struct hzi_semaphore_ops {
	hz_future (*init)(hzi_cp_handle *handle, int32_t permits);
	hz_future (*acquire)(hzi_cp_handle *handle, int32_t permits);
	hz_future (*try_acquire)(hzi_cp_handle *handle, int32_t permits, int64_t timeout_ms);
	hz_future (*release)(hzi_cp_handle *handle, int32_t permits);
	hz_future (*drain_permits)(hzi_cp_handle *handle);
	hz_future (*available_permits)(hzi_cp_handle *handle);
	hz_future (*reduce_permits)(hzi_cp_handle *handle, int32_t permits);
	hz_future (*increase_permits)(hzi_cp_handle *handle, int32_t permits);
} hzi_semaphore_ops;

// Leases are 0 where there is none, which is all that CP knows.
typedef struct hzi_fenced_lock_ops {
	hz_future (*lock)(hzi_cp_handle *handle, int64_t lease_ms);
	hz_future (*try_lock)(hzi_cp_handle *handle, int64_t timeout_ms, int64_t lease_ms);
	hz_future (*unlock)(hzi_cp_handle *handle);
	hz_future (*force_unlock)(hzi_cp_handle *handle);
	hz_future (*is_locked)(hzi_cp_handle *handle);
	hz_future (*is_locked_by_current_owner)(hzi_cp_handle *handle);
	hz_future (*get_lock_count)(hzi_cp_handle *handle);
	hz_future (*get_fence)(hzi_cp_handle *handle);
	hz_future (*get_remaining_lease)(hzi_cp_handle *handle);
	hz_future (*destroy)(hzi_cp_handle *handle);
} hzi_fenced_lock_ops;

extern const hzi_fenced_lock_ops hzi_fenced_lock_on_map;
extern const hzi_semaphore_ops hzi_semaphore_on_map;
extern const hzi_atomic_long_ops hzi_atomic_long_on_map;
extern const hzi_atomic_reference_ops hzi_atomic_reference_on_map;
extern const hzi_count_down_latch_ops hzi_count_down_latch_on_map;

// What errands of atomic longs do. b of an addition: the number before is wanted.
enum { HZI_LONG_GET, HZI_LONG_SET, HZI_LONG_COMPARE_AND_SET, HZI_LONG_ADD };

// The calls of an id generator, whose atomic long the handle is of: takes a block of ids, of which
// the result is the first; and counts from the block of an id on, if nobody has counted yet.
hz_future hzi_ids_new_block(hzi_cp_handle *handle, hzi_id_blocks *blocks);
hz_future hzi_ids_init(hzi_cp_handle *handle, hzi_id_blocks *blocks, int64_t id);

// clang-format off
// hz_*_backend.
#define HZI_BACKEND(noun)                                                                          \
	HZ_API hz_backend                                                                          \
	hz_##noun##_backend(const hz_##noun *proxy)                                                \
	{                                                                                          \
		return hzi_concurrency_backend(proxy != NULL ? &proxy->cp : NULL);                 \
	}

// ops_of(), which gives the table of the backend behind a handle; that of CP for NULL. The source
// has its own, hzi_*_ops, with the name `on_cp`.
#define HZI_OPS(noun)                                                                              \
	static inline const hzi_##noun##_ops *                                                     \
	ops_of(const hz_##noun *proxy)                                                             \
	{                                                                                          \
		return proxy != NULL && proxy->cp.cell != NULL ? &hzi_##noun##_on_map : &on_cp;    \
	}

// Open, close, name, call, destroy and backend of a structure on either backend.
#define HZI_CONCURRENCY_API(noun, service)                                                         \
	HZI_HANDLE_BASE(noun)                                                                      \
	HZI_HANDLE_CLOSE(noun)                                                                     \
	HZI_BACKEND(noun)                                                                          \
                                                                                                   \
	static inline hzi_cp_handle *                                                              \
	cp_of(hz_##noun *proxy)                                                                    \
	{                                                                                          \
		return proxy != NULL ? &proxy->cp : NULL;                                          \
	}                                                                                          \
                                                                                                   \
	HZ_API hz_err                                                                              \
	hz_##noun##_open(hz_client *client, const char *name, const hz_call *call,                 \
			hz_##noun **out, hz_error *err)                                            \
	{                                                                                          \
		hzi_handle *handle = NULL;                                                         \
		hz_err e = hzi_concurrency_open(client, service, &hzi_##noun##_utility, name,      \
				call, sizeof(**out), out != NULL ? &handle : NULL, err);           \
		if (handle != NULL) {                                                              \
			*out = HZI_OUTER(handle, hz_##noun, handle);                               \
		}                                                                                  \
		return e;                                                                          \
	}                                                                                          \
                                                                                                   \
	HZ_API hz_future                                                                           \
	hz_##noun##_destroy_async(hz_##noun *proxy)                                                \
	{                                                                                          \
		return hzi_concurrency_destroy_async(cp_of(proxy));                                \
	}
// clang-format on

#endif
