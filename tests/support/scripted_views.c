// SPDX-License-Identifier: Apache-2.0
//
// The scripted member's own services: authentication, views, listeners.
#include "protocol/decode.h"
#include "protocol/frame.h"
#include "protocol/gen/client.h"
#include "protocol/message.h"
#include "tests/support/scripted_state.h"

#include <stdlib.h>
#include <string.h>

// Bytes of the first frame's content in an answer from before 2.7, and how many parts follow it
// there and in 2.7.
#define FIRST_2_0 54U
#define PARTS_2_0 2
#define PARTS_2_7 7

static int32_t last_version;

int32_t
hzt_scripted_next_version(void)
{
	hzt_lock();
	int32_t version = ++last_version;
	hzt_unlock();
	return version;
}

// ---- What a view is made of ----

typedef struct tables {
	hzp_member_info members[HZT_CLUSTER_MAX];
	hzp_entry_endpoint_qualifier_address addresses[HZT_CLUSTER_MAX];
	hzp_entry_uuid_list_i32 owners[HZT_CLUSTER_MAX];
	int32_t *ids; // of all partitions, those of one member together
} tables;

static hzp_address
address_of(const hzt_scripted *member)
{
	return (hzp_address){.present = true, .host = hzp_str("127.0.0.1"), .port = member->port};
}

static void
fill_member(tables *t, size_t i, const hzt_scripted *member)
{
	t->addresses[i] = (hzp_entry_endpoint_qualifier_address){
			.key = {.present = true, .type = 1}, .value = address_of(member)};
	t->members[i] = (hzp_member_info){.present = true,
			.address = address_of(member),
			.version = {.present = true, .major = 5, .minor = 7},
			.address_map = HZP_LIST(&t->addresses[i], 1),
			.uuid = member->options.uuid,
			.lite_member = member->options.lite};
}

static void
fill_tables(tables *t, const hzt_scripted *member)
{
	size_t n = member->cluster_size;
	int32_t *id = t->ids = calloc((size_t)member->options.partitions, sizeof(*id));
	hzt_need(id != NULL, "memory for a view");
	for (size_t i = 0; i < n; i++) {
		int32_t *first = id;
		for (int32_t p = (int32_t)i; p < member->options.partitions; p += (int32_t)n) {
			*id++ = p;
		}
		fill_member(t, i, member->cluster[i]);
		t->owners[i] = (hzp_entry_uuid_list_i32){.key = member->cluster[i]->options.uuid,
				.value = HZP_LIST(first, id - first)};
	}
}

static void
fill_members_view(const tables *t, const hzt_scripted *member,
		hzp_client_add_cluster_view_listener_members_view *out)
{
	out->member_infos = HZP_LIST(t->members, member->cluster_size);
	out->version = member->members_version;
}

static void
fill_partitions_view(const tables *t, const hzt_scripted *member,
		hzp_client_add_cluster_view_listener_partitions_view *out)
{
	out->partitions = HZP_LIST(t->owners, member->cluster_size);
	out->version = member->partitions_version;
}

void
hzt_send_views(hzt_scripted *member)
{
	tables t;
	hzp_client_add_cluster_view_listener_members_view members = {0};
	hzp_client_add_cluster_view_listener_partitions_view partitions = {0};
	uint32_t type = HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_REQUEST.id;
	fill_tables(&t, member);
	fill_members_view(&t, member, &members);
	fill_partitions_view(&t, member, &partitions);
	hzt_scripted_event(
			member, type, &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_MEMBERS_VIEW, &members);
	hzt_scripted_event(member, type, &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_PARTITIONS_VIEW,
			&partitions);
	free(t.ids);
}

static void
tell(hzt_scripted *teller, hzt_scripted *const *members, size_t n, int32_t version)
{
	for (size_t i = 0; i < n; i++) {
		teller->cluster[i] = members[i];
	}
	teller->cluster_size = n;
	teller->members_version = version;
	teller->partitions_version = version;
	hzt_send_views(teller);
}

void
hzt_scripted_cluster_by(hzt_scripted *teller, hzt_scripted *const *members, size_t n)
{
	hzt_lock();
	hzt_need(n <= HZT_CLUSTER_MAX, "so many members");
	tell(teller, members, n, hzt_scripted_next_version());
	hzt_unlock();
}

void
hzt_scripted_cluster(hzt_scripted *const *members, size_t n)
{
	hzt_lock();
	hzt_need(n <= HZT_CLUSTER_MAX, "so many members");
	int32_t version = hzt_scripted_next_version();
	for (size_t i = 0; i < n; i++) {
		tell(members[i], members, n, version);
	}
	hzt_unlock();
}

// ---- Authentication ----

void
hzt_scripted_tell_leaders(hzt_scripted *member, const char *json)
{
	hzt_lock();
	member->cp_leaders = json;
	hzt_unlock();
}

// Cuts the newest form down to an older one: fewer bytes in the first frame, fewer parts after it.
static void
cut_to_form(hzi_buf *msg, hzt_form form)
{
	int parts = form == HZT_FORM_2_0 ? PARTS_2_0 : PARTS_2_7;
	hzp_frames in = {.p = msg->data, .end = msg->data + msg->len};
	hzp_frame frame;
	int depth = 0;
	const uint8_t *last = NULL;
	if (form == HZT_FORM_2_0) {
		uint32_t first = hzi_load_le32(msg->data);
		uint8_t *rest = msg->data + first;
		size_t kept = HZP_FRAME_HEADER + FIRST_2_0;
		memmove(msg->data + kept, rest, msg->len - first);
		hzi_store_le32(msg->data, (uint32_t)kept);
		msg->len -= first - kept;
		in.end = msg->data + msg->len;
	}
	bool first_frame = true;
	while (parts > 0 && hzp_frames_take(&in, &frame)) {
		depth += (frame.flags & HZP_FLAG_BEGIN) != 0 && !first_frame;
		depth -= (frame.flags & HZP_FLAG_END) != 0;
		parts -= depth == 0 && !first_frame;
		first_frame = false;
		last = frame.p - HZP_FRAME_HEADER;
	}
	msg->len = (size_t)(in.p - msg->data);
	size_t at = (size_t)(last - msg->data) + HZP_AT_FLAGS;
	hzi_store_le16(msg->data + at, (uint16_t)(hzi_load_le16(msg->data + at) | HZP_FLAG_FINAL));
}

static bool
knows_name(const hzt_request *request)
{
	hzp_client_authentication_request in;
	const char *name = request->member->cluster_name;
	hzt_need(hzp_decode(request->msg, request->n, &HZP_CLIENT_AUTHENTICATION_REQUEST, &in,
				 NULL) == HZ_OK,
			"a proper authentication");
	return in.cluster_name.n == strlen(name) &&
			memcmp(in.cluster_name.p, name, in.cluster_name.n) == 0;
}

static void
fill_refusal(hzp_client_authentication_response *out, int8_t status)
{
	*out = (hzp_client_authentication_response){.status = status,
			.serialization_version = -1,
			.partition_count = -1,
			.member_list_version = -1,
			.partition_list_version = -1};
}

static void
fill_welcome(hzp_client_authentication_response *out, const hzt_scripted *member, const tables *t,
		hzp_entry_str_str *pairs)
{
	pairs[0] = (hzp_entry_str_str){hzp_str("clusterVersion"), hzp_str("5.7")};
	pairs[1] = (hzp_entry_str_str){hzp_str("cp.leaders"), hzp_str(member->cp_leaders)};
	*out = (hzp_client_authentication_response){.address = address_of(member),
			.server_hazelcast_version = hzp_str(member->version),
			.tpc_ports = HZP_EMPTY_LIST,
			.member_infos = HZP_LIST(t->members, member->cluster_size),
			.partitions = HZP_LIST(t->owners, member->cluster_size),
			.key_value_pairs = HZP_LIST(pairs, member->cp_leaders != NULL ? 2 : 1),
			.member_uuid = member->options.uuid,
			.serialization_version = 1,
			.partition_count = member->options.partitions,
			.cluster_id = member->options.cluster,
			.member_list_version = member->members_version,
			.partition_list_version = member->partitions_version};
}

static void
authenticate(hzt_request *request)
{
	hzt_scripted *member = request->member;
	hzp_client_authentication_response record;
	hzi_buf out = {0};
	hzi_buf *into = request->into;
	tables t = {.ids = NULL};
	hzp_entry_str_str pairs[2];
	int8_t status = member->options.status != 0 ? member->options.status
			: knows_name(request)       ? 0
						    : 1;
	if (status != 0) {
		fill_refusal(&record, status);
	} else {
		fill_tables(&t, member);
		fill_welcome(&record, member, &t, pairs);
	}
	request->into = &out;
	hzt_reply(request, &HZP_CLIENT_AUTHENTICATION_RESPONSE, &record);
	request->into = into;
	if (member->options.form != HZT_FORM_2_8) {
		cut_to_form(&out, member->options.form);
	}
	hzt_conn *conn = hzt_conn_find(member, request->connection);
	if (conn != NULL && status == 0) {
		conn->authenticated = true;
	}
	hzt_reply_bytes(request, out.data, out.len);
	hzi_buf_clear(&out);
	free(t.ids);
}

// ---- Listeners ----

static void
listen_to_views(hzt_request *request)
{
	hzt_scripted *member = request->member;
	hzt_listen(request, (hz_uuid){0});
	// As members do: the views come before the response.
	hzt_send_views(member);
	hzp_client_add_cluster_view_listener_response nothing = {0};
	hzt_reply(request, &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_RESPONSE, &nothing);
}

// The UUID that a remove...Listener names.
static bool
named_listener(const hzt_request *request, const hzp_message *m, hz_uuid *id)
{
	uint8_t *record = calloc(1, m->struct_size);
	bool found = false;
	hzt_need(record != NULL, "memory for a request");
	hzt_need(hzp_decode(request->msg, request->n, m, record, NULL) == HZ_OK,
			"a proper request");
	for (unsigned i = 0; i < m->n_fields; i++) {
		if (strcmp(m->fields[i].name, "registration_id") == 0) {
			memcpy(id, record + m->fields[i].offset, sizeof(*id));
			found = true;
		}
	}
	free(record);
	return found;
}

static bool
forget_listener(hzt_scripted *member, hz_uuid id)
{
	for (hzt_listener **at = &member->listeners; *at != NULL; at = &(*at)->next) {
		hzt_listener *one = *at;
		if (one->id.msb == id.msb && one->id.lsb == id.lsb) {
			*at = one->next;
			free(one);
			return true;
		}
	}
	return false;
}

// remove...Listener answers with one bool, whatever the structure.
static bool
stop_listening(hzt_request *request, const hzp_message *m)
{
	const hzp_message *response = hzp_message_find(request->type | 1U);
	hz_uuid id;
	if (strstr(m->name, ".remove") == NULL || strstr(m->name, "Listener") == NULL ||
			!named_listener(request, m, &id)) {
		return false;
	}
	uint8_t record[64] = {0};
	hzt_need(response != NULL && response->struct_size <= sizeof(record), "a small answer");
	record[response->fields[0].offset] = forget_listener(request->member, id);
	hzt_reply(request, response, record);
	return true;
}

bool
hzt_answer_client(hzt_request *request, const hzp_message *m)
{
	if (m == &HZP_CLIENT_AUTHENTICATION_REQUEST) {
		authenticate(request);
	} else if (m == &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_REQUEST) {
		listen_to_views(request);
	} else {
		return stop_listening(request, m);
	}
	return true;
}
