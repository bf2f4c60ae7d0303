// SPDX-License-Identifier: Apache-2.0
//
// Real messages with random damage. Whatever the bytes are, decoding ends, reads nothing but them
// (each message is copied into memory of its exact size, which AddressSanitizer watches), and what
// it accepts can be read to the last item and encoded.
#include "base/buf.h"
#include "protocol/decode.h"
#include "protocol/encode.h"
#include "protocol/fragments.h"
#include "protocol/message.h"
#include "protocol/split.h"
#include "tests/protocol/build.h"
#include "tests/protocol/vectors.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The newest file with values and the one with nulls.
enum { NEWEST = N_VECTOR_FILES - 2, ROUNDS = 24, DAMAGES = 3 };

static uint64_t state;

// xorshift64*: the same sequence in every run.
static uint32_t
pick(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 33) % below;
}

// NOLINTBEGIN(misc-no-recursion): along the constant descriptors only.

// Visits every value of a record as deep as its lists go; returns how many there were.
static size_t visit(const hzp_field *fields, uint32_t n, const char *record);

static size_t
visit_value(const hzp_type *t, const char *value)
{
	if (t->kind == HZP_KIND_STRUCT || t->kind == HZP_KIND_ENTRY) {
		return 1 + visit(t->fields, t->n_fields, value);
	}
	if (t->element == NULL) {
		return 1;
	}
	const hzp_list *l = (const hzp_list *)(const void *)value;
	char *item = malloc(t->element->size);
	HZT_CHECK(item != NULL);
	size_t seen = 0;
	uint32_t count = 0;
	hzp_iter it = hzp_iter_start(l);
	while (hzp_iter_next(&it, item)) {
		seen += visit_value(t->element, item);
		count++;
	}
	free(item);
	HZT_EQ_INT(count, l->count);
	return seen + 1;
}

static size_t
visit(const hzp_field *fields, uint32_t n, const char *record)
{
	size_t seen = 0;
	for (uint32_t i = 0; i < n; i++) {
		seen += visit_value(fields[i].type, record + fields[i].offset);
	}
	return seen;
}

// NOLINTEND(misc-no-recursion)

// What is accepted must also be readable, writable, and the same when read again.
static bool
try_message(const uint8_t *msg, size_t n, const hzp_message *m)
{
	char *record = malloc(m->struct_size);
	HZT_CHECK(record != NULL);
	const char *reason = NULL;
	hz_err err = hzp_decode(msg, n, m, record, &reason);
	HZT_CHECK(err == HZ_OK || (err == HZ_ERR_PROTOCOL && reason != NULL));
	if (err == HZ_OK) {
		size_t seen = visit(m->fields, m->n_fields, record);
		// Each value costs a byte or more, but for fields that may be missing.
		HZT_CHECK(seen <= n + 400);
		hzi_buf out = {0};
		HZT_OK(hzp_encode(&out, m, record));
		hzi_buf again = {0};
		HZT_OK(hzp_decode(out.data, out.len, m, record, &reason));
		HZT_OK(hzp_encode(&again, m, record));
		HZT_EQ_INT(again.len, out.len);
		HZT_EQ_MEM(again.data, out.data, out.len);
		hzi_buf_clear(&out);
		hzi_buf_clear(&again);
	}
	free(record);
	return err == HZ_OK;
}

// The start of a random frame of the message.
static size_t
pick_frame(const uint8_t *msg, size_t n)
{
	size_t starts[64];
	uint32_t count = 0;
	for (size_t p = 0; p + HZP_FRAME_HEADER <= n && count < 64;) {
		starts[count++] = p;
		uint32_t length = hzi_load_le32(msg + p);
		if (length < HZP_FRAME_HEADER || length > n - p) {
			break;
		}
		p += length;
	}
	return count > 0 ? starts[pick(count)] : 0;
}

static void
damage_header(hzi_buf *b)
{
	static const uint32_t lengths[] = {0, 5, 6, 7, 0x7fffffff, 0x80000000, 0xffffffff};
	static const uint16_t flags[] = {
			HZP_FLAG_BEGIN,
			HZP_FLAG_END,
			HZP_FLAG_NULL,
			HZP_FLAG_FINAL,
			0,
			HZP_FLAG_BEGIN | HZP_FLAG_END,
	};
	size_t p = pick_frame(b->data, b->len);
	if (b->len < HZP_FRAME_HEADER) {
		return;
	}
	if (pick(2) == 0) {
		uint32_t near = hzi_load_le32(b->data + p) + pick(5) - 2;
		hzi_store_le32(b->data + p, pick(2) == 0 ? near : lengths[pick(7)]);
	} else {
		hzi_store_le16(b->data + p + HZP_AT_FLAGS, flags[pick(6)]);
	}
}

// Takes a frame out, or puts a copy of it in again.
static void
damage_order(hzi_buf *b)
{
	size_t p = pick_frame(b->data, b->len);
	uint32_t length = b->len >= HZP_FRAME_HEADER ? hzi_load_le32(b->data + p) : 0;
	if (length < HZP_FRAME_HEADER || length > b->len - p) {
		return;
	}
	if (pick(2) == 0) {
		memmove(b->data + p, b->data + p + length, b->len - p - length);
		b->len -= length;
		return;
	}
	uint8_t *copy = build_copy(b->data + p, length);
	HZT_CHECK(hzi_buf_append(b, copy, length));
	free(copy);
}

static void
damage(hzi_buf *b)
{
	switch (pick(4)) {
	case 0:
		damage_header(b);
		break;
	case 1:
		damage_order(b);
		break;
	case 2:
		b->len -= b->len > 0 ? pick((uint32_t)(b->len < 20 ? b->len : 20)) : 0;
		break;
	default:
		if (b->len > 0) {
			b->data[pick((uint32_t)b->len)] ^= (uint8_t)(1u << pick(8));
		}
		break;
	}
}

typedef struct tally {
	size_t accepted;
	size_t refused;
} tally;

static void
damage_message(const uint8_t *msg, size_t n, tally *t)
{
	const hzp_message *m = hzp_message_find(hzp_message_type(msg));
	HZT_CHECK(m != NULL);
	for (int round = 0; round < ROUNDS; round++) {
		hzi_buf b = {0};
		HZT_CHECK(hzi_buf_append(&b, msg, n));
		for (uint32_t i = 0; i <= pick(DAMAGES); i++) {
			damage(&b);
		}
		uint8_t *copy = build_copy(b.data, b.len);
		bool accepted = try_message(copy, b.len, m);
		t->accepted += accepted;
		t->refused += !accepted;
		free(copy);
		hzi_buf_clear(&b);
	}
}

static void
damaged_messages_are_refused_or_readable(void)
{
	tally t = {0, 0};
	state = 20240229;
	for (int i = NEWEST; i < N_VECTOR_FILES; i++) {
		const vector_file *file = &vector_files()[i];
		for (size_t p = 0; p < file->n;) {
			size_t n = vector_message(file->bytes + p, file->n - p);
			damage_message(file->bytes + p, n, &t);
			p += n;
		}
	}
	// Else the damage would be too small, or too great, to try anything.
	HZT_EQ_INT(t.accepted + t.refused, (size_t)2 * 985 * ROUNDS);
	HZT_CHECK(t.accepted > 2000 && t.refused > 2000);
}

static void
every_truncation_is_refused_or_readable(void)
{
	const vector_file *file = &vector_files()[NEWEST];
	for (size_t p = 0; p < file->n;) {
		size_t n = vector_message(file->bytes + p, file->n - p);
		const hzp_message *m = hzp_message_find(hzp_message_type(file->bytes + p));
		HZT_CHECK(m != NULL);
		for (size_t cut = 0; cut < n; cut++) {
			uint8_t *copy = build_copy(file->bytes + p, cut);
			try_message(copy, cut, m);
			free(copy);
		}
		p += n;
	}
}

// A stream of messages, some of them parts, with a damaged byte now and then: the splitter makes
// progress or refuses, and the parts stay within their cap.
static void
damaged_streams_end(void)
{
	const vector_file *file = &vector_files()[NEWEST];
	state = 7;
	for (int round = 0; round < 200; round++) {
		uint8_t *copy = build_copy(file->bytes, file->n);
		for (int i = 0; i < 40; i++) {
			copy[pick((uint32_t)file->n)] ^= (uint8_t)(1u << pick(8));
		}
		hzp_splitter s = {.max_bytes = 8192};
		hzp_fragments f;
		hzp_fragments_init(&f, 4, 8192);
		size_t p = 0;
		size_t whole = 1;
		hz_err err = HZ_OK;
		while (err == HZ_OK && whole > 0 && p < file->n) {
			err = hzp_split(&s, copy + p, file->n - p, &whole);
			if (err == HZ_OK && whole > 0 && hzp_is_fragment(copy + p)) {
				hzi_buf put_together;
				err = hzp_fragments_add(&f, copy + p, whole, &put_together);
				hzi_buf_clear(&put_together);
			}
			HZT_CHECK(f.bytes <= 8192);
			p += whole;
		}
		HZT_CHECK(err != HZ_OK || p <= file->n);
		hzp_fragments_clear(&f);
		free(copy);
	}
}

static const hzt_case cases[] = {
		{"damaged_messages_are_refused_or_readable",
				damaged_messages_are_refused_or_readable},
		{"every_truncation_is_refused_or_readable",
				every_truncation_is_refused_or_readable},
		{"damaged_streams_end", damaged_streams_end},
};
HZT_MAIN("mutation", cases)
