// SPDX-License-Identifier: Apache-2.0
#include "tests/scripted/pn_replica.h"

#include "protocol/decode.h"

#include <string.h>

pn_replica pn_replicas[BENCH_MEMBERS];

static void
note_request(pn_replica *r, const hzp_list *timestamps, hz_uuid target)
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
answer(pn_replica *r, hzt_request *request, int64_t value)
{
	const hzp_message *kind = request->type == PN_ADD ? &HZP_PN_COUNTER_ADD_RESPONSE
							  : &HZP_PN_COUNTER_GET_RESPONSE;
	hzt_reply(request, kind,
			&(hzp_pn_counter_get_response){
					.replica_timestamps =
							HZP_LIST(r->clock, atomic_load(&r->known)),
					.value = value,
					.replica_count = atomic_load(&r->count),
			});
}

void
pn_on_get(void *ctx, hzt_request *request)
{
	pn_replica *r = ctx;
	hzp_pn_counter_get_request got;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_PN_COUNTER_GET_REQUEST, &got, NULL));
	note_request(r, &got.replica_timestamps, got.target_replica_uuid);
	answer(r, request, atomic_load(&r->value));
}

static void
on_add(void *ctx, hzt_request *request)
{
	pn_replica *r = ctx;
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
	pn_replica *r = ctx;
	hzt_reply(request, &HZP_PN_COUNTER_GET_CONFIGURED_REPLICA_COUNT_RESPONSE,
			&(hzp_pn_counter_get_configured_replica_count_response){
					.response = atomic_load(&r->count)});
}

// The member is this replica from now on.
void
pn_serve(bench *b, size_t member, pn_replica *r)
{
	hzt_scripted_on(b->member[member], PN_GET, 0, pn_on_get, r);
	hzt_scripted_on(b->member[member], PN_ADD, 0, on_add, r);
	hzt_scripted_on(b->member[member], PN_COUNT, 0, on_count, r);
}

void
pn_refuse(bench *b, size_t member, const hzt_error_answer *error)
{
	hzt_scripted_on(b->member[member], PN_GET, 0, hzt_failing, (void *)error);
	hzt_scripted_on(b->member[member], PN_ADD, 0, hzt_failing, (void *)error);
}

// Members with a replica each, of a counter that has `count` of them.
void
pn_prepare(bench *b, int32_t count)
{
	memset(pn_replicas, 0, sizeof(pn_replicas));
	for (size_t i = 0; i < b->members; i++) {
		pn_replicas[i].clock[0] = (hzp_entry_uuid_i64){
				.key = hzt_scripted_uuid(b->member[i]), .value = 1};
		atomic_store(&pn_replicas[i].known, 1);
		atomic_store(&pn_replicas[i].count, count);
		pn_serve(b, i, &pn_replicas[i]);
	}
}

hz_pn_counter *
pn_start(bench *b, size_t n, int32_t count, const char *const *settings)
{
	hz_error err;
	hz_pn_counter *counter = NULL;
	bench_start(b, n, settings);
	pn_prepare(b, count);
	HZT_OK_ERR(hz_pn_counter_open(b->client, "c", NULL, &counter, &err), &err);
	return counter;
}

void
pn_end(bench *b, hz_pn_counter **counter)
{
	hz_pn_counter_close(counter);
	bench_end(b);
}

uint64_t
pn_requests(const bench *b, size_t member)
{
	return hzt_scripted_count(b->member[member], PN_GET) +
			hzt_scripted_count(b->member[member], PN_ADD);
}

// The member that the client has chosen, of the first n.
size_t
pn_chosen(const bench *b, size_t n)
{
	size_t found = n;
	for (size_t i = 0; i < n; i++) {
		if (pn_requests(b, i) > 0) {
			HZT_CHECK(found == n);
			found = i;
		}
	}
	HZT_CHECK(found < n);
	return found;
}
