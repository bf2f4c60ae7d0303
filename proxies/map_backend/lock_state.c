// SPDX-License-Identifier: Apache-2.0
//
// What fenced locks of the map backend do with their entries in the map hz_fenced_locks:
// {"fence":5,"count":1,"holder":{"8e6c...":7},"until":0,...}. The holder is a client and one of its
// owners; the count is what it has locked and not unlocked. Who dies leaves its entry behind, but
// not the key lock, and only both together say that somebody has the lock.
#include "base/platform.h"
#include "proxies/map_backend/handle.h"
#include "proxies/map_backend/key_lock.h"

static const hzi_field FIELDS[] = {
		{"fence", HZI_FIELD_I64, offsetof(hzi_state, number)},
		{"count", HZI_FIELD_I64, offsetof(hzi_state, round)},
		{"holder", HZI_FIELD_TALLY, offsetof(hzi_state, holders)},
		{"until", HZI_FIELD_I64,
				offsetof(hzi_state, until)}, // in ms since 1970; 0: no lease
		{0},
};

static bool
is_holder(const hzi_cell *cell, const hzi_errand *errand, const hzi_state *state)
{
	return errand->a != 0 && state->number == errand->a && state->round > 0 &&
			hzi_tally_get(&state->holders, hzi_cell_client(cell)->uuid) ==
			errand->owner;
}

// An errand of an owner that has not, or has no more, what it thinks that it has.
static hzi_verdict
refuse(hzi_errand *errand)
{
	errand->code = errand->a == 0 ? HZ_ERR_NOT_OWNER : HZ_ERR_LOCK_OWNERSHIP_LOST;
	return HZI_ERRAND_DONE;
}

static void
clear_holder(hzi_state *state)
{
	state->holders.count = 0;
	state->round = 0;
	state->until = 0;
}

static hzi_verdict reenter(const hzi_cell *cell, hzi_errand *errand, hzi_state *state);

// An owner that waited twice gets the key lock twice, and the second time it has the lock.
static hzi_verdict
acquire(const hzi_cell *cell, hzi_errand *errand, hzi_state *state)
{
	errand->a = state->acquired == errand->owner
			? state->number
			: hzi_holds_get(hzi_cell_holds(cell), errand->owner).fence;
	if (is_holder(cell, errand, state)) {
		return reenter(cell, errand, state);
	}
	state->holders.count = 0;
	if (!hzi_tally_set(&state->holders, hzi_cell_client(cell)->uuid, errand->owner)) {
		errand->code = HZ_ERR_MEMORY;
		return HZI_ERRAND_DONE;
	}
	state->round = 1;
	state->until = errand->b != 0 ? hzi_wall_ms() + errand->b : 0;
	state->acquired = errand->owner;
	errand->result = ++state->number;
	return HZI_ERRAND_CHANGED;
}

static hzi_verdict
reenter(const hzi_cell *cell, hzi_errand *errand, hzi_state *state)
{
	if (!is_holder(cell, errand, state)) {
		return refuse(errand);
	}
	state->round++;
	state->until = errand->b != 0 ? hzi_wall_ms() + errand->b : state->until;
	errand->result = state->number;
	return HZI_ERRAND_CHANGED;
}

static hzi_verdict
release(const hzi_cell *cell, hzi_errand *errand, hzi_state *state)
{
	if (!is_holder(cell, errand, state)) {
		return refuse(errand);
	}
	errand->result = 0;
	if (--state->round == 0) {
		clear_holder(state);
		errand->result = hzi_holds_get(hzi_cell_holds(cell), errand->owner).locks;
	}
	return HZI_ERRAND_CHANGED;
}

static hzi_verdict
look(const hzi_cell *cell, hzi_errand *errand, const hzi_state *state)
{
	if (errand->kind == HZI_LOCK_COUNT) {
		errand->result = state->round;
	} else if (errand->kind == HZI_LOCK_REST) {
		int64_t rest = state->until - hzi_wall_ms();
		rest = state->until == 0 ? HZ_FOREVER : rest > 0 ? rest : 0;
		errand->result = state->round > 0 ? rest : 0;
	} else if (errand->kind == HZI_LOCK_IS_MINE && errand->a == 0) {
		errand->result = 0;
	} else if (!is_holder(cell, errand, state)) {
		return refuse(errand);
	} else {
		errand->result = errand->kind == HZI_LOCK_FENCE ? state->number : 1;
	}
	return HZI_ERRAND_DONE;
}

static hzi_verdict
apply(const hzi_cell *cell, hzi_errand *errand, hzi_state *state)
{
	switch (errand->kind) {
	case HZI_LOCK_ACQUIRE:
		return acquire(cell, errand, state);
	case HZI_LOCK_REENTER:
		return reenter(cell, errand, state);
	case HZI_LOCK_RELEASE:
		return release(cell, errand, state);
	case HZI_LOCK_FORGET:
		if (!is_holder(cell, errand, state)) {
			return HZI_ERRAND_DONE;
		}
		clear_holder(state);
		return HZI_ERRAND_CHANGED;
	case HZI_LOCK_CLEAR:
		if (state->round == 0) {
			return HZI_ERRAND_DONE;
		}
		clear_holder(state);
		return HZI_ERRAND_CHANGED;
	default:
		return look(cell, errand, state);
	}
}

// A fence that nobody has got, or a count too much. What was released stays so.
static bool
undo(const hzi_errand *errand, hzi_errand *undoing)
{
	bool anew = errand->kind == HZI_LOCK_ACQUIRE && errand->a != errand->result;
	undoing->kind = anew ? HZI_LOCK_FORGET : HZI_LOCK_RELEASE;
	undoing->a = errand->result;
	undoing->owner = errand->owner;
	if (errand->kind == HZI_LOCK_RELEASE && errand->result > 0) {
		hzi_holds_forget(hzi_cell_holds(errand->cell), errand->owner);
		for (int64_t i = 0; i < errand->result; i++) {
			hzi_lock_give_back(errand->cell, errand->owner);
		}
	}
	return errand->kind == HZI_LOCK_ACQUIRE || errand->kind == HZI_LOCK_REENTER;
}

// ---- What the client remembers ----

static void
note_hold(hzi_cell *cell, hzi_errand *errand)
{
	hzi_hold hold = hzi_holds_get(hzi_cell_holds(cell), errand->owner);
	hold.locks = (hold.fence == errand->result ? hold.locks : 0) + errand->locked;
	hold.fence = errand->result;
	hold.closings = errand->closings;
	hold.lease_ns = errand->lease_ns != 0 ? errand->lease_ns : hold.lease_ns;
	hzi_holds_set(hzi_cell_holds(cell), hold);
	errand->dropped = NULL; // the hold stands for it now
}

static void
go_on(hzi_errand *errand, const char *how)
{
	errand->code = HZ_ERR_TIMEOUT;
	errand->why = how;
}

// The answer came while connections were lost: it may be of a time when the lock was another's.
static void
deliver_owned(hzi_cell *cell, hzi_errand *errand)
{
	uint64_t closings = atomic_load(&hzi_cell_client(cell)->closings);
	bool owned = errand->kind != HZI_LOCK_IS_MINE || errand->result != 0;
	if (!owned) {
		return;
	}
	int64_t fence = errand->kind == HZI_LOCK_IS_MINE ? errand->a : errand->result;
	int64_t result = errand->result;
	errand->result = fence;
	note_hold(cell, errand);
	if (closings != errand->closings) {
		go_on(errand, hzi_lock_verify);
	} else {
		errand->result = result;
	}
}

static void
deliver(hzi_cell *cell, hzi_errand *errand)
{
	if (errand->code == HZ_ERR_LOCK_OWNERSHIP_LOST || errand->code == HZ_ERR_DESTROYED) {
		hzi_holds_forget(hzi_cell_holds(cell), errand->owner);
	}
	if (errand->code != HZ_OK) {
		return;
	}
	switch (errand->kind) {
	case HZI_LOCK_ACQUIRE:
	case HZI_LOCK_REENTER:
	case HZI_LOCK_IS_MINE:
	case HZI_LOCK_FENCE:
		deliver_owned(cell, errand);
		break;
	case HZI_LOCK_RELEASE:
		if (errand->result > 0) {
			hzi_holds_forget(hzi_cell_holds(cell), errand->owner);
			go_on(errand, hzi_lock_ask_member);
		}
		break;
	case HZI_LOCK_COUNT:
	case HZI_LOCK_REST:
		if (errand->result != 0) {
			go_on(errand, hzi_lock_ask_member);
		}
		break;
	case HZI_ERRAND_DESTROY:
		go_on(errand, hzi_lock_ask_member);
		break;
	default:
		break;
	}
}

const hzi_utility hzi_fenced_lock_utility = {
		.map = "hz_fenced_locks",
		.fields = FIELDS,
		.apply = apply,
		.undo = undo,
		.deliver = deliver,
		.closing = hzi_lock_closing,
};
