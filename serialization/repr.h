// SPDX-License-Identifier: Apache-2.0
//
// What the private fields of an hz_value mean. There are three forms.
//
// Inline: numbers, UUIDs, dates; all in the value itself, no flags. An integer lies sign-extended
// in u_.i; a UUID in u_.bits and ext_.bits; a date in u_.date, a time alone in u_.time, a time
// behind a date in ext_.time, the offset in len_.
//
// Borrowed: u_.p and len_ (items, not bytes) as the user gave them, in the host's byte order; a
// decimal's scale in ext_.scale. HZ_VALUE_TERMINATED_ if a zero byte follows the text.
//
// Wire (HZI_VALUE_WIRE): serialized and checked. With HZI_VALUE_DATA u_.p is a whole Data with its
// header and len_ its size; else it is an element: u_.p is its payload, four bytes of type id stand
// before it. HZI_VALUE_LE: the payload is little-endian. HZI_VALUE_OWNED: ext_.block is an
// hzi_block and the value holds a reference to it. HZ_VALUE_TERMINATED_: a zero byte follows the
// last one.
//
// A RECORD is of the wire with HZI_VALUE_DATA always, or borrowed: a struct in u_.p of the type in
// ext_.block, or with HZI_VALUE_GENERIC an hz_generic_record in u_.p.
#ifndef HZI_SERIALIZATION_REPR_H
#define HZI_SERIALIZATION_REPR_H

#include "serialization/order.h"

#include <hazelcast/value.h>

enum {
	HZI_VALUE_WIRE = 0x01,
	HZI_VALUE_LE = 0x02,
	HZI_VALUE_DATA = 0x04,
	HZI_VALUE_OWNED = 0x10,
	HZI_VALUE_GENERIC = 0x20,
};

_Static_assert(HZ_VALUE_DATA_ == (HZI_VALUE_WIRE | HZI_VALUE_DATA), "hz_data() says the same");

// Bytes before the payload of a Data: partition hash and type id, both always big-endian.
enum { HZI_DATA_HEADER = 8 };

// How deep collections may lie in each other.
enum { HZI_DEPTH = 64 };

// A run of equal items, each `size` bytes, with its byte order.
typedef struct hzi_run {
	const uint8_t *p;
	size_t n;
	bool big_endian;
} hzi_run;

static inline bool
hzi_value_is_wire(const hz_value *v)
{
	return (v->flags_ & HZI_VALUE_WIRE) != 0;
}

static inline bool
hzi_value_is_big_endian(const hz_value *v)
{
	return hzi_value_is_wire(v) && (v->flags_ & HZI_VALUE_LE) == 0;
}

// The payload of a wire value, which is at least its header long.
static inline const uint8_t *
hzi_value_payload(const hz_value *v, size_t *n)
{
	size_t header = (v->flags_ & HZI_VALUE_DATA) != 0 ? HZI_DATA_HEADER : 0;
	*n = v->len_ - header;
	return (const uint8_t *)v->u_.p + header;
}

// The type id that stands before the payload of a wire value.
static inline int32_t
hzi_value_wire_type(const hz_value *v)
{
	if ((v->flags_ & HZI_VALUE_DATA) != 0) {
		return v->len_ < HZI_DATA_HEADER
				? 0
				: (int32_t)hzi_load_be32((const uint8_t *)v->u_.p + 4);
	}
	return (int32_t)hzi_load32((const uint8_t *)v->u_.p - 4, hzi_value_is_big_endian(v));
}

// True for serialized Compact records, also for those inside Data that nobody has looked into.
static inline bool
hzi_value_is_compact(const hz_value *v)
{
	return (v->kind_ == HZ_KIND_RECORD || v->kind_ == HZ_KIND_RAW) && hzi_value_is_wire(v) &&
			v->len_ >= ((v->flags_ & HZI_VALUE_DATA) != 0 ? HZI_DATA_HEADER : 0) + 8U &&
			hzi_value_wire_type(v) == -55;
}

// The same value without its reference: for what is lent.
static inline hz_value
hzi_value_lend(const hz_value *v)
{
	hz_value lent = *v;
	lent.flags_ &= (uint8_t)~HZI_VALUE_OWNED;
	return lent;
}

#endif
