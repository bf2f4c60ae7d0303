// SPDX-License-Identifier: Apache-2.0
//
// The CP subsystem: answers and events that real members give rarely, or not in this order.
#include "protocol/encode.h"
#include "protocol/gen/cp_subsystem.h"
#include "protocol/message.h"
#include "tests/scripted/bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define GROUPS HZP_CP_SUBSYSTEM_GET_CP_GROUP_IDS_REQUEST.id
#define OBJECTS HZP_CP_SUBSYSTEM_GET_CP_OBJECT_INFOS_REQUEST.id
#define MEMBERSHIP HZP_CP_SUBSYSTEM_ADD_MEMBERSHIP_LISTENER_REQUEST.id
#define AVAILABILITY HZP_CP_SUBSYSTEM_ADD_GROUP_AVAILABILITY_LISTENER_REQUEST.id

typedef hzp_cp_subsystem_add_membership_listener_membership_event membership_event;
typedef hzp_cp_subsystem_add_group_availability_listener_group_availability_event
		availability_event;

static const hzp_message *const membership_row =
		&HZP_CP_SUBSYSTEM_ADD_MEMBERSHIP_LISTENER_MEMBERSHIP_EVENT;
static const hzp_message *const availability_row =
		&HZP_CP_SUBSYSTEM_ADD_GROUP_AVAILABILITY_LISTENER_GROUP_AVAILABILITY_EVENT;

static const hzt_error_answer unsafe = {18, "HazelcastException", "CP Subsystem is not enabled!"};
static const hzt_error_answer no_group = {37, "NullPointerException", "group is null"};
static const hzt_error_answer unknown = {61, "UnsupportedOperationException", "no such message"};

static hz_error err;

// ---- What is heard ----

// All events, one after the other, as one line.
typedef struct heard {
	pthread_mutex_t lock;
	char line[1024];
	_Atomic int count, gaps, ends;
} heard;

static void
write_down(heard *h, const char *text)
{
	pthread_mutex_lock(&h->lock);
	size_t n = strlen(h->line);
	snprintf(h->line + n, sizeof(h->line) - n, "%s%s", n > 0 ? ", " : "", text);
	pthread_mutex_unlock(&h->lock);
	atomic_fetch_add(&h->count, 1);
}

static void
write_member(heard *h, const char *what, const hz_cp_member *member)
{
	char text[256];
	snprintf(text, sizeof(text), "%s %s:%u %u", what, member->host, member->port,
			(unsigned)member->uuid.lsb);
	write_down(h, text);
}

static void
on_added(void *ctx, const hz_cp_member *member)
{
	write_member(ctx, "added", member);
}

static void
on_removed(void *ctx, const hz_cp_member *member)
{
	write_member(ctx, "removed", member);
}

static void
write_group(heard *h, const char *what, const hz_cp_availability *event)
{
	char text[512];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s %s/%d/%d", what, event->group.name,
			(int)event->group.seed, (int)event->group.id);
	for (size_t i = 0; i < event->count; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %s:%u", event->members[i].host,
				event->members[i].port);
	}
	n += (size_t)snprintf(text + n, sizeof(text) - n, " without");
	for (size_t i = 0; i < event->unavailable_count; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %s:%u",
				event->unavailable[i].host, event->unavailable[i].port);
	}
	snprintf(text + n, sizeof(text) - n, "%s", event->shutdown ? " in order" : "");
	write_down(h, text);
}

static void
on_decreased(void *ctx, const hz_cp_availability *event)
{
	write_group(ctx, "decreased", event);
}

static void
on_majority_lost(void *ctx, const hz_cp_availability *event)
{
	write_group(ctx, "lost", event);
}

static void
on_gap(void *ctx, const hz_gap *gap)
{
	heard *h = ctx;
	(void)gap;
	atomic_fetch_add(&h->gaps, 1);
}

static void
on_end(void *ctx)
{
	heard *h = ctx;
	atomic_fetch_add(&h->ends, 1);
}

static bool
has_heard(void *ctx)
{
	heard *h = ctx;
	return atomic_load(&h->count) > 0;
}

static bool
has_gap(void *ctx)
{
	heard *h = ctx;
	return atomic_load(&h->gaps) > 0;
}

static void
expect(heard *h, const char *line)
{
	HZT_AWAIT(has_heard, h, PATIENCE_MS);
	pthread_mutex_lock(&h->lock);
	HZT_EQ_STR(h->line, line);
	h->line[0] = '\0';
	pthread_mutex_unlock(&h->lock);
	atomic_store(&h->count, 0);
}

static void
begin_hearing(heard *h)
{
	memset(h, 0, sizeof(*h));
	pthread_mutex_init(&h->lock, NULL);
}

// ---- Members ----

static hzp_cp_member
cp_member(const char *host, int32_t port)
{
	return (hzp_cp_member){.present = true,
			.uuid = {.msb = 1, .lsb = (uint64_t)port},
			.address = {.present = true, .host = hzp_str(host), .port = port}};
}

static void
tell_member(const bench *b, size_t at, int8_t type, const char *host, int32_t port)
{
	membership_event event = {.member = cp_member(host, port), .type = type};
	HZT_EQ_INT(hzt_scripted_event(b->member[at], MEMBERSHIP, membership_row, &event), 1);
}

static void
members_come_and_go(void)
{
	static heard h;
	const hz_cp_membership_listener listener = {.size = sizeof(listener),
			.ctx = &h,
			.added = on_added,
			.removed = on_removed,
			.gap = on_gap,
			.end = on_end};
	hz_listener_id id = {0};
	bench b;
	begin_hearing(&h);
	bench_start(&b, 2, NULL);
	HZT_OK_ERR(hz_cp_listen_members(b.client, &listener, &id, &err), &err);
	tell_member(&b, 0, 1, "10.0.0.1", 5701);
	expect(&h, "added 10.0.0.1:5701 5701");
	tell_member(&b, 1, 2, "a-host-with-a-longer-name.example", 65535);
	expect(&h, "removed a-host-with-a-longer-name.example:65535 65535");
	tell_member(&b, 0, 3, "10.0.0.1", 1); // nothing known
	tell_member(&b, 0, 1, "", 2);
	expect(&h, "added :2 2");
	hzt_scripted_disconnect(b.member[1], HZT_RESET);
	HZT_AWAIT(has_gap, &h, PATIENCE_MS);
	tell_member(&b, 1, 1, "10.0.0.3", 3);
	expect(&h, "added 10.0.0.3:3 3");
	HZT_OK_ERR(hz_listener_remove(b.client, id, &err), &err);
	HZT_EQ_INT(atomic_load(&h.ends), 1);
	bench_end(&b);
}

// A listener without functions hears nothing, and bears it.
static void
nobody_has_to_listen_to_all(void)
{
	static heard h;
	const hz_cp_membership_listener deaf = {
			.size = sizeof(deaf), .ctx = &h, .removed = on_removed};
	const hz_cp_availability_listener half = {
			.size = sizeof(half), .ctx = &h, .majority_lost = on_majority_lost};
	hz_listener_id id = {0};
	bench b;
	begin_hearing(&h);
	bench_start(&b, 1, NULL);
	HZT_OK_ERR(hz_cp_listen_members(b.client, &deaf, &id, &err), &err);
	HZT_OK_ERR(hz_cp_listen_availability(b.client, &half, &id, &err), &err);
	availability_event decreased = {.group_id = {.present = true, .name = hzp_str("g")}};
	hzp_cp_member members[] = {cp_member("a", 1)};
	decreased.members = HZP_LIST(members, 1);
	HZT_EQ_INT(hzt_scripted_event(b.member[0], AVAILABILITY, availability_row, &decreased), 1);
	tell_member(&b, 0, 1, "b", 2);
	tell_member(&b, 0, 2, "c", 3);
	expect(&h, "removed c:3 3");
	bench_end(&b);
}

// ---- Availability ----

typedef struct availability_case {
	uint32_t members, unavailable;
	bool shutdown;
	const char *line;
} availability_case;

static const availability_case availabilities[] = {
		{3, 1, false, "decreased g/7/8 m1:1 m2:2 m3:3 without m1:1"},
		{3, 1, true, "decreased g/7/8 m1:1 m2:2 m3:3 without m1:1 in order"},
		{3, 2, false, "lost g/7/8 m1:1 m2:2 m3:3 without m1:1 m2:2"},
		{3, 3, false, "lost g/7/8 m1:1 m2:2 m3:3 without m1:1 m2:2 m3:3"},
		{2, 1, false, "lost g/7/8 m1:1 m2:2 without m1:1"},
		{1, 0, false, "decreased g/7/8 m1:1 without"},
		{5, 2, false, "decreased g/7/8 m1:1 m2:2 m3:3 m4:4 m5:5 without m1:1 m2:2"},
		{5, 3, false, "lost g/7/8 m1:1 m2:2 m3:3 m4:4 m5:5 without m1:1 m2:2 m3:3"},
		// No member would say so.
		{0, 0, false, "lost g/7/8 without"},
		{1, 2, false, "lost g/7/8 m1:1 without m1:1 m2:2"},
};

static availability_event
availability_of(const availability_case *row)
{
	static hzp_cp_member members[5];
	static const char *const hosts[] = {"m1", "m2", "m3", "m4", "m5"};
	for (int i = 0; i < 5; i++) {
		members[i] = cp_member(hosts[i], i + 1);
	}
	return (availability_event){
			.group_id = {.present = true, .name = hzp_str("g"), .seed = 7, .id = 8},
			.members = HZP_LIST(members, row->members),
			.unavailable_members = HZP_LIST(members, row->unavailable),
			.is_shutdown = row->shutdown,
	};
}

static const hz_cp_availability_listener all_of_it = {.size = sizeof(all_of_it),
		.decreased = on_decreased,
		.majority_lost = on_majority_lost,
		.gap = on_gap,
		.end = on_end};

static void
groups_lose_members(void)
{
	static heard h;
	hz_cp_availability_listener listener = all_of_it;
	hz_listener_id id = {0};
	bench b;
	begin_hearing(&h);
	listener.ctx = &h;
	bench_start(&b, 1, NULL);
	HZT_OK_ERR(hz_cp_listen_availability(b.client, &listener, &id, &err), &err);
	for (size_t i = 0; i < sizeof(availabilities) / sizeof(availabilities[0]); i++) {
		availability_event event = availability_of(&availabilities[i]);
		HZT_EQ_INT(hzt_scripted_event(b.member[0], AVAILABILITY, availability_row, &event),
				1);
		expect(&h, availabilities[i].line);
	}
	bench_end(&b);
	HZT_EQ_INT(atomic_load(&h.ends), 1);
}

// Members before 5.4 do not say whether a member was shut down: their first frame ends before that.
static void
event_of_old(void *ctx, hzt_request *request)
{
	enum { SHUTDOWN_AT = 22 };
	availability_event event = availability_of(ctx);
	hzi_buf bytes = {0};
	hzt_reply_default(request);
	HZT_OK(hzp_encode(&bytes, availability_row, &event));
	hzp_message_set_correlation(bytes.data, request->correlation);
	hzp_message_add_flags(bytes.data, HZP_FLAG_EVENT);
	bytes.data[0]--;
	memmove(bytes.data + SHUTDOWN_AT, bytes.data + SHUTDOWN_AT + 1,
			bytes.len - SHUTDOWN_AT - 1);
	hzt_reply_bytes(request, bytes.data, bytes.len - 1);
	hzi_buf_clear(&bytes);
}

static void
old_members_say_less(void)
{
	static heard h;
	static availability_case row = {3, 1, true, NULL};
	hz_cp_availability_listener listener = all_of_it;
	hz_listener_id id = {0};
	bench b;
	begin_hearing(&h);
	listener.ctx = &h;
	bench_start(&b, 1, NULL);
	hzt_scripted_on(b.member[0], AVAILABILITY, 1, event_of_old, &row);
	HZT_OK_ERR(hz_cp_listen_availability(b.client, &listener, &id, &err), &err);
	expect(&h, "decreased g/7/8 m1:1 m2:2 m3:3 without m1:1");
	bench_end(&b);
}

// ---- Lists ----

static void
on_groups(void *ctx, hzt_request *request)
{
	static const hzp_raft_group_id ids[] = {
			{.present = true, .name = {(const uint8_t *)"METADATA", 8}},
			{.present = true,
					.name = {(const uint8_t *)"g", 1},
					.seed = -1,
					.id = INT64_MAX},
			{.present = true, .name = {(const uint8_t *)"", 0}, .seed = 2, .id = 3},
	};
	const uint32_t *count = ctx;
	hzt_reply(request, &HZP_CP_SUBSYSTEM_GET_CP_GROUP_IDS_RESPONSE,
			&(hzp_cp_subsystem_get_cp_group_ids_response){
					.response = HZP_LIST(ids, *count)});
}

static void
lists_groups(void)
{
	static uint32_t three = 3, none = 0;
	hz_cp_group_list *groups = NULL;
	bench b;
	bench_start(&b, 1, NULL);
	hzt_scripted_on(b.member[0], GROUPS, 0, on_groups, &three);
	HZT_OK_ERR(hz_cp_groups(b.client, &groups, &err), &err);
	HZT_EQ_INT(hz_cp_group_list_count(groups), 3);
	HZT_EQ_STR(hz_cp_group_list_at(groups, 0)->name, "METADATA");
	HZT_EQ_STR(hz_cp_group_list_at(groups, 1)->name, "g");
	HZT_EQ_INT(hz_cp_group_list_at(groups, 1)->seed, -1);
	HZT_EQ_INT(hz_cp_group_list_at(groups, 1)->id, INT64_MAX);
	HZT_EQ_STR(hz_cp_group_list_at(groups, 2)->name, "");
	hz_cp_group_list_destroy(&groups);
	hzt_scripted_on(b.member[0], GROUPS, 0, on_groups, &none);
	HZT_OK_ERR(hz_cp_groups(b.client, &groups, &err), &err);
	HZT_EQ_INT(hz_cp_group_list_count(groups), 0);
	hz_cp_group_list_destroy(&groups);
	bench_end(&b);
}

static void
on_objects(void *ctx, hzt_request *request)
{
	static const hzp_bytes names[] = {{(const uint8_t *)"one", 3}, {(const uint8_t *)"", 0}};
	(void)ctx;
	hzt_reply(request, &HZP_CP_SUBSYSTEM_GET_CP_OBJECT_INFOS_RESPONSE,
			&(hzp_cp_subsystem_get_cp_object_infos_response){
					.response = HZP_LIST(names, 2)});
}

static void
lists_objects(void)
{
	const hz_cp_group group = {"g", 1, 2};
	hz_objects *objects = NULL;
	bench b;
	bench_start(&b, 1, NULL);
	hzt_scripted_on(b.member[0], OBJECTS, 0, on_objects, NULL);
	HZT_OK_ERR(hz_cp_objects(b.client, &group, HZ_SERVICE_SEMAPHORE, NULL, &objects, &err),
			&err);
	HZT_EQ_INT(hz_objects_count(objects), 2);
	HZT_EQ_STR(hz_objects_at(objects, 0)->name, "one");
	HZT_EQ_STR(hz_objects_at(objects, 1)->name, "");
	HZT_EQ_STR(hz_objects_at(objects, 1)->service, HZ_SERVICE_SEMAPHORE);
	hz_objects_destroy(&objects);
	bench_end(&b);
}

static bool
is_asked(void *ctx)
{
	const bench *b = ctx;
	return hzt_scripted_count(b->member[0], GROUPS) + hzt_scripted_count(b->member[1], GROUPS) >
			0;
}

// A connection that is cut between question and answer: another member is asked.
static void
asks_again(void)
{
	static uint32_t three = 3;
	hz_cp_group_list *groups = NULL;
	bench b;
	bench_start(&b, 2, NULL);
	for (size_t i = 0; i < 2; i++) {
		hzt_scripted_on(b.member[i], GROUPS, 0, hzt_held, NULL);
	}
	hz_future future = hz_cp_groups_async(b.client);
	HZT_AWAIT(is_asked, &b, PATIENCE_MS);
	size_t asked = hzt_scripted_count(b.member[0], GROUPS) > 0 ? 0 : 1;
	for (size_t i = 0; i < 2; i++) {
		hzt_scripted_on(b.member[i], GROUPS, 0, on_groups, &three);
	}
	hzt_scripted_disconnect(b.member[asked], HZT_RESET);
	void *object = NULL;
	HZT_OK_ERR(hz_await_object(future, &object, &err), &err);
	groups = object;
	HZT_EQ_INT(hz_cp_group_list_count(groups), 3);
	hz_cp_group_list_destroy(&groups);
	bench_end(&b);
}

// ---- Refusals ----

typedef struct refusal_case {
	const hzt_error_answer *answer;
	hz_err want;
	int32_t server_code;
	bool of_objects;
} refusal_case;

static const refusal_case refusals[] = {
		{&unsafe, HZ_ERR_UNSUPPORTED, 0, false},
		{&unknown, HZ_ERR_UNSUPPORTED, 61, false},
		{&unknown, HZ_ERR_UNSUPPORTED, 61, true},
		{&no_group, HZ_ERR_GROUP_DESTROYED, 0, true},
};

static void
refuses_by_name(void)
{
	const hz_cp_group group = {"g", 1, 2};
	bench b;
	bench_start(&b, 1, NULL);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const refusal_case *row = &refusals[i];
		uint32_t type = row->of_objects ? OBJECTS : GROUPS;
		hzt_scripted_on(b.member[0], type, 1, hzt_failing, (void *)row->answer);
		hz_future future = row->of_objects
				? hz_cp_objects_async(b.client, &group, "s", NULL)
				: hz_cp_groups_async(b.client);
		void *object = NULL;
		HZT_EQ_INT(hz_await_object(future, &object, &err), row->want);
		HZT_EQ_INT(err.code, row->want);
		HZT_EQ_INT(err.server_code, row->server_code);
		HZT_CHECK(object == NULL && !err.in_doubt && !err.retryable);
	}
	bench_end(&b);
}

// Listeners are no other message of members that have none: the call says so, and ends them.
static void
refuses_listeners(void)
{
	static heard h;
	hz_cp_availability_listener availability = all_of_it;
	hz_cp_membership_listener members = {.size = sizeof(members), .ctx = &h, .end = on_end};
	hz_listener_id id = {0};
	bench b;
	begin_hearing(&h);
	availability.ctx = &h;
	bench_start(&b, 2, NULL);
	hzt_scripted_on(b.member[0], MEMBERSHIP, 0, hzt_failing, (void *)&unknown);
	hzt_scripted_on(b.member[1], AVAILABILITY, 0, hzt_failing, (void *)&unknown);
	HZT_EQ_INT(hz_cp_listen_members(b.client, &members, &id, &err), HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(hz_cp_listen_availability(b.client, &availability, &id, &err),
			HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(id.id, 0);
	HZT_EQ_INT(atomic_load(&h.ends), 2);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"members_come_and_go", members_come_and_go},
		{"nobody_has_to_listen_to_all", nobody_has_to_listen_to_all},
		{"groups_lose_members", groups_lose_members},
		{"old_members_say_less", old_members_say_less},
		{"lists_groups", lists_groups},
		{"lists_objects", lists_objects},
		{"asks_again", asks_again},
		{"refuses_by_name", refuses_by_name},
		{"refuses_listeners", refuses_listeners},
};

HZT_MAIN("scripted_cp_subsystem", cases)
