// SPDX-License-Identifier: Apache-2.0
//
// Hostile views of the cluster. Each script sends one to a client that works; whatever the client
// makes of it, calls go on within bounded time and memory, and a proper view is taken afterwards.
#include "protocol/gen/client.h"
#include "protocol/message.h"
#include "tests/scripted/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VIEW HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_REQUEST.id
#define MEMBERS_VIEW HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_MEMBERS_VIEW
#define PARTITIONS_VIEW HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_PARTITIONS_VIEW
#define GROWTH_BYTES (UINT64_C(64) << 20)
#define MANY 100000U
#define DEEP 100000

typedef hzp_client_add_cluster_view_listener_members_view members_view;
typedef hzp_client_add_cluster_view_listener_partitions_view partitions_view;

typedef struct script {
	const char *name;
	void (*send)(bench *b);
	bool kept; // the connection outlives it
} script;

// ---- Building ----

static int
port_of(const bench *b, size_t i)
{
	return (int)strtol(strrchr(hzt_scripted_address(b->member[i]), ':') + 1, NULL, 10);
}

static hzp_member_info
info(hz_uuid uuid, const char *host, int port)
{
	return (hzp_member_info){.present = true,
			.uuid = uuid,
			.address = {.present = true, .host = hzp_str(host), .port = port},
			.version = {.present = true, .major = 5, .minor = 7}};
}

static hzp_member_info
proper_info(const bench *b)
{
	return info(hzt_scripted_uuid(b->member[0]), "127.0.0.1", port_of(b, 0));
}

static void
send_members(bench *b, const hzp_member_info *infos, size_t n, int32_t version)
{
	members_view view = {.member_infos = HZP_LIST(infos, n), .version = version};
	HZT_EQ_INT(hzt_scripted_event(b->member[0], VIEW, &MEMBERS_VIEW, &view), 1);
}

// The proper member and another one that is what the script says.
static void
send_with(bench *b, hzp_member_info other)
{
	hzp_member_info infos[] = {proper_info(b), other};
	send_members(b, infos, 2, hzt_scripted_next_version());
}

static void
send_owners(bench *b, const int32_t *ids, size_t n)
{
	hzp_entry_uuid_list_i32 entry = {
			.key = hzt_scripted_uuid(b->member[0]), .value = HZP_LIST(ids, n)};
	partitions_view view = {
			.partitions = HZP_LIST(&entry, 1), .version = hzt_scripted_next_version()};
	HZT_EQ_INT(hzt_scripted_event(b->member[0], VIEW, &PARTITIONS_VIEW, &view), 1);
}

// A view of the given type whose frames are made by hand.
static void
send_frames(bench *b, uint32_t type, const unsigned *flags, const size_t *sizes, size_t n)
{
	hzi_buf out = {0};
	hzt_seen seen = {0};
	for (uint64_t i = 0; hzt_scripted_seen(b->member[0], i, &seen) && seen.type != VIEW; i++) {
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t size = (uint32_t)(HZP_FRAME_HEADER + sizes[i]);
		uint8_t *p = hzi_buf_extend(&out, size);
		memset(p, 0, size);
		hzi_store_le32(p, size);
		hzi_store_le16(p + HZP_AT_FLAGS, (uint16_t)flags[i]);
	}
	hzp_message_add_flags(out.data, HZP_FLAG_UNFRAGMENTED | HZP_FLAG_EVENT);
	hzi_store_le32(out.data + HZP_AT_TYPE, type);
	hzp_message_set_correlation(out.data, seen.correlation);
	hzi_store_le32(out.data + HZP_FRAME_HEADER + HZP_REQUEST_HEADER,
			(uint32_t)hzt_scripted_next_version());
	HZT_EQ_INT(hzt_scripted_send(b->member[0], seen.connection, out.data, out.len), 1);
	hzi_buf_clear(&out);
}

// ---- Members ----

static void
no_members(bench *b)
{
	send_members(b, NULL, 0, hzt_scripted_next_version());
}

static void
member_twice(bench *b)
{
	send_with(b, proper_info(b));
}

static void
address_twice(bench *b)
{
	send_with(b, info((hz_uuid){1, 2}, "127.0.0.1", port_of(b, 0)));
}

static void
member_without_uuid(bench *b)
{
	send_with(b, info((hz_uuid){0, 0}, "127.0.0.1", 1));
}

static void
port_negative(bench *b)
{
	send_with(b, info((hz_uuid){1, 2}, "127.0.0.1", -1));
}

static void
port_0(bench *b)
{
	send_with(b, info((hz_uuid){1, 2}, "127.0.0.1", 0));
}

static void
port_too_high(bench *b)
{
	send_with(b, info((hz_uuid){1, 2}, "127.0.0.1", 65536 + port_of(b, 0)));
}

static void
host_empty(bench *b)
{
	send_with(b, info((hz_uuid){1, 2}, "", 5701));
}

static void
host_unprintable(bench *b)
{
	send_with(b, info((hz_uuid){1, 2}, "a\nb\033[2J", 5701));
}

static void
host_long(bench *b)
{
	char host[5001];
	memset(host, 'h', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	send_with(b, info((hz_uuid){1, 2}, host, 5701));
}

static void
address_missing(bench *b)
{
	hzp_member_info other = info((hz_uuid){1, 2}, "127.0.0.1", 5701);
	other.address.port = INT32_MIN;
	send_with(b, other);
}

static void
nobody_there(bench *b)
{
	send_with(b, info((hz_uuid){1, 2}, "127.0.0.1", 1));
}

static void
not_itself(bench *b)
{
	hzp_member_info other = info((hz_uuid){1, 2}, "127.0.0.1", 1);
	send_members(b, &other, 1, hzt_scripted_next_version());
}

static void
old_version(bench *b)
{
	hzp_member_info other = info((hz_uuid){1, 2}, "127.0.0.1", 1);
	send_members(b, &other, 1, -5);
}

static void
send_many(bench *b, uint32_t n)
{
	hzp_member_info *infos = calloc(n, sizeof(*infos));
	HZT_CHECK(infos != NULL);
	infos[0] = proper_info(b);
	for (uint32_t i = 1; i < n; i++) {
		infos[i] = info((hz_uuid){i, i}, "127.0.0.1", 1);
	}
	send_members(b, infos, n, hzt_scripted_next_version());
	free(infos);
}

static void
many_members(bench *b)
{
	send_many(b, MANY);
}

static void
more_members_than_slots(bench *b)
{
	send_many(b, 300);
}

// ---- Partitions ----

static void
partition_negative(bench *b)
{
	send_owners(b, (const int32_t[]){1, -1}, 2);
}

static void
partition_one_too_high(bench *b)
{
	send_owners(b, (const int32_t[]){270, 271}, 2);
}

static void
partition_int_max(bench *b)
{
	send_owners(b, (const int32_t[]){INT32_MAX}, 1);
}

static void
partition_listed_often(bench *b)
{
	size_t n = (size_t)10 * MANY;
	int32_t *ids = calloc(n, sizeof(*ids));
	HZT_CHECK(ids != NULL);
	send_owners(b, ids, n);
	free(ids);
}

static void
no_partitions(bench *b)
{
	partitions_view view = {
			.partitions = HZP_EMPTY_LIST, .version = hzt_scripted_next_version()};
	hzt_scripted_event(b->member[0], VIEW, &PARTITIONS_VIEW, &view);
}

static void
partitions_of_nobody(bench *b)
{
	int32_t ids[271];
	for (int32_t i = 0; i < 271; i++) {
		ids[i] = i;
	}
	hzp_entry_uuid_list_i32 entry = {.key = {9, 9}, .value = HZP_LIST(ids, 271)};
	partitions_view view = {
			.partitions = HZP_LIST(&entry, 1), .version = hzt_scripted_next_version()};
	hzt_scripted_event(b->member[0], VIEW, &PARTITIONS_VIEW, &view);
}

static void
partitions_of_many(bench *b)
{
	hzp_entry_uuid_list_i32 *entries = calloc(MANY, sizeof(*entries));
	HZT_CHECK(entries != NULL);
	for (uint32_t i = 0; i < MANY; i++) {
		entries[i] = (hzp_entry_uuid_list_i32){.key = {i + 1, 1}, .value = HZP_EMPTY_LIST};
	}
	partitions_view view = {.partitions = HZP_LIST(entries, MANY),
			.version = hzt_scripted_next_version()};
	hzt_scripted_event(b->member[0], VIEW, &PARTITIONS_VIEW, &view);
	free(entries);
}

// ---- Frames ----

#define FIRST (HZP_REQUEST_HEADER + 4)

static void
frames(bench *b, uint32_t type, size_t n, const unsigned *flags, const size_t *sizes)
{
	send_frames(b, type, flags, sizes, n);
}

static void
members_unended(bench *b)
{
	frames(b, MEMBERS_VIEW.id, 2, (const unsigned[]){0, HZP_FLAG_BEGIN | HZP_FLAG_FINAL},
			(const size_t[]){FIRST, 0});
}

static void
members_missing(bench *b)
{
	frames(b, MEMBERS_VIEW.id, 1, (const unsigned[]){HZP_FLAG_FINAL}, (const size_t[]){FIRST});
}

static void
members_null(bench *b)
{
	frames(b, MEMBERS_VIEW.id, 2, (const unsigned[]){0, HZP_FLAG_NULL | HZP_FLAG_FINAL},
			(const size_t[]){FIRST, 0});
}

static void
members_of_bytes(bench *b)
{
	frames(b, MEMBERS_VIEW.id, 4,
			(const unsigned[]){0, HZP_FLAG_BEGIN, 0, HZP_FLAG_END | HZP_FLAG_FINAL},
			(const size_t[]){FIRST, 0, 100, 0});
}

static void
keys_missing(bench *b)
{
	frames(b, PARTITIONS_VIEW.id, 3,
			(const unsigned[]){0, HZP_FLAG_BEGIN, HZP_FLAG_END | HZP_FLAG_FINAL},
			(const size_t[]){FIRST, 0, 0});
}

static void
more_keys_than_values(bench *b)
{
	frames(b, PARTITIONS_VIEW.id, 5,
			(const unsigned[]){0, HZP_FLAG_BEGIN, 0, HZP_FLAG_END, HZP_FLAG_FINAL},
			(const size_t[]){FIRST, 0, 4, 0, 51});
}

static void
keys_torn(bench *b)
{
	frames(b, PARTITIONS_VIEW.id, 5,
			(const unsigned[]){0, HZP_FLAG_BEGIN, 0, HZP_FLAG_END, HZP_FLAG_FINAL},
			(const size_t[]){FIRST, 0, 4, 0, 16});
}

static void
ids_torn(bench *b)
{
	frames(b, PARTITIONS_VIEW.id, 5,
			(const unsigned[]){0, HZP_FLAG_BEGIN, 0, HZP_FLAG_END, HZP_FLAG_FINAL},
			(const size_t[]){FIRST, 0, 7, 0, 17});
}

static void
members_nested_deep(bench *b)
{
	static unsigned flags[DEEP + 2];
	static size_t sizes[DEEP + 2];
	sizes[0] = FIRST;
	for (int i = 1; i <= DEEP; i++) {
		flags[i] = HZP_FLAG_BEGIN;
	}
	flags[DEEP + 1] = HZP_FLAG_END | HZP_FLAG_FINAL;
	frames(b, MEMBERS_VIEW.id, DEEP + 2, flags, sizes);
}

static void
of_a_kind_to_come(bench *b)
{
	frames(b, 0x0003ff, 2, (const unsigned[]){0, HZP_FLAG_FINAL},
			(const size_t[]){FIRST, 1000});
}

// ---- The scripts ----

static const script scripts[] = {
		{"no_members", no_members, true},
		{"member_twice", member_twice, false},
		{"address_twice", address_twice, true},
		{"member_without_uuid", member_without_uuid, false},
		{"port_negative", port_negative, false},
		{"port_0", port_0, false},
		{"port_too_high", port_too_high, false},
		{"host_empty", host_empty, false},
		{"host_unprintable", host_unprintable, false},
		{"host_long", host_long, false},
		{"address_missing", address_missing, false},
		{"nobody_there", nobody_there, true},
		{"not_itself", not_itself, false},
		{"old_version", old_version, true},
		{"many_members", many_members, false},
		{"more_members_than_slots", more_members_than_slots, true},
		{"partition_negative", partition_negative, false},
		{"partition_one_too_high", partition_one_too_high, false},
		{"partition_int_max", partition_int_max, false},
		{"partition_listed_often", partition_listed_often, true},
		{"no_partitions", no_partitions, true},
		{"partitions_of_nobody", partitions_of_nobody, true},
		{"partitions_of_many", partitions_of_many, false},
		{"members_unended", members_unended, false},
		{"members_missing", members_missing, false},
		{"members_null", members_null, false},
		{"members_of_bytes", members_of_bytes, false},
		{"members_nested_deep", members_nested_deep, false},
		{"keys_missing", keys_missing, false},
		{"more_keys_than_values", more_keys_than_values, false},
		{"keys_torn", keys_torn, false},
		{"ids_torn", ids_torn, false},
		{"of_a_kind_to_come", of_a_kind_to_come, true},
};

// The view was read when an answer that was sent after it is here, or when the connection that
// brought it is gone.
static bool
was_taken(void *ctx)
{
	bench *b = ctx;
	return bench_stats(b).disconnects > 0;
}

static bool
lists_two(void *ctx)
{
	bench *b = ctx;
	hz_members *members;
	HZT_OK(hz_client_members(b->client, &members, NULL));
	size_t n = hz_members_count(members);
	hz_members_destroy(&members);
	return n == 2;
}

static void
run_script(const script *s)
{
	bench b;
	bench_start(&b, 1, NULL);
	b.member[1] = hzt_scripted_start(NULL);
	b.members = 2;
	HZT_OK(bench_set(&b, 1, 1, NULL));
	uint64_t before = bench_rss();
	s->send(&b);
	if (s->kept) {
		HZT_OK(bench_set(&b, 1, 2, NULL));
	} else {
		HZT_AWAIT(was_taken, &b, PATIENCE_MS);
		bench_usable(&b);
	}
	HZT_CHECK(bench_rss() < before + GROWTH_BYTES * (uint64_t)hzt_slowness());
	// A proper view is taken after that, whatever version the bad one had.
	hzt_scripted_cluster(b.member, 2);
	HZT_AWAIT(lists_two, &b, PATIENCE_MS);
	bench_await_connections(&b, 2);
	if (s->kept) {
		HZT_EQ_INT(bench_stats(&b).disconnects, 0);
	}
	bench_end(&b);
}

static void
hostile_views(void)
{
	const char *only = getenv("SCRIPT");
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		if (only == NULL || strcmp(only, scripts[i].name) == 0) {
			printf("  %s\n", scripts[i].name);
			run_script(&scripts[i]);
		}
	}
}

static const hzt_case cases[] = {
		{"hostile_views", hostile_views},
};

HZT_MAIN("views", cases)
