// SPDX-License-Identifier: Apache-2.0
//
// Calls that do not get the answer they hoped for: redirects, further tries, pauses, deadlines.
#include "protocol/gen/map.h"
#include "tests/scripted/bench.h"

#include <stdatomic.h>
#include <string.h>

#define GET HZP_MAP_GET_REQUEST.id
#define PUT HZP_MAP_PUT_REQUEST.id

static const hzt_error_answer wrong_target = {62, "WrongTargetException", "not here"};
static const hzt_error_answer migrating = {39, "PartitionMigratingException", "not now"};
static const hzt_error_answer disconnected = {52, "TargetDisconnectedException", "gone"};
static const hzt_error_answer illegal_state = {27, "java.lang.IllegalStateException", "as I said"};

static void
answer_with(bench *b, size_t member, uint32_t type, uint64_t times, const hzt_error_answer *error)
{
	hzt_scripted_on(b->member[member], type, times, hzt_failing, (void *)error);
}

// ---- Redirects ----

// Says that the partitions have moved, the table first.
static void
move_to(void *ctx, hzt_request *request)
{
	hzt_scripted *swapped[] = {ctx, request->member};
	if (request->nth == 3) {
		hzt_scripted_cluster(swapped, 2);
	}
	hzt_failing((void *)&wrong_target, request);
}

// Partition owners move: the answer is "wrong target" until a new table comes; the next try goes to
// the new owner.
static void
moves_to_new_owner(void)
{
	bench b;
	bench_start(&b, 2, NULL);
	int64_t key = bench_key(&b, 0, 1);
	hzt_scripted_on(b.member[0], PUT, 0, move_to, b.member[1]);
	HZT_OK(bench_put(&b, key, 7, NULL, NULL));
	HZT_EQ_INT(hzt_scripted_count(b.member[1], PUT), 1);
	HZT_CHECK(hzt_scripted_count(b.member[0], PUT) >= 3);
	HZT_CHECK(hzt_scripted_count(b.member[0], PUT) < 10);
	bench_end(&b);
}

static void
retried_as_long_as_it_says(void)
{
	bench b;
	bench_start(&b, 1, NULL);
	static const hzt_error_answer *const errors[] = {&wrong_target, &migrating};
	for (size_t i = 0; i < 2; i++) {
		uint64_t before = hzt_scripted_count(b.member[0], PUT);
		int64_t got = 0;
		answer_with(&b, 0, PUT, 12, errors[i]);
		HZT_OK(bench_put(&b, 1, (int64_t)i, NULL, NULL));
		HZT_EQ_INT(hzt_scripted_count(b.member[0], PUT) - before, 13);
		HZT_OK(bench_get(&b, 1, &got, NULL));
		HZT_EQ_INT(got, i);
	}
	HZT_EQ_INT(bench_stats(&b).retries, 24);
	bench_end(&b);
}

// Each try has an id of its own.
static void
new_id_for_each_try(void)
{
	bench b;
	hzt_seen seen;
	int64_t last = 0;
	int tries = 0;
	bench_start(&b, 1, NULL);
	answer_with(&b, 0, PUT, 9, &wrong_target);
	HZT_OK(bench_put(&b, 1, 1, NULL, NULL));
	for (uint64_t i = 0; hzt_scripted_seen(b.member[0], i, &seen); i++) {
		if (seen.type == PUT) {
			HZT_CHECK(seen.correlation > 0 && seen.correlation != last);
			last = seen.correlation;
			tries++;
		}
	}
	HZT_EQ_INT(tries, 10);
	bench_end(&b);
}

// Tries come slower and slower, up to the configured pause; the caller's deadline ends them.
static void
pauses_and_deadline(void)
{
	bench b;
	hz_error err = {0};
	static const char *const settings[] = {
			"hazelcast.client.invocation.retry.pause.millis", "100", NULL};
	bench_start(&b, 1, settings);
	answer_with(&b, 0, PUT, 0, &migrating);
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = 1000}));
	int64_t start = hzt_now_ms();
	HZT_EQ_INT(bench_put(&b, 1, 1, NULL, &err), HZ_ERR_TIMEOUT);
	int64_t took = hzt_now_ms() - start;
	HZT_CHECK(took >= 990 && took < PATIENCE_MS);
	// Five at once, 1 + 2 + ... + 64 ms, then one every 100 ms.
	HZT_CHECK(hzt_scripted_count(b.member[0], PUT) >= 8);
	HZT_CHECK(hzt_scripted_count(b.member[0], PUT) <= 23);
	HZT_CHECK(!err.in_doubt);
	bench_end(&b);
}

// Without a deadline of its own a call has the invocation timeout.
static void
invocation_timeout(void)
{
	bench b;
	hz_error err = {0};
	static const char *const settings[] = {
			"hazelcast.client.invocation.timeout.seconds", "1", NULL};
	bench_start(&b, 1, settings);
	hzt_scripted_on(b.member[0], PUT, 0, hzt_silent, NULL);
	int64_t start = hzt_now_ms();
	HZT_EQ_INT(bench_put(&b, 1, 1, NULL, &err), HZ_ERR_TIMEOUT);
	int64_t took = hzt_now_ms() - start;
	HZT_CHECK(took >= 990 && took < PATIENCE_MS);
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], PUT), 1);
	bench_end(&b);
}

// ---- What is not tried again ----

static void
target_disconnected(void)
{
	bench b;
	hz_error err = {0};
	bench_start(&b, 1, NULL);
	answer_with(&b, 0, PUT, 1, &disconnected);
	answer_with(&b, 0, GET, 1, &disconnected);
	HZT_EQ_INT(bench_put(&b, 1, 1, NULL, &err), HZ_ERR_SERVER);
	HZT_EQ_INT(err.server_code, 52);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], PUT), 1);
	HZT_OK(bench_get(&b, 1, NULL, NULL));
	HZT_EQ_INT(hzt_scripted_count(b.member[0], GET), 2);
	bench_end(&b);
}

static void
error_of_the_member(void)
{
	bench b;
	hz_error err = {0};
	bench_start(&b, 1, NULL);
	answer_with(&b, 0, PUT, 1, &illegal_state);
	HZT_EQ_INT(bench_put(&b, 1, 1, NULL, &err), HZ_ERR_STATE);
	HZT_EQ_INT(err.server_code, 27);
	HZT_EQ_STR(err.where, "java.lang.IllegalStateException");
	HZT_CHECK(strstr(err.message, "as I said") != NULL);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], PUT), 1);
	bench_end(&b);
}

// ---- No connection ----

typedef struct put_job {
	bench *b;
	hz_error err;
	hz_err result;
	_Atomic bool done;
} put_job;

static void
put_done(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	put_job *job = ctx;
	(void)result;
	job->result = e;
	if (err != NULL) {
		job->err = *err;
	}
	job->done = true;
}

static bool
is_done(void *ctx)
{
	put_job *job = ctx;
	return job->done;
}

// Not sent: it waits for a connection and then goes, once.
static void
waits_for_a_connection(void)
{
	bench b;
	put_job job = {.b = &b};
	bench_start(&b, 1, NULL);
	hzt_scripted_down(b.member[0], HZT_RESET);
	bench_await_connections(&b, 0);
	HZT_OK(hz_then(hz_map_put_async(b.map, hz_i64(1), hz_i64(11), NULL), put_done, &job));
	HZT_CHECK(!job.done);
	hzt_scripted_up(b.member[0], (hz_uuid){0, 0}, (hz_uuid){0, 0});
	HZT_AWAIT(is_done, &job, PATIENCE_MS);
	HZT_OK(job.result);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], PUT), 1);
	bench_end(&b);
}

// Not sent, and no connection until the deadline: failed, but surely not applied.
static void
offline_until_the_deadline(void)
{
	bench b;
	hz_error err = {0};
	put_job job = {.b = &b};
	bench_start(&b, 1, NULL);
	hzt_scripted_down(b.member[0], HZT_RESET);
	bench_await_connections(&b, 0);
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = 300}));
	int64_t start = hzt_now_ms();
	hz_err e = bench_put(&b, 1, 1, NULL, &err);
	int64_t took = hzt_now_ms() - start;
	HZT_CHECK(e == HZ_ERR_TIMEOUT || e == HZ_ERR_OFFLINE);
	HZT_CHECK(!err.in_doubt);
	HZT_CHECK(took >= 290 && took < PATIENCE_MS);
	HZT_OK(hz_then(hz_map_put_async(b.map, hz_i64(1), hz_i64(1), NULL), put_done, &job));
	HZT_AWAIT(is_done, &job, 20000);
	HZT_CHECK(job.result == HZ_ERR_TIMEOUT || job.result == HZ_ERR_OFFLINE);
	HZT_CHECK(!job.err.in_doubt);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], PUT), 0);
	HZT_OK(hz_map_call(b.map, NULL));
	bench_end(&b);
}

// The owner is gone, others are there: any of them passes the call on.
static void
owner_is_away(void)
{
	bench b;
	int64_t got = 0;
	bench_start(&b, 2, NULL);
	int64_t key = bench_key(&b, 0, 1);
	hzt_scripted_down(b.member[0], HZT_CLOSE);
	bench_await_connections(&b, 1);
	HZT_OK(bench_put(&b, key, 3, NULL, NULL));
	HZT_OK(bench_get(&b, key, &got, NULL));
	HZT_EQ_INT(got, 3);
	HZT_EQ_INT(hzt_scripted_count(b.member[1], PUT), 1);
	bench_end(&b);
}

// An asynchronous call is tried again by the library's own worker.
static void
asynchronous_tries(void)
{
	enum { CALLS = 100 };
	bench b;
	hz_future futures[CALLS];
	put_job jobs[CALLS] = {0};
	bench_start(&b, 1, NULL);
	answer_with(&b, 0, PUT, CALLS, &migrating);
	for (int i = 0; i < CALLS; i++) {
		futures[i] = hz_map_put_async(b.map, hz_i64(i), hz_i64(i), NULL);
	}
	for (int i = 0; i < CALLS; i++) {
		HZT_OK(hz_then(futures[i], put_done, &jobs[i]));
	}
	for (int i = 0; i < CALLS; i++) {
		HZT_AWAIT(is_done, &jobs[i], PATIENCE_MS);
		HZT_OK_ERR(jobs[i].result, &jobs[i].err);
	}
	HZT_EQ_INT(hzt_scripted_count(b.member[0], PUT), 2 * CALLS);
	HZT_EQ_INT(bench_stats(&b).retries, CALLS);
	HZT_EQ_INT(bench_stats(&b).in_flight, 0);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"moves_to_new_owner", moves_to_new_owner},
		{"retried_as_long_as_it_says", retried_as_long_as_it_says},
		{"new_id_for_each_try", new_id_for_each_try},
		{"pauses_and_deadline", pauses_and_deadline},
		{"invocation_timeout", invocation_timeout},
		{"target_disconnected", target_disconnected},
		{"error_of_the_member", error_of_the_member},
		{"waits_for_a_connection", waits_for_a_connection},
		{"offline_until_the_deadline", offline_until_the_deadline},
		{"owner_is_away", owner_is_away},
		{"asynchronous_tries", asynchronous_tries},
};

HZT_MAIN("tries", cases)
