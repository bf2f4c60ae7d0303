// SPDX-License-Identifier: Apache-2.0
#include "core/place.h"

#include "base/fail.h"
#include "core/cluster_state.h"
#include "core/invocation.h"
#include "core/topology.h"
#include "core/upcalls.h"
#include "protocol/decode.h"
#include "protocol/encode.h"

#include <stdlib.h>
#include <string.h>

// Places are added in steps, as slots come.
enum { PLACES_STEP = 4 };

// ---- Places ----

static hzi_place *
place_on(hzi_listening *l, uint32_t slot)
{
	return slot < l->room ? &l->places[slot] : NULL;
}

static hz_err
make_room(hzi_listening *l, uint32_t slot)
{
	if (slot < l->room) {
		return HZ_OK;
	}
	uint32_t room = slot + PLACES_STEP;
	hzi_place *places = realloc(l->places, room * sizeof(*places));
	if (places == NULL) {
		return HZ_ERR_MEMORY;
	}
	memset(places + l->room, 0, (room - l->room) * sizeof(*places));
	l->places = places;
	l->room = room;
	return HZ_OK;
}

// A member that refused the listener has accepted it, or is gone: after the last one the listener
// hears since when it may have missed something.
static void
regain(hzi_cluster *cluster, hzi_listening *l, hzi_place *at)
{
	hz_client *client = cluster->client;
	if (!at->missing) {
		return;
	}
	at->missing = false;
	l->missing--;
	if (l->missing == 0 && !l->dead) {
		client->events->gap(
				client->events_state, l->reg.listener, l->lost_ns, hzi_now_ns());
	}
}

// The place is empty again; a listener that only lived for its places goes with the last one.
static void
vacate(hzi_cluster *cluster, hzi_listening *l, hzi_place *at)
{
	regain(cluster, l, at);
	*at = (hzi_place){0};
	l->standing--;
	if (l->dead && l->standing == 0) {
		hzi_listening_destroy(l);
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
take_back(hzi_cluster *cluster, hzi_listening *l, uint32_t slot)
{
	hzi_place *at = &l->places[slot];
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
		at->state = HZI_PLACE_LEAVING;
		at->call = call;
		hzi_call_submit_bound(call, record);
	} else {
		hzi_call_unlisten(cluster->client, at->event_id);
		vacate(cluster, l, at);
	}
	free(record);
}

// The request for removal is written down now, with what the listener lends; the id is filled in
// when each member has told it.
static void
write_farewell(hzi_listening *l)
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

void
hzi_places_leave(hzi_cluster *cluster, hzi_listening *l)
{
	write_farewell(l);
	l->dead = true;
	if (l->standing == 0) {
		hzi_listening_destroy(l);
		return;
	}
	l->standing++; // keeps l while its places go
	for (uint32_t i = 0; i < l->room; i++) {
		if (l->places[i].state == HZI_PLACE_MADE) {
			take_back(cluster, l, i);
		} else if (l->places[i].state == HZI_PLACE_REFUSED) {
			vacate(cluster, l, &l->places[i]);
		}
	}
	l->standing--;
	if (l->standing == 0) {
		hzi_listening_destroy(l);
	}
}

static void
removed(void *ctx, hzi_call *call)
{
	hzi_cluster *cluster = ctx;
	hzi_list *all = &cluster->registrations.all;
	for (hzi_link *link = hzi_list_first(all); link != NULL; link = hzi_list_next(all, link)) {
		hzi_listening *l = HZI_OUTER(link, hzi_listening, link);
		hzi_place *at = place_on(l, call->bound_slot->index);
		if (at != NULL && at->state == HZI_PLACE_LEAVING && at->call == call) {
			hzi_call_unlisten(cluster->client, at->event_id);
			vacate(cluster, l, at);
			break;
		}
	}
	hzi_call_release(call);
}

// ---- Adding ----

static void added(void *ctx, hzi_call *call);

static void
send_add(hzi_cluster *cluster, hzi_listening *l, hzi_peer *peer, hzi_call *call, void *record)
{
	hzi_place *at = &l->places[peer->index];
	bool setup = peer->state != HZI_PEER_OPEN;
	*at = (hzi_place){.state = HZI_PLACE_ASKED,
			.conn_id = peer->conn_id,
			.call = call,
			.setup = setup};
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

hz_err
hzi_place_ask(hzi_cluster *cluster, hzi_listening *l, hzi_peer *peer)
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
made(hzi_cluster *cluster, hzi_listening *l, hzi_peer *peer)
{
	hzi_place *at = &l->places[peer->index];
	at->state = HZI_PLACE_MADE;
	at->call = NULL;
	regain(cluster, l, at);
	if (l->dead) {
		take_back(cluster, l, peer->index);
	} else if (l->asked == 0) {
		hzi_listening_answer(l, HZ_OK, NULL);
	}
}

// The connection is well, it is the member that says no: it is asked again, for ever. The listener
// goes without it meanwhile, and so does the connection.
static void
refused(hzi_cluster *cluster, hzi_listening *l, hzi_peer *peer, const hz_error *err)
{
	hzi_place *at = &l->places[peer->index];
	hz_client *client = cluster->client;
	int64_t now_ns = hzi_now_ns();
	char text[HZI_ADDRESS_TEXT_MAX];
	hzi_log_write(&client->log, at->missing ? HZI_LOG_DEBUG : HZI_LOG_WARN,
			"%s refuses a listener, which hears nothing from there for now: %s",
			hzi_address_format(&peer->target.address, text, sizeof(text)),
			err->message);
	at->state = HZI_PLACE_REFUSED;
	at->call = NULL;
	hzi_retry_failed(&at->again, client->config, &cluster->dice, now_ns);
	if (!at->missing) {
		at->missing = true;
		l->lost_ns = l->missing == 0 ? now_ns : l->lost_ns;
		l->missing++;
	}
}

// Neither confirmed nor refused: without its listener the connection is of no use. A call that was
// lost with its connection needs nothing more: the report is on its way.
static void
not_made(hzi_cluster *cluster, hzi_listening *l, hzi_peer *peer, const hz_error *err)
{
	bool dead = l->dead;
	vacate(cluster, l, &l->places[peer->index]); // frees l if it is dead
	if (!dead && l->asked == 0) {
		hzi_listening_answer(l, HZ_OK, NULL);
	}
	if (!dead && err->code != HZ_ERR_DISCONNECTED) {
		hzi_log_write(&cluster->client->log, HZI_LOG_WARN,
				"a listener cannot be registered: %s", err->message);
		hzi_peer_close(cluster, peer, HZ_ERR_SERVER, "a listener cannot be registered");
	}
}

static void
settle(hzi_cluster *cluster, hzi_listening *l, hzi_peer *peer, hz_err answered, const hz_error *err)
{
	bool setup = l->places[peer->index].setup;
	// A member's refusal is an answer, too.
	bool said_no = answered == HZ_ERR_SERVER || (answered == HZ_OK && err->code != HZ_OK);
	if (err->code == HZ_OK) {
		made(cluster, l, peer);
	} else if (said_no && !l->dead && l->answer != NULL) {
		vacate(cluster, l, &l->places[peer->index]);
		hzi_listening_end(cluster, l, (hz_err)err->code, err);
	} else if (answered == HZ_ERR_SERVER && l->reg.optional) {
		hzi_log_write(&cluster->client->log, HZI_LOG_INFO,
				"a member has nothing to tell to a listener: %s", err->message);
		vacate(cluster, l, &l->places[peer->index]);
	} else if (answered == HZ_ERR_SERVER && !l->dead && l->reg.listener >= HZI_LISTENER_FIRST) {
		refused(cluster, l, peer, err);
	} else {
		not_made(cluster, l, peer, err);
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
	hzi_listening *l = hzi_listening_find(cluster, call->listener);
	hzi_place *at = l != NULL ? place_on(l, slot) : NULL;
	hz_error err = {0};
	if (at == NULL || at->call != call) {
		// Its connection was closed, and that has been seen to.
		hzi_call_release(call);
		return;
	}
	hz_err answered = call->code;
	if (answered == HZ_OK) {
		read_id(call, &at->id, &err);
	} else {
		hzi_call_explain(call, answered, &err);
	}
	at->event_id = hzi_call_current_id(call);
	l->asked--;
	if (err.code == HZ_OK) {
		// The record lives as long as the listener; the block that was read into need not.
		hzi_slice_clear(&call->response);
	} else {
		hzi_call_unlisten(cluster->client, at->event_id);
	}
	hzi_call_release(call);
	settle(cluster, l, cluster->peers.at[slot], answered, &err);
}

// ---- Asking again ----

// Where the listener was refused, once its time has come. Returns when to look again.
static int64_t
ask_again(hzi_cluster *cluster, hzi_listening *l, uint32_t slot, int64_t now_ns)
{
	hzi_peer *peer = cluster->peers.at[slot];
	hzi_place *at = &l->places[slot];
	if (at->state != HZI_PLACE_REFUSED || peer->state != HZI_PEER_OPEN) {
		return HZI_NEVER; // what opens the connection looks here again
	}
	if (now_ns < at->again.due_ns) {
		return at->again.due_ns;
	}
	hzi_retry_plan again = at->again;
	l->standing--; // asking counts it once more
	hzi_retry_begin(&again, now_ns);
	hz_err e = hzi_place_ask(cluster, l, peer);
	at = &l->places[slot];
	if (e != HZ_OK) {
		l->standing++;
		hzi_retry_failed(&at->again, cluster->client->config, &cluster->dice, now_ns);
		return at->again.due_ns;
	}
	at->again = again;
	at->missing = true;
	return HZI_NEVER;
}

int64_t
hzi_places_ask_again(hzi_cluster *cluster, hzi_listening *l, int64_t now_ns)
{
	int64_t due_ns = HZI_NEVER;
	for (uint32_t i = 0; l->missing > 0 && i < l->room; i++) {
		int64_t one_ns = ask_again(cluster, l, i, now_ns);
		due_ns = one_ns < due_ns ? one_ns : due_ns;
	}
	return due_ns;
}

// ---- Connections go ----

void
hzi_place_drop(hzi_cluster *cluster, hzi_listening *l, uint32_t slot, uint64_t conn_id)
{
	hzi_place *at = place_on(l, slot);
	if (at == NULL || at->state == HZI_PLACE_NONE || at->conn_id != conn_id) {
		return;
	}
	l->asked -= at->state == HZI_PLACE_ASKED;
	if (l->asked == 0) {
		hzi_listening_answer(l, HZ_OK, NULL);
	}
	vacate(cluster, l, at);
}
