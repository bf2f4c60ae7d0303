// SPDX-License-Identifier: Apache-2.0
//
// The map backend's engine. A structure is one entry of its utility's map (a *cell*), and each
// operation is a function of what the entry says. Calls of the application leave their errands at
// the cell and wait there (core/call.h, aim->local); one agent a cell, a call of the library's own
// that worker 0 drives, looks at the entry, applies all errands there are in the order they came,
// and replaces the entry if it is still the same. So any number of threads costs one round trip
// for all of them, none is applied twice, and those that have to wait wait here, without traffic.
//
// When the answer of a replacement is lost the agent looks at the entry again: it says of which
// client and number each of the last writes was. Only when that cannot be told, because the entry
// was lost or 64 other clients have written since, calls end with HZ_ERR_INDETERMINATE.
#ifndef HZI_PROXIES_MAP_BACKEND_CELL_H
#define HZI_PROXIES_MAP_BACKEND_CELL_H

#include "core/invocation.h"
#include "proxies/map_backend/holds.h"
#include "proxies/map_backend/state.h"
#include "proxies/names.h"

typedef struct hzi_cell hzi_cell;

// The kind of the errand, of all utilities that have leases, that gives back what `client` holds.
#define HZI_ERRAND_RECLAIM (-1)

// That which destroys the structure, of any utility.
#define HZI_ERRAND_DESTROY (-2)

// One operation on its way. The cell's, once it was left there.
typedef struct hzi_errand {
	struct hzi_errand *next;
	hzi_cell *cell;
	int64_t id;              // of the call's try; 0: the library's own
	int64_t after;           // the last look at the entry that began before it came
	int kind;                // the utility's
	int64_t a, b;            // operands
	hzi_buf expected, value; // the same, Data
	hz_uuid client;          // the same: whose permits
	bool waits;              // until the entry is such that it can be done
	bool thorough;           // its answer depends on who is still alive
	bool ready;              // done, once the entry it was applied to proves right
	bool changed;            // and changed it
	// What the call will get.
	hz_err code;
	const char *why; // static
	int64_t result;
	int64_t takes;  // what its client holds more of then
	bool delivered; // the call has got it
	// Not NULL: called when the errand ends without that, also if it was never applied.
	void (*dropped)(struct hzi_errand *errand);
	// Of locks.
	int64_t owner;
	uint64_t closings;  // of the client, when nothing was in doubt
	int64_t lease_ns;   // when the lease ends; HZI_NEVER: it has none; 0: as it was
	int64_t timeout_ms; // how long to wait for the key lock
	int64_t reference;  // the number of that request
	int64_t locked;     // key locks that it stands for
	hzi_buf data;
} hzi_errand;

typedef enum hzi_verdict { HZI_ERRAND_DONE, HZI_ERRAND_CHANGED, HZI_ERRAND_WAITS } hzi_verdict;

typedef struct hzi_utility {
	const char *map; // where its entries are; static, also the service of its names
	const hzi_field *fields;
	// Applies an errand to the state, which is the agent's, and fills what the call will get.
	hzi_verdict (*apply)(const hzi_cell *cell, hzi_errand *errand, hzi_state *state);
	// Fills `undo` with what undoes an errand that was applied for a call that had ended.
	// False: nothing has to be undone. NULL: never.
	bool (*undo)(const hzi_errand *errand, hzi_errand *undo);
	// The call of an errand is about to get what it has brought, which may still be changed.
	// NULL: nothing to do.
	void (*deliver)(hzi_cell *cell, hzi_errand *errand);
	// Before calls are refused: gives back what the client has, until the deadline at most.
	// NULL: nothing to do.
	void (*closing)(hzi_cell *cell, int64_t deadline_ns);
	bool listens; // its errands may wait, so changes by others matter
	bool leases;  // its holders are clients, whose share ends with them (keeper.h)
} hzi_utility;

// The cell of a structure, made if there is none: tells the members of its map, if nobody has, and
// listens to its changes, if the utility says so, which takes a few round trips with the deadline
// of `call`. Gives what lives as long as the client. Blocks.
hz_err hzi_cell_open(hz_client *client, const hzi_utility *utility, hzi_name *name,
		const hz_call *call, hzi_cell **out, hz_error *err);

hz_client *hzi_cell_client(const hzi_cell *cell);

// The name of its map, and its key there as Data. Lent.
const char *hzi_cell_map(const hzi_cell *cell);
hzp_bytes hzi_cell_key(const hzi_cell *cell);

// The name, and the locks that this client has; both lent.
const char *hzi_cell_name(const hzi_cell *cell);
hzi_holds *hzi_cell_holds(const hzi_cell *cell);

// What this client has taken and not given back, as far as it knows. The agent alone asks.
int64_t hzi_cell_held(const hzi_cell *cell);

// Looks again for those who wait, since the entry may have changed. Any thread; does not block.
void hzi_cell_poke(hzi_cell *cell);

// The client is about to end: the utility's `closing`.
void hzi_cell_closing(hzi_cell *cell, int64_t deadline_ns);

// Whether any wait while nobody looks. Any thread.
bool hzi_cell_has_waits(hzi_cell *cell);

// ---- Calls ----

// Begins a call that leaves an errand of this kind, which is filled until it is sent. False:
// *future is the answer. handle NULL: HZ_ERR_ARGUMENT.
bool hzi_errand_begin(hzi_handle *handle, hzi_cell *cell, const hzi_op *op, int kind,
		hzi_call **call, hzi_errand **errand, hz_future *future);

// What makes such a call one: call->local, when it begins with something else.
void hzi_errand_leave(void *errand, int64_t id);

// What frees an errand that was not left: call->extra_free.
void hzi_errand_free_unsent(void *errand);

// Serializes a value for it; null leaves it empty. False: return hzi_call_refused(call).
bool hzi_errand_value(hzi_call *call, hz_value value, hzi_buf *to);

// Makes the errand one that waits: timeout_ms as hzi_call_waits has it. When the time is over the
// call ends with `late`: HZ_OK (its result is 0), or an error.
void hzi_errand_waits(hzi_call *call, hzi_errand *errand, int64_t timeout_ms, hz_err late);

// Sends it. Takes the record.
hz_future hzi_errand_send(hzi_call *call);

// The whole of a call with up to two numbers.
hz_future hzi_errand_run(hzi_handle *handle, hzi_cell *cell, const hzi_op *op, int kind, int64_t a,
		int64_t b);

// What the rows of such calls finish with: the number, or the value, that the errand has brought.
hz_err hzi_errand_finish(hzi_call *call, hz_result *out, hz_error *err);

#endif
