// SPDX-License-Identifier: Apache-2.0
//
// The inside of a cell, shared by its rooms: cell.c (life, and who comes), errand.c (calls and what
// they get), cell_plan.c (what errands make of the entry) and cell_agent.c (who looks and writes).
//
// What stands under the lock is anybody's. All else is the agent's, of whom there is one at a time,
// and so are the functions here that do not say otherwise.
#ifndef HZI_PROXIES_MAP_BACKEND_CELL_STATE_H
#define HZI_PROXIES_MAP_BACKEND_CELL_STATE_H

#include "base/block.h"
#include "proxies/map_backend/cell.h"
#include "proxies/map_backend/holds.h"
#include "proxies/map_backend/keeper.h"

#include <pthread.h>

// What the agent does next.
typedef enum hzi_cell_step {
	HZI_STEP_LOOK,
	HZI_STEP_WRITE,
	HZI_STEP_CHECK,
	HZI_STEP_LOCK,
	HZI_STEP_UNLOCK
} hzi_cell_step;

struct hzi_cell {
	hz_client *client;
	const hzi_utility *utility;
	const char *name;
	hzi_cell_link link; // in the keeper's list
	hzi_buf key;        // Data of the name
	int32_t key_hash;

	pthread_mutex_t lock; // held for a few instructions, never across a call
	hzi_errand *inbox;    // those that the agent has not seen, the latest first
	bool running;         // there is an agent
	bool stale;           // it has to look again
	bool idle_waits;      // there is none, but errands that wait
	int64_t asked;        // looks begun

	// The agent's, of whom there is one at a time.
	hzi_errand *work; // all others, in the order they came
	hzi_cell_step step;
	bool known; // state and text are what was there at the look number `seen`
	int64_t seen;
	int64_t look; // the number of the one under way
	hzi_state state, next;
	hzi_buf text, next_text; // the same as Data; empty: no entry
	int64_t attempt;         // number of the write under way, or of which nothing is known; 0
	unsigned losses;
	bool locked;       // the key
	int64_t reference; // of the lock
	int64_t checked_ns;
	int64_t held;       // by this client
	hzi_tally suspects; // holders to be looked for, the last one first

	hzi_holds holds; // of locks
};

// Data that a request lends.
static inline hzp_bytes
hzi_cell_bytes(const hzi_buf *buf)
{
	return (hzp_bytes){buf->data, (uint32_t)buf->len};
}

// ---- errand.c ----

// Frees it and what it owns. Any thread.
void hzi_errand_free(hzi_errand *errand);

// Ends the calls of errands that are ready, with what they got.
void hzi_cell_finish_ready(hzi_cell *cell);

// The same, all with this error; why is static, or NULL.
void hzi_cell_fail_ready(hzi_cell *cell, hz_err code, const char *why);

// Puts what came meanwhile behind what there is. With the lock held.
void hzi_cell_take_inbox(hzi_cell *cell);

// The agent gives up: all that is there ends with this error, and so does the agent. why: the
// member's answer, which is lent, or NULL.
void hzi_cell_fail_all(hzi_cell *cell, hz_err code, int32_t server_code, const hzi_slice *why);

// ---- cell_plan.c ----

// Finds the next step with what there is; false: there is none until something comes.
bool hzi_cell_plan_work(hzi_cell *cell);

// Finds the next step, with what comes meanwhile; false: there is none, and the agent has ended.
bool hzi_cell_plan(hzi_cell *cell);

// The agent has ended. Events may get lost, so those that wait look again from time to time.
void hzi_cell_rest(hzi_cell *cell);

// ---- cell_agent.c ----

// Begins what an agent does, after `running` was set by whoever calls.
void hzi_cell_start_agent(hzi_cell *cell);

#endif
