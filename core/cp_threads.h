// SPDX-License-Identifier: Apache-2.0
//
// Thread ids that a CP group has given this client: what stands for the owner of a call that has no
// session. No other call of the whole cluster has the same one at the same time; one that its call
// does not need any more is for the next.
#ifndef HZI_CORE_CP_THREADS_H
#define HZI_CORE_CP_THREADS_H

#include "core/cp_wish.h"

#include <stddef.h>

struct hzi_cp_session;

typedef struct hzi_cp_thread {
	int64_t id;
	uint32_t era; // of the cluster that gave it
} hzi_cp_thread;

// Those of one group; under the client's cp_lock.
typedef struct hzi_cp_threads {
	hzi_cp_wish wish;
	int64_t *free; // ids that no call uses
	size_t count, room;
	uint32_t era;
} hzi_cp_threads;

// Takes one; errors and ticket as those of hzi_cp_session_use. To be given back when the member
// cannot answer that call any more. Any thread; a short lock.
hz_err hzi_cp_thread_take(struct hzi_cp_session *session, int64_t *ticket, hzi_cp_thread *out);
void hzi_cp_thread_give(struct hzi_cp_session *session, hzi_cp_thread thread);

// ---- For core/cp_sessions.c ----

void hzi_cp_threads_init(hzi_cp_threads *threads);
void hzi_cp_threads_clear(hzi_cp_threads *threads);

// Another cluster has answered: none of the ids is anything to it. Under the lock.
void hzi_cp_threads_forget(hzi_cp_threads *threads);

// Asks for n. Cluster thread, without the lock.
void hzi_cp_threads_ask(struct hzi_cp_session *session, uint32_t n);

#endif
