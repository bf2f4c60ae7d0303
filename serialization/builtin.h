// SPDX-License-Identifier: Apache-2.0
//
// The table of types that the library reads and writes itself. A row says what a type is called on
// the wire, which kind of value it is, and which *shape* its payload has; a shape is a set of five
// functions. Another type is another row; nothing here switches on types.
#ifndef HZI_SERIALIZATION_BUILTIN_H
#define HZI_SERIALIZATION_BUILTIN_H

#include "serialization/repr.h"

#include <hazelcast/error.h>

typedef struct hzi_builtin hzi_builtin;

// What was found at some bytes.
typedef enum hzi_extent {
	HZI_EXTENT_OK,
	HZI_EXTENT_BROKEN, // they contradict themselves or end too early
	HZI_EXTENT_UNKNOWN // they hold a type that is not in the table, or are nested too deep
} hzi_extent;

typedef struct hzi_shape {
	// How many of the n bytes at p the payload takes. Trusts nothing; allocates nothing.
	hzi_extent (*extent)(
			const hzi_builtin *row, const uint8_t *p, size_t n, bool be, size_t *used);

	// Finishes `out`, which is set up as a wire value on the checked payload at p: decodes what
	// lies in the value itself, and makes null what is null.
	void (*view)(const hzi_builtin *row, const uint8_t *p, bool be, hz_value *out);

	// Checks that a value can be written and says how many bytes its payload will have. NULL
	// for collections, which are written item by item.
	hz_err (*measure)(const hzi_builtin *row, const hz_value *v, size_t *size, hz_error *err);

	// Writes the payload of a measured value.
	void (*put)(const hzi_builtin *row, const hz_value *v, uint8_t *to, bool be);

	// Tells whether two values of the row's kind have the same content. NULL for collections.
	bool (*equal)(const hzi_builtin *row, const hz_value *a, const hz_value *b);
} hzi_shape;

struct hzi_builtin {
	int16_t type_id;
	uint8_t kind;
	const hzi_shape *shape;
	uint8_t item;     // fixed, counted: bytes of the number or of one item
	bool is_signed;   // fixed: the number is sign-extended
	bool is_text;     // counted: UTF-8
	uint8_t tail;     // counted: bytes behind the items
	int8_t min_count; // counted: the smallest legal count, or 0 where -1 stands for null
	uint8_t parts;    // temporal: HZI_PART_*
	uint8_t lead;     // collection: bytes before the count, all zero (a null comparator)
	uint8_t fan;      // collection: objects per counted item
	bool is_single;   // collection: one item, without a count
	uint8_t head;     // collection: bytes before all that, which say which class it is
	int32_t factory_id;
	int32_t class_id; // the two of an IdentifiedDataSerializable
};

// What stands before the body of an IdentifiedDataSerializable: that it is one, its factory, its
// class.
enum { HZI_TYPE_IDENTIFIED = -2, HZI_IDENTITY = 9 };

enum { HZI_PART_DATE = 1, HZI_PART_TIME = 2, HZI_PART_OFFSET = 4 };

extern const hzi_shape hzi_shape_fixed;      // null, numbers, java.util.Date
extern const hzi_shape hzi_shape_uuid;       // two longs
extern const hzi_shape hzi_shape_temporal;   // date, time, offset
extern const hzi_shape hzi_shape_counted;    // text, arrays of numbers, decimals
extern const hzi_shape hzi_shape_strings;    // String[]
extern const hzi_shape hzi_shape_collection; // collections and maps

// The row of a type id or NULL. Static; any thread.
const hzi_builtin *hzi_builtin_by_type(int32_t type_id);

// The same of the payload that starts at p with n bytes left, which tells apart what has its class
// inside. NULL: unknown.
const hzi_builtin *hzi_builtin_at(int32_t type_id, const uint8_t *p, size_t n, bool be);

// Writes the identity of an IdentifiedDataSerializable: HZI_IDENTITY bytes.
void hzi_identity_store(uint8_t *to, int32_t factory_id, int32_t class_id, bool be);

// The row that values of a kind are written by; NULL for RAW and for numbers that are no kind.
// Static.
const hzi_builtin *hzi_builtin_by_kind(unsigned kind);

// The row of a value: of the type id that it arrived with, else of its kind. NULL as above.
const hzi_builtin *hzi_builtin_of(const hz_value *v);

// True if values of this row lie wholly in the hz_value and own nothing.
bool hzi_builtin_is_inline(const hzi_builtin *row);

// Sets up `out` as a lent value on the checked payload of `size` bytes at p, which an element's
// type id or a Data's header (`is_data`) precedes.
void hzi_builtin_view(const hzi_builtin *row, const uint8_t *p, size_t size, bool be, bool is_data,
		hz_value *out);

// The items of a value of counted shape, borrowed or wire. Lends.
hzi_run hzi_counted_run(const hzi_builtin *row, const hz_value *v);

// The same for a value whose kind says that it is of that shape. Lends.
hzi_run hzi_value_run(const hz_value *v);

// The scale behind the number of a DECIMAL.
int32_t hzi_decimal_scale(const hz_value *v);

// How many of the n bytes at p the string there takes; *is_null as it says. For String[].
hzi_extent hzi_string_extent(const uint8_t *p, size_t n, bool be, size_t *used, bool *is_null);

// Makes sure that text can be written. HZ_ERR_ARGUMENT says where it is not UTF-8.
hz_err hzi_check_text(const char *text, size_t n, hz_error *err);

#endif
