// SPDX-License-Identifier: Apache-2.0
#include "core/members.h"

#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

// A list of members named by the low half of their UUIDs, each at the port that is 5700 and it.
static hzi_members *
list_of(int32_t version, const uint64_t *names, uint32_t count)
{
	hzi_members *members = hzi_members_new(count, version);
	HZT_CHECK(members != NULL);
	for (uint32_t i = 0; i < count; i++) {
		hzi_member *member = &members->at[i];
		member->uuid = (hz_uuid){.msb = names[i] % 3, .lsb = names[i]};
		snprintf(member->address.host, sizeof(member->address.host), "10.0.0.1");
		member->address.port = (uint16_t)(5700 + names[i]);
		member->dial = member->address;
	}
	return members;
}

static hz_uuid
uuid_of(uint64_t name)
{
	return (hz_uuid){.msb = name % 3, .lsb = name};
}

static void
finds_each_and_keeps_order(void)
{
	static const uint64_t names[] = {9, 2, 7, 1, 30};
	hzi_members *members = list_of(4, names, 5);
	HZT_OK(hzi_members_seal(members, NULL));
	HZT_EQ_INT(members->version, 4);
	for (uint32_t i = 0; i < 5; i++) {
		HZT_EQ_INT(members->at[i].uuid.lsb, names[i]);
		HZT_CHECK(hzi_members_find(members, uuid_of(names[i])) == &members->at[i]);
	}
	HZT_CHECK(hzi_members_find(members, uuid_of(3)) == NULL);
	HZT_CHECK(hzi_members_find(NULL, uuid_of(9)) == NULL);
	hzi_members_release(members);
}

static void
refuses_twins_and_nobody(void)
{
	static const uint64_t twins[] = {4, 5, 4};
	static const uint64_t nobody[] = {4, 0};
	hz_error err;
	hzi_members *members = list_of(1, twins, 3);
	HZT_EQ_INT(hzi_members_seal(members, &err), HZ_ERR_PROTOCOL);
	hzi_members_release(members);
	members = list_of(1, nobody, 2);
	HZT_EQ_INT(hzi_members_seal(members, &err), HZ_ERR_PROTOCOL);
	hzi_members_release(members);
}

static void
too_many_are_refused(void)
{
	HZT_CHECK(hzi_members_new(HZI_MEMBERS_MAX + 1, 1) == NULL);
}

typedef struct seen {
	uint64_t names[8];
	uint32_t count;
} seen;

static void
note(void *ctx, const hzi_member *member)
{
	seen *s = ctx;
	s->names[s->count++] = member->uuid.lsb;
}

static void
differences_are_by_uuid_and_address(void)
{
	static const uint64_t before[] = {1, 2, 3};
	static const uint64_t after[] = {3, 2, 4};
	hzi_members *old = list_of(1, before, 3);
	hzi_members *new = list_of(2, after, 3);
	// Member 2 came back at another port under its old UUID.
	new->at[1].address.port = new->at[1].dial.port = 9999;
	HZT_OK(hzi_members_seal(old, NULL));
	HZT_OK(hzi_members_seal(new, NULL));

	seen gone = {.count = 0};
	seen come = {.count = 0};
	hzi_members_each_missing(old, new, note, &gone);
	hzi_members_each_missing(new, old, note, &come);
	HZT_EQ_INT(gone.count, 2);
	HZT_EQ_INT(gone.names[0], 1);
	HZT_EQ_INT(gone.names[1], 2);
	HZT_EQ_INT(come.count, 2);
	HZT_EQ_INT(come.names[0], 2);
	HZT_EQ_INT(come.names[1], 4);
	hzi_members_release(old);
	hzi_members_release(new);
}

static void
another_client_endpoint_is_another_member(void)
{
	static const uint64_t names[] = {1};
	hzi_members *old = list_of(1, names, 1);
	hzi_members *new = list_of(2, names, 1);
	new->at[0].dial.port = 1;
	HZT_OK(hzi_members_seal(old, NULL));
	HZT_OK(hzi_members_seal(new, NULL));
	HZT_CHECK(!hzi_members_have(old, &new->at[0]));
	HZT_CHECK(hzi_members_have(old, &old->at[0]));
	hzi_members_release(old);
	hzi_members_release(new);
}

static void
no_list_has_nobody(void)
{
	static const uint64_t names[] = {1, 2};
	hzi_members *members = list_of(1, names, 2);
	HZT_OK(hzi_members_seal(members, NULL));
	seen all = {.count = 0};
	hzi_members_each_missing(members, NULL, note, &all);
	HZT_EQ_INT(all.count, 2);
	hzi_members_each_missing(NULL, members, note, &all);
	HZT_EQ_INT(all.count, 2);
	hzi_members_release(members);
	hzi_members_release(NULL);
}

static const hzt_case cases[] = {
		{"finds_each_and_keeps_order", finds_each_and_keeps_order},
		{"refuses_twins_and_nobody", refuses_twins_and_nobody},
		{"too_many_are_refused", too_many_are_refused},
		{"differences_are_by_uuid_and_address", differences_are_by_uuid_and_address},
		{"another_client_endpoint_is_another_member",
				another_client_endpoint_is_another_member},
		{"no_list_has_nobody", no_list_has_nobody},
};
HZT_MAIN("members", cases)
