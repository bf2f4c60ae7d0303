// SPDX-License-Identifier: Apache-2.0
#include "core/members.h"

#include "base/fail.h"

#include <stdlib.h>

hzi_members *
hzi_members_new(uint32_t count, int32_t version)
{
	hzi_members *members = count <= HZI_MEMBERS_MAX
			? calloc(1, sizeof(*members) + count * sizeof(hzi_member))
			: NULL;
	if (members == NULL) {
		return NULL;
	}
	members->by_uuid = calloc(count + 1U, sizeof(hzi_member *));
	if (members->by_uuid == NULL) {
		free(members);
		return NULL;
	}
	atomic_init(&members->refs, 1);
	members->version = version;
	members->count = count;
	return members;
}

static int
compare_uuids(hz_uuid a, hz_uuid b)
{
	if (a.msb != b.msb) {
		return a.msb < b.msb ? -1 : 1;
	}
	return a.lsb == b.lsb ? 0 : a.lsb < b.lsb ? -1 : 1;
}

static int
compare_members(const void *a, const void *b)
{
	const hzi_member *const *left = a;
	const hzi_member *const *right = b;
	return compare_uuids((*left)->uuid, (*right)->uuid);
}

hz_err
hzi_members_seal(hzi_members *members, hz_error *err)
{
	for (uint32_t i = 0; i < members->count; i++) {
		members->by_uuid[i] = &members->at[i];
	}
	qsort(members->by_uuid, members->count, sizeof(hzi_member *), compare_members);
	for (uint32_t i = 0; i < members->count; i++) {
		hz_uuid uuid = members->by_uuid[i]->uuid;
		if (hzi_uuid_is_none(uuid)) {
			return hzi_fail(err, HZ_ERR_PROTOCOL, "a member of the list has no UUID");
		}
		if (i > 0 && hzi_uuid_equal(uuid, members->by_uuid[i - 1]->uuid)) {
			return hzi_fail(err, HZ_ERR_PROTOCOL, "a member stands in the list twice");
		}
	}
	return HZ_OK;
}

hzi_members *
hzi_members_retain(hzi_members *members)
{
	if (members != NULL) {
		atomic_fetch_add_explicit(&members->refs, 1, memory_order_relaxed);
	}
	return members;
}

void
hzi_members_release(hzi_members *members)
{
	if (members != NULL &&
			atomic_fetch_sub_explicit(&members->refs, 1, memory_order_acq_rel) == 1) {
		free(members->by_uuid);
		free(members);
	}
}

const hzi_member *
hzi_members_find(const hzi_members *members, hz_uuid uuid)
{
	uint32_t low = 0;
	uint32_t high = members != NULL ? members->count : 0;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = compare_uuids(members->by_uuid[middle]->uuid, uuid);
		if (order == 0) {
			return members->by_uuid[middle];
		}
		if (order < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}

bool
hzi_members_have(const hzi_members *members, const hzi_member *member)
{
	const hzi_member *same = hzi_members_find(members, member->uuid);
	return same != NULL && hzi_address_equal(&same->address, &member->address) &&
			hzi_address_equal(&same->dial, &member->dial);
}

void
hzi_members_each_missing(const hzi_members *in, const hzi_members *from,
		void (*fn)(void *ctx, const hzi_member *member), void *ctx)
{
	for (uint32_t i = 0; in != NULL && i < in->count; i++) {
		if (!hzi_members_have(from, &in->at[i])) {
			fn(ctx, &in->at[i]);
		}
	}
}
