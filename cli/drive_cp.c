// SPDX-License-Identifier: Apache-2.0
//
// Threads that use one concurrency utility. In the history, v is what a call was given and got:
//
//	lock    the fence                  unlock   (nothing)
//	acquire the permits                release  the permits
//	set_count, get_count  the count    count_down, await  (nothing)
//	add     delta:sum                  get      the number
//	cas     expected:update:done
#include "cli/drive.h"
#include "cli/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct cp {
	session s;
	const char *name;
	int64_t threads, seconds, permits;
	hz_fenced_lock *lock;
	hz_semaphore *semaphore;
	hz_count_down_latch *latch;
	hz_atomic_long *number;
} cp;

static deed
begin(const cp *c, int thread, const char *op)
{
	return (deed){.thread = thread,
			.op = op,
			.key = c->name,
			.value = "",
			.begun_ns = history_now_ns()};
}

static void
end(cp *c, deed *d, const hz_error *err, const char *value)
{
	d->value = value;
	session_note(&c->s, d, err);
}

static void
end_number(cp *c, deed *d, const hz_error *err, int64_t number)
{
	char text[32];
	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	end(c, d, err, text);
}

// What stands between taking and giving back: long enough for others to come.
static void
hold(void)
{
	(void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

// ---- Utilities ----

static void
use_lock(cp *c, int thread)
{
	hz_error err = {0};
	int64_t fence = 0;
	deed d = begin(c, thread, "lock");
	hz_err e = hz_fenced_lock_try_lock(c->lock, 5000, &fence, &err);
	if (e == HZ_OK && fence == 0) {
		history_outcome(&c->s.history, &d, "fail", "TIMEOUT");
		return;
	}
	end_number(c, &d, &err, fence);
	if (e != HZ_OK) {
		return;
	}
	hold();
	err = (hz_error){0};
	d = begin(c, thread, "unlock");
	(void)hz_fenced_lock_unlock(c->lock, &err);
	end(c, &d, &err, "");
}

static void
use_semaphore(cp *c, int thread)
{
	hz_error err = {0};
	bool got = false;
	deed d = begin(c, thread, "acquire");
	hz_err e = hz_semaphore_try_acquire(c->semaphore, 1, 5000, &got, &err);
	if (e == HZ_OK && !got) {
		history_outcome(&c->s.history, &d, "fail", "TIMEOUT");
		return;
	}
	end_number(c, &d, &err, 1);
	if (e != HZ_OK) {
		return;
	}
	hold();
	err = (hz_error){0};
	d = begin(c, thread, "release");
	(void)hz_semaphore_release(c->semaphore, 1, &err);
	end_number(c, &d, &err, 1);
}

// Thread 0 sets the count of a round to the number of the others, which count down and await.
static void
use_latch(cp *c, int thread)
{
	hz_error err = {0};
	bool done = false;
	int32_t count = (int32_t)c->threads - 1;
	if (thread == 0) {
		deed d = begin(c, thread, "set_count");
		(void)hz_count_down_latch_try_set_count(
				c->latch, count > 0 ? count : 1, &done, &err);
		end_number(c, &d, &err, done ? count : 0);
		err = (hz_error){0};
	} else {
		deed d = begin(c, thread, "count_down");
		(void)hz_count_down_latch_count_down(c->latch, &err);
		end(c, &d, &err, "");
		err = (hz_error){0};
	}
	deed d = begin(c, thread, "await");
	hz_err e = hz_count_down_latch_try_await(c->latch, 1000, &done, &err);
	if (e == HZ_OK && !done) {
		history_outcome(&c->s.history, &d, "fail", "TIMEOUT");
	} else {
		end(c, &d, &err, "");
	}
	hold();
}

static void
add_one(cp *c, int thread)
{
	hz_error err = {0};
	char text[64];
	int64_t sum = 0;
	deed d = begin(c, thread, "add");
	(void)hz_atomic_long_add_and_get(c->number, 1, &sum, &err);
	(void)snprintf(text, sizeof(text), "1:%lld", (long long)sum);
	end(c, &d, &err, text);
}

static void
read_and_swap(cp *c, int thread)
{
	hz_error err = {0};
	char text[96];
	int64_t seen = 0;
	bool done = false;
	deed d = begin(c, thread, "get");
	hz_err e = hz_atomic_long_get(c->number, &seen, &err);
	end_number(c, &d, &err, seen);
	if (e != HZ_OK) {
		return;
	}
	err = (hz_error){0};
	d = begin(c, thread, "cas");
	(void)hz_atomic_long_compare_and_set(c->number, seen, seen + 10, &done, &err);
	(void)snprintf(text, sizeof(text), "%lld:%lld:%d", (long long)seen, (long long)seen + 10,
			done);
	end(c, &d, &err, text);
}

static void
use_number(cp *c, int thread)
{
	for (int i = 0; i < 9 && !atomic_load(&c->s.stop); i++) {
		add_one(c, thread);
	}
	read_and_swap(c, thread);
}

// ---- Opening ----

static hz_err
open_lock(cp *c, hz_error *err)
{
	return hz_fenced_lock_open(c->s.client, c->name, NULL, &c->lock, err);
}

static hz_err
open_semaphore(cp *c, hz_error *err)
{
	bool done = false;
	hz_err e = hz_semaphore_open(c->s.client, c->name, NULL, &c->semaphore, err);
	return e == HZ_OK ? hz_semaphore_init(c->semaphore, (int32_t)c->permits, &done, err) : e;
}

static hz_err
open_latch(cp *c, hz_error *err)
{
	return hz_count_down_latch_open(c->s.client, c->name, NULL, &c->latch, err);
}

static hz_err
open_number(cp *c, hz_error *err)
{
	return hz_atomic_long_open(c->s.client, c->name, NULL, &c->number, err);
}

typedef struct utility {
	const char *option;
	hz_err (*open)(cp *c, hz_error *err);
	void (*use)(cp *c, int thread);
} utility;

static const utility utilities[] = {
		{"lock", open_lock, use_lock},
		{"semaphore", open_semaphore, use_semaphore},
		{"latch", open_latch, use_latch},
		{"atomic", open_number, use_number},
};

static const utility *chosen;

static void
run_thread(void *ctx, int number)
{
	cp *c = ctx;
	while (!atomic_load(&c->s.stop)) {
		chosen->use(c, number);
	}
}

static void
close_all(cp *c)
{
	hz_fenced_lock_close(&c->lock);
	hz_semaphore_close(&c->semaphore);
	hz_count_down_latch_close(&c->latch);
	hz_atomic_long_close(&c->number);
}

static bool
read_options(cp *c, const cli_options *o)
{
	for (size_t i = 0; i < sizeof(utilities) / sizeof(utilities[0]); i++) {
		const char *name = options_text(o, utilities[i].option, NULL);
		if (name != NULL && chosen != NULL) {
			fprintf(stderr, "hzc: one of --lock, --semaphore, --latch, --atomic\n");
			return false;
		}
		if (name != NULL) {
			chosen = &utilities[i];
			c->name = name;
		}
	}
	if (chosen == NULL) {
		fprintf(stderr, "hzc: --lock, --semaphore, --latch or --atomic is missing\n");
		return false;
	}
	return options_number(o, "threads", 4, 1, &c->threads) &&
			options_number(o, "seconds", 10, 0, &c->seconds) &&
			options_number(o, "permits", 3, 1, &c->permits);
}

int
drive_cp(int argc, char **argv)
{
	static const char *const known[] = {SESSION_OPTIONS, "lock", "semaphore", "latch", "atomic",
			"threads", "seconds", "permits", NULL};
	static cp c;
	cli_options o;
	hz_error err = {0};
	if (!options_read(&o, argc, argv, known) || !read_options(&c, &o)) {
		return 2;
	}
	if (!session_open(&c.s, &o)) {
		return 3;
	}
	bool ran = chosen->open(&c, &err) == HZ_OK;
	if (!ran) {
		fprintf(stderr, "hzc: %s: %s\n", hz_err_name((hz_err)err.code), err.message);
	} else {
		ran = session_run(&c.s, (int)c.threads, c.seconds, run_thread, &c);
	}
	close_all(&c);
	int code = session_close(&c.s);
	return ran ? code : 3;
}
