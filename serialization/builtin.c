// SPDX-License-Identifier: Apache-2.0
#include "serialization/builtin.h"

// Indexed by the type id with its sign turned, so that a look-up is one bounds check.
#define ROW(id, which, form) .type_id = -(id), .kind = (which), .shape = &hzi_shape_##form
#define NUMBER(id, kind, size) [id] = {ROW(id, kind, fixed), .item = (size)}
#define SIGNED(id, kind, size) [id] = {ROW(id, kind, fixed), .item = (size), .is_signed = true}
#define ARRAY(id, kind, size) [id] = {ROW(id, kind, counted), .item = (size)}
#define TEXT(id, kind) [id] = {ROW(id, kind, counted), .item = 1, .is_text = true}
#define TEMPORAL(id, kind, in) [id] = {ROW(id, kind, temporal), .parts = (in)}
#define LIST(id) [id] = {ROW(id, HZ_KIND_LIST, collection), .fan = 1}
#define SORTED_LIST(id) [id] = {ROW(id, HZ_KIND_LIST, collection), .fan = 1, .lead = 4}
#define MAP(id) [id] = {ROW(id, HZ_KIND_MAP, collection), .fan = 2}
#define SORTED_MAP(id) [id] = {ROW(id, HZ_KIND_MAP, collection), .fan = 2, .lead = 4}
#define ENTRY(id) [id] = {ROW(id, HZ_KIND_MAP, collection), .fan = 2, .is_single = true}

enum {
	DAY = HZI_PART_DATE,
	CLOCK = HZI_PART_TIME,
	OFFSET = HZI_PART_OFFSET,
};

static const hzi_builtin rows[] = {
		NUMBER(0, HZ_KIND_NULL, 0),
		SIGNED(3, HZ_KIND_I8, 1),
		NUMBER(4, HZ_KIND_BOOL, 1),
		NUMBER(5, HZ_KIND_CHAR16, 2),
		SIGNED(6, HZ_KIND_I16, 2),
		SIGNED(7, HZ_KIND_I32, 4),
		SIGNED(8, HZ_KIND_I64, 8),
		NUMBER(9, HZ_KIND_F32, 4),
		NUMBER(10, HZ_KIND_F64, 8),
		TEXT(11, HZ_KIND_STR),
		ARRAY(12, HZ_KIND_BYTES, 1),
		ARRAY(13, HZ_KIND_BOOLS, 1),
		ARRAY(14, HZ_KIND_CHAR16S, 2),
		ARRAY(15, HZ_KIND_I16S, 2),
		ARRAY(16, HZ_KIND_I32S, 4),
		ARRAY(17, HZ_KIND_I64S, 8),
		ARRAY(18, HZ_KIND_F32S, 4),
		ARRAY(19, HZ_KIND_F64S, 8),
		[20] = {ROW(20, HZ_KIND_STRS, strings)},
		[21] = {ROW(21, HZ_KIND_UUID, uuid)},
		ENTRY(22), // SimpleEntry
		ENTRY(23), // SimpleImmutableEntry
		SIGNED(25, HZ_KIND_DATE, 8),
		[26] = {ROW(26, HZ_KIND_BIG_INTEGER, counted), .item = 1, .min_count = 1},
		[27] = {ROW(27, HZ_KIND_DECIMAL, counted), .item = 1, .min_count = 1, .tail = 4},
		LIST(28),        // Object[]
		LIST(29),        // ArrayList
		LIST(30),        // LinkedList
		LIST(31),        // CopyOnWriteArrayList
		MAP(32),         // HashMap
		SORTED_MAP(33),  // ConcurrentSkipListMap
		MAP(34),         // ConcurrentHashMap
		MAP(35),         // LinkedHashMap
		SORTED_MAP(36),  // TreeMap
		LIST(37),        // HashSet
		SORTED_LIST(38), // TreeSet
		LIST(39),        // LinkedHashSet
		LIST(40),        // CopyOnWriteArraySet
		SORTED_LIST(41), // ConcurrentSkipListSet
		LIST(42),        // ArrayDeque
		LIST(43),        // LinkedBlockingQueue
		LIST(44),        // ArrayBlockingQueue
		SORTED_LIST(45), // PriorityBlockingQueue
		LIST(46),        // DelayQueue
		LIST(47),        // SynchronousQueue
		LIST(48),        // LinkedTransferQueue
		SORTED_LIST(49), // PriorityQueue
		TEMPORAL(51, HZ_KIND_LOCAL_DATE, DAY),
		TEMPORAL(52, HZ_KIND_LOCAL_TIME, CLOCK),
		TEMPORAL(53, HZ_KIND_LOCAL_DATE_TIME, DAY | CLOCK),
		TEMPORAL(54, HZ_KIND_OFFSET_DATE_TIME, DAY | CLOCK | OFFSET),
		TEXT(130, HZ_KIND_JSON),
};

// Classes in which members answer, which Java serializes as IdentifiedDataSerializable.
#define CLASS(factory, number, of)                                                                 \
	ROW(-HZI_TYPE_IDENTIFIED, of, collection), .head = HZI_IDENTITY, .factory_id = (factory),  \
						   .class_id = (number)

static const hzi_builtin classes[] = {
		{CLASS(-4, 120, HZ_KIND_MAP), .fan = 2, .is_single = true}, // an entry of a map
		{CLASS(-29, 19, HZ_KIND_LIST), .fan = 1}, // a set of distinct values
};

enum { CLASSES = sizeof(classes) / sizeof(classes[0]) };

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

// Which of several types a kind is written as. A MAP has no constructor; one that arrived keeps its
// type.
static const uint8_t type_of_kind[HZ_KIND_COUNT] = {
		[HZ_KIND_NULL] = 0,
		[HZ_KIND_BOOL] = 4,
		[HZ_KIND_I8] = 3,
		[HZ_KIND_I16] = 6,
		[HZ_KIND_CHAR16] = 5,
		[HZ_KIND_I32] = 7,
		[HZ_KIND_I64] = 8,
		[HZ_KIND_F32] = 9,
		[HZ_KIND_F64] = 10,
		[HZ_KIND_STR] = 11,
		[HZ_KIND_BYTES] = 12,
		[HZ_KIND_JSON] = 130,
		[HZ_KIND_UUID] = 21,
		[HZ_KIND_BIG_INTEGER] = 26,
		[HZ_KIND_DECIMAL] = 27,
		[HZ_KIND_DATE] = 25,
		[HZ_KIND_LOCAL_DATE] = 51,
		[HZ_KIND_LOCAL_TIME] = 52,
		[HZ_KIND_LOCAL_DATE_TIME] = 53,
		[HZ_KIND_OFFSET_DATE_TIME] = 54,
		[HZ_KIND_BOOLS] = 13,
		[HZ_KIND_I16S] = 15,
		[HZ_KIND_CHAR16S] = 14,
		[HZ_KIND_I32S] = 16,
		[HZ_KIND_I64S] = 17,
		[HZ_KIND_F32S] = 18,
		[HZ_KIND_F64S] = 19,
		[HZ_KIND_STRS] = 20,
		[HZ_KIND_LIST] = 29,
		[HZ_KIND_MAP] = 35,
};

const hzi_builtin *
hzi_builtin_by_type(int32_t type_id)
{
	if (type_id > 0 || type_id <= -(int32_t)ROWS) {
		return NULL;
	}
	const hzi_builtin *row = &rows[-type_id];
	return row->shape == NULL ? NULL : row;
}

static const hzi_builtin *
find_class(const uint8_t *p, size_t n, bool be)
{
	if (n < HZI_IDENTITY || p[0] != 1) {
		return NULL;
	}
	for (size_t i = 0; i < CLASSES; i++) {
		if (classes[i].factory_id == (int32_t)hzi_load32(p + 1, be) &&
				classes[i].class_id == (int32_t)hzi_load32(p + 5, be)) {
			return &classes[i];
		}
	}
	return NULL;
}

const hzi_builtin *
hzi_builtin_at(int32_t type_id, const uint8_t *p, size_t n, bool be)
{
	return type_id == HZI_TYPE_IDENTIFIED ? find_class(p, n, be) : hzi_builtin_by_type(type_id);
}

void
hzi_identity_store(uint8_t *to, int32_t factory_id, int32_t class_id, bool be)
{
	to[0] = 1;
	hzi_store32(to + 1, (uint32_t)factory_id, be);
	hzi_store32(to + 5, (uint32_t)class_id, be);
}

const hzi_builtin *
hzi_builtin_by_kind(unsigned kind)
{
	return kind >= HZ_KIND_RAW ? NULL : &rows[type_of_kind[kind]];
}

const hzi_builtin *
hzi_builtin_of(const hz_value *v)
{
	if (v->kind_ < HZ_KIND_RAW && hzi_value_is_wire(v)) {
		size_t n = 0;
		const uint8_t *p = hzi_value_payload(v, &n);
		return hzi_builtin_at(hzi_value_wire_type(v), p, n, hzi_value_is_big_endian(v));
	}
	return hzi_builtin_by_kind(v->kind_);
}

bool
hzi_builtin_is_inline(const hzi_builtin *row)
{
	return row->shape == &hzi_shape_fixed || row->shape == &hzi_shape_uuid ||
			row->shape == &hzi_shape_temporal;
}

void
hzi_builtin_view(const hzi_builtin *row, const uint8_t *p, size_t size, bool be, bool is_data,
		hz_value *out)
{
	size_t header = is_data ? HZI_DATA_HEADER : 0;
	*out = (hz_value){
			.kind_ = row->kind,
			.flags_ = (uint8_t)(HZI_VALUE_WIRE | (be ? 0 : HZI_VALUE_LE) |
					(is_data ? HZI_VALUE_DATA : 0)),
			.len_ = (uint32_t)(size + header),
			.u_.p = p - header,
	};
	row->shape->view(row, p, be, out);
}
