// SPDX-License-Identifier: Apache-2.0
//
// One connection of the fault proxy: two sockets and a pipe each way. Used under the proxy's lock.
#ifndef HZT_FAULT_CONN_H
#define HZT_FAULT_CONN_H

#include "tests/support/fault_pipe.h"

#include <netinet/in.h>

enum { HZT_UP, HZT_DOWN, HZT_FLOWS }; // to the member, to the client

typedef struct hzt_fault_end {
	int fd;
	uint32_t watched; // what epoll is told to look for
} hzt_fault_end;

typedef struct hzt_fault_conn {
	struct hzt_fault_conn *next;
	uint64_t number;
	hzt_fault_end client, member;
	hzt_pipe pipes[HZT_FLOWS];
	bool closing; // cut: only read until both sides have gone
	bool dead;    // its descriptors are closed
} hzt_fault_conn;

// Takes the descriptor of a client and connects to the target. NULL: nobody is there, and the
// client was reset.
hzt_fault_conn *hzt_fault_conn_new(int client, const struct sockaddr_in *target, uint64_t number,
		hzt_faults faults[HZT_FLOWS]);

// Frees it; it is dead.
void hzt_fault_conn_free(hzt_fault_conn *conn);

// Ends it, now.
void hzt_fault_conn_cut(hzt_fault_conn *conn, hzt_proxy_cut_kind how);

// Reads and passes on what can be; may leave it dead. Returns when more will be due by the clock.
int64_t hzt_fault_conn_move(hzt_fault_conn *conn, int64_t now_ns);

// Tells an epoll what to wait for; it is not dead.
void hzt_fault_conn_watch(hzt_fault_conn *conn, int poll, int64_t now_ns);

// Resets and closes a socket.
void hzt_fault_reset(int fd);

// Ends the process, with a word about it, unless cond.
#define hzt_fault_need(cond, what) ((cond) ? (void)0 : hzt_fault_give_up(what))
void hzt_fault_give_up(const char *what) __attribute__((noreturn));

#endif
