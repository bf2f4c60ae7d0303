// SPDX-License-Identifier: Apache-2.0
#include "proxies/replicas.h"

#include "base/platform.h"
#include "core/client.h"
#include "core/cluster.h"
#include "core/retry.h"

// A member that was tried, as the call's scratch buffer has it.
typedef struct tried {
	hz_uuid member;
	uint64_t passing; // 1: what kept it from answering will not last
} tried;

static const tried *
find_tried(const hzi_call *call, hz_uuid member)
{
	const tried *all = (const void *)call->scratch.data;
	for (size_t i = 0; i < call->scratch.len / sizeof(*all); i++) {
		if (hzi_uuid_equal(all[i].member, member)) {
			return &all[i];
		}
	}
	return NULL;
}

static bool
was_tried(const hzi_call *call, hz_uuid member)
{
	return find_tried(call, member) != NULL;
}

static bool
is_candidate(const hzi_replicas *kind, const hzi_member *member)
{
	return kind->lite || !member->lite;
}

// The n-th candidate among the first `count` that was not tried, or NULL; *left says how many there
// are, *all how many with those that were tried.
static const hzi_member *
find(const hzi_replicas *kind, const hzi_call *call, const hzi_members *members, uint32_t count,
		uint32_t n, uint32_t *left, uint32_t *all)
{
	const hzi_member *found = NULL;
	*left = 0;
	*all = 0;
	for (uint32_t i = 0; members != NULL && i < members->count && *all < count; i++) {
		const hzi_member *member = &members->at[i];
		if (!is_candidate(kind, member)) {
			continue;
		}
		++*all;
		if (!was_tried(call, member->uuid)) {
			found = *left == n ? member : found;
			++*left;
		}
	}
	return found;
}

static uint32_t
random_below(uint32_t n)
{
	uint32_t r = 0;
	// Without random bytes it is the first one.
	(void)hzi_random_bytes(&r, sizeof(r));
	return n != 0 ? r % n : 0;
}

// At random, so that clients spread over the replicas.
static hz_err
pick(const hzi_replicas *kind, const hzi_call *call, uint32_t count, hz_uuid *member)
{
	hzi_members *members = hzi_cluster_members(call->client);
	uint32_t left;
	uint32_t all;
	hz_err e = HZ_OK;
	find(kind, call, members, count, 0, &left, &all);
	const hzi_member *found = find(kind, call, members, count, random_below(left), &left, &all);
	if (found != NULL) {
		*member = found->uuid;
	} else {
		e = members != NULL && members->count > 0 && all == 0 ? HZ_ERR_NO_DATA_MEMBER
								      : HZ_ERR_OFFLINE;
	}
	hzi_members_release(members);
	return e;
}

hz_err
hzi_replicas_choose(const hzi_replicas *kind, hzi_call *call, uint32_t count, hz_uuid preferred)
{
	hz_err e = HZ_OK;
	if (call->tries == 0) {
		// The request is encoded: what stood here has served its purpose.
		hzi_buf_reset(&call->scratch);
	}
	if (!hzi_uuid_is_none(preferred) && !was_tried(call, preferred)) {
		call->member = preferred;
	} else {
		e = pick(kind, call, count, &call->member);
	}
	call->target = call->client->config->routing == HZI_ROUTING_ALL ? HZI_TO_MEMBER
									: HZI_TO_ANY;
	return e;
}

static bool
has_code(const int32_t *codes, int32_t code)
{
	while (*codes != 0 && *codes != code) {
		codes++;
	}
	return *codes != 0;
}

// Whether it was this member that could not, so that another one may.
static bool
is_its_own_failure(const hzi_replicas *kind, const hzi_call *call)
{
	// Passed on by another member, a lost connection says nothing of the one it was meant for.
	bool direct = call->target == HZI_TO_MEMBER;
	switch (call->code) {
	case HZ_ERR_OFFLINE:
		return direct;
	case HZ_ERR_DISCONNECTED:
		return direct && (!call->in_doubt || hzi_retry_harmless(call));
	case HZ_ERR_SERVER:
		return has_code(kind->refusals, call->server_code);
	case HZ_ERR_CONSISTENCY_LOST:
		return true;
	default:
		return false;
	}
}

static bool
is_unreachable(const hzi_call *call)
{
	return call->code == HZ_ERR_OFFLINE || call->code == HZ_ERR_DISCONNECTED;
}

static bool
is_passing(const hzi_replicas *kind, const hzi_call *call)
{
	return is_unreachable(call) ||
			(call->code == HZ_ERR_SERVER && has_code(kind->passing, call->server_code));
}

static bool
note_tried(const hzi_replicas *kind, hzi_call *call)
{
	tried entry = {.member = call->member, .passing = is_passing(kind, call)};
	return hzi_buf_append(&call->scratch, &entry, sizeof(entry));
}

// Whether a member that may yet answer, or hand over what it has, still belongs to the cluster.
static bool
may_change(const hzi_call *call, const hzi_members *members)
{
	const tried *all = (const void *)call->scratch.data;
	for (size_t i = 0; i < call->scratch.len / sizeof(*all); i++) {
		if (all[i].passing != 0 && hzi_members_find(members, all[i].member) != NULL) {
			return true;
		}
	}
	return false;
}

hzi_again
hzi_replicas_again(const hzi_replicas *kind, hzi_call *call, uint32_t count)
{
	uint32_t left;
	uint32_t all;
	hzi_again result = HZI_AGAIN_NOW;
	if (!is_its_own_failure(kind, call) || !note_tried(kind, call)) {
		return HZI_AGAIN_NO;
	}
	hzi_members *members = hzi_cluster_members(call->client);
	find(kind, call, members, count, 0, &left, &all);
	if (left == 0) {
		// Whether it is worth waiting for a connection is asked in the same way for every
		// call.
		result = !is_unreachable(call) && may_change(call, members) ? HZI_AGAIN_LATER
									    : HZI_AGAIN_NO;
		hzi_buf_reset(&call->scratch);
	}
	hzi_members_release(members);
	return result;
}
