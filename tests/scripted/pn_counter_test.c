// SPDX-License-Identifier: Apache-2.0
//
// PN counters: what the client tells a replica, and which one it goes to.
#include "tests/scripted/pn_replica.h"

// ---- What a replica is told ----

static void
tells_what_it_has_seen(void)
{
	bench b;
	int64_t n = 0;
	hz_pn_counter *counter = pn_start(&b, 1, 1, NULL);
	hz_pn_counter *same = NULL;
	pn_replica *r = &pn_replicas[0];
	HZT_EQ_INT(hzt_scripted_count(b.member[0], PN_COUNT), 1);
	HZT_OK(hz_pn_counter_open(b.client, "c", NULL, &same, NULL));
	HZT_EQ_INT(hzt_scripted_count(b.member[0], PN_COUNT), 1);
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	HZT_EQ_INT(atomic_load(&r->told), 0);
	HZT_OK(hz_pn_counter_add_and_get(counter, 5, &n, NULL));
	HZT_EQ_INT(n, 5);
	HZT_EQ_INT(atomic_load(&r->told), 1);
	HZT_EQ_INT(atomic_load(&r->newest), 1);
	HZT_CHECK(atomic_load(&r->addressed_msb) == hzt_scripted_uuid(b.member[0]).msb);
	// Another handle, the same session.
	HZT_OK(hz_pn_counter_get(same, &n, NULL));
	HZT_EQ_INT(atomic_load(&r->newest), 2);
	HZT_OK(hz_pn_counter_reset(same, NULL));
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	HZT_EQ_INT(atomic_load(&r->told), 0);
	hz_pn_counter_close(&same);
	pn_end(&b, &counter);
}

// The later time of each replica counts, whatever order answers come in.
static void
remembers_the_later_time_of_each(void)
{
	bench b;
	int64_t n = 0;
	hz_pn_counter *counter = pn_start(&b, 1, 1, NULL);
	pn_replica *r = &pn_replicas[0];
	hz_uuid other = {7, 7};
	r->clock[0].value = 10;
	r->clock[1] = (hzp_entry_uuid_i64){.key = other, .value = 3};
	atomic_store(&r->known, 2);
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	// An addition is done and tells its value, even where something is missing.
	r->clock[0].value = 11;
	r->clock[1].value = 2;
	HZT_OK(hz_pn_counter_add_and_get(counter, 4, &n, NULL));
	HZT_EQ_INT(n, 4);
	HZT_EQ_INT(atomic_load(&r->told), 2);
	hz_error err = {0};
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_CONSISTENCY_LOST);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(atomic_load(&r->newest), 12);
	r->clock[1].value = 3;
	HZT_OK_ERR(hz_pn_counter_get(counter, &n, &err), &err);
	HZT_EQ_INT(n, 4);
	pn_end(&b, &counter);
}

// An answer to a call that began before the reset belongs to the session before.
static void
forgets_what_was_under_way(void)
{
	bench b;
	int64_t n = 0;
	hz_pn_counter *counter = pn_start(&b, 1, 1, NULL);
	hzt_scripted_on(b.member[0], PN_GET, 1, hzt_held, NULL);
	hz_future future = hz_pn_counter_get_async(counter);
	hzt_scripted_await_held(b.member[0], PN_GET, 1, PATIENCE_MS);
	HZT_OK(hz_pn_counter_reset(counter, NULL));
	hzt_scripted_release(b.member[0], PN_GET, false, pn_on_get, &pn_replicas[0]);
	HZT_OK(hz_await_i64(future, &n, NULL));
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	HZT_EQ_INT(atomic_load(&pn_replicas[0].told), 0);
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	HZT_EQ_INT(atomic_load(&pn_replicas[0].told), 1);
	pn_end(&b, &counter);
}

// Until the counter is destroyed other threads may see what it was: that ends with it.
static void
forgets_what_was_destroyed(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = pn_start(&b, 1, 1, NULL);
	pn_replica *r = &pn_replicas[0];
	hzt_scripted_on(b.member[0], PN_DESTROY, 1, hzt_held, NULL);
	hz_future future = hz_pn_counter_destroy_async(counter);
	hzt_scripted_await_held(b.member[0], PN_DESTROY, 1, PATIENCE_MS);
	HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 5, &n, &err), &err);
	HZT_EQ_INT(n, 5);
	hzt_scripted_release(b.member[0], PN_DESTROY, false, NULL, NULL);
	HZT_OK_ERR(hz_await_none(future, &err), &err);
	r->clock[0].value = 1;
	atomic_store(&r->value, 0);
	HZT_OK_ERR(hz_pn_counter_get(counter, &n, &err), &err);
	HZT_EQ_INT(n, 0);
	HZT_EQ_INT(atomic_load(&r->told), 0);
	pn_end(&b, &counter);
}

// More replicas than any cluster has.
static void
answer_without_end(void *ctx, hzt_request *request)
{
	static hzp_entry_uuid_i64 many[1025];
	(void)ctx;
	for (uint64_t i = 0; i < 1025; i++) {
		many[i] = (hzp_entry_uuid_i64){.key = {i, 1}, .value = 1};
	}
	hzt_reply(request, &HZP_PN_COUNTER_ADD_RESPONSE,
			&(hzp_pn_counter_add_response){.replica_timestamps = HZP_LIST(many, 1025)});
}

static void
refuses_a_clock_without_end(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = pn_start(&b, 1, 1, NULL);
	hzt_scripted_on(b.member[0], PN_ADD, 1, answer_without_end, NULL);
	HZT_EQ_INT(hz_pn_counter_add_and_get(counter, 1, &n, &err), HZ_ERR_PROTOCOL);
	HZT_CHECK(err.in_doubt);
	HZT_OK_ERR(hz_pn_counter_get(counter, &n, &err), &err);
	HZT_EQ_INT(atomic_load(&pn_replicas[0].told), 0);
	pn_end(&b, &counter);
}

// ---- Which replica ----

static void
stays_with_one_replica(void)
{
	bench b;
	int64_t n = 0;
	hz_pn_counter *counter = pn_start(&b, 4, 4, NULL);
	for (int i = 0; i < 20; i++) {
		HZT_OK(hz_pn_counter_increment_and_get(counter, &n, NULL));
		HZT_EQ_INT(n, i + 1);
	}
	size_t which = pn_chosen(&b, 4);
	HZT_EQ_INT(pn_requests(&b, which), 20);
	pn_end(&b, &counter);
}

// Only the first members are replicas, in the order of the member list, and clients spread over
// them.
static void
chooses_among_the_replicas(void)
{
	bench b;
	hz_error err;
	int64_t n = 0;
	bench_start(&b, 4, NULL);
	pn_prepare(&b, 2);
	for (int i = 0; i < 64; i++) {
		char name[] = "c00";
		hz_pn_counter *counter = NULL;
		name[1] = (char)('0' + i / 8);
		name[2] = (char)('0' + i % 8);
		HZT_OK_ERR(hz_pn_counter_open(b.client, name, NULL, &counter, &err), &err);
		HZT_OK_ERR(hz_pn_counter_increment_and_get(counter, &n, &err), &err);
		hz_pn_counter_close(&counter);
	}
	HZT_CHECK(pn_requests(&b, 0) > 0 && pn_requests(&b, 1) > 0);
	HZT_EQ_INT(pn_requests(&b, 0) + pn_requests(&b, 1), 64);
	bench_end(&b);
}

static void
passes_lite_members_over(void)
{
	bench b;
	hz_error err;
	int64_t n = 0;
	bench_members(&b, 1, &(hzt_scripted_options){.lite = true}, NULL);
	b.member[1] = hzt_scripted_start(NULL);
	b.member[2] = hzt_scripted_start(NULL);
	b.members = 3;
	hzt_scripted_cluster(b.member, 3);
	bench_connect(&b);
	bench_await_connections(&b, 3);
	pn_prepare(&b, 1);
	static hz_err (*const steps[])(hz_pn_counter *, int64_t *, hz_error *) = {
			hz_pn_counter_get,
			hz_pn_counter_get_and_increment,
			hz_pn_counter_increment_and_get,
			hz_pn_counter_get_and_decrement,
			hz_pn_counter_decrement_and_get,
	};
	static hz_err (*const additions[])(hz_pn_counter *, int64_t, int64_t *, hz_error *) = {
			hz_pn_counter_get_and_add,
			hz_pn_counter_add_and_get,
			hz_pn_counter_get_and_subtract,
			hz_pn_counter_subtract_and_get,
	};
	hz_pn_counter *counter = NULL;
	HZT_OK_ERR(hz_pn_counter_open(b.client, "c", NULL, &counter, &err), &err);
	for (size_t i = 0; i < 5; i++) {
		HZT_OK_ERR(steps[i](counter, &n, &err), &err);
	}
	for (size_t i = 0; i < 4; i++) {
		HZT_OK_ERR(additions[i](counter, 2, &n, &err), &err);
	}
	// The second member is the first that holds data.
	HZT_EQ_INT(pn_requests(&b, 0), 0);
	HZT_EQ_INT(pn_requests(&b, 1), 9);
	HZT_EQ_INT(pn_requests(&b, 2), 0);
	pn_end(&b, &counter);
}

static void
needs_a_member_with_data(void)
{
	bench b;
	hz_error err = {0};
	int64_t n = 0;
	bench_members(&b, 2, &(hzt_scripted_options){.lite = true}, NULL);
	bench_connect(&b);
	pn_prepare(&b, 2);
	hz_pn_counter *counter = NULL;
	HZT_OK_ERR(hz_pn_counter_open(b.client, "c", NULL, &counter, &err), &err);
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_NO_DATA_MEMBER);
	HZT_EQ_INT(err.code, HZ_ERR_NO_DATA_MEMBER);
	HZT_EQ_INT(hz_pn_counter_increment_and_get(counter, &n, &err), HZ_ERR_NO_DATA_MEMBER);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(pn_requests(&b, 0) + pn_requests(&b, 1), 0);
	hz_pn_counter_close(&counter);
	bench_close(&b);
}

static const hzt_case cases[] = {
		{"tells_what_it_has_seen", tells_what_it_has_seen},
		{"remembers_the_later_time_of_each", remembers_the_later_time_of_each},
		{"forgets_what_was_under_way", forgets_what_was_under_way},
		{"forgets_what_was_destroyed", forgets_what_was_destroyed},
		{"refuses_a_clock_without_end", refuses_a_clock_without_end},
		{"stays_with_one_replica", stays_with_one_replica},
		{"chooses_among_the_replicas", chooses_among_the_replicas},
		{"passes_lite_members_over", passes_lite_members_over},
		{"needs_a_member_with_data", needs_a_member_with_data},
};

HZT_MAIN("pn_counter", cases)
