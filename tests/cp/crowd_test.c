// SPDX-License-Identifier: Apache-2.0
//
// A thousand threads that wait for one latch, and a thousand for one semaphore: they cost no
// descriptor, others go on beside them, and each gets what it waits for, or is ended by its
// deadline, its token, or the end of the client.
#include "tests/cp/rig.h"
#include "tests/fault/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define DESCRIPTORS_ALLOWED 256
#define WORKERS 8
#define MOST 1000

// None of the steps comes near it.
#define PATIENCE_MS 100000

// One that waits, and how it ended.
typedef struct waiter {
	hz_call call;
	hz_err code;
} waiter;

// What outlives a case that fails, as its threads do.
typedef struct crowd {
	hz_client *client;
	size_t size; // of each half
	char latch_name[128], semaphore_name[128];
	hz_count_down_latch *latch; // through the other client
	hz_semaphore *semaphore;
	waiter at_latch[MOST], at_semaphore[MOST];
	hzt_team *team;
	atomic_bool stop_work;
	atomic_uint_fast64_t work;
	atomic_size_t failed_work;
} crowd;

static crowd c;
static hz_error err;

// ---- Those that wait ----

static hz_err
wait_for_latch(waiter *w, hz_error *why)
{
	hz_count_down_latch *latch = NULL;
	hz_err e = hz_count_down_latch_open(c.client, c.latch_name, &w->call, &latch, why);
	if (e == HZ_OK) {
		e = hz_count_down_latch_await(latch, why);
	}
	hz_count_down_latch_close(&latch);
	return e;
}

static hz_err
wait_for_permit(waiter *w, hz_error *why)
{
	hz_semaphore *semaphore = NULL;
	hz_err e = hz_semaphore_open(c.client, c.semaphore_name, &w->call, &semaphore, why);
	if (e == HZ_OK) {
		e = hz_semaphore_acquire(semaphore, 1, why);
	}
	hz_semaphore_close(&semaphore);
	return e;
}

static void
wait_there(void *ctx, size_t number)
{
	(void)ctx;
	bool latch = number < c.size;
	waiter *w = latch ? &c.at_latch[number] : &c.at_semaphore[number - c.size];
	hz_error why = {0};
	w->code = (latch ? wait_for_latch : wait_for_permit)(w, &why);
}

// How many of a half ended so.
static size_t
ended(const waiter *half, hz_err code)
{
	size_t n = 0;
	for (size_t i = 0; i < c.size; i++) {
		n += half[i].code == code;
	}
	return n;
}

// All of a half ended so.
static void
expect_all(const waiter *half, hz_err code)
{
	for (size_t i = 0; i < c.size && ended(half, code) != c.size; i++) {
		if (half[i].code != code) {
			printf("  one of them ended with %s\n", hz_err_name(half[i].code));
			break;
		}
	}
	HZT_EQ_INT(ended(half, code), c.size);
}

// ---- A case ----

// For the whole process. Members inherit it, so they are started before.
static void
allow_descriptors(void)
{
	struct rlimit limit;
	rig_addresses();
	HZT_EQ_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = DESCRIPTORS_ALLOWED;
	HZT_EQ_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void
begin(hz_client *client)
{
	bool done = false;
	uint64_t members = rig_is_raft() ? 3 : rig_is_map() ? 2 : 1;
	HZT_AWAIT_STAT(client, connections, members, PATIENCE_MS);
	HZT_AWAIT_STAT(rig_other(), connections, members, PATIENCE_MS);
	memset(&c, 0, sizeof(c));
	c.client = client;
	c.size = hzt_size(MOST, MOST, 100);
	snprintf(c.latch_name, sizeof(c.latch_name), "%s", rig_name("crowd-latch", NULL));
	snprintf(c.semaphore_name, sizeof(c.semaphore_name), "%s", rig_name("crowd", NULL));
	HZT_OK_ERR(hz_count_down_latch_open(rig_other(), c.latch_name, NULL, &c.latch, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_try_set_count(c.latch, 1, &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_semaphore_open(rig_other(), c.semaphore_name, NULL, &c.semaphore, &err),
			&err);
	HZT_OK_ERR(hz_semaphore_init(c.semaphore, 0, &done, &err), &err);
	HZT_CHECK(done);
}

static void
finish(void)
{
	HZT_OK_ERR(hz_count_down_latch_destroy(&c.latch, &err), &err);
	HZT_OK_ERR(hz_semaphore_destroy(&c.semaphore, &err), &err);
}

static void
start_waiting(void)
{
	c.team = hzt_team_start(2 * c.size, wait_there, NULL);
	HZT_AWAIT_STAT(c.client, parked, 2 * c.size, PATIENCE_MS);
}

static void
release_all(size_t permits)
{
	HZT_OK_ERR(hz_semaphore_increase_permits(c.semaphore, (int32_t)permits, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_count_down(c.latch, &err), &err);
}

static int32_t
available(void)
{
	int32_t n = -1;
	HZT_OK_ERR(hz_semaphore_available_permits(c.semaphore, &n, &err), &err);
	return n;
}

static bool
has_free_permits(void *want)
{
	return available() == *(const int32_t *)want;
}

// Members may be a moment late to forget those that gave up.
static void
await_permits(int32_t want)
{
	HZT_AWAIT(has_free_permits, &want, PATIENCE_MS);
}

// ---- The work beside them ----

static void
work(void *ctx, size_t number)
{
	(void)ctx;
	char name[160];
	hz_error why = {0};
	hz_atomic_long *counter = NULL;
	hz_map *map = NULL;
	snprintf(name, sizeof(name), "%s-%zu", c.latch_name, number);
	HZT_OK_ERR(hz_atomic_long_open(c.client, name, NULL, &counter, &why), &why);
	HZT_OK_ERR(hz_map_open(c.client, name, NULL, &map, &why), &why);
	for (int64_t n = 1; !atomic_load(&c.stop_work); n++) {
		int64_t got = 0;
		bool right = hz_atomic_long_increment_and_get(counter, &got, &why) == HZ_OK &&
				got == n &&
				hz_map_set(map, hz_i64(n % 10), hz_i64(n), NULL, &why) == HZ_OK;
		atomic_fetch_add(&c.failed_work, !right);
		atomic_fetch_add(&c.work, 1);
	}
	hz_map_close(&map);
	hz_atomic_long_close(&counter);
}

static bool
has_worked(void *ctx)
{
	return atomic_load(&c.work) >= *(const uint64_t *)ctx;
}

static void
work_beside(void)
{
	uint64_t enough = hzt_size(2000, 2000, 200);
	atomic_store(&c.stop_work, false);
	hzt_team *workers = hzt_team_start(WORKERS, work, NULL);
	HZT_AWAIT(has_worked, &enough, PATIENCE_MS);
	HZT_EQ_INT(HZT_STAT(c.client, parked), 2 * c.size);
	atomic_store(&c.stop_work, true);
	hzt_team_join(&workers, PATIENCE_MS);
	HZT_EQ_INT(atomic_load(&c.failed_work), 0);
}

// ---- Cases ----

static void
all_are_released(void)
{
	allow_descriptors();
	begin(rig_client());
	size_t descriptors = hzt_descriptors();
	start_waiting();
	HZT_CHECK(hzt_descriptors() <= descriptors);
	work_beside();
	HZT_CHECK(hzt_descriptors() <= descriptors);
	HZT_EQ_INT(hzt_team_running(c.team), 2 * c.size);
	int64_t start = hzt_now_ms();
	release_all(c.size);
	hzt_team_join(&c.team, PATIENCE_MS);
	printf("  %zu threads released in %lld ms\n", 2 * c.size,
			(long long)(hzt_now_ms() - start));
	expect_all(c.at_latch, HZ_OK);
	expect_all(c.at_semaphore, HZ_OK);
	HZT_EQ_INT(available(), 0);
	HZT_AWAIT_STAT(c.client, parked, 0, PATIENCE_MS);
	finish();
}

static void
permits_are_passed_on(void)
{
	int32_t left = -1;
	begin(rig_client());
	c.team = hzt_team_start(2 * c.size, wait_there, NULL);
	HZT_AWAIT_STAT(c.client, parked, 2 * c.size, PATIENCE_MS);
	// One by one: each permit ends exactly one wait.
	for (size_t i = 1; i <= 10; i++) {
		HZT_OK_ERR(hz_semaphore_increase_permits(c.semaphore, 1, &err), &err);
		HZT_AWAIT_STAT(c.client, parked, 2 * c.size - i, PATIENCE_MS);
	}
	release_all(c.size - 10 + 5);
	hzt_team_join(&c.team, PATIENCE_MS);
	expect_all(c.at_semaphore, HZ_OK);
	HZT_OK_ERR(hz_semaphore_drain_permits(c.semaphore, &left, &err), &err);
	HZT_EQ_INT(left, 5);
	finish();
}

static void
shutdown_ends_all(void)
{
	begin(rig_client_with(NULL, NULL));
	start_waiting();
	int64_t start = hzt_now_ms();
	HZT_OK_ERR(hz_client_shutdown(c.client, 20000 * hzt_slowness(), &err), &err);
	hzt_team_join(&c.team, PATIENCE_MS);
	printf("  %zu threads ended by the shutdown in %lld ms\n", 2 * c.size,
			(long long)(hzt_now_ms() - start));
	expect_all(c.at_latch, HZ_ERR_CLOSED);
	expect_all(c.at_semaphore, HZ_ERR_CLOSED);
	hz_client_destroy(&c.client);
	// Nobody took anything, and nobody waits any more: what comes stays.
	release_all(3);
	await_permits(3);
	finish();
}

static void
deadlines_end_each(void)
{
	begin(rig_client());
	for (size_t i = 0; i < c.size; i++) {
		c.at_latch[i].call.timeout_ms = c.at_semaphore[i].call.timeout_ms = 200;
	}
	c.team = hzt_team_start(2 * c.size, wait_there, NULL);
	hzt_team_join(&c.team, PATIENCE_MS);
	expect_all(c.at_latch, HZ_ERR_TIMEOUT);
	expect_all(c.at_semaphore, HZ_ERR_TIMEOUT);
	release_all(3);
	await_permits(3);
	finish();
}

// Each second one carries a token of its own.
static hz_cancel *tokens[2 * MOST];

static void
hand_out_tokens(void)
{
	for (size_t i = 0; i < c.size; i += 2) {
		HZT_OK_ERR(hz_cancel_new(c.client, &tokens[i], &err), &err);
		HZT_OK_ERR(hz_cancel_new(c.client, &tokens[MOST + i], &err), &err);
		c.at_latch[i].call.cancel = tokens[i];
		c.at_semaphore[i].call.cancel = tokens[MOST + i];
	}
}

static void
fire_tokens(void)
{
	for (size_t i = 0; i < (size_t)2 * MOST; i++) {
		hz_cancel_fire(tokens[i]);
	}
}

static bool
half_are_left(void *ctx)
{
	(void)ctx;
	return hzt_team_running(c.team) == c.size;
}

// Those with a token were ended by it; the others got what they waited for.
static void
expect_half(const waiter *half)
{
	size_t wrong = 0;
	for (size_t i = 0; i < c.size; i++) {
		bool fired = half[i].call.cancel != NULL;
		wrong += half[i].code != (fired ? HZ_ERR_CANCELLED : HZ_OK);
	}
	HZT_EQ_INT(wrong, 0);
}

static void
tokens_end_each(void)
{
	begin(rig_client());
	hand_out_tokens();
	start_waiting();
	fire_tokens();
	HZT_AWAIT(half_are_left, NULL, PATIENCE_MS);
	release_all(c.size);
	hzt_team_join(&c.team, PATIENCE_MS);
	expect_half(c.at_latch);
	expect_half(c.at_semaphore);
	// What members give to those that gave up comes back.
	await_permits((int32_t)(c.size / 2));
	for (size_t i = 0; i < (size_t)2 * MOST; i++) {
		hz_cancel_destroy(&tokens[i]);
	}
	finish();
}

static const hzt_case cases[] = {
		{"all_are_released", all_are_released},
		{"permits_are_passed_on", permits_are_passed_on},
		{"shutdown_ends_all", shutdown_ends_all},
		{"deadlines_end_each", deadlines_end_each},
		{"tokens_end_each", tokens_end_each},
};

HZT_MAIN("cp_crowd", cases)
