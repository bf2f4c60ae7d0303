// SPDX-License-Identifier: Apache-2.0
//
// Finds whole messages in a stream of bytes, looking at each frame's header once however the bytes
// arrive. Knows lengths and the mark of the final frame, nothing else.
#ifndef PROTOCOL_SPLIT_H
#define PROTOCOL_SPLIT_H

#include <hazelcast/error.h>
#include <stddef.h>
#include <stdint.h>

// One a connection, used by whoever reads it. Zero but for max_bytes is the start.
typedef struct hzp_splitter {
	size_t max_bytes; // cap on one message
	size_t scanned;   // bytes of the message at hand whose frames are whole
	size_t wanted;    // after "not yet": how many bytes of it are known to be needed
} hzp_splitter;

// Looks at the n bytes that are there of the message that starts at p: the same message and at
// least as many bytes as the time before, though they may have moved. *whole: the message's length,
// after which the next one starts; 0: not yet. Never allocates, never blocks. HZ_ERR_PROTOCOL: a
// frame is shorter than its own header. HZ_ERR_LIMIT: the message is longer than max_bytes, noticed
// with the header of the first frame too many. After an error the stream is lost.
hz_err hzp_split(hzp_splitter *s, const uint8_t *p, size_t n, size_t *whole);

#endif
