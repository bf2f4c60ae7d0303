// SPDX-License-Identifier: Apache-2.0
//
// A TCP proxy that spoils what passes through it: it listens on a loopback port, connects each
// client that comes to one target, and passes bytes on, later, slower, torn, changed, or no longer.
//
// Before real members it stands like this, so that clients find only the proxies while the members
// talk to each other undisturbed:
//
//	hzt_proxy *a = hzt_proxy_start(), *b = hzt_proxy_start();
//	"2 backup=1 public=<address of a>,<address of b>"      the specification of the cluster
//	hzt_proxy_target(a, hzt_cluster_direct(cluster, 0));   ... and b, 1
//
// A fault holds for one flow, or both, of all connections of the proxy, those to come included,
// from when it is set until it is taken back. Every function may be called from any thread and does
// not block, unless it says so. Failures of the system (no port, no memory) end the process.
#ifndef HZT_FAULT_PROXY_H
#define HZT_FAULT_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hzt_proxy hzt_proxy;

// Directions, seen from the client's side. They may be added up.
typedef enum hzt_flow { HZT_TO_MEMBER = 1, HZT_TO_CLIENT = 2, HZT_BOTH_WAYS = 3 } hzt_flow;

// How a connection is cut, on both sides; what the proxy holds of it is lost.
typedef enum hzt_proxy_cut_kind { HZT_CUT_FIN, HZT_CUT_RESET } hzt_proxy_cut_kind;

// ---- Life ----

// Listens on a port of its own. Without a target it resets whoever comes. Gives a proxy; end it
// with hzt_proxy_end.
hzt_proxy *hzt_proxy_start(void);

// Resets all connections and joins the thread; blocks for that. NULL-safe, nulls the pointer.
void hzt_proxy_end(hzt_proxy **proxy);

// "127.0.0.1:port"; lent until the proxy ends.
const char *hzt_proxy_address(const hzt_proxy *proxy);

// Where connections go that come from now on: "127.0.0.1:port", copied; NULL: they are reset.
void hzt_proxy_target(hzt_proxy *proxy, const char *address);

// ---- Faults of a flow ----

// Passes bytes on that many milliseconds after they came, in their order; 0: at once. What has been
// read already keeps its delay.
void hzt_proxy_delay(hzt_proxy *proxy, hzt_flow flow, int64_t delay_ms);

// Passes on so many bytes a second at most; 0: no limit.
void hzt_proxy_rate(hzt_proxy *proxy, hzt_flow flow, int64_t bytes_per_second);

// Passes on one byte a system call.
void hzt_proxy_dribble(hzt_proxy *proxy, hzt_flow flow, bool on);

// Reads nothing and passes on nothing, not even an end, until it is told otherwise: the sender sees
// a full window after a while.
void hzt_proxy_stall(hzt_proxy *proxy, hzt_flow flow, bool on);

typedef enum hzt_mutation_kind {
	HZT_MUTATE_NOTHING,
	HZT_MUTATE_FLIP, // one bit of a byte
	HZT_MUTATE_SKIP, // a byte is left out
	HZT_MUTATE_TWICE // a byte comes twice
} hzt_mutation_kind;

// Changes bytes on their way, one in `one_in` (1: each), of those that are the from-th and later of
// their flow and connection, up to before the to-th (0: all). Which ones depends on the seed, the
// connection's number, the flow and the byte's position alone, not on how bytes are gathered.
typedef struct hzt_mutation {
	hzt_mutation_kind kind;
	uint32_t one_in;
	uint64_t from, to;
	uint64_t seed;
} hzt_mutation;

// NULL: bytes stay as they are. Copied.
void hzt_proxy_mutate(hzt_proxy *proxy, hzt_flow flow, const hzt_mutation *mutation);

// ---- Ends ----

// Cuts one connection, by its number (from 1, in the order in which they came), or all (0), now.
// Returns how many it cut.
size_t hzt_proxy_cut(hzt_proxy *proxy, uint64_t connection, hzt_proxy_cut_kind how);

// Cuts every connection that is open now, or each to come, as soon as exactly n more bytes of the
// flow (one of them) were passed on. n < 0: no more of that.
void hzt_proxy_cut_after(hzt_proxy *proxy, hzt_flow flow, int64_t n, hzt_proxy_cut_kind how);
void hzt_proxy_cut_new_after(hzt_proxy *proxy, hzt_flow flow, int64_t n, hzt_proxy_cut_kind how);

// Ends one flow of all open connections: its receiver reads an end, its sender notices nothing, the
// other flow goes on.
void hzt_proxy_half_close(hzt_proxy *proxy, hzt_flow flow);

// ---- What it has seen ----

// Connections that came; those that are open now.
uint64_t hzt_proxy_accepted(hzt_proxy *proxy);
uint64_t hzt_proxy_open(hzt_proxy *proxy);

// What was passed on in a flow, or both together, over all connections: bytes, and system calls.
typedef struct hzt_seen_flow {
	uint64_t bytes, writes;
} hzt_seen_flow;
hzt_seen_flow hzt_proxy_seen(hzt_proxy *proxy, hzt_flow flow);

// Waits until exactly n connections are open; fails the case if that takes longer. Blocks.
void hzt_proxy_await_open(hzt_proxy *proxy, uint64_t n, int64_t timeout_ms);

#endif
