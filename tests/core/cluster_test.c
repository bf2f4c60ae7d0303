// SPDX-License-Identifier: Apache-2.0
//
// The cluster thread against scripted members: connecting, losing, finding again, believing and not
// believing what members say.
#include "core/members.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"
#include "tests/core/rig.h"

#include <stdio.h>
#include <string.h>

#define VIEW_REQUEST HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_REQUEST.id
#define BACKUP_REQUEST HZP_CLIENT_LOCAL_BACKUP_LISTENER_REQUEST.id
#define AUTHENTICATION HZP_CLIENT_AUTHENTICATION_REQUEST.id

// The first member is the first one that is dialled, and so the one that sends the views.
static const char *const in_order[] = {"hazelcast.client.shuffle.member.list", "false", NULL};

// ---- Starting ----

static void
a_started_client_knows_all_members(void)
{
	rig r;
	rig_start(&r, 3, NULL);
	HZT_EQ_INT(rig_stats(&r).connections, 3);
	HZT_EQ_INT(rig_count(&r, '+'), 3);
	HZT_EQ_INT(rig_count(&r, 'o'), 3);
	HZT_CHECK(atomic_load(&r.client->backups_ready));
	HZT_CHECK(rig_where(&r, 'C', 1) < rig_where(&r, 's', 1));

	hz_members *members = NULL;
	HZT_OK(hz_client_members(r.client, &members, NULL));
	HZT_EQ_INT(hz_members_count(members), 3);
	for (size_t i = 0; i < 3; i++) {
		HZT_CHECK(hz_members_at(members, i)->connected);
	}
	hz_members_destroy(&members);

	// One of them sends the views, each of them acknowledges backups.
	uint64_t views = 0;
	for (size_t i = 0; i < 3; i++) {
		views += hzt_scripted_count(r.member[i], VIEW_REQUEST);
		HZT_EQ_INT(hzt_scripted_count(r.member[i], BACKUP_REQUEST), 1);
	}
	HZT_EQ_INT(views, 1);
	rig_end(&r);
}

static void
owners_are_those_of_the_view(void)
{
	rig r;
	hz_uuid owner;
	rig_start(&r, 3, NULL);
	for (int32_t p = 0; p < 271; p++) {
		HZT_OK(hz_client_partition_owner(r.client, p, &owner, NULL));
		HZT_CHECK(hzi_uuid_equal(owner, hzt_scripted_uuid(r.member[p % 3])));
		uint16_t slot = hzi_partitions_owner(&r.client->partitions, p);
		uint64_t id = 0;
		hzi_connection *conn = hzi_cluster_connection_to(r.client, owner, &id);
		HZT_CHECK(conn != NULL && id != 0 && conn->index == slot);
	}
	HZT_EQ_INT(hz_client_partition_owner(r.client, 271, &owner, NULL), HZ_ERR_RANGE);
	rig_end(&r);
}

static void
unisocket_has_one_connection(void)
{
	static const char *const settings[] = {"network.smart-routing", "false", NULL};
	rig r;
	rig_start(&r, 3, settings);
	HZT_EQ_INT(rig_stats(&r).connections, 1);
	HZT_EQ_INT(rig_count(&r, '+'), 3);
	HZT_CHECK(!atomic_load(&r.client->backups_ready));
	uint64_t open = 0;
	for (size_t i = 0; i < 3; i++) {
		open += hzt_scripted_accepted(r.member[i]);
		HZT_EQ_INT(hzt_scripted_count(r.member[i], BACKUP_REQUEST), 0);
	}
	HZT_EQ_INT(open, 1);
	rig_end(&r);
}

static void
a_refusal_by_all_fails_at_once(void)
{
	static const char *const settings[] = {"cluster-name", "another", NULL};
	rig r;
	hz_error err;
	rig_members(&r, 2, settings);
	HZT_EQ_INT(rig_connect(&r, &err), HZ_ERR_AUTHENTICATION);
	HZT_CHECK(r.client == NULL && err.code == HZ_ERR_AUTHENTICATION);
	HZT_CHECK(strstr(err.message, "asked for cluster \"another\"") != NULL);
	rig_end(&r);
}

static void
nobody_there_fails_in_time(void)
{
	static const char *const settings[] = {
			"connection-strategy.connection-retry.cluster-connect-timeout-millis",
			"150", NULL};
	rig r;
	hz_error err;
	rig_members(&r, 1, settings);
	hzt_scripted_down(r.member[0], HZT_CLOSE);
	int64_t before_ms = hzt_now_ms();
	HZT_EQ_INT(rig_connect(&r, &err), HZ_ERR_OFFLINE);
	HZT_CHECK(hzt_now_ms() - before_ms >= 150);
	HZT_CHECK(err.retryable && strstr(err.message, "last attempt") != NULL);
	rig_end(&r);
}

static void
zero_time_is_one_round(void)
{
	static const char *const settings[] = {
			"connection-strategy.connection-retry.cluster-connect-timeout-millis", "0",
			NULL};
	rig r;
	rig_start(&r, 2, settings);
	rig_end(&r);
	rig_members(&r, 2, settings);
	hzt_scripted_down(r.member[0], HZT_CLOSE);
	hzt_scripted_down(r.member[1], HZT_CLOSE);
	HZT_EQ_INT(rig_connect(&r, NULL), HZ_ERR_OFFLINE);
	rig_end(&r);
}

static void
callers_wait_for_set_up(void)
{
	static const char *const settings[] = {"connection-strategy.async-start", "true", NULL};
	rig r;
	rig_members(&r, 1, settings);
	hzt_scripted_on(r.member[0], BACKUP_REQUEST, 0, hzt_held, NULL);
	HZT_OK(rig_connect(&r, NULL));
	hzt_scripted_await_held(r.member[0], BACKUP_REQUEST, 1, PATIENCE_MS);
	HZT_EQ_INT(rig_stats(&r).connections, 0);
	HZT_CHECK(!atomic_load(&r.client->backups_ready));
	HZT_EQ_INT(rig_count(&r, 'C'), 0);
	hzt_scripted_release(r.member[0], BACKUP_REQUEST, false, NULL, NULL);
	rig_await_open(&r, 1);
	rig_await(&r, 'C', 1);
	HZT_CHECK(atomic_load(&r.client->backups_ready));
	rig_end(&r);
}

// ---- Losing and finding again ----

static void
a_lost_connection_comes_back(void)
{
	rig r;
	rig_start(&r, 2, NULL);
	hzt_scripted_disconnect(r.member[1], HZT_RESET);
	rig_await(&r, 'c', 1);
	rig_await(&r, 'o', 3);
	rig_await_open(&r, 2);
	HZT_EQ_INT(rig_count(&r, 'D'), 0);
	HZT_EQ_INT(rig_count(&r, 'g'), 0); // nobody listened
	HZT_CHECK(atomic_load(&r.client->backups_ready));
	HZT_EQ_INT(r.client->slot_count, 2);
	rig_end(&r);
}

static void
views_come_from_another_when_their_sender_is_lost(void)
{
	rig r;
	rig_start(&r, 2, NULL);
	size_t first = hzt_scripted_count(r.member[0], VIEW_REQUEST) == 1 ? 0 : 1;
	hzt_scripted_down(r.member[first], HZT_CLOSE);
	hzt_scripted_await_request(r.member[1 - first], VIEW_REQUEST, 1, PATIENCE_MS);
	// The view of what is left: the member that is gone is dialled no more.
	hzt_scripted_cluster(&r.member[1 - first], 1);
	rig_await(&r, '-', 1);
	HZT_EQ_INT(rig_count(&r, 'D'), 0);
	HZT_EQ_INT(rig_stats(&r).connections, 1);
	rig_end(&r);
}

// Says that one member owns all partitions, with a version far below all that were told before.
static void
count_low(void *ctx, hzt_request *request)
{
	const rig *r = ctx;
	int32_t ids[271];
	for (int32_t i = 0; i < 271; i++) {
		ids[i] = i;
	}
	hzp_entry_uuid_list_i32 all = {
			.key = hzt_scripted_uuid(r->member[0]), .value = HZP_LIST(ids, 271)};
	hzp_client_add_cluster_view_listener_partitions_view low = {
			.partitions = HZP_LIST(&all, 1), .version = -50};
	hzp_client_add_cluster_view_listener_response done = {0};
	hzt_reply_event(request, &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_PARTITIONS_VIEW, &low);
	hzt_reply(request, &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_RESPONSE, &done);
}

static bool
first_owns_all(void *ctx)
{
	rig *r = ctx;
	bool all = true;
	for (int32_t p = 0; p < 271 && all; p++) {
		hz_uuid owner;
		HZT_OK(hz_client_partition_owner(r->client, p, &owner, NULL));
		all = hzi_uuid_equal(owner, hzt_scripted_uuid(r->member[0]));
	}
	return all;
}

// After a split brain the other side may count lower.
static void
another_sender_may_count_lower(void)
{
	rig r;
	rig_start(&r, 2, NULL);
	size_t first = hzt_scripted_count(r.member[0], VIEW_REQUEST) == 1 ? 0 : 1;
	hzt_scripted_on(r.member[1 - first], VIEW_REQUEST, 0, count_low, &r);
	hzt_scripted_disconnect(r.member[first], HZT_CLOSE);
	HZT_AWAIT(first_owns_all, &r, PATIENCE_MS);
	rig_end(&r);
}

static void
everything_lost_is_found_again(void)
{
	rig r;
	rig_start(&r, 2, NULL);
	hzt_scripted_down(r.member[0], HZT_CLOSE);
	hzt_scripted_down(r.member[1], HZT_CLOSE);
	rig_await(&r, 'D', 1);
	hzt_scripted_up(r.member[1], (hz_uuid){0, 0}, (hz_uuid){0, 0});
	rig_await(&r, 'C', 2);
	hzt_scripted_up(r.member[0], (hz_uuid){0, 0}, (hz_uuid){0, 0});
	rig_await_open(&r, 2);
	HZT_EQ_INT(rig_count(&r, 'X'), 0);
	HZT_EQ_INT(rig_count(&r, '-'), 0);
	rig_end(&r);
}

static void
a_cluster_started_anew_is_told_apart(void)
{
	rig r;
	rig_start(&r, 2, NULL);
	hzt_scripted_down(r.member[0], HZT_CLOSE);
	hzt_scripted_down(r.member[1], HZT_CLOSE);
	rig_await(&r, 'D', 1);
	hz_uuid cluster = {7, 7};
	hzt_scripted_up(r.member[0], (hz_uuid){8, 1}, cluster);
	hzt_scripted_up(r.member[1], (hz_uuid){8, 2}, cluster);
	hzt_scripted_cluster(r.member, 2);
	rig_await(&r, 'X', 1);
	rig_await(&r, 'C', 2);
	rig_await_open(&r, 2);
	HZT_CHECK(hzi_uuid_equal(hz_client_cluster_id(r.client), cluster));
	HZT_CHECK(rig_where(&r, 'C', 2) < rig_where(&r, 'X', 1));
	// Gone first, then there again: two members, each under a new name at its old address.
	HZT_EQ_INT(rig_count(&r, '-'), 2);
	HZT_EQ_INT(rig_count(&r, '+'), 4);
	HZT_CHECK(rig_where(&r, '-', 2) < rig_where(&r, '+', 3));
	rig_end(&r);
}

static void
two_names(hz_client *client, void (*fn)(void *ctx, const char *service, const char *name),
		void *ctx)
{
	(void)client;
	fn(ctx, "hz:impl:mapService", "m");
	fn(ctx, "hz:impl:queueService", "q");
}

static void
read_names(void *ctx, hzt_request *request)
{
	hzp_client_create_proxies_request names;
	hzp_entry_str_str entry;
	if (hzp_decode(request->msg, request->n, &HZP_CLIENT_CREATE_PROXIES_REQUEST, &names,
			    NULL) == HZ_OK) {
		hzp_iter it = hzp_iter_start(&names.proxies);
		while (hzp_iter_next(&it, &entry)) {
			atomic_fetch_add((_Atomic uint32_t *)ctx, 1);
		}
	}
	hzt_reply_default(request);
}

// Before any caller sees the connection, and on one of them only.
static void
a_new_cluster_is_told_what_was_opened(void)
{
	rig r;
	_Atomic uint32_t names = 0;
	const uint32_t type = HZP_CLIENT_CREATE_PROXIES_REQUEST.id;
	rig_start(&r, 2, NULL);
	HZT_EQ_INT(hzt_scripted_count(r.member[0], type) + hzt_scripted_count(r.member[1], type),
			0);
	atomic_store(&r.client->list_proxies, two_names);
	for (size_t i = 0; i < 2; i++) {
		hzt_scripted_on(r.member[i], type, 0, read_names, &names);
		hzt_scripted_down(r.member[i], HZT_CLOSE);
	}
	rig_await(&r, 'D', 1);
	for (size_t i = 0; i < 2; i++) {
		hzt_scripted_up(r.member[i], (hz_uuid){50 + i, 1}, (hz_uuid){77, 77});
	}
	hzt_scripted_cluster(r.member, 2);
	rig_await_open(&r, 2);
	HZT_EQ_INT(hzt_scripted_count(r.member[0], type) + hzt_scripted_count(r.member[1], type),
			1);
	HZT_EQ_INT(atomic_load(&names), 2);
	rig_end(&r);
}

static void
a_member_of_another_cluster_stays_outside(void)
{
	rig r;
	rig_start(&r, 2, NULL);
	hzt_scripted_down(r.member[1], HZT_CLOSE);
	rig_await(&r, 'c', 1);
	hzt_scripted_up(r.member[1], (hz_uuid){0, 0}, (hz_uuid){9, 9});
	uint64_t before = hzt_scripted_accepted(r.member[1]);
	hzt_scripted_await_request(r.member[1], AUTHENTICATION, before + 3, PATIENCE_MS);
	HZT_EQ_INT(rig_stats(&r).connections, 1);
	HZT_EQ_INT(rig_count(&r, 'o'), 2);
	HZT_EQ_INT(rig_count(&r, 'X'), 0);
	rig_end(&r);
}

static void
a_member_that_left_is_not_dialled(void)
{
	rig r;
	rig_start(&r, 3, in_order);
	hzt_scripted_cluster(r.member, 2);
	rig_await(&r, '-', 1);
	rig_await(&r, 'c', 1);
	HZT_EQ_INT(rig_stats(&r).connections, 2);
	// The client has turned to something else since: what it would dial, it has dialled.
	hzt_scripted_disconnect(r.member[1], HZT_CLOSE);
	rig_await(&r, 'o', 4);
	HZT_EQ_INT(hzt_scripted_accepted(r.member[2]), 1);
	// It comes back, into the slot it had.
	hzt_scripted_cluster(r.member, 3);
	rig_await_open(&r, 3);
	HZT_EQ_INT(r.client->slot_count, 3);
	rig_end(&r);
}

static void
the_same_member_elsewhere_is_another_one(void)
{
	rig r;
	rig_start(&r, 2, in_order);
	// Under the UUID of the second one, at another address.
	hzt_scripted_options moved = {.uuid = hzt_scripted_uuid(r.member[1])};
	r.member[2] = hzt_scripted_start(&moved);
	r.members = 3;
	hzt_scripted *now[] = {r.member[0], r.member[2]};
	hzt_scripted_cluster(now, 2);
	rig_await(&r, '+', 3);
	rig_await_open(&r, 2);
	HZT_EQ_INT(rig_count(&r, '-'), 1);
	HZT_CHECK(rig_where(&r, '-', 1) < rig_where(&r, '+', 3));
	hzt_scripted_await_open(r.member[2], 1, PATIENCE_MS);
	hzt_scripted_await_open(r.member[1], 0, PATIENCE_MS);
	rig_end(&r);
}

// Two names lead to one member.
static void
one_member_has_one_connection(void)
{
	rig r;
	char addresses[80];
	rig_members(&r, 1, NULL);
	snprintf(addresses, sizeof(addresses), "localhost%s",
			strchr(hzt_scripted_address(r.member[0]), ':'));
	HZT_OK(hz_config_set(r.config, "network.cluster-members", addresses, NULL));
	HZT_OK(rig_connect(&r, NULL));
	HZT_EQ_INT(rig_stats(&r).connections, 1);
	HZT_EQ_INT(hzt_scripted_accepted(r.member[0]), 1);
	rig_end(&r);
}

static bool
is_closing(void *ctx)
{
	const rig *r = ctx;
	return atomic_load(&r->client->closing);
}

static void
reconnect_off_ends_the_client(void)
{
	static const char *const settings[] = {"connection-strategy.reconnect-mode", "OFF", NULL};
	rig r;
	hz_members *members;
	rig_start(&r, 1, settings);
	hzt_scripted_down(r.member[0], HZT_CLOSE);
	rig_await(&r, 'D', 1);
	HZT_AWAIT(is_closing, &r, PATIENCE_MS);
	HZT_EQ_INT(hz_client_members(r.client, &members, NULL), HZ_ERR_CLOSED);
	HZT_EQ_INT(rig_count(&r, 'o'), 1);
	rig_end(&r);
}

// ---- Members that misbehave ----

// Lets the client in, answers the first request of its set-up by hanging up.
static void
hang_up(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_close(request, HZT_CLOSE);
}

static void
hanging_up_is_not_answered_in_a_tight_loop(void)
{
	static const char *const settings[] = {"connection-strategy.async-start", "true", NULL};
	rig r;
	rig_members(&r, 1, settings);
	hzt_scripted_on(r.member[0], VIEW_REQUEST, 6, hang_up, NULL);
	int64_t before_ms = hzt_now_ms();
	HZT_OK(rig_connect(&r, NULL));
	rig_await_open(&r, 1);
	// Six pauses, of 20 ms and more.
	HZT_CHECK(hzt_now_ms() - before_ms >= 120);
	HZT_CHECK(hzt_scripted_accepted(r.member[0]) >= 7);
	rig_end(&r);
}

static void
silence_is_the_end_of_a_connection(void)
{
	static const char *const settings[] = {"hazelcast.client.heartbeat.interval", "30",
			"hazelcast.client.heartbeat.timeout", "300", "network.connection-timeout",
			"300", NULL};
	rig r;
	rig_start(&r, 1, settings);
	hzt_scripted_await_request(r.member[0], HZP_CLIENT_PING_REQUEST.id, 3, PATIENCE_MS);
	HZT_CHECK(rig_stats(&r).pings >= 3);
	HZT_EQ_INT(rig_count(&r, 'c'), 0);
	hzt_scripted_mute(r.member[0], true);
	rig_await(&r, 'D', 1);
	hzt_scripted_mute(r.member[0], false);
	rig_await(&r, 'C', 2);
	rig_end(&r);
}

static void
unfinished_set_up_is_given_up(void)
{
	static const char *const settings[] = {"hazelcast.client.heartbeat.interval", "30",
			"hazelcast.client.heartbeat.timeout", "300",
			"connection-strategy.async-start", "true", NULL};
	rig r;
	rig_members(&r, 1, settings);
	// Pings are answered, the listener is not.
	hzt_scripted_on(r.member[0], BACKUP_REQUEST, 1, hzt_silent, NULL);
	HZT_OK(rig_connect(&r, NULL));
	rig_await_open(&r, 1);
	HZT_EQ_INT(hzt_scripted_accepted(r.member[0]), 2);
	HZT_EQ_INT(rig_count(&r, 'o'), 1);
	rig_end(&r);
}

static void
send_view(rig *r, size_t from, const hzp_member_info *infos, size_t n)
{
	hzp_client_add_cluster_view_listener_members_view view = {
			.member_infos = HZP_LIST(infos, n), .version = hzt_scripted_next_version()};
	HZT_EQ_INT(hzt_scripted_event(r->member[from], VIEW_REQUEST,
				   &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_MEMBERS_VIEW, &view),
			1);
}

static void
an_impossible_view_costs_the_connection(void)
{
	rig r;
	rig_start(&r, 1, NULL);
	hzp_member_info bad = {.present = true,
			.address = {.present = true, .host = hzp_str("x"), .port = -1},
			.attributes = HZP_EMPTY_LIST,
			.version = {.present = true},
			.address_map = HZP_EMPTY_LIST,
			.uuid = {1, 1}};
	send_view(&r, 0, &bad, 1);
	rig_await(&r, 'D', 1);
	rig_await(&r, 'C', 2);
	HZT_EQ_INT(rig_count(&r, '-'), 0);
	HZT_CHECK(rig_stats(&r).decode_errors >= 1);
	rig_end(&r);
}

static void
an_empty_list_removes_nobody(void)
{
	rig r;
	hzp_member_info none = {0};
	rig_start(&r, 2, NULL);
	size_t first = hzt_scripted_count(r.member[0], VIEW_REQUEST) == 1 ? 0 : 1;
	send_view(&r, first, &none, 0);
	// The next view comes after it.
	hzt_scripted_cluster(&r.member[first], 1);
	rig_await(&r, '-', 1);
	HZT_EQ_INT(rig_count(&r, '-'), 1);
	HZT_EQ_INT(rig_count(&r, 'D'), 0);
	rig_end(&r);
}

static void
shutdown_does_not_wait_for_members(void)
{
	static const char *const settings[] = {"connection-strategy.async-start", "true", NULL};
	rig r;
	rig_start(&r, 2, NULL);
	hzt_scripted_mute(r.member[0], true);
	hzt_scripted_stop_reading(r.member[1], true);
	rig_end(&r);
	// In the middle of an authentication that is never answered.
	rig_members(&r, 1, settings);
	hzt_scripted_mute(r.member[0], true);
	HZT_OK(rig_connect(&r, NULL));
	hzt_scripted_await_request(r.member[0], AUTHENTICATION, 1, PATIENCE_MS);
	rig_end(&r);
}

static const hzt_case cases[] = {
		{"a_started_client_knows_all_members", a_started_client_knows_all_members},
		{"owners_are_those_of_the_view", owners_are_those_of_the_view},
		{"unisocket_has_one_connection", unisocket_has_one_connection},
		{"a_refusal_by_all_fails_at_once", a_refusal_by_all_fails_at_once},
		{"nobody_there_fails_in_time", nobody_there_fails_in_time},
		{"zero_time_is_one_round", zero_time_is_one_round},
		{"callers_wait_for_set_up", callers_wait_for_set_up},
		{"a_lost_connection_comes_back", a_lost_connection_comes_back},
		{"views_come_from_another_when_their_sender_is_lost",
				views_come_from_another_when_their_sender_is_lost},
		{"another_sender_may_count_lower", another_sender_may_count_lower},
		{"everything_lost_is_found_again", everything_lost_is_found_again},
		{"a_cluster_started_anew_is_told_apart", a_cluster_started_anew_is_told_apart},
		{"a_new_cluster_is_told_what_was_opened", a_new_cluster_is_told_what_was_opened},
		{"a_member_of_another_cluster_stays_outside",
				a_member_of_another_cluster_stays_outside},
		{"a_member_that_left_is_not_dialled", a_member_that_left_is_not_dialled},
		{"the_same_member_elsewhere_is_another_one",
				the_same_member_elsewhere_is_another_one},
		{"one_member_has_one_connection", one_member_has_one_connection},
		{"reconnect_off_ends_the_client", reconnect_off_ends_the_client},
		{"hanging_up_is_not_answered_in_a_tight_loop",
				hanging_up_is_not_answered_in_a_tight_loop},
		{"silence_is_the_end_of_a_connection", silence_is_the_end_of_a_connection},
		{"unfinished_set_up_is_given_up", unfinished_set_up_is_given_up},
		{"an_impossible_view_costs_the_connection",
				an_impossible_view_costs_the_connection},
		{"an_empty_list_removes_nobody", an_empty_list_removes_nobody},
		{"shutdown_does_not_wait_for_members", shutdown_does_not_wait_for_members},
};
HZT_MAIN("cluster", cases)
