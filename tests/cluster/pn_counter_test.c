// SPDX-License-Identifier: Apache-2.0
//
// PN counters: results, what another client sees of them, and the session that handles share.
#include "tests/cluster/session.h"

#include <pthread.h>
#include <stdatomic.h>

// Replicas tell each other once a second.
#define REPLICATION_MS 20000
#define THREADS 8
#define ROUNDS 200

static hz_error err;

static hz_pn_counter *
open_in(hz_client *client, const char *name)
{
	hz_pn_counter *counter = NULL;
	HZT_OK_ERR(hz_pn_counter_open(client, name, NULL, &counter, &err), &err);
	return counter;
}

static hz_pn_counter *
new_counter(const char *base)
{
	return open_in(session_client(), session_name(base));
}

static int64_t
value_of(hz_pn_counter *counter)
{
	int64_t n = -1;
	HZT_OK_ERR(hz_pn_counter_get(counter, &n, &err), &err);
	return n;
}

// What another client is to see, sooner or later.
typedef struct sight {
	hz_pn_counter *counter;
	int64_t want;
} sight;

static bool
is_seen(void *ctx)
{
	const sight *seen = ctx;
	return value_of(seen->counter) == seen->want;
}

static void
check_other_client(const char *name, int64_t want)
{
	hz_client *other = session_client_with(NULL, NULL);
	sight seen = {.counter = open_in(other, name), .want = want};
	HZT_AWAIT(is_seen, &seen, REPLICATION_MS);
	hz_pn_counter_close(&seen.counter);
	hz_client_destroy(&other);
}

static void
opens_by_name(void)
{
	hz_pn_counter *counter = new_counter("pn-open");
	hz_pn_counter *same = open_in(session_client(), hz_pn_counter_name(counter));
	hz_pn_counter *none = NULL;
	HZT_EQ_INT(value_of(counter), 0);
	HZT_EQ_STR(hz_pn_counter_name(same), hz_pn_counter_name(counter));
	HZT_EQ_INT(hz_pn_counter_open(session_client(), "", NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_pn_counter_open(session_client(), NULL, NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_pn_counter_open(session_client(), "pn", NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_pn_counter_open(NULL, "pn", NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(none == NULL);
	hz_pn_counter_close(&same);
	HZT_CHECK(same == NULL);
	HZT_OK_ERR(hz_pn_counter_destroy(&counter, &err), &err);
	HZT_CHECK(counter == NULL);
}

static void
gives_the_value_before_or_after(void)
{
	static const struct {
		hz_err (*run)(hz_pn_counter *, int64_t, int64_t *, hz_error *);
		int64_t delta, result, value;
	} rows[] = {
			{hz_pn_counter_get_and_add, 5, 0, 5},
			{hz_pn_counter_add_and_get, 7, 12, 12},
			{hz_pn_counter_get_and_subtract, 2, 12, 10},
			{hz_pn_counter_subtract_and_get, 4, 6, 6},
			{hz_pn_counter_add_and_get, -10, -4, -4},
			{hz_pn_counter_get_and_add, -1, -4, -5},
			{hz_pn_counter_subtract_and_get, -5, 0, 0},
			{hz_pn_counter_get_and_subtract, -3, 0, 3},
			{hz_pn_counter_add_and_get, 0, 3, 3},
	};
	hz_pn_counter *counter = new_counter("pn-add");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t n = -1;
		HZT_OK_ERR(rows[i].run(counter, rows[i].delta, &n, &err), &err);
		HZT_EQ_INT(n, rows[i].result);
		HZT_EQ_INT(value_of(counter), rows[i].value);
	}
	check_other_client(hz_pn_counter_name(counter), 3);
	HZT_OK_ERR(hz_pn_counter_destroy(&counter, &err), &err);
}

static void
counts_up_and_down(void)
{
	static const struct {
		hz_err (*run)(hz_pn_counter *, int64_t *, hz_error *);
		int64_t result, value;
	} rows[] = {
			{hz_pn_counter_get_and_increment, 0, 1},
			{hz_pn_counter_increment_and_get, 2, 2},
			{hz_pn_counter_get_and_decrement, 2, 1},
			{hz_pn_counter_decrement_and_get, 0, 0},
			{hz_pn_counter_decrement_and_get, -1, -1},
	};
	hz_pn_counter *counter = new_counter("pn-step");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t n = -7;
		HZT_OK_ERR(rows[i].run(counter, &n, &err), &err);
		HZT_EQ_INT(n, rows[i].result);
		HZT_EQ_INT(value_of(counter), rows[i].value);
	}
	check_other_client(hz_pn_counter_name(counter), -1);
	HZT_OK_ERR(hz_pn_counter_destroy(&counter, &err), &err);
}

static void
wraps_around(void)
{
	hz_pn_counter *counter = new_counter("pn-wrap");
	int64_t n = 0;
	HZT_OK_ERR(hz_pn_counter_add_and_get(counter, INT64_MAX, &n, &err), &err);
	HZT_EQ_INT(n, INT64_MAX);
	HZT_OK_ERR(hz_pn_counter_increment_and_get(counter, &n, &err), &err);
	HZT_EQ_INT(n, INT64_MIN);
	HZT_OK_ERR(hz_pn_counter_decrement_and_get(counter, &n, &err), &err);
	HZT_EQ_INT(n, INT64_MAX);
	HZT_OK_ERR(hz_pn_counter_destroy(&counter, &err), &err);
}

// Two clients at the same counter: in the end both see the sum.
static void
clients_meet_at_the_sum(void)
{
	hz_pn_counter *ours = new_counter("pn-meet");
	hz_client *other = session_client_with(NULL, NULL);
	hz_pn_counter *theirs = open_in(other, hz_pn_counter_name(ours));
	for (int i = 0; i < 20; i++) {
		HZT_OK_ERR(hz_pn_counter_add_and_get(ours, 10, NULL, &err), &err);
		HZT_OK_ERR(hz_pn_counter_get_and_subtract(theirs, 3, NULL, &err), &err);
	}
	sight here = {.counter = ours, .want = 140};
	sight there = {.counter = theirs, .want = 140};
	HZT_AWAIT(is_seen, &here, REPLICATION_MS);
	HZT_AWAIT(is_seen, &there, REPLICATION_MS);
	hz_pn_counter_close(&theirs);
	hz_client_destroy(&other);
	HZT_OK_ERR(hz_pn_counter_destroy(&ours, &err), &err);
}

// ---- The session ----

typedef struct team {
	const char *name;
	_Atomic int64_t newest; // a value that some call of the client has returned
	_Atomic int failures;   // older values seen after newer ones, errors
} team;

static team shared;

// A counter that only grows: no call may give less than what any other one had given before it
// began.
static void *
count(void *unused)
{
	hz_pn_counter *counter = NULL;
	(void)unused;
	if (hz_pn_counter_open(session_client(), shared.name, NULL, &counter, NULL) != HZ_OK) {
		atomic_fetch_add(&shared.failures, 1);
		return NULL;
	}
	for (int i = 0; i < ROUNDS; i++) {
		int64_t before = atomic_load(&shared.newest);
		int64_t n = -1;
		hz_err e = i % 4 == 3 ? hz_pn_counter_get(counter, &n, NULL)
				      : hz_pn_counter_increment_and_get(counter, &n, NULL);
		int64_t newest = atomic_load(&shared.newest);
		while (n > newest && !atomic_compare_exchange_weak(&shared.newest, &newest, n)) {
		}
		atomic_fetch_add(&shared.failures, e != HZ_OK || n < before);
	}
	hz_pn_counter_close(&counter);
	return NULL;
}

static void
threads_share_one_session(void)
{
	pthread_t threads[THREADS];
	hz_pn_counter *counter = new_counter("pn-threads");
	shared = (team){.name = hz_pn_counter_name(counter)};
	for (int i = 0; i < THREADS; i++) {
		HZT_EQ_INT(pthread_create(&threads[i], NULL, count, NULL), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	HZT_EQ_INT(atomic_load(&shared.failures), 0);
	HZT_EQ_INT(value_of(counter), THREADS * ROUNDS * 3 / 4);
	check_other_client(hz_pn_counter_name(counter), THREADS * ROUNDS * 3 / 4);
	HZT_OK_ERR(hz_pn_counter_destroy(&counter, &err), &err);
}

static void
resets_the_session_only(void)
{
	hz_pn_counter *counter = new_counter("pn-reset");
	int64_t n = 0;
	HZT_OK_ERR(hz_pn_counter_get_and_add(counter, 4, &n, &err), &err);
	HZT_OK_ERR(hz_pn_counter_reset(counter, &err), &err);
	HZT_EQ_INT(value_of(counter), 4);
	HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 1, &n, &err), &err);
	HZT_EQ_INT(n, 5);
	HZT_EQ_INT(hz_pn_counter_reset(NULL, &err), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_pn_counter_destroy(&counter, &err), &err);
}

static void
begins_at_zero_after_its_destruction(void)
{
	hz_pn_counter *counter = new_counter("pn-destroyed");
	hz_pn_counter *same = open_in(session_client(), hz_pn_counter_name(counter));
	int64_t n = -1;
	HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 9, &n, &err), &err);
	HZT_OK_ERR(hz_pn_counter_destroy(&counter, &err), &err);
	HZT_EQ_INT(value_of(same), 0);
	HZT_OK_ERR(hz_pn_counter_increment_and_get(same, &n, &err), &err);
	HZT_EQ_INT(n, 1);
	check_other_client(hz_pn_counter_name(same), 1);
	HZT_OK_ERR(hz_pn_counter_destroy(&same, &err), &err);
}

// ---- Forms ----

static void
takes_any_name(void)
{
	static const char *const names[] = {"pn-ä", "pn-\xe6\x95\xb0", "pn-\xf0\x9f\x90\x98@x",
			"pn with spaces, and \"more\""};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		hz_pn_counter *counter = new_counter(names[i]);
		int64_t n = 0;
		HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 3, &n, &err), &err);
		HZT_EQ_INT(n, 3);
		HZT_OK_ERR(hz_pn_counter_destroy(&counter, &err), &err);
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
is_told(void *ctx)
{
	return atomic_load(&told) == *(const int64_t *)ctx;
}

static void
futures_and_callbacks(void)
{
	hz_pn_counter *counter = new_counter("pn-futures");
	hz_future futures[16];
	int64_t sum = 0;
	int64_t n = 0;
	for (int i = 0; i < 16; i++) {
		futures[i] = hz_pn_counter_get_and_increment_async(counter);
	}
	for (int i = 0; i < 16; i++) {
		HZT_OK_ERR(hz_await_i64(futures[i], &n, &err), &err);
		sum += n;
	}
	HZT_EQ_INT(sum, 120);
	HZT_OK(hz_then(hz_pn_counter_get_async(counter), tell, &told));
	int64_t want = 16;
	HZT_AWAIT(is_told, &want, 10000);
	HZT_OK(hz_then(hz_pn_counter_decrement_and_get_async(counter), tell, &told));
	want = 15;
	HZT_AWAIT(is_told, &want, 10000);
	int32_t wrong = 0;
	HZT_EQ_INT(hz_await_i32(hz_pn_counter_get_async(counter), &wrong, &err), HZ_ERR_TYPE);
	hz_drop(hz_pn_counter_get_and_decrement_async(counter));
	sight seen = {.counter = counter, .want = 14};
	HZT_AWAIT(is_seen, &seen, 10000);
	HZT_EQ_INT(hz_pn_counter_get(NULL, &n, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_pn_counter_add_and_get(NULL, 1, &n, &err), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_pn_counter_destroy(&counter, &err), &err);
}

// A client that is connected to one member reaches the others' replicas by way of it.
static void
works_through_one_member(void)
{
	hz_client *single = session_client_with("network.cluster-routing.mode", "SINGLE_MEMBER");
	hz_pn_counter *counter = NULL;
	for (int i = 0; i < 8; i++) {
		int64_t n = 0;
		counter = open_in(single, session_name("pn-single"));
		HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 2, &n, &err), &err);
		HZT_EQ_INT(n, 2);
		HZT_EQ_INT(value_of(counter), 2);
		HZT_OK_ERR(hz_pn_counter_destroy(&counter, &err), &err);
	}
	hz_client_destroy(&single);
}

static void
refuses_a_closed_client(void)
{
	hz_client *client = session_client_with(NULL, NULL);
	hz_pn_counter *counter = open_in(client, session_name("pn-closed"));
	int64_t n = 0;
	HZT_EQ_INT(hz_pn_counter_call(counter, &(hz_call){.timeout_ms = -5}), HZ_ERR_ARGUMENT);
	HZT_OK(hz_pn_counter_call(counter, &(hz_call){.timeout_ms = 20000}));
	HZT_EQ_INT(value_of(counter), 0);
	HZT_OK_ERR(hz_client_shutdown(client, 5000, &err), &err);
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_pn_counter_add_and_get(counter, 1, &n, &err), HZ_ERR_CLOSED);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hz_pn_counter_reset(counter, &err), HZ_ERR_CLOSED);
	hz_pn_counter_close(&counter);
	hz_client_destroy(&client);
}

static const hzt_case cases[] = {
		{"opens_by_name", opens_by_name},
		{"gives_the_value_before_or_after", gives_the_value_before_or_after},
		{"counts_up_and_down", counts_up_and_down},
		{"wraps_around", wraps_around},
		{"clients_meet_at_the_sum", clients_meet_at_the_sum},
		{"threads_share_one_session", threads_share_one_session},
		{"resets_the_session_only", resets_the_session_only},
		{"begins_at_zero_after_its_destruction", begins_at_zero_after_its_destruction},
		{"takes_any_name", takes_any_name},
		{"futures_and_callbacks", futures_and_callbacks},
		{"works_through_one_member", works_through_one_member},
		{"refuses_a_closed_client", refuses_a_closed_client},
};

HZT_MAIN("pn_counter", cases)
