// SPDX-License-Identifier: Apache-2.0
#include "serialization/arena.h"

#include <stdint.h>
#include <stdlib.h>

enum { ALIGN = 16, CHUNK = 1024 };

struct hzi_arena_chunk {
	struct hzi_arena_chunk *next;
	size_t size;
	_Alignas(ALIGN) uint8_t bytes[];
};

void *
hzi_arena_take(hzi_arena *arena, size_t n)
{
	if (n > SIZE_MAX / 2) {
		return NULL;
	}
	size_t size = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (size > arena->left || arena->chunks == NULL) {
		size_t room = size > CHUNK ? size : CHUNK;
		struct hzi_arena_chunk *chunk = calloc(1, sizeof(*chunk) + room);
		if (chunk == NULL) {
			return NULL;
		}
		chunk->next = arena->chunks;
		chunk->size = room;
		arena->chunks = chunk;
		arena->left = room;
	}
	void *p = arena->chunks->bytes + (arena->chunks->size - arena->left);
	arena->left -= size;
	return p;
}

void
hzi_arena_clear(hzi_arena *arena)
{
	while (arena->chunks != NULL) {
		struct hzi_arena_chunk *chunk = arena->chunks;
		arena->chunks = chunk->next;
		free(chunk);
	}
	arena->left = 0;
}
