// SPDX-License-Identifier: Apache-2.0
#include "proxies/replicas.h"

#include "base/platform.h"
#include "core/client.h"
#include "core/cluster.h"
#include "core/retry.h"

#include <string.h>

static bool
was_tried(const hzi_call *call, hz_uuid member)
{
	for (size_t i = 0; i + sizeof(member) <= call->scratch.len; i += sizeof(member)) {
		if (memcmp(call->scratch.data + i, &member, sizeof(member)) == 0) {
			return true;
		}
	}
	return false;
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
is_refusal(const hzi_replicas *kind, int32_t code)
{
	for (const int32_t *refusal = kind->refusals; *refusal != 0; refusal++) {
		if (*refusal == code) {
			return true;
		}
	}
	return false;
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
		return is_refusal(kind, call->server_code);
	default:
		return false;
	}
}

bool
hzi_replicas_again(const hzi_replicas *kind, hzi_call *call, uint32_t count)
{
	uint32_t left;
	uint32_t all;
	if (!is_its_own_failure(kind, call) ||
			!hzi_buf_append(&call->scratch, &call->member, sizeof(call->member))) {
		return false;
	}
	hzi_members *members = hzi_cluster_members(call->client);
	find(kind, call, members, count, 0, &left, &all);
	hzi_members_release(members);
	if (left == 0) {
		hzi_buf_reset(&call->scratch);
	}
	return left != 0;
}
