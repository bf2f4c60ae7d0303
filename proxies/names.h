// SPDX-License-Identifier: Apache-2.0
//
// The names that a client has opened, one entry for each structure, so that a name is told to the
// members once, however many handles it has, and again to a new cluster. Entries live as long as
// the client, since handles, calls and listeners lend their texts; there are a million at most.
#ifndef HZI_PROXIES_NAMES_H
#define HZI_PROXIES_NAMES_H

#include "core/client.h"

#include <hazelcast/error.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct hzi_name {
	struct hzi_name *next; // in its bucket
	const char *service;   // static
	int32_t hash;          // partition hash of the name
	uint32_t length;
	_Atomic bool announced; // the members were told of it
	_Atomic(void *) shared; // what all handles of the structure share; NULL: nothing
	void (*_Atomic shared_free)(void *shared);
	char text[]; // UTF-8, terminated
} hzi_name;

// The entry of a name, made if there is none. Checks the name: HZ_ERR_ARGUMENT when it is empty or
// no UTF-8, HZ_ERR_LIMIT when it is longer than 64 KiB, or the client
// has a million names already; HZ_ERR_MEMORY. Lends name; the service's
// name is static. Any thread; a short lock.
hz_err hzi_names_intern(hz_client *client, const char *service, const char *name, hzi_name **out,
		hz_error *err);

// The entry of a name, or NULL if nobody has opened it. Any thread; a short lock.
hzi_name *hzi_names_find(hz_client *client, const char *service, const char *name);

// What all handles of one structure share, made by whoever asks first and ended with the client.
// All who ask for one service bring the same functions. NULL without memory. Any thread.
void *hzi_names_shared(hzi_name *name, void *(*make)(void), void (*end)(void *shared));

#endif
