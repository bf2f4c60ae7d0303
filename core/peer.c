// SPDX-License-Identifier: Apache-2.0
#include "core/peer.h"

#include "base/fail.h"
#include "core/cluster_state.h"
#include "core/recreate.h"
#include "core/topology.h"
#include "core/upcalls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What a slot needs: a mailbox, an epoll instance, the socket, and some to spare.
#define SLOT_DESCRIPTORS 16U

// Members publish events on threads of their own: an answer may come before the event of a change
// that was made before it. A quarter of a second is what their queue of events has until it counts
// as full.
#define EVENT_LAG_NS INT64_C(250000000)

// ---- Looking ----

hzi_peer *
hzi_peer_of(hzi_cluster *cluster, hz_uuid member)
{
	for (uint32_t i = 0; i < cluster->peers.count && !hzi_uuid_is_none(member); i++) {
		if (hzi_uuid_equal(cluster->peers.at[i]->member, member)) {
			return cluster->peers.at[i];
		}
	}
	return NULL;
}

bool
hzi_peer_is_connected(hzi_cluster *cluster, hz_uuid member)
{
	const hzi_peer *peer = hzi_peer_of(cluster, member);
	return peer != NULL && (1U << peer->state & HZI_PEERS_CONNECTED) != 0;
}

uint32_t
hzi_peers_in(const hzi_cluster *cluster, unsigned states)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < cluster->peers.count; i++) {
		n += (1U << cluster->peers.at[i]->state & states) != 0;
	}
	return n;
}

// ---- Slots ----

static hz_err
start_slot(hzi_cluster *cluster, hzi_peer *peer)
{
	hz_client *client = cluster->client;
	char name[16];
	snprintf(name, sizeof(name), "hz-io-%u", (unsigned)peer->index);
	hz_err e = hzi_connection_init(peer->conn, peer->index, &hzi_upcalls, client,
			client->blocks, (size_t)client->config->max_message_bytes);
	if (e != HZ_OK) {
		return e;
	}
	e = hzi_io_start(&peer->io, peer->conn, client->bus, name, &cluster->dial_options,
			&cluster->handshake);
	if (e != HZ_OK) {
		hzi_connection_clear(peer->conn);
	}
	return e;
}

static hzi_peer *
make_slot(hzi_cluster *cluster)
{
	hz_client *client = cluster->client;
	uint32_t index = cluster->peers.count;
	if (index == HZI_SLOTS_MAX || hzi_probe_descriptors(SLOT_DESCRIPTORS) != HZ_OK) {
		return NULL;
	}
	hzi_peer *peer = calloc(1, sizeof(*peer));
	hzi_connection *conn = calloc(1, sizeof(*conn));
	if (peer == NULL || conn == NULL) {
		goto fail;
	}
	peer->index = index;
	peer->conn = conn;
	// Listed before its thread starts: reports name the slot by its index.
	cluster->peers.at[index] = peer;
	if (start_slot(cluster, peer) != HZ_OK) {
		cluster->peers.at[index] = NULL;
		goto fail;
	}
	cluster->peers.count = index + 1;
	atomic_store_explicit(&client->slots[index], conn, memory_order_release);
	atomic_store_explicit(&client->slot_count, index + 1, memory_order_release);
	return peer;

fail:
	free(conn);
	free(peer);
	return NULL;
}

void
hzi_peer_pass_on_loss(hzi_cluster *cluster, hzi_peer *peer)
{
	if (peer->lost_ns != 0 && (cluster->lost_ns == 0 || peer->lost_ns < cluster->lost_ns)) {
		cluster->lost_ns = peer->lost_ns;
	}
	peer->lost_ns = 0;
}

static bool
is_spare(const hzi_cluster *cluster, const hzi_peer *peer)
{
	return peer->state == HZI_PEER_EMPTY &&
			hzi_members_find(cluster->members, peer->member) == NULL;
}

static hzi_peer *
find_empty(const hzi_cluster *cluster, bool spare)
{
	for (uint32_t i = 0; i < cluster->peers.count; i++) {
		hzi_peer *peer = cluster->peers.at[i];
		if (spare ? is_spare(cluster, peer) : peer->state == HZI_PEER_EMPTY) {
			return peer;
		}
	}
	return NULL;
}

hzi_peer *
hzi_peer_pick(hzi_cluster *cluster, hz_uuid member)
{
	hzi_peer *peer = hzi_peer_of(cluster, member);
	if (peer != NULL) {
		return peer->state == HZI_PEER_EMPTY ? peer : NULL;
	}
	peer = find_empty(cluster, true);
	if (peer == NULL && hzi_uuid_is_none(member)) {
		peer = find_empty(cluster, false);
	}
	return peer != NULL ? peer : make_slot(cluster);
}

// The slot becomes this member's, and no other one is.
static void
assign(hzi_cluster *cluster, hzi_peer *peer, hz_uuid member)
{
	hzi_peer *other = hzi_peer_of(cluster, member);
	if (other == peer || hzi_uuid_equal(peer->member, member)) {
		return;
	}
	hzi_peer_pass_on_loss(cluster, peer);
	peer->member = member;
	if (other != NULL) {
		peer->lost_ns = other->lost_ns;
		other->lost_ns = 0;
		other->member = (hz_uuid){0, 0};
	}
}

// ---- Dialling ----

void
hzi_peer_dial(hzi_cluster *cluster, hzi_peer *peer, hz_uuid member, const hzi_candidate *target,
		int64_t timeout_ms)
{
	hzi_dial_order order = {.port = target->address.port, .timeout_ms = timeout_ms};
	char text[HZI_ADDRESS_TEXT_MAX];
	memcpy(order.host, target->address.host, sizeof(order.host));
	if (!hzi_uuid_is_none(member)) {
		assign(cluster, peer, member);
	}
	peer->state = HZI_PEER_DIALLING;
	peer->conn_id = ++cluster->peers.last_conn_id;
	peer->wanted = member;
	peer->target = *target;
	peer->unwanted = false;
	peer->was_open = false;
	peer->listened = false;
	order.conn_id = peer->conn_id;
	hzi_log_write(&cluster->client->log, HZI_LOG_DEBUG, "connecting to %s",
			hzi_address_format(&target->address, text, sizeof(text)));
	hzi_io_dial(peer->io, &order);
}

void
hzi_peer_close(hzi_cluster *cluster, hzi_peer *peer, hz_err code, const char *why)
{
	if (peer->state == HZI_PEER_DIALLING) {
		peer->unwanted = true;
		return;
	}
	if (peer->state != HZI_PEER_SETTING_UP && peer->state != HZI_PEER_OPEN) {
		return;
	}
	if (peer->state == HZI_PEER_SETTING_UP) {
		hz_error err;
		hzi_fail(&err, code, "%s", why);
		hzi_connector_failed(cluster, peer, &err);
	}
	peer->state = HZI_PEER_CLOSING;
	// Callers shall turn elsewhere at once; the I/O thread takes its time.
	atomic_store_explicit(&peer->conn->open_id, 0, memory_order_release);
	hzi_io_close(peer->io, peer->conn_id, code, why);
	hzi_topology_publish(cluster);
}

// What was dialled is not what is wanted.
static void
refuse(hzi_cluster *cluster, hzi_peer *peer, const hz_error *err)
{
	char text[HZI_ADDRESS_TEXT_MAX];
	hzi_log_write(&cluster->client->log, HZI_LOG_WARN, "%s: %s",
			hzi_address_format(&peer->target.address, text, sizeof(text)),
			err->message);
	peer->state = HZI_PEER_CLOSING;
	peer->member = (hz_uuid){0, 0};
	hzi_io_close(peer->io, peer->conn_id, (hz_err)err->code, "the connection was not wanted");
	hzi_connector_failed(cluster, peer, err);
}

static void
begin_setup(hzi_cluster *cluster, hzi_peer *peer, const hzi_handshake_reply *reply)
{
	hz_error err;
	int64_t patience_ms = cluster->client->config->heartbeat_timeout_ms;
	hz_err e = hzi_topology_check(cluster, reply, &err);
	if (e == HZ_OK) {
		assign(cluster, peer, reply->member_uuid);
		e = hzi_topology_learn(cluster, peer, reply, &err);
	}
	if (e != HZ_OK) {
		refuse(cluster, peer, &err);
		return;
	}
	peer->state = HZI_PEER_SETTING_UP;
	peer->setup_until_ns = hzi_deadline_in_ms(patience_ms);
	peer->pinged_ns = 0;
	peer->pending = 1; // ours, until all are asked
	if (hzi_schemas_set_up(cluster, peer) != HZ_OK ||
			hzi_recreate_proxies(cluster, peer) != HZ_OK ||
			hzi_registrations_set_up(cluster, peer) != HZ_OK) {
		hzi_peer_close(cluster, peer, HZ_ERR_MEMORY, "no memory for its set-up");
		return;
	}
	hzi_peer_confirmed(cluster, peer);
}

static void
dial_failed(hzi_cluster *cluster, hzi_peer *peer, const hz_error *err)
{
	hz_client *client = cluster->client;
	char text[HZI_ADDRESS_TEXT_MAX];
	peer->state = HZI_PEER_EMPTY;
	atomic_fetch_add_explicit(&client->counters.failed_dials, 1, memory_order_relaxed);
	hzi_log_write(&client->log, HZI_LOG_INFO, "no connection to %s: %s",
			hzi_address_format(&peer->target.address, text, sizeof(text)),
			err->message);
	hzi_connector_failed(cluster, peer, err);
}

static void
dialled(hzi_cluster *cluster, hzi_note *note)
{
	hzi_peer_dialled *report = HZI_OUTER(note, hzi_peer_dialled, note);
	hzi_peer *peer = report->peer;
	hz_error err;
	if (report->code != HZ_OK) {
		dial_failed(cluster, peer, &report->err);
	} else if (peer->unwanted || hzi_cluster_stopping(cluster)) {
		hzi_fail(&err, HZ_ERR_DISCONNECTED, "the member left the cluster meanwhile");
		refuse(cluster, peer, &err);
	} else {
		begin_setup(cluster, peer, &report->reply);
	}
	hzi_handshake_reply_clear(&report->reply);
}

void
hzi_peer_report_dialled(hzi_cluster *cluster, hzi_connection *conn, hz_err code,
		hzi_handshake_reply *reply, const hz_error *err)
{
	hzi_peer *peer = cluster->peers.at[conn->index];
	hzi_peer_dialled *report = &peer->dialled;
	*report = (hzi_peer_dialled){.note = {.run = dialled}, .peer = peer, .code = code};
	if (code == HZ_OK) {
		report->reply = *reply;
	} else if (err != NULL) {
		report->err = *err;
	} else {
		hzi_fail(&report->err, code, "%s", hz_err_text(code));
	}
	if (!hzi_note_send(cluster, &report->note)) {
		hzi_handshake_reply_clear(&report->reply);
	}
}

// ---- Opening ----

// Opens the slot to callers, unless the connection has been closed meanwhile: its report is then on
// its way.
static bool
open_slot(hzi_peer *peer)
{
	hzi_connection *conn = peer->conn;
	pthread_mutex_lock(&conn->lock);
	bool open = !conn->closed &&
			atomic_load_explicit(&conn->id, memory_order_relaxed) == peer->conn_id;
	if (open) {
		atomic_store_explicit(&conn->open_id, peer->conn_id, memory_order_release);
	}
	pthread_mutex_unlock(&conn->lock);
	return open;
}

// Its listeners are registered again.
static void
tell_gap(hzi_cluster *cluster, hzi_peer *peer)
{
	hz_client *client = cluster->client;
	int64_t from_ns = peer->lost_ns;
	// A new member may have had something to tell before it was connected.
	if (from_ns == 0 && cluster->lost_ns == 0 && peer->listened &&
			hzi_cluster_is_smart(cluster)) {
		from_ns = hzi_connector_listed_since(cluster, peer->member);
	}
	peer->lost_ns = 0;
	if (from_ns != 0) {
		client->events->gap(client->events_state, 0, from_ns, hzi_now_ns());
	}
}

static void
open_peer(hzi_cluster *cluster, hzi_peer *peer)
{
	hz_client *client = cluster->client;
	char text[HZI_ADDRESS_TEXT_MAX];
	if (!open_slot(peer)) {
		return;
	}
	peer->state = HZI_PEER_OPEN;
	peer->was_open = true;
	atomic_fetch_add_explicit(&client->counters.connects, 1, memory_order_relaxed);
	hzi_log_write(&client->log, HZI_LOG_INFO, "connected to %s",
			hzi_address_format(&peer->target.address, text, sizeof(text)));
	hzi_topology_publish(cluster);
	hz_member member = hzi_topology_member(cluster, peer);
	client->events->connection(client->events_state, &member, true);
	hzi_cluster_opened(cluster);
	tell_gap(cluster, peer);
	hzi_connector_opened(cluster, peer);
}

void
hzi_peer_confirmed(hzi_cluster *cluster, hzi_peer *peer)
{
	peer->pending--;
	if (peer->pending > 0 || peer->state != HZI_PEER_SETTING_UP) {
		return;
	}
	// The list comes with the authentication or ahead of the view listener's confirmation.
	if (cluster->members == NULL) {
		hzi_peer_close(cluster, peer, HZ_ERR_PROTOCOL, "the member sent no member list");
		return;
	}
	open_peer(cluster, peer);
}

int64_t
hzi_peers_check_setup(hzi_cluster *cluster, int64_t now_ns)
{
	int64_t due_ns = HZI_NEVER;
	for (uint32_t i = 0; i < cluster->peers.count; i++) {
		hzi_peer *peer = cluster->peers.at[i];
		if (peer->state != HZI_PEER_SETTING_UP) {
			continue;
		}
		if (now_ns >= peer->setup_until_ns) {
			hzi_peer_close(cluster, peer, HZ_ERR_TIMEOUT, "its set-up took too long");
		} else if (peer->setup_until_ns < due_ns) {
			due_ns = peer->setup_until_ns;
		}
	}
	return due_ns;
}

// ---- Closing ----

// From when on events may be missing: what happened before this has been read.
static int64_t
missing_since(hzi_cluster *cluster, const hzi_peer *peer, int64_t good_ns)
{
	int64_t since_ns = good_ns - EVENT_LAG_NS;
	// One that never was open has not told either what happened before it was connected.
	int64_t listed_ns = !peer->was_open && hzi_cluster_is_smart(cluster)
			? hzi_connector_listed_since(cluster, peer->member)
			: 0;
	return listed_ns != 0 && listed_ns < since_ns ? listed_ns : since_ns;
}

static void
note_loss(hzi_cluster *cluster, hzi_peer *peer, int64_t good_ns)
{
	if (!peer->listened) {
		return;
	}
	if (peer->lost_ns == 0) {
		peer->lost_ns = missing_since(cluster, peer, good_ns);
	}
	if (hzi_members_find(cluster->members, peer->member) == NULL) {
		hzi_peer_pass_on_loss(cluster, peer);
	}
}

static void
tell_closed(hzi_cluster *cluster, hzi_peer *peer, const hzi_peer_closed *report)
{
	hz_client *client = cluster->client;
	char text[HZI_ADDRESS_TEXT_MAX];
	hz_member member = hzi_topology_member(cluster, peer);
	atomic_fetch_add_explicit(&client->counters.disconnects, 1, memory_order_relaxed);
	hzi_log_write(&client->log, HZI_LOG_INFO, "connection to %s is closed: %s",
			hzi_address_format(&peer->target.address, text, sizeof(text)),
			report->why != NULL ? report->why : hz_err_text(report->code));
	client->events->connection(client->events_state, &member, false);
}

static void
closed(hzi_cluster *cluster, hzi_note *note)
{
	hzi_peer_closed *report = HZI_OUTER(note, hzi_peer_closed, note);
	hzi_peer *peer = report->peer;
	hzi_peer_state was = peer->state;
	peer->state = HZI_PEER_EMPTY;
	if (cluster->view_conn == report->conn_id) {
		cluster->view_conn = 0;
	}
	hzi_registrations_drop(cluster, peer, report->conn_id);
	note_loss(cluster, peer, report->good_ns);
	hzi_topology_publish(cluster);
	if (peer->was_open) {
		tell_closed(cluster, peer, report);
		hzi_connector_lost(cluster, peer);
	} else if (was == HZI_PEER_SETTING_UP) {
		hz_error err;
		hzi_fail(&err, report->code, "%s",
				report->why != NULL ? report->why : hz_err_text(report->code));
		hzi_connector_failed(cluster, peer, &err);
	}
	hzi_registrations_cover(cluster);
	hzi_cluster_check_lost(cluster);
}

void
hzi_peer_report_closed(hzi_cluster *cluster, hzi_connection *conn, uint64_t conn_id, hz_err code,
		const char *why)
{
	hzi_peer *peer = cluster->peers.at[conn->index];
	peer->closed = (hzi_peer_closed){
			.note = {.run = closed},
			.peer = peer,
			.conn_id = conn_id,
			.code = code,
			.why = why,
			.good_ns = hzi_mark_good(&conn->mark),
	};
	hzi_note_send(cluster, &peer->closed.note);
}

// ---- The end ----

void
hzi_peers_stop(hzi_cluster *cluster)
{
	for (uint32_t i = 0; i < cluster->peers.count; i++) {
		hzi_io_stop(cluster->peers.at[i]->io);
	}
	for (uint32_t i = 0; i < cluster->peers.count; i++) {
		hzi_io_join(cluster->peers.at[i]->io);
	}
}

void
hzi_peers_clear(hzi_cluster *cluster)
{
	for (uint32_t i = 0; i < cluster->peers.count; i++) {
		hzi_peer *peer = cluster->peers.at[i];
		atomic_store_explicit(&cluster->client->slots[i], NULL, memory_order_relaxed);
		hzi_connection_clear(peer->conn);
		hzi_io_destroy(&peer->io);
		free(peer->conn);
		free(peer);
	}
	cluster->peers.count = 0;
}
