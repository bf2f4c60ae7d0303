// SPDX-License-Identifier: Apache-2.0
#include "core/views.h"

#include "base/buf.h"
#include "protocol/encode.h"
#include "protocol/gen/client.h"
#include "protocol/message.h"
#include "tests/support/suite.h"

#include <string.h>

#define MEMBERS_VIEW HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_MEMBERS_VIEW
#define PARTITIONS_VIEW HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_PARTITIONS_VIEW

static const hzi_view_reader fresh = {
		.members_version = INT32_MIN, .owners_version = INT32_MIN, .partition_count = 4};

static hzp_address
address(const char *host, int32_t port)
{
	return (hzp_address){.present = true, .host = hzp_str(host), .port = port};
}

static hzp_member_info
member(uint64_t name, const char *host, int32_t port)
{
	return (hzp_member_info){
			.present = true,
			.address = address(host, port),
			.attributes = HZP_EMPTY_LIST,
			.version = {.present = true, .major = 5, .minor = 7, .patch = 1},
			.address_map = HZP_EMPTY_LIST,
			.uuid = {1, name},
	};
}

static hz_err
read_members(const hzi_view_reader *reader, const hzp_member_info *infos, size_t n, int32_t version,
		hzi_view *view)
{
	hzi_buf msg = {0};
	hz_error err;
	hzp_client_add_cluster_view_listener_members_view event = {
			.member_infos = HZP_LIST(infos, n), .version = version};
	HZT_OK(hzp_encode(&msg, &MEMBERS_VIEW, &event));
	hz_err e = hzi_view_read_event(reader, msg.data, msg.len, view, &err);
	hzi_buf_clear(&msg);
	return e;
}

static hz_err
read_partitions(const hzi_view_reader *reader, const hzp_entry_uuid_list_i32 *entries, size_t n,
		int32_t version, hzi_view *view)
{
	hzi_buf msg = {0};
	hz_error err;
	hzp_client_add_cluster_view_listener_partitions_view event = {
			.partitions = HZP_LIST(entries, n), .version = version};
	HZT_OK(hzp_encode(&msg, &PARTITIONS_VIEW, &event));
	hz_err e = hzi_view_read_event(reader, msg.data, msg.len, view, &err);
	hzi_buf_clear(&msg);
	return e;
}

// ---- Members ----

static void
members_are_read(void)
{
	hzp_member_info infos[] = {member(1, "10.0.0.1", 5701), member(2, "fd00::2", 5702)};
	hzi_view view;
	infos[1].lite_member = true;
	HZT_OK(read_members(&fresh, infos, 2, 9, &view));
	HZT_CHECK(view.members != NULL && view.owners == NULL);
	HZT_EQ_INT(view.members->version, 9);
	HZT_EQ_INT(view.members->count, 2);
	HZT_EQ_STR(view.members->at[0].address.host, "10.0.0.1");
	HZT_EQ_STR(view.members->at[1].dial.host, "fd00::2");
	HZT_EQ_INT(view.members->at[1].dial.port, 5702);
	HZT_CHECK(view.members->at[1].lite && !view.members->at[0].lite);
	HZT_EQ_INT(view.members->at[0].version[0], 5);
	HZT_EQ_INT(view.members->at[0].version[2], 1);
	HZT_CHECK(hzi_members_find(view.members, (hz_uuid){1, 2}) == &view.members->at[1]);
	hzi_view_clear(&view);
	hzi_view_clear(&view);
}

static void
the_client_endpoint_is_dialled(void)
{
	hzp_entry_endpoint_qualifier_address map[] = {
			{.key = {.present = true, .type = 1, .identifier = hzp_str("public")},
					.value = address("outside", 443)},
			{.key = {.present = true, .type = 0}, .value = address("inside", 5701)},
			{.key = {.present = true, .type = 1}, .value = address("clients", 5711)},
	};
	hzp_member_info info = member(1, "inside", 5701);
	hzi_view_reader reader = fresh;
	hzi_view view;
	info.address_map = HZP_LIST(map, 3);
	HZT_OK(read_members(&reader, &info, 1, 1, &view));
	HZT_EQ_STR(view.members->at[0].address.host, "inside");
	HZT_EQ_STR(view.members->at[0].dial.host, "clients");
	HZT_EQ_INT(view.members->at[0].dial.port, 5711);
	hzi_view_clear(&view);

	reader.public_ip = true;
	HZT_OK(read_members(&reader, &info, 1, 1, &view));
	HZT_EQ_STR(view.members->at[0].dial.host, "outside");
	hzi_view_clear(&view);
}

static void
known_versions_are_not_read_again(void)
{
	hzp_member_info info = member(1, "a", 1);
	hzp_entry_uuid_list_i32 entry = {
			.key = {1, 1}, .value = HZP_LIST(((int32_t[]){0, 1, 2, 3}), 4)};
	hzi_view_reader reader = {.members_version = 5, .owners_version = 5, .partition_count = 4};
	hzi_view view;
	for (int32_t version = 4; version <= 6; version++) {
		HZT_OK(read_members(&reader, &info, 1, version, &view));
		HZT_CHECK((view.members != NULL) == (version > 5));
		hzi_view_clear(&view);
		HZT_OK(read_partitions(&reader, &entry, 1, version, &view));
		HZT_CHECK((view.owners != NULL) == (version > 5));
		hzi_view_clear(&view);
	}
}

static void
impossible_members_are_refused(void)
{
	char long_host[300];
	memset(long_host, 'x', sizeof(long_host) - 1);
	long_host[sizeof(long_host) - 1] = '\0';
	const hzp_member_info bad[] = {
			member(1, "", 5701),
			member(1, "a", 0),
			member(1, "a", -1),
			member(1, "a", 65536),
			member(1, "a\nb", 5701),
			member(1, long_host, 5701),
	};
	hzi_view view;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		HZT_EQ_INT(read_members(&fresh, &bad[i], 1, 1, &view), HZ_ERR_PROTOCOL);
		HZT_CHECK(view.members == NULL);
	}
	hzp_member_info twins[] = {member(7, "a", 1), member(7, "b", 2)};
	HZT_EQ_INT(read_members(&fresh, twins, 2, 1, &view), HZ_ERR_PROTOCOL);
	twins[1].uuid = (hz_uuid){0, 0};
	HZT_EQ_INT(read_members(&fresh, twins, 2, 1, &view), HZ_ERR_PROTOCOL);
}

static void
an_empty_list_is_a_list(void)
{
	hzi_view view;
	hzp_member_info none = {0};
	HZT_OK(read_members(&fresh, &none, 0, 1, &view));
	HZT_CHECK(view.members != NULL);
	HZT_EQ_INT(view.members->count, 0);
	hzi_view_clear(&view);
}

// ---- Partitions ----

static void
owners_are_read(void)
{
	hzp_entry_uuid_list_i32 entries[] = {
			{.key = {1, 1}, .value = HZP_LIST(((int32_t[]){0, 2}), 2)},
			{.key = {1, 2}, .value = HZP_LIST(((int32_t[]){3}), 1)},
	};
	hzi_view view;
	HZT_OK(read_partitions(&fresh, entries, 2, 3, &view));
	HZT_CHECK(view.owners != NULL && view.members == NULL);
	HZT_EQ_INT(view.owners->version, 3);
	HZT_EQ_INT(hzi_owners_at(view.owners, 0).lsb, 1);
	HZT_EQ_INT(hzi_owners_at(view.owners, 1).lsb, 0);
	HZT_EQ_INT(hzi_owners_at(view.owners, 2).lsb, 1);
	HZT_EQ_INT(hzi_owners_at(view.owners, 3).lsb, 2);
	hzi_view_clear(&view);
}

static void
an_empty_table_says_nothing(void)
{
	hzi_view view;
	hzp_entry_uuid_list_i32 none = {0};
	HZT_OK(read_partitions(&fresh, &none, 0, 3, &view));
	HZT_CHECK(view.owners == NULL);
}

static void
impossible_partitions_are_refused(void)
{
	static const int32_t bad[] = {-1, 4, INT32_MAX, INT32_MIN};
	hzi_view view;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		hzp_entry_uuid_list_i32 entry = {.key = {1, 1}, .value = HZP_LIST(&bad[i], 1)};
		HZT_EQ_INT(read_partitions(&fresh, &entry, 1, 3, &view), HZ_ERR_PROTOCOL);
		HZT_CHECK(view.owners == NULL);
	}
}

static void
tables_are_left_out_when_not_wanted(void)
{
	hzi_view_reader reader = fresh;
	hzp_entry_uuid_list_i32 entry = {.key = {1, 1}, .value = HZP_LIST(((int32_t[]){0}), 1)};
	hzi_view view;
	reader.owners_version = INT32_MAX;
	HZT_OK(read_partitions(&reader, &entry, 1, INT32_MAX, &view));
	HZT_CHECK(view.owners == NULL);
}

// ---- Messages ----

static void
reply_has_both(void)
{
	hzp_member_info info = member(1, "a", 5701);
	hzp_entry_uuid_list_i32 entry = {
			.key = {1, 1}, .value = HZP_LIST(((int32_t[]){0, 1, 2, 3}), 4)};
	hzp_client_authentication_response reply = {
			.address = address("a", 5701),
			.server_hazelcast_version = hzp_str("5.7.0"),
			.member_infos = HZP_LIST(&info, 1),
			.partitions = HZP_LIST(&entry, 1),
			.key_value_pairs = HZP_EMPTY_LIST,
			.member_uuid = {1, 1},
			.partition_count = 4,
			.cluster_id = {2, 2},
			.member_list_version = 3,
			.partition_list_version = 8,
	};
	hzi_buf msg = {0};
	hzi_view view;
	hz_error err;
	HZT_OK(hzp_encode(&msg, &HZP_CLIENT_AUTHENTICATION_RESPONSE, &reply));
	HZT_OK_ERR(hzi_view_read_reply(&fresh, msg.data, msg.len, &view, &err), &err);
	HZT_CHECK(view.members != NULL && view.owners != NULL);
	HZT_EQ_INT(view.members->version, 3);
	HZT_EQ_INT(view.owners->version, 8);
	hzi_view_clear(&view);
	hzi_buf_clear(&msg);
}

static void
every_cut_is_refused(void)
{
	hzp_member_info infos[] = {member(1, "10.0.0.1", 5701), member(2, "10.0.0.2", 5701)};
	hzp_client_add_cluster_view_listener_members_view event = {
			.member_infos = HZP_LIST(infos, 2), .version = 1};
	hzi_buf msg = {0};
	hz_error err;
	hzi_view view;
	HZT_OK(hzp_encode(&msg, &MEMBERS_VIEW, &event));
	for (size_t n = HZP_FRAME_HEADER + HZP_REQUEST_HEADER; n < msg.len; n++) {
		HZT_EQ_INT(hzi_view_read_event(&fresh, msg.data, n, &view, &err), HZ_ERR_PROTOCOL);
		HZT_CHECK(view.members == NULL && err.message[0] != '\0');
	}
	hzi_buf_clear(&msg);
}

static void
other_events_say_nothing(void)
{
	hzp_client_add_cluster_view_listener_cluster_version event = {
			.version = {.present = true, .major = 5, .minor = 7}};
	hzi_buf msg = {0};
	hz_error err;
	hzi_view view;
	HZT_OK(hzp_encode(&msg, &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_CLUSTER_VERSION, &event));
	HZT_OK(hzi_view_read_event(&fresh, msg.data, msg.len, &view, &err));
	HZT_CHECK(view.members == NULL && view.owners == NULL);
	hzi_buf_clear(&msg);
}

static const hzt_case cases[] = {
		{"members_are_read", members_are_read},
		{"the_client_endpoint_is_dialled", the_client_endpoint_is_dialled},
		{"known_versions_are_not_read_again", known_versions_are_not_read_again},
		{"impossible_members_are_refused", impossible_members_are_refused},
		{"an_empty_list_is_a_list", an_empty_list_is_a_list},
		{"owners_are_read", owners_are_read},
		{"an_empty_table_says_nothing", an_empty_table_says_nothing},
		{"impossible_partitions_are_refused", impossible_partitions_are_refused},
		{"tables_are_left_out_when_not_wanted", tables_are_left_out_when_not_wanted},
		{"reply_has_both", reply_has_both},
		{"every_cut_is_refused", every_cut_is_refused},
		{"other_events_say_nothing", other_events_say_nothing},
};
HZT_MAIN("views", cases)
