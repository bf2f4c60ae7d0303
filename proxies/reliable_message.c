// SPDX-License-Identifier: Apache-2.0
#include "proxies/reliable_message.h"

#include "base/fail.h"
#include "serialization/data.h"
#include "serialization/order.h"

enum { IDENTIFIED = -2, FACTORY = -9, CLASS = 2, ADDRESS_FACTORY = 0, ADDRESS_CLASS = 1 };

// Flags of the byte that such an object begins with.
enum { IS_IDENTIFIED = 1, IS_VERSIONED = 2 };

#define DATA_HEADER 8U // hash and type id
// Flags, factory, class, time, null address, length of the payload.
#define ENVELOPE (1U + 4U + 4U + 8U + 4U + 4U)

static void
fill_envelope(uint8_t *p, int64_t now_ms, uint32_t payload, bool big_endian)
{
	hzi_store_be32(p, 0);
	hzi_store_be32(p + 4, (uint32_t)IDENTIFIED);
	p += DATA_HEADER;
	p[0] = IS_IDENTIFIED;
	hzi_store32(p + 1, (uint32_t)FACTORY, big_endian);
	hzi_store32(p + 5, CLASS, big_endian);
	hzi_store64(p + 9, (uint64_t)now_ms, big_endian);
	hzi_store32(p + 17, 0, big_endian);
	hzi_store32(p + 21, payload, big_endian);
}

hz_err
hzi_reliable_message_write(hzi_buf *out, const hz_value *message, int64_t now_ms, bool big_endian,
		hz_error *err)
{
	size_t start = out->len;
	if (hzi_buf_extend(out, DATA_HEADER + ENVELOPE) == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a message");
	}
	hz_err e = hzi_data_write(out, message, big_endian, NULL, err);
	size_t payload = out->len - start - DATA_HEADER - ENVELOPE;
	if (e == HZ_OK && payload > INT32_MAX) {
		e = hzi_fail(err, HZ_ERR_LIMIT, "a message of more than 2 GiB");
	}
	if (e != HZ_OK) {
		out->len = start;
		return e;
	}
	fill_envelope(out->data + start, now_ms, (uint32_t)payload, big_endian);
	return HZ_OK;
}

// ---- Reading ----

typedef struct reader {
	const uint8_t *p;
	size_t left;
	bool big_endian;
	bool broken;
} reader;

static const uint8_t *
take(reader *r, size_t n)
{
	static const uint8_t zero[8];
	if (n > r->left) {
		r->broken = true;
		r->left = 0;
		return zero; // of numbers only
	}
	const uint8_t *p = r->p;
	r->p += n;
	r->left -= n;
	return p;
}

static int32_t
take_i32(reader *r)
{
	return (int32_t)hzi_load32(take(r, 4), r->big_endian);
}

// A run of bytes behind its length, -1 for null.
static hzp_bytes
take_bytes(reader *r)
{
	int32_t n = take_i32(r);
	if (n < 0 || (size_t)n > r->left) {
		r->broken = r->broken || n != -1;
		return (hzp_bytes){0};
	}
	return (hzp_bytes){take(r, (size_t)n), (uint32_t)n};
}

// What an object of that class begins with.
static void
take_head(reader *r, int32_t factory, int32_t class_id)
{
	uint8_t flags = *take(r, 1);
	int32_t its_factory = take_i32(r);
	int32_t its_class = take_i32(r);
	if ((flags & IS_VERSIONED) != 0) {
		take(r, 2);
	}
	r->broken = r->broken || (flags & IS_IDENTIFIED) == 0 || its_factory != factory ||
			its_class != class_id;
}

static void
take_address(reader *r, hzi_reliable_message *out)
{
	int32_t type = take_i32(r);
	if (type == 0) {
		return;
	}
	take_head(r, ADDRESS_FACTORY, ADDRESS_CLASS);
	out->port = take_i32(r);
	take(r, 1); // IPv4 or IPv6
	out->host = take_bytes(r);
	r->broken = r->broken || type != IDENTIFIED;
}

bool
hzi_reliable_message_read(const uint8_t *p, size_t n, bool big_endian, hzi_reliable_message *out)
{
	*out = (hzi_reliable_message){0};
	if (n < DATA_HEADER || (int32_t)hzi_load_be32(p + 4) != IDENTIFIED) {
		return false;
	}
	reader r = {.p = p + DATA_HEADER, .left = n - DATA_HEADER, .big_endian = big_endian};
	take_head(&r, FACTORY, CLASS);
	out->published_at_ms = (int64_t)hzi_load64(take(&r, 8), big_endian);
	take_address(&r, out);
	out->payload = take_bytes(&r);
	return !r.broken && out->payload.p != NULL;
}
