// SPDX-License-Identifier: Apache-2.0
//
// Atomic references: results, and the value that another client sees afterwards.
#include "tests/cp/rig.h"

#include <stdio.h>
#include <string.h>

static hz_error err;
static hz_atomic_reference *reference, *seen;

// A reference of its own for the case, in both clients; NULL: without a value.
static void
begin(const char *value)
{
	const char *name = rig_name("reference", NULL);
	HZT_OK_ERR(hz_atomic_reference_open(rig_client(), name, NULL, &reference, &err), &err);
	HZT_OK_ERR(hz_atomic_reference_open(rig_other(), name, NULL, &seen, &err), &err);
	if (value != NULL) {
		HZT_OK_ERR(hz_atomic_reference_set(reference, hz_str(value), &err), &err);
	}
}

// Ends the value; NULL: it has to be null.
static void
check_value(hz_value *got, const char *want)
{
	hz_value wanted = want != NULL ? hz_str(want) : hz_null();
	HZT_CHECK(hz_value_equal(got, &wanted));
	hz_value_clear(got);
}

static void
check_seen(const char *want)
{
	hz_value got = hz_null();
	HZT_OK_ERR(hz_atomic_reference_get(seen, &got, &err), &err);
	check_value(&got, want);
}

static void
finish(void)
{
	hz_atomic_reference_close(&seen);
	HZT_OK_ERR(hz_atomic_reference_destroy(&reference, &err), &err);
	HZT_CHECK(reference == NULL);
}

static void
begins_with_null(void)
{
	hz_value got = hz_i32(1);
	bool null = false;
	begin(NULL);
	HZT_EQ_INT(hz_atomic_reference_backend(reference),
			rig_is_map() ? HZ_BACKEND_MAP : HZ_BACKEND_CP);
	HZT_EQ_INT(hz_atomic_reference_backend(NULL), HZ_BACKEND_NONE);
	HZT_OK_ERR(hz_atomic_reference_get(reference, &got, &err), &err);
	check_value(&got, NULL);
	HZT_OK_ERR(hz_atomic_reference_is_null(reference, &null, &err), &err);
	HZT_CHECK(null);
	finish();
}

static void
sets_and_clears(void)
{
	bool null = true;
	begin("a");
	check_seen("a");
	HZT_OK_ERR(hz_atomic_reference_is_null(seen, &null, &err), &err);
	HZT_CHECK(!null);
	HZT_OK_ERR(hz_atomic_reference_set(reference, hz_str("b"), &err), &err);
	check_seen("b");
	HZT_OK_ERR(hz_atomic_reference_clear(reference, &err), &err);
	check_seen(NULL);
	HZT_OK_ERR(hz_atomic_reference_set(reference, hz_str("c"), &err), &err);
	HZT_OK_ERR(hz_atomic_reference_set(reference, hz_null(), &err), &err);
	check_seen(NULL);
	finish();
}

static void
gives_old_and_new(void)
{
	hz_value got = hz_null();
	int64_t n = 0;
	begin(NULL);
	HZT_OK_ERR(hz_atomic_reference_get_and_set(reference, hz_str("a"), &got, &err), &err);
	check_value(&got, NULL);
	HZT_OK_ERR(hz_atomic_reference_get_and_set(reference, hz_str("b"), &got, &err), &err);
	check_value(&got, "a");
	check_seen("b");
	HZT_OK_ERR(hz_atomic_reference_set_and_get(reference, hz_str("c"), &got, &err), &err);
	check_value(&got, "c");
	check_seen("c");
	HZT_OK_ERR(hz_atomic_reference_set_and_get(reference, hz_i64(-5), &got, &err), &err);
	HZT_OK(hz_value_get_i64(&got, &n));
	HZT_EQ_INT(n, -5);
	HZT_OK_ERR(hz_atomic_reference_set_and_get(reference, hz_null(), &got, &err), &err);
	check_value(&got, NULL);
	check_seen(NULL);
	finish();
}

// Larger than what a message's first frames hold, and of bytes that are no text.
static void
keeps_every_byte(void)
{
	enum { N = 300000 };
	static uint8_t bytes[N];
	hz_value got = hz_null();
	hz_value sent = hz_bytes(bytes, N);
	for (size_t i = 0; i < N; i++) {
		bytes[i] = (uint8_t)(i * 7 + (i >> 8));
	}
	begin(NULL);
	HZT_OK_ERR(hz_atomic_reference_set_and_get(reference, sent, &got, &err), &err);
	HZT_CHECK(hz_value_equal(&got, &sent));
	hz_value_clear(&got);
	HZT_OK_ERR(hz_atomic_reference_get(seen, &got, &err), &err);
	HZT_CHECK(hz_value_equal(&got, &sent));
	hz_value_clear(&got);
	finish();
}

// Whether it took place, and what is there then.
static void
swap(hz_value expected, hz_value value, bool want, const char *then)
{
	bool done = !want;
	HZT_OK_ERR(hz_atomic_reference_compare_and_set(reference, expected, value, &done, &err),
			&err);
	HZT_EQ_INT(done, want);
	check_seen(then);
}

static void
compares_and_sets(void)
{
	begin(NULL);
	swap(hz_str("a"), hz_str("b"), false, NULL);
	swap(hz_null(), hz_null(), true, NULL);
	swap(hz_null(), hz_str("a"), true, "a");
	swap(hz_null(), hz_str("b"), false, "a");
	swap(hz_str("a"), hz_str("b"), true, "b");
	swap(hz_str("a"), hz_null(), false, "b");
	swap(hz_str("b"), hz_null(), true, NULL);
	finish();
}

static bool
contains(hz_value value)
{
	bool found = false;
	HZT_OK_ERR(hz_atomic_reference_contains(reference, value, &found, &err), &err);
	return found;
}

static void
contains_values(void)
{
	begin(NULL);
	HZT_CHECK(contains(hz_null()));
	HZT_CHECK(!contains(hz_str("a")));
	HZT_OK_ERR(hz_atomic_reference_set(reference, hz_str("a"), &err), &err);
	HZT_CHECK(!contains(hz_null()));
	HZT_CHECK(contains(hz_str("a")));
	HZT_CHECK(!contains(hz_str("b")));
	finish();
}

static hz_err
add_letter(void *ctx, const hz_value *old, hz_value *made)
{
	int *runs = ctx;
	if (++*runs == 1) {
		// Somebody is faster: it runs again.
		HZT_OK_ERR(hz_atomic_reference_set(seen, hz_str("b"), &err), &err);
	}
	const char *text = NULL;
	size_t n = 0;
	HZT_OK(hz_value_get_str(old, &text, &n));
	*made = n == 1 && text[0] == 'b' ? hz_str("bc") : hz_null();
	return *runs < 3 ? HZ_OK : HZ_ERR_STATE;
}

static void
updates(void)
{
	hz_value made = hz_null();
	int runs = 0;
	begin("a");
	HZT_OK_ERR(hz_atomic_reference_update(reference, add_letter, &runs, &made, &err), &err);
	HZT_EQ_INT(runs, 2);
	check_value(&made, "bc");
	check_seen("bc");
	HZT_EQ_INT(hz_atomic_reference_update(reference, add_letter, &runs, NULL, &err),
			HZ_ERR_STATE);
	HZT_EQ_INT(hz_atomic_reference_update(reference, NULL, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_atomic_reference_update(NULL, add_letter, &runs, NULL, &err),
			HZ_ERR_ARGUMENT);
	check_seen("bc");
	finish();
}

// A member without a CP subsystem has nobody to run it.
static void
refuses_functions(void)
{
	hz_value got = hz_null();
	HZT_EQ_INT(hz_atomic_reference_alter(reference, rig_append("b"), &err), HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(hz_atomic_reference_alter_and_get(reference, rig_append("b"), &got, &err),
			HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(hz_atomic_reference_get_and_alter(reference, rig_append("b"), &got, &err),
			HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(hz_atomic_reference_apply(reference, rig_append("b"), &got, &err),
			HZ_ERR_UNSUPPORTED);
	check_seen("a");
	finish();
}

static void
alters(void)
{
	hz_value got = hz_null();
	begin("a");
	if (!rig_says(RIG_FUNCTIONS)) {
		refuses_functions();
		return;
	}
	HZT_OK_ERR(hz_atomic_reference_alter(reference, rig_append("b"), &err), &err);
	check_seen("ab");
	HZT_OK_ERR(hz_atomic_reference_alter_and_get(reference, rig_append("c"), &got, &err), &err);
	check_value(&got, "abc");
	check_seen("abc");
	HZT_OK_ERR(hz_atomic_reference_get_and_alter(reference, rig_append("d"), &got, &err), &err);
	check_value(&got, "abc");
	check_seen("abcd");
	finish();
}

static void
applies(void)
{
	hz_value got = hz_null();
	begin("a");
	if (!rig_says(RIG_FUNCTIONS)) {
		refuses_functions();
		return;
	}
	HZT_OK_ERR(hz_atomic_reference_apply(reference, rig_append("z"), &got, &err), &err);
	check_value(&got, "az");
	check_seen("a");
	finish();
}

static void
refuses_other_functions(void)
{
	hz_value got = hz_null();
	begin("a");
	if (!rig_says(RIG_FUNCTIONS)) {
		refuses_functions();
		return;
	}
	HZT_OK_ERR(hz_atomic_reference_set(reference, hz_i32(1), &err), &err);
	HZT_EQ_INT(hz_atomic_reference_alter(reference, rig_append("x"), &err), HZ_ERR_SERVER);
	HZT_EQ_INT(err.server_code, 10);
	HZT_EQ_INT(hz_atomic_reference_apply(reference, hz_null(), &got, &err), HZ_ERR_ARGUMENT);
	finish();
}

static void
lives_in_its_group(void)
{
	hz_atomic_reference *elsewhere = NULL;
	char name[160];
	bool null = false;
	begin("a");
	snprintf(name, sizeof(name), "%s@side", hz_atomic_reference_name(reference));
	HZT_OK_ERR(hz_atomic_reference_open(rig_client(), name, NULL, &elsewhere, &err), &err);
	HZT_OK_ERR(hz_atomic_reference_is_null(elsewhere, &null, &err), &err);
	HZT_CHECK(null);
	HZT_OK_ERR(hz_atomic_reference_destroy(&elsewhere, &err), &err);
	check_seen("a");
	finish();
}

static void
destroyed(void)
{
	hz_value got = hz_null();
	begin("a");
	HZT_OK_ERR(hz_await_none(hz_atomic_reference_destroy_async(reference), &err), &err);
	HZT_EQ_INT(hz_atomic_reference_get(reference, &got, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_atomic_reference_set(seen, hz_str("b"), &err), HZ_ERR_DESTROYED);
	finish();
}

static void
cancelled(void)
{
	hz_call call = {0};
	bool found = false;
	begin("a");
	HZT_OK_ERR(hz_cancel_new(rig_client(), &call.cancel, &err), &err);
	HZT_OK(hz_atomic_reference_call(reference, &call));
	hz_cancel_fire(call.cancel);
	HZT_EQ_INT(hz_atomic_reference_is_null(reference, &found, &err), HZ_ERR_CANCELLED);
	HZT_OK(hz_atomic_reference_call(reference, NULL));
	hz_cancel_destroy(&call.cancel);
	check_seen("a");
	finish();
}

static const hzt_case cases[] = {
		{"begins_with_null", begins_with_null},
		{"sets_and_clears", sets_and_clears},
		{"gives_old_and_new", gives_old_and_new},
		{"keeps_every_byte", keeps_every_byte},
		{"compares_and_sets", compares_and_sets},
		{"contains_values", contains_values},
		{"updates", updates},
		{"alters", alters},
		{"applies", applies},
		{"refuses_other_functions", refuses_other_functions},
		{"lives_in_its_group", lives_in_its_group},
		{"destroyed", destroyed},
		{"cancelled", cancelled},
};

HZT_MAIN("atomic_reference", cases)
