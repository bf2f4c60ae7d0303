// SPDX-License-Identifier: Apache-2.0
//
// Memory that is asked for in many pieces and goes all at once. Zeroed memory is an empty arena.
// One thread at a time.
#ifndef HZI_SERIALIZATION_ARENA_H
#define HZI_SERIALIZATION_ARENA_H

#include <stddef.h>

struct hzi_arena_chunk;

typedef struct hzi_arena {
	struct hzi_arena_chunk *chunks; // the newest first
	size_t left;                    // in the newest
} hzi_arena;

// Gives n zeroed bytes, aligned for any type, or NULL. They live as long as the arena.
void *hzi_arena_take(hzi_arena *arena, size_t n);

// Frees everything and leaves an empty arena.
void hzi_arena_clear(hzi_arena *arena);

#endif
