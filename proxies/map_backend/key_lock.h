// SPDX-License-Identifier: Apache-2.0
//
// The key lock behind a fenced lock of the map backend, and what its calls share. The lock is on a
// key of its own, the bytes of the structure's name: who writes the entry need not have the lock.
#ifndef HZI_PROXIES_MAP_BACKEND_KEY_LOCK_H
#define HZI_PROXIES_MAP_BACKEND_KEY_LOCK_H

#include "proxies/map_backend/cell.h"

// What errands of fenced locks do.
enum {
	HZI_LOCK_ACQUIRE, // the owner has got the key lock: a new fence
	HZI_LOCK_REENTER,
	HZI_LOCK_RELEASE, // gives how many key locks are to be undone: 0 unless it was the last
	HZI_LOCK_FORGET,  // a fence that nobody has got
	HZI_LOCK_CLEAR,   // whoever has it
	HZI_LOCK_IS_MINE,
	HZI_LOCK_FENCE,
	HZI_LOCK_COUNT,
	HZI_LOCK_REST // of the lease, in ms
};

// How a step of a call ends that is not the last one: HZ_ERR_TIMEOUT with one of these as `why`.
extern const char hzi_lock_ask_member[]; // the key lock comes next
extern const char hzi_lock_verify[];     // whether the owner still has it comes next

// Undoes one key lock of an owner, whenever that is. Any thread; does not block.
void hzi_lock_give_back(hzi_cell *cell, int64_t owner);

// The errand's `dropped`: the same for a key lock that an errand stands for.
void hzi_lock_dropped(hzi_errand *errand);

// Undoes all that the client's owners have, as far as the deadline lets it. Blocks.
void hzi_lock_closing(hzi_cell *cell, int64_t deadline_ns);

// By this number a member knows a request that it gets a second time.
int64_t hzi_lock_reference(hz_client *client);

// Encodes Map.unlock, Map.tryLock and so on of a cell for a call whose op says which.
hz_err hzi_lock_encode(const hzi_cell *cell, hzi_call *call, const hzi_errand *errand);

#endif
