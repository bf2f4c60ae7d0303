// SPDX-License-Identifier: Apache-2.0
#include "core/views.h"

#include "base/fail.h"
#include "core/text.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"
#include "protocol/message.h"

#include <string.h>

// Kinds of endpoints in a member's address map.
enum { ENDPOINT_CLIENT = 1 };

// ---- Member lists ----

static bool
read_address(const hzp_address *from, hzi_address *to)
{
	if (!from->present || from->host.n == 0 || from->host.n >= sizeof(to->host) ||
			from->port < 1 || from->port > UINT16_MAX ||
			!hzi_text_is_clean((const char *)from->host.p, from->host.n)) {
		return false;
	}
	memcpy(to->host, from->host.p, from->host.n);
	to->host[from->host.n] = '\0';
	to->port = (uint16_t)from->port;
	return true;
}

// How well an entry of the address map suits a client: 0 not at all.
static int
suits(const hzp_endpoint_qualifier *qualifier, bool public_ip)
{
	static const char public_name[] = "public";
	if (!qualifier->present || qualifier->type != ENDPOINT_CLIENT) {
		return 0;
	}
	if (qualifier->identifier.p == NULL || qualifier->identifier.n == 0) {
		return 1;
	}
	return public_ip && qualifier->identifier.n == sizeof(public_name) - 1 &&
					memcmp(qualifier->identifier.p, public_name,
							sizeof(public_name) - 1) == 0
			? 2
			: 0;
}

// Where clients connect: the client endpoint if the member has one, else its address.
static bool
read_dial_address(const hzp_member_info *info, bool public_ip, hzi_member *to)
{
	hzp_iter it = hzp_iter_start(&info->address_map);
	hzp_entry_endpoint_qualifier_address entry;
	int best = 0;
	to->dial = to->address;
	while (hzp_iter_next(&it, &entry)) {
		int fit = suits(&entry.key, public_ip);
		if (fit > best) {
			best = fit;
			if (!read_address(&entry.value, &to->dial)) {
				return false;
			}
		}
	}
	return true;
}

static bool
read_member(const hzp_member_info *info, bool public_ip, hzi_member *to)
{
	to->uuid = info->uuid;
	to->lite = info->lite_member;
	to->version[0] = (uint8_t)info->version.major;
	to->version[1] = (uint8_t)info->version.minor;
	to->version[2] = (uint8_t)info->version.patch;
	return read_address(&info->address, &to->address) && read_dial_address(info, public_ip, to);
}

static hz_err
read_members(const hzi_view_reader *reader, const hzp_list *infos, int32_t version,
		hzi_members **out, hz_error *err)
{
	if (version <= reader->members_version) {
		return HZ_OK;
	}
	if (infos->count > HZI_MEMBERS_MAX) {
		return hzi_fail(err, HZ_ERR_LIMIT, "a list of %u members is too long",
				infos->count);
	}
	hzi_members *members = hzi_members_new(infos->count, version);
	if (members == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a list of members");
	}
	hzp_iter it = hzp_iter_start(infos);
	hzp_member_info info;
	hz_err e = HZ_OK;
	for (uint32_t i = 0; i < members->count && hzp_iter_next(&it, &info); i++) {
		if (!read_member(&info, reader->public_ip, &members->at[i])) {
			e = hzi_fail(err, HZ_ERR_PROTOCOL,
					"a member of the list has no proper address");
			goto fail;
		}
	}
	e = hzi_members_seal(members, err);
	if (e != HZ_OK) {
		goto fail;
	}
	*out = members;
	return HZ_OK;

fail:
	hzi_members_release(members);
	return e;
}

// ---- Partition tables ----

static bool
read_partitions_of(hzi_owners *owners, const hzp_list *partitions)
{
	uint16_t member = (uint16_t)owners->member_count;
	for (uint32_t i = 0; i < partitions->count; i++) {
		int32_t partition = hzp_list_i32(partitions, i);
		if (partition < 0 || partition >= owners->partition_count) {
			return false;
		}
		owners->of[partition] = member;
	}
	return true;
}

static hz_err
read_owners(const hzi_view_reader *reader, const hzp_list *partitions, int32_t version,
		hzi_owners **out, hz_error *err)
{
	// An empty table says only that partitions are not assigned.
	if (version <= reader->owners_version || partitions->count == 0) {
		return HZ_OK;
	}
	if (partitions->count > HZI_MEMBERS_MAX) {
		return hzi_fail(err, HZ_ERR_LIMIT, "partitions of %u members are too many",
				partitions->count);
	}
	hzi_owners *owners = hzi_owners_new(reader->partition_count, partitions->count, version);
	if (owners == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a partition table");
	}
	hzp_iter it = hzp_iter_start(partitions);
	hzp_entry_uuid_list_i32 entry;
	while (owners->member_count < partitions->count && hzp_iter_next(&it, &entry)) {
		owners->members[owners->member_count] = entry.key;
		if (!read_partitions_of(owners, &entry.value)) {
			hzi_owners_destroy(&owners);
			return hzi_fail(err, HZ_ERR_PROTOCOL,
					"a view names a partition that is none");
		}
		owners->member_count++;
	}
	*out = owners;
	return HZ_OK;
}

// ---- Messages ----

static hz_err
decode(const uint8_t *msg, size_t n, const hzp_message *m, void *record, hz_error *err)
{
	const char *reason = "";
	hz_err e = hzp_decode(msg, n, m, record, &reason);
	return e == HZ_OK ? HZ_OK : hzi_fail(err, e, "%s: %s", m->name, reason);
}

hz_err
hzi_view_read_event(const hzi_view_reader *reader, const uint8_t *msg, size_t n, hzi_view *out,
		hz_error *err)
{
	const hzp_message *members = &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_MEMBERS_VIEW;
	const hzp_message *owners = &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_PARTITIONS_VIEW;
	*out = (hzi_view){NULL, NULL};
	hz_err e = HZ_OK;
	if (hzp_message_type(msg) == members->id) {
		hzp_client_add_cluster_view_listener_members_view view;
		e = decode(msg, n, members, &view, err);
		return e != HZ_OK ? e
				  : read_members(reader, &view.member_infos, view.version,
						    &out->members, err);
	}
	if (hzp_message_type(msg) == owners->id) {
		hzp_client_add_cluster_view_listener_partitions_view view;
		e = decode(msg, n, owners, &view, err);
		return e != HZ_OK ? e
				  : read_owners(reader, &view.partitions, view.version,
						    &out->owners, err);
	}
	return HZ_OK;
}

hz_err
hzi_view_read_reply(const hzi_view_reader *reader, const uint8_t *msg, size_t n, hzi_view *out,
		hz_error *err)
{
	hzp_client_authentication_response reply;
	*out = (hzi_view){NULL, NULL};
	hz_err e = decode(msg, n, &HZP_CLIENT_AUTHENTICATION_RESPONSE, &reply, err);
	// Members before 5.4 do not send the lists, and decoding gives version 0 for them then.
	if (e == HZ_OK && !hzp_list_is_null(&reply.member_infos)) {
		e = read_members(reader, &reply.member_infos, reply.member_list_version,
				&out->members, err);
	}
	if (e == HZ_OK && !hzp_list_is_null(&reply.partitions)) {
		e = read_owners(reader, &reply.partitions, reply.partition_list_version,
				&out->owners, err);
	}
	if (e != HZ_OK) {
		hzi_view_clear(out);
	}
	return e;
}

void
hzi_view_clear(hzi_view *view)
{
	hzi_members_release(view->members);
	view->members = NULL;
	hzi_owners_destroy(&view->owners);
}
