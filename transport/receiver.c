// SPDX-License-Identifier: Apache-2.0
#include "transport/receiver.h"

#include "base/buf.h"
#include "protocol/message.h"

#include <string.h>

#define BLOCK_BYTES ((size_t)64 * 1024)
#define READ_MIN ((size_t)2048)

// The most that is allocated on a header's word alone; beyond it a message's block grows as its
// bytes arrive.
#define TRUST_BYTES ((size_t)4 * 1024 * 1024)

// A larger block goes as soon as it is empty.
#define KEEP_BYTES TRUST_BYTES

#define FRAGMENTED_MESSAGES_MAX 64U

void
hzi_receiver_init(hzi_receiver *r, hzi_block_pool *pool, size_t max_message)
{
	*r = (hzi_receiver){.pool = pool, .splitter = {.max_bytes = max_message}};
	hzp_fragments_init(&r->fragments, FRAGMENTED_MESSAGES_MAX, max_message);
}

void
hzi_receiver_clear(hzi_receiver *r)
{
	hzi_slice_clear(&r->joined);
	hzi_block_release(r->block);
	hzp_fragments_clear(&r->fragments);
	hzi_receiver_init(r, r->pool, r->splitter.max_bytes);
}

// ---- Reading ----

static bool
only_ours(const hzi_block *block)
{
	return block != NULL && atomic_load_explicit(&block->refs, memory_order_acquire) == 1;
}

// Gets a block with room for what is known to come, and moves what is there of the message at hand.
static hz_err
new_block(hzi_receiver *r, size_t used, size_t need)
{
	size_t size = need > BLOCK_BYTES ? need : BLOCK_BYTES;
	if (only_ours(r->block) && r->block->cap >= size) {
		memmove(r->block->data, r->block->data + r->start, used);
	} else {
		hzi_block *block = hzi_block_new(r->pool, size);
		if (block == NULL) {
			return HZ_ERR_MEMORY;
		}
		if (r->block != NULL) {
			memcpy(block->data, r->block->data + r->start, used);
		}
		hzi_block_release(r->block);
		r->block = block;
	}
	r->start = 0;
	r->fill = used;
	return HZ_OK;
}

static hz_err
make_room(hzi_receiver *r)
{
	size_t used = r->fill - r->start;
	size_t need = r->splitter.wanted > used ? r->splitter.wanted : used + READ_MIN;
	size_t most = 2 * used > TRUST_BYTES ? 2 * used : TRUST_BYTES;
	if (need > most) {
		need = most;
	}
	if (used == 0 && r->block != NULL && r->block->cap > KEEP_BYTES) {
		hzi_block_release(r->block);
		r->block = NULL;
	}
	if (used == 0 && (r->block == NULL || only_ours(r->block))) {
		r->start = r->fill = 0;
	}
	if (r->block != NULL && r->block->cap - r->start >= need &&
			r->block->cap - r->fill >= (need > used + READ_MIN ? 1 : READ_MIN)) {
		return HZ_OK;
	}
	// A message of many frames makes itself known piece by piece: at least twice the room each
	// time, so that its bytes are moved a few times and not once a read.
	return new_block(r, used, need > 2 * used ? need : 2 * used);
}

hz_err
hzi_receiver_read(hzi_receiver *r, hzi_stream *stream, size_t *got, bool *more, const char **why)
{
	*got = 0;
	*more = false;
	if (make_room(r) != HZ_OK) {
		*why = "no memory to read into";
		return HZ_ERR_MEMORY;
	}
	size_t room = r->block->cap - r->fill;
	hz_err e = stream->ops->read(stream, r->block->data + r->fill, room, got);
	if (e != HZ_OK) {
		const char *reason =
				stream->ops->reason != NULL ? stream->ops->reason(stream) : NULL;
		*why = reason != NULL ? reason : "the member closed the connection";
		return e;
	}
	r->fill += *got;
	*more = *got == room;
	return HZ_OK;
}

// ---- Messages ----

static hz_err
fail_split(hz_err e, const char **why)
{
	*why = e == HZ_ERR_LIMIT ? "a message is longer than the configured limit"
				 : "a frame has an impossible length";
	return e;
}

static hz_err
fail_part(hz_err e, const char **why)
{
	*why = "a part of a message belongs to none";
	if (e == HZ_ERR_LIMIT) {
		*why = "messages in parts take more than the configured limit";
	} else if (e == HZ_ERR_MEMORY) {
		*why = "no memory for a message in parts";
	}
	return e;
}

// Adds a part; r->joined is the message if it was the last one, else empty.
static hz_err
join(hzi_receiver *r, const uint8_t *p, size_t n)
{
	hzi_buf whole = {0};
	hz_err e = hzp_fragments_add(&r->fragments, p, n, &whole);
	if (e == HZ_OK && whole.len > 0) {
		hzi_block *block = hzi_block_new(r->pool, whole.len);
		if (block == NULL) {
			e = HZ_ERR_MEMORY;
		} else {
			memcpy(block->data, whole.data, whole.len);
			r->joined = (hzi_slice){.block = block, .p = block->data, .n = whole.len};
		}
	}
	hzi_buf_clear(&whole);
	return e;
}

hz_err
hzi_receiver_next(hzi_receiver *r, hzi_slice *msg, const char **why)
{
	*msg = (hzi_slice){0};
	hzi_slice_clear(&r->joined);
	while (r->joined.n == 0) {
		const uint8_t *p = r->block->data + r->start;
		size_t n = 0;
		hz_err e = hzp_split(&r->splitter, p, r->fill - r->start, &n);
		if (e != HZ_OK) {
			return fail_split(e, why);
		}
		if (n == 0) {
			return HZ_OK;
		}
		r->start += n;
		if (!hzp_is_fragment(p)) {
			if (hzp_message_check(p, n) != HZ_OK) {
				*why = "a message has no proper header";
				return HZ_ERR_PROTOCOL;
			}
			*msg = (hzi_slice){.block = r->block, .p = p, .n = n};
			return HZ_OK;
		}
		e = join(r, p, n);
		if (e != HZ_OK) {
			return fail_part(e, why);
		}
	}
	*msg = r->joined;
	return HZ_OK;
}
