// SPDX-License-Identifier: Apache-2.0
//
// How the threads of a client talk: many senders, one receiver.
//
// What is handed over are nodes embedded in what they carry, in a lock-free list: nothing is
// allocated, nothing is ever full, and the order of pushes is the order of delivery. The list is
// the batch; a ZeroMQ inproc message carries its address to a receiver that sleeps, and only then.
// While the receiver is awake, or a message is under way already, a push costs one
// compare-and-swap.
//
// The receiver's loop, with descriptors of its own beside the bell's:
//
//	for (;;) {
//		for (node = hzi_mailbox_take(mb); ...) { ... }
//		... look at every other list that senders announce by a ring ...
//		if (!hzi_mailbox_prepare_sleep(mb)) {
//			continue;
//		}
//		... look at what has no bell; epoll_wait ...
//		hzi_mailbox_awake(mb, the bell's descriptor was reported);
//	}
//
// A receiver that waits for nothing else calls hzi_mailbox_wait in the place of the last three.
//
// After a fork the child's calls return without touching anything of the parent's.
#ifndef HZI_BASE_MAILBOX_H
#define HZI_BASE_MAILBOX_H

#include "base/attr.h"
#include "base/platform.h"

#include <hazelcast/error.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

// What the mailboxes of one client have in common.
typedef struct hzi_bus hzi_bus;

// Gives a bus. `guard` is lent and must outlive it. HZ_ERR_RESOURCE if there are not enough
// descriptors or no thread for it, HZ_ERR_MEMORY.
hz_err hzi_bus_new(const hzi_fork_guard *guard, hzi_bus **out);

// Ends the bus; all its mailboxes are closed. NULL-safe, and nulls the pointer. Blocks for the
// moment that ZeroMQ needs to end its thread.
void hzi_bus_destroy(hzi_bus **bus);

// The part of what is handed over that the list needs. In one list at a time.
typedef struct hzi_node {
	struct hzi_node *next;
} hzi_node;

typedef struct hzi_mailbox {
	// Written by senders on every push.
	_Atomic(hzi_node *) head;  // newest first
	_Atomic uint32_t sleeping; // the receiver may sleep: whoever sets it to 0 sends the message
	_Atomic uint32_t rung;     // a ring without a node that the receiver has not looked at
	uint8_t pad[HZI_CACHELINE];

	// Written when a message is sent or received.
	pthread_mutex_t lock;       // guards `sender`
	void *sender;               // ZeroMQ socket of whoever holds the lock; NULL once closed
	_Atomic uint32_t under_way; // a message was sent and not yet received
	_Atomic uint64_t bells;     // messages sent so far
	uint8_t pad2[HZI_CACHELINE];

	// The receiver's.
	void *receiver; // ZeroMQ socket
	int fd;         // of `receiver`
	const hzi_fork_guard *guard;
} hzi_mailbox;

// Sets up a mailbox whose name, at most 40 bytes, is unique on its bus. The thread that calls this
// need not be the receiver, but must have handed the mailbox over to it (by starting it, say). The
// memory belongs to the caller and must not move. HZ_ERR_RESOURCE when descriptors are missing,
// HZ_ERR_ARGUMENT for a name that is taken or too long, HZ_ERR_MEMORY. After a failure there is
// nothing to close.
hz_err hzi_mailbox_init(hzi_mailbox *mb, hzi_bus *bus, const char *name);

// Closes the sockets. On the receiver's thread or after it ended. What is still in the list stays
// there for hzi_mailbox_take; later pushes are still listed, but wake nobody. No push or ring may
// run once the memory goes. Safe on zeroed memory and twice.
void hzi_mailbox_close(hzi_mailbox *mb);

// Hands a node over and wakes the receiver if it may sleep. Takes the node. Any thread; never
// blocks longer than another sender needs for one non-blocking send. False, with the node still
// the caller's, only in a forked child.
bool hzi_mailbox_push(hzi_mailbox *mb, hzi_node *node);

// Wakes the receiver, or has it look once more before it sleeps, for what was put elsewhere: all
// that the caller wrote before is visible to the receiver after it. Any thread, as push.
void hzi_mailbox_ring(hzi_mailbox *mb);

// Gives all nodes, oldest first, linked by `next`; NULL if there are none. Receiver only. Ask for
// a node's `next` before the node is given away.
hzi_node *hzi_mailbox_take(hzi_mailbox *mb);

// The descriptor that polls readable when a message is there, for epoll (level-triggered, EPOLLIN).
// It stays the mailbox's.
static inline int
hzi_mailbox_fd(const hzi_mailbox *mb)
{
	return mb->fd;
}

// Announces sleep. False if there is something to look at: the receiver is then not announced and
// goes round its loop again. True: it may look once more at whatever has no bell, then sleeps, and
// calls hzi_mailbox_awake whether it slept or not. Receiver only; no system call.
bool hzi_mailbox_prepare_sleep(hzi_mailbox *mb);

// Ends what prepare_sleep began. `belled`: the descriptor was reported readable, so there is a
// message to receive; without it no system call is made. Receiver only.
void hzi_mailbox_awake(hzi_mailbox *mb, bool belled);

// Sleeps until something was pushed or rung, or the absolute deadline (HZI_NEVER: none). True if
// something is or was there, false at the deadline and in a forked child. Receiver only.
bool hzi_mailbox_wait(hzi_mailbox *mb, int64_t deadline_ns);

// How many messages were sent so far. Any thread.
static inline uint64_t
hzi_mailbox_bells(const hzi_mailbox *mb)
{
	return atomic_load_explicit(&mb->bells, memory_order_relaxed);
}

#endif
