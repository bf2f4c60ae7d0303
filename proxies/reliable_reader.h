// SPDX-License-Identifier: Apache-2.0
//
// The one call that a listener of a reliable topic has under way: it reads the next messages, or
// finds out where the ringbuffer begins or ends. What comes back is handed to the dispatch thread
// that the listener belongs to.
#ifndef HZI_PROXIES_RELIABLE_READER_H
#define HZI_PROXIES_RELIABLE_READER_H

#include "events/dispatch.h"
#include "proxies/reliable_topic.h"

#define HZI_ANYWHERE INT64_C(-1) // whatever comes first is the beginning

typedef enum hzi_step {
	HZI_STEP_READ, // the next messages
	HZI_STEP_TAIL, // what is the last one of the ringbuffer?
	HZI_STEP_LAST, // is this message the one that was heard?
	HZI_STEP_HEAD  // where does the ringbuffer begin?
} hzi_step;

// Goes from one thread to the next: whoever has it owns all but `holds`. It outlives its listener
// by the call that is under way.
typedef struct hzi_reader {
	hzi_delivery delivery;  // while no call is under way
	_Atomic uint32_t holds; // the listener's, and that of the call
	hz_client *client;
	hz_ringbuffer *ring;
	hz_cancel *cancel; // ends the call
	uint64_t listener;
	int64_t next; // sequence to read, or HZI_ANYWHERE
	int32_t batch;
	uint32_t failures; // reads that failed one after the other
	hzi_step step;
	// What the call has brought. For HZI_STEP_LAST, `sequence` is the one to read.
	hz_err code;
	hz_error err;
	hz_items *items;
	int64_t sequence;
} hzi_reader;

// Makes one with a hold, for the caller. `run` is called with each delivery. NULL: err says why.
// Blocks for a round trip when the topic's ringbuffer is not known yet.
hzi_reader *hzi_reader_new(hz_reliable_topic *topic,
		void (*run)(hzi_delivery *delivery, hzi_listener *listener), hz_error *err);

void hzi_reader_hold(hzi_reader *reader);
void hzi_reader_drop(hzi_reader *reader);

// Sends the call for a step, with a hold that run() has to drop. Errors as hz_then; then run() will
// not come.
hz_err hzi_reader_submit(hzi_reader *reader, hzi_step step);

// Whether the failure of the last call says no more than that it was not the right moment.
bool hzi_reader_may_pass(const hzi_reader *reader);

// Whether it says that the listener is on its way out anyway.
bool hzi_reader_is_over(const hzi_reader *reader);

#endif
