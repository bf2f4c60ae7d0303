// SPDX-License-Identifier: Apache-2.0
//
// A ringbuffer that scripted members serve, with messages of reliable topics in it: numbers in
// envelopes, each of which differs from that of any other number. Tests change it under the eyes of
// those who read.
#ifndef TESTS_SCRIPTED_RING_H
#define TESTS_SCRIPTED_RING_H

#include "protocol/gen/ringbuffer.h"
#include "tests/scripted/bench.h"

#include <pthread.h>

#define RING_CAPACITY HZP_RINGBUFFER_CAPACITY_REQUEST.id
#define RING_HEAD HZP_RINGBUFFER_HEAD_SEQUENCE_REQUEST.id
#define RING_TAIL HZP_RINGBUFFER_TAIL_SEQUENCE_REQUEST.id
#define RING_ADD HZP_RINGBUFFER_ADD_REQUEST.id
#define RING_READ HZP_RINGBUFFER_READ_MANY_REQUEST.id

enum { RING_ROOM = 64, RING_BATCH = 16, RING_READERS = 8 };

// A read that waits.
typedef struct ring_read {
	int64_t correlation; // 0: none
	int64_t from;        // the sequence where it begins
} ring_read;

typedef struct scripted_ring {
	pthread_mutex_t lock; // guards the rest
	int64_t head, tail;
	int64_t number[RING_ROOM]; // by sequence
	ring_read waiting[RING_READERS];
} scripted_ring;

// The member serves *r from now on, which is empty and has room for `capacity` items, RING_ROOM at
// most. Reads for which there is too little wait.
void ring_serve(hzt_scripted *member, scripted_ring *r, int64_t capacity);

// Appends a number, and answers the reads that waited for it.
void ring_publish(hzt_scripted *member, scripted_ring *r, int64_t number);

// The message of a sequence is another one; the messages behind `tail` are gone; all are, and the
// next one has the sequence 0.
void ring_set(scripted_ring *r, int64_t sequence, int64_t number);
void ring_cut(scripted_ring *r, int64_t tail);
void ring_empty(scripted_ring *r);

// Answers a request for the tail or the head; a rule whose ctx is the ring does no more.
void ring_on_tail(void *ctx, hzt_request *request);
void ring_on_head(void *ctx, hzt_request *request);
void ring_on_read(void *ctx, hzt_request *request);

// Answers with a number, as all requests for one have the same answer; ctx is a const int64_t.
void ring_on_number(void *ctx, hzt_request *request);

#endif
