// SPDX-License-Identifier: Apache-2.0
//
// What becomes of locks and permits when their session ends without a word, and that it does not
// end while the client lives. On members whose sessions live 10 s without a sign of life.
//
// The owners are processes of their own, so that they can be stopped and killed; each is made
// before this process has a client or a thread.
#include "tests/cp/rig.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TTL_MS = 10000, LATEST_MS = TTL_MS + 10000, PERMITS = 3 };

typedef struct owner {
	pid_t pid;
	int to, from; // descriptors
	const char *lock, *semaphore;
} owner;

// What an owner tells: how a step ended, and a number.
typedef struct report {
	hz_err e;
	int64_t n;
} report;

static hz_error err;
static owner frozen, killed;

// ---- The owner's process ----

static void
tell(int to, hz_err e, int64_t n)
{
	report r = {e, n};
	if (write(to, &r, sizeof(r)) != (ssize_t)sizeof(r)) {
		_exit(1);
	}
}

static hz_err
take_all(const owner *o, hz_client *client, hz_fenced_lock **lock, hz_semaphore **permits,
		int64_t *fence)
{
	bool done;
	hz_err e = hz_fenced_lock_open(client, o->lock, NULL, lock, NULL);
	e = e == HZ_OK ? hz_fenced_lock_lock(*lock, fence, NULL) : e;
	e = e == HZ_OK ? hz_semaphore_open(client, o->semaphore, NULL, permits, NULL) : e;
	e = e == HZ_OK ? hz_semaphore_init(*permits, PERMITS, &done, NULL) : e;
	return e == HZ_OK ? hz_semaphore_acquire(*permits, PERMITS, NULL) : e;
}

static void
own(const owner *o, const char *addresses, int from, int to)
{
	hz_config *config = NULL;
	hz_client *client = NULL;
	hz_fenced_lock *lock = NULL;
	hz_semaphore *permits = NULL;
	int64_t fence = 0;
	bool mine = true;
	char go;
	hz_err e = hz_config_new(&config, NULL);
	e = e == HZ_OK ? hz_config_set(config, "network.cluster-members", addresses, NULL) : e;
	e = e == HZ_OK ? hz_client_new(config, &client, NULL) : e;
	e = e == HZ_OK ? take_all(o, client, &lock, &permits, &fence) : e;
	tell(to, e, fence);
	if (e == HZ_OK && read(from, &go, 1) == 1) {
		tell(to, hz_fenced_lock_unlock(lock, NULL), 0);
		tell(to, hz_fenced_lock_unlock(lock, NULL), 0);
		e = hz_fenced_lock_is_locked_by_current_owner(lock, &mine, NULL);
		tell(to, e, mine);
		tell(to, hz_semaphore_release(permits, 1, NULL), 0);
		e = hz_fenced_lock_lock(lock, &fence, NULL);
		tell(to, e, fence);
	}
	_exit(0);
}

static report
hear(const owner *o)
{
	report r = {HZ_ERR_IO, 0};
	HZT_EQ_INT(read(o->from, &r, sizeof(r)), sizeof(r));
	return r;
}

static void
make_owner(owner *o)
{
	int there[2], back[2];
	const char *addresses = rig_addresses();
	o->lock = rig_name("lock", NULL);
	o->semaphore = rig_name("semaphore", NULL);
	HZT_EQ_INT(pipe(there), 0);
	HZT_EQ_INT(pipe(back), 0);
	o->pid = fork();
	HZT_CHECK(o->pid >= 0);
	if (o->pid == 0) {
		close(there[1]);
		close(back[0]);
		own(o, addresses, there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	o->to = there[1];
	o->from = back[0];
}

static void
end_owner(owner *o)
{
	kill(o->pid, SIGKILL);
	HZT_EQ_INT(waitpid(o->pid, NULL, 0), o->pid);
	close(o->to);
	close(o->from);
}

// ---- Cases ----

// First: nobody in this process has a client yet.
static void
owners_take_all(void)
{
	make_owner(&frozen);
	make_owner(&killed);
	HZT_OK(hear(&killed).e);
}

// Takes lock and permits of an owner that has been silenced.
static int64_t
inherit(const owner *o)
{
	hz_fenced_lock *lock = NULL;
	hz_semaphore *permits = NULL;
	int64_t fence = 0;
	bool got = false;
	HZT_OK_ERR(hz_fenced_lock_open(rig_client(), o->lock, NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_semaphore_open(rig_client(), o->semaphore, NULL, &permits, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_try_lock(lock, LATEST_MS, &fence, &err), &err);
	HZT_CHECK(fence > 0);
	HZT_OK_ERR(hz_semaphore_try_acquire(permits, PERMITS, LATEST_MS, &got, &err), &err);
	HZT_CHECK(got);
	HZT_OK_ERR(hz_semaphore_release(permits, PERMITS, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	hz_semaphore_close(&permits);
	hz_fenced_lock_close(&lock);
	return fence;
}

// Both owners work while they are heard; then one is stopped for longer than its session lives.
static void
frozen_owner_hears_of_it(void)
{
	report taken = hear(&frozen);
	HZT_OK(taken.e);
	HZT_EQ_INT(kill(frozen.pid, SIGSTOP), 0);
	int64_t fence = inherit(&frozen);
	HZT_CHECK(fence > taken.n);
	HZT_EQ_INT(kill(frozen.pid, SIGCONT), 0);
	HZT_EQ_INT(write(frozen.to, "g", 1), 1);
	HZT_EQ_INT(hear(&frozen).e, HZ_ERR_LOCK_OWNERSHIP_LOST);
	HZT_EQ_INT(hear(&frozen).e, HZ_ERR_NOT_OWNER);
	report mine = hear(&frozen);
	HZT_OK(mine.e);
	HZT_EQ_INT(mine.n, 0);
	HZT_EQ_INT(hear(&frozen).e, HZ_ERR_SESSION_EXPIRED);
	report again = hear(&frozen); // with a new session
	HZT_OK(again.e);
	HZT_CHECK(again.n > fence);
	end_owner(&frozen);
}

// The other one has been idle for longer than a session lives, and has all it took.
static void
heartbeats_keep_it(void)
{
	hz_fenced_lock *lock = NULL;
	int64_t fence = 7;
	int32_t count = 0;
	HZT_OK_ERR(hz_fenced_lock_open(rig_client(), killed.lock, NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_try_lock(lock, 2500, &fence, &err), &err);
	HZT_EQ_INT(fence, HZ_NO_FENCE);
	HZT_OK_ERR(hz_fenced_lock_get_lock_count(lock, &count, &err), &err);
	HZT_EQ_INT(count, 1);
	hz_fenced_lock_close(&lock);
}

static void
killed_owner_leaves_all(void)
{
	HZT_EQ_INT(kill(killed.pid, SIGKILL), 0);
	inherit(&killed);
	end_owner(&killed);
}

static const hzt_case cases[] = {
		{"owners_take_all", owners_take_all},
		{"frozen_owner_hears_of_it", frozen_owner_hears_of_it},
		{"heartbeats_keep_it", heartbeats_keep_it},
		{"killed_owner_leaves_all", killed_owner_leaves_all},
};

HZT_MAIN("session", cases)
