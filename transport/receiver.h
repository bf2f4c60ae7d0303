// SPDX-License-Identifier: Apache-2.0
//
// The bytes of one connection on their way in: read into blocks of a pool, cut into messages where
// they lie, parts of messages put together. No lock; it belongs to the holder of the read right.
#ifndef HZI_TRANSPORT_RECEIVER_H
#define HZI_TRANSPORT_RECEIVER_H

#include "base/block.h"
#include "protocol/fragments.h"
#include "protocol/split.h"
#include "transport/stream.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct hzi_receiver {
	hzi_block_pool *pool;
	hzi_block *block; // filled up to `fill`, consumed up to `start`
	size_t start, fill;
	hzp_splitter splitter;
	hzp_fragments fragments;
	hzi_slice joined; // the last message that came in parts
} hzi_receiver;

// Prepares for a first connection; `pool` is lent for good. Allocates nothing. max_message bounds a
// message, and all unfinished ones that come in parts.
void hzi_receiver_init(hzi_receiver *r, hzi_block_pool *pool, size_t max_message);

// Lets go of everything, ready for the next connection. Safe twice.
void hzi_receiver_clear(hzi_receiver *r);

// Reads once; *got bytes are there to be cut, *more: there may be more in the socket. Does not
// block. HZ_ERR_MEMORY; HZ_ERR_DISCONNECTED, HZ_ERR_IO, HZ_ERR_TLS as the stream says. Then *why
// lends a constant text.
hz_err hzi_receiver_read(
		hzi_receiver *r, hzi_stream *stream, size_t *got, bool *more, const char **why);

// Lends the next whole message, with a header, until the next call; an empty slice if there is
// none. To keep it: hzi_slice_take. HZ_ERR_PROTOCOL, HZ_ERR_LIMIT, HZ_ERR_MEMORY: the stream is
// lost, and *why lends a constant text.
hz_err hzi_receiver_next(hzi_receiver *r, hzi_slice *msg, const char **why);

#endif
