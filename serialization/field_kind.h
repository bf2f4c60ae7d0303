// SPDX-License-Identifier: Apache-2.0
//
// The table of kinds that fields of Compact records have. A kind says where a field lies, which
// kind of value it holds, and what it is in a C struct; kinds with even numbers are arrays of the
// kind before them.
#ifndef HZI_SERIALIZATION_FIELD_KIND_H
#define HZI_SERIALIZATION_FIELD_KIND_H

#include <hazelcast/record.h>
#include <stdbool.h>
#include <stdint.h>

// Where a field lies. What has no fixed size lies behind the fixed part and is found by an offset,
// which says as well that it is null.
typedef enum hzi_field_form {
	HZI_FORM_NONE,  // no kind of Compact
	HZI_FORM_BIT,   // in the packed bits behind the fixed part
	HZI_FORM_FIXED, // in the fixed part
	HZI_FORM_ONE,   // one value
	HZI_FORM_BITS,  // a count, and packed bits
	HZI_FORM_ARRAY, // a count, and items of one size
	HZI_FORM_MANY   // a size, a count, items, and an offset for each
} hzi_field_form;

typedef struct hzi_field_row {
	uint8_t form;     // hzi_field_form
	uint8_t value;    // hz_kind of the value; of one item for MANY
	uint8_t size;     // FIXED, ARRAY: bytes of one
	uint8_t member;   // bytes of the member of a struct
	bool is_nullable; // the member is an hz_nullable_*
} hzi_field_row;

// The row of a kind, or NULL for numbers that are no kind of Compact. Static; any thread.
const hzi_field_row *hzi_field_row_of(uint32_t kind);

// True for what is found by an offset.
static inline bool
hzi_field_is_variable(const hzi_field_row *row)
{
	return row->form >= HZI_FORM_ONE;
}

// The kind of an array's items.
static inline uint32_t
hzi_field_item_kind(uint32_t kind)
{
	return kind - 1;
}

// True if a field of the second kind can be read as one of the first: both are the same, or one is
// the nullable form of the other.
bool hzi_field_is_readable_as(uint32_t wanted, uint32_t found);

#endif
