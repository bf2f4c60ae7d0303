// SPDX-License-Identifier: Apache-2.0
#include "core/config_listeners.h"

#include <stdlib.h>
#include <string.h>

hz_err
hzi_config_listeners_append(
		hzi_config_listeners *list, const void *kind, const void *user, size_t size)
{
	void *copy = malloc(size);
	hzi_config_listener *items =
			realloc(list->items, (list->count + 1) * sizeof(list->items[0]));
	if (items != NULL) {
		list->items = items;
	}
	if (items == NULL || copy == NULL) {
		free(copy);
		return HZ_ERR_MEMORY;
	}
	memcpy(copy, user, size);
	items[list->count++] = (hzi_config_listener){.kind = kind, .user = copy, .size = size};
	return HZ_OK;
}

hz_err
hzi_config_listeners_copy(hzi_config_listeners *to, const hzi_config_listeners *from)
{
	hz_err e = HZ_OK;
	hzi_config_listeners copy = {0};
	for (size_t i = 0; i < from->count && e == HZ_OK; i++) {
		const hzi_config_listener *one = &from->items[i];
		e = hzi_config_listeners_append(&copy, one->kind, one->user, one->size);
	}
	*to = copy;
	return e;
}

void
hzi_config_listeners_clear(hzi_config_listeners *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].user);
	}
	free(list->items);
	*list = (hzi_config_listeners){0};
}
