// SPDX-License-Identifier: Apache-2.0
//
// Atomic longs: results, and the number that another client sees afterwards.
#include "tests/cp/rig.h"

#include <stdatomic.h>
#include <stdio.h>

static hz_error err;
static hz_atomic_long *number, *seen;

// A number of its own for the case, in both clients.
static void
begin(int64_t value)
{
	const char *name = rig_name("long", NULL);
	HZT_OK_ERR(hz_atomic_long_open(rig_client(), name, NULL, &number, &err), &err);
	HZT_OK_ERR(hz_atomic_long_open(rig_other(), name, NULL, &seen, &err), &err);
	if (value != 0) {
		HZT_OK_ERR(hz_atomic_long_set(number, value, &err), &err);
	}
}

static void
check_seen(int64_t want)
{
	int64_t n = want ^ 1;
	HZT_OK_ERR(hz_atomic_long_get(seen, &n, &err), &err);
	HZT_EQ_INT(n, want);
}

static void
finish(void)
{
	hz_atomic_long_close(&seen);
	HZT_OK_ERR(hz_atomic_long_destroy(&number, &err), &err);
	HZT_CHECK(number == NULL);
}

static void
begins_with_zero(void)
{
	int64_t n = 7;
	begin(0);
	HZT_EQ_INT(hz_atomic_long_backend(number), rig_is_map() ? HZ_BACKEND_MAP : HZ_BACKEND_CP);
	HZT_EQ_INT(hz_atomic_long_backend(NULL), HZ_BACKEND_NONE);
	HZT_OK_ERR(hz_atomic_long_get(number, &n, &err), &err);
	HZT_EQ_INT(n, 0);
	check_seen(0);
	finish();
}

static void
sets(void)
{
	int64_t n = 0;
	begin(4);
	check_seen(4);
	HZT_OK_ERR(hz_atomic_long_get_and_set(number, -17, &n, &err), &err);
	HZT_EQ_INT(n, 4);
	check_seen(-17);
	HZT_OK_ERR(hz_atomic_long_set(number, INT64_MIN, &err), &err);
	HZT_OK_ERR(hz_atomic_long_get_and_set(number, INT64_MAX, &n, &err), &err);
	HZT_EQ_INT(n, INT64_MIN);
	check_seen(INT64_MAX);
	finish();
}

static void
compares_and_sets(void)
{
	bool done = true;
	begin(42);
	HZT_OK_ERR(hz_atomic_long_compare_and_set(number, 41, 3, &done, &err), &err);
	HZT_CHECK(!done);
	check_seen(42);
	HZT_OK_ERR(hz_atomic_long_compare_and_set(number, 42, 3, &done, &err), &err);
	HZT_CHECK(done);
	check_seen(3);
	finish();
}

static void
adds(void)
{
	int64_t n = 0;
	begin(0);
	HZT_OK_ERR(hz_atomic_long_add_and_get(number, 5, &n, &err), &err);
	HZT_EQ_INT(n, 5);
	check_seen(5);
	HZT_OK_ERR(hz_atomic_long_get_and_add(number, -8, &n, &err), &err);
	HZT_EQ_INT(n, 5);
	check_seen(-3);
	HZT_OK_ERR(hz_atomic_long_set(number, INT64_MAX, &err), &err);
	HZT_OK_ERR(hz_atomic_long_add_and_get(number, 1, &n, &err), &err);
	HZT_EQ_INT(n, INT64_MIN);
	finish();
}

static void
counts(void)
{
	int64_t n = 0;
	begin(10);
	HZT_OK_ERR(hz_atomic_long_increment_and_get(number, &n, &err), &err);
	HZT_EQ_INT(n, 11);
	check_seen(11);
	HZT_OK_ERR(hz_atomic_long_get_and_increment(number, &n, &err), &err);
	HZT_EQ_INT(n, 11);
	check_seen(12);
	HZT_OK_ERR(hz_atomic_long_decrement_and_get(number, &n, &err), &err);
	HZT_EQ_INT(n, 11);
	check_seen(11);
	HZT_OK_ERR(hz_atomic_long_get_and_decrement(number, &n, &err), &err);
	HZT_EQ_INT(n, 11);
	check_seen(10);
	finish();
}

// A member without a CP subsystem has nobody to run it.
static void
refuses_functions(void)
{
	int64_t n = 0;
	hz_value got = hz_null();
	HZT_EQ_INT(hz_atomic_long_alter(number, rig_multiply(3), &err), HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(hz_atomic_long_alter_and_get(number, rig_multiply(3), &n, &err),
			HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(hz_atomic_long_get_and_alter(number, rig_multiply(3), &n, &err),
			HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(hz_atomic_long_apply(number, rig_multiply(3), &got, &err), HZ_ERR_UNSUPPORTED);
	check_seen(7);
	finish();
}

static void
alters(void)
{
	int64_t n = 0;
	begin(7);
	if (!rig_says(RIG_FUNCTIONS)) {
		refuses_functions();
		return;
	}
	HZT_OK_ERR(hz_atomic_long_alter(number, rig_multiply(3), &err), &err);
	check_seen(21);
	HZT_OK_ERR(hz_atomic_long_alter_and_get(number, rig_multiply(-2), &n, &err), &err);
	HZT_EQ_INT(n, -42);
	check_seen(-42);
	HZT_OK_ERR(hz_atomic_long_get_and_alter(number, rig_multiply(2), &n, &err), &err);
	HZT_EQ_INT(n, -42);
	check_seen(-84);
	finish();
}

static void
applies(void)
{
	hz_value got = hz_null();
	int64_t n = 0;
	begin(7);
	if (!rig_says(RIG_FUNCTIONS)) {
		refuses_functions();
		return;
	}
	HZT_OK_ERR(hz_atomic_long_apply(number, rig_multiply(6), &got, &err), &err);
	HZT_OK(hz_value_get_i64(&got, &n));
	HZT_EQ_INT(n, 42);
	hz_value_clear(&got);
	check_seen(7);
	finish();
}

// A function that cannot work on a number, one that the members do not know, and none.
static void
refuses_other_functions(void)
{
	begin(7);
	if (!rig_says(RIG_FUNCTIONS)) {
		refuses_functions();
		return;
	}
	HZT_EQ_INT(hz_atomic_long_alter(number, rig_append("x"), &err), HZ_ERR_SERVER);
	HZT_EQ_INT(err.server_code, 10);
	HZT_EQ_INT(hz_atomic_long_alter(number, hz_str("no function"), &err), HZ_ERR_SERVER);
	HZT_EQ_INT(hz_atomic_long_alter(number, hz_null(), &err), HZ_ERR_ARGUMENT);
	check_seen(7);
	finish();
}

static hz_err
square(void *ctx, int64_t old, int64_t *made)
{
	int *runs = ctx;
	if (++*runs == 1) {
		// Somebody is faster: it runs again.
		HZT_OK_ERR(hz_atomic_long_set(seen, 5, &err), &err);
	}
	*made = old * old;
	return *runs < 3 ? HZ_OK : HZ_ERR_STATE;
}

static void
updates(void)
{
	int runs = 0;
	int64_t old = 0, made = 0;
	begin(7);
	HZT_OK_ERR(hz_atomic_long_update(number, square, &runs, &old, &made, &err), &err);
	HZT_EQ_INT(runs, 2);
	HZT_EQ_INT(old, 5);
	HZT_EQ_INT(made, 25);
	check_seen(25);
	HZT_EQ_INT(hz_atomic_long_update(number, square, &runs, NULL, NULL, &err), HZ_ERR_STATE);
	HZT_EQ_INT(hz_atomic_long_update(number, NULL, NULL, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_atomic_long_update(NULL, square, &runs, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	check_seen(25);
	finish();
}

// Many additions under way at once: each has its own result, none is lost.
static void
pipelined(void)
{
	enum { N = 200 };
	hz_future calls[N];
	int64_t sum = 0;
	begin(0);
	for (int i = 0; i < N; i++) {
		calls[i] = hz_atomic_long_increment_and_get_async(number);
	}
	for (int i = 0; i < N; i++) {
		int64_t n = 0;
		HZT_OK_ERR(hz_await_i64(calls[i], &n, &err), &err);
		sum += n;
	}
	HZT_EQ_INT(sum, N * (N + 1) / 2);
	check_seen(N);
	finish();
}

static void
lives_in_its_group(void)
{
	hz_atomic_long *elsewhere = NULL;
	int64_t n = 7;
	begin(5);
	char name[160];
	snprintf(name, sizeof(name), "%s@side", hz_atomic_long_name(number));
	HZT_OK_ERR(hz_atomic_long_open(rig_client(), name, NULL, &elsewhere, &err), &err);
	HZT_EQ_STR(hz_atomic_long_name(elsewhere), name);
	HZT_OK_ERR(hz_atomic_long_get(elsewhere, &n, &err), &err);
	HZT_EQ_INT(n, 0);
	HZT_OK_ERR(hz_atomic_long_set(elsewhere, 9, &err), &err);
	check_seen(5);
	HZT_OK_ERR(hz_atomic_long_destroy(&elsewhere, &err), &err);
	check_seen(5);
	finish();
}

// For all handles of all clients, and for ever.
static void
destroyed(void)
{
	int64_t n = 0;
	begin(5);
	hz_atomic_long *same = NULL;
	const char *name = hz_atomic_long_name(number);
	HZT_OK_ERR(hz_atomic_long_open(rig_client(), name, NULL, &same, &err), &err);
	HZT_OK_ERR(hz_await_none(hz_atomic_long_destroy_async(number), &err), &err);
	HZT_EQ_INT(hz_atomic_long_get(number, &n, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(err.server_code, rig_says(RIG_DESTROYED));
	HZT_EQ_INT(hz_atomic_long_set(same, 1, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_atomic_long_add_and_get(seen, 1, &n, &err), HZ_ERR_DESTROYED);
	hz_atomic_long_close(&same);
	HZT_OK_ERR(hz_atomic_long_open(rig_client(), name, NULL, &same, &err), &err);
	HZT_EQ_INT(hz_atomic_long_get(same, &n, &err), HZ_ERR_DESTROYED);
	hz_atomic_long_close(&same);
	finish(); // once more, which changes nothing
}

static _Atomic int64_t called;

static void
take(void *ctx, hz_err e, hz_result *result, const hz_error *why)
{
	(void)why;
	atomic_store((_Atomic int64_t *)ctx, e == HZ_OK ? result->u.i64 : -1);
}

static bool
is_called(void *ctx)
{
	return atomic_load(&called) == *(int64_t *)ctx;
}

static void
calls_back(void)
{
	int64_t want = 8;
	begin(5);
	HZT_OK(hz_then(hz_atomic_long_add_and_get_async(number, 3), take, &called));
	HZT_AWAIT(is_called, &want, 10000);
	check_seen(8);
	finish();
}

// A token ends the calls of the handle that carries it, and no others.
static void
cancelled(void)
{
	hz_call call = {0};
	int64_t n = 0;
	begin(5);
	HZT_OK_ERR(hz_cancel_new(rig_client(), &call.cancel, &err), &err);
	HZT_OK(hz_atomic_long_call(number, &call));
	hz_cancel_fire(call.cancel);
	HZT_EQ_INT(hz_atomic_long_get(number, &n, &err), HZ_ERR_CANCELLED);
	HZT_OK(hz_atomic_long_call(number, NULL));
	hz_cancel_destroy(&call.cancel);
	call = (hz_call){.timeout_ms = -2};
	HZT_EQ_INT(hz_atomic_long_call(number, &call), HZ_ERR_ARGUMENT);
	check_seen(5);
	finish();
}

static const hzt_case cases[] = {
		{"begins_with_zero", begins_with_zero},
		{"sets", sets},
		{"compares_and_sets", compares_and_sets},
		{"adds", adds},
		{"counts", counts},
		{"alters", alters},
		{"applies", applies},
		{"refuses_other_functions", refuses_other_functions},
		{"updates", updates},
		{"pipelined", pipelined},
		{"lives_in_its_group", lives_in_its_group},
		{"destroyed", destroyed},
		{"calls_back", calls_back},
		{"cancelled", cancelled},
};

HZT_MAIN("atomic_long", cases)
