// SPDX-License-Identifier: Apache-2.0
//
// Views of the cluster as members send them: in the answer to the authentication and as events of
// the cluster view listener. Every byte is taken for hostile.
#ifndef HZI_CORE_VIEWS_H
#define HZI_CORE_VIEWS_H

#include "core/members.h"
#include "core/owners.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What one message says. Parts that it does not say are NULL: each of them is there only if it is
// newer than what the reader asked for, and not empty where an empty one says nothing.
typedef struct hzi_view {
	hzi_members *members;
	hzi_owners *owners;
} hzi_view;

// How to read: what is known already is not read again, since members repeat their views.
typedef struct hzi_view_reader {
	int32_t members_version; // known: only a newer list is given
	int32_t owners_version;  // the same for the table; INT32_MAX: tables are not wanted
	int32_t partition_count;
	bool public_ip; // dial the public addresses that members announce
} hzi_view_reader;

// Reads an event of the cluster view listener. Events that say something else give an empty view.
// Gives *out, to be cleared. HZ_ERR_PROTOCOL: the bytes are no such event, or what they say cannot
// be; HZ_ERR_LIMIT: too many members; HZ_ERR_MEMORY. Any thread; does not block.
hz_err hzi_view_read_event(const hzi_view_reader *reader, const uint8_t *msg, size_t n,
		hzi_view *out, hz_error *err);

// Reads the answer to the authentication, as above.
hz_err hzi_view_read_reply(const hzi_view_reader *reader, const uint8_t *msg, size_t n,
		hzi_view *out, hz_error *err);

// Releases what is left in a view. Safe on zeroed memory.
void hzi_view_clear(hzi_view *view);

#endif
