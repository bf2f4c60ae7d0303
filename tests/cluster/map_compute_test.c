// SPDX-License-Identifier: Apache-2.0
//
// Read, compute, write: one step, whoever else writes.
#include "tests/cluster/session.h"

#include <pthread.h>
#include <stdatomic.h>

static hz_error err;

// What the functions below are told and say.
typedef struct told {
	hz_map *map;
	int64_t add; // to the old value; a key without one counts as 0
	int calls;
	bool remove;    // make it null
	int64_t meddle; // written by somebody else during the first call
} told;

static hz_err
add(void *ctx, const hz_value *key, const hz_value *old, hz_value *out)
{
	told *t = ctx;
	int64_t n = 0;
	if (!hz_value_is_null(old) && hz_value_get_i64(old, &n) != HZ_OK) {
		return HZ_ERR_TYPE;
	}
	if (t->calls++ == 0 && t->meddle != 0) {
		hz_map_set(t->map, *key, hz_i64(t->meddle), NULL, NULL);
	}
	if (!t->remove) {
		*out = hz_i64(n + t->add);
	}
	return HZ_OK;
}

static hz_err
fail(void *ctx, const hz_value *key, const hz_value *old, hz_value *out)
{
	(void)ctx;
	(void)key;
	(void)old;
	*out = hz_i64(99);
	return HZ_ERR_STATE;
}

static hz_err
same(void *ctx, const hz_value *key, const hz_value *old, hz_value *out)
{
	(void)ctx;
	(void)key;
	*out = *old;
	return HZ_OK;
}

static void
computes(void)
{
	told t = {.map = session_map("compute"), .add = 5};
	hz_value k = hz_str("k");
	hz_value out;
	HZT_OK_ERR(hz_map_compute(t.map, k, add, &t, &out, &err), &err);
	HZT_CHECK(took_i64(&out, 5) && map_has(t.map, k, 5));
	HZT_OK_ERR(hz_map_compute(t.map, k, add, &t, &out, &err), &err);
	HZT_CHECK(took_i64(&out, 10) && map_has(t.map, k, 10));
	HZT_OK_ERR(hz_map_compute(t.map, k, same, NULL, &out, &err), &err);
	HZT_CHECK(took_i64(&out, 10) && map_has(t.map, k, 10));
	t.remove = true;
	HZT_OK_ERR(hz_map_compute(t.map, k, add, &t, &out, &err), &err);
	HZT_CHECK(took_null(&out) && map_lacks(t.map, k));
	HZT_OK_ERR(hz_map_compute(t.map, k, add, &t, NULL, &err), &err);
	HZT_CHECK(map_lacks(t.map, k));
	HZT_EQ_INT(t.calls, 4);
	HZT_OK_ERR(hz_map_destroy(&t.map, &err), &err);
}

static void
computes_if_absent(void)
{
	told t = {.map = session_map("compute"), .add = 5};
	hz_value k = hz_str("k");
	hz_value out;
	HZT_OK_ERR(hz_map_compute_if_absent(t.map, k, add, &t, &out, &err), &err);
	HZT_CHECK(took_i64(&out, 5) && map_has(t.map, k, 5));
	HZT_OK_ERR(hz_map_compute_if_absent(t.map, k, add, &t, &out, &err), &err);
	HZT_CHECK(took_i64(&out, 5));
	HZT_EQ_INT(t.calls, 1);
	t.remove = true;
	HZT_OK_ERR(hz_map_compute_if_absent(t.map, hz_str("l"), add, &t, &out, &err), &err);
	HZT_CHECK(took_null(&out) && map_lacks(t.map, hz_str("l")));
	HZT_OK_ERR(hz_map_destroy(&t.map, &err), &err);
}

static void
computes_if_present(void)
{
	told t = {.map = session_map("compute"), .add = 5};
	hz_value k = hz_str("k");
	hz_value out;
	HZT_OK_ERR(hz_map_compute_if_present(t.map, k, add, &t, &out, &err), &err);
	HZT_CHECK(took_null(&out) && map_lacks(t.map, k));
	HZT_EQ_INT(t.calls, 0);
	HZT_OK_ERR(hz_map_set(t.map, k, hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_compute_if_present(t.map, k, add, &t, &out, &err), &err);
	HZT_CHECK(took_i64(&out, 6) && map_has(t.map, k, 6));
	t.remove = true;
	HZT_OK_ERR(hz_map_compute_if_present(t.map, k, add, &t, &out, &err), &err);
	HZT_CHECK(took_null(&out) && map_lacks(t.map, k));
	HZT_OK_ERR(hz_map_destroy(&t.map, &err), &err);
}

static void
merges(void)
{
	told t = {.map = session_map("merge"), .add = 5};
	hz_value k = hz_str("k");
	hz_value out;
	HZT_OK_ERR(hz_map_merge(t.map, k, hz_i64(1), add, &t, &out, &err), &err);
	HZT_CHECK(took_i64(&out, 1) && map_has(t.map, k, 1));
	HZT_EQ_INT(t.calls, 0);
	HZT_OK_ERR(hz_map_merge(t.map, k, hz_i64(1), add, &t, &out, &err), &err);
	HZT_CHECK(took_i64(&out, 6) && map_has(t.map, k, 6));
	t.remove = true;
	HZT_OK_ERR(hz_map_merge(t.map, k, hz_i64(1), add, &t, &out, &err), &err);
	HZT_CHECK(took_null(&out) && map_lacks(t.map, k));
	HZT_EQ_INT(hz_map_merge(t.map, k, hz_null(), add, &t, &out, &err), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_map_destroy(&t.map, &err), &err);
}

static void
tries_again_when_others_were_faster(void)
{
	told t = {.map = session_map("faster"), .add = 5, .meddle = 100};
	hz_value out;
	// None, then somebody's: put_if_absent refuses.
	HZT_OK_ERR(hz_map_compute(t.map, hz_str("a"), add, &t, &out, &err), &err);
	HZT_CHECK(took_i64(&out, 105) && t.calls == 2);
	// Another one than was read: replace_if_same refuses.
	t.calls = 0;
	t.meddle = 200;
	HZT_OK_ERR(hz_map_compute(t.map, hz_str("a"), add, &t, &out, &err), &err);
	HZT_CHECK(took_i64(&out, 205) && t.calls == 2);
	// The same for removing.
	t.calls = 0;
	t.remove = true;
	t.meddle = 300;
	HZT_OK_ERR(hz_map_compute_if_present(t.map, hz_str("a"), add, &t, &out, &err), &err);
	HZT_CHECK(took_null(&out) && t.calls == 2 && map_lacks(t.map, hz_str("a")));
	// compute_if_absent takes what the other one wrote.
	t = (told){.map = t.map, .add = 5, .meddle = 400};
	HZT_OK_ERR(hz_map_compute_if_absent(t.map, hz_str("b"), add, &t, &out, &err), &err);
	HZT_CHECK(took_i64(&out, 400) && t.calls == 1);
	HZT_OK_ERR(hz_map_destroy(&t.map, &err), &err);
}

static hz_err
always_late(void *ctx, const hz_value *key, const hz_value *old, hz_value *out)
{
	told *t = ctx;
	(void)old;
	*out = hz_i64(-1);
	return hz_map_set(t->map, *key, hz_i64(++t->calls), NULL, NULL);
}

static void
the_deadline_covers_all_tries(void)
{
	told t = {.map = session_map("late")};
	hz_map *hurried = session_same_map(t.map, 300, NULL);
	hz_value out;
	int64_t start_ms = hzt_now_ms();
	HZT_EQ_INT(hz_map_compute(hurried, hz_str("k"), always_late, &t, &out, &err),
			HZ_ERR_TIMEOUT);
	HZT_CHECK(took_null(&out) && t.calls >= 2 && err.retryable);
	HZT_CHECK(hzt_now_ms() - start_ms < INT64_C(5000) * hzt_slowness());
	hz_map_close(&hurried);
	HZT_OK_ERR(hz_map_destroy(&t.map, &err), &err);
}

static void
errors_change_nothing(void)
{
	told t = {.map = session_map("errors"), .add = 1};
	hz_value k = hz_str("k");
	hz_value out = hz_i64(7);
	HZT_EQ_INT(hz_map_compute(t.map, k, fail, NULL, &out, &err), HZ_ERR_STATE);
	HZT_EQ_INT(err.code, HZ_ERR_STATE);
	HZT_CHECK(took_null(&out) && map_lacks(t.map, k));
	HZT_OK_ERR(hz_map_set(t.map, k, hz_str("text"), NULL, &err), &err);
	HZT_EQ_INT(hz_map_compute(t.map, k, add, &t, NULL, &err), HZ_ERR_TYPE);
	HZT_EQ_INT(hz_map_compute(t.map, hz_null(), add, &t, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_compute(t.map, k, NULL, &t, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_compute(NULL, k, add, &t, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_map_destroy(&t.map, &err), &err);
}

enum { THREADS = 4, ROUNDS = 50 };

static void *
count_up(void *ctx)
{
	told t = {.map = ctx, .add = 1};
	static _Atomic int failed;
	for (int i = 0; i < ROUNDS; i++) {
		atomic_fetch_add(&failed,
				hz_map_compute(ctx, hz_str("n"), add, &t, NULL, NULL) != HZ_OK);
	}
	return &failed;
}

static void
no_step_is_lost(void)
{
	hz_map *map = session_map("steps");
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

static const hzt_case cases[] = {
		{"computes", computes},
		{"computes_if_absent", computes_if_absent},
		{"computes_if_present", computes_if_present},
		{"merges", merges},
		{"tries_again_when_others_were_faster", tries_again_when_others_were_faster},
		{"the_deadline_covers_all_tries", the_deadline_covers_all_tries},
		{"errors_change_nothing", errors_change_nothing},
		{"no_step_is_lost", no_step_is_lost},
};

HZT_MAIN("map_compute", cases)
