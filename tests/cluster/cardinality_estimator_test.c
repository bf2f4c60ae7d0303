// SPDX-License-Identifier: Apache-2.0
//
// Cardinality estimators. That other clients' values are the same as ours is the subject of
// tests/interop/estimator_test.c.
#include "tests/cluster/session.h"

#include <stdatomic.h>
#include <stdio.h>

static hz_error err;

static hz_cardinality_estimator *
open_in(hz_client *client, const char *name)
{
	hz_cardinality_estimator *estimator = NULL;
	HZT_OK_ERR(hz_cardinality_estimator_open(client, name, NULL, &estimator, &err), &err);
	return estimator;
}

static hz_cardinality_estimator *
new_estimator(const char *base)
{
	return open_in(session_client(), session_name(base));
}

static int64_t
estimate_of(hz_cardinality_estimator *estimator)
{
	int64_t n = -1;
	HZT_OK_ERR(hz_cardinality_estimator_estimate(estimator, &n, &err), &err);
	return n;
}

static void
add(hz_cardinality_estimator *estimator, hz_value value)
{
	HZT_OK_ERR(hz_cardinality_estimator_add(estimator, value, &err), &err);
}

static void
opens_by_name(void)
{
	hz_cardinality_estimator *estimator = new_estimator("card-open");
	hz_cardinality_estimator *same =
			open_in(session_client(), hz_cardinality_estimator_name(estimator));
	hz_cardinality_estimator *none = NULL;
	HZT_EQ_INT(estimate_of(estimator), 0);
	add(estimator, hz_i64(1));
	HZT_EQ_INT(estimate_of(same), 1);
	HZT_EQ_INT(hz_cardinality_estimator_open(session_client(), "", NULL, &none, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cardinality_estimator_open(session_client(), "c", NULL, NULL, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cardinality_estimator_open(NULL, "c", NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(none == NULL);
	hz_cardinality_estimator_close(&same);
	HZT_CHECK(same == NULL);
	HZT_OK_ERR(hz_cardinality_estimator_destroy(&estimator, &err), &err);
	HZT_CHECK(estimator == NULL);
}

static void
counts_different_values_once(void)
{
	hz_cardinality_estimator *estimator = new_estimator("card-count");
	hz_client *other = session_client_with(NULL, NULL);
	hz_cardinality_estimator *theirs = open_in(other, hz_cardinality_estimator_name(estimator));
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 20; i++) {
			char text[16];
			snprintf(text, sizeof(text), "visitor %d", i);
			add(round == 1 ? theirs : estimator, hz_str(text));
		}
		HZT_EQ_INT(estimate_of(estimator), 20);
		HZT_EQ_INT(estimate_of(theirs), 20);
	}
	add(theirs, hz_f64(0.5));
	HZT_EQ_INT(estimate_of(estimator), 21);
	hz_cardinality_estimator_close(&theirs);
	hz_client_destroy(&other);
	HZT_OK_ERR(hz_cardinality_estimator_destroy(&estimator, &err), &err);
}

// 42 as Integer and as Long are different values; what has the same payload is the same.
static void
values_are_their_payloads(void)
{
	hz_cardinality_estimator *estimator = new_estimator("card-types");
	add(estimator, hz_i32(42));
	add(estimator, hz_i64(42));
	HZT_EQ_INT(estimate_of(estimator), 2);
	add(estimator, hz_str(""));
	add(estimator, hz_bytes(NULL, 0));
	HZT_EQ_INT(estimate_of(estimator), 3);
	HZT_OK_ERR(hz_cardinality_estimator_destroy(&estimator, &err), &err);
}

static void
is_right_within_a_few_percent(void)
{
	enum { N = 20000, AT_ONCE = 500 };
	static hz_future futures[AT_ONCE];
	hz_cardinality_estimator *estimator = new_estimator("card-many");
	for (int i = 0; i < N; i += AT_ONCE) {
		hz_batch_begin(session_client());
		for (int j = 0; j < AT_ONCE; j++) {
			futures[j] = hz_cardinality_estimator_add_async(estimator, hz_i64(i + j));
		}
		hz_batch_end(session_client());
		for (int j = 0; j < AT_ONCE; j++) {
			HZT_OK_ERR(hz_await_none(futures[j], &err), &err);
		}
	}
	int64_t n = estimate_of(estimator);
	HZT_CHECK(n > N * 95 / 100 && n < N * 105 / 100);
	HZT_OK_ERR(hz_cardinality_estimator_destroy(&estimator, &err), &err);
}

static void
is_empty_after_its_destruction(void)
{
	hz_cardinality_estimator *estimator = new_estimator("card-destroyed");
	hz_cardinality_estimator *same =
			open_in(session_client(), hz_cardinality_estimator_name(estimator));
	add(estimator, hz_str("a"));
	add(estimator, hz_str("b"));
	HZT_OK_ERR(hz_cardinality_estimator_destroy(&estimator, &err), &err);
	HZT_EQ_INT(estimate_of(same), 0);
	add(same, hz_str("c"));
	HZT_EQ_INT(estimate_of(same), 1);
	HZT_OK_ERR(hz_cardinality_estimator_destroy(&same, &err), &err);
}

static void
takes_any_name(void)
{
	static const char *const names[] = {"card-Zähler", "card-数", "card-\xf0\x9f\x90\x98@x",
			"card with spaces, and \"more\""};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		hz_cardinality_estimator *estimator = new_estimator(names[i]);
		add(estimator, hz_i32(1));
		HZT_EQ_INT(estimate_of(estimator), 1);
		HZT_OK_ERR(hz_cardinality_estimator_destroy(&estimator, &err), &err);
	}
}

static _Atomic int64_t told;

static void
tell(void *ctx, hz_err e, hz_result *result, const hz_error *failure)
{
	(void)failure;
	atomic_store((_Atomic int64_t *)ctx, e == HZ_OK ? result->u.i64 : -(int64_t)e);
}

static bool
is_told(void *unused)
{
	(void)unused;
	return atomic_load(&told) != 0;
}

static void
futures_and_callbacks(void)
{
	hz_cardinality_estimator *estimator = new_estimator("card-futures");
	int64_t n = 0;
	HZT_OK_ERR(hz_await_none(hz_cardinality_estimator_add_async(estimator, hz_i32(7)), &err),
			&err);
	HZT_OK(hz_then(hz_cardinality_estimator_estimate_async(estimator), tell, (void *)&told));
	HZT_AWAIT(is_told, NULL, 10000);
	HZT_EQ_INT(atomic_load(&told), 1);
	HZT_EQ_INT(hz_await_none(hz_cardinality_estimator_estimate_async(estimator), &err),
			HZ_ERR_TYPE);
	HZT_EQ_INT(hz_cardinality_estimator_add(estimator, hz_null(), &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cardinality_estimator_add(NULL, hz_i32(1), &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cardinality_estimator_estimate(NULL, &n, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cardinality_estimator_add(estimator, hz_data("short", 5), &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(estimate_of(estimator), 1);
	HZT_OK_ERR(hz_cardinality_estimator_destroy(&estimator, &err), &err);
}

static void
refuses_a_closed_client(void)
{
	hz_client *client = session_client_with(NULL, NULL);
	hz_cardinality_estimator *estimator = open_in(client, session_name("card-closed"));
	int64_t n = 0;
	HZT_EQ_INT(hz_cardinality_estimator_call(estimator, &(hz_call){.timeout_ms = -5}),
			HZ_ERR_ARGUMENT);
	HZT_OK(hz_cardinality_estimator_call(estimator, &(hz_call){.timeout_ms = 20000}));
	add(estimator, hz_i32(1));
	HZT_OK_ERR(hz_client_shutdown(client, 5000, &err), &err);
	HZT_EQ_INT(hz_cardinality_estimator_add(estimator, hz_i32(2), &err), HZ_ERR_CLOSED);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hz_cardinality_estimator_estimate(estimator, &n, &err), HZ_ERR_CLOSED);
	hz_cardinality_estimator_close(&estimator);
	hz_client_destroy(&client);
}

static const hzt_case cases[] = {
		{"opens_by_name", opens_by_name},
		{"counts_different_values_once", counts_different_values_once},
		{"values_are_their_payloads", values_are_their_payloads},
		{"is_right_within_a_few_percent", is_right_within_a_few_percent},
		{"is_empty_after_its_destruction", is_empty_after_its_destruction},
		{"takes_any_name", takes_any_name},
		{"futures_and_callbacks", futures_and_callbacks},
		{"refuses_a_closed_client", refuses_a_closed_client},
};

HZT_MAIN("cardinality_estimator", cases)
