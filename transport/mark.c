// SPDX-License-Identifier: Apache-2.0
#include "transport/mark.h"

enum { NONE = 0, SETTING = -1 };

// A request that is not answered for so long (a take that waits in the member) makes room for
// another.
#define PATIENCE_NS INT64_C(500000000)

void
hzi_mark_begin(hzi_mark *mark, int64_t now_ns)
{
	atomic_store_explicit(&mark->id, NONE, memory_order_relaxed);
	atomic_store_explicit(&mark->good_ns, now_ns, memory_order_relaxed);
}

void
hzi_mark_sending(hzi_mark *mark, int64_t id, int64_t now_ns)
{
	int64_t watched = atomic_load_explicit(&mark->id, memory_order_acquire);
	if (watched != NONE) {
		int64_t since_ns = atomic_load_explicit(&mark->sent_ns, memory_order_relaxed);
		// Its answer may be read right now: then it is no longer ours to change.
		if (now_ns - since_ns < PATIENCE_NS ||
				!atomic_compare_exchange_strong(&mark->id, &watched, SETTING)) {
			return;
		}
	}
	atomic_store_explicit(&mark->sent_ns, now_ns, memory_order_relaxed);
	atomic_store_explicit(&mark->id, id, memory_order_release);
}

void
hzi_mark_answered(hzi_mark *mark, int64_t id)
{
	// What a member makes up may look like no request at all.
	if (id <= NONE || atomic_load_explicit(&mark->id, memory_order_acquire) != id) {
		return;
	}
	// Of this request only if it is still the one that is watched afterwards.
	int64_t sent_ns = atomic_load_explicit(&mark->sent_ns, memory_order_acquire);
	if (atomic_compare_exchange_strong(&mark->id, &id, NONE)) {
		atomic_store_explicit(&mark->good_ns, sent_ns, memory_order_relaxed);
	}
}
