// SPDX-License-Identifier: Apache-2.0
//
// A fake member: it listens on a loopback port, lets clients in, serves views, keeps maps and
// queues as far as a client needs them, and otherwise answers what a test tells it to - wrong,
// late, torn to pieces or not at all. Several of them in one process make a cluster.
//
// What it does with a request is decided by a rule: a function called with the request, which
// answers by any number of hzt_reply_*, hzt_hold and hzt_close. Without a rule it is
// hzt_reply_default. Rules run on the member's thread under a lock that all members of the process
// share, so that they may touch other members too; they must not block.
//
// Every function may be called from any thread and does not block, unless it says so. None waits
// for a clock: an answer that is to come late is held, and released by the test. Failures of the
// system (no port, no memory) fail the case.
#ifndef HZT_SCRIPTED_H
#define HZT_SCRIPTED_H

#include "base/buf.h"
#include "protocol/descriptor.h"

#include <hazelcast/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hzt_scripted hzt_scripted;

// Which fields an answer to the authentication has: as members from 5.5 on write it, those of 5.4,
// and those before 5.4.
typedef enum hzt_form { HZT_FORM_2_8, HZT_FORM_2_7, HZT_FORM_2_0 } hzt_form;

// Zeroed memory is a member with an identity of its own in the one cluster of this process.
typedef struct hzt_scripted_options {
	hz_uuid uuid;             // none: made up
	hz_uuid cluster;          // none: the same for all members that do not say
	int32_t partitions;       // 0: 271
	const char *cluster_name; // NULL: "dev"; copied. Another name gets status 1.
	hzt_form form;
	int8_t status;       // of the authentication, if not 0
	int receive_buffer;  // bytes of SO_RCVBUF, 0: the system's
	const char *version; // NULL: "5.7.0"; copied
	bool lite;
} hzt_scripted_options;

// How a connection ends.
typedef enum hzt_end {
	HZT_CLOSE, // FIN
	HZT_RESET, // RST
	HZT_HALF   // no more comes from the member, but it goes on reading
} hzt_end;

// ---- Life ----

// Starts a member that is alone in its cluster. NULL for the defaults. Gives a member; end it with
// hzt_scripted_end.
hzt_scripted *hzt_scripted_start(const hzt_scripted_options *options);

// Closes everything and joins the thread; blocks for that. NULL-safe, nulls the pointer. With the
// last member of the process its maps and queues are gone too.
void hzt_scripted_end(hzt_scripted **member);

// "127.0.0.1:port"; lent.
const char *hzt_scripted_address(const hzt_scripted *member);
hz_uuid hzt_scripted_uuid(const hzt_scripted *member);

// Stops listening and closes what is open; listens again, on the same port. The second one may give
// the member another identity, as a restart does (none: as it was).
void hzt_scripted_down(hzt_scripted *member, hzt_end how);
void hzt_scripted_up(hzt_scripted *member, hz_uuid uuid, hz_uuid cluster);

// Ends all connections, and goes on listening.
void hzt_scripted_disconnect(hzt_scripted *member, hzt_end how);

// ---- Views ----

// From now on the members tell clients that the cluster is made of these (may be one), and that
// partition p is owned by the p-th one modulo n. The versions of both views grow; clients that
// listen are told at once.
void hzt_scripted_cluster(hzt_scripted *const *members, size_t n);

// The same, but only this member says so; it need not be one of them. A client hears of a change
// from one member, and which one that is is the client's choice.
void hzt_scripted_cluster_by(hzt_scripted *teller, hzt_scripted *const *members, size_t n);

// Sends an event to everybody registered at this member for it by a request of the given type
// (HZP_..._REQUEST.id); returns to how many.
size_t hzt_scripted_event(hzt_scripted *member, uint32_t request_type, const hzp_message *event,
		const void *record);

// The same with a partition id.
size_t hzt_scripted_event_at(hzt_scripted *member, uint32_t request_type, const hzp_message *event,
		const void *record, int32_t partition);

// Acknowledges, as a backup, the call with this correlation id. Returns to how many connections.
size_t hzt_scripted_acknowledge(hzt_scripted *member, int64_t correlation);

// What clients are told at their authentication about the leaders of CP groups: JSON, lent; NULL:
// nothing, as open-source members do.
void hzt_scripted_tell_leaders(hzt_scripted *member, const char *json);

// A higher version of views than any told so far, for views made by hand.
int32_t hzt_scripted_next_version(void);

// ---- Rules ----

typedef struct hzt_request {
	hzt_scripted *member;
	uint64_t connection; // number of the connection at its member, from 1
	uint32_t type;
	uint16_t flags;
	int64_t correlation;
	int32_t partition;
	const uint8_t *msg; // whole; lent to the rule
	size_t n;
	uint64_t nth;    // how many of its type this member has received, from 1
	uint8_t backups; // acknowledgements that answers by a record tell the client to wait for
	hzi_buf *into;   // internal
} hzt_request;

typedef void (*hzt_rule)(void *ctx, hzt_request *request);

#define HZT_ANY UINT32_MAX // all types but authentication, listeners of the client itself, and ping

// Sets what is done with requests of a type, the next `times` times (0: for ever), instead of what
// was done before; NULL is hzt_reply_default again. A rule for HZT_ANY holds for types without one.
void hzt_scripted_on(hzt_scripted *member, uint32_t type, uint64_t times, hzt_rule fn, void *ctx);

// Rules without words. ctx is ignored.
void hzt_silent(void *ctx, hzt_request *request);
void hzt_held(void *ctx, hzt_request *request);
void hzt_default(void *ctx, hzt_request *request);

// Registers a listener that has no id of its own, so that hzt_scripted_event finds it, and confirms
// that with an answer without fields. ctx is ignored.
void hzt_listening(void *ctx, hzt_request *request);

// A rule that answers with an error: ctx is a constant hzt_error_answer.
typedef struct hzt_error_answer {
	int32_t code;
	const char *class_name;
	const char *message;
} hzt_error_answer;
void hzt_failing(void *ctx, hzt_request *request);

// ---- Answers; on the member's thread, in a rule ----

// The proper answer: of the built-in maps and queues, of the member's own services, or, for
// operations that are neither, one whose fields are all zero.
void hzt_reply_default(hzt_request *request);

// An answer made of a record; an error; bytes as they are.
void hzt_reply(hzt_request *request, const hzp_message *m, const void *record);
void hzt_reply_error(
		hzt_request *request, int32_t code, const char *class_name, const char *message);
void hzt_reply_bytes(hzt_request *request, const void *bytes, size_t n);

// Appends the proper answer to *out instead of sending it, to be spoiled and sent by
// hzt_reply_bytes. Some answers (of a take on an empty queue) come later and leave *out as it is.
void hzt_make_default(hzt_request *request, hzi_buf *out);

// Appends an event with the correlation id of the request, and sends nothing else.
void hzt_reply_event(hzt_request *request, const hzp_message *event, const void *record);

// Keeps the request (copied) until it is released.
void hzt_hold(hzt_request *request);

// Ends the connection once what was answered so far has left.
void hzt_close(hzt_request *request, hzt_end how);

// Gives requests that are held (HZT_ANY: of all types) to a rule (NULL: the proper answer), the
// oldest or the newest first. Returns how many.
size_t hzt_scripted_release(
		hzt_scripted *member, uint32_t type, bool newest_first, hzt_rule fn, void *ctx);

// ---- Connections ----

// Sends bytes as they are on one connection, or, with 0, on all that are authenticated. Returns on
// how many.
size_t hzt_scripted_send(hzt_scripted *member, uint64_t connection, const void *bytes, size_t n);

// Ends one connection, or all (0), once what is to be sent has left.
void hzt_scripted_cut(hzt_scripted *member, uint64_t connection, hzt_end how);

// Ends every connection that is open, or every one to come, as soon as n more bytes were read from
// it; what comes behind them stays unread. n < 0: no more of that.
void hzt_scripted_cut_after(hzt_scripted *member, int64_t n, hzt_end how);
void hzt_scripted_cut_new_after(hzt_scripted *member, int64_t n, hzt_end how);

// Reads nothing more until it is told otherwise; sends one byte a system call.
void hzt_scripted_stop_reading(hzt_scripted *member, bool stop);
void hzt_scripted_dribble(hzt_scripted *member, bool dribble);

// Answers nothing at all, pings included, and does not keep it either.
void hzt_scripted_mute(hzt_scripted *member, bool mute);

// ---- What it has seen ----

typedef struct hzt_seen {
	uint64_t connection;
	uint32_t type;
	uint16_t flags;
	int64_t correlation;
	int32_t partition;
} hzt_seen;

// Requests of one type, or of all (HZT_ANY); those now held.
uint64_t hzt_scripted_count(hzt_scripted *member, uint32_t type);
uint64_t hzt_scripted_count_on(hzt_scripted *member, uint64_t connection, uint32_t type);
uint64_t hzt_scripted_held(hzt_scripted *member, uint32_t type);

// The i-th request of all, from 0, if it is still remembered (the first 65536 are).
bool hzt_scripted_seen(hzt_scripted *member, uint64_t i, hzt_seen *out);

// Connections accepted so far, and those open now; bytes read so far.
uint64_t hzt_scripted_accepted(hzt_scripted *member);
uint64_t hzt_scripted_open(hzt_scripted *member);
uint64_t hzt_scripted_bytes(hzt_scripted *member);

// Wait, by the monotonic clock, until at least so many requests of a type were received; are held;
// so many connections are open. Fail the case if that takes longer. Block.
void hzt_scripted_await_request(
		hzt_scripted *member, uint32_t type, uint64_t n, int64_t timeout_ms);
void hzt_scripted_await_held(hzt_scripted *member, uint32_t type, uint64_t n, int64_t timeout_ms);
void hzt_scripted_await_open(hzt_scripted *member, uint64_t n, int64_t timeout_ms);

#endif
