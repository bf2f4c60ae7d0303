// SPDX-License-Identifier: Apache-2.0
//
// The inside of hz_client: what all rooms of core share. Each field says who writes it. The client
// is counted: the application's handle to it, every proxy handle and every live call record hold
// it, and the last to let go frees it, which may be after shutdown returned (rule 20).
#ifndef HZI_CORE_CLIENT_H
#define HZI_CORE_CLIENT_H

#include "base/block.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/platform.h"
#include "core/config.h"
#include "core/event_ops.h"
#include "core/partition.h"
#include "core/schemas.h"
#include "core/slab.h"
#include "core/worker.h"

#include <hazelcast/client.h>
#include <pthread.h>
#include <stdatomic.h>

// Members a client can be connected to at once.
#define HZI_SLOTS_MAX 256U

typedef struct hzi_cluster hzi_cluster;
typedef struct hzi_cp_leaders hzi_cp_leaders;

// Counters that have no room of their own; relaxed. Those of connections stand in their slots.
typedef struct hzi_counters {
	_Atomic uint64_t calls, retries, connects, disconnects, failed_dials, pings, events,
			events_dropped, decode_errors, unmatched, late_items, backup_timeouts;
} hzi_counters;

struct hz_client {
	// Set before the first thread starts, then only read.
	hz_config *config;
	hzi_log log;
	hzi_fork_guard guard;
	hzi_bus *bus;
	hzi_block_pool *blocks;
	hz_uuid uuid;
	char name[64];
	const hzi_event_ops *events;
	void *events_state;

	// Hot path.
	hzi_slab slab;
	hzi_partitions partitions;                      // written by the cluster thread, in place
	_Atomic(hzi_connection *) slots[HZI_SLOTS_MAX]; // written once each, by the cluster thread
	_Atomic uint32_t slot_count;
	_Atomic uint32_t round_robin;
	// Every data member has a confirmed backup listener: BACKUP_AWARE may be set.
	_Atomic bool backups_ready;
	_Atomic uint32_t view; // futex word: changes when a paused call may find things different
	_Atomic uint32_t viewers;  // callers that sleep on it
	_Atomic uint32_t clusters; // how often the cluster was found to be another one
	_Atomic int32_t in_flight; // permits taken
	_Atomic int32_t parked;    // of them those that wait in a member (counted apart)
	_Atomic bool closing;      // new calls are refused; set before the last sweep
	// Calls that nobody waits for: worker 0 ticks while there are any.
	_Atomic uint32_t asynchronous;

	_Atomic uint64_t closings; // connections that were lost, counted before anybody hears of it
	_Atomic int64_t lock_contexts; // ids of lock owners given out
	_Atomic int64_t reference_ids; // of map locks: a retried lock is the same lock

	// The proxies' room: which names were opened, so that a new cluster gets them, too. Set by
	// whoever opens the first handle.
	_Atomic(void *) proxies;
	void (*_Atomic proxies_clear)(void *proxies);
	// What proxies have to do from time to time (it says when next; cluster thread, may not
	// block), and before calls are refused (until the deadline at most). NULL: nothing.
	int64_t (*_Atomic proxies_advance)(struct hz_client *client, int64_t now_ns);
	void (*_Atomic proxies_closing)(struct hz_client *client, int64_t deadline_ns);
	void (*_Atomic list_proxies)(struct hz_client *client,
			void (*fn)(void *ctx, const char *service, const char *name), void *ctx);

	// Sessions and leaders of CP groups (core/cp_sessions.h, core/cp_leaders.h); all under
	// cp_lock.
	pthread_mutex_t cp_lock;
	hzi_cp_leaders *cp_leaders;
	struct hzi_cp_session *cp_sessions;
	bool cp_closed; // no more of them

	hzi_schemas schemas; // core/schemas.h

	hzi_counters counters;
	hzi_workers workers;
	hzi_cluster *cluster;

	// Life.
	_Atomic uint64_t refs; // the application's own, handles, tokens and call records
	pthread_mutex_t life;  // held through shutdown
	bool shut;             // shutdown has run
	hz_err shut_result;
};

// Makes and starts a client; what hz_client_new does, which stands in the layer that owns `events`.
hz_err hzi_client_create(const hz_config *config, const hzi_event_ops *events, hz_client **out,
		hz_error *err);

// Takes and drops a reference (of a handle, a token, a call record in use). The last one frees the
// client, which has been shut down by then. Any thread.
void hzi_client_retain(hz_client *client);
void hzi_client_release(hz_client *client);

// HZ_OK, or why a call may not even begin: HZ_ERR_ARGUMENT (NULL), HZ_ERR_FORKED, HZ_ERR_CLOSED.
// The first load is the fork flag. Any thread.
hz_err hzi_client_enter(const hz_client *client);

// Says that paused calls may find another target, or room. Any thread; one system call at most.
void hzi_client_view_changed(hz_client *client);

// True on a thread that runs callbacks of this library (an invocation worker, the event dispatch):
// calls without a deadline and closing the client are refused there. No system call.
bool hzi_on_callback_thread(void);
void hzi_enter_callback_thread(void);

// Any connection that is open for callers, by the configured load balancer; NULL when there is
// none. Any thread.
hzi_connection *hzi_client_any(hz_client *client, uint64_t *id);

#endif
