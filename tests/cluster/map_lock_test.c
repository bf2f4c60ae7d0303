// SPDX-License-Identifier: Apache-2.0
//
// Locks of a map's keys, and their owners.
#include "tests/cluster/session.h"

#include <pthread.h>
#include <stdatomic.h>

static hz_error err;

// A map with two handles, each with an owner of its own.
typedef struct two_owners {
	hz_map *map;
	hz_lock_context *owner_a, *owner_b;
	hz_map *a, *b;
} two_owners;

static void
two_start(two_owners *two, int64_t timeout_ms)
{
	hz_client *client = session_client();
	two->map = session_map("lock");
	HZT_OK_ERR(hz_lock_context_new(client, &two->owner_a, &err), &err);
	HZT_OK_ERR(hz_lock_context_new(client, &two->owner_b, &err), &err);
	two->a = session_same_map(two->map, 0, two->owner_a);
	two->b = session_same_map(two->map, timeout_ms, two->owner_b);
}

static void
two_end(two_owners *two)
{
	hz_map_close(&two->a);
	hz_map_close(&two->b);
	HZT_OK_ERR(hz_map_destroy(&two->map, &err), &err);
	hz_lock_context_destroy(&two->owner_a);
	hz_lock_context_destroy(&two->owner_b);
}

static bool
locked(hz_map *map, hz_value key)
{
	bool is = false;
	HZT_OK_ERR(hz_map_is_locked(map, key, &is, &err), &err);
	return is;
}

static void
a_lock_has_one_owner(void)
{
	two_owners two;
	bool done = true;
	hz_value k = hz_str("k");
	two_start(&two, 0);
	HZT_CHECK(hz_lock_context_id(two.owner_a) != hz_lock_context_id(two.owner_b));
	HZT_CHECK(hz_lock_context_id(two.owner_a) != 0 && hz_lock_context_id(NULL) == 0);
	HZT_CHECK(!locked(two.map, k));
	HZT_OK_ERR(hz_map_lock(two.a, k, NULL, &err), &err);
	HZT_CHECK(locked(two.map, k));
	HZT_OK_ERR(hz_map_try_lock(two.b, k, 0, NULL, &done, &err), &err);
	HZT_CHECK(!done);
	HZT_EQ_INT(hz_map_unlock(two.b, k, &err), HZ_ERR_NOT_OWNER);
	HZT_EQ_INT(err.code, HZ_ERR_NOT_OWNER);
	HZT_CHECK(locked(two.map, k));
	HZT_OK_ERR(hz_map_unlock(two.a, k, &err), &err);
	HZT_OK_ERR(hz_map_try_lock(two.b, k, 0, NULL, &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_map_unlock(two.b, k, &err), &err);
	HZT_CHECK(!locked(two.map, k));
	two_end(&two);
}

static void
locks_are_counted(void)
{
	two_owners two;
	hz_value k = hz_str("k");
	two_start(&two, 0);
	HZT_OK_ERR(hz_map_lock(two.a, k, NULL, &err), &err);
	HZT_OK_ERR(hz_map_lock(two.a, k, NULL, &err), &err);
	HZT_OK_ERR(hz_map_unlock(two.a, k, &err), &err);
	HZT_CHECK(locked(two.map, k));
	HZT_OK_ERR(hz_map_unlock(two.a, k, &err), &err);
	HZT_CHECK(!locked(two.map, k));
	two_end(&two);
}

static void
anybody_may_force(void)
{
	two_owners two;
	hz_value k = hz_str("k");
	two_start(&two, 0);
	HZT_OK_ERR(hz_map_lock(two.a, k, NULL, &err), &err);
	HZT_OK_ERR(hz_map_lock(two.a, k, NULL, &err), &err);
	HZT_OK_ERR(hz_map_force_unlock(two.b, k, &err), &err);
	HZT_CHECK(!locked(two.map, k));
	two_end(&two);
}

static void
a_locked_key_can_be_read_only(void)
{
	two_owners two;
	bool done = true;
	hz_value k = hz_str("k");
	two_start(&two, 0);
	HZT_OK_ERR(hz_map_lock(two.a, k, NULL, &err), &err);
	HZT_OK_ERR(hz_map_set(two.a, k, hz_i64(1), NULL, &err), &err);
	HZT_CHECK(map_has(two.b, k, 1));
	HZT_OK_ERR(hz_map_try_put(two.b, k, hz_i64(2), 0, &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_map_try_put(two.b, k, hz_i64(2), 50, &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_map_try_remove(two.b, k, 50, &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_map_unlock(two.a, k, &err), &err);
	HZT_OK_ERR(hz_map_try_put(two.b, k, hz_i64(2), 50, &done, &err), &err);
	HZT_CHECK(done);
	two_end(&two);
}

static void
a_lease_ends(void)
{
	two_owners two;
	bool done = false;
	hz_value k = hz_str("k");
	hz_lock_options options = hz_lock_options_default();
	options.lease_ms = 300;
	two_start(&two, 0);
	HZT_OK_ERR(hz_map_lock(two.a, k, &options, &err), &err);
	HZT_OK_ERR(hz_map_try_lock(two.b, k, 10000, &options, &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_map_try_lock(two.a, k, HZ_FOREVER, NULL, &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_map_unlock(two.a, k, &err), &err);
	two_end(&two);
}

static void
a_deadline_ends_the_wait(void)
{
	two_owners two;
	hz_value k = hz_str("k");
	two_start(&two, 200);
	HZT_OK_ERR(hz_map_lock(two.a, k, NULL, &err), &err);
	int64_t start_ms = hzt_now_ms();
	HZT_EQ_INT(hz_map_lock(two.b, k, NULL, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(!err.in_doubt && err.retryable);
	HZT_EQ_STR(err.message, "Map.tryLock: another owner held the lock");
	HZT_CHECK(hzt_now_ms() - start_ms >= 190 &&
			hzt_now_ms() - start_ms < INT64_C(5000) * hzt_slowness());
	HZT_OK_ERR(hz_map_unlock(two.a, k, &err), &err);
	HZT_OK_ERR(hz_map_lock(two.b, k, NULL, &err), &err);
	HZT_OK_ERR(hz_map_unlock(two.b, k, &err), &err);
	two_end(&two);
}

static void
refuses_bad_options(void)
{
	hz_map *map = session_map("lock-options");
	hz_lock_options options = hz_lock_options_default();
	options.lease_ms = -2;
	HZT_EQ_INT(hz_map_lock(map, hz_str("k"), &options, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_try_lock(map, hz_str("k"), 0, &options, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_try_lock(map, hz_str("k"), -2, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_lock(map, hz_null(), NULL, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(!locked(map, hz_str("k")));
	hz_map_close(&map);
}

// ---- Threads ----

static void *
try_from_here(void *ctx)
{
	static bool done;
	done = hz_map_try_lock(ctx, hz_str("k"), 0, NULL, &done, NULL) != HZ_OK || done;
	return &done;
}

static void
threads_are_owners_by_default(void)
{
	hz_map *map = session_map("lock-thread");
	pthread_t thread;
	void *done = NULL;
	HZT_OK_ERR(hz_map_lock(map, hz_str("k"), NULL, &err), &err);
	HZT_EQ_INT(pthread_create(&thread, NULL, try_from_here, map), 0);
	pthread_join(thread, &done);
	HZT_CHECK(!*(bool *)done);
	HZT_OK_ERR(hz_map_unlock(map, hz_str("k"), &err), &err);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

enum { THREADS = 8, ROUNDS = 25 };

static void *
count_up(void *ctx)
{
	hz_map *map = session_same_map(ctx, 0, NULL);
	static _Atomic int failed;
	for (int i = 0; i < ROUNDS; i++) {
		hz_value v = hz_null();
		int64_t n = 0;
		bool fine = hz_map_lock(map, hz_str("lock"), NULL, NULL) == HZ_OK &&
				hz_map_get(map, hz_str("n"), &v, NULL) == HZ_OK;
		hz_value_get_i64(&v, &n);
		hz_value_clear(&v);
		fine = fine && hz_map_set(map, hz_str("n"), hz_i64(n + 1), NULL, NULL) == HZ_OK &&
				hz_map_unlock(map, hz_str("lock"), NULL) == HZ_OK;
		atomic_fetch_add(&failed, !fine);
	}
	hz_map_close(&map);
	return &failed;
}

static void
a_lock_keeps_others_out(void)
{
	hz_map *map = session_map("lock-count");
	pthread_t threads[THREADS];
	void *failed = NULL;
	for (int i = 0; i < THREADS; i++) {
		HZT_EQ_INT(pthread_create(&threads[i], NULL, count_up, map), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failed);
	}
	HZT_EQ_INT(atomic_load((_Atomic int *)failed), 0);
	HZT_CHECK(map_has(map, hz_str("n"), (int64_t)THREADS * ROUNDS));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
a_waiting_lock_can_be_cancelled(void)
{
	two_owners two;
	hz_cancel *cancel = NULL;
	hz_value k = hz_str("k");
	two_start(&two, 0);
	HZT_OK_ERR(hz_cancel_new(session_client(), &cancel, &err), &err);
	HZT_OK(hz_map_call(two.b, &(hz_call){.owner = two.owner_b, .cancel = cancel}));
	HZT_OK_ERR(hz_map_lock(two.a, k, NULL, &err), &err);
	hz_future waiting = hz_map_lock_async(two.b, k, NULL);
	HZT_CHECK(!hz_future_done(waiting));
	hz_cancel_fire(cancel);
	HZT_EQ_INT(hz_await_none(waiting, &err), HZ_ERR_CANCELLED);
	HZT_EQ_INT(err.code, HZ_ERR_CANCELLED);
	hz_map_call(two.b, &(hz_call){.owner = two.owner_b});
	hz_cancel_destroy(&cancel);
	HZT_OK_ERR(hz_map_unlock(two.a, k, &err), &err);
	two_end(&two);
}

// A call that came to the member after the destruction would get the lock, of a new map. What is
// asked of the same key after them is answered after they have begun to wait.
static void
destroying_the_map_ends_those_that_wait(void)
{
	two_owners two;
	hz_value k = hz_str("k");
	two_start(&two, 0);
	HZT_OK_ERR(hz_map_lock(two.a, k, NULL, &err), &err);
	hz_future lock = hz_map_lock_async(two.b, k, NULL);
	hz_future try_lock = hz_map_try_lock_async(two.b, k, 60000, NULL);
	hz_future put = hz_map_put_async(two.b, k, hz_i64(1), NULL);
	HZT_CHECK(locked(two.b, k));
	HZT_OK_ERR(hz_await_none(hz_map_destroy_async(two.a), &err), &err);
	HZT_EQ_INT(hz_await_none(lock, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(err.server_code, 14);
	HZT_CHECK(!err.in_doubt && !err.retryable);
	HZT_EQ_INT(hz_await_bool(try_lock, NULL, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_await_value(put, NULL, &err), HZ_ERR_DESTROYED);
	HZT_CHECK(!locked(two.b, k) && map_lacks(two.b, k));
	two_end(&two);
}

static const hzt_case cases[] = {
		{"a_lock_has_one_owner", a_lock_has_one_owner},
		{"locks_are_counted", locks_are_counted},
		{"anybody_may_force", anybody_may_force},
		{"a_locked_key_can_be_read_only", a_locked_key_can_be_read_only},
		{"a_lease_ends", a_lease_ends},
		{"a_deadline_ends_the_wait", a_deadline_ends_the_wait},
		{"refuses_bad_options", refuses_bad_options},
		{"threads_are_owners_by_default", threads_are_owners_by_default},
		{"a_lock_keeps_others_out", a_lock_keeps_others_out},
		{"a_waiting_lock_can_be_cancelled", a_waiting_lock_can_be_cancelled},
		{"destroying_the_map_ends_those_that_wait",
				destroying_the_map_ends_those_that_wait},
};

HZT_MAIN("map_lock", cases)
