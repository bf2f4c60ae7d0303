// SPDX-License-Identifier: Apache-2.0
#include "tests/scripted/cp_member.h"

#include "protocol/decode.h"
#include "protocol/gen/cp_group.h"
#include "protocol/gen/cp_session.h"
#include "protocol/gen/fenced_lock.h"
#include "protocol/gen/semaphore.h"
#include "protocol/message.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define SAID_MAX 4096U

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static cp_said said[SAID_MAX];
static size_t n_said;
static int64_t beat; // of the sessions made from now on
static bool without;
static int64_t sessions, threads, groups;

// ---- What was said ----

// Where a request has its session, its thread, its id of 17 bytes, and the rest.
enum { AT_SESSION = HZP_FRAME_HEADER + HZP_REQUEST_HEADER, AT_UID = AT_SESSION + 16 };

static void
read_group(const hzt_request *request, cp_said *to)
{
	// Of all of them, whatever they say besides, the group's frames are the next ones.
	const uint8_t *at = request->msg + hzi_load_le32(request->msg) + HZP_FRAME_HEADER;
	if (at + HZP_FRAME_HEADER + 8 <= request->msg + request->n) {
		to->group = (int64_t)hzi_load_le64(at + HZP_FRAME_HEADER);
	}
}

static void
read_rest(const hzt_request *request, cp_said *to)
{
	const uint8_t *at = request->msg + AT_UID + 17;
	const uint8_t *end = request->msg + hzi_load_le32(request->msg);
	if (end - at == 4 || end - at == 12) {
		to->permits = (int32_t)hzi_load_le32(at);
		at += 4;
	}
	if (end - at == 8) {
		to->timeout_ms = (int64_t)hzi_load_le64(at);
	}
}

static void
note(const hzt_request *request)
{
	cp_said s = {.type = request->type,
			.session = (int64_t)hzi_load_le64(request->msg + AT_SESSION),
			.thread = (int64_t)hzi_load_le64(request->msg + AT_SESSION + 8),
			.at_ms = hzt_now_ms()};
	memcpy(s.uid, request->msg + AT_UID, sizeof(s.uid));
	read_group(request, &s);
	read_rest(request, &s);
	pthread_mutex_lock(&lock);
	if (n_said < SAID_MAX) {
		said[n_said++] = s;
	}
	pthread_mutex_unlock(&lock);
}

size_t
cp_count(uint32_t type)
{
	size_t n = 0;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_said; i++) {
		n += said[i].type == type;
	}
	pthread_mutex_unlock(&lock);
	return n;
}

cp_said
cp_nth(uint32_t type, size_t n)
{
	cp_said found = {0};
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_said; i++) {
		if (said[i].type == type && n-- == 0) {
			found = said[i];
			break;
		}
	}
	pthread_mutex_unlock(&lock);
	HZT_EQ_INT(found.type, type);
	return found;
}

typedef struct awaited {
	uint32_t type;
	size_t n;
} awaited;

static bool
was_said(void *ctx)
{
	const awaited *a = ctx;
	return cp_count(a->type) >= a->n;
}

void
cp_await(uint32_t type, size_t n)
{
	awaited a = {type, n};
	HZT_AWAIT(was_said, &a, PATIENCE_MS);
}

// ---- Rules ----

static void
on_create(void *ctx, hzt_request *request)
{
	(void)ctx;
	pthread_mutex_lock(&lock);
	int64_t seed = groups;
	pthread_mutex_unlock(&lock);
	hzt_reply(request, &HZP_CP_GROUP_CREATE_CP_GROUP_RESPONSE,
			&(hzp_cp_group_create_cp_group_response){
					.group_id = {.present = true,
							.name = hzp_str("default"),
							.seed = seed,
							.id = 5},
			});
}

static void
on_make(void *ctx, hzt_request *request)
{
	(void)ctx;
	pthread_mutex_lock(&lock);
	int64_t id = ++sessions, beat_ms = beat;
	pthread_mutex_unlock(&lock);
	hzt_reply(request, &HZP_CP_SESSION_CREATE_SESSION_RESPONSE,
			&(hzp_cp_session_create_session_response){id, 20000, beat_ms});
}

static void
on_close(void *ctx, hzt_request *request)
{
	(void)ctx;
	note(request);
	hzt_reply(request, &HZP_CP_SESSION_CLOSE_SESSION_RESPONSE,
			&(hzp_cp_session_close_session_response){true});
}

static void
on_thread(void *ctx, hzt_request *request)
{
	(void)ctx;
	pthread_mutex_lock(&lock);
	int64_t id = 1000 + ++threads;
	pthread_mutex_unlock(&lock);
	hzt_reply(request, &HZP_CP_SESSION_GENERATE_THREAD_ID_RESPONSE,
			&(hzp_cp_session_generate_thread_id_response){id});
}

static void
on_kind(void *ctx, hzt_request *request)
{
	(void)ctx;
	pthread_mutex_lock(&lock);
	bool yes = without;
	pthread_mutex_unlock(&lock);
	hzt_reply(request, &HZP_SEMAPHORE_GET_SEMAPHORE_TYPE_RESPONSE,
			&(hzp_semaphore_get_semaphore_type_response){yes});
}

void
cp_give(void *ctx, hzt_request *request)
{
	(void)ctx;
	switch (request->type) {
	case CP_LOCK:
		hzt_reply(request, &HZP_FENCED_LOCK_LOCK_RESPONSE,
				&(hzp_fenced_lock_lock_response){CP_FENCE});
		break;
	case CP_TRY_LOCK:
		hzt_reply(request, &HZP_FENCED_LOCK_TRY_LOCK_RESPONSE,
				&(hzp_fenced_lock_try_lock_response){CP_FENCE});
		break;
	case CP_ACQUIRE:
		hzt_reply(request, &HZP_SEMAPHORE_ACQUIRE_RESPONSE,
				&(hzp_semaphore_acquire_response){true});
		break;
	case CP_DRAIN:
		hzt_reply(request, &HZP_SEMAPHORE_DRAIN_RESPONSE,
				&(hzp_semaphore_drain_response){CP_DRAINED});
		break;
	default:
		hzt_reply_default(request);
		break;
	}
}

void
cp_done(void *ctx, hzt_request *request)
{
	note(request);
	cp_give(ctx, request);
}

void
cp_no(void *ctx, hzt_request *request)
{
	(void)ctx;
	note(request);
	hzt_reply_default(request);
}

void
cp_error(void *ctx, hzt_request *request)
{
	note(request);
	hzt_failing(ctx, request);
}

void
cp_hold(void *ctx, hzt_request *request)
{
	(void)ctx;
	note(request);
	hzt_hold(request);
}

void
cp_cut(void *ctx, hzt_request *request)
{
	(void)ctx;
	note(request);
	hzt_close(request, HZT_RESET);
}

// ---- Members ----

void
cp_on(const bench *b, uint32_t type, uint64_t times, hzt_rule rule, void *ctx)
{
	for (size_t i = 0; i < b->members; i++) {
		hzt_scripted_on(b->member[i], type, times, rule, ctx);
	}
}

void
cp_renew_group(void)
{
	pthread_mutex_lock(&lock);
	groups++;
	pthread_mutex_unlock(&lock);
}

void
cp_start(bench *b, size_t members, int64_t beat_ms, const char *const *settings)
{
	static const uint32_t taking[] = {CP_LOCK, CP_TRY_LOCK, CP_UNLOCK, CP_ACQUIRE, CP_RELEASE,
			CP_DRAIN, CP_CHANGE, CP_BEAT};
	pthread_mutex_lock(&lock);
	n_said = 0;
	sessions = threads = 0;
	groups = 1;
	beat = beat_ms;
	without = false;
	pthread_mutex_unlock(&lock);
	bench_start(b, members, settings);
	cp_on(b, CP_CREATE, 0, on_create, NULL);
	cp_on(b, CP_MAKE, 0, on_make, NULL);
	cp_on(b, CP_CLOSE, 0, on_close, NULL);
	cp_on(b, CP_THREAD, 0, on_thread, NULL);
	cp_on(b, CP_KIND, 0, on_kind, NULL);
	for (size_t i = 0; i < sizeof(taking) / sizeof(taking[0]); i++) {
		cp_on(b, taking[i], 0, cp_done, NULL);
	}
}

void
cp_without_sessions(bool yes)
{
	pthread_mutex_lock(&lock);
	without = yes;
	pthread_mutex_unlock(&lock);
}

uint64_t
cp_received(const bench *b, uint32_t type)
{
	uint64_t n = 0;
	for (size_t i = 0; i < b->members; i++) {
		n += hzt_scripted_count(b->member[i], type);
	}
	return n;
}

size_t
cp_release(const bench *b, uint32_t type, hzt_rule rule, void *ctx)
{
	size_t n = 0;
	for (size_t i = 0; i < b->members; i++) {
		n += hzt_scripted_release(b->member[i], type, false, rule, ctx);
	}
	return n;
}
