// SPDX-License-Identifier: Apache-2.0
//
// A call record: one logical operation on its way to a member and back. Records live in the
// client's slab (core/slab.h), never move and are never freed while the client lives; outside they
// are named by their 64-bit correlation id and re-validated by compare-and-swap.
//
// Who owns what: the *driver* (the thread that submits, then the waiting caller, or worker 0 for
// asynchronous calls) owns every field but the atomics while the record is not pending, sent or
// held. A completer owns the outcome between `claimed` and `done`.
#ifndef HZI_CORE_CALL_H
#define HZI_CORE_CALL_H

#include "base/block.h"
#include "base/buf.h"
#include "base/mailbox.h"
#include "core/job.h"
#include "core/op.h"
#include "transport/connection.h"

#include <hazelcast/call.h>
#include <hazelcast/future.h>
#include <stdatomic.h>

// The state of a record, four bits of its word.
enum {
	HZI_CALL_FREE = 0,
	HZI_CALL_PENDING = 1,   // published; its bytes may be queued; never left this process
	HZI_CALL_SENT = 2,      // some byte of it may have reached the kernel
	HZI_CALL_CLAIMED = 3,   // a completer writes the outcome; nothing may block meanwhile
	HZI_CALL_HELD = 4,      // the answer is here, backup acknowledgements are missing
	HZI_CALL_LISTENING = 5, // a registration: events repeat its id
	HZI_CALL_DONE = 6,      // the outcome is published
	HZI_CALL_ABANDONED = 7, // the caller is gone, the member may still answer
	HZI_CALL_IDLE = 8       // its driver is preparing, pausing or reading it
};

// The word: state (4 bits), generation (40), acknowledgements expected (8) and seen (8).
#define HZI_WORD_STATE(w) ((unsigned)((w)&15U))
#define HZI_WORD_GENERATION(w) (((w) >> 4) & HZI_GENERATION_MAX)
#define HZI_WORD_EXPECTED(w) ((unsigned)(((w) >> 44) & 255U))
#define HZI_WORD_SEEN(w) ((unsigned)(((w) >> 52) & 255U))
#define HZI_GENERATION_MAX ((UINT64_C(1) << 40) - 1)
#define HZI_SLOT_BITS 23

// What happens when the outcome is published: the done-action, which is also the futex word of a
// waiting caller. Changed by compare-and-swap from NONE, and by the completer's exchange to ENDED.
enum {
	HZI_ACTION_NONE = 0,     // a future nobody consumed yet
	HZI_ACTION_SLEEPER = 1,  // a caller sleeps on this word
	HZI_ACTION_ENDED = 2,    // the outcome is there
	HZI_ACTION_CALLBACK = 3, // fn on a user worker
	HZI_ACTION_QUEUE = 4,    // fn in a completion queue
	HZI_ACTION_DROP = 5,     // nobody cares
	HZI_ACTION_JOIN = 6,     // a child of a fan-out
	HZI_ACTION_CLUSTER = 7   // a call of the cluster thread's own
};

// Where a call goes.
enum { HZI_TO_ANY, HZI_TO_PARTITION, HZI_TO_MEMBER, HZI_TO_CONNECTION, HZI_TO_SLOT };

typedef struct hzi_call hzi_call;

// What a failed try leaves to be done by a call that aims: nothing more than for any other call; to
// try another target at once; to try again after a while even if others would not; or to try again
// at call->resume_ns, or when the view changes before.
typedef enum hzi_again {
	HZI_AGAIN_NO,
	HZI_AGAIN_NOW,
	HZI_AGAIN_LATER,
	HZI_AGAIN_AT
} hzi_again;

// How a call finds its member when each try may go to another one. The first two run on the
// driver's thread, while nobody else refers to the request's bytes.
typedef struct hzi_aim {
	// Before each try: sets the target, and may change the request in place, or the operation
	// to one without a message, whose result is there then. Not HZ_OK: the call ends with that.
	hz_err (*choose)(hzi_call *call);
	// After a failed one.
	hzi_again (*again)(hzi_call *call);
	// Whether an answer will do (HZ_OK), or is a failure of this target. Claimed, on the thread
	// that reads: may not block, lock or allocate. NULL: any answer will do.
	hz_err (*accept)(const hzi_call *call);
} hzi_aim;

struct hzi_call {
	_Atomic uint64_t word;
	_Atomic uint32_t action;  // HZI_ACTION_*; futex word
	_Atomic uint32_t holds;   // owner, out-list, batch, ...: the record is free at zero
	_Atomic uint64_t ticket;  // changes when the record is released: what futures remember
	_Atomic uint64_t conn_id; // the connection this try goes over; 0 none
	_Atomic(hz_cancel *) cancel;
	uint32_t slot;
	struct hzi_call *next_free; // in the slab
	struct hz_client *client;
	const hzi_op *op;

	// The request. Immutable from enqueue to release of the out-list's hold.
	hzi_out out;
	hzi_buf request;
	hzi_buf scratch; // serialized keys and values, until the request is encoded

	// Where to.
	uint8_t target;   // HZI_TO_*
	bool owner_only;  // never by way of another member: a call that waits there would be lost
	bool library;     // the library's own: no permit, goes over connections still being set up
	bool permit;      // holds a permit of the in-flight limit
	bool parked;      // ... of the limit for calls that wait in the member
	bool deferred;    // endless, begun on a callback thread: sent once its consumer is known
	bool watched;     // counted among the calls whose deadline worker 0 watches
	uint16_t slot_to; // HZI_TO_SLOT
	int32_t hash;     // partition hash of the key (HZI_TO_PARTITION)
	int32_t fixed_partition; // HZI_TO_PARTITION without a hash; -1: use the hash
	int32_t partition;       // partition of this try, -1 none
	hz_uuid member;          // HZI_TO_MEMBER
	uint64_t bound;          // HZI_TO_CONNECTION: the connection's id, and its slot
	hzi_connection *bound_slot;
	hzi_connection *conn; // slot this try was sent on; slots live as long as the client
	const hzi_aim *aim;   // NULL: the target stays
	void *aim_ctx;        // of the proxy; lives as long as the client, or as `extra`
	const void *aim_at;   // of the proxy; lives as long as the client
	uint64_t aim_mark;    // of the proxy
	uint64_t aim_note;    // of the proxy
	// Not NULL: the call goes to no member, but to somebody in this client, who ends the try
	// with this id by hzi_call_claim_local and hzi_call_done. Takes the errand, which was the
	// call's `extra`; with id 0 the call has ended before. Of its aim only `again` is asked.
	void (*local)(void *errand, int64_t id);
	// An answer has come after the call was given up; NULL: items alone matter. The reading
	// thread: may not block.
	void (*late)(const hzi_call *call, const hzi_slice *msg);

	// When. CLOCK_MONOTONIC nanoseconds.
	_Atomic int64_t deadline_ns; // the caller's; INT64_MAX none; worker 0 reads it, too
	int64_t retry_until_ns;      // retry budget, counted from the first failure; 0 before it
	int64_t resume_ns;           // end of the pause before the next try
	_Atomic int64_t held_ns;     // when the response came while acknowledgements were missing
	uint32_t tries;
	uint32_t view; // of the client when this try began: what has changed since is worth another

	// Outcome, written between claimed and done.
	hz_err code;   // of this try: HZ_OK when response holds an answer, also a member's error
	bool in_doubt; // this try may have been applied
	bool was_in_doubt;   // an earlier try may have been
	int32_t server_code; // of a member's error
	const char *why;     // static text, or NULL
	hzi_slice response;  // the whole message, when one came
	hz_error *error;     // detail of a failure on our side, allocated on demand

	// Done-action.
	uint32_t wanted; // what the consumer asked for, HZI_ACTION_CALLBACK and up
	hz_done_fn fn;
	void *ctx;
	hz_completions *completions;
	struct hzi_join *join;     // whose child it is; NULL: nobody's. Set before its first try
	struct hzi_join *own_join; // a parent's children
	uint32_t join_index;
	void (*cluster_done)(
			void *ctx, hzi_call *call); // HZI_ACTION_CLUSTER, on the cluster thread
	hzi_job job; // in an inbox or a completion queue: one at a time, its driver's

	// Registrations.
	_Atomic uint64_t listener; // id that events of this record are for; 0 none

	// What the operation needs to read its own result.
	void *extra; // freed with extra_free when the record is released
	void (*extra_free)(void *extra);
	// Schemas of its values that not all members have; core/schemas.h.
	struct hzi_schema_need *needs;
	uint32_t need_count;
	bool awaits_schema;         // the last try did not even begin, for want of one
	int64_t owner_id;           // thread id sent to the member
	const char *structure_name; // lives as long as the client; "" for calls of no structure
};

// The correlation id of the record's present try.
static inline int64_t
hzi_call_id(uint32_t slot, uint64_t generation)
{
	return (int64_t)((generation << HZI_SLOT_BITS) | slot);
}

// Begins a try on a record its driver owns (state IDLE): a new generation, state PENDING. Returns
// the correlation id. The connection id must be stored before.
int64_t hzi_call_publish(hzi_call *call);

// PENDING to SENT, by whoever gathers the request for a write, before the system call. False: the
// call ended meanwhile and its bytes must not be sent.
bool hzi_call_sending(hzi_call *call);

// Claims the outcome of the try `word` belongs to. True: the caller now owns the outcome fields and
// must call hzi_call_done (or hzi_call_hold) soon, without blocking. `was` receives the state
// before.
bool hzi_call_claim(hzi_call *call, uint64_t generation, unsigned *was);

// The same for the reader of a response: only a try that was sent can be answered. `was` is SENT or
// ABANDONED.
bool hzi_call_claim_sent(hzi_call *call, uint64_t generation, unsigned *was);

// For calls that an aim keeps in this client: PENDING to SENT, from when on giving the call up leaves
// it in doubt. False: the try with this id has ended. Any thread.
bool hzi_call_commit_local(struct hz_client *client, int64_t id);

// Whether the try with this id has not ended. Any thread.
bool hzi_call_is_local(struct hz_client *client, int64_t id);

// The record of the try with this id, which the caller now owns the outcome of, as after
// hzi_call_claim; NULL: it has ended. Any thread.
hzi_call *hzi_call_claim_local(struct hz_client *client, int64_t id);

// An abandoned call's answer was dealt with: its hold goes.
void hzi_call_end_abandoned(hzi_call *call);

// A registration was confirmed: its record goes on as LISTENING, with a hold of its own, while its
// done-action runs.
void hzi_call_listen(hzi_call *call);

// Publishes the outcome and runs the done-action. Any thread, also an I/O thread: does not block.
// After it the record may belong to another life.
void hzi_call_done(hzi_call *call);

// The same for an answer of a member, once nothing is missing: the call's aim may find that it will
// not do.
void hzi_call_answered(hzi_call *call);

// Publishes "answer here, acknowledgements missing" (rule 14), or done when they all came already.
void hzi_call_hold(hzi_call *call, unsigned expected);

// One backup acknowledgement for the try with this generation, from any connection.
void hzi_call_acknowledge(hzi_call *call, uint64_t generation);

// Ends the present try with an error of our own, if nobody ended it before. Any thread; does not
// block. True when it did.
bool hzi_call_fail(hzi_call *call, uint64_t generation, hz_err code, const char *why);

// Ends the present try because somebody has lost patience: deadline, cancel token. A call that may
// still bring something (it waits in the member, or takes an item) stays behind as ABANDONED, with
// a hold of its own, until the member answers or its connection ends; others just end. Any thread;
// does not block. True when it was this call that ended it.
bool hzi_call_give_up(hzi_call *call, uint64_t generation, hz_err code);

// The connection of an abandoned or listening record is gone, or its answer came: lets go of it.
void hzi_call_let_go(hzi_call *call, uint64_t generation);

// The call that carries a registration is over: its listener was removed, or the member confirmed
// the removal. Events with this id are ignored from now on. Any thread.
void hzi_call_unlisten(struct hz_client *client, int64_t id);

// The correlation id of the record's present try. Driver only.
int64_t hzi_call_current_id(const hzi_call *call);

// Ends a call its driver owns (state IDLE) with an error, without having sent it.
void hzi_call_end_idle(hzi_call *call, hz_err code, const char *why);

// Ends the wait for backup acknowledgements as configured, if the try is still held. Any thread.
void hzi_call_end_hold(hzi_call *call, uint64_t generation);

// Hands an ended call to who consumes it: its wanted action, without asking for retries.
void hzi_call_deliver(hzi_call *call);

// Adds and drops holds. The record returns to its pool at zero.
void hzi_call_retain(hzi_call *call);
void hzi_call_release(hzi_call *call);

// Takes the call's permit of the in-flight limit (rule 19), unless it has it or needs none: the
// library's own calls and the children of a fan-out do. False: there is no room; calls made on
// callback threads find some always. Driver only; does not block.
bool hzi_call_take_permit(hzi_call *call);

// Gives the permit back, once; asks nothing of the state. By whoever ends the call. One system call
// at most, when others wait for room.
void hzi_call_return_permit(hzi_call *call);

// Takes a failure's detail, filled by the caller; NULL when there is no memory for one (code and
// why then have to do). Driver only.
hz_error *hzi_call_error(hzi_call *call);

#endif
