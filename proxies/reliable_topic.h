// SPDX-License-Identifier: Apache-2.0
//
// The inside of a reliable topic's handle, for the two files that it has.
#ifndef HZI_PROXIES_RELIABLE_TOPIC_H
#define HZI_PROXIES_RELIABLE_TOPIC_H

#include "proxies/ringbuffer.h"

#include <hazelcast/reliable_topic.h>

struct hz_reliable_topic {
	hzi_handle handle;
	hz_ringbuffer *ring; // where the messages are
	hz_topic_overload overload;
	int32_t read_batch_size;
};

// Opens the ringbuffer of a topic, once more for each listener.
hz_err hzi_reliable_ring_open(hz_client *client, const char *name, const hz_call *call,
		hz_ringbuffer **ring, hz_error *err);

#endif
