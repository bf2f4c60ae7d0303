// SPDX-License-Identifier: Apache-2.0
#include "base/platform.h"
#include "proxies/map_backend/cell_state.h"
#include "serialization/data.h"

#define NS_PER_MS INT64_C(1000000)

// Holders are not looked for more often than this.
#define CHECK_NS (INT64_C(1000) * NS_PER_MS)

static bool
is_fresh(const hzi_cell *cell, const hzi_errand *errand)
{
	return cell->known && cell->seen > errand->after;
}

static void
drop_ended(hzi_cell *cell)
{
	for (hzi_errand **at = &cell->work; *at != NULL;) {
		hzi_errand *errand = *at;
		if (errand->id != 0 && !hzi_call_is_local(cell->client, errand->id)) {
			*at = errand->next;
			hzi_errand_free(errand);
		} else {
			at = &errand->next;
		}
	}
}

// What all errands together make of the state.
typedef struct outcome {
	bool changed;  // something is to be written
	bool unproven; // an answer hangs on a look that was too early for it
	bool waiting;
	bool thorough;
} outcome;

static hzi_verdict
apply(hzi_cell *cell, hzi_errand *errand)
{
	errand->code = HZ_OK;
	errand->why = NULL;
	errand->result = 0;
	hzi_buf_reset(&errand->data);
	if (cell->next.destroyed) {
		errand->code = errand->kind == HZI_ERRAND_DESTROY ? HZ_OK : HZ_ERR_DESTROYED;
		return HZI_ERRAND_DONE;
	}
	if (errand->kind == HZI_ERRAND_DESTROY) {
		cell->next.destroyed = true;
		return HZI_ERRAND_CHANGED;
	}
	return cell->utility->apply(cell, errand, &cell->next);
}

static outcome
apply_all(hzi_cell *cell)
{
	outcome all = {0};
	for (hzi_errand *errand = cell->work; errand != NULL; errand = errand->next) {
		hzi_verdict verdict = apply(cell, errand);
		errand->ready = verdict != HZI_ERRAND_WAITS;
		errand->changed = verdict == HZI_ERRAND_CHANGED;
		all.changed = all.changed || errand->changed;
		all.waiting = all.waiting || !errand->ready;
		all.thorough = all.thorough || !errand->ready || errand->thorough;
		all.unproven = all.unproven || !is_fresh(cell, errand);
	}
	return all;
}

// From here on the calls behind the changes are in doubt when they are given up. False: one of them
// was given up before.
static bool
commit(hzi_cell *cell)
{
	bool all = true;
	for (hzi_errand *errand = cell->work; errand != NULL; errand = errand->next) {
		if (errand->changed && errand->id != 0) {
			all = hzi_call_commit_local(cell->client, errand->id) && all;
		}
	}
	return all;
}

static bool
write_next(hzi_cell *cell)
{
	hzi_buf json = {0};
	bool be = cell->client->config->big_endian;
	if (!hzi_state_sign(&cell->next, cell->client->uuid)) {
		return false;
	}
	hzi_state_write(&cell->next, cell->utility->fields, &json);
	hzi_buf_reset(&cell->next_text);
	hz_value value = hz_jsonn((const char *)json.data, json.len);
	bool done = !json.failed &&
			hzi_data_write(&cell->next_text, &value, be, NULL, NULL) == HZ_OK;
	hzi_buf_clear(&json);
	return done;
}

// Whether holders have to be looked for now; then they are listed.
static bool
must_check(hzi_cell *cell, const outcome *all)
{
	int64_t now_ns = hzi_now_ns();
	if (!cell->utility->leases || !all->thorough || cell->state.holders.count == 0 ||
			(cell->checked_ns != 0 && now_ns - cell->checked_ns < CHECK_NS)) {
		return false;
	}
	cell->checked_ns = now_ns;
	cell->suspects.count = 0;
	for (size_t i = 0; i < cell->state.holders.count; i++) {
		const hzi_share *holder = &cell->state.holders.items[i];
		if (holder->client.msb != cell->client->uuid.msb ||
				holder->client.lsb != cell->client->uuid.lsb) {
			hzi_tally_set(&cell->suspects, holder->client, holder->n);
		}
	}
	return cell->suspects.count > 0;
}

// The next step with what is there; false: there is none until something comes.
bool
hzi_cell_plan_work(hzi_cell *cell)
{
	while (cell->work != NULL) {
		drop_ended(cell);
		if (!cell->known) {
			cell->step = HZI_STEP_LOOK;
			return cell->work != NULL;
		}
		hzi_state_clear(&cell->next);
		if (!hzi_state_copy(&cell->next, &cell->state)) {
			cell->known = false;
			for (hzi_errand *errand = cell->work; errand != NULL;
					errand = errand->next) {
				errand->ready = true;
				errand->changed = false;
			}
			hzi_cell_fail_ready(cell, HZ_ERR_MEMORY, NULL);
			continue;
		}
		cell->next.acquired = 0;
		outcome all = apply_all(cell);
		if (!all.changed && all.unproven) {
			cell->step = HZI_STEP_LOOK;
			return true;
		}
		if (!all.changed && must_check(cell, &all)) {
			cell->step = HZI_STEP_CHECK;
			return true;
		}
		if (all.changed && !commit(cell)) {
			continue;
		}
		if (all.changed && write_next(cell)) {
			cell->attempt = cell->next.writes;
			cell->step = HZI_STEP_WRITE;
			return true;
		}
		if (all.changed) {
			hzi_cell_fail_ready(cell, HZ_ERR_MEMORY, NULL);
		} else {
			hzi_cell_finish_ready(cell);
			if (all.waiting) {
				return false; // they have seen the entry as it is
			}
		}
	}
	return false;
}

bool
hzi_cell_plan(hzi_cell *cell)
{
	for (;;) {
		pthread_mutex_lock(&cell->lock);
		hzi_cell_take_inbox(cell);
		bool stale = cell->stale;
		cell->stale = false;
		pthread_mutex_unlock(&cell->lock);
		cell->known = cell->known && !stale;
		if (hzi_cell_plan_work(cell)) {
			return true;
		}
		pthread_mutex_lock(&cell->lock);
		bool over = cell->inbox == NULL && !cell->stale;
		if (over) {
			cell->running = false;
			cell->idle_waits = cell->work != NULL;
		}
		pthread_mutex_unlock(&cell->lock);
		if (over) {
			return false;
		}
	}
}

bool
hzi_cell_has_waits(hzi_cell *cell)
{
	pthread_mutex_lock(&cell->lock);
	bool waits = cell->idle_waits;
	pthread_mutex_unlock(&cell->lock);
	return waits;
}

// The agent has ended. Events may get lost, so those that wait look again from time to time.
void
hzi_cell_rest(hzi_cell *cell)
{
	if (hzi_cell_has_waits(cell)) {
		hzi_keeper_watch(cell->client);
	}
}
