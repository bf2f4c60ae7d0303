// SPDX-License-Identifier: Apache-2.0
//
// The inside of a known schema, shared by the rooms of core/schemas.h: schemas.c (those that are
// known, and what calls wait for), schema_tell.c (telling the members) and schema_ask.c (asking
// them).
#ifndef HZI_CORE_SCHEMA_KNOWN_H
#define HZI_CORE_SCHEMA_KNOWN_H

#include "core/client.h"
#include "core/schemas.h"

struct hzi_known_schema {
	hzi_known_schema *next; // in its bucket; does not change once it stands there
	hz_client *client;
	const hzi_schema *schema; // held
	_Atomic bool replicated;  // all members have it

	// Under the lock.
	bool wanted;
	bool asked;        // the request is on its way
	int64_t at_ns;     // not to be told before
	uint32_t tells;    // since it was wanted
	int64_t answers;   // so far, good or bad, and 1
	int64_t failed_at; // number of the last one that was a failure
	hz_err failure;
};

// Lends the schema; gives the known one with its number, which lives as long as the client, or NULL
// without memory. `replicated`: a member has it. Any thread; a short lock.
hzi_known_schema *hzi_schema_add(hz_client *client, const hzi_schema *schema, bool replicated);

#endif
