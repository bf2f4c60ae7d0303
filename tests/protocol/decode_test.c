// SPDX-License-Identifier: Apache-2.0
//
// Messages from older and newer members, and broken ones. That good ones of all kinds come through
// is the matter of vectors_test.
#include "protocol/decode.h"

#include "protocol/encode.h"
#include "protocol/error.h"
#include "protocol/gen/client.h"
#include "protocol/gen/map.h"
#include "protocol/gen/sql.h"
#include "protocol/message.h"
#include "tests/protocol/build.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *reason;

// Decodes a copy with nothing behind it, which stays until the next call.
static hz_err
decode(const hzi_buf *b, const hzp_message *m, void *record)
{
	static uint8_t *copy;
	free(copy);
	copy = b != NULL ? build_copy(b->data, b->len) : NULL;
	reason = NULL;
	hz_err err = b != NULL ? hzp_decode(copy, b->len, m, record, &reason) : HZ_OK;
	HZT_CHECK((err == HZ_OK) == (reason == NULL));
	return err;
}

static bool
is(hzp_bytes b, const char *text)
{
	return b.p != NULL && b.n == strlen(text) && memcmp(b.p, text, b.n) == 0;
}

static void
start_authentication(hzi_buf *b, size_t fields)
{
	// Status 0, member 1/2, serialization version 1, 271 partitions, cluster 3/4, failover.
	static const uint8_t content[] = {0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1,
			15, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 5, 0, 0,
			0, 6, 0, 0, 0, 9};
	hzi_buf_reset(b);
	build_first(b, HZP_CLIENT_AUTHENTICATION_RESPONSE.id, true, content, fields);
	build_frame(b, HZP_FLAG_NULL, NULL, 0);
	build_text(b, "5.0.0");
}

static void
an_older_member_sends_less(void)
{
	hzi_buf b = {0};
	hzp_client_authentication_response r;
	// To the end of what 2.0 has.
	start_authentication(&b, 41);
	HZT_OK(decode(&b, &HZP_CLIENT_AUTHENTICATION_RESPONSE, &r));
	HZT_EQ_INT(r.partition_count, 271);
	HZT_EQ_INT(r.cluster_id.lsb, 4);
	HZT_CHECK(r.failover_supported);
	HZT_EQ_INT(r.member_list_version, 0);
	HZT_CHECK(!r.address.present && is(r.server_hazelcast_version, "5.0.0"));
	HZT_CHECK(hzp_list_is_null(&r.member_infos) && hzp_list_is_null(&r.key_value_pairs));
	HZT_CHECK(r.tpc_token.p == NULL);
	hzp_iter none = hzp_iter_start(&r.member_infos);
	hzp_member_info info;
	HZT_CHECK(!hzp_iter_next(&none, &info));
	// One byte less cuts off a field that has always been there.
	start_authentication(&b, 40);
	HZT_EQ_INT(decode(&b, &HZP_CLIENT_AUTHENTICATION_RESPONSE, &r), HZ_ERR_PROTOCOL);
	// Half of a newer field does not count.
	start_authentication(&b, 44);
	HZT_OK(decode(&b, &HZP_CLIENT_AUTHENTICATION_RESPONSE, &r));
	HZT_EQ_INT(r.member_list_version, 0);
	decode(NULL, NULL, NULL);
	hzi_buf_clear(&b);
}

// A structure that nobody knows, with another one inside.
static void
build_unknown(hzi_buf *b)
{
	build_frame(b, HZP_FLAG_BEGIN, NULL, 0);
	build_text(b, "?");
	build_frame(b, HZP_FLAG_BEGIN, NULL, 0);
	build_frame(b, HZP_FLAG_NULL, NULL, 0);
	build_frame(b, HZP_FLAG_END, NULL, 0);
	build_frame(b, HZP_FLAG_END, NULL, 0);
}

static void
a_newer_member_sends_more(void)
{
	hzi_buf b = {0};
	hzp_map_get_entry_view_response r;
	uint8_t fixed[100] = {42};
	// More fields of fixed size in the message and in the structure, more frames in both.
	build_first(&b, HZP_MAP_GET_ENTRY_VIEW_RESPONSE.id, true, fixed, 30);
	build_frame(&b, HZP_FLAG_BEGIN, NULL, 0);
	build_frame(&b, 0, fixed, sizeof(fixed));
	build_text(&b, "key");
	build_text(&b, "value");
	build_unknown(&b);
	build_text(&b, "!");
	build_frame(&b, HZP_FLAG_END, NULL, 0);
	build_unknown(&b);
	build_final(&b, build_frame(&b, 0, "more", 4));
	HZT_OK(decode(&b, &HZP_MAP_GET_ENTRY_VIEW_RESPONSE, &r));
	HZT_EQ_INT(r.max_idle, 42);
	HZT_EQ_INT(r.response.cost, 42);
	HZT_CHECK(r.response.present && is(r.response.key, "key") && is(r.response.value, "value"));
	decode(NULL, NULL, NULL);
	hzi_buf_clear(&b);
}

static void
a_structure_may_end_early_only_before_newer_fields(void)
{
	hzi_buf b = {0};
	hzp_sql_fetch_response r;
	uint8_t fixed[21] = {7};
	for (int fields = 0; fields <= 3; fields++) {
		hzi_buf_reset(&b);
		build_first(&b, HZP_SQL_FETCH_RESPONSE.id, true, NULL, 0);
		build_frame(&b, HZP_FLAG_NULL, NULL, 0);
		build_frame(&b, HZP_FLAG_BEGIN, NULL, 0);
		build_frame(&b, 0, fixed, sizeof(fixed));
		for (int i = 0; i < fields; i++) {
			build_text(&b, "text");
		}
		build_final(&b, build_frame(&b, HZP_FLAG_END, NULL, 0));
		// The message has always been there; suggestion and stack trace came later.
		HZT_EQ_INT(decode(&b, &HZP_SQL_FETCH_RESPONSE, &r),
				fields == 0 ? HZ_ERR_PROTOCOL : HZ_OK);
		if (fields > 0) {
			HZT_EQ_INT(r.error.code, 7);
			HZT_CHECK(is(r.error.message, "text"));
			HZT_CHECK((r.error.suggestion.p != NULL) == (fields > 1));
			HZT_CHECK((r.error.cause_stack_trace.p != NULL) == (fields > 2));
		}
	}
	decode(NULL, NULL, NULL);
	hzi_buf_clear(&b);
}

// Frames of Map.entrySet's answer in short: [ ] begin and end, n null, t text, f text marked final.
static hz_err
decode_entries(const char *frames, hzp_map_entry_set_response *r)
{
	hzi_buf b = {0};
	build_first(&b, HZP_MAP_ENTRY_SET_RESPONSE.id, true, NULL, 0);
	for (; *frames != '\0'; frames++) {
		unsigned flags = *frames == '['  ? HZP_FLAG_BEGIN
				: *frames == ']' ? HZP_FLAG_END
				: *frames == 'n' ? HZP_FLAG_NULL
				: *frames == 'f' ? HZP_FLAG_FINAL
						 : 0;
		build_frame(&b, flags, "text", flags == 0 || flags == HZP_FLAG_FINAL ? 4 : 0);
	}
	hz_err err = decode(&b, &HZP_MAP_ENTRY_SET_RESPONSE, r);
	hzi_buf_clear(&b);
	return err;
}

static void
refuses_bad_nesting(void)
{
	static const char *const bad[] = {
			"",
			"[",
			"]",
			"t",
			"n",
			"t]",
			"[t",
			"[tt",
			"[tt[",
			"[t]",
			"[ttt]",
			"[[]t]",
			"[t[]]",
			"[tn]",
			"[nt]",
			"[[tt]]",
			"[ft]",
			"[tft]",
			"[[",
			"[[]",
	};
	hzp_map_entry_set_response r;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		hz_err err = decode_entries(bad[i], &r);
		if (err != HZ_ERR_PROTOCOL) {
			fprintf(stderr, "accepted: %s\n", bad[i]);
		}
		HZT_EQ_INT(err, HZ_ERR_PROTOCOL);
	}
	HZT_OK(decode_entries("[]", &r));
	HZT_EQ_INT(r.response.count, 0);
	HZT_CHECK(!hzp_list_is_null(&r.response));
	HZT_OK(decode_entries("[tttt]", &r));
	HZT_EQ_INT(r.response.count, 2);
	// What comes after the fields that we know is not looked at.
	HZT_OK(decode_entries("[tt]f]", &r));
	HZT_EQ_INT(r.response.count, 1);
	decode(NULL, NULL, NULL);
}

static void
refuses_bad_lengths(void)
{
	static const uint32_t bad[] = {0, 1, 5, 0x7fffffff, 0x80000000, 0xffffffff, 11};
	hzp_map_get_response r;
	hzi_buf b = {0};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		hzi_buf_reset(&b);
		build_first(&b, HZP_MAP_GET_RESPONSE.id, true, NULL, 0);
		size_t at = build_frame(&b, HZP_FLAG_FINAL, "data", 4);
		hzi_store_le32(b.data + at, bad[i]);
		HZT_EQ_INT(decode(&b, &HZP_MAP_GET_RESPONSE, &r), HZ_ERR_PROTOCOL);
	}
	// All that is shorter than the message is refused too.
	hzi_store_le32(b.data + b.len - 10, 10);
	HZT_OK(decode(&b, &HZP_MAP_GET_RESPONSE, &r));
	for (b.len--; b.len > 0; b.len--) {
		HZT_EQ_INT(decode(&b, &HZP_MAP_GET_RESPONSE, &r), HZ_ERR_PROTOCOL);
	}
	HZT_EQ_INT(decode(&b, &HZP_MAP_GET_RESPONSE, &r), HZ_ERR_PROTOCOL);
	decode(NULL, NULL, NULL);
	hzi_buf_clear(&b);
}

static void
refuses_another_message(void)
{
	hzp_map_get_response r;
	hzi_buf b = {0};
	build_first(&b, HZP_MAP_PUT_RESPONSE.id, true, NULL, 0);
	build_text(&b, "data");
	HZT_EQ_INT(decode(&b, &HZP_MAP_GET_RESPONSE, &r), HZ_ERR_PROTOCOL);
	HZT_CHECK(strstr(reason, "another type") != NULL);
	decode(NULL, NULL, NULL);
	hzi_buf_clear(&b);
}

// Map.fetchKeys' answer with an array of pointers of n bytes.
static hz_err
decode_array(size_t n)
{
	uint8_t array[64] = {0};
	hzi_buf b = {0};
	hzp_map_fetch_keys_response r;
	build_first(&b, HZP_MAP_FETCH_KEYS_RESPONSE.id, true, NULL, 0);
	build_frame(&b, 0, array, n);
	build_frame(&b, HZP_FLAG_BEGIN, NULL, 0);
	build_frame(&b, HZP_FLAG_END, NULL, 0);
	hz_err err = decode(&b, &HZP_MAP_FETCH_KEYS_RESPONSE, &r);
	HZT_CHECK(err != HZ_OK || r.iteration_pointers.count == n / 8);
	hzi_buf_clear(&b);
	return err;
}

static void
counts_must_fit_what_is_there(void)
{
	for (size_t n = 0; n <= 64; n++) {
		HZT_EQ_INT(decode_array(n), n % 8 == 0 ? HZ_OK : HZ_ERR_PROTOCOL);
	}
	// Owners of partitions: lists of numbers, then as many UUIDs.
	uint8_t keys[3 * 17] = {0};
	for (size_t n = 0; n <= sizeof(keys); n++) {
		hzi_buf b = {0};
		hzp_client_add_cluster_view_listener_partitions_view r;
		build_first(&b, HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_PARTITIONS_VIEW.id, false,
				"\1\0\0\0", 4);
		build_frame(&b, HZP_FLAG_BEGIN, NULL, 0);
		build_text(&b, "fourfour");
		build_text(&b, "");
		build_frame(&b, HZP_FLAG_END, NULL, 0);
		build_frame(&b, 0, keys, n);
		hz_err err = decode(&b, &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_PARTITIONS_VIEW, &r);
		HZT_EQ_INT(err, n == sizeof(keys) / 3 * 2 ? HZ_OK : HZ_ERR_PROTOCOL);
		hzi_buf_clear(&b);
	}
	decode(NULL, NULL, NULL);
}

static void
deep_nesting_costs_no_stack(void)
{
	const int depth = 1000000;
	hzi_buf b = {0};
	hzp_sql_fetch_response r;
	// Once where a page is kept as frames, once as an unknown field of an error.
	build_first(&b, HZP_SQL_FETCH_RESPONSE.id, true, NULL, 0);
	size_t first = b.len;
	for (int i = 0; i < depth; i++) {
		build_frame(&b, HZP_FLAG_BEGIN, NULL, 0);
	}
	HZT_EQ_INT(decode(&b, &HZP_SQL_FETCH_RESPONSE, &r), HZ_ERR_PROTOCOL);
	for (int i = 0; i < depth; i++) {
		build_frame(&b, HZP_FLAG_END, NULL, 0);
	}
	build_frame(&b, HZP_FLAG_NULL, NULL, 0);
	HZT_OK(decode(&b, &HZP_SQL_FETCH_RESPONSE, &r));
	HZT_EQ_INT(r.row_page.n, 2 * (int64_t)depth * HZP_FRAME_HEADER);
	// A list whose items are lists takes no deeper ones than its row has.
	hzi_store_le16(b.data + first + HZP_AT_FLAGS, HZP_FLAG_BEGIN);
	hzp_sql_fetch_reserved_response old;
	hzi_store_le32(b.data + HZP_AT_TYPE, HZP_SQL_FETCH_RESERVED_RESPONSE.id);
	HZT_EQ_INT(decode(&b, &HZP_SQL_FETCH_RESERVED_RESPONSE, &old), HZ_ERR_PROTOCOL);
	decode(NULL, NULL, NULL);
	hzi_buf_clear(&b);
}

static void
build_holder(hzi_buf *b, uint8_t code, const char *class_name, const char *message)
{
	uint8_t fixed[4] = {code};
	build_frame(b, HZP_FLAG_BEGIN, NULL, 0);
	build_frame(b, 0, fixed, sizeof(fixed));
	build_text(b, class_name);
	if (message != NULL) {
		build_text(b, message);
	} else {
		build_frame(b, HZP_FLAG_NULL, NULL, 0);
	}
	build_frame(b, HZP_FLAG_BEGIN, NULL, 0);
	build_frame(b, HZP_FLAG_END, NULL, 0);
	build_frame(b, HZP_FLAG_END, NULL, 0);
}

static void
reads_an_error_and_its_causes(void)
{
	hzi_buf b = {0};
	hzp_error_holder holder;
	hzp_iter causes;
	build_first(&b, HZP_TYPE_ERROR, true, NULL, 0);
	build_frame(&b, HZP_FLAG_BEGIN, NULL, 0);
	build_holder(&b, 38, "com.hazelcast.core.OperationTimeoutException", "too late");
	build_holder(&b, 22, "java.io.IOException", NULL);
	build_final(&b, build_frame(&b, HZP_FLAG_END, NULL, 0));
	HZT_OK(hzp_error_first(b.data, b.len, &holder, &causes, &reason));
	HZT_EQ_INT(holder.error_code, 38);
	HZT_CHECK(is(holder.class_name, "com.hazelcast.core.OperationTimeoutException"));
	HZT_CHECK(is(holder.message, "too late"));
	HZT_CHECK(hzp_iter_next(&causes, &holder));
	HZT_EQ_INT(holder.error_code, 22);
	HZT_CHECK(holder.message.p == NULL);
	HZT_CHECK(!hzp_iter_next(&causes, &holder));
	hzi_buf_reset(&b);
	build_first(&b, HZP_TYPE_ERROR, true, NULL, 0);
	build_frame(&b, HZP_FLAG_BEGIN, NULL, 0);
	build_frame(&b, HZP_FLAG_END, NULL, 0);
	HZT_EQ_INT(hzp_error_first(b.data, b.len, &holder, NULL, &reason), HZ_ERR_PROTOCOL);
	hzi_buf_clear(&b);
}

static void
finds_every_message_and_no_other(void)
{
	HZT_EQ_INT(hzp_n_messages, 474 * 2 + 37 + 1);
	for (uint32_t i = 0; i < hzp_n_messages; i++) {
		HZT_CHECK(hzp_message_find(hzp_messages[i]->id) == hzp_messages[i]);
		HZT_CHECK(i == 0 || hzp_messages[i - 1]->id < hzp_messages[i]->id);
	}
	HZT_CHECK(hzp_message_find(0x000001) == NULL);
	HZT_CHECK(hzp_message_find(0x010203) == NULL);
	HZT_CHECK(hzp_message_find(UINT32_MAX) == NULL);
	uint32_t types = 0;
	while (hzp_types[types] != NULL) {
		types++;
	}
	HZT_EQ_INT(types, 75);
	HZT_CHECK(HZP_MAP_GET.request == &HZP_MAP_GET_REQUEST);
	HZT_CHECK(HZP_MAP_ADD_ENTRY_LISTENER.events[0] == &HZP_MAP_ADD_ENTRY_LISTENER_ENTRY);
}

static const hzt_case cases[] = {
		{"an_older_member_sends_less", an_older_member_sends_less},
		{"a_newer_member_sends_more", a_newer_member_sends_more},
		{"a_structure_may_end_early_only_before_newer_fields",
				a_structure_may_end_early_only_before_newer_fields},
		{"refuses_bad_nesting", refuses_bad_nesting},
		{"refuses_bad_lengths", refuses_bad_lengths},
		{"refuses_another_message", refuses_another_message},
		{"counts_must_fit_what_is_there", counts_must_fit_what_is_there},
		{"deep_nesting_costs_no_stack", deep_nesting_costs_no_stack},
		{"reads_an_error_and_its_causes", reads_an_error_and_its_causes},
		{"finds_every_message_and_no_other", finds_every_message_and_no_other},
};
HZT_MAIN("decode", cases)
