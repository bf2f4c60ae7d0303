// SPDX-License-Identifier: Apache-2.0
//
// Why no wake is lost: the sender pushes, then reads `sleeping`; the receiver writes `sleeping`,
// then reads the list; a full fence stands between the two steps on either side, so at least one of
// them sees the other. tests/model/bell.pml checks push_bell, hzi_mailbox_prepare_sleep and
// hzi_mailbox_awake over all interleavings.
//
// Why the queue inside ZeroMQ never grows: a message is sent under the mailbox's lock and only by
// whoever turned `under_way` from 0 to 1, and the receiver turns it back once for each message that
// it receives, and once more. So a few messages at most are in the queue: the model has the number.
#include "base/mailbox.h"

#include "base/platform_tsan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

enum {
	// ZeroMQ allocates its queues in chunks and keeps one spare. After this many messages every
	// chunk, those of its commands too, has been gone through.
	WARM_UP_SENDS = 512,
	// For ZeroMQ's own thread, and some to spare for who comes at the same time.
	BUS_DESCRIPTORS = 8,
	MAILBOX_DESCRIPTORS = 6,
	// What ZeroMQ allocates for a pair of sockets, with some to spare.
	PROBE_BYTES = 256 * 1024,
	MAX_SOCKETS = 8192,
	MAX_NAME = 40
};

// ZeroMQ begins and ends a library of its own (libpgm) with its contexts, and that library does not
// bear to be begun while another thread ends it. So contexts are made and ended one at a time. The
// word holds the process that is at it: a child does not wait for a thread that it does not have.
static _Atomic uint32_t contexts;

static void
lock_contexts(void)
{
	uint32_t self = (uint32_t)getpid();
	uint32_t was = 0;
	while (!atomic_compare_exchange_strong(&contexts, &was, self)) {
		if (was == self) {
			hzi_futex_wait(&contexts, self, HZI_NEVER);
			was = 0;
		}
	}
}

static void
unlock_contexts(void)
{
	atomic_store(&contexts, 0);
	hzi_futex_wake(&contexts, 1);
}

struct hzi_bus {
	void *context;
	const hzi_fork_guard *guard;
};

// ZeroMQ aborts where the system refuses what it needs, so the system is asked first.
static hz_err
probe(unsigned descriptors)
{
	void *memory = malloc(PROBE_BYTES);
	if (memory == NULL) {
		return HZ_ERR_MEMORY;
	}
	free(memory);
	return hzi_probe_descriptors(descriptors);
}

static void
end_context(void *context)
{
	lock_contexts();
	while (zmq_ctx_term(context) != 0 && errno == EINTR) {
	}
	unlock_contexts();
}

hz_err
hzi_bus_new(const hzi_fork_guard *guard, hzi_bus **out)
{
	hzi_bus *bus = calloc(1, sizeof(*bus));
	if (bus == NULL) {
		return HZ_ERR_MEMORY;
	}
	hz_err err = probe(BUS_DESCRIPTORS);
	if (err == HZ_OK) {
		err = hzi_probe_thread();
	}
	if (err != HZ_OK) {
		goto fail;
	}
	bus->guard = guard;
	lock_contexts();
	bus->context = zmq_ctx_new();
	unlock_contexts();
	if (bus->context == NULL) {
		err = HZ_ERR_RESOURCE;
		goto fail;
	}
	zmq_ctx_set(bus->context, ZMQ_IO_THREADS, 0);
	zmq_ctx_set(bus->context, ZMQ_MAX_SOCKETS, MAX_SOCKETS);
	zmq_ctx_set(bus->context, ZMQ_BLOCKY, 0);
	// ZeroMQ starts its thread with the first socket; it shall do so now that there is room.
	void *first = zmq_socket(bus->context, ZMQ_PAIR);
	if (first == NULL) {
		err = HZ_ERR_RESOURCE;
		end_context(bus->context);
		goto fail;
	}
	zmq_close(first);
	*out = bus;
	return HZ_OK;

fail:
	free(bus);
	return err;
}

void
hzi_bus_destroy(hzi_bus **bus)
{
	if (*bus == NULL) {
		return;
	}
	// In a child the context's thread does not exist, and waiting for it would never end.
	if (!hzi_forked((*bus)->guard)) {
		end_context((*bus)->context);
		free(*bus);
	}
	*bus = NULL;
}

// Sends the address of the list. EAGAIN cannot come from a queue without a limit, and would say
// that the receiver has been rung for already.
static void
send_message(hzi_mailbox *mb)
{
	void *batch = &mb->head;
	int rc;
	hzi_tsan_release(mb);
	do {
		rc = zmq_send(mb->sender, &batch, sizeof(batch), ZMQ_DONTWAIT);
	} while (rc < 0 && errno == EINTR && !hzi_forked(mb->guard));
	atomic_fetch_add_explicit(&mb->bells, 1, memory_order_relaxed);
}

// Receives until there is nothing: the descriptor reports changes only, so a message left in the
// queue would never be reported again. The flag is turned back before each try and not once before
// all: a message that was sent after the first try and received by a later one would else leave it
// at 1 with nothing on its way, and nobody would ever send again.
static void
receive_messages(hzi_mailbox *mb)
{
	void *batch = NULL;
	int rc;
	do {
		atomic_exchange_explicit(&mb->under_way, 0, memory_order_seq_cst);
		rc = zmq_recv(mb->receiver, &batch, sizeof(batch), ZMQ_DONTWAIT);
		HZI_ASSERT(rc < 0 || batch == (void *)&mb->head);
	} while (rc >= 0 || (errno == EINTR && !hzi_forked(mb->guard)));
	hzi_tsan_acquire(mb);
}

// The second half of a push: wakes a receiver that may sleep. The caller's write is done.
static void
push_bell(hzi_mailbox *mb)
{
	hzi_full_fence();
	// The plain load keeps the line shared while the receiver is awake.
	if (atomic_load_explicit(&mb->sleeping, memory_order_seq_cst) == 0 ||
			atomic_exchange_explicit(&mb->sleeping, 0, memory_order_seq_cst) == 0) {
		return;
	}
	pthread_mutex_lock(&mb->lock);
	if (mb->sender != NULL &&
			atomic_exchange_explicit(&mb->under_way, 1, memory_order_seq_cst) == 0) {
		send_message(mb);
	}
	pthread_mutex_unlock(&mb->lock);
}

static void *
open_socket(hzi_bus *bus)
{
	static const int zero;
	void *socket = zmq_socket(bus->context, ZMQ_PAIR);
	if (socket != NULL) {
		zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof(zero));
		// Without a limit ZeroMQ sends no commands back to the sender to say how far it has
		// read; the queue is bounded by `under_way`.
		zmq_setsockopt(socket, ZMQ_SNDHWM, &zero, sizeof(zero));
		zmq_setsockopt(socket, ZMQ_RCVHWM, &zero, sizeof(zero));
	}
	return socket;
}

static hz_err
open_sockets(hzi_mailbox *mb, hzi_bus *bus, const char *name)
{
	char endpoint[sizeof("inproc://") + MAX_NAME];
	size_t size = sizeof(mb->fd);
	snprintf(endpoint, sizeof(endpoint), "inproc://%s", name);
	mb->receiver = open_socket(bus);
	mb->sender = open_socket(bus);
	if (mb->receiver == NULL || mb->sender == NULL) {
		return HZ_ERR_RESOURCE;
	}
	if (zmq_bind(mb->receiver, endpoint) != 0) {
		return errno == EADDRINUSE ? HZ_ERR_ARGUMENT : HZ_ERR_RESOURCE;
	}
	if (zmq_connect(mb->sender, endpoint) != 0 ||
			zmq_getsockopt(mb->receiver, ZMQ_FD, &mb->fd, &size) != 0) {
		return HZ_ERR_RESOURCE;
	}
	return HZ_OK;
}

static void
warm_up(hzi_mailbox *mb)
{
	for (int i = 0; i < WARM_UP_SENDS; i++) {
		send_message(mb);
		receive_messages(mb);
	}
	atomic_store_explicit(&mb->bells, 0, memory_order_relaxed);
}

static void
close_sockets(hzi_mailbox *mb)
{
	if (mb->sender != NULL) {
		zmq_close(mb->sender);
	}
	if (mb->receiver != NULL) {
		zmq_close(mb->receiver);
	}
	mb->sender = NULL;
	mb->receiver = NULL;
	mb->fd = -1;
}

hz_err
hzi_mailbox_init(hzi_mailbox *mb, hzi_bus *bus, const char *name)
{
	memset(mb, 0, sizeof(*mb));
	size_t length = strnlen(name, MAX_NAME + 1);
	if (length == 0 || length > MAX_NAME) {
		return HZ_ERR_ARGUMENT;
	}
	hz_err err = probe(MAILBOX_DESCRIPTORS);
	if (err != HZ_OK) {
		return err;
	}
	if (pthread_mutex_init(&mb->lock, NULL) != 0) {
		return HZ_ERR_RESOURCE;
	}
	mb->guard = bus->guard;
	err = open_sockets(mb, bus, name);
	if (err != HZ_OK) {
		close_sockets(mb);
		pthread_mutex_destroy(&mb->lock);
		memset(mb, 0, sizeof(*mb));
		return err;
	}
	warm_up(mb);
	return HZ_OK;
}

void
hzi_mailbox_close(hzi_mailbox *mb)
{
	if (mb->receiver == NULL || hzi_forked(mb->guard)) {
		return;
	}
	pthread_mutex_lock(&mb->lock);
	close_sockets(mb);
	pthread_mutex_unlock(&mb->lock);
}

bool
hzi_mailbox_push(hzi_mailbox *mb, hzi_node *node)
{
	if (hzi_forked(mb->guard)) {
		return false;
	}
	hzi_node *head = atomic_load_explicit(&mb->head, memory_order_relaxed);
	do {
		node->next = head;
	} while (!atomic_compare_exchange_weak_explicit(
			&mb->head, &head, node, memory_order_seq_cst, memory_order_relaxed));
	push_bell(mb);
	return true;
}

void
hzi_mailbox_ring(hzi_mailbox *mb)
{
	if (hzi_forked(mb->guard)) {
		return;
	}
	// An exchange even where it is 1 already: the receiver that takes it back must see what
	// this caller wrote.
	atomic_exchange_explicit(&mb->rung, 1, memory_order_seq_cst);
	push_bell(mb);
}

hzi_node *
hzi_mailbox_take(hzi_mailbox *mb)
{
	if (atomic_load_explicit(&mb->head, memory_order_relaxed) == NULL) {
		return NULL;
	}
	hzi_node *newest = atomic_exchange_explicit(&mb->head, NULL, memory_order_seq_cst);
	hzi_node *oldest = NULL;
	while (newest != NULL) {
		hzi_node *next = newest->next;
		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	return oldest;
}

// Takes back the note that a ring left; true if there was one.
static bool
take_ring(hzi_mailbox *mb)
{
	return atomic_load_explicit(&mb->rung, memory_order_seq_cst) != 0 &&
			atomic_exchange_explicit(&mb->rung, 0, memory_order_seq_cst) != 0;
}

static bool
has_nodes(hzi_mailbox *mb)
{
	return atomic_load_explicit(&mb->head, memory_order_seq_cst) != NULL;
}

bool
hzi_mailbox_prepare_sleep(hzi_mailbox *mb)
{
	atomic_store_explicit(&mb->sleeping, 1, memory_order_seq_cst);
	hzi_full_fence();
	if (take_ring(mb) || has_nodes(mb)) {
		atomic_store_explicit(&mb->sleeping, 0, memory_order_seq_cst);
		return false;
	}
	return true;
}

// Ends a sleep; true if a ring came meanwhile. The lists are looked at after this, so the ring's
// note can go: a later one leaves its own.
static bool
end_sleep(hzi_mailbox *mb, bool belled)
{
	atomic_store_explicit(&mb->sleeping, 0, memory_order_seq_cst);
	if (belled && !hzi_forked(mb->guard)) {
		receive_messages(mb);
	}
	return take_ring(mb);
}

void
hzi_mailbox_awake(hzi_mailbox *mb, bool belled)
{
	end_sleep(mb, belled);
}

bool
hzi_mailbox_wait(hzi_mailbox *mb, int64_t deadline_ns)
{
	while (!hzi_forked(mb->guard)) {
		if (!hzi_mailbox_prepare_sleep(mb)) {
			return true;
		}
		bool belled = hzi_poll_readable(mb->fd, deadline_ns);
		bool rung = end_sleep(mb, belled);
		if (rung || has_nodes(mb)) {
			return true;
		}
		if (hzi_now_ns() >= deadline_ns) {
			return false;
		}
	}
	return false;
}
