// SPDX-License-Identifier: Apache-2.0
#include "proxies/map_backend/keeper.h"

#include "base/fail.h"
#include "base/platform.h"
#include "core/cluster.h"
#include "events/listener.h"
#include "protocol/encode.h"
#include "protocol/gen/dynamic_config.h"
#include "protocol/gen/map.h"
#include "proxies/names.h"
#include "serialization/data.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS INT64_C(1000000)

// Under which the keeper stands among the names of a client. No member knows of it.
#define KEEPER "hz:keeper"

// How often those that wait look again by themselves.
#define POLL_NS (INT64_C(2000) * NS_PER_MS)

// Copies beside the owner's. Two members may be lost at once.
#define BACKUPS 2

// An entry of the map of clients is renewed so many times in its life.
#define BEATS 3

enum { MAPS_MAX = 8 };

// A unit of capacity, as members number them.
enum { MEGABYTES = 2 };

typedef struct keeper {
	hz_client *client;
	pthread_mutex_t lock;
	const char *declared[MAPS_MAX]; // maps
	hzi_cell_link *cells;
	int64_t poll_ns; // when to look next; HZI_NEVER: nobody waits
	bool vouching, closed;
	bool beating;       // a renewal is under way
	int64_t beat_ns;    // when the next one is due
	int64_t beat_at_ns; // when the one under way began
	int64_t good_ns;    // the entry lives at least until then
	hzi_buf key, value; // Data; set before the first renewal
	int32_t key_hash;
} keeper;

static int64_t advance(hz_client *client, int64_t now_ns);
static void closing(hz_client *client, int64_t deadline_ns);

static const hzi_op ADD_MAP = {&HZP_DYNAMIC_CONFIG_ADD_MAP_CONFIG, HZ_RESULT_NONE, 0, NULL};
static const hzi_op SET = {&HZP_MAP_SET, HZ_RESULT_NONE, 0, NULL};
static const hzi_op DELETE = {&HZP_MAP_DELETE, HZ_RESULT_NONE, 0, NULL};

// ---- One a client ----

static void *
make_keeper(void)
{
	keeper *k = calloc(1, sizeof(*k));
	if (k != NULL) {
		pthread_mutex_init(&k->lock, NULL);
		k->poll_ns = HZI_NEVER;
	}
	return k;
}

static void
end_keeper(void *shared)
{
	keeper *k = shared;
	hzi_buf_clear(&k->key);
	hzi_buf_clear(&k->value);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

// NULL without memory.
static keeper *
make_of(hz_client *client)
{
	hzi_name *name = NULL;
	if (hzi_names_intern(client, KEEPER, KEEPER, &name, NULL) != HZ_OK) {
		return NULL;
	}
	keeper *k = hzi_names_shared(name, make_keeper, end_keeper);
	if (k != NULL) {
		pthread_mutex_lock(&k->lock);
		if (k->client == NULL) {
			k->client = client; // others read it without the lock from now on
		}
		pthread_mutex_unlock(&k->lock);
		atomic_store(&client->proxies_advance, advance);
		atomic_store(&client->proxies_closing, closing);
	}
	return k;
}

// NULL: there is none yet.
static keeper *
find_of(hz_client *client)
{
	hzi_name *name = hzi_names_find(client, KEEPER, KEEPER);
	return name != NULL ? atomic_load(&name->shared) : NULL;
}

static hz_err
no_memory(hz_error *err)
{
	return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the map backend");
}

// ---- Maps ----

static bool
is_declared(keeper *k, const char *map)
{
	bool found = false;
	pthread_mutex_lock(&k->lock);
	for (size_t i = 0; i < MAPS_MAX && k->declared[i] != NULL; i++) {
		found = found || k->declared[i] == map;
	}
	pthread_mutex_unlock(&k->lock);
	return found;
}

static void
note_declared(keeper *k, const char *map)
{
	size_t i = 0;
	pthread_mutex_lock(&k->lock);
	while (i < MAPS_MAX && k->declared[i] != NULL && k->declared[i] != map) {
		i++;
	}
	if (i < MAPS_MAX) {
		k->declared[i] = map;
	}
	pthread_mutex_unlock(&k->lock);
}

static hz_future
declare_map(hz_client *client, const char *map, const hz_call *defaults)
{
	// Of the Enterprise edition, and not wanted; but the message has no way to leave it out.
	static const hzp_tiered_store_config no_tiers = {
			.present = true,
			.memory_tier_config = {true, {true, 256, MEGABYTES}},
			.disk_tier_config = {true, {(const uint8_t *)"default", 7}, false},
	};
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin_on(client, defaults, &ADD_MAP, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_dynamic_config_add_map_config_request){
					.name = hzp_str(map),
					.cache_deserialized_values = hzp_str("INDEX_ONLY"),
					.merge_policy = hzp_str("PutIfAbsentMergePolicy"),
					.in_memory_format = hzp_str("BINARY"),
					.data_persistence_config = {.present = true},
					.tiered_store_config = no_tiers,
					.backup_count = BACKUPS,
					.merge_batch_size = 100,
					.statistics_enabled = true,
			});
}

hz_err
hzi_keeper_declare(hz_client *client, const char *map, const hz_call *call, hz_error *err)
{
	hz_error why = {0};
	keeper *k = make_of(client);
	if (k == NULL) {
		return no_memory(err);
	}
	if (is_declared(k, map)) {
		return HZ_OK;
	}
	hz_err e = hz_run_none(declare_map(client, map, call), &why);
	// What a member says to it is its own affair; only a call that reached none is over.
	if (e != HZ_OK && why.server_code == 0) {
		if (err != NULL) {
			*err = why;
		}
		return e;
	}
	note_declared(k, map);
	return HZ_OK;
}

// ---- Being alive ----

static bool
begin_set(const keeper *k, const hz_call *defaults, hzi_call **call, hz_future *future)
{
	if (!hzi_call_begin_on(k->client, defaults, &SET, call, future)) {
		return false;
	}
	(*call)->hash = k->key_hash;
	return true;
}

static hz_future
submit_set(const keeper *k, hzi_call *call)
{
	return hzi_call_submit(call,
			&(hzp_map_set_request){
					.name = hzp_str(HZI_CLIENTS_MAP),
					.key = {k->key.data, (uint32_t)k->key.len},
					.value = {k->value.data, (uint32_t)k->value.len},
					.thread_id = call->owner_id,
					.ttl = k->client->config->concurrency_lease_ms,
			});
}

static hz_err
fill_entry(keeper *k)
{
	char uuid[HZI_UUID_TEXT];
	bool be = k->client->config->big_endian;
	hzi_uuid_write(k->client->uuid, uuid);
	hz_value key = hz_str(uuid);
	hz_value value = hz_str(k->client->name);
	hzi_buf_reset(&k->key);
	hzi_buf_reset(&k->value);
	hz_err e = hzi_data_write(&k->key, &key, be, &k->key_hash, NULL);
	return e == HZ_OK ? hzi_data_write(&k->value, &value, be, NULL, NULL) : e;
}

// The entry was put by a call that began then.
static void
note_beat(keeper *k, int64_t began_ns)
{
	int64_t lease_ns = k->client->config->concurrency_lease_ms * NS_PER_MS;
	pthread_mutex_lock(&k->lock);
	k->vouching = true;
	k->good_ns = began_ns + lease_ns;
	k->beat_ns = began_ns + lease_ns / BEATS;
	pthread_mutex_unlock(&k->lock);
}

hz_err
hzi_keeper_vouch(hz_client *client, const hz_call *defaults, hz_error *err)
{
	hzi_call *call;
	hz_future future;
	keeper *k = make_of(client);
	hz_err e = k != NULL ? hzi_keeper_declare(client, HZI_CLIENTS_MAP, defaults, err)
			     : no_memory(err);
	if (e != HZ_OK) {
		return e;
	}
	pthread_mutex_lock(&k->lock);
	bool done = k->vouching || k->closed;
	e = done || k->key.len > 0 ? HZ_OK : fill_entry(k);
	pthread_mutex_unlock(&k->lock);
	if (done || e != HZ_OK) {
		return e != HZ_OK ? no_memory(err) : HZ_OK;
	}
	int64_t began_ns = hzi_now_ns();
	if (begin_set(k, defaults, &call, &future)) {
		future = submit_set(k, call);
	}
	e = hz_run_none(future, err);
	if (e == HZ_OK) {
		note_beat(k, began_ns);
		hzi_cluster_look(client);
	}
	return e;
}

bool
hzi_keeper_is_vouched(hz_client *client)
{
	keeper *k = find_of(client);
	if (k == NULL) {
		return false;
	}
	pthread_mutex_lock(&k->lock);
	bool vouched = k->vouching && hzi_now_ns() < k->good_ns;
	pthread_mutex_unlock(&k->lock);
	return vouched;
}

static hz_err
choose_beat(hzi_call *call)
{
	(void)call;
	return HZ_OK;
}

static hz_err
accept_beat(const hzi_call *call)
{
	(void)call;
	return HZ_ERR_TIMEOUT;
}

// A renewal has ended, well or not. If not, the next one comes soon.
static hzi_again
again_beat(hzi_call *call)
{
	keeper *k = call->aim_ctx;
	bool answered = call->code == HZ_ERR_TIMEOUT && call->response.p != NULL;
	if (answered) {
		note_beat(k, k->beat_at_ns);
	}
	pthread_mutex_lock(&k->lock);
	k->beating = false;
	k->beat_ns = answered ? k->beat_ns : hzi_now_ns() + 200 * NS_PER_MS;
	pthread_mutex_unlock(&k->lock);
	hzi_cluster_look(k->client);
	return HZI_AGAIN_NO;
}

static void
beat(keeper *k)
{
	static const hzi_aim aim = {choose_beat, again_beat, accept_beat};
	hzi_call *call;
	hz_future future;
	hz_call defaults = {.timeout_ms = k->client->config->concurrency_lease_ms / BEATS};
	k->beat_at_ns = hzi_now_ns();
	if (!begin_set(k, &defaults, &call, &future)) {
		pthread_mutex_lock(&k->lock);
		k->beating = false;
		k->beat_ns = hzi_now_ns() + 1000 * NS_PER_MS;
		pthread_mutex_unlock(&k->lock);
		return;
	}
	call->library = true;
	call->aim = &aim;
	call->aim_ctx = k;
	hz_drop(submit_set(k, call));
}

// ---- Events ----

typedef struct cell_listener {
	hzi_listener base;
	hzi_cell *cell;
} cell_listener;

// All kinds of changes of one entry, by the numbers that members give them.
enum { ADDED = 1, REMOVED = 2, UPDATED = 4, EVICTED = 8, EXPIRED = 16, MERGED = 128 };

static void
fill_add(const hzi_listener *base, bool local, void *request)
{
	const cell_listener *l = HZI_OUTER(base, cell_listener, base);
	*(hzp_map_add_entry_listener_to_key_request *)request =
			(hzp_map_add_entry_listener_to_key_request){
					.name = hzp_str(base->name),
					.key = hzi_cell_key(l->cell),
					.listener_flags = ADDED | REMOVED | UPDATED | EVICTED |
							EXPIRED | MERGED,
					.local_only = local,
			};
}

static void
fill_remove(const hzi_listener *base, hz_uuid id, void *request)
{
	*(hzp_map_remove_entry_listener_request *)request =
			(hzp_map_remove_entry_listener_request){hzp_str(base->name), id};
}

static void
on_event(hzi_listener *base, const hzi_slice *msg)
{
	(void)msg;
	hzi_cell_poke(HZI_OUTER(base, cell_listener, base)->cell);
}

static void
on_gap(hzi_listener *base, const hz_gap *gap)
{
	(void)gap;
	hzi_cell_poke(HZI_OUTER(base, cell_listener, base)->cell);
}

static const hzi_op ADD_LISTENER = {
		&HZP_MAP_ADD_ENTRY_LISTENER_TO_KEY, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op REMOVE_LISTENER = {&HZP_MAP_REMOVE_ENTRY_LISTENER, HZ_RESULT_BOOL, 0, NULL};

static void
list_cell(keeper *k, hzi_cell *cell, hzi_cell_link *link)
{
	pthread_mutex_lock(&k->lock);
	if (link->cell == NULL) {
		link->cell = cell;
		link->next = k->cells;
		k->cells = link;
	}
	pthread_mutex_unlock(&k->lock);
}

void
hzi_keeper_list(hz_client *client, hzi_cell *cell, hzi_cell_link *link)
{
	keeper *k = find_of(client);
	if (k != NULL) {
		list_cell(k, cell, link);
	}
}

hz_err
hzi_keeper_listen(hz_client *client, hzi_cell *cell, hzi_cell_link *link, hz_error *err)
{
	static const hzi_listener_class class_ = {
			.add = &ADD_LISTENER,
			.remove = &REMOVE_LISTENER,
			.fill_add = fill_add,
			.fill_remove = fill_remove,
			.event = on_event,
			.gap = on_gap,
	};
	hz_listener_id id = {0};
	keeper *k = make_of(client);
	if (k == NULL) {
		return no_memory(err);
	}
	list_cell(k, cell, link);
	if (atomic_exchange(&link->listens, true)) {
		return HZ_OK;
	}
	cell_listener *l = hzi_listener_new(client, &class_, sizeof(*l));
	if (l == NULL) {
		atomic_store(&link->listens, false);
		return no_memory(err);
	}
	l->cell = cell;
	l->base.name = hzi_cell_map(cell);
	hz_err e = hzi_listener_add(&l->base,
			hzi_deadline_in_ms(client->config->invocation_timeout_ms), &id, err);
	if (e != HZ_OK) {
		atomic_store(&link->listens, false);
	}
	return e;
}

// ---- Looking round ----

void
hzi_keeper_watch(hz_client *client)
{
	keeper *k = find_of(client);
	if (k == NULL) {
		return;
	}
	pthread_mutex_lock(&k->lock);
	bool news = k->poll_ns == HZI_NEVER;
	if (news) {
		k->poll_ns = hzi_now_ns() + POLL_NS;
	}
	pthread_mutex_unlock(&k->lock);
	if (news) {
		hzi_cluster_look(client);
	}
}

// Cells stay in the list for ever, and new ones come before its first.
static void
poll(hzi_cell_link *link)
{
	for (; link != NULL; link = link->next) {
		hzi_cell_poke(link->cell); // who still waits then has the next one planned
	}
}

static int64_t
advance(hz_client *client, int64_t now_ns)
{
	keeper *k = find_of(client);
	if (k == NULL) {
		return HZI_NEVER;
	}
	pthread_mutex_lock(&k->lock);
	bool polls = now_ns >= k->poll_ns;
	hzi_cell_link *cells = k->cells;
	if (polls) {
		k->poll_ns = HZI_NEVER;
	}
	bool beats = k->vouching && !k->closed && !k->beating && now_ns >= k->beat_ns;
	k->beating = k->beating || beats;
	pthread_mutex_unlock(&k->lock);
	if (polls) {
		poll(cells);
	}
	if (beats) {
		beat(k);
	}
	pthread_mutex_lock(&k->lock);
	int64_t due_ns = k->vouching && !k->closed && !k->beating ? k->beat_ns : HZI_NEVER;
	due_ns = k->poll_ns < due_ns ? k->poll_ns : due_ns;
	pthread_mutex_unlock(&k->lock);
	return due_ns;
}

// What the client holds is free at once.
static void
closing(hz_client *client, int64_t deadline_ns)
{
	hzi_call *call;
	hz_future future;
	keeper *k = find_of(client);
	if (k == NULL) {
		return;
	}
	pthread_mutex_lock(&k->lock);
	bool vouching = k->vouching;
	const hzi_cell_link *cells = k->cells;
	k->closed = true;
	pthread_mutex_unlock(&k->lock);
	for (; cells != NULL; cells = cells->next) {
		hzi_cell_closing(cells->cell, deadline_ns);
	}
	hz_call defaults = {.timeout_ms = (deadline_ns - hzi_now_ns()) / NS_PER_MS};
	if (!vouching || defaults.timeout_ms <= 0 ||
			!hzi_call_begin_on(client, &defaults, &DELETE, &call, &future)) {
		return;
	}
	call->hash = k->key_hash;
	hz_run_none(hzi_call_submit(call,
				    &(hzp_map_delete_request){
						    .name = hzp_str(HZI_CLIENTS_MAP),
						    .key = {k->key.data, (uint32_t)k->key.len},
						    .thread_id = call->owner_id,
				    }),
			NULL);
}
