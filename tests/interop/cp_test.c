// SPDX-License-Identifier: Apache-2.0
//
// This client and the official one for Python at the same CP structures, of one member in unsafe
// mode and of three that agree by Raft: what one holds, counts or sets the other sees, and what one
// gives back the other gets.
#include "tests/cp/rig.h"
#include "tests/interop/peer.h"
#include "tests/interop/samples.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LONG_MS 30000

static hz_error err;
static hz_client *client;
static hzt_peer python;
static char name[128]; // of the structure of this case
static const char *kind;

static void
begin(const char *structure, const char *script)
{
	kind = structure;
	snprintf(name, sizeof(name), "%s", rig_name("interop", "interop"));
	hzt_peer_start_at(&python, script, rig_addresses()); // before there are threads
	client = rig_client_with(NULL, NULL);
}

static void
end(void)
{
	hzt_peer_end(&python);
	hz_client_destroy(&client);
}

// ---- The other client ----

// Calls a method of the structure in Python, with arguments as JSON has them between the brackets
// of a list ("" for none). Gives the answer, lent until the next call.
static const char *
ask(const char *method, const char *arguments)
{
	char line[512];
	snprintf(line, sizeof(line), "[\"%s\", \"%s\", \"%s\"%s%s]", kind, name, method,
			arguments[0] != '\0' ? ", " : "", arguments);
	return hzt_peer_ask(&python, line);
}

static void
theirs(const char *method, const char *arguments, const char *want)
{
	const char *answer = ask(method, arguments);
	if (strcmp(answer, want) != 0) {
		printf("  %s(%s) in Python: %s, expected %s\n", method, arguments, answer, want);
		HZT_FAIL("the Python client sees the same");
	}
}

// The same when it is known only what the answer begins with.
static void
theirs_fails(const char *method, const char *arguments, const char *error)
{
	const char *answer = ask(method, arguments);
	if (strncmp(answer, "{\"error\":\"", 10) != 0 ||
			strncmp(answer + 10, error, strlen(error)) != 0) {
		printf("  %s(%s) in Python: %s, expected %s\n", method, arguments, answer, error);
		HZT_FAIL("the Python client is refused");
	}
}

static int64_t
their_number(const char *method, const char *arguments)
{
	int64_t n = -1;
	const char *answer = ask(method, arguments);
	if (sscanf(answer, "%" SCNd64, &n) != 1) {
		printf("  %s(%s) in Python: %s\n", method, arguments, answer);
		HZT_FAIL("the Python client gives a number");
	}
	return n;
}

// ---- Locks ----

typedef struct state {
	bool locked, mine;
	int32_t count;
} state;

static void
check_state(hz_fenced_lock *lock, state want)
{
	state is = {0};
	HZT_OK_ERR(hz_fenced_lock_is_locked(lock, &is.locked, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_is_locked_by_current_owner(lock, &is.mine, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_get_lock_count(lock, &is.count, &err), &err);
	HZT_EQ_INT(is.locked, want.locked);
	HZT_EQ_INT(is.mine, want.mine);
	HZT_EQ_INT(is.count, want.count);
}

// They see that we own it, and cannot have it.
static int64_t
own_it(hz_fenced_lock *lock)
{
	int64_t fence = 0;
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_CHECK(fence > 0);
	theirs("is_locked", "", "true");
	theirs("is_locked_by_current_thread", "", "false");
	theirs("get_lock_count", "", "1");
	theirs("try_lock", "0", "0");
	theirs_fails("unlock", "", "IllegalMonitorStateError");
	check_state(lock, (state){true, true, 1});
	return fence;
}

// We see that they own it, and cannot have it. On one thread of theirs, which is its owner.
static int64_t
let_them_own_it(hz_fenced_lock *lock)
{
	int64_t fence = -1;
	theirs("start", "\"lock\"", "null");
	int64_t first = their_number("result", "");
	theirs("start", "\"lock\"", "null");
	HZT_EQ_INT(their_number("result", ""), first);
	check_state(lock, (state){true, false, 2});
	hz_err e = hz_fenced_lock_try_lock(lock, 0, &fence, &err);
	HZT_CHECK(e == HZ_OK && fence == 0);
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_NOT_OWNER);
	theirs("start", "\"unlock\"", "null");
	theirs("result", "", "null");
	check_state(lock, (state){true, false, 1});
	theirs("start", "\"unlock\"", "null");
	theirs("result", "", "null");
	return first;
}

static void
a_lock(void)
{
	hz_fenced_lock *lock = NULL;
	begin("lock", "structures_peer.py");
	HZT_OK_ERR(hz_fenced_lock_open(client, name, NULL, &lock, &err), &err);
	int64_t first = own_it(lock);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	theirs("is_locked", "", "false");
	int64_t second = let_them_own_it(lock);
	check_state(lock, (state){false, false, 0});
	int64_t third = own_it(lock);
	HZT_CHECK(first < second && second < third);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_destroy(&lock, &err), &err);
	end();
}

// Who waits gets it from the other, with a higher fence.
static void
a_lock_handed_over(void)
{
	hz_fenced_lock *lock = NULL;
	int64_t ours = 0, again = 0;
	begin("lock", "structures_peer.py");
	HZT_OK_ERR(hz_fenced_lock_open(client, name, NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &ours, &err), &err);
	theirs("start", "\"lock\"", "null");
	theirs("done", "", "false");
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	int64_t their = their_number("result", "");
	hz_future waits = hz_fenced_lock_lock_async(lock);
	check_state(lock, (state){true, false, 1});
	HZT_CHECK(!hz_future_done(waits));
	theirs("start", "\"unlock\"", "null");
	HZT_OK_ERR(hz_await_i64(waits, &again, &err), &err);
	theirs("result", "", "null");
	HZT_CHECK(ours < their && their < again);
	check_state(lock, (state){true, true, 1});
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_destroy(&lock, &err), &err);
	end();
}

// ---- Latches and semaphores ----

static void
a_latch(void)
{
	hz_count_down_latch *latch = NULL;
	bool done = true;
	int32_t n = -1;
	begin("count_down_latch", "structures_peer.py");
	HZT_OK_ERR(hz_count_down_latch_open(client, name, NULL, &latch, &err), &err);
	theirs("try_set_count", "2", "true");
	HZT_OK_ERR(hz_count_down_latch_try_set_count(latch, 5, &done, &err), &err);
	HZT_CHECK(!done);
	hz_future waits = hz_count_down_latch_await_async(latch);
	theirs("count_down", "", "null");
	HZT_OK_ERR(hz_count_down_latch_get_count(latch, &n, &err), &err);
	HZT_EQ_INT(n, 1);
	HZT_CHECK(!hz_future_done(waits));
	theirs("count_down", "", "null");
	HZT_OK_ERR(hz_await_none(waits, &err), &err);
	// And the other way round, in the next round.
	HZT_OK_ERR(hz_count_down_latch_try_set_count(latch, 1, &done, &err), &err);
	HZT_CHECK(done);
	theirs("start", "\"await_latch\", 30", "null");
	theirs("get_count", "", "1");
	theirs("done", "", "false");
	HZT_OK_ERR(hz_count_down_latch_count_down(latch, &err), &err);
	theirs("result", "", "true");
	HZT_OK_ERR(hz_count_down_latch_destroy(&latch, &err), &err);
	end();
}

static void
a_semaphore(void)
{
	hz_semaphore *semaphore = NULL;
	bool done = true;
	int32_t n = -1;
	begin("semaphore", "structures_peer.py");
	HZT_OK_ERR(hz_semaphore_open(client, name, NULL, &semaphore, &err), &err);
	theirs("init", "3", "true");
	HZT_OK_ERR(hz_semaphore_init(semaphore, 7, &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_semaphore_acquire(semaphore, 2, &err), &err);
	theirs("available_permits", "", "1");
	theirs("try_acquire", "2, 0", "false");
	theirs("start", "\"acquire\", 2", "null");
	theirs("available_permits", "", "1");
	theirs("done", "", "false");
	HZT_OK_ERR(hz_semaphore_release(semaphore, 1, &err), &err);
	theirs("result", "", "null");
	HZT_OK_ERR(hz_semaphore_available_permits(semaphore, &n, &err), &err);
	HZT_EQ_INT(n, 0);
	HZT_OK_ERR(hz_semaphore_try_acquire(semaphore, 1, 0, &done, &err), &err);
	HZT_CHECK(!done);
	hz_future waits = hz_semaphore_acquire_async(semaphore, 2);
	theirs("available_permits", "", "0");
	HZT_CHECK(!hz_future_done(waits));
	theirs("start", "\"release\", 2", "null");
	theirs("result", "", "null");
	HZT_OK_ERR(hz_await_none(waits, &err), &err);
	theirs("increase_permits", "4", "null");
	HZT_OK_ERR(hz_semaphore_drain_permits(semaphore, &n, &err), &err);
	HZT_EQ_INT(n, 4);
	HZT_OK_ERR(hz_semaphore_release(semaphore, 7, &err), &err);
	theirs("drain_permits", "", "7");
	HZT_OK_ERR(hz_semaphore_destroy(&semaphore, &err), &err);
	end();
}

// ---- Numbers and values ----

static void
a_number(void)
{
	hz_atomic_long *number = NULL;
	bool done = false;
	int64_t n = -1;
	begin("atomic_long", "structures_peer.py");
	HZT_OK_ERR(hz_atomic_long_open(client, name, NULL, &number, &err), &err);
	theirs("get", "", "0");
	HZT_OK_ERR(hz_atomic_long_add_and_get(number, 5, &n, &err), &err);
	theirs("add_and_get", "-7", "-2");
	theirs("get_and_increment", "", "-2");
	HZT_OK_ERR(hz_atomic_long_get_and_set(number, INT64_MAX, &n, &err), &err);
	HZT_EQ_INT(n, -1);
	theirs("get", "", "9223372036854775807");
	theirs("set", "-9223372036854775808", "null");
	HZT_OK_ERR(hz_atomic_long_get(number, &n, &err), &err);
	HZT_EQ_INT(n, INT64_MIN);
	theirs("compare_and_set", "-9223372036854775808, 12", "true");
	HZT_OK_ERR(hz_atomic_long_compare_and_set(number, 12, 13, &done, &err), &err);
	HZT_CHECK(done);
	theirs("compare_and_set", "12, 14", "false");
	HZT_OK_ERR(hz_atomic_long_destroy(&number, &err), &err);
	theirs_fails("get", "", "DistributedObjectDestroyedError");
	end();
}

static void
the_other(const char *verb, const char *sample)
{
	char line[256];
	snprintf(line, sizeof(line), "%s %s %s", verb, name, sample);
	const char *answer = hzt_peer_ask(&python, line);
	if (strcmp(answer, "ok") != 0) {
		printf("  %s %s: %s\n", verb, sample, answer);
		HZT_FAIL("the Python client agrees");
	}
}

static void
expect_sample(hz_atomic_reference *reference, const hzt_sample *sample)
{
	hz_value got = hz_null();
	bool same = false;
	HZT_OK_ERR(hz_atomic_reference_get(reference, &got, &err), &err);
	same = hz_value_kind(&got) == hz_value_kind(&sample->value) &&
			hz_value_type_id(&got) == hz_value_type_id(&sample->value) &&
			hz_value_equal(&got, &sample->value);
	if (!same) {
		printf("  %s\n", sample->name);
		HZT_FAIL("the value is the one that was set");
	}
	hz_value_clear(&got);
	// Members compare bytes: both write the same.
	HZT_OK_ERR(hz_atomic_reference_contains(reference, sample->value, &same, &err), &err);
	HZT_CHECK(same);
}

// One value of each builtin type, set by either and read by the other.
static void
values_of_every_type(void)
{
	size_t n;
	const hzt_sample *samples = hzt_samples(&n);
	hz_atomic_reference *reference = NULL;
	begin("atomic_reference", "values_peer.py");
	HZT_OK_ERR(hz_atomic_reference_open(client, name, NULL, &reference, &err), &err);
	for (size_t i = 0; i < n; i++) {
		HZT_OK_ERR(hz_atomic_reference_set(reference, samples[i].value, &err), &err);
		the_other("is", samples[i].name);
		HZT_OK_ERR(hz_atomic_reference_clear(reference, &err), &err);
		if (samples[i].both_ways) {
			the_other("set", samples[i].name);
			expect_sample(reference, &samples[i]);
		}
	}
	HZT_OK_ERR(hz_atomic_reference_destroy(&reference, &err), &err);
	end();
}

static const hzt_case cases[] = {
		{"a_lock", a_lock},
		{"a_lock_handed_over", a_lock_handed_over},
		{"a_latch", a_latch},
		{"a_semaphore", a_semaphore},
		{"a_number", a_number},
		{"values_of_every_type", values_of_every_type},
};

HZT_MAIN("interop_cp", cases)
