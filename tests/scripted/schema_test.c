// SPDX-License-Identifier: Apache-2.0
//
// How schemas get to the members and from them: who waits for it, what a member's answer means, and
// what a broken one leads to.
#include "protocol/encode.h"
#include "protocol/gen/client.h"
#include "protocol/gen/map.h"
#include "tests/scripted/bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { WRITERS = 16, TELLS_MAX = 100 };

#define SEND HZP_CLIENT_SEND_SCHEMA_REQUEST.id
#define SEND_ALL HZP_CLIENT_SEND_ALL_SCHEMAS_REQUEST.id
#define FETCH HZP_CLIENT_FETCH_SCHEMA_REQUEST.id
#define SET HZP_MAP_SET_REQUEST.id

typedef struct person {
	int32_t id;
	const char *name;
} person;

static const hz_field person_fields[] = {
		HZ_FIELD(person, id, I32),
		HZ_FIELD(person, name, STRING),
};
static hz_record_type person_type = HZ_RECORD_TYPE(person, "person", person_fields);

static hz_error err;

// Which members have the schema, by the answer; others follow after so many answers.
typedef struct answer {
	bench *b;
	size_t have;
	uint64_t after;
	_Atomic uint64_t given;
} answer;

static void
reply_members(void *ctx, hzt_request *request)
{
	answer *a = ctx;
	hz_uuid uuids[BENCH_MEMBERS];
	size_t n = atomic_fetch_add(&a->given, 1) >= a->after ? a->b->members : a->have;
	for (size_t i = 0; i < n; i++) {
		uuids[i] = hzt_scripted_uuid(a->b->member[i]);
	}
	hzp_client_send_schema_response response = {.replicated_members = HZP_LIST(uuids, n)};
	hzt_reply(request, &HZP_CLIENT_SEND_SCHEMA_RESPONSE, &response);
}

static uint64_t
count(const bench *b, uint32_t type)
{
	uint64_t n = 0;
	for (size_t i = 0; i < b->members; i++) {
		n += hzt_scripted_count(b->member[i], type);
	}
	return n;
}

static void
rule(const bench *b, uint32_t type, hzt_rule fn, void *ctx)
{
	for (size_t i = 0; i < b->members; i++) {
		hzt_scripted_on(b->member[i], type, 0, fn, ctx);
	}
}

static hz_err
set_person(const bench *b, int64_t key)
{
	person ada = {36, "Ada"};
	return hz_map_set(b->map, hz_i64(key), hz_record(&person_type, &ada), NULL, &err);
}

// ---- Telling ----

static void
a_record_waits_until_all_members_have_its_schema(void)
{
	bench b;
	answer a = {.b = &b, .have = 1, .after = 3};
	bench_start(&b, 2, NULL);
	rule(&b, SEND, reply_members, &a);
	HZT_OK_ERR(set_person(&b, 1), &err);
	HZT_EQ_INT(count(&b, SEND), 4);
	HZT_EQ_INT(count(&b, SET), 1);
	// Once is enough.
	HZT_OK_ERR(set_person(&b, 2), &err);
	HZT_EQ_INT(count(&b, SEND), 4);
	HZT_EQ_INT(count(&b, SET), 2);
	bench_end(&b);
}

static void
members_that_never_agree_end_the_call(void)
{
	bench b;
	answer a = {.b = &b, .have = 1, .after = UINT64_MAX};
	bench_start(&b, 2, NULL);
	rule(&b, SEND, reply_members, &a);
	HZT_EQ_INT(set_person(&b, 1), HZ_ERR_STATE);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(count(&b, SEND), TELLS_MAX);
	HZT_EQ_INT(count(&b, SET), 0);
	// The next call tries again.
	a.after = 0;
	HZT_OK_ERR(set_person(&b, 1), &err);
	HZT_EQ_INT(count(&b, SEND), TELLS_MAX + 1);
	bench_end(&b);
}

static void
a_member_that_refuses_ends_the_call(void)
{
	static const hzt_error_answer refused = {
			18, "java.lang.IllegalStateException", "no more schemas"};
	bench b;
	answer a = {.b = &b, .have = 1, .after = 0};
	bench_start(&b, 1, NULL);
	rule(&b, SEND, hzt_failing, (void *)(uintptr_t)&refused);
	HZT_CHECK(set_person(&b, 1) == HZ_ERR_SERVER);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(count(&b, SEND), 1);
	HZT_EQ_INT(count(&b, SET), 0);
	rule(&b, SEND, reply_members, &a);
	HZT_OK_ERR(set_person(&b, 1), &err);
	bench_end(&b);
}

typedef struct writer {
	pthread_t thread;
	const bench *b;
	int64_t key;
	hz_err code;
} writer;

static void *
write_one(void *arg)
{
	writer *w = arg;
	hz_error e = {0};
	person ada = {36, "Ada"};
	hz_value v = hz_record(&person_type, &ada);
	w->code = hz_map_set(w->b->map, hz_i64(w->key), v, NULL, &e);
	return NULL;
}

typedef struct awaited {
	const bench *b;
	uint64_t calls;
} awaited;

// Each writer has begun its call, and one telling is on its way.
static bool
all_wait(void *ctx)
{
	const awaited *a = ctx;
	return bench_stats(a->b).calls >= a->calls && hzt_scripted_held(a->b->member[0], SEND) > 0;
}

static void
all_who_wait_share_one_telling(void)
{
	bench b;
	writer writers[WRITERS];
	answer a = {.b = &b, .have = 1, .after = 0};
	bench_start(&b, 1, NULL);
	rule(&b, SEND, hzt_held, NULL);
	awaited all = {.b = &b, .calls = bench_stats(&b).calls + WRITERS + 1};
	for (int64_t i = 0; i < WRITERS; i++) {
		writers[i] = (writer){.b = &b, .key = i};
		HZT_EQ_INT(pthread_create(&writers[i].thread, NULL, write_one, &writers[i]), 0);
	}
	HZT_AWAIT(all_wait, &all, PATIENCE_MS);
	rule(&b, SEND, reply_members, &a);
	hzt_scripted_release(b.member[0], SEND, false, reply_members, &a);
	for (size_t i = 0; i < WRITERS; i++) {
		pthread_join(writers[i].thread, NULL);
		HZT_EQ_INT(writers[i].code, HZ_OK);
	}
	HZT_EQ_INT(count(&b, SEND), 1);
	HZT_EQ_INT(count(&b, SET), WRITERS);
	bench_end(&b);
}

static void
shutting_down_ends_who_waits(void)
{
	bench b;
	writer w = {.b = &b, .key = 1};
	bench_start(&b, 1, NULL);
	rule(&b, SEND, hzt_held, NULL);
	HZT_EQ_INT(pthread_create(&w.thread, NULL, write_one, &w), 0);
	hzt_scripted_await_held(b.member[0], SEND, 1, PATIENCE_MS);
	HZT_OK_ERR(hz_client_shutdown(b.client, 5000, &err), &err);
	pthread_join(w.thread, NULL);
	HZT_EQ_INT(w.code, HZ_ERR_CLOSED);
	HZT_EQ_INT(count(&b, SET), 0);
	bench_close(&b);
}

// ---- Another cluster ----

static void
a_new_cluster_hears_of_all_before_any_call(void)
{
	bench b;
	hzt_seen seen;
	uint64_t all = UINT64_MAX;
	uint64_t first_set = UINT64_MAX;
	answer a = {.b = &b, .have = 1, .after = 0};
	bench_start(&b, 1, NULL);
	rule(&b, SEND, reply_members, &a);
	HZT_OK_ERR(set_person(&b, 1), &err);
	HZT_EQ_INT(count(&b, SEND_ALL), 0);
	uint64_t before = hzt_scripted_count(b.member[0], HZT_ANY);
	hzt_scripted_down(b.member[0], HZT_CLOSE);
	hzt_scripted_up(b.member[0], (hz_uuid){0, 0}, (hz_uuid){3, 4});
	bench_usable(&b);
	HZT_OK_ERR(set_person(&b, 2), &err);
	HZT_EQ_INT(count(&b, SEND), 1);
	HZT_EQ_INT(count(&b, SEND_ALL), 1);
	for (uint64_t i = before; hzt_scripted_seen(b.member[0], i, &seen); i++) {
		all = seen.type == SEND_ALL && i < all ? i : all;
		first_set = seen.type == SET && i < first_set ? i : first_set;
	}
	HZT_CHECK(all < first_set && first_set != UINT64_MAX);
	bench_end(&b);
}

static void
a_connection_is_not_open_before_the_schemas_are_there(void)
{
	static const hzt_error_answer refused = {18, "java.lang.IllegalStateException", "not now"};
	bench b;
	answer a = {.b = &b, .have = 1, .after = 0};
	bench_start(&b, 1, NULL);
	rule(&b, SEND, reply_members, &a);
	HZT_OK_ERR(set_person(&b, 1), &err);
	hzt_scripted_on(b.member[0], SEND_ALL, 2, hzt_failing, (void *)(uintptr_t)&refused);
	hzt_scripted_down(b.member[0], HZT_CLOSE);
	hzt_scripted_up(b.member[0], (hz_uuid){0, 0}, (hz_uuid){3, 4});
	hzt_scripted_await_request(b.member[0], SEND_ALL, 3, PATIENCE_MS);
	bench_usable(&b);
	HZT_OK_ERR(set_person(&b, 2), &err);
	HZT_EQ_INT(count(&b, SEND), 1);
	bench_end(&b);
}

// ---- Asking ----

// What a member says of a schema.
typedef struct told {
	bool present;
	const char *type;
	hzp_field_descriptor fields[2];
	size_t n;
} told;

static void
reply_schema(void *ctx, hzt_request *request)
{
	const told *t = ctx;
	hzp_client_fetch_schema_response response = {0};
	if (t->present) {
		response.schema = (hzp_schema){
				.present = true,
				.type_name = hzp_str(t->type),
				.fields = HZP_LIST(t->fields, t->n),
		};
	}
	hzt_reply(request, &HZP_CLIENT_FETCH_SCHEMA_RESPONSE, &response);
}

// A serialized person, and what reading it comes to, with that answer to the client's question.
static hz_err
read_person(const bench *b, const told *t)
{
	person ada = {36, "Ada"};
	hz_value v = hz_record(&person_type, &ada);
	hz_value copy = hz_null();
	hz_generic_record *record = NULL;
	rule(b, FETCH, reply_schema, (void *)(uintptr_t)t);
	HZT_OK_ERR(hz_value_copy(&v, &copy, &err), &err);
	hz_err code = hz_generic_record_read(b->client, &copy, &record, &err);
	HZT_CHECK((code == HZ_OK) == (record != NULL));
	hz_generic_record_destroy(&record);
	hz_value_clear(&copy);
	return code;
}

static void
what_members_say_of_a_schema_is_checked(void)
{
	hzp_field_descriptor id = {true, hzp_str("id"), HZ_FIELD_I32};
	hzp_field_descriptor name = {true, hzp_str("name"), HZ_FIELD_STRING};
	hzp_field_descriptor odd = {true, hzp_str("name"), 99};
	hzp_field_descriptor broken = {true, hzp_str("\xff"), HZ_FIELD_STRING};
	const told wrong[] = {
			{.present = false},
			{.present = true, .type = "person", .fields = {id}, .n = 1},
			{.present = true, .type = "another", .fields = {id, name}, .n = 2},
			{.present = true, .type = "person", .fields = {id, odd}, .n = 2},
			{.present = true, .type = "person", .fields = {id, broken}, .n = 2},
			{.present = true, .type = "person", .fields = {id, id}, .n = 2},
			{.present = true, .type = "\xff", .fields = {id, name}, .n = 2},
	};
	const told right = {.present = true, .type = "person", .fields = {id, name}, .n = 2};
	bench b;
	bench_start(&b, 1, NULL);
	size_t n = sizeof(wrong) / sizeof(wrong[0]);
	for (size_t i = 0; i < n; i++) {
		HZT_EQ_INT(read_person(&b, &wrong[i]), HZ_ERR_SERIALIZATION);
		HZT_EQ_INT(err.code, HZ_ERR_SERIALIZATION);
	}
	HZT_OK_ERR(read_person(&b, &right), &err);
	// From now on it is known.
	HZT_OK_ERR(read_person(&b, &wrong[0]), &err);
	HZT_EQ_INT(count(&b, FETCH), n + 1);
	bench_end(&b);
}

// What a member has told of needs not to be told to it; a type's own schema needs no question.
static void
what_is_known_is_not_asked_or_told(void)
{
	hzp_field_descriptor id = {true, hzp_str("id"), HZ_FIELD_I32};
	hzp_field_descriptor name = {true, hzp_str("name"), HZ_FIELD_STRING};
	const told right = {.present = true, .type = "person", .fields = {id, name}, .n = 2};
	bench b;
	bench_start(&b, 1, NULL);
	HZT_OK_ERR(read_person(&b, &right), &err);
	HZT_OK_ERR(set_person(&b, 1), &err);
	HZT_EQ_INT(count(&b, SEND), 0);
	bench_end(&b);

	person ada = {36, "Ada"};
	person got;
	hz_value v = hz_record(&person_type, &ada);
	hz_value copy = hz_null();
	answer a = {.b = &b, .have = 1, .after = 0};
	bench_start(&b, 1, NULL);
	HZT_OK_ERR(hz_value_copy(&v, &copy, &err), &err);
	HZT_OK_ERR(hz_record_read(b.client, &copy, &person_type, &got, &err), &err);
	HZT_EQ_STR(got.name, "Ada");
	hz_record_clear(&person_type, &got);
	hz_value_clear(&copy);
	HZT_EQ_INT(count(&b, FETCH), 0);
	// That the client knows it does not mean that members do.
	rule(&b, SEND, reply_members, &a);
	HZT_OK_ERR(set_person(&b, 1), &err);
	HZT_EQ_INT(count(&b, SEND), 1);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"a_record_waits_until_all_members_have_its_schema",
				a_record_waits_until_all_members_have_its_schema},
		{"members_that_never_agree_end_the_call", members_that_never_agree_end_the_call},
		{"a_member_that_refuses_ends_the_call", a_member_that_refuses_ends_the_call},
		{"all_who_wait_share_one_telling", all_who_wait_share_one_telling},
		{"shutting_down_ends_who_waits", shutting_down_ends_who_waits},
		{"a_new_cluster_hears_of_all_before_any_call",
				a_new_cluster_hears_of_all_before_any_call},
		{"a_connection_is_not_open_before_the_schemas_are_there",
				a_connection_is_not_open_before_the_schemas_are_there},
		{"what_members_say_of_a_schema_is_checked",
				what_members_say_of_a_schema_is_checked},
		{"what_is_known_is_not_asked_or_told", what_is_known_is_not_asked_or_told},
};

HZT_MAIN("schema", cases)
