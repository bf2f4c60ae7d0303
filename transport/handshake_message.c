// SPDX-License-Identifier: Apache-2.0
#include "transport/handshake_message.h"

#include "base/bytes.h"
#include "base/fail.h"
#include "base/line.h"
#include "protocol/decode.h"
#include "protocol/encode.h"
#include "protocol/error.h"
#include "protocol/gen/client.h"
#include "protocol/message.h"

#include <stdlib.h>
#include <string.h>

static const char preamble[] = {'C', 'P', '2'};

#define SERIALIZATION_VERSION 1

// The most that a request takes whose texts are within the limit in all: each label has a frame,
// and all the rest is less than another such request.
#define ROOM_BYTES ((size_t)3 * HZI_HANDSHAKE_REQUEST_MAX)

// A string that is too long is taken a byte longer than fits, so that the message is refused.
static hzp_bytes
text_field(const char *text)
{
	if (text == NULL) {
		return (hzp_bytes){0};
	}
	size_t size = strnlen(text, HZI_HANDSHAKE_REQUEST_MAX + 1);
	return (hzp_bytes){(const uint8_t *)text, (uint32_t)size};
}

static size_t
text_size(const hzi_handshake_request *request, const hzp_bytes *labels)
{
	const char *texts[] = {request->cluster_name, request->username, request->password,
			request->client_type, request->client_version, request->client_name};
	size_t size = request->token_size;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size += text_field(texts[i]).n;
	}
	for (size_t i = 0; i < request->label_count; i++) {
		size += labels[i].n;
	}
	return size;
}

// What the two messages have in common.
#define COMMON_FIELDS(request, labels_)                                                            \
	.cluster_name = text_field((request)->cluster_name),                                       \
	.client_type = text_field((request)->client_type),                                         \
	.client_hazelcast_version = text_field((request)->client_version),                         \
	.client_name = text_field((request)->client_name),                                         \
	.labels = HZP_LIST(labels_, (request)->label_count), .uuid = (request)->client_uuid,       \
	.serialization_version = SERIALIZATION_VERSION,                                            \
	.routing_mode = (int8_t)(request)->routing,                                                \
	.cp_direct_to_leader_routing = (request)->cp_direct_to_leader

static hz_err
encode_password(const hzi_handshake_request *request, const hzp_bytes *labels, hzi_buf *out)
{
	hzp_client_authentication_request record = {
			.username = text_field(request->username),
			.password = text_field(request->password),
			COMMON_FIELDS(request, labels),
	};
	return hzp_encode(out, &HZP_CLIENT_AUTHENTICATION_REQUEST, &record);
}

// A token, or whatever else a login module of the cluster understands.
static hz_err
encode_token(const hzi_handshake_request *request, const hzp_bytes *labels, hzi_buf *out)
{
	hzp_client_authentication_custom_request record = {
			.credentials = {request->token, (uint32_t)request->token_size},
			COMMON_FIELDS(request, labels),
	};
	return hzp_encode(out, &HZP_CLIENT_AUTHENTICATION_CUSTOM_REQUEST, &record);
}

static hz_err
encode_request(const hzi_handshake_request *request, const hzp_bytes *labels, hzi_buf *out)
{
	if (text_size(request, labels) > HZI_HANDSHAKE_REQUEST_MAX) {
		return HZ_ERR_LIMIT;
	}
	// All room at once: a buffer that grows would leave a copy of the password behind.
	if (!hzi_buf_reserve(out, ROOM_BYTES)) {
		return HZ_ERR_MEMORY;
	}
	(void)hzi_buf_append(out, preamble, sizeof(preamble));
	hz_err code = (request->token != NULL ? encode_token : encode_password)(
			request, labels, out);
	if (code != HZ_OK) {
		return code;
	}
	if (out->len - sizeof(preamble) > HZI_HANDSHAKE_REQUEST_MAX) {
		return HZ_ERR_LIMIT;
	}
	hzp_message_set_correlation(out->data + sizeof(preamble), request->correlation_id);
	return HZ_OK;
}

static hz_err
try_encode(const hzi_handshake_request *request, hzi_buf *out)
{
	// Each label takes a frame.
	if (request->label_count > HZI_HANDSHAKE_REQUEST_MAX / HZP_FRAME_HEADER) {
		return HZ_ERR_LIMIT;
	}
	hzp_bytes *labels = calloc(request->label_count + 1, sizeof(*labels));
	if (labels == NULL) {
		return HZ_ERR_MEMORY;
	}
	for (size_t i = 0; i < request->label_count; i++) {
		labels[i] = text_field(request->labels[i]);
	}
	hz_err code = encode_request(request, labels, out);
	free(labels);
	return code;
}

hz_err
hzi_handshake_encode(const hzi_handshake_request *request, hzi_buf *out, hz_error *err)
{
	hz_err code = try_encode(request, out);
	if (code == HZ_ERR_LIMIT) {
		return hzi_fail(err, code,
				"client name, labels and credentials make a request of more than "
				"%d bytes, which no member reads",
				HZI_HANDSHAKE_REQUEST_MAX);
	}
	if (code != HZ_OK) {
		return hzi_fail(err, code, "cannot make the authentication request");
	}
	return HZ_OK;
}

// Error codes of the protocol that mean more than that the member had an error.
static const struct {
	int32_t server_code;
	hz_err code;
	bool retryable;
} known_errors[] = {
		{3, HZ_ERR_AUTHENTICATION, false}, // AUTHENTICATION
		{19, HZ_ERR_OFFLINE, true}, // HAZELCAST_INSTANCE_NOT_ACTIVE: it is still starting
		{20, HZ_ERR_SERVER, true},  // HAZELCAST_OVERLOAD
		{46, HZ_ERR_SERVER, true},  // RETRYABLE_HAZELCAST
		{49, HZ_ERR_AUTHENTICATION, false}, // SECURITY
		{64, HZ_ERR_AUTHENTICATION, false}, // ACCESS_CONTROL
		{65, HZ_ERR_AUTHENTICATION, false}, // LOGIN
};

static hz_err
fail_with_error(const hzi_buf *in, hz_error *err)
{
	hzp_error_holder first;
	const char *reason = NULL;
	if (hzp_error_first(in->data, in->len, &first, NULL, &reason) != HZ_OK) {
		return hzi_fail(err, HZ_ERR_PROTOCOL, "error message of the member: %s", reason);
	}
	hz_err code = HZ_ERR_SERVER;
	bool retryable = false;
	for (size_t i = 0; i < sizeof(known_errors) / sizeof(known_errors[0]); i++) {
		if (known_errors[i].server_code == first.error_code) {
			code = known_errors[i].code;
			retryable = known_errors[i].retryable;
		}
	}
	char text[sizeof(err->message)];
	hzi_line_copy(text, sizeof(text), first.message.p, first.message.n);
	(void)hzi_fail(err, code, "the member answered: %s", text);
	if (err != NULL) {
		hzi_line_copy(err->where, sizeof(err->where), first.class_name.p,
				first.class_name.n);
		err->server_code = first.error_code;
		err->retryable = retryable;
	}
	return code;
}

static hz_err
check_status(int8_t status, hz_error *err)
{
	switch (status) {
	case 0:
		return HZ_OK;
	case 1:
		return hzi_fail(err, HZ_ERR_AUTHENTICATION,
				"the member refused the cluster name or the credentials");
	case 2:
		return hzi_fail(err, HZ_ERR_UNSUPPORTED,
				"the member does not support serialization version %d",
				SERIALIZATION_VERSION);
	case 3:
		return hzi_fail(err, HZ_ERR_NOT_ALLOWED, "the cluster does not accept this client");
	default:
		return hzi_fail(err, HZ_ERR_PROTOCOL, "authentication status %d is unknown",
				status);
	}
}

static bool
is_none(hz_uuid uuid)
{
	return uuid.msb == 0 && uuid.lsb == 0;
}

static hz_err
take_address(const hzp_address *address, hzi_handshake_reply *reply, hz_error *err)
{
	if (!address->present) {
		return HZ_OK;
	}
	bool fits = address->host.n < sizeof(reply->host) && address->port >= 0 &&
			address->port <= UINT16_MAX;
	if (!fits) {
		return hzi_fail(err, HZ_ERR_PROTOCOL, "the member's own address makes no sense");
	}
	hzi_line_copy(reply->host, sizeof(reply->host), address->host.p, address->host.n);
	reply->port = (uint16_t)address->port;
	return HZ_OK;
}

static hz_err
take_answer(const hzp_client_authentication_response *answer, hzi_handshake_reply *reply,
		hz_error *err)
{
	if (is_none(answer->member_uuid) || is_none(answer->cluster_id)) {
		return hzi_fail(err, HZ_ERR_PROTOCOL, "the member does not say who it is");
	}
	if (answer->partition_count < 1 || answer->partition_count > HZI_PARTITIONS_MAX) {
		return hzi_fail(err, HZ_ERR_PROTOCOL,
				"the member says that there are %d partitions",
				answer->partition_count);
	}
	// Members before 5.4 send neither list; their versions are then zero, not "none".
	bool lists = !hzp_list_is_null(&answer->member_infos);
	reply->member_uuid = answer->member_uuid;
	reply->cluster_id = answer->cluster_id;
	reply->partition_count = answer->partition_count;
	reply->member_list_version = lists ? answer->member_list_version : -1;
	reply->partition_list_version = lists ? answer->partition_list_version : -1;
	hzi_line_copy(reply->server_version, sizeof(reply->server_version),
			answer->server_hazelcast_version.p, answer->server_hazelcast_version.n);
	return take_address(&answer->address, reply, err);
}

// The answers to both requests have the same fields, but lists of this one may be null.
static hz_err
decode_custom(hzi_buf *in, hzp_client_authentication_response *answer, const char **reason)
{
	hzp_client_authentication_custom_response custom;
	hz_err code = hzp_decode(in->data, in->len, &HZP_CLIENT_AUTHENTICATION_CUSTOM_RESPONSE,
			&custom, reason);
	*answer = (hzp_client_authentication_response){
			.address = custom.address,
			.server_hazelcast_version = custom.server_hazelcast_version,
			.member_infos = custom.member_infos,
			.status = custom.status,
			.member_uuid = custom.member_uuid,
			.partition_count = custom.partition_count,
			.cluster_id = custom.cluster_id,
			.member_list_version = custom.member_list_version,
			.partition_list_version = custom.partition_list_version,
	};
	// Whoever reads the views in it later knows one name only.
	hzi_store_le32(in->data + HZP_AT_TYPE, HZP_CLIENT_AUTHENTICATION_RESPONSE.id);
	return code;
}

hz_err
hzi_handshake_decode(hzi_buf *in, int64_t correlation_id, hzi_handshake_reply *reply, hz_error *err)
{
	hz_err code = hzp_message_check(in->data, in->len);
	if (code != HZ_OK) {
		return hzi_fail(err, code,
				"the answer to the authentication request is no message");
	}
	if (hzp_message_correlation(in->data) != correlation_id) {
		return hzi_fail(err, HZ_ERR_PROTOCOL,
				"the member answered something that was not asked");
	}
	uint32_t type = hzp_message_type(in->data);
	if (type == HZP_TYPE_ERROR) {
		return fail_with_error(in, err);
	}
	hzp_client_authentication_response answer;
	const char *reason = NULL;
	if (type == HZP_CLIENT_AUTHENTICATION_CUSTOM_RESPONSE.id) {
		code = decode_custom(in, &answer, &reason);
	} else if (type == HZP_CLIENT_AUTHENTICATION_RESPONSE.id) {
		code = hzp_decode(in->data, in->len, &HZP_CLIENT_AUTHENTICATION_RESPONSE, &answer,
				&reason);
	} else {
		return hzi_fail(err, HZ_ERR_PROTOCOL,
				"the answer to the authentication request has type 0x%06x", type);
	}
	if (code != HZ_OK) {
		return hzi_fail(err, code, "answer to the authentication request: %s", reason);
	}
	code = check_status(answer.status, err);
	return code == HZ_OK ? take_answer(&answer, reply, err) : code;
}
