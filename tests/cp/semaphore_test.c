// SPDX-License-Identifier: Apache-2.0
//
// Semaphores: results, and the permits that another client sees afterwards. Of those with sessions,
// or, with HZT_SEMAPHORE=sessionless, of those without.
#include "tests/cp/rig.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

// Names that begin so are without sessions: the members' configuration says it.
#define SESSIONLESS "sessionless"

static hz_error err;
static hz_semaphore *permits, *seen;
static const char *kind = "semaphore";

// A semaphore of its own for the case, in both clients.
static void
begin(int32_t n)
{
	const char *name = rig_name(kind, NULL);
	bool done = false;
	HZT_OK_ERR(hz_semaphore_open(rig_client(), name, NULL, &permits, &err), &err);
	HZT_OK_ERR(hz_semaphore_open(rig_other(), name, NULL, &seen, &err), &err);
	if (n != 0) {
		HZT_OK_ERR(hz_semaphore_init(permits, n, &done, &err), &err);
		HZT_CHECK(done);
	}
}

static void
check_available(int32_t want)
{
	int32_t n = want + 1;
	HZT_OK_ERR(hz_semaphore_available_permits(seen, &n, &err), &err);
	HZT_EQ_INT(n, want);
}

static void
finish(void)
{
	hz_semaphore_close(&seen);
	HZT_OK_ERR(hz_semaphore_destroy(&permits, &err), &err);
	HZT_CHECK(permits == NULL);
}

static void
initializes_once(void)
{
	bool done = true;
	begin(0);
	HZT_EQ_INT(hz_semaphore_backend(permits), rig_is_map() ? HZ_BACKEND_MAP : HZ_BACKEND_CP);
	HZT_EQ_INT(hz_semaphore_backend(NULL), HZ_BACKEND_NONE);
	check_available(0);
	HZT_EQ_INT(hz_semaphore_init(permits, -1, &done, &err), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_semaphore_init(permits, 7, &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_semaphore_init(seen, 5, &done, &err), &err);
	HZT_CHECK(!done);
	check_available(7);
	finish();
}

static void
acquires_and_releases(void)
{
	begin(7);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	check_available(6);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 3, &err), &err);
	check_available(3);
	HZT_OK_ERR(hz_semaphore_release(permits, 2, &err), &err);
	check_available(5);
	HZT_OK_ERR(hz_semaphore_release(permits, 2, &err), &err);
	check_available(7);
	HZT_EQ_INT(hz_semaphore_acquire(permits, 0, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_semaphore_release(permits, -1, &err), HZ_ERR_ARGUMENT);
	check_available(7);
	finish();
}

static void
tries(void)
{
	bool got = false;
	begin(5);
	HZT_OK_ERR(hz_semaphore_try_acquire(permits, 3, 0, &got, &err), &err);
	HZT_CHECK(got);
	HZT_OK_ERR(hz_semaphore_try_acquire(permits, 3, 0, &got, &err), &err);
	HZT_CHECK(!got);
	got = true;
	HZT_OK_ERR(hz_semaphore_try_acquire(permits, 3, 300, &got, &err), &err);
	HZT_CHECK(!got);
	HZT_EQ_INT(hz_semaphore_try_acquire(permits, 1, -1, &got, &err), HZ_ERR_ARGUMENT);
	HZT_OK(hz_semaphore_call(permits, &(hz_call){.timeout_ms = 200}));
	HZT_EQ_INT(hz_semaphore_acquire(permits, 3, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(!err.in_doubt);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 2, &err), &err);
	HZT_OK(hz_semaphore_call(permits, NULL));
	check_available(0);
	HZT_OK_ERR(hz_semaphore_release(permits, 5, &err), &err);
	check_available(5);
	finish();
}

static void
waits_for_permits(void)
{
	begin(2);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 2, &err), &err);
	hz_future waiting = hz_semaphore_acquire_async(seen, 1);
	check_available(0);
	HZT_OK_ERR(hz_semaphore_release(permits, 1, &err), &err);
	HZT_OK_ERR(hz_await_none(waiting, &err), &err);
	check_available(0);
	HZT_OK_ERR(hz_semaphore_release(permits, 1, &err), &err);
	HZT_OK_ERR(hz_semaphore_release(seen, 1, &err), &err);
	check_available(2);
	finish();
}

static void
drains(void)
{
	int32_t n = 0;
	begin(20);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 5, &err), &err);
	HZT_OK_ERR(hz_semaphore_drain_permits(permits, &n, &err), &err);
	HZT_EQ_INT(n, 15);
	check_available(0);
	HZT_OK_ERR(hz_semaphore_drain_permits(permits, &n, &err), &err);
	HZT_EQ_INT(n, 0);
	HZT_OK_ERR(hz_semaphore_release(permits, 20, &err), &err);
	check_available(20);
	finish();
}

static void
changes(void)
{
	begin(4);
	HZT_OK_ERR(hz_semaphore_increase_permits(permits, 6, &err), &err);
	check_available(10);
	HZT_OK_ERR(hz_semaphore_reduce_permits(permits, 13, &err), &err);
	check_available(-3);
	HZT_OK_ERR(hz_semaphore_increase_permits(permits, 3, &err), &err);
	check_available(0);
	HZT_EQ_INT(hz_semaphore_increase_permits(permits, -1, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_semaphore_reduce_permits(permits, -1, &err), HZ_ERR_ARGUMENT);
	check_available(0);
	finish();
}

// Who has no permit has none to give.
static void
releases_only_what_it_has(void)
{
	begin(3);
	HZT_CHECK(hz_semaphore_release(permits, 1, &err) != HZ_OK);
	check_available(3);
	HZT_OK_ERR(hz_semaphore_acquire(seen, 2, &err), &err);
	HZT_CHECK(hz_semaphore_release(permits, 1, &err) != HZ_OK);
	check_available(1);
	HZT_OK_ERR(hz_semaphore_release(seen, 2, &err), &err);
	check_available(3);
	finish();
}

static bool
is_back(void *ctx)
{
	int32_t n = 0;
	(void)ctx;
	HZT_OK_ERR(hz_semaphore_available_permits(seen, &n, &err), &err);
	return n == 1;
}

static void
cancelled(void)
{
	hz_call call = {0};
	bool got = false;
	begin(1);
	HZT_OK_ERR(hz_semaphore_acquire(seen, 1, &err), &err);
	HZT_OK_ERR(hz_cancel_new(rig_client(), &call.cancel, &err), &err);
	HZT_OK(hz_semaphore_call(permits, &call));
	HZT_OK_ERR(hz_semaphore_try_acquire(permits, 1, 0, &got, &err), &err); // a session
	hz_future waiting = hz_semaphore_acquire_async(permits, 1);
	hz_cancel_fire(call.cancel);
	HZT_EQ_INT(hz_await_none(waiting, &err), HZ_ERR_CANCELLED);
	HZT_OK(hz_semaphore_call(permits, NULL));
	hz_cancel_destroy(&call.cancel);
	HZT_OK_ERR(hz_semaphore_release(seen, 1, &err), &err);
	// If the members give it a permit all the same, it is given back.
	HZT_OK_ERR(hz_semaphore_try_acquire(seen, 1, 20000, &got, &err), &err);
	HZT_CHECK(got);
	HZT_OK_ERR(hz_semaphore_release(seen, 1, &err), &err);
	HZT_AWAIT(is_back, NULL, 20000);
	finish();
}

static void
lives_in_its_group(void)
{
	hz_semaphore *elsewhere = NULL;
	bool done = false;
	int32_t n = 0;
	begin(3);
	char name[160];
	snprintf(name, sizeof(name), "%s@side", hz_semaphore_name(permits));
	HZT_OK_ERR(hz_semaphore_open(rig_client(), name, NULL, &elsewhere, &err), &err);
	HZT_OK_ERR(hz_semaphore_init(elsewhere, 5, &done, &err), &err);
	HZT_OK_ERR(hz_semaphore_acquire(elsewhere, 1, &err), &err);
	HZT_OK_ERR(hz_semaphore_available_permits(elsewhere, &n, &err), &err);
	HZT_EQ_INT(n, 4);
	check_available(3);
	HZT_OK_ERR(hz_semaphore_destroy(&elsewhere, &err), &err);
	finish();
}

static void
destroyed(void)
{
	int32_t n = 0;
	begin(1);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	hz_future waiting = hz_semaphore_acquire_async(seen, 1);
	HZT_OK_ERR(hz_await_none(hz_semaphore_destroy_async(permits), &err), &err);
	HZT_EQ_INT(hz_await_none(waiting, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_semaphore_acquire(permits, 1, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_semaphore_release(permits, 1, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_semaphore_available_permits(seen, &n, &err), HZ_ERR_DESTROYED);
	finish();
}

// Without sessions whoever has no permit may give one all the same.
static void
anybody_releases(void)
{
	begin(3);
	HZT_OK_ERR(hz_semaphore_release(permits, 1, &err), &err);
	check_available(4);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 4, &err), &err);
	HZT_OK_ERR(hz_semaphore_release(seen, 4, &err), &err);
	check_available(4);
	finish();
}

enum { WAITS = 40 };
static _Atomic int waits_ended, waits_good;

static void
note_end(void *ctx, hz_err e, hz_result *result, const hz_error *why)
{
	(void)ctx;
	(void)result;
	(void)why;
	atomic_fetch_add(&waits_good, e == HZ_OK);
	atomic_fetch_add(&waits_ended, 1);
}

static bool
half_have_ended(void *ctx)
{
	(void)ctx;
	return atomic_load(&waits_ended) == WAITS / 2;
}

static bool
all_have_ended(void *ctx)
{
	(void)ctx;
	return atomic_load(&waits_ended) == WAITS;
}

// Without sessions each call is an owner of its own: one thread may wait many times at once.
static void
waits_do_not_replace_each_other(void)
{
	begin(1);
	atomic_store(&waits_ended, 0);
	atomic_store(&waits_good, 0);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	for (int i = 0; i < WAITS; i++) {
		HZT_OK(hz_then(hz_semaphore_acquire_async(permits, 1), note_end, NULL));
	}
	HZT_OK_ERR(hz_semaphore_release(seen, WAITS / 2, &err), &err);
	HZT_AWAIT(half_have_ended, NULL, 20000);
	check_available(0);
	HZT_OK_ERR(hz_semaphore_release(seen, WAITS / 2 + 2, &err), &err);
	HZT_AWAIT(all_have_ended, NULL, 20000);
	HZT_EQ_INT(atomic_load(&waits_good), WAITS);
	check_available(2);
	finish();
}

// Nobody knows whose they were.
static void
gone_with_their_client(void)
{
	hz_semaphore *theirs = NULL;
	begin(3);
	hz_client *client = rig_client_with(NULL, NULL);
	HZT_OK_ERR(hz_semaphore_open(client, hz_semaphore_name(permits), NULL, &theirs, &err),
			&err);
	HZT_OK_ERR(hz_semaphore_acquire(theirs, 2, &err), &err);
	HZT_OK_ERR(hz_client_shutdown(client, 0, &err), &err);
	hz_semaphore_close(&theirs);
	hz_client_destroy(&client);
	check_available(1);
	HZT_OK_ERR(hz_semaphore_release(seen, 2, &err), &err);
	check_available(3);
	finish();
}

static void
shutdown_ends_waits(void)
{
	hz_semaphore *theirs = NULL;
	begin(0);
	hz_client *client = rig_client_with(NULL, NULL);
	HZT_OK_ERR(hz_semaphore_open(client, hz_semaphore_name(permits), NULL, &theirs, &err),
			&err);
	hz_future waiting = hz_semaphore_acquire_async(theirs, 1);
	hz_future trying = hz_semaphore_try_acquire_async(theirs, 1, 60000);
	HZT_OK_ERR(hz_client_shutdown(client, 0, &err), &err);
	HZT_EQ_INT(hz_await_none(waiting, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_await_bool(trying, NULL, &err), HZ_ERR_CLOSED);
	hz_semaphore_close(&theirs);
	hz_client_destroy(&client);
	finish();
}

// Shutting down closes the session: its permits are back long before it would expire.
static bool
all_back(void *ctx)
{
	int32_t n = 0;
	(void)ctx;
	HZT_OK_ERR(hz_semaphore_available_permits(seen, &n, &err), &err);
	return n == 3;
}

static void
back_after_shutdown(void)
{
	hz_semaphore *theirs = NULL;
	begin(3);
	hz_client *client = rig_client_with(NULL, NULL);
	HZT_OK_ERR(hz_semaphore_open(client, hz_semaphore_name(permits), NULL, &theirs, &err),
			&err);
	HZT_OK_ERR(hz_semaphore_acquire(theirs, 2, &err), &err);
	check_available(1);
	HZT_OK_ERR(hz_client_shutdown(client, 0, &err), &err);
	HZT_AWAIT(all_back, NULL, 3000);
	HZT_EQ_INT(hz_semaphore_acquire(theirs, 1, &err), HZ_ERR_CLOSED);
	hz_semaphore_close(&theirs);
	hz_client_destroy(&client);
	finish();
}

#define OF_BOTH_KINDS                                                                              \
	{"initializes_once", initializes_once}, {"acquires_and_releases", acquires_and_releases},  \
			{"tries", tries}, {"waits_for_permits", waits_for_permits},                \
			{"drains", drains}, {"changes", changes}, {"cancelled", cancelled},        \
			{"lives_in_its_group", lives_in_its_group}, {"destroyed", destroyed},      \
			{"shutdown_ends_waits", shutdown_ends_waits},

static const hzt_case with_sessions[] = {
		OF_BOTH_KINDS // ends with a comma
		{"releases_only_what_it_has", releases_only_what_it_has},
		{"back_after_shutdown", back_after_shutdown},
};

static const hzt_case without_sessions[] = {
		OF_BOTH_KINDS // ends with a comma
		{"anybody_releases", anybody_releases},
		{"waits_do_not_replace_each_other", waits_do_not_replace_each_other},
		{"gone_with_their_client", gone_with_their_client},
};

int
main(int argc, char **argv)
{
	if (getenv("HZT_SEMAPHORE") == NULL) {
		return hzt_main("semaphore", with_sessions,
				sizeof(with_sessions) / sizeof(with_sessions[0]), argc, argv);
	}
	kind = SESSIONLESS;
	return hzt_main(kind, without_sessions,
			sizeof(without_sessions) / sizeof(without_sessions[0]), argc, argv);
}
