// SPDX-License-Identifier: Apache-2.0
//
// Requests as a caller fills them in: arrays of C values, and bytes known from the protocol's text.
#include "protocol/encode.h"

#include "protocol/decode.h"
#include "protocol/gen/atomic_long.h"
#include "protocol/gen/client.h"
#include "protocol/gen/map.h"
#include "protocol/gen/multi_map.h"
#include "protocol/gen/queue.h"
#include "protocol/gen/sql.h"
#include "protocol/message.h"
#include "tests/protocol/build.h"
#include "tests/support/suite.h"

#include <string.h>

static void
check_bytes(const hzp_message *m, const void *record, int64_t correlation, int32_t partition,
		const char *hex)
{
	hzi_buf want = {0};
	hzi_buf got = {0};
	build_hex(&want, hex);
	HZT_OK(hzp_encode(&got, m, record));
	HZT_EQ_INT(hzp_message_correlation(got.data), 0);
	hzp_message_set_correlation(got.data, correlation);
	if ((m->flags & HZP_RESPONSE) == 0) {
		HZT_EQ_INT(hzp_message_partition(got.data), -1);
		hzp_message_set_partition(got.data, partition);
	}
	HZT_EQ_INT(got.len, want.len);
	HZT_EQ_MEM(got.data, want.data, want.len);
	hzi_buf_clear(&want);
	hzi_buf_clear(&got);
}

static void
writes_the_bytes_of_the_protocol(void)
{
	hzp_client_ping_request ping = {0};
	check_bytes(&HZP_CLIENT_PING_REQUEST, &ping, 7, -1,
			"16000000 00e0 000b0000 0700000000000000 ffffffff");
	hzp_client_ping_response pong = {0};
	check_bytes(&HZP_CLIENT_PING_RESPONSE, &pong, 7, 0,
			"13000000 00e0 010b0000 0700000000000000 00");
	static const uint8_t foo[] = {255, 255, 255, 245, 0, 0, 0, 3, 'f', 'o', 'o'};
	uint8_t key[4 + sizeof(foo)] = {0};
	memcpy(key + 4, foo, sizeof(foo));
	hzp_map_get_request get = {.name = hzp_str("m"), .key = {key, sizeof(key)}, .thread_id = 1};
	check_bytes(&HZP_MAP_GET_REQUEST, &get, 2, 247,
			"1e000000 00c0 00020100 0200000000000000 f7000000 0100000000000000"
			"07000000 0000 6d 15000000 0020 00000000fffffff500000003666f6f");
	hzp_atomic_long_get_and_add_request add = {
			.group_id = {.name = hzp_str("default"), .seed = 0, .id = 7},
			.name = hzp_str("ctr"),
			.delta = 1,
	};
	check_bytes(&HZP_ATOMIC_LONG_GET_AND_ADD_REQUEST, &add, 3, -1,
			"1e000000 00c0 00060900 0300000000000000 ffffffff 0100000000000000"
			"06000000 0010 16000000 0000 0000000000000000 0700000000000000"
			"0d000000 0000 64656661756c74 06000000 0008 09000000 0020 637472");
}

static void
writes_an_authentication(void)
{
	hzp_client_authentication_request r = {
			.cluster_name = hzp_str("dev"),
			.client_type = hzp_str("CHZ"),
			.client_hazelcast_version = hzp_str("0.1.0"),
			.client_name = hzp_str("hz.client_1"),
			.uuid = {0x0102030405060708, 0x1112131415161718},
			.serialization_version = 1,
	};
	check_bytes(&HZP_CLIENT_AUTHENTICATION_REQUEST, &r, 1, -1,
			"2a000000 00c0 00010000 0100000000000000 ffffffff"
			"00 0807060504030201 1817161514131211 01 00 00"
			"09000000 0000 646576 06000000 0004 06000000 0004 09000000 0000 43485a"
			"0b000000 0000 302e312e30 11000000 0000 687a2e636c69656e745f31"
			"06000000 0010 06000000 0028");
}

// Encodes a record and decodes it into another one, whose views lie in `out`.
static void
around(hzi_buf *out, const hzp_message *m, const void *record, void *again)
{
	const char *reason = "";
	hzi_buf_reset(out);
	HZT_OK(hzp_encode(out, m, record));
	if (hzp_decode(out->data, out->len, m, again, &reason) != HZ_OK) {
		HZT_EQ_STR(reason, "");
	}
}

static bool
is(hzp_bytes b, const char *text)
{
	return b.n == strlen(text) && memcmp(b.p, text, b.n) == 0;
}

static void
takes_arrays_of_entries(void)
{
	hzi_buf b = {0};
	hzp_entry_data_data entries[] = {{hzp_str("k1"), hzp_str("v1")}, {hzp_str("k2"), {0}}};
	hzp_map_put_all_request r = {.name = hzp_str("m"), .entries = HZP_LIST(entries, 2)};
	hzp_map_put_all_request got;
	around(&b, &HZP_MAP_PUT_ALL_REQUEST, &r, &got);
	HZT_EQ_INT(got.entries.count, 2);
	hzp_iter it = hzp_iter_start(&got.entries);
	hzp_entry_data_data e;
	HZT_CHECK(hzp_iter_next(&it, &e) && is(e.key, "k1") && is(e.value, "v1"));
	HZT_CHECK(hzp_iter_next(&it, &e) && is(e.key, "k2") && e.value.n == 0);
	HZT_CHECK(!hzp_iter_next(&it, &e));
	hzi_buf_clear(&b);
}

static void
takes_lists_in_entries(void)
{
	hzi_buf b = {0};
	hzp_bytes values[] = {hzp_str("x"), hzp_str("y")};
	hzp_entry_data_list_data entries[] = {
			{hzp_str("k"), HZP_LIST(values, 2)},
			{hzp_str("l"), {0}},
	};
	hzp_multi_map_put_all_request r = {.name = hzp_str("m"), .entries = HZP_LIST(entries, 2)};
	hzp_multi_map_put_all_request got;
	around(&b, &HZP_MULTI_MAP_PUT_ALL_REQUEST, &r, &got);
	hzp_iter it = hzp_iter_start(&got.entries);
	hzp_entry_data_list_data e;
	HZT_CHECK(hzp_iter_next(&it, &e) && is(e.key, "k"));
	hzp_iter inner = hzp_iter_start(&e.value);
	hzp_bytes v;
	HZT_CHECK(hzp_iter_next(&inner, &v) && is(v, "x"));
	HZT_CHECK(hzp_iter_next(&inner, &v) && is(v, "y"));
	HZT_CHECK(!hzp_iter_next(&inner, &v));
	HZT_CHECK(hzp_iter_next(&it, &e) && is(e.key, "l") && e.value.count == 0);
	HZT_CHECK(!hzp_iter_next(&it, &e));
	hzi_buf_clear(&b);
}

static void
takes_numbers_and_uuids(void)
{
	hzi_buf b = {0};
	hzp_entry_i32_i32 pointers[] = {{-1, 2}, {3, INT32_MIN}};
	hzp_map_fetch_keys_request r = {
			.name = hzp_str("m"),
			.iteration_pointers = HZP_LIST(pointers, 2),
			.batch = 100,
	};
	hzp_map_fetch_keys_request got;
	around(&b, &HZP_MAP_FETCH_KEYS_REQUEST, &r, &got);
	hzp_iter it = hzp_iter_start(&got.iteration_pointers);
	hzp_entry_i32_i32 e;
	HZT_CHECK(hzp_iter_next(&it, &e) && e.key == -1 && e.value == 2);
	HZT_CHECK(hzp_iter_next(&it, &e) && e.key == 3 && e.value == INT32_MIN);
	HZT_EQ_INT(hzp_list_i32(&got.iteration_pointers, 0), 0);

	hz_uuid uuids[] = {{1, 2}, {0, 0}};
	int64_t sequences[] = {INT64_MIN, 5};
	hzp_map_add_near_cache_invalidation_listener_i_map_batch_invalidation event = {
			.source_uuids = HZP_LIST(uuids, 2),
			.sequences = HZP_LIST(sequences, 2),
	};
	hzp_map_add_near_cache_invalidation_listener_i_map_batch_invalidation seen;
	around(&b, &HZP_MAP_ADD_NEAR_CACHE_INVALIDATION_LISTENER_I_MAP_BATCH_INVALIDATION, &event,
			&seen);
	HZT_CHECK((hzp_message_flags(b.data) & HZP_FLAG_EVENT) != 0);
	hz_uuid uuid;
	it = hzp_iter_start(&seen.source_uuids);
	HZT_CHECK(hzp_iter_next(&it, &uuid) && uuid.msb == 1 && uuid.lsb == 2);
	HZT_CHECK(hzp_iter_next(&it, &uuid) && uuid.msb == 0 && uuid.lsb == 0);
	HZT_CHECK(!hzp_iter_next(&it, &uuid));
	HZT_EQ_INT(seen.partition_uuids.count, 0);
	int64_t sequence;
	it = hzp_iter_start(&seen.sequences);
	HZT_CHECK(hzp_iter_next(&it, &sequence) && sequence == INT64_MIN);
	HZT_CHECK(hzp_iter_next(&it, &sequence) && sequence == 5);
	HZT_CHECK(!hzp_iter_next(&it, &sequence));
	HZT_EQ_INT(hzp_list_i32(&seen.sequences, 0), 0);
	hzi_buf_clear(&b);
}

static void
takes_a_map_of_fixed_keys(void)
{
	hzi_buf b = {0};
	int32_t partitions[] = {0, 3, 270};
	hzp_entry_uuid_list_i32 owners[] = {{{9, 8}, HZP_LIST(partitions, 3)}, {{7, 6}, {0}}};
	hzp_client_add_cluster_view_listener_partitions_view r = {
			.version = 4,
			.partitions = HZP_LIST(owners, 2),
	};
	hzp_client_add_cluster_view_listener_partitions_view got;
	around(&b, &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_PARTITIONS_VIEW, &r, &got);
	hzp_iter it = hzp_iter_start(&got.partitions);
	hzp_entry_uuid_list_i32 e;
	HZT_CHECK(hzp_iter_next(&it, &e) && e.key.msb == 9 && e.value.count == 3);
	HZT_EQ_INT(hzp_list_i32(&e.value, 2), 270);
	HZT_CHECK(hzp_iter_next(&it, &e) && e.key.lsb == 6 && e.value.count == 0);
	HZT_CHECK(!hzp_iter_next(&it, &e));
	hzi_buf_clear(&b);
}

static void
takes_structures_in_lists(void)
{
	hzi_buf b = {0};
	hzp_entry_endpoint_qualifier_address addresses[] = {
			{{.type = 1}, {.host = hzp_str("public"), .port = 5701}},
	};
	hzp_member_info infos[] = {
			{.uuid = {1, 1},
					.address = {.host = hzp_str("a"), .port = 1},
					.version = {.major = 5}},
			{.uuid = {2, 2},
					.lite_member = true,
					.address_map = HZP_LIST(addresses, 1)},
	};
	hzp_client_add_cluster_view_listener_members_view r = {
			.version = 1,
			.member_infos = HZP_LIST(infos, 2),
	};
	hzp_client_add_cluster_view_listener_members_view got;
	around(&b, &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_MEMBERS_VIEW, &r, &got);
	hzp_iter it = hzp_iter_start(&got.member_infos);
	hzp_member_info m;
	HZT_CHECK(hzp_iter_next(&it, &m) && m.present && is(m.address.host, "a"));
	HZT_CHECK(m.version.major == 5 && m.address_map.count == 0);
	HZT_CHECK(hzp_iter_next(&it, &m) && m.lite_member && m.address_map.count == 1);
	hzp_iter inner = hzp_iter_start(&m.address_map);
	hzp_entry_endpoint_qualifier_address a;
	HZT_CHECK(hzp_iter_next(&inner, &a) && a.key.type == 1 && a.value.port == 5701);
	HZT_CHECK(a.key.identifier.p == NULL && is(a.value.host, "public"));
	HZT_CHECK(!hzp_iter_next(&it, &m));
	hzi_buf_clear(&b);
}

static void
tells_null_from_empty(void)
{
	hzi_buf b = {0};
	hzp_client_authentication_response r = {.address = {.present = true, .port = 1}};
	hzp_client_authentication_response got;
	around(&b, &HZP_CLIENT_AUTHENTICATION_RESPONSE, &r, &got);
	HZT_CHECK(hzp_list_is_null(&got.tpc_ports) && got.tpc_token.p == NULL);
	HZT_CHECK(!hzp_list_is_null(&got.member_infos) && got.address.present);
	r = (hzp_client_authentication_response){
			.tpc_ports = HZP_EMPTY_LIST, .tpc_token = hzp_str("")};
	around(&b, &HZP_CLIENT_AUTHENTICATION_RESPONSE, &r, &got);
	HZT_CHECK(!hzp_list_is_null(&got.tpc_ports) && got.tpc_ports.count == 0);
	HZT_CHECK(got.tpc_token.p != NULL && got.tpc_token.n == 0 && !got.address.present);
	hzi_buf_clear(&b);
}

static void
frames_lose_their_final_mark(void)
{
	// A page as it may stand at the end of some message goes into the middle of another one.
	hzi_buf page = {0};
	build_frame(&page, HZP_FLAG_BEGIN, NULL, 0);
	build_text(&page, "column");
	build_final(&page, build_frame(&page, HZP_FLAG_END, NULL, 0));
	hzi_buf b = {0};
	hzp_sql_fetch_response r = {.row_page = {page.data, (uint32_t)page.len}};
	hzp_sql_fetch_response got;
	around(&b, &HZP_SQL_FETCH_RESPONSE, &r, &got);
	HZT_EQ_INT(got.row_page.n, page.len);
	HZT_EQ_INT(hzp_message_flags(got.row_page.p + page.len - HZP_FRAME_HEADER), HZP_FLAG_END);
	HZT_CHECK(!got.error.present);
	hzi_buf_clear(&page);
	hzi_buf_clear(&b);
}

static void
appends_and_leaves_alone_what_was_there(void)
{
	hzi_buf b = {0};
	HZT_CHECK(hzi_buf_append(&b, "before", 6));
	hzp_queue_size_request r = {.name = hzp_str("q")};
	HZT_OK(hzp_encode(&b, &HZP_QUEUE_SIZE_REQUEST, &r));
	size_t one = b.len - 6;
	HZT_OK(hzp_encode(&b, &HZP_QUEUE_SIZE_REQUEST, &r));
	HZT_EQ_INT(b.len, 6 + 2 * one);
	HZT_EQ_MEM(b.data, "before", 6);
	HZT_EQ_MEM(b.data + 6, b.data + 6 + one, one);
	hzi_buf_clear(&b);
}

static void
reports_what_it_cannot_write(void)
{
	hzi_buf b = {0};
	HZT_CHECK(hzi_buf_append(&b, "before", 6));
	// A string that no frame can hold is refused before its bytes are touched.
	hzp_queue_size_request r = {.name = {(const uint8_t *)"q", UINT32_MAX}};
	HZT_EQ_INT(hzp_encode(&b, &HZP_QUEUE_SIZE_REQUEST, &r), HZ_ERR_LIMIT);
	HZT_EQ_INT(b.len, 6);
	hzp_sql_fetch_response page = {.row_page = {(const uint8_t *)"no frames", 9}};
	HZT_EQ_INT(hzp_encode(&b, &HZP_SQL_FETCH_RESPONSE, &page), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(b.len, 6);
	b.failed = true;
	r.name = hzp_str("q");
	HZT_EQ_INT(hzp_encode(&b, &HZP_QUEUE_SIZE_REQUEST, &r), HZ_ERR_MEMORY);
	HZT_EQ_INT(b.len, 6);
	hzi_buf_clear(&b);
}

static const hzt_case cases[] = {
		{"writes_the_bytes_of_the_protocol", writes_the_bytes_of_the_protocol},
		{"writes_an_authentication", writes_an_authentication},
		{"takes_arrays_of_entries", takes_arrays_of_entries},
		{"takes_lists_in_entries", takes_lists_in_entries},
		{"takes_numbers_and_uuids", takes_numbers_and_uuids},
		{"takes_a_map_of_fixed_keys", takes_a_map_of_fixed_keys},
		{"takes_structures_in_lists", takes_structures_in_lists},
		{"tells_null_from_empty", tells_null_from_empty},
		{"frames_lose_their_final_mark", frames_lose_their_final_mark},
		{"appends_and_leaves_alone_what_was_there",
				appends_and_leaves_alone_what_was_there},
		{"reports_what_it_cannot_write", reports_what_it_cannot_write},
};
HZT_MAIN("encode", cases)
