// SPDX-License-Identifier: Apache-2.0
//
// Hostile answers to one call. Each script says what the member does with the first request, what
// the caller must get, and whether the connection outlives it. Whatever it is, it comes in bounded
// time and memory, and the client works with a well-behaved member afterwards.
#include "protocol/fragments.h"
#include "protocol/gen/client.h"
#include "protocol/gen/map.h"
#include "protocol/message.h"
#include "tests/scripted/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAP_BYTES (1U << 20)
#define DEADLINE_MS INT64_C(400)
#define LATE_MS INT64_C(5000)
#define GROWTH_BYTES (UINT64_C(48) << 20)
#define NESTED 100000

static const char *const settings[] = {
		"hazelcast.client.c.max.message.bytes",
		"1048576",
		NULL,
};

typedef struct script {
	const char *name;
	hzt_rule rule;
	const void *ctx;
	hz_err get; // what a get ends with, which may be sent again
	hz_err put; // what a put ends with, which may not
	bool kept;  // the connection outlives it
} script;

// ---- Building ----

static hzi_buf proper;

static uint8_t *
proper_answer(hzt_request *request)
{
	hzi_buf_reset(&proper);
	hzt_make_default(request, &proper);
	return proper.data;
}

static void
send_proper(hzt_request *request)
{
	hzt_reply_bytes(request, proper.data, proper.len);
}

static void
put_frame(hzi_buf *out, unsigned flags, const void *content, size_t n)
{
	uint8_t *p = hzi_buf_extend(out, HZP_FRAME_HEADER + n);
	hzi_store_le32(p, (uint32_t)(HZP_FRAME_HEADER + n));
	hzi_store_le16(p + HZP_AT_FLAGS, (uint16_t)flags);
	if (n > 0) {
		memcpy(p + HZP_FRAME_HEADER, content, n);
	}
}

// The first frame of a response of some type, with more flags.
static void
put_first(hzi_buf *out, const hzt_request *request, uint32_t type, unsigned flags)
{
	uint8_t content[HZP_RESPONSE_HEADER] = {0};
	hzi_store_le32(content, type);
	hzi_store_le64(content + 4, (uint64_t)request->correlation);
	put_frame(out, HZP_FLAG_UNFRAGMENTED | flags, content, sizeof(content));
}

static void
send_all(hzt_request *request, hzi_buf *out)
{
	hzt_reply_bytes(request, out->data, out->len);
	hzi_buf_clear(out);
}

// ---- Frames that cannot be ----

static void
with_length(void *ctx, hzt_request *request)
{
	uint8_t *p = proper_answer(request);
	hzi_store_le32(p, *(const uint32_t *)ctx);
	send_proper(request);
}

static void
with_second_length(void *ctx, hzt_request *request)
{
	uint8_t content[4] = {0};
	hzi_buf out = {0};
	put_first(&out, request, request->type | 1, 0);
	put_frame(&out, HZP_FLAG_FINAL, content, sizeof(content));
	hzi_store_le32(out.data + HZP_FRAME_HEADER + HZP_RESPONSE_HEADER, *(const uint32_t *)ctx);
	send_all(request, &out);
}

static void
endless_frames(void *ctx, hzt_request *request)
{
	(void)ctx;
	uint8_t content[64] = {0};
	hzi_buf out = {0};
	put_first(&out, request, request->type | 1, 0);
	while (out.len < (size_t)2 * CAP_BYTES) {
		put_frame(&out, 0, content, sizeof(content));
	}
	send_all(request, &out);
}

static void
short_header(void *ctx, hzt_request *request)
{
	hzi_buf out = {0};
	uint8_t content[HZP_RESPONSE_HEADER] = {0};
	hzi_store_le32(content, request->type | 1);
	put_frame(&out, HZP_FLAG_UNFRAGMENTED | HZP_FLAG_FINAL, content, *(const uint32_t *)ctx);
	send_all(request, &out);
}

static void
other_bytes(void *ctx, hzt_request *request)
{
	hzt_reply_bytes(request, ctx, strlen(ctx));
}

static void
random_bytes(void *ctx, hzt_request *request)
{
	uint8_t bytes[4096];
	uint64_t x = *(const uint32_t *)ctx;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		bytes[i] = (uint8_t)x;
	}
	hzt_reply_bytes(request, bytes, sizeof(bytes));
}

// ---- Messages that are not what was asked for ----

static void
other_type(void *ctx, hzt_request *request)
{
	hzi_store_le32(proper_answer(request) + HZP_AT_TYPE, *(const uint32_t *)ctx);
	send_proper(request);
}

// An error's, with a context, or the proper one.
static uint32_t
type_of(const void *ctx, const hzt_request *request)
{
	return ctx != NULL ? HZP_TYPE_ERROR : request->type | 1;
}

static void
nested(void *ctx, hzt_request *request)
{
	hzi_buf out = {0};
	put_first(&out, request, type_of(ctx, request), 0);
	for (int i = 0; i < NESTED; i++) {
		put_frame(&out, HZP_FLAG_BEGIN, NULL, 0);
	}
	put_frame(&out, HZP_FLAG_END | HZP_FLAG_FINAL, NULL, 0);
	send_all(request, &out);
}

static void
only_first(void *ctx, hzt_request *request)
{
	hzi_buf out = {0};
	put_first(&out, request, type_of(ctx, request), HZP_FLAG_FINAL);
	send_all(request, &out);
}

static void
unended(void *ctx, hzt_request *request)
{
	hzi_buf out = {0};
	put_first(&out, request, type_of(ctx, request), 0);
	put_frame(&out, HZP_FLAG_BEGIN | HZP_FLAG_FINAL, NULL, 0);
	send_all(request, &out);
}

static void
with_flags(void *ctx, hzt_request *request)
{
	uint8_t *p = proper_answer(request);
	hzp_message_add_flags(p, (uint16_t) * (const uint32_t *)ctx);
	send_proper(request);
}

// ---- Correlation ids ----

static void
other_id_first(void *ctx, hzt_request *request)
{
	uint8_t *p = proper_answer(request);
	hzp_message_set_correlation(p, *(const int64_t *)ctx);
	send_proper(request);
	hzp_message_set_correlation(p, request->correlation);
	send_proper(request);
}

// An id of the same slot, one generation away from the right one.
static void
other_generation_first(void *ctx, hzt_request *request)
{
	int64_t id = request->correlation + *(const int64_t *)ctx * (INT64_C(1) << 23);
	other_id_first(&id, request);
}

static void
twice(void *ctx, hzt_request *request)
{
	(void)ctx;
	proper_answer(request);
	send_proper(request);
	send_proper(request);
}

static void
twice_with_error(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_reply_default(request);
	hzt_reply_error(request, 27, "java.lang.IllegalStateException", "too late");
}

// ---- Events ----

static void
unasked_event(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzp_map_add_entry_listener_entry event = {.event_type = 1, .number_of_affected_entries = 1};
	hzt_reply_event(request, &HZP_MAP_ADD_ENTRY_LISTENER_ENTRY, &event);
	hzt_reply_default(request);
}

static void
unasked_view(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzp_client_add_cluster_view_listener_members_view view = {.version = INT32_MAX};
	hzt_reply_event(request, &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_MEMBERS_VIEW, &view);
	hzt_reply_default(request);
}

// ---- Fragments ----

// Sends the proper answer in two parts under a fragment id, or one of them only.
static void
parts(hzt_request *request, uint64_t id, bool first, bool last)
{
	hzi_buf out = {0};
	uint8_t name[8];
	uint8_t *p = proper_answer(request);
	uint32_t n = hzi_load_le32(p);
	hzi_store_le64(name, id);
	if (first) {
		put_frame(&out, HZP_FLAG_BEGIN_FRAGMENT, name, sizeof(name));
		hzi_buf_append(&out, p, n);
		hzp_message_add_flags(out.data + out.len - n, HZP_FLAG_FINAL);
	}
	if (last) {
		put_frame(&out, HZP_FLAG_END_FRAGMENT, name, sizeof(name));
		hzi_buf_append(&out, p + n, proper.len - n);
	}
	send_all(request, &out);
}

static void
in_fragments(void *ctx, hzt_request *request)
{
	parts(request, *(const uint64_t *)ctx, true, true);
}

static void
only_last_fragment(void *ctx, hzt_request *request)
{
	parts(request, *(const uint64_t *)ctx, false, true);
}

static void
fragment_begun_twice(void *ctx, hzt_request *request)
{
	parts(request, *(const uint64_t *)ctx, true, false);
	parts(request, *(const uint64_t *)ctx, true, false);
}

static void
many_fragments(void *ctx, hzt_request *request)
{
	(void)ctx;
	for (uint64_t id = 0; id < 1000; id++) {
		parts(request, UINT64_MAX - id, true, false);
	}
}

// ---- Endings ----

static void
cut(void *ctx, hzt_request *request)
{
	hzt_close(request, *(const hzt_end *)ctx);
}

static void
cut_in_answer(void *ctx, hzt_request *request)
{
	proper_answer(request);
	hzt_reply_bytes(request, proper.data, proper.len - 1);
	hzt_close(request, *(const hzt_end *)ctx);
}

static void
part_and_silence(void *ctx, hzt_request *request)
{
	(void)ctx;
	proper_answer(request);
	hzt_reply_bytes(request, proper.data, proper.len / 2);
}

// ---- The scripts ----

#define U32(n) (&(const uint32_t){n})
#define U64(n) (&(const uint64_t){n})
#define I64(n) (&(const int64_t){n})
#define END_BY(how) (&(const hzt_end){how})
#define ERROR(code, name) (&(const hzt_error_answer){code, name, "as the script says"})

#define NO HZ_ERR_PROTOCOL
#define BIG HZ_ERR_LIMIT
#define GONE HZ_ERR_DISCONNECTED
#define LATE HZ_ERR_TIMEOUT
#define MAP_SIZE 0x012a01U
#define ODD HZ_ERR_SERIALIZATION

static const script scripts[] = {
		{"length_0", with_length, U32(0), NO, NO, false},
		{"length_1", with_length, U32(1), NO, NO, false},
		{"length_2", with_length, U32(2), NO, NO, false},
		{"length_3", with_length, U32(3), NO, NO, false},
		{"length_4", with_length, U32(4), NO, NO, false},
		{"length_5", with_length, U32(5), NO, NO, false},
		{"length_minus_1", with_length, U32(UINT32_MAX), NO, NO, false},
		{"length_int_min", with_length, U32(0x80000000U), NO, NO, false},
		{"length_int_max", with_length, U32(0x7fffffffU), BIG, BIG, false},
		{"length_over_cap", with_length, U32(CAP_BYTES + 1), BIG, BIG, false},
		{"length_within_cap_but_silence", with_length, U32(CAP_BYTES - 100), LATE, LATE,
				false},
		{"second_length_0", with_second_length, U32(0), NO, NO, false},
		{"second_length_minus_1", with_second_length, U32(UINT32_MAX), NO, NO, false},
		{"second_length_over_cap", with_second_length, U32(CAP_BYTES), BIG, BIG, false},
		{"endless_frames", endless_frames, NULL, BIG, BIG, false},
		{"header_empty", short_header, U32(0), NO, NO, false},
		{"header_of_type_only", short_header, U32(4), NO, NO, false},
		{"header_without_backups", short_header, U32(12), NO, NO, false},
		{"http", other_bytes, "HTTP/1.1 400 Bad Request\r\n\r\n", BIG, BIG, false},
		{"random_1", random_bytes, U32(1), BIG, BIG, false},
		{"random_2", random_bytes, U32(77), NO, NO, false},
		{"random_3", random_bytes, U32(4711), BIG, BIG, false},

		{"type_of_other_operation", other_type, U32(MAP_SIZE), NO, NO, true},
		{"type_unknown", other_type, U32(0x7f7f01U), NO, NO, true},
		{"type_of_request", other_type, U32(0x010200U), NO, NO, true},
		{"type_with_high_byte", other_type, U32(0xff010201U), NO, NO, true},
		{"error_nested_deep", nested, "", NO, NO, true},
		{"error_without_error", only_first, "", NO, NO, true},
		{"error_unended", unended, "", NO, NO, true},
		{"answer_nested_deep", nested, NULL, ODD, ODD, true},
		{"answer_without_value", only_first, NULL, NO, NO, true},
		{"answer_unended", unended, NULL, ODD, ODD, true},
		{"answer_marked_event", with_flags, U32(HZP_FLAG_EVENT), LATE, LATE, true},
		{"answer_marked_backup_event", with_flags, U32(HZP_FLAG_BACKUP_EVENT), LATE, LATE,
				true},

		{"id_0_first", other_id_first, I64(0), HZ_OK, HZ_OK, true},
		{"id_minus_1_first", other_id_first, I64(-1), HZ_OK, HZ_OK, true},
		{"id_int_min_first", other_id_first, I64(INT64_MIN), HZ_OK, HZ_OK, true},
		{"id_int_max_first", other_id_first, I64(INT64_MAX), HZ_OK, HZ_OK, true},
		{"id_unknown_slot_first", other_id_first, I64(0x7ffff0), HZ_OK, HZ_OK, true},
		{"id_last_generation_first", other_generation_first, I64(-1), HZ_OK, HZ_OK, true},
		{"id_next_generation_first", other_generation_first, I64(1), HZ_OK, HZ_OK, true},
		{"answered_twice", twice, NULL, HZ_OK, HZ_OK, true},
		{"answered_and_error", twice_with_error, NULL, HZ_OK, HZ_OK, true},
		{"event_nobody_asked_for", unasked_event, NULL, HZ_OK, HZ_OK, true},
		{"view_nobody_asked_for", unasked_view, NULL, HZ_OK, HZ_OK, true},

		{"fragment_id_huge", in_fragments, U64(UINT64_MAX), HZ_OK, HZ_OK, true},
		{"fragment_id_0", in_fragments, U64(0), HZ_OK, HZ_OK, true},
		{"fragment_without_begin", only_last_fragment, U64(9), NO, NO, false},
		{"fragment_begun_twice", fragment_begun_twice, U64(9), NO, NO, false},
		{"fragments_without_end", many_fragments, NULL, BIG, BIG, false},

		{"closed", cut, END_BY(HZT_CLOSE), HZ_OK, GONE, false},
		{"reset", cut, END_BY(HZT_RESET), HZ_OK, GONE, false},
		{"half_closed", cut, END_BY(HZT_HALF), HZ_OK, GONE, false},
		{"closed_in_answer", cut_in_answer, END_BY(HZT_CLOSE), HZ_OK, GONE, false},
		{"reset_in_answer", cut_in_answer, END_BY(HZT_RESET), HZ_OK, GONE, false},
		{"half_closed_in_answer", cut_in_answer, END_BY(HZT_HALF), HZ_OK, GONE, false},
		{"silence", hzt_silent, NULL, LATE, LATE, true},
		{"silence_in_answer", part_and_silence, NULL, LATE, LATE, false},

		{"error_unknown_code", hzt_failing, ERROR(-12345, "x.Y"), HZ_ERR_SERVER,
				HZ_ERR_SERVER, true},
		{"error_wrong_target", hzt_failing, ERROR(62, "WrongTargetException"), HZ_OK, HZ_OK,
				true},
		{"error_target_disconnected", hzt_failing, ERROR(52, "TargetDisconnectedException"),
				HZ_OK, HZ_ERR_SERVER, true},
		{"error_retryable", hzt_failing, ERROR(46, "RetryableHazelcastException"), HZ_OK,
				HZ_OK, true},
		{"error_indeterminate", hzt_failing,
				ERROR(80, "IndeterminateOperationStateException"),
				HZ_ERR_INDETERMINATE, HZ_ERR_INDETERMINATE, true},
		{"error_unsupported", hzt_failing, ERROR(61, "UnsupportedOperationException"),
				HZ_ERR_UNSUPPORTED, HZ_ERR_UNSUPPORTED, true},
};

// What a member says that lost the one it passed the call on to.
#define TARGET_DISCONNECTED 52

// May the operation have been applied? An answer that cannot be read leaves that open, too.
static bool
is_in_doubt(hz_err e, const hz_error *err)
{
	return e == HZ_ERR_TIMEOUT || e == HZ_ERR_DISCONNECTED || e == HZ_ERR_PROTOCOL ||
			e == HZ_ERR_LIMIT || e == HZ_ERR_INDETERMINATE ||
			e == HZ_ERR_SERIALIZATION || err->server_code == TARGET_DISCONNECTED;
}

static void
run_script(const script *s, bool put)
{
	bench b;
	hz_error err = {0};
	int64_t value = 0;
	bench_start(&b, 1, settings);
	HZT_OK(bench_set(&b, 5, 55, NULL));
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = DEADLINE_MS * hzt_slowness()}));
	hz_err want = put ? s->put : s->get;
	uint32_t type = put ? HZP_MAP_PUT_REQUEST.id : HZP_MAP_GET_REQUEST.id;
	hzt_scripted_on(b.member[0], type, 1, s->rule, (void *)s->ctx);
	uint64_t sent = hzt_scripted_count(b.member[0], type);
	uint64_t before = bench_rss();
	int64_t start = hzt_now_ms();
	hz_err e = put ? bench_put(&b, 5, 66, &value, &err) : bench_get(&b, 5, &value, &err);
	int64_t took = hzt_now_ms() - start;
	uint64_t after = bench_rss();
	if (e != want) {
		printf("  script %s, %s\n", s->name, put ? "put" : "get");
		HZT_EQ_STR(hz_err_name(e), hz_err_name(want));
	}
	HZT_CHECK(took < LATE_MS * hzt_slowness());
	HZT_CHECK(after < before + GROWTH_BYTES * (uint64_t)hzt_slowness());
	if (e == HZ_OK) {
		HZT_EQ_INT(value, 55);
	} else {
		HZT_EQ_INT(err.code, e);
		HZT_CHECK(err.message[0] != '\0');
		if (err.in_doubt != is_in_doubt(e, &err)) {
			printf("  script %s, %s: in doubt %d\n", s->name, put ? "put" : "get",
					err.in_doubt);
		}
		HZT_EQ_INT(err.in_doubt, is_in_doubt(e, &err));
	}
	if (put && e != HZ_OK) {
		// What may have been applied is not sent again behind the caller's back.
		HZT_EQ_INT(hzt_scripted_count(b.member[0], type) - sent, 1);
	}
	if (s->kept) {
		HZT_EQ_INT(bench_stats(&b).disconnects, 0);
	} else {
		// What was begun and never ended makes the rest of that stream worthless.
		hzt_scripted_disconnect(b.member[0], HZT_CLOSE);
	}
	HZT_OK(hz_map_call(b.map, NULL));
	bench_end(&b);
}

static void
run_scripts(bool put)
{
	const char *only = getenv("SCRIPT");
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		if (only == NULL || strcmp(only, scripts[i].name) == 0) {
			run_script(&scripts[i], put);
		}
	}
	hzi_buf_clear(&proper);
}

static void
gets(void)
{
	run_scripts(false);
}

static void
puts_too(void)
{
	run_scripts(true);
}

static const hzt_case cases[] = {
		{"gets", gets},
		{"puts", puts_too},
};

HZT_MAIN("hostile answers", cases)
