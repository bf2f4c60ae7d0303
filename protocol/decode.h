// SPDX-License-Identifier: Apache-2.0
//
// Messages into records. Every byte is taken for hostile; the work is linear in their number, the
// stack bounded by the tables, and nothing is allocated.
#ifndef PROTOCOL_DECODE_H
#define PROTOCOL_DECODE_H

#include "protocol/descriptor.h"

#include <hazelcast/error.h>

// Fills a record with views into the n bytes of one whole message, which must stay where they are
// as long as the record is used. What a newer member sends beyond our fields is skipped; what an
// older one does not send is zero: false, 0, null. Lists are checked to their last item, so reading
// them cannot fail. Any thread; does not block. HZ_ERR_PROTOCOL: the bytes are no such message, and
// *reason (may be NULL) lends a constant sentence; the record's contents then mean nothing.
hz_err hzp_decode(const uint8_t *msg, size_t n, const hzp_message *m, void *record,
		const char **reason);

// Reads a decoded list from its first item.
typedef struct hzp_iter {
	const uint8_t *p;
	const uint8_t *end;
	const uint8_t *keys;
	const hzp_type *type;
	uint32_t left;
} hzp_iter;

// Starts at the first item. A null list, or one that was not decoded, has none.
hzp_iter hzp_iter_start(const hzp_list *list);

// Fills *item, of the type named beside the list's field, with views; false at the end.
bool hzp_iter_next(hzp_iter *it, void *item);

// Item i of a decoded list of numbers of that type; zero beyond its end or if it is of another
// type.
int32_t hzp_list_i32(const hzp_list *list, uint32_t i);
int64_t hzp_list_i64(const hzp_list *list, uint32_t i);

// Whether a list is null, or was not sent.
static inline bool
hzp_list_is_null(const hzp_list *list)
{
	return list->raw == NULL && list->items == NULL;
}

#endif
