// SPDX-License-Identifier: Apache-2.0
//
// Up to when a connection is known to have been well. Bytes that come say little about it: they may
// have been under way for long, with others behind them that never come. The answer to a request
// does: the member sent it after the request had left here, so all that it had sent until then is
// here too. One request at a time is watched for this, as often as there is one.
#ifndef HZI_TRANSPORT_MARK_H
#define HZI_TRANSPORT_MARK_H

#include <stdatomic.h>
#include <stdint.h>

typedef struct hzi_mark {
	_Atomic int64_t id;      // correlation id of the request; 0: none, -1: it is being set
	_Atomic int64_t sent_ns; // when it was about to be written
	_Atomic int64_t good_ns; // what the member sent before this has arrived
} hzi_mark;

// A connection begins. Before anybody reads or writes.
void hzi_mark_begin(hzi_mark *mark, int64_t now_ns);

// A request is about to be written. Holder of the write right.
void hzi_mark_sending(hzi_mark *mark, int64_t id, int64_t now_ns);

// A response (not an event) was read. Holder of the read right, after all that was read before it
// was handed up.
void hzi_mark_answered(hzi_mark *mark, int64_t id);

// The latest time from before which nothing is under way any more. Any thread.
static inline int64_t
hzi_mark_good(const hzi_mark *mark)
{
	return atomic_load_explicit(&mark->good_ns, memory_order_relaxed);
}

#endif
