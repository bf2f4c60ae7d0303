// SPDX-License-Identifier: Apache-2.0
//
// PN counters: what the client makes of refusals, lost connections and deadlines.
#include "tests/scripted/pn_replica.h"

#include <stdatomic.h>

static const hzt_error_answer lost = {84, "ConsistencyLostException", "stale"};
static const hzt_error_answer not_replica = {82, "TargetNotReplicaException", "not me"};
static const hzt_error_answer migrated = {83, "MutationDisallowedException", "handed over"};
static const hzt_error_answer illegal_state = {27, "java.lang.IllegalStateException", "no"};

// ---- Refusals ----

static _Atomic int told;

static void
tell(void *ctx, hz_err e, hz_result *result, const hz_error *failure)
{
	(void)ctx;
	(void)result;
	(void)failure;
	atomic_store(&told, (int)e);
}

static bool
is_told(void *unused)
{
	(void)unused;
	return atomic_load(&told) != HZ_OK;
}

static void
goes_on_after_a_refusal(void)
{
	static const hzt_error_answer *const refusals[] = {&lost, &not_replica, &migrated};
	for (size_t i = 0; i < 3; i++) {
		bench b;
		int64_t n = 0;
		hz_pn_counter *counter = pn_start(&b, 2, 2, NULL);
		HZT_OK(hz_pn_counter_add_and_get(counter, 1, &n, NULL));
		size_t first = pn_chosen(&b, 2);
		pn_refuse(&b, first, refusals[i]);
		// It has what the session has seen.
		pn_replica *other = &pn_replicas[1 - first];
		other->clock[1] = (hzp_entry_uuid_i64){
				.key = hzt_scripted_uuid(b.member[first]), .value = 50};
		atomic_store(&other->known, 2);
		HZT_OK(hz_pn_counter_add_and_get(counter, 10, &n, NULL));
		HZT_EQ_INT(n, 10);
		HZT_CHECK(atomic_load(&other->addressed_msb) ==
				hzt_scripted_uuid(b.member[1 - first]).msb);
		HZT_EQ_INT(atomic_load(&other->deltas), 10);
		HZT_EQ_INT(pn_requests(&b, first), 2);
		// It stays there.
		HZT_OK(hz_pn_counter_get(counter, &n, NULL));
		HZT_EQ_INT(pn_requests(&b, first), 2);
		pn_end(&b, &counter);
	}
}

static void
says_that_consistency_is_lost(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = pn_start(&b, 3, 3, NULL);
	for (size_t i = 0; i < 3; i++) {
		pn_refuse(&b, i, &lost);
	}
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_CONSISTENCY_LOST);
	HZT_EQ_INT(err.server_code, 84);
	HZT_EQ_STR(err.where, "ConsistencyLostException");
	HZT_EQ_INT(hz_pn_counter_add_and_get(counter, 1, &n, &err), HZ_ERR_CONSISTENCY_LOST);
	HZT_CHECK(!err.in_doubt);
	for (size_t i = 0; i < 3; i++) {
		HZT_EQ_INT(pn_requests(&b, i), 2);
		pn_serve(&b, i, &pn_replicas[i]);
	}
	HZT_OK(hz_pn_counter_reset(counter, NULL));
	HZT_OK(hz_pn_counter_add_and_get(counter, 3, &n, NULL));
	HZT_EQ_INT(n, 3);
	pn_end(&b, &counter);
}

// An answer without what the session has seen is as good as none, if the member itself does not say
// so.
static void
goes_on_after_a_stale_answer(void)
{
	bench b;
	int64_t n = 0;
	hz_pn_counter *counter = pn_start(&b, 2, 2, NULL);
	HZT_OK(hz_pn_counter_add_and_get(counter, 1, &n, NULL));
	size_t first = pn_chosen(&b, 2);
	pn_replica *other = &pn_replicas[1 - first];
	other->clock[1] = (hzp_entry_uuid_i64){
			.key = hzt_scripted_uuid(b.member[first]), .value = 50};
	atomic_store(&other->known, 2);
	atomic_store(&other->value, 30);
	pn_replicas[first].clock[0].value = 1; // as if it had been made anew
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	HZT_EQ_INT(n, 30);
	HZT_EQ_INT(pn_requests(&b, first), 2);
	HZT_EQ_INT(pn_requests(&b, 1 - first), 1);
	pn_end(&b, &counter);
}

// A member that leaves in order hands over what it has before it is gone: that is worth waiting
// for.
static void
waits_for_what_is_handed_over(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = pn_start(&b, 2, 2, NULL);
	HZT_OK(hz_pn_counter_add_and_get(counter, 1, &n, NULL));
	size_t first = pn_chosen(&b, 2);
	pn_refuse(&b, first, &migrated);
	hzt_scripted_on(b.member[1 - first], PN_ADD, 12, hzt_failing, (void *)&lost);
	HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 4, &n, &err), &err);
	HZT_EQ_INT(n, 4);
	HZT_EQ_INT(pn_requests(&b, 1 - first), 13);
	pn_end(&b, &counter);
}

static void
waits_for_who_cannot_be_reached(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = pn_start(&b, 2, 2, NULL);
	HZT_OK(hz_pn_counter_add_and_get(counter, 1, &n, NULL));
	size_t first = pn_chosen(&b, 2);
	pn_refuse(&b, 1 - first, &lost);
	hzt_scripted_down(b.member[first], HZT_RESET);
	bench_await_connections(&b, 1);
	hz_future future = hz_pn_counter_add_and_get_async(counter, 1);
	HZT_OK(hz_then(future, tell, NULL));
	hzt_scripted_await_request(b.member[1 - first], PN_ADD, 8, PATIENCE_MS);
	HZT_EQ_INT(atomic_load(&told), HZ_OK);
	// It belongs to the cluster no more.
	hzt_scripted_cluster(&b.member[1 - first], 1);
	HZT_AWAIT(is_told, NULL, PATIENCE_MS);
	HZT_EQ_INT(atomic_load(&told), HZ_ERR_CONSISTENCY_LOST);
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_CONSISTENCY_LOST);
	hz_pn_counter_close(&counter);
	bench_close(&b);
}

static void
gives_other_errors_on(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = pn_start(&b, 2, 2, NULL);
	pn_refuse(&b, 0, &illegal_state);
	pn_refuse(&b, 1, &illegal_state);
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_STATE);
	HZT_EQ_INT(hz_pn_counter_add_and_get(counter, 1, &n, &err), HZ_ERR_STATE);
	HZT_EQ_INT(pn_requests(&b, 0) + pn_requests(&b, 1), 2);
	pn_end(&b, &counter);
}

// ---- Lost connections and deadlines ----

static void
close_it(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_close(request, HZT_RESET);
}

// A read goes on elsewhere; an addition that may be done does not.
static void
never_adds_twice(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = pn_start(&b, 2, 2, NULL);
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	size_t first = pn_chosen(&b, 2);
	HZT_OK(hz_pn_counter_reset(counter, NULL));
	hzt_scripted_on(b.member[first], PN_ADD, 0, close_it, NULL);
	HZT_EQ_INT(hz_pn_counter_add_and_get(counter, 1, &n, &err), HZ_ERR_DISCONNECTED);
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(pn_requests(&b, 1 - first), 0);
	HZT_EQ_INT(hzt_scripted_count(b.member[first], PN_ADD), 1);
	bench_await_connections(&b, 2);
	hzt_scripted_on(b.member[first], PN_GET, 0, close_it, NULL);
	HZT_OK_ERR(hz_pn_counter_get(counter, &n, &err), &err);
	HZT_EQ_INT(pn_requests(&b, 1 - first), 1);
	pn_end(&b, &counter);
}

static void
adds_again_with_redo(void)
{
	static const char *const redo[] = {"network.redo-operation", "true", NULL};
	bench b;
	int64_t n = 0;
	hz_pn_counter *counter = pn_start(&b, 2, 2, redo);
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	size_t first = pn_chosen(&b, 2);
	HZT_OK(hz_pn_counter_reset(counter, NULL));
	hzt_scripted_on(b.member[first], PN_ADD, 0, close_it, NULL);
	HZT_OK(hz_pn_counter_add_and_get(counter, 6, &n, NULL));
	HZT_EQ_INT(n, 6);
	HZT_EQ_INT(pn_requests(&b, 1 - first), 1);
	pn_end(&b, &counter);
}

// Nothing was sent to a member that is not connected: an addition goes to another one at once.
static void
passes_over_who_is_not_connected(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = pn_start(&b, 2, 2, NULL);
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	size_t first = pn_chosen(&b, 2);
	HZT_OK(hz_pn_counter_reset(counter, NULL));
	hzt_scripted_down(b.member[first], HZT_RESET);
	bench_await_connections(&b, 1);
	HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 2, &n, &err), &err);
	HZT_EQ_INT(n, 2);
	HZT_EQ_INT(pn_requests(&b, first), 1);
	HZT_EQ_INT(pn_requests(&b, 1 - first), 1);
	pn_end(&b, &counter);
}

static void
keeps_its_deadline(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = pn_start(&b, 1, 1, NULL);
	hzt_scripted_on(b.member[0], PN_GET, 0, hzt_silent, NULL);
	hzt_scripted_on(b.member[0], PN_ADD, 0, hzt_silent, NULL);
	HZT_OK(hz_pn_counter_call(counter, &(hz_call){.timeout_ms = 100}));
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_TIMEOUT);
	HZT_EQ_INT(hz_pn_counter_increment_and_get(counter, &n, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(err.in_doubt);
	pn_end(&b, &counter);
}

// Through one member, which passes the call on, the request still names the replica.
static void
names_the_replica_through_one_member(void)
{
	static const char *const single[] = {"network.cluster-routing.mode", "SINGLE_MEMBER", NULL};
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	bench_members(&b, 2, NULL, single);
	bench_connect(&b);
	pn_prepare(&b, 2);
	hz_pn_counter *counter = NULL;
	HZT_OK_ERR(hz_pn_counter_open(b.client, "c", NULL, &counter, &err), &err);
	HZT_OK_ERR(hz_pn_counter_get(counter, &n, &err), &err);
	size_t first = pn_chosen(&b, 2);
	pn_refuse(&b, first, &lost);
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_CONSISTENCY_LOST);
	// Asked for both, by the one connection that there is.
	HZT_EQ_INT(pn_requests(&b, first), 3);
	HZT_EQ_INT(pn_requests(&b, 1 - first), 0);
	hz_pn_counter_close(&counter);
	bench_close(&b);
}

static const hzt_case cases[] = {
		{"goes_on_after_a_refusal", goes_on_after_a_refusal},
		{"says_that_consistency_is_lost", says_that_consistency_is_lost},
		{"goes_on_after_a_stale_answer", goes_on_after_a_stale_answer},
		{"waits_for_what_is_handed_over", waits_for_what_is_handed_over},
		{"waits_for_who_cannot_be_reached", waits_for_who_cannot_be_reached},
		{"gives_other_errors_on", gives_other_errors_on},
		{"never_adds_twice", never_adds_twice},
		{"adds_again_with_redo", adds_again_with_redo},
		{"passes_over_who_is_not_connected", passes_over_who_is_not_connected},
		{"keeps_its_deadline", keeps_its_deadline},
		{"names_the_replica_through_one_member", names_the_replica_through_one_member},
};

HZT_MAIN("pn_counter_refusal", cases)
