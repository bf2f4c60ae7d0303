// SPDX-License-Identifier: Apache-2.0
//
// Locks of a multimap's keys, their owners, and hundreds of calls that wait for them.
#include "tests/cluster/heard.h"

static hz_error err;

#define K hz_str("k")

// One multimap and two owners, of different clients: what the one locks keeps the other out.
static hz_lock_context *owner_a, *owner_b;
static hz_multimap *a, *b;

static hz_multimap *
open_as(hz_client *client, const char *name, const hz_lock_context *owner, int64_t timeout_ms)
{
	hz_multimap *mm = NULL;
	const hz_call call = {.timeout_ms = timeout_ms, .owner = owner};
	HZT_OK_ERR(hz_multimap_open(client, name, &call, &mm, &err), &err);
	return mm;
}

// b's calls have this deadline; 0: the default.
static void
begin(int64_t timeout_ms)
{
	const char *name = session_name("multimap-lock");
	HZT_OK_ERR(hz_lock_context_new(session_client(), &owner_a, &err), &err);
	HZT_OK_ERR(hz_lock_context_new(session_other_client(), &owner_b, &err), &err);
	a = open_as(session_client(), name, owner_a, 0);
	b = open_as(session_other_client(), name, owner_b, timeout_ms);
}

static void
finish(void)
{
	hz_multimap_close(&b);
	HZT_OK_ERR(hz_multimap_destroy(&a, &err), &err);
	hz_lock_context_destroy(&owner_a);
	hz_lock_context_destroy(&owner_b);
}

static bool
locked(hz_multimap *mm)
{
	bool is = false;
	HZT_OK_ERR(hz_multimap_is_locked(mm, K, &is, &err), &err);
	return is;
}

static bool
tries(hz_multimap *mm, int64_t timeout_ms, const hz_lock_options *options)
{
	bool done = false;
	HZT_OK_ERR(hz_multimap_try_lock(mm, K, timeout_ms, options, &done, &err), &err);
	return done;
}

static int32_t
values_of(hz_multimap *mm)
{
	int32_t n = -1;
	HZT_OK_ERR(hz_multimap_value_count(mm, K, &n, &err), &err);
	return n;
}

static bool
has_two_values(void *ctx)
{
	return values_of(ctx) == 2;
}

static void
a_lock_has_one_owner(void)
{
	begin(0);
	HZT_CHECK(!locked(b));
	HZT_OK_ERR(hz_multimap_lock(a, K, NULL, &err), &err);
	HZT_CHECK(locked(b));
	HZT_CHECK(!tries(b, 0, NULL));
	HZT_CHECK(!tries(b, 50, NULL));
	HZT_EQ_INT(hz_multimap_unlock(b, K, &err), HZ_ERR_NOT_OWNER);
	HZT_CHECK(err.code == HZ_ERR_NOT_OWNER && !err.in_doubt);
	HZT_CHECK(locked(b));
	HZT_OK_ERR(hz_multimap_unlock(a, K, &err), &err);
	HZT_CHECK(!locked(b));
	HZT_CHECK(tries(b, 0, NULL));
	HZT_OK_ERR(hz_multimap_unlock(b, K, &err), &err);
	HZT_CHECK(!locked(a));
	HZT_EQ_INT(hz_multimap_unlock(a, K, &err), HZ_ERR_NOT_OWNER);
	finish();
}

static void
locks_are_counted(void)
{
	begin(0);
	HZT_OK_ERR(hz_multimap_lock(a, K, NULL, &err), &err);
	HZT_CHECK(tries(a, 0, NULL));
	HZT_OK_ERR(hz_multimap_unlock(a, K, &err), &err);
	HZT_CHECK(locked(b));
	HZT_OK_ERR(hz_multimap_unlock(a, K, &err), &err);
	HZT_CHECK(!locked(b));
	finish();
}

static void
anybody_may_force(void)
{
	begin(0);
	HZT_OK_ERR(hz_multimap_lock(a, K, NULL, &err), &err);
	HZT_OK_ERR(hz_multimap_lock(a, K, NULL, &err), &err);
	HZT_OK_ERR(hz_multimap_force_unlock(b, K, &err), &err);
	HZT_CHECK(!locked(b));
	HZT_EQ_INT(hz_multimap_unlock(a, K, &err), HZ_ERR_NOT_OWNER);
	finish();
}

static void
leases_end(void)
{
	hz_lock_options options = hz_lock_options_default();
	options.lease_ms = 300;
	begin(0);
	HZT_OK_ERR(hz_multimap_lock(a, K, &options, &err), &err);
	HZT_CHECK(!tries(b, 0, NULL));
	HZT_CHECK(tries(b, 10000, &options));
	HZT_CHECK(tries(a, HZ_FOREVER, NULL));
	HZT_EQ_INT(hz_multimap_unlock(b, K, &err), HZ_ERR_NOT_OWNER);
	HZT_OK_ERR(hz_multimap_unlock(a, K, &err), &err);
	finish();
}

static void
a_deadline_ends_the_wait(void)
{
	begin(200);
	HZT_OK_ERR(hz_multimap_lock(a, K, NULL, &err), &err);
	int64_t start_ms = hzt_now_ms();
	HZT_EQ_INT(hz_multimap_lock(b, K, NULL, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(!err.in_doubt && err.retryable);
	HZT_EQ_STR(err.message, "MultiMap.tryLock: another owner held the lock");
	HZT_CHECK(hzt_now_ms() - start_ms >= 190);
	HZT_OK_ERR(hz_multimap_unlock(a, K, &err), &err);
	HZT_OK_ERR(hz_multimap_lock(b, K, NULL, &err), &err);
	HZT_CHECK(!tries(a, 0, NULL));
	HZT_OK_ERR(hz_multimap_unlock(b, K, &err), &err);
	finish();
}

// A change waits until the key is free, and is made then even if its caller has given up.
static void
a_locked_key_can_be_read_only(void)
{
	bool done = false;
	begin(200);
	HZT_OK_ERR(hz_multimap_lock(a, K, NULL, &err), &err);
	HZT_OK_ERR(hz_multimap_put(a, K, hz_i64(1), &done, &err), &err);
	HZT_EQ_INT(values_of(b), 1);
	HZT_EQ_INT(hz_multimap_put(b, K, hz_i64(2), &done, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(values_of(a), 1);
	HZT_OK_ERR(hz_multimap_put(b, hz_str("another"), hz_i64(3), &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_multimap_unlock(a, K, &err), &err);
	HZT_AWAIT(has_two_values, b, 10000);
	finish();
}

static void
a_waiting_lock_can_be_cancelled(void)
{
	hz_cancel *cancel = NULL;
	begin(0);
	HZT_OK_ERR(hz_cancel_new(session_other_client(), &cancel, &err), &err);
	HZT_OK(hz_multimap_call(b, &(hz_call){.owner = owner_b, .cancel = cancel}));
	HZT_OK_ERR(hz_multimap_lock(a, K, NULL, &err), &err);
	hz_future waiting = hz_multimap_lock_async(b, K, NULL);
	HZT_CHECK(!hz_future_done(waiting));
	hz_cancel_fire(cancel);
	HZT_EQ_INT(hz_await_none(waiting, &err), HZ_ERR_CANCELLED);
	HZT_CHECK(err.in_doubt);
	HZT_OK(hz_multimap_call(b, &(hz_call){.owner = owner_b}));
	hz_cancel_destroy(&cancel);
	HZT_OK_ERR(hz_multimap_unlock(a, K, &err), &err);
	finish();
}

// A call that came to the member after the destruction would get the lock, of a new multimap. What
// is asked of the same key after them is answered after they have begun to wait.
static void
destroying_the_multimap_ends_those_that_wait(void)
{
	begin(0);
	HZT_OK_ERR(hz_multimap_lock(a, K, NULL, &err), &err);
	hz_future lock = hz_multimap_lock_async(b, K, NULL);
	hz_future try_lock = hz_multimap_try_lock_async(b, K, 60000, NULL);
	hz_future put = hz_multimap_put_async(b, K, hz_i64(1));
	HZT_CHECK(locked(b));
	HZT_OK_ERR(hz_await_none(hz_multimap_destroy_async(a), &err), &err);
	HZT_EQ_INT(hz_await_none(lock, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(err.server_code, 14);
	HZT_CHECK(!err.in_doubt && !err.retryable);
	HZT_EQ_INT(hz_await_bool(try_lock, NULL, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_await_bool(put, NULL, &err), HZ_ERR_DESTROYED);
	HZT_CHECK(!locked(b));
	HZT_EQ_INT(values_of(b), 0);
	HZT_CHECK(tries(b, 0, NULL));
	finish();
}

static void
refuses_bad_options(void)
{
	hz_lock_options options = hz_lock_options_default();
	options.lease_ms = -2;
	begin(0);
	HZT_EQ_INT(hz_multimap_lock(a, K, &options, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_try_lock(a, K, 0, &options, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_try_lock(a, K, -2, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_lock(a, hz_null(), NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_unlock(a, hz_null(), &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_force_unlock(a, hz_null(), &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_is_locked(a, hz_null(), NULL, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(!locked(b));
	finish();
}

// ---- On a callback thread ----

typedef struct caller {
	hz_multimap *mm;
	hz_err forever, in_time;
	_Atomic bool done;
} caller;

static void
lock_from_here(void *ctx, const hz_entry_event *event)
{
	caller *c = ctx;
	(void)event;
	c->forever = hz_multimap_lock(c->mm, K, NULL, NULL);
	hz_multimap_call(c->mm, &(hz_call){.timeout_ms = 10000, .owner = owner_b});
	c->in_time = hz_multimap_lock(c->mm, K, NULL, NULL);
	atomic_store(&c->done, true);
}

static bool
is_done(void *ctx)
{
	const caller *c = ctx;
	return atomic_load(&c->done);
}

static void
a_callback_locks_with_a_deadline_only(void)
{
	static caller c;
	hz_listener_id id = {0};
	begin(0);
	c = (caller){.mm = b};
	const hz_entry_listener listener = {
			.size = sizeof(listener), .ctx = &c, .added = lock_from_here};
	HZT_OK_ERR(hz_multimap_listen(b, &listener, NULL, &id, &err), &err);
	HZT_OK_ERR(hz_multimap_put(a, hz_str("other"), hz_i64(1), NULL, &err), &err);
	HZT_AWAIT(is_done, &c, 15000);
	HZT_EQ_INT(c.forever, HZ_ERR_WOULD_DEADLOCK);
	HZT_EQ_INT(c.in_time, HZ_OK);
	HZT_OK_ERR(hz_listener_remove(session_other_client(), id, &err), &err);
	HZT_CHECK(locked(a));
	HZT_OK_ERR(hz_multimap_unlock(b, K, &err), &err);
	finish();
}

// ---- Hundreds that wait ----

enum { LOCKS = 5, THREADS = 300, CALLS = 400 };

static int64_t inside[LOCKS]; // how often each lock was held; the lock itself guards it
static _Atomic int failed;

// Each thread is an owner of its own.
static void *
lock_once(void *ctx)
{
	static _Atomic unsigned next;
	unsigned mine = atomic_fetch_add(&next, 1) % LOCKS;
	const hz_value key = hz_i32((int32_t)mine);
	bool fine = hz_multimap_lock(ctx, key, NULL, NULL) == HZ_OK;
	// ThreadSanitizer cannot see a lock that lies in the cluster.
	int64_t n = __atomic_load_n(&inside[mine], __ATOMIC_RELAXED);
	__atomic_store_n(&inside[mine], n + 1, __ATOMIC_RELAXED);
	fine = hz_multimap_unlock(ctx, key, NULL) == HZ_OK && fine;
	atomic_fetch_add(&failed, !fine);
	return NULL;
}

static uint64_t
parked(void)
{
	hz_stats stats = {.size = sizeof(stats)};
	HZT_OK(hz_client_stats(session_client(), &stats));
	return stats.parked;
}

static bool
all_are_parked(void *ctx)
{
	(void)ctx;
	return parked() == THREADS;
}

// While all of them wait, others change and look, and a listener hears of it.
static void
go_on_beside_them(void)
{
	static heard h;
	hz_entry_listener listener = heard_listener(&h);
	hz_listener_id id = {0};
	bool done = false;
	HZT_OK_ERR(hz_multimap_listen(a, &listener, NULL, &id, &err), &err);
	for (int i = 0; i < CALLS; i++) {
		const hz_value key = hz_str("beside");
		HZT_OK_ERR(hz_multimap_put(i % 2 ? a : b, key, hz_i64(i), &done, &err), &err);
		HZT_CHECK(done);
		HZT_OK_ERR(hz_multimap_contains_entry(a, key, hz_i64(i), &done, &err), &err);
		HZT_CHECK(done);
	}
	heard_await(&h, CALLS);
	heard_remove(&h, id);
	HZT_EQ_INT(atomic_load(&h.count), CALLS);
	HZT_EQ_INT(parked(), THREADS);
}

static void
hundreds_wait_and_nothing_stops(void)
{
	static pthread_t threads[THREADS];
	pthread_attr_t small;
	begin(0);
	hz_multimap *each = open_as(session_client(), hz_multimap_name(a), NULL, 0);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, (size_t)256 << 10);
	for (int i = 0; i < LOCKS; i++) {
		inside[i] = 0;
		HZT_OK_ERR(hz_multimap_lock(b, hz_i32(i), NULL, &err), &err);
	}
	for (int i = 0; i < THREADS; i++) {
		HZT_EQ_INT(pthread_create(&threads[i], &small, lock_once, each), 0);
	}
	HZT_AWAIT(all_are_parked, NULL, 20000);
	go_on_beside_them();
	for (int i = 0; i < LOCKS; i++) {
		HZT_EQ_INT(__atomic_load_n(&inside[i], __ATOMIC_RELAXED), 0);
		HZT_OK_ERR(hz_multimap_unlock(b, hz_i32(i), &err), &err);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	pthread_attr_destroy(&small);
	HZT_EQ_INT(atomic_load(&failed), 0);
	for (int i = 0; i < LOCKS; i++) {
		HZT_EQ_INT(inside[i], THREADS / LOCKS);
	}
	hz_multimap_close(&each);
	finish();
}

static const hzt_case cases[] = {
		{"a_lock_has_one_owner", a_lock_has_one_owner},
		{"locks_are_counted", locks_are_counted},
		{"anybody_may_force", anybody_may_force},
		{"leases_end", leases_end},
		{"a_deadline_ends_the_wait", a_deadline_ends_the_wait},
		{"a_locked_key_can_be_read_only", a_locked_key_can_be_read_only},
		{"a_waiting_lock_can_be_cancelled", a_waiting_lock_can_be_cancelled},
		{"destroying_the_multimap_ends_those_that_wait",
				destroying_the_multimap_ends_those_that_wait},
		{"refuses_bad_options", refuses_bad_options},
		{"a_callback_locks_with_a_deadline_only", a_callback_locks_with_a_deadline_only},
		{"hundreds_wait_and_nothing_stops", hundreds_wait_and_nothing_stops},
};

HZT_MAIN("multimap_lock", cases)
