// SPDX-License-Identifier: Apache-2.0
//
// What the entry of a structure of the map backend says, and its text: a JSON object that a person
// can read, such as
//
//	{"value":42,"writes":17,"writers":{"8e6c...":17,"09fd...":12}}
//
// `writes` counts what was ever written, and `writers` says of the clients that wrote last which of
// these writes was their latest. So no two texts of one structure are ever the same, which is what
// compare-and-set needs, and a client that did not hear what became of its write can look it up.
#ifndef HZI_PROXIES_MAP_BACKEND_STATE_H
#define HZI_PROXIES_MAP_BACKEND_STATE_H

#include "base/buf.h"

#include <hazelcast/types.h>
#include <hazelcast/value.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A number of each client: permits it holds, or its last write.
typedef struct hzi_share {
	hz_uuid client;
	int64_t n;
} hzi_share;

typedef struct hzi_tally {
	hzi_share *items;
	size_t count, room;
} hzi_tally;

// The share of a client, 0 if it has none.
int64_t hzi_tally_get(const hzi_tally *tally, hz_uuid client);

// Sets it; 0 takes it away. False: no memory.
bool hzi_tally_set(hzi_tally *tally, hz_uuid client, int64_t n);

// How many writers an entry remembers.
#define HZI_WRITERS_MAX 64U

typedef struct hzi_state {
	bool exists; // there is an entry
	bool destroyed;
	int64_t writes;
	hzi_tally writers;
	// Which of these an entry has, and under which names, its fields say.
	int64_t number;
	int64_t round;
	int64_t until;
	bool owned;
	hzi_tally holders;
	hzi_buf data; // a value as members keep it; empty: none
	// Not in the entry: the owner of this client whose errand, of those that are applied
	// together, has acquired the lock; 0: none.
	int64_t acquired;
} hzi_state;

typedef enum hzi_field_kind {
	HZI_FIELD_I64,
	HZI_FIELD_BOOL,
	HZI_FIELD_TALLY,
	HZI_FIELD_DATA // in base64, and before it for people what it shows
} hzi_field_kind;

typedef struct hzi_field {
	const char *name; // NULL ends a list
	hzi_field_kind kind;
	size_t offset; // in hzi_state
} hzi_field;

// Reads a text into a cleared state. False: it is none that hzi_state_write has made, or there is
// no memory; the state is cleared then.
bool hzi_state_read(hzi_state *state, const hzi_field *fields, const char *text, size_t n);

// Appends the text. out->failed without memory.
void hzi_state_write(const hzi_state *state, const hzi_field *fields, hzi_buf *out);

// Makes `to`, which is cleared, the same as `from`. False: no memory; `to` is cleared then.
bool hzi_state_copy(hzi_state *to, const hzi_state *from);

// Frees what it owns and zeroes it.
void hzi_state_clear(hzi_state *state);

// Counts one more write, by this client. False: no memory.
bool hzi_state_sign(hzi_state *state, hz_uuid client);

// A UUID as text of 36 characters and a terminator.
#define HZI_UUID_TEXT 37U
void hzi_uuid_write(hz_uuid uuid, char to[HZI_UUID_TEXT]);

#endif
