// SPDX-License-Identifier: Apache-2.0
//
// What the files of the scripted member share. Everything here is touched with the one lock held.
#ifndef HZT_SCRIPTED_STATE_H
#define HZT_SCRIPTED_STATE_H

#include "protocol/split.h"
#include "tests/support/scripted.h"

#include <pthread.h>

typedef struct hzt_conn {
	struct hzt_conn *next;
	hzt_scripted *member;
	uint64_t number;
	int fd;
	hzi_buf in, out;
	size_t out_at; // of out: sent so far
	hzp_splitter splitter;
	bool greeted;
	bool authenticated;
	bool broken; // closed as soon as nobody looks
	bool half;   // nothing more is sent
	bool ending; // after the last byte, by `end`
	hzt_end end;
	int64_t read_left; // bytes until it is cut, by cut_how; below 0: no such thing
	hzt_end cut_how;
} hzt_conn;

// A registration of a listener.
typedef struct hzt_listener {
	struct hzt_listener *next;
	uint64_t connection;
	uint32_t type;
	int64_t correlation;
	hz_uuid id;
} hzt_listener;

// A request that waits for an answer.
typedef struct hzt_waiting {
	struct hzt_waiting *next;
	hzt_request request;
	int64_t until_ms; // a poll's end; INT64_MAX: none
	uint8_t msg[];
} hzt_waiting;

typedef struct hzt_rule_row {
	struct hzt_rule_row *next;
	uint32_t type;
	uint64_t times; // 0: for ever
	hzt_rule fn;
	void *ctx;
} hzt_rule_row;

// How many requests came of a type.
typedef struct hzt_tally {
	struct hzt_tally *next;
	uint32_t type;
	uint64_t n;
} hzt_tally;

#define HZT_SEEN_MAX 65536U
#define HZT_CLUSTER_MAX 64U

struct hzt_scripted {
	hzt_scripted *next;
	hzt_scripted_options options;
	char cluster_name[256];
	char version[32];
	char address[64];
	uint16_t port;
	int listener; // -1: down
	int bell;
	pthread_t thread;
	bool stop;

	hzt_conn *conns;
	uint64_t accepted, bytes;
	int64_t cut_after;
	hzt_end cut_how;
	bool deaf, dribble, mute;

	hzt_rule_row *rules;
	hzt_listener *listeners;
	hzt_waiting *held, **held_tail;
	hzt_waiting *parked, **parked_tail; // on empty queues
	hzt_tally *tallies;
	hzt_seen *seen;
	uint64_t seen_count;

	// The cluster as it tells it.
	hzt_scripted *cluster[HZT_CLUSTER_MAX];
	size_t cluster_size;
	int32_t members_version, partitions_version;
	const char *cp_leaders;
};

// The lock; recursive.
void hzt_lock(void);
void hzt_unlock(void);

// Ends the process: on the member's thread no case can be left.
void hzt_give_up(const char *what) __attribute__((noreturn));

#define hzt_need(cond, what) ((cond) ? (void)0 : hzt_give_up(what))

hzt_conn *hzt_conn_find(hzt_scripted *member, uint64_t number);

// Queues bytes; they leave at the latest when the member's thread next looks.
void hzt_conn_send(hzt_conn *conn, const void *bytes, size_t n);

// Sends what the socket takes.
void hzt_conn_flush(hzt_conn *conn);

// Closes it; its memory is freed by the thread, which may be looking at it.
void hzt_conn_close(hzt_conn *conn);

// Takes in the next client that waits; reads once and serves what came. The member's thread.
void hzt_conn_accept(hzt_scripted *member);
void hzt_conn_read(hzt_conn *conn);

void hzt_ring(hzt_scripted *member);

// Counts and remembers a request, and says in it which one of its type it is.
void hzt_note(hzt_scripted *member, hzt_request *request);

// Registers a listener by this request, as `id`. Lends it.
hzt_listener *hzt_listen(const hzt_request *request, hz_uuid id);

// One request, by its rule.
void hzt_serve(hzt_conn *conn, const uint8_t *msg, size_t n);

// Encodes and sends, with the request's correlation id.
void hzt_answer(hzt_request *request, const hzp_message *m, const void *record, uint16_t flags);

// The built-in services. False: it is not one of theirs.
bool hzt_answer_client(hzt_request *request, const hzp_message *m);
bool hzt_answer_data(hzt_request *request, const hzp_message *m);
void hzt_send_views(hzt_scripted *member);

// Polls that have waited long enough; returns when the next one has.
int64_t hzt_end_polls(hzt_scripted *member, int64_t now_ms);
void hzt_drop_data(void);

// Lists of waiting requests.
hzt_waiting *hzt_wait_in(hzt_waiting ***tail, const hzt_request *request);
void hzt_waiting_drop(hzt_waiting **list, hzt_waiting ***tail, uint64_t connection);

#endif
