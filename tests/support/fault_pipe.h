// SPDX-License-Identifier: Apache-2.0
//
// One direction of one connection of the fault proxy: bytes that were read and wait to be passed
// on. Used by the proxy's thread, and under its lock.
#ifndef HZT_FAULT_PIPE_H
#define HZT_FAULT_PIPE_H

#include "tests/support/fault_proxy.h"

// The faults of one flow.
typedef struct hzt_faults {
	int64_t delay_ns;
	int64_t rate; // bytes a second; 0: no limit
	bool dribble;
	bool stall;
	hzt_mutation mutation;
	int64_t cut_new_after; // < 0: no
	hzt_proxy_cut_kind cut_new_how;
	uint64_t passed, writes; // counted over all connections
} hzt_faults;

// Bytes that were read together.
typedef struct hzt_chunk {
	struct hzt_chunk *next;
	int64_t due_ns;
	size_t n, at;
	uint8_t bytes[];
} hzt_chunk;

typedef struct hzt_pipe {
	hzt_faults *faults; // of its flow
	uint64_t salt;      // tells flows and connections apart for the mutation
	int from, to;       // descriptors; the connection's
	hzt_chunk *first, *last;
	size_t queued;
	uint64_t read;    // position of the next byte to come
	int64_t free_ns;  // with a rate: when the next byte may leave
	int64_t cut_left; // bytes until the cut; < 0: none
	hzt_proxy_cut_kind cut_how;
	bool came_to_end; // the sender has ended it
	bool ended;       // the receiver has been told so
	bool discards;    // what comes is read and thrown away
} hzt_pipe;

typedef enum hzt_pipe_state { HZT_PIPE_GOES_ON, HZT_PIPE_BROKEN, HZT_PIPE_CUT } hzt_pipe_state;

// Reads once, if there is room and no stall. BROKEN: the sender's side is gone.
hzt_pipe_state hzt_pipe_fill(hzt_pipe *pipe, int64_t now_ns);

// Passes on what is due, as far as the receiver takes it. CUT: the byte count of the cut is
// reached.
hzt_pipe_state hzt_pipe_drain(hzt_pipe *pipe, int64_t now_ns);

// Ends it: what waits is dropped, what comes is thrown away, the receiver reads an end.
void hzt_pipe_finish(hzt_pipe *pipe);

// Frees what waits.
void hzt_pipe_clear(hzt_pipe *pipe);

bool hzt_pipe_wants_to_read(const hzt_pipe *pipe);
// Something is due now and waits for the receiver.
bool hzt_pipe_wants_to_write(const hzt_pipe *pipe, int64_t now_ns);
// When something will be due by the clock; INT64_MAX: nothing will.
int64_t hzt_pipe_due(const hzt_pipe *pipe, int64_t now_ns);

#endif
