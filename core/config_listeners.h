// SPDX-License-Identifier: Apache-2.0
//
// Listeners as a configuration keeps them: bytes that only the layer above can read.
#ifndef HZI_CORE_CONFIG_LISTENERS_H
#define HZI_CORE_CONFIG_LISTENERS_H

#include <hazelcast/error.h>
#include <stddef.h>

typedef struct hzi_config_listener {
	const void *kind; // lent for good
	void *user;       // the application's struct
	size_t size;      // of it
} hzi_config_listener;

// Zeroed memory is an empty list.
typedef struct hzi_config_listeners {
	hzi_config_listener *items;
	size_t count;
} hzi_config_listeners;

// Copies size bytes of user. HZ_ERR_MEMORY: nothing was changed.
hz_err hzi_config_listeners_append(
		hzi_config_listeners *list, const void *kind, const void *user, size_t size);

// Makes *to, whatever it was, a deep copy. HZ_ERR_MEMORY: *to has some of them.
hz_err hzi_config_listeners_copy(hzi_config_listeners *to, const hzi_config_listeners *from);

// Frees what it holds. Safe twice.
void hzi_config_listeners_clear(hzi_config_listeners *list);

#endif
