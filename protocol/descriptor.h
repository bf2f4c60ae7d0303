// SPDX-License-Identifier: Apache-2.0
//
// What the generated tables say about each message, and the values that its struct is made of.
// Everything here is constant and lives as long as the process; any thread may read it.
//
// A record is the struct of one message, such as hzp_map_get_request. Decoded, it is full of views
// into the message's bytes and lives only as long as they do; nothing in it is ever freed. To be
// encoded, it points to what the caller has; nothing in it is kept.
#ifndef PROTOCOL_DESCRIPTOR_H
#define PROTOCOL_DESCRIPTOR_H

#include <hazelcast/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct hzp_field hzp_field;
typedef struct hzp_type hzp_type;

typedef enum hzp_kind {
	HZP_KIND_BOOL, // this one to UUID: of fixed size
	HZP_KIND_I8,
	HZP_KIND_I32,
	HZP_KIND_I64,
	HZP_KIND_F32,
	HZP_KIND_F64,
	HZP_KIND_UUID,
	HZP_KIND_BYTES,  // one frame
	HZP_KIND_PACKED, // one frame with items of fixed size
	HZP_KIND_LIST,   // BEGIN, items of any shape, END
	HZP_KIND_SPLIT,  // BEGIN, the values, END, a frame with the keys, which are of fixed size
	HZP_KIND_ENTRY,  // item of a map: key, then value
	HZP_KIND_STRUCT, // BEGIN, a frame with the fields of fixed size, if any, others, END
	HZP_KIND_FRAMES  // BEGIN to END as it stands
} hzp_kind;

// Bytes of a string, of serialized data, or of a structure kept as frames. p == NULL is null, in a
// place that allows it; elsewhere it is the same as empty.
typedef struct hzp_bytes {
	const uint8_t *p;
	uint32_t n;
} hzp_bytes;

// A list, set or map.
//
// Decoded: `raw` is never NULL unless the list is null or was not sent; read it with hzp_iter_start
// or, when the items are numbers of 32 or 64 bits, with hzp_list_i32 or hzp_list_i64.
// To encode: `items` is an array of `count` of the C type named beside the field, or `raw` is what
// was once decoded. With neither the list is null where that is allowed, else empty; an empty list
// in a place that may be null needs HZP_EMPTY_LIST.
typedef struct hzp_list {
	const uint8_t *raw;   // frames of the items, or the packed items
	const uint8_t *keys;  // packed keys of a map whose values have frames of their own
	const void *items;    // from the caller
	const hzp_type *type; // set by decoding
	size_t n_bytes;       // of raw
	uint32_t count;
} hzp_list;

#define HZP_EMPTY_LIST ((hzp_list){.items = ""})

// A list of n items that stand at p.
#define HZP_LIST(p, n) ((hzp_list){.items = (p), .count = (uint32_t)(n)})

struct hzp_type {
	const hzp_field *fields; // of a struct or an entry
	const hzp_type *element; // of a list
	const char *name;        // of a custom type, else NULL
	uint16_t size;           // of the C type
	uint16_t fixed;          // struct: bytes of its fields of fixed size
	uint8_t kind;            // hzp_kind
	uint8_t wire;            // bytes on the wire, when of fixed size
	uint8_t n_fields;
	uint8_t since; // as in hzp_field
	bool nullable; // list: its items may be null
};

#define HZP_VAR 0xffffu

struct hzp_field {
	const char *name;
	const hzp_type *type;
	uint16_t offset; // in the record
	uint16_t wire;   // offset in the content of the frame of fixed-size fields, or HZP_VAR
	uint8_t since;   // protocol version 2.N.M as N * 10 + M
	bool nullable;
};

// Flags of a message. At most one HZP_BY_ says how a request finds its partition; without, it has
// none.
enum {
	HZP_RETRYABLE = 0x01, // may be sent again after its connection broke
	HZP_RESPONSE = 0x02,  // response: its header is shorter
	HZP_EVENT = 0x04,     // event: repeats the correlation id of the registration
	HZP_BY_KEY = 0x08,    // field `key` is the data whose hash picks the partition
	HZP_BY_NAME = 0x10, // field `key` is the name of the structure that lives in one partition
	HZP_BY_STRING = 0x20, // field `key` is a string whose serialized form picks the partition
	HZP_BY_PARTITION = 0x40, // the caller knows the partition
	HZP_BY_ANY = 0x80        // needs a partition id, no matter which
};

typedef struct hzp_message {
	uint32_t id;          // 0xSSMMKK: service, method, kind
	uint16_t fixed;       // bytes of the first frame's content, header included
	uint16_t struct_size; // of its record
	int16_t key;          // index of the field that picks the partition, or -1
	uint8_t flags;
	uint8_t n_fields;
	uint8_t since;           // as in hzp_field
	const hzp_field *fields; // those of fixed size first; both in wire order
	const char *name;        // "Map.get", for logs
} hzp_message;

typedef struct hzp_operation {
	const hzp_message *request;
	const hzp_message *response;
	const hzp_message *const *events;
	uint8_t n_events;
	const hzp_message *or_response; // of the same layout; some members send it. NULL: none
} hzp_operation;

// All messages, by ascending id; all custom types, by name, with NULL at the end.
extern const hzp_message *const hzp_messages[];
extern const uint32_t hzp_n_messages;
extern const hzp_type *const hzp_types[];

// The message with this id, or NULL. Lends a constant.
const hzp_message *hzp_message_find(uint32_t id);

// A view of a terminated string, which must outlive it. NULL gives null.
static inline hzp_bytes
hzp_str(const char *s)
{
	return (hzp_bytes){(const uint8_t *)s, s != NULL ? (uint32_t)strlen(s) : 0};
}

#endif
