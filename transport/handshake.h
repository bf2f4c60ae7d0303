// SPDX-License-Identifier: Apache-2.0
//
// The first exchange on a new stream: the three bytes that name the protocol, the authentication
// request, and the member's answer. By the I/O thread of that member, before anybody else knows
// the stream.
#ifndef HZI_TRANSPORT_HANDSHAKE_H
#define HZI_TRANSPORT_HANDSHAKE_H

#include "base/buf.h"
#include "transport/stream.h"
#include "transport/wait.h"

#include <hazelcast/error.h>
#include <hazelcast/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A member drops the connection, without a word, when the authentication request is longer.
#define HZI_HANDSHAKE_REQUEST_MAX 4096

// The answer holds the member list and the partition table; a longer one is refused.
#define HZI_HANDSHAKE_REPLY_MAX (4u << 20)

#define HZI_PARTITIONS_MAX 100000

// The numbers stand on the wire.
typedef enum hzi_routing { HZI_ROUTING_UNISOCKET = 0, HZI_ROUTING_SMART = 1 } hzi_routing;

// All strings are lent, terminated, and not NULL but for those that say so.
typedef struct hzi_handshake_request {
	hz_uuid client_uuid; // the same for the client's whole life
	int64_t correlation_id;
	hzi_routing routing;
	const char *cluster_name;
	const char *username; // NULL: none; a member tells that from an empty one
	const char *password; // NULL: none
	const uint8_t *token; // NULL: none; else it takes the place of name and password
	size_t token_size;
	const char *client_type; // three letters, such as "CHZ"
	const char *client_version;
	const char *client_name;
	bool cp_direct_to_leader; // members may tell who leads the CP groups
	const char *const *labels;
	size_t label_count;
} hzi_handshake_request;

typedef struct hzi_handshake_reply {
	hz_uuid member_uuid;
	hz_uuid cluster_id;
	int32_t partition_count;        // 1 to HZI_PARTITIONS_MAX
	int32_t member_list_version;    // -1: the answer has no member list
	int32_t partition_list_version; // -1: partitions are not assigned yet, or not sent
	uint16_t port;
	char host[256]; // where the member says it is; empty if it does not
	char server_version[32];

	// The answer as it came, one whole message that decodes as
	// hzp_client_authentication_response, for the views in it. Owned.
	hzi_buf message;
} hzi_handshake_reply;

// Sends the request and reads exactly one message. Lends request; gives *reply, which is written on
// success only and cleared by hzi_handshake_reply_clear. Never closes the stream; whoever owns it
// must after any failure. Blocks until wait ends it.
//
// HZ_ERR_LIMIT: the request would be too long (nothing was sent). HZ_ERR_AUTHENTICATION: wrong
// cluster name or credentials. HZ_ERR_UNSUPPORTED: the member wants another serialization version.
// HZ_ERR_NOT_ALLOWED: the cluster does not accept this client. HZ_ERR_OFFLINE: the member is not
// ready yet; try again. HZ_ERR_SERVER: another error, with its code and class. HZ_ERR_PROTOCOL: the
// answer is none. HZ_ERR_DISCONNECTED, HZ_ERR_IO, HZ_ERR_TLS, HZ_ERR_TIMEOUT, HZ_ERR_CANCELLED,
// HZ_ERR_MEMORY. `retryable` is set when another try with the same request may go better.
hz_err hzi_handshake(hzi_stream *stream, const hzi_handshake_request *request, const hzi_wait *wait,
		hzi_handshake_reply *reply, hz_error *err);

// Frees what the reply owns and zeroes it. A zeroed one is accepted.
void hzi_handshake_reply_clear(hzi_handshake_reply *reply);

#endif
