// SPDX-License-Identifier: Apache-2.0
//
// What a scripted member has seen, and waiting for it.
#include "tests/support/scripted_state.h"
#include "tests/support/suite.h"

#include <stdlib.h>

static uint64_t
tally(hzt_scripted *member, uint32_t type, uint64_t more)
{
	hzt_tally *one = member->tallies;
	while (one != NULL && one->type != type) {
		one = one->next;
	}
	if (one == NULL && more > 0) {
		one = calloc(1, sizeof(*one));
		hzt_need(one != NULL, "memory for counts");
		*one = (hzt_tally){member->tallies, type, 0};
		member->tallies = one;
	}
	return one != NULL ? one->n += more : 0;
}

void
hzt_note(hzt_scripted *member, hzt_request *request)
{
	if (member->seen_count < HZT_SEEN_MAX) {
		member->seen[member->seen_count] = (hzt_seen){request->connection, request->type,
				request->flags, request->correlation, request->partition};
	}
	member->seen_count++;
	request->nth = tally(member, request->type, 1);
}

uint64_t
hzt_scripted_count(hzt_scripted *member, uint32_t type)
{
	hzt_lock();
	uint64_t n = type == HZT_ANY ? member->seen_count : tally(member, type, 0);
	hzt_unlock();
	return n;
}

uint64_t
hzt_scripted_count_on(hzt_scripted *member, uint64_t connection, uint32_t type)
{
	uint64_t n = 0;
	hzt_lock();
	uint64_t kept = member->seen_count < HZT_SEEN_MAX ? member->seen_count : HZT_SEEN_MAX;
	for (uint64_t i = 0; i < kept; i++) {
		n += member->seen[i].connection == connection && member->seen[i].type == type;
	}
	hzt_unlock();
	return n;
}

uint64_t
hzt_scripted_held(hzt_scripted *member, uint32_t type)
{
	uint64_t n = 0;
	hzt_lock();
	for (hzt_waiting *one = member->held; one != NULL; one = one->next) {
		n += type == HZT_ANY || one->request.type == type;
	}
	hzt_unlock();
	return n;
}

bool
hzt_scripted_seen(hzt_scripted *member, uint64_t i, hzt_seen *out)
{
	hzt_lock();
	bool there = i < member->seen_count && i < HZT_SEEN_MAX;
	if (there) {
		*out = member->seen[i];
	}
	hzt_unlock();
	return there;
}

typedef struct awaited {
	hzt_scripted *member;
	uint32_t type;
	uint64_t n;
} awaited;

static bool
requests_came(void *ctx)
{
	awaited *a = ctx;
	return hzt_scripted_count(a->member, a->type) >= a->n;
}

static bool
requests_are_held(void *ctx)
{
	awaited *a = ctx;
	return hzt_scripted_held(a->member, a->type) >= a->n;
}

static bool
connections_are_open(void *ctx)
{
	awaited *a = ctx;
	return hzt_scripted_open(a->member) == a->n;
}

void
hzt_scripted_await_request(hzt_scripted *member, uint32_t type, uint64_t n, int64_t timeout_ms)
{
	awaited a = {member, type, n};
	HZT_AWAIT(requests_came, &a, timeout_ms);
}

void
hzt_scripted_await_held(hzt_scripted *member, uint32_t type, uint64_t n, int64_t timeout_ms)
{
	awaited a = {member, type, n};
	HZT_AWAIT(requests_are_held, &a, timeout_ms);
}

void
hzt_scripted_await_open(hzt_scripted *member, uint64_t n, int64_t timeout_ms)
{
	awaited a = {member, 0, n};
	HZT_AWAIT(connections_are_open, &a, timeout_ms);
}
