// SPDX-License-Identifier: Apache-2.0
//
// The locks of one structure that this client's owners have, as far as the client knows. Whether
// that is still so the members alone can say.
//
// Members of 5.7.0 free the locks of a client when they find, every ten seconds, that none of them
// has a connection to it; as long as one has, the locks stay, also at those that have lost theirs.
// So a lock is in doubt when any connection was lost since the owner was last known to have it, and
// the next thing that the owner does begins with asking.
#ifndef HZI_PROXIES_MAP_BACKEND_HOLDS_H
#define HZI_PROXIES_MAP_BACKEND_HOLDS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hzi_hold {
	int64_t owner;
	int64_t fence;     // 0: none is held
	uint64_t closings; // of the client, when it was last known
	int64_t lease_ns;  // HZI_NEVER: without end
	int64_t locks;     // that the member counts, at most
} hzi_hold;

typedef struct hzi_holds {
	pthread_mutex_t lock; // short
	hzi_hold *items;
	size_t count, room;
} hzi_holds;

// What is left of its lease, at least 1; 0: it has none.
int64_t hzi_hold_lease_ms(const hzi_hold *hold);

void hzi_holds_init(hzi_holds *holds);
void hzi_holds_clear(hzi_holds *holds);

// What an owner has; .fence is 0 if that is nothing. Any thread.
hzi_hold hzi_holds_get(hzi_holds *holds, int64_t owner);

// Notes it, in place of what was known of that owner. Without memory it is not noted: the owner
// then has a lock that it does not know of, until the client ends. Any thread.
void hzi_holds_set(hzi_holds *holds, hzi_hold hold);

// Any thread.
void hzi_holds_forget(hzi_holds *holds, int64_t owner);

// Takes one away, of whatever owner. False: there is none. Any thread.
bool hzi_holds_take(hzi_holds *holds, hzi_hold *out);

#endif
