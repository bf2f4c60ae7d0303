// SPDX-License-Identifier: Apache-2.0
#include "core/registration.h"

#include "base/fail.h"
#include "core/cluster_state.h"
#include "core/topology.h"
#include "core/upcalls.h"
#include "protocol/decode.h"
#include "protocol/encode.h"
#include "protocol/gen/client.h"

#include <stdlib.h>
#include <string.h>

// Places are added in steps, as slots come.
enum { PLACES_STEP = 4 };

typedef enum place_state {
	PLACE_NONE,
	PLACE_ASKED,  // the request is on its way
	PLACE_MADE,   // the member has confirmed
	PLACE_LEAVING // the removal is on its way
} place_state;

// One listener on one connection.
typedef struct place {
	place_state state;
	bool setup; // the connection is not opened before this is confirmed
	uint64_t conn_id;
	hzi_call *call;   // under way: ASKED and LEAVING
	int64_t event_id; // correlation id that events carry
	hz_uuid id;       // the member's name for it
} place;

// One listener.
typedef struct listening {
	hzi_link link;
	hzi_registration reg;
	place *places; // by slot
	uint32_t room;
	uint32_t asked;    // places on their way
	uint32_t standing; // places not NONE
	bool dead; // removed: nothing but its places is left, and reg.ctx is not touched again
	hzi_buf farewell;     // the request for removal, with an empty id
	hzi_answer_fn answer; // of who waits for it to be confirmed; NULL: nobody does
	void *answer_ctx;
} listening;

// Whoever waited for this listener's confirmations hears how it ended, once.
static void
answer(listening *l, hz_err code, const hz_error *err)
{
	hzi_answer_fn fn = l->answer;
	l->answer = NULL;
	if (fn != NULL) {
		fn(l->answer_ctx, code, err);
	}
}

// ---- Listeners ----

static listening *
find(hzi_cluster *cluster, uint64_t listener)
{
	hzi_list *all = &cluster->registrations.all;
	for (hzi_link *link = hzi_list_first(all); link != NULL; link = hzi_list_next(all, link)) {
		listening *l = HZI_OUTER(link, listening, link);
		if (l->reg.listener == listener) {
			return l;
		}
	}
	return NULL;
}

static listening *
add(hzi_cluster *cluster, const hzi_registration *reg)
{
	listening *l = calloc(1, sizeof(*l));
	if (l != NULL) {
		l->reg = *reg;
		hzi_list_push_back(&cluster->registrations.all, &l->link);
	}
	return l;
}

static void
destroy(listening *l)
{
	hzi_list_remove(&l->link);
	hzi_buf_clear(&l->farewell);
	free(l->places);
	free(l);
}

// ---- Places ----

static place *
place_on(listening *l, uint32_t slot)
{
	return slot < l->room ? &l->places[slot] : NULL;
}

static hz_err
make_room(listening *l, uint32_t slot)
{
	if (slot < l->room) {
		return HZ_OK;
	}
	uint32_t room = slot + PLACES_STEP;
	place *places = realloc(l->places, room * sizeof(*places));
	if (places == NULL) {
		return HZ_ERR_MEMORY;
	}
	memset(places + l->room, 0, (room - l->room) * sizeof(*places));
	l->places = places;
	l->room = room;
	return HZ_OK;
}

// The place is empty again; a listener that only lived for its places goes with the last one.
static void
vacate(listening *l, place *at)
{
	*at = (place){0};
	l->standing--;
	if (l->dead && l->standing == 0) {
		destroy(l);
	}
}

// Room for the struct of a message. NULL without memory; freed by the caller.
static void *
new_record(const hzp_message *message)
{
	return calloc(1, message->struct_size);
}

// The field that holds a registration's id, in its add's response and its remove's request.
static hz_uuid *
id_in(const hzp_message *message, void *record)
{
	for (unsigned i = 0; i < message->n_fields; i++) {
		if (message->fields[i].type->kind == HZP_KIND_UUID) {
			return (hz_uuid *)(void *)((char *)record + message->fields[i].offset);
		}
	}
	return NULL;
}

// ---- Removing ----

static void removed(void *ctx, hzi_call *call);

// Without memory, or on a closing client, the member is left to find out by itself; its events find
// nobody.
static void
take_back(hzi_cluster *cluster, listening *l, uint32_t slot)
{
	place *at = &l->places[slot];
	const hzi_op *op = l->reg.remove;
	void *record = l->farewell.len > 0 ? new_record(op->proto->request) : NULL;
	hzi_call *call = NULL;
	if (record != NULL &&
			hzp_decode(l->farewell.data, l->farewell.len, op->proto->request, record,
					NULL) == HZ_OK) {
		hz_uuid *id = id_in(op->proto->request, record);
		if (id != NULL) {
			*id = at->id;
		}
		call = hzi_call_begin_bound(cluster->client, at->conn_id,
				cluster->peers.at[slot]->conn, op, HZ_FOREVER, removed, cluster);
	}
	if (call != NULL) {
		at->state = PLACE_LEAVING;
		at->call = call;
		hzi_call_submit_bound(call, record);
	} else {
		hzi_call_unlisten(cluster->client, at->event_id);
		vacate(l, at);
	}
	free(record);
}

// The request for removal is written down now, with what the listener lends; the id is filled in
// when each member has told it.
static void
write_farewell(listening *l)
{
	const hzi_op *op = l->reg.remove;
	void *record = op != NULL ? new_record(op->proto->request) : NULL;
	if (record == NULL) {
		return;
	}
	l->reg.fill_remove(l->reg.ctx, (hz_uuid){0, 0}, record);
	if (hzp_encode(&l->farewell, op->proto->request, record) != HZ_OK) {
		hzi_buf_clear(&l->farewell);
	}
	free(record);
}

// Nothing of the listener's owner is touched afterwards. May free l.
static void
end_listening(hzi_cluster *cluster, listening *l)
{
	write_farewell(l);
	l->dead = true;
	if (l->standing == 0) {
		destroy(l);
		return;
	}
	l->standing++; // keeps l while its places go
	for (uint32_t i = 0; i < l->room; i++) {
		if (l->places[i].state == PLACE_MADE) {
			take_back(cluster, l, i);
		}
	}
	l->standing--;
	if (l->standing == 0) {
		destroy(l);
	}
}

// The same, and whoever still waited for its confirmations hears why: last, since the owner may go
// then.
static void
end_with(hzi_cluster *cluster, listening *l, hz_err code, const hz_error *err)
{
	hzi_answer_fn fn = l->answer;
	void *ctx = l->answer_ctx;
	l->answer = NULL;
	end_listening(cluster, l);
	if (fn != NULL) {
		fn(ctx, code, err);
	}
}

static void
removed(void *ctx, hzi_call *call)
{
	hzi_cluster *cluster = ctx;
	hzi_list *all = &cluster->registrations.all;
	for (hzi_link *link = hzi_list_first(all); link != NULL; link = hzi_list_next(all, link)) {
		listening *l = HZI_OUTER(link, listening, link);
		place *at = place_on(l, call->bound_slot->index);
		if (at != NULL && at->state == PLACE_LEAVING && at->call == call) {
			hzi_call_unlisten(cluster->client, at->event_id);
			vacate(l, at);
			break;
		}
	}
	hzi_call_release(call);
}

// ---- Adding ----

static void added(void *ctx, hzi_call *call);

static void
send_add(hzi_cluster *cluster, listening *l, hzi_peer *peer, hzi_call *call, void *record)
{
	place *at = &l->places[peer->index];
	bool setup = peer->state != HZI_PEER_OPEN;
	*at = (place){.state = PLACE_ASKED, .conn_id = peer->conn_id, .call = call, .setup = setup};
	l->asked++;
	l->standing++;
	peer->pending += setup;
	// From now on: a loss before the answer is one that the listener must hear of.
	peer->listened = peer->listened || l->reg.listener >= HZI_LISTENER_FIRST;
	call->listener = l->reg.listener;
	if (l->reg.listener == HZI_LISTENER_VIEW) {
		hzi_topology_follow(cluster, peer->conn_id);
	}
	if (l->reg.fill_add != NULL) {
		l->reg.fill_add(l->reg.ctx, hzi_cluster_is_smart(cluster), record);
	}
	hzi_call_submit_bound(call, record);
}

static hz_err
ask(hzi_cluster *cluster, listening *l, hzi_peer *peer)
{
	hz_err e = make_room(l, peer->index);
	void *record = e == HZ_OK ? new_record(l->reg.add->proto->request) : NULL;
	if (record == NULL) {
		return HZ_ERR_MEMORY;
	}
	hzi_call *call = hzi_call_begin_bound(cluster->client, peer->conn_id, peer->conn,
			l->reg.add, HZ_FOREVER, added, cluster);
	if (call != NULL) {
		send_add(cluster, l, peer, call, record);
	}
	free(record);
	return call != NULL ? HZ_OK : HZ_ERR_MEMORY;
}

static hz_err
read_id(const hzi_call *call, hz_uuid *id, hz_error *err)
{
	const hzp_message *message = call->op->proto->response;
	void *record = new_record(message);
	if (record == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for an answer");
	}
	hz_err e = hzi_call_decode(call, record, err);
	const hz_uuid *at = id_in(message, record);
	if (e == HZ_OK && at != NULL) {
		*id = *at;
	}
	free(record);
	return e;
}

static void
made(hzi_cluster *cluster, listening *l, hzi_peer *peer)
{
	place *at = &l->places[peer->index];
	bool setup = at->setup;
	at->state = PLACE_MADE;
	at->call = NULL;
	if (l->dead) {
		take_back(cluster, l, peer->index);
	} else if (l->asked == 0) {
		answer(l, HZ_OK, NULL);
	}
	if (setup) {
		hzi_peer_confirmed(cluster, peer);
	}
}

// `answered`: the connection is well, it is the member that says no.
static void
not_made(hzi_cluster *cluster, listening *l, hzi_peer *peer, bool answered, const hz_error *err)
{
	place *at = &l->places[peer->index];
	bool setup = at->setup;
	bool dead = l->dead;
	bool ours = !dead && l->answer != NULL;
	vacate(l, at); // frees l if it is dead
	if (ours && answered) {
		end_with(cluster, l, (hz_err)err->code, err);
	} else if (!dead && l->asked == 0) {
		answer(l, HZ_OK, NULL);
	}
	// A call that was lost with its connection needs nothing more: the report is on its way.
	if (!dead && !(ours && answered) && err->code != HZ_ERR_DISCONNECTED) {
		hzi_log_write(&cluster->client->log, HZI_LOG_WARN,
				"a listener cannot be registered: %s", err->message);
		hzi_peer_close(cluster, peer, HZ_ERR_SERVER, "a listener cannot be registered");
	}
	if (setup) {
		hzi_peer_confirmed(cluster, peer);
	}
}

static void
added(void *ctx, hzi_call *call)
{
	hzi_cluster *cluster = ctx;
	uint32_t slot = call->bound_slot->index;
	listening *l = find(cluster, call->listener);
	place *at = l != NULL ? place_on(l, slot) : NULL;
	hz_error err = {0};
	if (at == NULL || at->call != call) {
		// Its connection was closed, and that has been seen to.
		hzi_call_release(call);
		return;
	}
	// A member's refusal is an answer, too.
	bool answered = call->code == HZ_OK || call->code == HZ_ERR_SERVER;
	hz_err e = call->code == HZ_OK ? read_id(call, &at->id, &err)
				       : hzi_call_explain(call, call->code, &err);
	at->event_id = hzi_call_current_id(call);
	l->asked--;
	if (e == HZ_OK) {
		// The record lives as long as the listener; the block that was read into need not.
		hzi_slice_clear(&call->response);
	} else {
		hzi_call_unlisten(cluster->client, at->event_id);
	}
	hzi_call_release(call);
	if (e == HZ_OK) {
		made(cluster, l, cluster->peers.at[slot]);
	} else {
		not_made(cluster, l, cluster->peers.at[slot], answered, &err);
	}
}

// ---- Connections come and go ----

static bool
wants_place(const listening *l)
{
	return !l->dead && (!l->reg.one_member || l->standing == 0);
}

hz_err
hzi_registrations_set_up(hzi_cluster *cluster, hzi_peer *peer)
{
	hzi_list *all = &cluster->registrations.all;
	hz_err e = HZ_OK;
	for (hzi_link *link = hzi_list_first(all); link != NULL && e == HZ_OK;
			link = hzi_list_next(all, link)) {
		listening *l = HZI_OUTER(link, listening, link);
		if (wants_place(l)) {
			e = ask(cluster, l, peer);
		}
	}
	return e;
}

static void
drop(listening *l, uint32_t slot, uint64_t conn_id)
{
	place *at = place_on(l, slot);
	if (at == NULL || at->state == PLACE_NONE || at->conn_id != conn_id) {
		return;
	}
	l->asked -= at->state == PLACE_ASKED;
	if (l->asked == 0) {
		answer(l, HZ_OK, NULL);
	}
	vacate(l, at);
}

void
hzi_registrations_drop(hzi_cluster *cluster, hzi_peer *peer, uint64_t conn_id)
{
	hzi_list *all = &cluster->registrations.all;
	hzi_link *next;
	for (hzi_link *link = hzi_list_first(all); link != NULL; link = next) {
		next = hzi_list_next(all, link);
		drop(HZI_OUTER(link, listening, link), peer->index, conn_id);
	}
}

static hzi_peer *
first_in(hzi_cluster *cluster, hzi_peer_state state)
{
	for (uint32_t i = 0; i < cluster->peers.count; i++) {
		if (cluster->peers.at[i]->state == state) {
			return cluster->peers.at[i];
		}
	}
	return NULL;
}

void
hzi_registrations_cover(hzi_cluster *cluster)
{
	hzi_list *all = &cluster->registrations.all;
	for (hzi_link *link = hzi_list_first(all); link != NULL; link = hzi_list_next(all, link)) {
		listening *l = HZI_OUTER(link, listening, link);
		if (!l->reg.one_member || !wants_place(l) || hzi_cluster_stopping(cluster)) {
			continue;
		}
		hzi_peer *peer = first_in(cluster, HZI_PEER_OPEN);
		if (peer == NULL) {
			peer = first_in(cluster, HZI_PEER_SETTING_UP);
		}
		if (peer != NULL && ask(cluster, l, peer) != HZ_OK) {
			hzi_peer_close(cluster, peer, HZ_ERR_MEMORY, "no memory for a listener");
		}
	}
}

// ---- What applications ask for ----

static hz_err
ask_all(hzi_cluster *cluster, listening *l)
{
	hz_err e = HZ_OK;
	for (uint32_t i = 0; i < cluster->peers.count && e == HZ_OK; i++) {
		hzi_peer *peer = cluster->peers.at[i];
		if ((1U << peer->state & HZI_PEERS_CONNECTED) != 0 && wants_place(l)) {
			e = ask(cluster, l, peer);
		}
	}
	return e;
}

void
hzi_registrations_begin(
		hzi_cluster *cluster, const hzi_registration *reg, hzi_answer_fn fn, void *ctx)
{
	hz_error err;
	listening *l = add(cluster, reg);
	if (l == NULL) {
		hzi_fail(&err, HZ_ERR_MEMORY, "no memory for a listener");
		fn(ctx, HZ_ERR_MEMORY, &err);
		return;
	}
	l->answer = fn;
	l->answer_ctx = ctx;
	hz_err e = ask_all(cluster, l);
	if (e != HZ_OK) {
		hzi_fail(&err, e, "the listener could not be registered: %s", hz_err_text(e));
		end_with(cluster, l, e, &err);
	} else if (l->asked == 0) {
		// Nobody is connected: whoever comes gets it before callers see the connection.
		answer(l, HZ_OK, NULL);
	}
}

bool
hzi_registrations_await(hzi_cluster *cluster, uint64_t listener, const void *ctx)
{
	const listening *l = find(cluster, listener);
	return l != NULL && l->answer != NULL && l->answer_ctx == ctx;
}

bool
hzi_registrations_end(hzi_cluster *cluster, uint64_t listener, hz_err code, const char *why)
{
	hz_error err;
	listening *l = find(cluster, listener);
	if (l == NULL || l->dead) {
		return false;
	}
	hzi_fail(&err, code, "%s", why);
	end_with(cluster, l, code, &err);
	return true;
}

// ---- The library's own, and the end ----

hz_err
hzi_registrations_init(hzi_cluster *cluster)
{
	static const hzi_op view = {
			.proto = &HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER, .flags = HZI_OP_REGISTERS};
	static const hzi_op backup = {
			.proto = &HZP_CLIENT_LOCAL_BACKUP_LISTENER, .flags = HZI_OP_REGISTERS};
	static const hzi_registration view_listener = {
			.listener = HZI_LISTENER_VIEW, .add = &view, .one_member = true};
	static const hzi_registration backup_listener = {
			.listener = HZI_LISTENER_BACKUP, .add = &backup};
	hzi_list_init(&cluster->registrations.all);
	if (add(cluster, &view_listener) == NULL) {
		return HZ_ERR_MEMORY;
	}
	bool backups = hzi_cluster_is_smart(cluster) && cluster->client->config->backup_ack;
	if (backups && add(cluster, &backup_listener) == NULL) {
		return HZ_ERR_MEMORY;
	}
	return HZ_OK;
}

void
hzi_registrations_stop(hzi_cluster *cluster)
{
	hzi_list *all = &cluster->registrations.all;
	hz_error err;
	hzi_fail(&err, HZ_ERR_CLOSED, "the client is closed");
	for (hzi_link *link = hzi_list_first(all); link != NULL; link = hzi_list_next(all, link)) {
		answer(HZI_OUTER(link, listening, link), HZ_ERR_CLOSED, &err);
	}
}

void
hzi_registrations_clear(hzi_cluster *cluster)
{
	hzi_list *all = &cluster->registrations.all;
	for (hzi_link *link = hzi_list_first(all); link != NULL; link = hzi_list_first(all)) {
		destroy(HZI_OUTER(link, listening, link));
	}
}
