// SPDX-License-Identifier: Apache-2.0
//
// Registrations of listeners: on every connection, also on those that come, taken back everywhere,
// and what becomes of answers that come late.
#include "core/slab.h"
#include "protocol/gen/client.h"
#include "protocol/gen/map.h"
#include "tests/core/rig.h"

#include <pthread.h>

#define ADD HZP_MAP_ADD_ENTRY_LISTENER_REQUEST.id
#define REMOVE HZP_MAP_REMOVE_ENTRY_LISTENER_REQUEST.id
#define LISTENER UINT64_C(100)

static const hzi_op add_op = {.proto = &HZP_MAP_ADD_ENTRY_LISTENER, .flags = HZI_OP_REGISTERS};
static const hzi_op remove_op = {.proto = &HZP_MAP_REMOVE_ENTRY_LISTENER};

// What a listener lends; touching it after the listener's end is an error.
typedef struct owner {
	_Atomic bool gone;
	_Atomic bool local;
} owner;

static void
fill_add(void *ctx, bool local, void *to)
{
	owner *o = ctx;
	hzp_map_add_entry_listener_request *request = to;
	HZT_CHECK(!atomic_load(&o->gone));
	atomic_store(&o->local, local);
	request->name = hzp_str("m");
	request->listener_flags = 1;
	request->local_only = local;
}

static void
fill_remove(void *ctx, hz_uuid id, void *to)
{
	owner *o = ctx;
	hzp_map_remove_entry_listener_request *request = to;
	HZT_CHECK(!atomic_load(&o->gone));
	request->name = hzp_str("m");
	request->registration_id = id;
}

static hz_err
listen_for(rig *r, owner *o, int64_t timeout_ms, hz_error *err)
{
	hzi_registration registration = {
			.listener = LISTENER,
			.add = &add_op,
			.remove = &remove_op,
			.fill_add = fill_add,
			.fill_remove = fill_remove,
			.ctx = o,
	};
	return hzi_cluster_listen(r->client, &registration, hzi_deadline_in_ms(timeout_ms), err);
}

static bool
unlisten(rig *r, owner *o)
{
	bool found = hzi_cluster_unlisten(r->client, LISTENER, hzi_deadline_in_ms(PATIENCE_MS));
	atomic_store(&o->gone, true);
	return found;
}

static size_t
send_event(rig *r, size_t member)
{
	hzp_map_add_entry_listener_entry event = {.event_type = 1, .uuid = {1, 1}};
	return hzt_scripted_event(
			r->member[member], ADD, &HZP_MAP_ADD_ENTRY_LISTENER_ENTRY, &event);
}

typedef struct awaited {
	rig *r;
	uint32_t n;
} awaited;

static bool
got_events(void *ctx)
{
	awaited *a = ctx;
	return atomic_load(&a->r->events) >= a->n;
}

static void
await_events(rig *r, uint32_t n)
{
	HZT_AWAIT(got_events, (&(awaited){r, n}), PATIENCE_MS);
}

static bool
only_own_records_live(void *ctx)
{
	awaited *a = ctx;
	return hzi_slab_live(&a->r->client->slab) == a->n;
}

// The library's own: one for the views, one on each connection for backups.
static void
await_records(rig *r, uint32_t n)
{
	HZT_AWAIT(only_own_records_live, (&(awaited){r, n}), PATIENCE_MS);
}

// ---- Cases ----

static void
every_member_has_it_for_itself(void)
{
	rig r;
	owner o = {0};
	rig_start(&r, 3, NULL);
	HZT_OK(listen_for(&r, &o, PATIENCE_MS, NULL));
	HZT_CHECK(atomic_load(&o.local));
	for (size_t i = 0; i < 3; i++) {
		HZT_EQ_INT(hzt_scripted_count(r.member[i], ADD), 1);
		HZT_EQ_INT(send_event(&r, i), 1);
	}
	await_events(&r, 3);
	HZT_EQ_INT(atomic_load(&r.last_listener), LISTENER);
	HZT_CHECK(unlisten(&r, &o));
	HZT_CHECK(!unlisten(&r, &o));
	for (size_t i = 0; i < 3; i++) {
		hzt_scripted_await_request(r.member[i], REMOVE, 1, PATIENCE_MS);
	}
	await_records(&r, 4);
	for (size_t i = 0; i < 3; i++) {
		HZT_EQ_INT(send_event(&r, i), 0);
	}
	rig_end(&r);
}

static void
unisocket_has_it_once_for_all(void)
{
	static const char *const settings[] = {"network.smart-routing", "false", NULL};
	rig r;
	owner o = {0};
	rig_start(&r, 2, settings);
	HZT_OK(listen_for(&r, &o, PATIENCE_MS, NULL));
	HZT_CHECK(!atomic_load(&o.local));
	HZT_EQ_INT(hzt_scripted_count(r.member[0], ADD) + hzt_scripted_count(r.member[1], ADD), 1);
	HZT_CHECK(unlisten(&r, &o));
	rig_end(&r);
}

static void
it_comes_back_with_a_gap(void)
{
	rig r;
	owner o = {0};
	rig_start(&r, 2, NULL);
	HZT_OK(listen_for(&r, &o, PATIENCE_MS, NULL));
	hzt_scripted_disconnect(r.member[1], HZT_CLOSE);
	rig_await(&r, 'g', 1);
	HZT_EQ_INT(hzt_scripted_count(r.member[1], ADD), 2);
	HZT_CHECK(rig_where(&r, 'o', 3) < rig_where(&r, 'g', 1));
	HZT_EQ_INT(send_event(&r, 1), 1);
	await_events(&r, 1);
	HZT_CHECK(unlisten(&r, &o));
	rig_end(&r);
}

static void
what_a_lost_member_had_to_say_is_a_gap(void)
{
	static const char *const in_order[] = {
			"hazelcast.client.shuffle.member.list", "false", NULL};
	rig r;
	owner o = {0};
	rig_start(&r, 2, in_order);
	HZT_OK(listen_for(&r, &o, PATIENCE_MS, NULL));
	hzt_scripted_down(r.member[1], HZT_CLOSE);
	rig_await(&r, 'c', 1);
	HZT_EQ_INT(rig_count(&r, 'g'), 0);
	hzt_scripted_cluster(r.member, 1);
	rig_await(&r, 'g', 1);
	HZT_EQ_INT(rig_count(&r, '-'), 1);
	HZT_CHECK(unlisten(&r, &o));
	rig_end(&r);
}

static void
a_new_member_gets_it_before_callers_see_it(void)
{
	static const char *const in_order[] = {
			"hazelcast.client.shuffle.member.list", "false", NULL};
	rig r;
	owner o = {0};
	rig_start(&r, 2, in_order);
	HZT_OK(listen_for(&r, &o, PATIENCE_MS, NULL));
	r.member[2] = hzt_scripted_start(NULL);
	r.members = 3;
	hzt_scripted_on(r.member[2], ADD, 0, hzt_held, NULL);
	hzt_scripted_cluster(r.member, 3);
	hzt_scripted_await_held(r.member[2], ADD, 1, PATIENCE_MS);
	HZT_EQ_INT(rig_stats(&r).connections, 2);
	hzt_scripted_release(r.member[2], ADD, false, NULL, NULL);
	rig_await_open(&r, 3);
	rig_await(&r, 'g', 1);
	HZT_CHECK(unlisten(&r, &o));
	rig_end(&r);
}

// The connection is being set up, and is past listing what to register, when the listener comes.
static void
none_is_missed_during_set_up(void)
{
	static const char *const settings[] = {"connection-strategy.async-start", "true", NULL};
	rig r;
	owner o = {0};
	rig_members(&r, 1, settings);
	uint32_t backup = HZP_CLIENT_LOCAL_BACKUP_LISTENER_REQUEST.id;
	hzt_scripted_on(r.member[0], backup, 0, hzt_held, NULL);
	HZT_OK(rig_connect(&r, NULL));
	hzt_scripted_await_held(r.member[0], backup, 1, PATIENCE_MS);
	HZT_OK(listen_for(&r, &o, PATIENCE_MS, NULL));
	HZT_EQ_INT(hzt_scripted_count(r.member[0], ADD), 1);
	HZT_EQ_INT(rig_stats(&r).connections, 0);
	hzt_scripted_release(r.member[0], backup, false, NULL, NULL);
	rig_await_open(&r, 1);
	HZT_EQ_INT(send_event(&r, 0), 1);
	await_events(&r, 1);
	HZT_CHECK(unlisten(&r, &o));
	rig_end(&r);
}

static void
without_a_connection_it_waits_for_one(void)
{
	static const char *const settings[] = {"connection-strategy.async-start", "true", NULL};
	rig r;
	owner o = {0};
	rig_members(&r, 1, settings);
	hzt_scripted_down(r.member[0], HZT_CLOSE);
	HZT_OK(rig_connect(&r, NULL));
	HZT_OK(listen_for(&r, &o, PATIENCE_MS, NULL));
	hzt_scripted_up(r.member[0], (hz_uuid){0, 0}, (hz_uuid){0, 0});
	rig_await_open(&r, 1);
	HZT_EQ_INT(hzt_scripted_count(r.member[0], ADD), 1);
	HZT_CHECK(unlisten(&r, &o));
	rig_end(&r);
}

static void
a_refusal_of_one_takes_back_all(void)
{
	static const hzt_error_answer no = {4, "java.lang.ClassCastException", "no such thing"};
	rig r;
	owner o = {0};
	hz_error err;
	rig_start(&r, 2, NULL);
	hzt_scripted_on(r.member[1], ADD, 0, hzt_failing, (void *)&no);
	HZT_EQ_INT(listen_for(&r, &o, PATIENCE_MS, &err), HZ_ERR_SERVER);
	HZT_EQ_INT(err.server_code, 4);
	atomic_store(&o.gone, true);
	hzt_scripted_await_request(r.member[0], REMOVE, 1, PATIENCE_MS);
	await_records(&r, 3);
	HZT_EQ_INT(rig_stats(&r).connections, 2);
	HZT_EQ_INT(hzt_scripted_count(r.member[1], REMOVE), 0);
	HZT_CHECK(!hzi_cluster_unlisten(r.client, LISTENER, hzi_deadline_in_ms(PATIENCE_MS)));
	rig_end(&r);
}

static const hzt_error_answer not_now = {19, "HazelcastInstanceNotActiveException", "not now"};

static void
refuse(rig *r, size_t member)
{
	hzt_scripted_on(r->member[member], ADD, 0, hzt_failing, (void *)&not_now);
}

// A member that refuses what it once accepted is connected all the same, and asked again; then its
// events come, and the listener alone hears of a gap.
static void
a_refusal_on_reconnect_is_a_gap(void)
{
	rig r;
	owner o = {0};
	rig_start(&r, 2, NULL);
	HZT_OK(listen_for(&r, &o, PATIENCE_MS, NULL));
	refuse(&r, 1);
	hzt_scripted_disconnect(r.member[1], HZT_RESET);
	rig_await(&r, 'g', 1);
	rig_await_open(&r, 2);
	HZT_EQ_INT(atomic_load(&r.last_gap), 0);
	hzt_scripted_await_request(r.member[1], ADD, 5, PATIENCE_MS);
	HZT_EQ_INT(rig_count(&r, 'g'), 1);
	HZT_EQ_INT(rig_count(&r, 'c'), 1);
	hzt_scripted_on(r.member[1], ADD, 0, NULL, NULL);
	rig_await(&r, 'g', 2);
	HZT_EQ_INT(atomic_load(&r.last_gap), LISTENER);
	HZT_EQ_INT(send_event(&r, 1), 1);
	await_events(&r, 1);
	HZT_CHECK(unlisten(&r, &o));
	hzt_scripted_await_request(r.member[1], REMOVE, 1, PATIENCE_MS);
	await_records(&r, 3);
	rig_end(&r);
}

// Without the member there is nothing more to miss: the gap ends with it.
static void
a_refusal_ends_with_its_member(void)
{
	rig r;
	owner o = {0};
	rig_start(&r, 2, NULL);
	HZT_OK(listen_for(&r, &o, PATIENCE_MS, NULL));
	refuse(&r, 1);
	hzt_scripted_disconnect(r.member[1], HZT_RESET);
	rig_await(&r, 'o', 3);
	hzt_scripted_await_request(r.member[1], ADD, 3, PATIENCE_MS);
	hzt_scripted_down(r.member[1], HZT_RESET);
	rig_await(&r, 'g', 2);
	HZT_EQ_INT(atomic_load(&r.last_gap), LISTENER);
	HZT_CHECK(unlisten(&r, &o));
	rig_end(&r);
}

// A listener that is taken back while a member refuses it is not asked for again.
static void
a_refused_one_can_be_taken_back(void)
{
	rig r;
	owner o = {0};
	rig_start(&r, 2, NULL);
	HZT_OK(listen_for(&r, &o, PATIENCE_MS, NULL));
	refuse(&r, 1);
	hzt_scripted_disconnect(r.member[1], HZT_RESET);
	rig_await(&r, 'o', 3);
	hzt_scripted_await_request(r.member[1], ADD, 3, PATIENCE_MS);
	HZT_CHECK(unlisten(&r, &o));
	await_records(&r, 3);
	uint64_t asked = hzt_scripted_count(r.member[1], ADD);
	hzt_scripted_disconnect(r.member[1], HZT_RESET);
	rig_await(&r, 'o', 4);
	HZT_EQ_INT(hzt_scripted_count(r.member[1], ADD), asked);
	HZT_EQ_INT(hzt_scripted_count(r.member[1], REMOVE), 0);
	rig_end(&r);
}

static void
a_late_answer_is_followed_by_its_removal(void)
{
	rig r;
	owner o = {0};
	hz_error err;
	rig_start(&r, 2, NULL);
	hzt_scripted_on(r.member[1], ADD, 0, hzt_held, NULL);
	HZT_EQ_INT(listen_for(&r, &o, 30, &err), HZ_ERR_TIMEOUT);
	atomic_store(&o.gone, true);
	hzt_scripted_await_request(r.member[0], REMOVE, 1, PATIENCE_MS);
	HZT_EQ_INT(hzt_scripted_count(r.member[1], REMOVE), 0);
	hzt_scripted_release(r.member[1], ADD, false, NULL, NULL);
	hzt_scripted_await_request(r.member[1], REMOVE, 1, PATIENCE_MS);
	await_records(&r, 3);
	HZT_EQ_INT(send_event(&r, 1), 0);
	rig_end(&r);
}

// An event ahead of the answer, which is there as soon as the member has the listener.
static void
event_first(void *ctx, hzt_request *request)
{
	hzp_map_add_entry_listener_entry event = {.event_type = 1, .uuid = {1, 1}};
	(void)ctx;
	hzt_reply_event(request, &HZP_MAP_ADD_ENTRY_LISTENER_ENTRY, &event);
	hzt_reply_default(request);
}

static void
events_before_the_answer_count(void)
{
	rig r;
	owner o = {0};
	rig_start(&r, 1, NULL);
	hzt_scripted_on(r.member[0], ADD, 0, event_first, NULL);
	HZT_OK(listen_for(&r, &o, PATIENCE_MS, NULL));
	HZT_EQ_INT(atomic_load(&r.events), 1);
	HZT_CHECK(unlisten(&r, &o));
	rig_end(&r);
}

static void
a_connection_that_ends_counts_as_confirmed(void)
{
	rig r;
	owner o = {0};
	rig_start(&r, 2, NULL);
	hzt_scripted_on(r.member[1], ADD, 1, hzt_default, NULL);
	hzt_scripted_cut_after(r.member[1], 20, HZT_RESET);
	HZT_OK(listen_for(&r, &o, PATIENCE_MS, NULL));
	hzt_scripted_cut_after(r.member[1], -1, HZT_RESET);
	rig_await_open(&r, 2);
	HZT_CHECK(unlisten(&r, &o));
	rig_end(&r);
}

static void
the_end_of_the_client_ends_a_wait(void)
{
	rig r;
	owner o = {0};
	rig_start(&r, 1, NULL);
	hzt_scripted_on(r.member[0], ADD, 0, hzt_silent, NULL);
	HZT_EQ_INT(listen_for(&r, &o, 20, NULL), HZ_ERR_TIMEOUT);
	HZT_OK(hz_client_shutdown(r.client, PATIENCE_MS, NULL));
	HZT_EQ_INT(listen_for(&r, &o, PATIENCE_MS, NULL), HZ_ERR_CLOSED);
	HZT_CHECK(!unlisten(&r, &o));
	rig_end(&r);
}

typedef struct waiter {
	rig *r;
	owner *o;
	hz_err result;
} waiter;

static void *
wait_for_it(void *arg)
{
	waiter *w = arg;
	w->result = listen_for(w->r, w->o, PATIENCE_MS, NULL);
	return NULL;
}

static void
the_end_of_the_client_reaches_who_waits(void)
{
	rig r;
	owner o = {0};
	pthread_t thread;
	rig_start(&r, 1, NULL);
	waiter w = {&r, &o, HZ_OK};
	hzt_scripted_on(r.member[0], ADD, 0, hzt_silent, NULL);
	HZT_EQ_INT(pthread_create(&thread, NULL, wait_for_it, &w), 0);
	hzt_scripted_await_request(r.member[0], ADD, 1, PATIENCE_MS);
	HZT_OK(hz_client_shutdown(r.client, PATIENCE_MS, NULL));
	pthread_join(thread, NULL);
	HZT_EQ_INT(w.result, HZ_ERR_CLOSED);
	rig_end(&r);
}

static const hzt_case cases[] = {
		{"every_member_has_it_for_itself", every_member_has_it_for_itself},
		{"unisocket_has_it_once_for_all", unisocket_has_it_once_for_all},
		{"it_comes_back_with_a_gap", it_comes_back_with_a_gap},
		{"what_a_lost_member_had_to_say_is_a_gap", what_a_lost_member_had_to_say_is_a_gap},
		{"a_new_member_gets_it_before_callers_see_it",
				a_new_member_gets_it_before_callers_see_it},
		{"none_is_missed_during_set_up", none_is_missed_during_set_up},
		{"without_a_connection_it_waits_for_one", without_a_connection_it_waits_for_one},
		{"a_refusal_of_one_takes_back_all", a_refusal_of_one_takes_back_all},
		{"a_refusal_on_reconnect_is_a_gap", a_refusal_on_reconnect_is_a_gap},
		{"a_refusal_ends_with_its_member", a_refusal_ends_with_its_member},
		{"a_refused_one_can_be_taken_back", a_refused_one_can_be_taken_back},
		{"a_late_answer_is_followed_by_its_removal",
				a_late_answer_is_followed_by_its_removal},
		{"a_connection_that_ends_counts_as_confirmed",
				a_connection_that_ends_counts_as_confirmed},
		{"events_before_the_answer_count", events_before_the_answer_count},
		{"the_end_of_the_client_ends_a_wait", the_end_of_the_client_ends_a_wait},
		{"the_end_of_the_client_reaches_who_waits",
				the_end_of_the_client_reaches_who_waits},
};
HZT_MAIN("registration", cases)
