// SPDX-License-Identifier: Apache-2.0
//
// PN counters: what the client tells a replica, which one it goes to, and what it makes of
// refusals.
#include "protocol/decode.h"
#include "protocol/gen/client.h"
#include "protocol/gen/pn_counter.h"
#include "tests/scripted/bench.h"

#include <stdatomic.h>
#include <string.h>

#define GET HZP_PN_COUNTER_GET_REQUEST.id
#define ADD HZP_PN_COUNTER_ADD_REQUEST.id
#define COUNT HZP_PN_COUNTER_GET_CONFIGURED_REPLICA_COUNT_REQUEST.id
#define DESTROY HZP_CLIENT_DESTROY_PROXY_REQUEST.id
#define TIMESTAMPS_MAX 8

static const hzt_error_answer lost = {84, "ConsistencyLostException", "stale"};
static const hzt_error_answer not_replica = {82, "TargetNotReplicaException", "not me"};
static const hzt_error_answer migrated = {83, "MutationDisallowedException", "handed over"};
static const hzt_error_answer illegal_state = {27, "java.lang.IllegalStateException", "no"};

// A replica that all members of a test may share, or that is one's own. Members change it on their
// threads, the test looks at it between calls.
typedef struct replica {
	_Atomic int64_t value;
	hzp_entry_uuid_i64 clock[TIMESTAMPS_MAX];
	_Atomic uint32_t known;         // entries of clock
	_Atomic uint64_t addressed_msb; // the replica that the last request named
	_Atomic uint32_t told;          // timestamps of the last request
	_Atomic int64_t newest;         // the greatest of them
	_Atomic int64_t deltas;         // sum of what was added
	_Atomic int32_t count;          // replica count of the answers
} replica;

static void
note_request(replica *r, const hzp_list *timestamps, hz_uuid target)
{
	hzp_entry_uuid_i64 entry;
	hzp_iter it = hzp_iter_start(timestamps);
	int64_t newest = 0;
	while (hzp_iter_next(&it, &entry)) {
		newest = entry.value > newest ? entry.value : newest;
	}
	atomic_store(&r->told, timestamps->count);
	atomic_store(&r->newest, newest);
	atomic_store(&r->addressed_msb, target.msb);
}

static void
answer(replica *r, hzt_request *request, int64_t value)
{
	const hzp_message *kind = request->type == ADD ? &HZP_PN_COUNTER_ADD_RESPONSE
						       : &HZP_PN_COUNTER_GET_RESPONSE;
	hzt_reply(request, kind,
			&(hzp_pn_counter_get_response){
					.replica_timestamps =
							HZP_LIST(r->clock, atomic_load(&r->known)),
					.value = value,
					.replica_count = atomic_load(&r->count),
			});
}

static void
on_get(void *ctx, hzt_request *request)
{
	replica *r = ctx;
	hzp_pn_counter_get_request got;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_PN_COUNTER_GET_REQUEST, &got, NULL));
	note_request(r, &got.replica_timestamps, got.target_replica_uuid);
	answer(r, request, atomic_load(&r->value));
}

static void
on_add(void *ctx, hzt_request *request)
{
	replica *r = ctx;
	hzp_pn_counter_add_request got;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_PN_COUNTER_ADD_REQUEST, &got, NULL));
	note_request(r, &got.replica_timestamps, got.target_replica_uuid);
	int64_t before = atomic_fetch_add(&r->value, got.delta);
	atomic_fetch_add(&r->deltas, got.delta);
	r->clock[0].value++;
	answer(r, request, got.get_before_update ? before : before + got.delta);
}

static void
on_count(void *ctx, hzt_request *request)
{
	replica *r = ctx;
	hzt_reply(request, &HZP_PN_COUNTER_GET_CONFIGURED_REPLICA_COUNT_RESPONSE,
			&(hzp_pn_counter_get_configured_replica_count_response){
					.response = atomic_load(&r->count)});
}

// The member is this replica from now on.
static void
serve(bench *b, size_t member, replica *r)
{
	hzt_scripted_on(b->member[member], GET, 0, on_get, r);
	hzt_scripted_on(b->member[member], ADD, 0, on_add, r);
	hzt_scripted_on(b->member[member], COUNT, 0, on_count, r);
}

static void
refuse(bench *b, size_t member, const hzt_error_answer *error)
{
	hzt_scripted_on(b->member[member], GET, 0, hzt_failing, (void *)error);
	hzt_scripted_on(b->member[member], ADD, 0, hzt_failing, (void *)error);
}

static replica replicas[BENCH_MEMBERS];

// Members with a replica each, of a counter that has `count` of them.
static void
prepare(bench *b, int32_t count)
{
	memset(replicas, 0, sizeof(replicas));
	for (size_t i = 0; i < b->members; i++) {
		replicas[i].clock[0] = (hzp_entry_uuid_i64){
				.key = hzt_scripted_uuid(b->member[i]), .value = 1};
		atomic_store(&replicas[i].known, 1);
		atomic_store(&replicas[i].count, count);
		serve(b, i, &replicas[i]);
	}
}

static hz_pn_counter *
start(bench *b, size_t n, int32_t count, const char *const *settings)
{
	hz_error err;
	hz_pn_counter *counter = NULL;
	bench_start(b, n, settings);
	prepare(b, count);
	HZT_OK_ERR(hz_pn_counter_open(b->client, "c", NULL, &counter, &err), &err);
	return counter;
}

static void
end(bench *b, hz_pn_counter **counter)
{
	hz_pn_counter_close(counter);
	bench_end(b);
}

static uint64_t
requests(const bench *b, size_t member)
{
	return hzt_scripted_count(b->member[member], GET) +
			hzt_scripted_count(b->member[member], ADD);
}

// The member that the client has chosen, of the first n.
static size_t
chosen(const bench *b, size_t n)
{
	size_t found = n;
	for (size_t i = 0; i < n; i++) {
		if (requests(b, i) > 0) {
			HZT_CHECK(found == n);
			found = i;
		}
	}
	HZT_CHECK(found < n);
	return found;
}

// ---- What a replica is told ----

static void
tells_what_it_has_seen(void)
{
	bench b;
	int64_t n = 0;
	hz_pn_counter *counter = start(&b, 1, 1, NULL);
	hz_pn_counter *same = NULL;
	replica *r = &replicas[0];
	HZT_EQ_INT(hzt_scripted_count(b.member[0], COUNT), 1);
	HZT_OK(hz_pn_counter_open(b.client, "c", NULL, &same, NULL));
	HZT_EQ_INT(hzt_scripted_count(b.member[0], COUNT), 1);
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
	end(&b, &counter);
}

// The later time of each replica counts, whatever order answers come in.
static void
remembers_the_later_time_of_each(void)
{
	bench b;
	int64_t n = 0;
	hz_pn_counter *counter = start(&b, 1, 1, NULL);
	replica *r = &replicas[0];
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
	end(&b, &counter);
}

// An answer to a call that began before the reset belongs to the session before.
static void
forgets_what_was_under_way(void)
{
	bench b;
	int64_t n = 0;
	hz_pn_counter *counter = start(&b, 1, 1, NULL);
	hzt_scripted_on(b.member[0], GET, 1, hzt_held, NULL);
	hz_future future = hz_pn_counter_get_async(counter);
	hzt_scripted_await_held(b.member[0], GET, 1, PATIENCE_MS);
	HZT_OK(hz_pn_counter_reset(counter, NULL));
	hzt_scripted_release(b.member[0], GET, false, on_get, &replicas[0]);
	HZT_OK(hz_await_i64(future, &n, NULL));
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	HZT_EQ_INT(atomic_load(&replicas[0].told), 0);
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	HZT_EQ_INT(atomic_load(&replicas[0].told), 1);
	end(&b, &counter);
}

// Until the counter is destroyed other threads may see what it was: that ends with it.
static void
forgets_what_was_destroyed(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = start(&b, 1, 1, NULL);
	replica *r = &replicas[0];
	hzt_scripted_on(b.member[0], DESTROY, 1, hzt_held, NULL);
	hz_future future = hz_pn_counter_destroy_async(counter);
	hzt_scripted_await_held(b.member[0], DESTROY, 1, PATIENCE_MS);
	HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 5, &n, &err), &err);
	HZT_EQ_INT(n, 5);
	hzt_scripted_release(b.member[0], DESTROY, false, NULL, NULL);
	HZT_OK_ERR(hz_await_none(future, &err), &err);
	r->clock[0].value = 1;
	atomic_store(&r->value, 0);
	HZT_OK_ERR(hz_pn_counter_get(counter, &n, &err), &err);
	HZT_EQ_INT(n, 0);
	HZT_EQ_INT(atomic_load(&r->told), 0);
	end(&b, &counter);
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
	hz_pn_counter *counter = start(&b, 1, 1, NULL);
	hzt_scripted_on(b.member[0], ADD, 1, answer_without_end, NULL);
	HZT_EQ_INT(hz_pn_counter_add_and_get(counter, 1, &n, &err), HZ_ERR_PROTOCOL);
	HZT_CHECK(err.in_doubt);
	HZT_OK_ERR(hz_pn_counter_get(counter, &n, &err), &err);
	HZT_EQ_INT(atomic_load(&replicas[0].told), 0);
	end(&b, &counter);
}

// ---- Which replica ----

static void
stays_with_one_replica(void)
{
	bench b;
	int64_t n = 0;
	hz_pn_counter *counter = start(&b, 4, 4, NULL);
	for (int i = 0; i < 20; i++) {
		HZT_OK(hz_pn_counter_increment_and_get(counter, &n, NULL));
		HZT_EQ_INT(n, i + 1);
	}
	size_t which = chosen(&b, 4);
	HZT_EQ_INT(requests(&b, which), 20);
	end(&b, &counter);
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
	prepare(&b, 2);
	for (int i = 0; i < 64; i++) {
		char name[] = "c00";
		hz_pn_counter *counter = NULL;
		name[1] = (char)('0' + i / 8);
		name[2] = (char)('0' + i % 8);
		HZT_OK_ERR(hz_pn_counter_open(b.client, name, NULL, &counter, &err), &err);
		HZT_OK_ERR(hz_pn_counter_increment_and_get(counter, &n, &err), &err);
		hz_pn_counter_close(&counter);
	}
	HZT_CHECK(requests(&b, 0) > 0 && requests(&b, 1) > 0);
	HZT_EQ_INT(requests(&b, 0) + requests(&b, 1), 64);
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
	prepare(&b, 1);
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
	HZT_EQ_INT(requests(&b, 0), 0);
	HZT_EQ_INT(requests(&b, 1), 9);
	HZT_EQ_INT(requests(&b, 2), 0);
	end(&b, &counter);
}

static void
needs_a_member_with_data(void)
{
	bench b;
	hz_error err = {0};
	int64_t n = 0;
	bench_members(&b, 2, &(hzt_scripted_options){.lite = true}, NULL);
	bench_connect(&b);
	prepare(&b, 2);
	hz_pn_counter *counter = NULL;
	HZT_OK_ERR(hz_pn_counter_open(b.client, "c", NULL, &counter, &err), &err);
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_NO_DATA_MEMBER);
	HZT_EQ_INT(err.code, HZ_ERR_NO_DATA_MEMBER);
	HZT_EQ_INT(hz_pn_counter_increment_and_get(counter, &n, &err), HZ_ERR_NO_DATA_MEMBER);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(requests(&b, 0) + requests(&b, 1), 0);
	hz_pn_counter_close(&counter);
	bench_close(&b);
}

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
		hz_pn_counter *counter = start(&b, 2, 2, NULL);
		HZT_OK(hz_pn_counter_add_and_get(counter, 1, &n, NULL));
		size_t first = chosen(&b, 2);
		refuse(&b, first, refusals[i]);
		// It has what the session has seen.
		replica *other = &replicas[1 - first];
		other->clock[1] = (hzp_entry_uuid_i64){
				.key = hzt_scripted_uuid(b.member[first]), .value = 50};
		atomic_store(&other->known, 2);
		HZT_OK(hz_pn_counter_add_and_get(counter, 10, &n, NULL));
		HZT_EQ_INT(n, 10);
		HZT_CHECK(atomic_load(&other->addressed_msb) ==
				hzt_scripted_uuid(b.member[1 - first]).msb);
		HZT_EQ_INT(atomic_load(&other->deltas), 10);
		HZT_EQ_INT(requests(&b, first), 2);
		// It stays there.
		HZT_OK(hz_pn_counter_get(counter, &n, NULL));
		HZT_EQ_INT(requests(&b, first), 2);
		end(&b, &counter);
	}
}

static void
says_that_consistency_is_lost(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = start(&b, 3, 3, NULL);
	for (size_t i = 0; i < 3; i++) {
		refuse(&b, i, &lost);
	}
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_CONSISTENCY_LOST);
	HZT_EQ_INT(err.server_code, 84);
	HZT_EQ_STR(err.where, "ConsistencyLostException");
	HZT_EQ_INT(hz_pn_counter_add_and_get(counter, 1, &n, &err), HZ_ERR_CONSISTENCY_LOST);
	HZT_CHECK(!err.in_doubt);
	for (size_t i = 0; i < 3; i++) {
		HZT_EQ_INT(requests(&b, i), 2);
		serve(&b, i, &replicas[i]);
	}
	HZT_OK(hz_pn_counter_reset(counter, NULL));
	HZT_OK(hz_pn_counter_add_and_get(counter, 3, &n, NULL));
	HZT_EQ_INT(n, 3);
	end(&b, &counter);
}

// An answer without what the session has seen is as good as none, if the member itself does not say
// so.
static void
goes_on_after_a_stale_answer(void)
{
	bench b;
	int64_t n = 0;
	hz_pn_counter *counter = start(&b, 2, 2, NULL);
	HZT_OK(hz_pn_counter_add_and_get(counter, 1, &n, NULL));
	size_t first = chosen(&b, 2);
	replica *other = &replicas[1 - first];
	other->clock[1] = (hzp_entry_uuid_i64){
			.key = hzt_scripted_uuid(b.member[first]), .value = 50};
	atomic_store(&other->known, 2);
	atomic_store(&other->value, 30);
	replicas[first].clock[0].value = 1; // as if it had been made anew
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	HZT_EQ_INT(n, 30);
	HZT_EQ_INT(requests(&b, first), 2);
	HZT_EQ_INT(requests(&b, 1 - first), 1);
	end(&b, &counter);
}

// A member that leaves in order hands over what it has before it is gone: that is worth waiting
// for.
static void
waits_for_what_is_handed_over(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = start(&b, 2, 2, NULL);
	HZT_OK(hz_pn_counter_add_and_get(counter, 1, &n, NULL));
	size_t first = chosen(&b, 2);
	refuse(&b, first, &migrated);
	hzt_scripted_on(b.member[1 - first], ADD, 12, hzt_failing, (void *)&lost);
	HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 4, &n, &err), &err);
	HZT_EQ_INT(n, 4);
	HZT_EQ_INT(requests(&b, 1 - first), 13);
	end(&b, &counter);
}

static void
waits_for_who_cannot_be_reached(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = start(&b, 2, 2, NULL);
	HZT_OK(hz_pn_counter_add_and_get(counter, 1, &n, NULL));
	size_t first = chosen(&b, 2);
	refuse(&b, 1 - first, &lost);
	hzt_scripted_down(b.member[first], HZT_RESET);
	bench_await_connections(&b, 1);
	hz_future future = hz_pn_counter_add_and_get_async(counter, 1);
	HZT_OK(hz_then(future, tell, NULL));
	hzt_scripted_await_request(b.member[1 - first], ADD, 8, PATIENCE_MS);
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
	hz_pn_counter *counter = start(&b, 2, 2, NULL);
	refuse(&b, 0, &illegal_state);
	refuse(&b, 1, &illegal_state);
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_STATE);
	HZT_EQ_INT(hz_pn_counter_add_and_get(counter, 1, &n, &err), HZ_ERR_STATE);
	HZT_EQ_INT(requests(&b, 0) + requests(&b, 1), 2);
	end(&b, &counter);
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
	hz_pn_counter *counter = start(&b, 2, 2, NULL);
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	size_t first = chosen(&b, 2);
	HZT_OK(hz_pn_counter_reset(counter, NULL));
	hzt_scripted_on(b.member[first], ADD, 0, close_it, NULL);
	HZT_EQ_INT(hz_pn_counter_add_and_get(counter, 1, &n, &err), HZ_ERR_DISCONNECTED);
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(requests(&b, 1 - first), 0);
	HZT_EQ_INT(hzt_scripted_count(b.member[first], ADD), 1);
	bench_await_connections(&b, 2);
	hzt_scripted_on(b.member[first], GET, 0, close_it, NULL);
	HZT_OK_ERR(hz_pn_counter_get(counter, &n, &err), &err);
	HZT_EQ_INT(requests(&b, 1 - first), 1);
	end(&b, &counter);
}

static void
adds_again_with_redo(void)
{
	static const char *const redo[] = {"network.redo-operation", "true", NULL};
	bench b;
	int64_t n = 0;
	hz_pn_counter *counter = start(&b, 2, 2, redo);
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	size_t first = chosen(&b, 2);
	HZT_OK(hz_pn_counter_reset(counter, NULL));
	hzt_scripted_on(b.member[first], ADD, 0, close_it, NULL);
	HZT_OK(hz_pn_counter_add_and_get(counter, 6, &n, NULL));
	HZT_EQ_INT(n, 6);
	HZT_EQ_INT(requests(&b, 1 - first), 1);
	end(&b, &counter);
}

// Nothing was sent to a member that is not connected: an addition goes to another one at once.
static void
passes_over_who_is_not_connected(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = start(&b, 2, 2, NULL);
	HZT_OK(hz_pn_counter_get(counter, &n, NULL));
	size_t first = chosen(&b, 2);
	HZT_OK(hz_pn_counter_reset(counter, NULL));
	hzt_scripted_down(b.member[first], HZT_RESET);
	bench_await_connections(&b, 1);
	HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 2, &n, &err), &err);
	HZT_EQ_INT(n, 2);
	HZT_EQ_INT(requests(&b, first), 1);
	HZT_EQ_INT(requests(&b, 1 - first), 1);
	end(&b, &counter);
}

static void
keeps_its_deadline(void)
{
	bench b;
	int64_t n = 0;
	hz_error err = {0};
	hz_pn_counter *counter = start(&b, 1, 1, NULL);
	hzt_scripted_on(b.member[0], GET, 0, hzt_silent, NULL);
	hzt_scripted_on(b.member[0], ADD, 0, hzt_silent, NULL);
	HZT_OK(hz_pn_counter_call(counter, &(hz_call){.timeout_ms = 100}));
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_TIMEOUT);
	HZT_EQ_INT(hz_pn_counter_increment_and_get(counter, &n, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(err.in_doubt);
	end(&b, &counter);
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
	prepare(&b, 2);
	hz_pn_counter *counter = NULL;
	HZT_OK_ERR(hz_pn_counter_open(b.client, "c", NULL, &counter, &err), &err);
	HZT_OK_ERR(hz_pn_counter_get(counter, &n, &err), &err);
	size_t first = chosen(&b, 2);
	refuse(&b, first, &lost);
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_CONSISTENCY_LOST);
	// Asked for both, by the one connection that there is.
	HZT_EQ_INT(requests(&b, first), 3);
	HZT_EQ_INT(requests(&b, 1 - first), 0);
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

HZT_MAIN("pn_counter", cases)
