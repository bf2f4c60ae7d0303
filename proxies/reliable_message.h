// SPDX-License-Identifier: Apache-2.0
//
// The envelope in which messages of reliable topics lie in their ringbuffer, the same for all
// clients and members: an IdentifiedDataSerializable of factory -9, class 2, with the time of
// publishing, the address of the member that published (null from clients), and the message as
// Data in a byte array.
#ifndef HZI_PROXIES_RELIABLE_MESSAGE_H
#define HZI_PROXIES_RELIABLE_MESSAGE_H

#include "base/buf.h"
#include "protocol/descriptor.h"

#include <hazelcast/error.h>
#include <hazelcast/value.h>

typedef struct hzi_reliable_message {
	int64_t published_at_ms;
	hzp_bytes host; // of the member; p NULL: a client published it
	int32_t port;
	hzp_bytes payload; // Data
} hzi_reliable_message;

// Appends the Data of an envelope with a message. Lends it. On failure `out` is as long as it was.
// Errors as hzi_data_write, HZ_ERR_LIMIT.
hz_err hzi_reliable_message_write(hzi_buf *out, const hz_value *message, int64_t now_ms,
		bool big_endian, hz_error *err);

// Looks into the n bytes of Data of an envelope, whose bytes *out shows. False: they are none.
bool hzi_reliable_message_read(
		const uint8_t *p, size_t n, bool big_endian, hzi_reliable_message *out);

#endif
