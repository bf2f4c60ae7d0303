// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"
#include "proxies/map_backend/cell_state.h"
#include "serialization/data.h"

#include <stdlib.h>

hz_client *
hzi_cell_client(const hzi_cell *cell)
{
	return cell->client;
}

int64_t
hzi_cell_held(const hzi_cell *cell)
{
	return cell->held;
}

// ---- Coming and waiting ----

void
hzi_errand_leave(void *what, int64_t id)
{
	hzi_errand *errand = what;
	hzi_cell *cell = errand->cell;
	if (id == 0) {
		hzi_errand_free(errand);
		return;
	}
	errand->id = id;
	pthread_mutex_lock(&cell->lock);
	errand->after = cell->asked;
	errand->next = cell->inbox;
	cell->inbox = errand;
	bool start = !cell->running;
	cell->running = true;
	cell->idle_waits = false;
	pthread_mutex_unlock(&cell->lock);
	if (start) {
		hzi_cell_start_agent(cell);
	}
}

void
hzi_cell_poke(hzi_cell *cell)
{
	pthread_mutex_lock(&cell->lock);
	bool start = !cell->running && cell->idle_waits;
	cell->stale = cell->running || start;
	cell->running = cell->running || start;
	cell->idle_waits = false;
	pthread_mutex_unlock(&cell->lock);
	if (start) {
		hzi_cell_start_agent(cell);
	}
}

// ---- Opening ----

static void *
make_cell(void)
{
	hzi_cell *cell = calloc(1, sizeof(*cell));
	if (cell != NULL) {
		pthread_mutex_init(&cell->lock, NULL);
		hzi_holds_init(&cell->holds);
	}
	return cell;
}

static void
free_list(hzi_errand *list)
{
	while (list != NULL) {
		hzi_errand *next = list->next;
		hzi_errand_free(list);
		list = next;
	}
}

static void
end_cell(void *shared)
{
	hzi_cell *cell = shared;
	free_list(cell->inbox);
	free_list(cell->work);
	hzi_state_clear(&cell->state);
	hzi_state_clear(&cell->next);
	hzi_buf_clear(&cell->text);
	hzi_buf_clear(&cell->next_text);
	hzi_buf_clear(&cell->key);
	free(cell->suspects.items);
	hzi_holds_clear(&cell->holds);
	pthread_mutex_destroy(&cell->lock);
	free(cell);
}

// Once for each cell, with its lock held.
static hz_err
set_up(hzi_cell *cell, hz_client *client, const hzi_utility *utility, const hzi_name *name)
{
	hz_value key = hz_strn(name->text, name->length);
	hz_err e = hzi_data_write(
			&cell->key, &key, client->config->big_endian, &cell->key_hash, NULL);
	if (e == HZ_OK) {
		cell->utility = utility;
		cell->name = name->text;
		cell->client = client;
	}
	return e;
}

hz_err
hzi_cell_open(hz_client *client, const hzi_utility *utility, hzi_name *name, const hz_call *call,
		hzi_cell **out, hz_error *err)
{
	hzi_cell *cell = hzi_names_shared(name, make_cell, end_cell);
	if (cell == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a structure");
	}
	hz_err e = hzi_keeper_declare(client, utility->map, call, err);
	if (e != HZ_OK) {
		return e;
	}
	pthread_mutex_lock(&cell->lock);
	bool first = cell->client == NULL;
	e = first ? set_up(cell, client, utility, name) : HZ_OK;
	pthread_mutex_unlock(&cell->lock);
	if (e != HZ_OK) {
		return hzi_fail(err, e, "the name cannot be a key");
	}
	if (e == HZ_OK && utility->leases) {
		e = hzi_keeper_vouch(client, call, err);
	}
	if (e == HZ_OK && utility->listens) {
		e = hzi_keeper_listen(client, cell, &cell->link, err);
	}
	if (e == HZ_OK && utility->closing != NULL) {
		hzi_keeper_list(client, cell, &cell->link);
	}
	*out = cell;
	return e;
}

const char *
hzi_cell_name(const hzi_cell *cell)
{
	return cell->name;
}

hzi_holds *
hzi_cell_holds(const hzi_cell *cell)
{
	return (hzi_holds *)&cell->holds;
}

void
hzi_cell_closing(hzi_cell *cell, int64_t deadline_ns)
{
	if (cell->utility->closing != NULL) {
		cell->utility->closing(cell, deadline_ns);
	}
}

const char *
hzi_cell_map(const hzi_cell *cell)
{
	return cell->utility->map;
}

hzp_bytes
hzi_cell_key(const hzi_cell *cell)
{
	return hzi_cell_bytes(&cell->key);
}
