// SPDX-License-Identifier: Apache-2.0
//
// Listeners for the CP subsystem: who takes part in it (CPSubsystem.addMembershipListener), and
// what that does to its groups (CPSubsystem.addGroupAvailabilityListener).
#include "events/user_listener.h"
#include "protocol/decode.h"
#include "protocol/gen/cp_subsystem.h"

#include <hazelcast/cp_subsystem.h>
#include <stdlib.h>
#include <string.h>

// Puts a text with its end at *to, which moves behind it.
static const char *
add_text(char **to, hzp_bytes text)
{
	char *start = *to;
	if (text.n > 0) {
		memcpy(start, text.p, text.n);
	}
	start[text.n] = '\0';
	*to += text.n + 1;
	return start;
}

static hz_cp_member
member_of(const hzp_cp_member *member, char **text)
{
	return (hz_cp_member){.uuid = member->uuid,
			.host = add_text(text, member->address.host),
			.port = (uint16_t)member->address.port};
}

// ---- Members ----

static const hzi_op add_membership = {&HZP_CP_SUBSYSTEM_ADD_MEMBERSHIP_LISTENER, HZ_RESULT_OBJECT,
		HZI_OP_REGISTERS, NULL};
static const hzi_op remove_membership = {
		&HZP_CP_SUBSYSTEM_REMOVE_MEMBERSHIP_LISTENER, HZ_RESULT_BOOL, 0, NULL};

enum { MEMBER_ADDED = 1, MEMBER_REMOVED = 2 };

static void
on_membership(hzi_listener *base, const hzi_slice *msg)
{
	const hz_cp_membership_listener *user = hzi_user_of(base);
	hzp_cp_subsystem_add_membership_listener_membership_event event;
	char *text = malloc(msg->n); // longer than any text in it
	char *to = text;
	if (hzp_decode(msg->p, msg->n, &HZP_CP_SUBSYSTEM_ADD_MEMBERSHIP_LISTENER_MEMBERSHIP_EVENT,
			    &event, NULL) != HZ_OK) {
		hzi_event_broken(base);
	} else if (text != NULL) {
		hz_cp_member member = member_of(&event.member, &to);
		void (*fn)(void *, const hz_cp_member *) = event.type == MEMBER_ADDED ? user->added
				: event.type == MEMBER_REMOVED ? user->removed
							       : NULL;
		if (fn != NULL) {
			fn(user->ctx, &member);
		}
	}
	free(text);
}

const hzi_user_kind hzi_cp_membership_kind = HZI_CLIENT_KIND(
		hz_cp_membership_listener, &add_membership, &remove_membership, on_membership);

HZ_API hz_err
hz_cp_listen_members(hz_client *client, const hz_cp_membership_listener *listener,
		hz_listener_id *out, hz_error *err)
{
	return hzi_user_listen(client, &hzi_cp_membership_kind, listener, out, err);
}

// ---- Availability ----

static const hzi_op add_availability = {&HZP_CP_SUBSYSTEM_ADD_GROUP_AVAILABILITY_LISTENER,
		HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op remove_availability = {
		&HZP_CP_SUBSYSTEM_REMOVE_GROUP_AVAILABILITY_LISTENER, HZ_RESULT_BOOL, 0, NULL};

typedef hzp_cp_subsystem_add_group_availability_listener_group_availability_event availability;

// What an event lends, in one block: members, unavailable ones, and all texts.
static hz_cp_member *
make_lent(const availability *event, const hzi_slice *msg, char **text)
{
	size_t members = (size_t)event->members.count + event->unavailable_members.count;
	hz_cp_member *lent = malloc(members * (sizeof(*lent) + 1) + msg->n);
	*text = lent != NULL ? (char *)(lent + members) : NULL;
	return lent;
}

static hz_cp_member *
add_members(hz_cp_member *to, const hzp_list *list, char **text)
{
	hzp_cp_member member;
	hzp_iter iter = hzp_iter_start(list);
	while (hzp_iter_next(&iter, &member)) {
		*to++ = member_of(&member, text);
	}
	return to;
}

static bool
is_majority(const hz_cp_availability *event)
{
	return event->unavailable_count + event->count / 2 + 1 <= event->count;
}

static void
tell_availability(const hz_cp_availability_listener *user, const availability *event,
		const hzi_slice *msg)
{
	char *text;
	hz_cp_member *lent = make_lent(event, msg, &text);
	if (lent == NULL) {
		return;
	}
	hz_cp_member *unavailable = add_members(lent, &event->members, &text);
	hz_cp_member *end = add_members(unavailable, &event->unavailable_members, &text);
	hz_cp_availability told = {
			.group = {add_text(&text, event->group_id.name), event->group_id.seed,
					event->group_id.id},
			.members = lent,
			.count = (size_t)(unavailable - lent),
			.unavailable = unavailable,
			.unavailable_count = (size_t)(end - unavailable),
			.shutdown = event->is_shutdown,
	};
	void (*fn)(void *, const hz_cp_availability *) =
			is_majority(&told) ? user->decreased : user->majority_lost;
	if (fn != NULL) {
		fn(user->ctx, &told);
	}
	free(lent);
}

static void
on_availability(hzi_listener *base, const hzi_slice *msg)
{
	static const hzp_message *const row =
			&HZP_CP_SUBSYSTEM_ADD_GROUP_AVAILABILITY_LISTENER_GROUP_AVAILABILITY_EVENT;
	availability event;
	if (hzp_decode(msg->p, msg->n, row, &event, NULL) != HZ_OK) {
		hzi_event_broken(base);
	} else {
		tell_availability(hzi_user_of(base), &event, msg);
	}
}

const hzi_user_kind hzi_cp_availability_kind = HZI_CLIENT_KIND(hz_cp_availability_listener,
		&add_availability, &remove_availability, on_availability);

HZ_API hz_err
hz_cp_listen_availability(hz_client *client, const hz_cp_availability_listener *listener,
		hz_listener_id *out, hz_error *err)
{
	return hzi_user_listen(client, &hzi_cp_availability_kind, listener, out, err);
}
