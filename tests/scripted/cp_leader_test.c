// SPDX-License-Identifier: Apache-2.0
//
// Calls of CP structures go to the leader of their group where members tell who that is, which only
// those of the Enterprise edition do.
#include "core/cluster.h"
#include "protocol/decode.h"
#include "protocol/gen/atomic_long.h"
#include "protocol/gen/client.h"
#include "protocol/gen/count_down_latch.h"
#include "protocol/gen/cp_group.h"
#include "protocol/gen/cp_session.h"
#include "protocol/gen/fenced_lock.h"
#include "tests/scripted/bench.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AUTHENTICATE HZP_CLIENT_AUTHENTICATION_REQUEST.id
#define LISTEN HZP_CLIENT_ADD_CP_GROUP_VIEW_LISTENER_REQUEST.id
#define CREATE HZP_CP_GROUP_CREATE_CP_GROUP_REQUEST.id
#define SESSION HZP_CP_SESSION_CREATE_SESSION_REQUEST.id
#define GET HZP_ATOMIC_LONG_GET_REQUEST.id
#define TRY_LOCK HZP_FENCED_LOCK_TRY_LOCK_REQUEST.id
#define OWNERSHIP HZP_FENCED_LOCK_GET_LOCK_OWNERSHIP_REQUEST.id
#define AWAIT HZP_COUNT_DOWN_LATCH_AWAIT_REQUEST.id

enum { MEMBERS = 3, CALLS = 12, NOBODY = -1 };

static const char *const asking[] = {"cp-direct-to-leader-routing", "true", NULL};
static hzt_error_answer not_enterprise = {61, "UnsupportedOperationException", "unrecognized"};

static hz_error err;
static hz_atomic_long *number;
static _Atomic int asked, flagged; // authentications, and those that ask to be told

// ---- The members ----

static void
on_create(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_reply(request, &HZP_CP_GROUP_CREATE_CP_GROUP_RESPONSE,
			&(hzp_cp_group_create_cp_group_response){
					.group_id = {.present = true,
							.name = hzp_str("default"),
							.seed = 7,
							.id = 5},
			});
}

static void
on_session(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_reply(request, &HZP_CP_SESSION_CREATE_SESSION_RESPONSE,
			&(hzp_cp_session_create_session_response){1, 60000, 5000});
}

static void
on_authenticate(void *ctx, hzt_request *request)
{
	hzp_client_authentication_request got;
	(void)ctx;
	HZT_OK(hzp_decode(
			request->msg, request->n, &HZP_CLIENT_AUTHENTICATION_REQUEST, &got, NULL));
	atomic_fetch_add(&asked, 1);
	atomic_fetch_add(&flagged, got.cp_direct_to_leader_routing);
	hzt_reply_default(request);
}

static void
start_with(bench *b, const char *const *settings, hzt_rule listening, void *ctx)
{
	bench_members(b, MEMBERS, NULL, settings);
	atomic_store(&asked, 0);
	atomic_store(&flagged, 0);
	for (size_t i = 0; i < MEMBERS; i++) {
		hzt_scripted_on(b->member[i], AUTHENTICATE, 0, on_authenticate, NULL);
		hzt_scripted_on(b->member[i], LISTEN, 0, listening, ctx);
		hzt_scripted_on(b->member[i], CREATE, 0, on_create, NULL);
		hzt_scripted_on(b->member[i], SESSION, 0, on_session, NULL);
	}
	bench_connect(b);
	bench_await_connections(b, MEMBERS);
	HZT_OK_ERR(hz_atomic_long_open(b->client, "n", NULL, &number, &err), &err);
}

static void
start(bench *b)
{
	start_with(b, asking, hzt_listening, NULL);
}

static void
end(bench *b)
{
	hz_atomic_long_close(&number);
	bench_end(b);
}

// ---- What they tell ----

static hz_uuid
cp_uuid(int member)
{
	return (hz_uuid){0xc9, (uint64_t)member + 1};
}

// Says through the listener, wherever it is, who leads the group, and waits until the client has
// read it. `known`: members beside whose CP UUID stands the other one.
static void
tell(bench *b, int64_t version, int leader, uint32_t known)
{
	static hzp_entry_uuid_uuid uuids[16384];
	hzp_raft_group_info infos[2] = {
			{.present = true,
					.group_id = {.present = true,
							.name = hzp_str("default"),
							.seed = 7,
							.id = 4},
					.leader = {.present = true,
							.address = {.present = true,
									.host = hzp_str("h"),
									.port = 1},
							.uuid = cp_uuid(0)},
					.followers = HZP_EMPTY_LIST},
	};
	infos[1] = infos[0];
	infos[1].group_id.id = 5;
	infos[1].leader.uuid = cp_uuid(leader);
	for (uint32_t i = 0; i < known; i++) {
		uuids[i] = (hzp_entry_uuid_uuid){.key = cp_uuid((int)i),
				.value = hzt_scripted_uuid(b->member[i % MEMBERS])};
	}
	hzp_client_add_cp_group_view_listener_groups_view view = {
			.groups_info = HZP_LIST(infos, 2),
			.cp_to_ap_uuids = HZP_LIST(uuids, known),
			.version = version,
	};
	size_t told = 0;
	for (size_t i = 0; i < MEMBERS; i++) {
		told += hzt_scripted_event(b->member[i], LISTEN,
				&HZP_CLIENT_ADD_CP_GROUP_VIEW_LISTENER_GROUPS_VIEW, &view);
	}
	HZT_EQ_INT(told, 1);
}

static void
nothing(void *ctx)
{
	(void)ctx;
}

// Until the client knows: an answer behind the event was read, and the cluster thread has been
// round.
static void
settle(bench *b)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		HZT_OK_ERR(bench_get(b, bench_key(b, i, 1), NULL, &err), &err);
	}
	HZT_CHECK(hzi_cluster_run(b->client, nothing, NULL));
}

static void
tell_leader(bench *b, int64_t version, int leader)
{
	tell(b, version, leader, MEMBERS);
	settle(b);
}

static uint64_t
count(const bench *b, uint32_t type, int member)
{
	return hzt_scripted_count(b->member[member], type);
}

// Makes calls; all go to this one, or (NOBODY) to all in turn.
static void
check_calls_go_to(const bench *b, int leader)
{
	uint64_t before[MEMBERS];
	int64_t n;
	for (int i = 0; i < MEMBERS; i++) {
		before[i] = count(b, GET, i);
	}
	for (int i = 0; i < CALLS; i++) {
		HZT_OK_ERR(hz_atomic_long_get(number, &n, &err), &err);
	}
	for (int i = 0; i < MEMBERS; i++) {
		uint64_t got = count(b, GET, i) - before[i];
		if (leader == NOBODY) {
			HZT_CHECK(got > 1); // others may take a turn in between
		} else {
			HZT_EQ_INT(got, i == leader ? CALLS : 0);
		}
	}
}

// ---- Cases ----

static void
calls_follow_the_leader(void)
{
	bench b;
	start(&b);
	HZT_EQ_INT(atomic_load(&flagged), atomic_load(&asked));
	check_calls_go_to(&b, NOBODY);
	tell_leader(&b, 1, 1);
	check_calls_go_to(&b, 1);
	tell_leader(&b, 2, 2);
	check_calls_go_to(&b, 2);
	tell_leader(&b, 1, 0); // old news
	check_calls_go_to(&b, 2);
	tell_leader(&b, 3, 0);
	check_calls_go_to(&b, 0);
	end(&b);
}

// Whichever structure it is: those with sessions find their session first.
static void
all_structures_do(void)
{
	bench b;
	hz_fenced_lock *lock = NULL;
	hz_count_down_latch *latch = NULL;
	bool done;
	int64_t fence;
	start(&b);
	tell_leader(&b, 1, 1);
	HZT_OK_ERR(hz_fenced_lock_open(b.client, "l", NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_open(b.client, "l", NULL, &latch, &err), &err);
	for (int i = 0; i < CALLS; i++) {
		HZT_OK_ERR(hz_fenced_lock_try_lock(lock, 0, &fence, &err), &err);
		HZT_OK_ERR(hz_fenced_lock_is_locked(lock, &done, &err), &err);
		HZT_OK_ERR(hz_count_down_latch_try_await(latch, 1, &done, &err), &err);
	}
	HZT_EQ_INT(count(&b, TRY_LOCK, 1), CALLS);
	HZT_EQ_INT(count(&b, OWNERSHIP, 1), CALLS);
	HZT_EQ_INT(count(&b, AWAIT, 1), CALLS);
	hz_count_down_latch_close(&latch);
	hz_fenced_lock_close(&lock);
	end(&b);
}

static void
an_unknown_leader_is_no_obstacle(void)
{
	bench b;
	start(&b);
	tell_leader(&b, 1, 7); // a CP member that nobody knows
	check_calls_go_to(&b, NOBODY);
	tell_leader(&b, 2, 1);
	check_calls_go_to(&b, 1);
	tell(&b, 3, 2, 2); // one whose other UUID is not said
	settle(&b);
	check_calls_go_to(&b, NOBODY);
	tell_leader(&b, 4, 2);
	check_calls_go_to(&b, 2);
	tell(&b, 5, 1, 10001); // more than there can be
	settle(&b);
	check_calls_go_to(&b, 2);
	HZT_EQ_INT(bench_stats(&b).disconnects, 0);
	end(&b);
}

static void
a_lost_leader_is_gone_around(void)
{
	bench b;
	int64_t n;
	start(&b);
	int teller = count(&b, LISTEN, 0) > 0 ? 0 : count(&b, LISTEN, 1) > 0 ? 1 : 2;
	int leader = (teller + 1) % MEMBERS;
	tell_leader(&b, 1, leader);
	check_calls_go_to(&b, leader);
	hzt_scripted_down(b.member[leader], HZT_RESET);
	bench_await_connections(&b, MEMBERS - 1);
	for (int i = 0; i < CALLS; i++) {
		HZT_OK_ERR(hz_atomic_long_get(number, &n, &err), &err);
	}
	hzt_scripted_up(b.member[leader], (hz_uuid){0}, (hz_uuid){0});
	bench_await_connections(&b, MEMBERS);
	check_calls_go_to(&b, leader);
	end(&b);
}

static uint64_t
listeners_at(const bench *b)
{
	return count(b, LISTEN, 0) + count(b, LISTEN, 1) + count(b, LISTEN, 2);
}

static bool
is_asked_again(void *b)
{
	return listeners_at(b) == 2;
}

// The one that told is lost: another one is asked, and counts as it likes.
static void
another_member_tells(void)
{
	bench b;
	start(&b);
	HZT_EQ_INT(listeners_at(&b), 1);
	int teller = count(&b, LISTEN, 0) > 0 ? 0 : count(&b, LISTEN, 1) > 0 ? 1 : 2;
	int leader = (teller + 1) % MEMBERS;
	tell_leader(&b, 90, leader);
	check_calls_go_to(&b, leader);
	hzt_scripted_disconnect(b.member[teller], HZT_RESET);
	HZT_AWAIT(is_asked_again, &b, PATIENCE_MS);
	bench_await_connections(&b, MEMBERS);
	check_calls_go_to(&b, leader);
	tell_leader(&b, 2, teller);
	check_calls_go_to(&b, teller);
	end(&b);
}

static void
a_refusal_costs_nothing(void)
{
	bench b;
	start_with(&b, asking, hzt_failing, &not_enterprise);
	HZT_CHECK(listeners_at(&b) >= 1 && listeners_at(&b) <= MEMBERS);
	check_calls_go_to(&b, NOBODY);
	HZT_EQ_INT(bench_stats(&b).disconnects, 0);
	end(&b);
}

// ---- What they tell first ----

// Starts with members that tell this at the authentication, with one's UUID in the place of "%s".
static void
start_told(bench *b, const char *format, int leader)
{
	static char json[1024];
	bench_members(b, MEMBERS, NULL, asking);
	hz_uuid uuid = hzt_scripted_uuid(b->member[leader]);
	char text[40];
	snprintf(text, sizeof(text), "%08x-%04x-%04x-%04x-%012llx", (unsigned)(uuid.msb >> 32),
			(unsigned)(uuid.msb >> 16 & 0xffff), (unsigned)(uuid.msb & 0xffff),
			(unsigned)(uuid.lsb >> 48),
			(unsigned long long)(uuid.lsb & UINT64_C(0xffffffffffff)));
	const char *at = strstr(format, "%s");
	snprintf(json, sizeof(json), "%.*s%s%s", (int)(at - format), format, text, at + 2);
	for (size_t i = 0; i < MEMBERS; i++) {
		hzt_scripted_tell_leaders(b->member[i], json);
		hzt_scripted_on(b->member[i], LISTEN, 0, hzt_listening, NULL);
		hzt_scripted_on(b->member[i], CREATE, 0, on_create, NULL);
	}
	bench_connect(b);
	bench_await_connections(b, MEMBERS);
	HZT_OK_ERR(hz_atomic_long_open(b->client, "n", NULL, &number, &err), &err);
}

static void
the_first_list_comes_with_the_connection(void)
{
	static const char *const lists[] = {
			"[{\"raftId\":{\"name\":\"default\",\"seed\":7,\"id\":5},"
			"\"leaderUUID\":\"%s\"}]",
			"[ {\"leaderUUID\" : null, \"raftId\" : "
			"{\"id\":5,\"seed\":6,\"name\":\"default\"}},\n"
			"{\"leaderUUID\" : \"%s\", \"term\" : 3, \"raftId\" : "
			"{\"id\":5,\"name\":\"\\u0064efault\", \"seed\":7}} ]",
	};
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		bench b;
		start_told(&b, lists[i], 1);
		check_calls_go_to(&b, 1);
		tell_leader(&b, 1, 2);
		check_calls_go_to(&b, 2);
		// A member that connects later knows nothing newer than the listener.
		hzt_scripted_disconnect(b.member[2], HZT_RESET);
		for (int c = 0; c < CALLS; c++) {
			HZT_OK_ERR(hz_atomic_long_get(number, &(int64_t){0}, &err), &err);
		}
		bench_await_connections(&b, MEMBERS);
		check_calls_go_to(&b, 2);
		end(&b);
	}
}

static void
a_list_that_is_none_is_passed_over(void)
{
	static const char *const lists[] = {
			"%s",
			"[%s",
			"{\"raftId\":\"%s\"}",
			"[\"%s\"]",
			"[{\"leaderUUID\":\"%s\"}]",
			"[{\"raftId\":{\"name\":\"default\",\"seed\":7},\"leaderUUID\":\"%s\"}]",
			"[{\"raftId\":{\"name\":\"default\",\"seed\":7,\"id\":99999999999999999999}"
			","
			"\"leaderUUID\":\"%s\"}]",
			"[{\"raftId\":{\"name\":\"default\",\"seed\":7,\"id\":\"5x\"},"
			"\"leaderUUID\":\"%s\"}]",
			"[{\"raftId\":{\"name\":\"default\",\"seed\":7,\"id\":5},"
			"\"leaderUUID\":\"%s0\"}]",
			"[{\"raftId\":{\"name\":\"default\",\"seed\":7,\"id\":5},"
			"\"leaderUUID\":[\"%s\"]}]",
			"[{\"raftId\":{\"raftId\":{\"name\":\"default\",\"seed\":7,\"id\":5}},"
			"\"leaderUUID\":\"%s\"}]",
			"[&a {\"raftId\":{\"name\":\"default\",\"seed\":7,\"id\":5},"
			"\"leaderUUID\":\"%s\"}, *a]",
	};
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		bench b;
		start_told(&b, lists[i], 1);
		check_calls_go_to(&b, NOBODY);
		end(&b);
	}
}

static void
nobody_is_asked_by_default(void)
{
	static const char *const single[] = {"cp-direct-to-leader-routing", "true",
			"network.cluster-routing.mode", "SINGLE_MEMBER", NULL};
	bench b;
	start_with(&b, NULL, hzt_listening, NULL);
	HZT_EQ_INT(listeners_at(&b), 0);
	HZT_EQ_INT(atomic_load(&flagged), 0);
	check_calls_go_to(&b, NOBODY);
	end(&b);
	bench_members(&b, MEMBERS, NULL, single);
	for (size_t i = 0; i < MEMBERS; i++) {
		hzt_scripted_on(b.member[i], AUTHENTICATE, 0, on_authenticate, NULL);
	}
	bench_connect(&b);
	HZT_EQ_INT(listeners_at(&b), 0);
	HZT_EQ_INT(atomic_load(&flagged), 0);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"calls_follow_the_leader", calls_follow_the_leader},
		{"all_structures_do", all_structures_do},
		{"an_unknown_leader_is_no_obstacle", an_unknown_leader_is_no_obstacle},
		{"a_lost_leader_is_gone_around", a_lost_leader_is_gone_around},
		{"another_member_tells", another_member_tells},
		{"a_refusal_costs_nothing", a_refusal_costs_nothing},
		{"the_first_list_comes_with_the_connection",
				the_first_list_comes_with_the_connection},
		{"a_list_that_is_none_is_passed_over", a_list_that_is_none_is_passed_over},
		{"nobody_is_asked_by_default", nobody_is_asked_by_default},
};

HZT_MAIN("cp_leader", cases)
