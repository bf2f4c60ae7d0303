// SPDX-License-Identifier: Apache-2.0
#include "core/registration.h"

#include "base/fail.h"
#include "core/cluster_state.h"
#include "core/place.h"
#include "core/upcalls.h"
#include "protocol/gen/client.h"

#include <stdlib.h>

// ---- Listeners ----

hzi_listening *
hzi_listening_find(hzi_cluster *cluster, uint64_t listener)
{
	hzi_list *all = &cluster->registrations.all;
	for (hzi_link *link = hzi_list_first(all); link != NULL; link = hzi_list_next(all, link)) {
		hzi_listening *l = HZI_OUTER(link, hzi_listening, link);
		if (l->reg.listener == listener) {
			return l;
		}
	}
	return NULL;
}

static hzi_listening *
add(hzi_cluster *cluster, const hzi_registration *reg)
{
	hzi_listening *l = calloc(1, sizeof(*l));
	if (l != NULL) {
		l->reg = *reg;
		hzi_list_push_back(&cluster->registrations.all, &l->link);
	}
	return l;
}

void
hzi_listening_destroy(hzi_listening *l)
{
	hzi_list_remove(&l->link);
	hzi_buf_clear(&l->farewell);
	free(l->places);
	free(l);
}

// ---- Ending ----

void
hzi_listening_answer(hzi_listening *l, hz_err code, const hz_error *err)
{
	hzi_answer_fn fn = l->answer;
	l->answer = NULL;
	if (fn != NULL) {
		fn(l->answer_ctx, code, err);
	}
}

// The answer comes last: the owner may go then.
void
hzi_listening_end(hzi_cluster *cluster, hzi_listening *l, hz_err code, const hz_error *err)
{
	hzi_answer_fn fn = l->answer;
	void *ctx = l->answer_ctx;
	l->answer = NULL;
	hzi_places_leave(cluster, l);
	if (fn != NULL) {
		fn(ctx, code, err);
	}
}

// ---- Connections come and go ----

static bool
wants_place(const hzi_listening *l)
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
		hzi_listening *l = HZI_OUTER(link, hzi_listening, link);
		if (wants_place(l)) {
			e = hzi_place_ask(cluster, l, peer);
		}
	}
	return e;
}

void
hzi_registrations_drop(hzi_cluster *cluster, hzi_peer *peer, uint64_t conn_id)
{
	hzi_list *all = &cluster->registrations.all;
	hzi_link *next;
	for (hzi_link *link = hzi_list_first(all); link != NULL; link = next) {
		next = hzi_list_next(all, link);
		hzi_place_drop(cluster, HZI_OUTER(link, hzi_listening, link), peer->index, conn_id);
	}
}

int64_t
hzi_registrations_advance(hzi_cluster *cluster, int64_t now_ns)
{
	hzi_list *all = &cluster->registrations.all;
	int64_t due_ns = HZI_NEVER;
	for (hzi_link *link = hzi_list_first(all); link != NULL; link = hzi_list_next(all, link)) {
		hzi_listening *l = HZI_OUTER(link, hzi_listening, link);
		int64_t one_ns = hzi_places_ask_again(cluster, l, now_ns);
		due_ns = one_ns < due_ns ? one_ns : due_ns;
	}
	return due_ns;
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
		hzi_listening *l = HZI_OUTER(link, hzi_listening, link);
		if (!l->reg.one_member || !wants_place(l) || hzi_cluster_stopping(cluster)) {
			continue;
		}
		hzi_peer *peer = first_in(cluster, HZI_PEER_OPEN);
		if (peer == NULL) {
			peer = first_in(cluster, HZI_PEER_SETTING_UP);
		}
		if (peer != NULL && hzi_place_ask(cluster, l, peer) != HZ_OK) {
			hzi_peer_close(cluster, peer, HZ_ERR_MEMORY, "no memory for a listener");
		}
	}
}

// ---- What applications ask for ----

static hz_err
ask_all(hzi_cluster *cluster, hzi_listening *l)
{
	hz_err e = HZ_OK;
	for (uint32_t i = 0; i < cluster->peers.count && e == HZ_OK; i++) {
		hzi_peer *peer = cluster->peers.at[i];
		if ((1U << peer->state & HZI_PEERS_CONNECTED) != 0 && wants_place(l)) {
			e = hzi_place_ask(cluster, l, peer);
		}
	}
	return e;
}

void
hzi_registrations_begin(
		hzi_cluster *cluster, const hzi_registration *reg, hzi_answer_fn fn, void *ctx)
{
	hz_error err;
	hzi_listening *l = add(cluster, reg);
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
		hzi_listening_end(cluster, l, e, &err);
	} else if (l->asked == 0) {
		// Nobody is connected: whoever comes gets it before callers see the connection.
		hzi_listening_answer(l, HZ_OK, NULL);
	}
}

bool
hzi_registrations_await(hzi_cluster *cluster, uint64_t listener, const void *ctx)
{
	const hzi_listening *l = hzi_listening_find(cluster, listener);
	return l != NULL && l->answer != NULL && l->answer_ctx == ctx;
}

bool
hzi_registrations_end(hzi_cluster *cluster, uint64_t listener, hz_err code, const char *why)
{
	hz_error err;
	hzi_listening *l = hzi_listening_find(cluster, listener);
	if (l == NULL || l->dead) {
		return false;
	}
	hzi_fail(&err, code, "%s", why);
	hzi_listening_end(cluster, l, code, &err);
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
	static const hzi_op leaders = {
			.proto = &HZP_CLIENT_ADD_CP_GROUP_VIEW_LISTENER, .flags = HZI_OP_REGISTERS};
	static const hzi_registration view_listener = {
			.listener = HZI_LISTENER_VIEW, .add = &view, .one_member = true};
	static const hzi_registration backup_listener = {
			.listener = HZI_LISTENER_BACKUP, .add = &backup};
	static const hzi_registration leader_listener = {.listener = HZI_LISTENER_CP,
			.add = &leaders,
			.one_member = true,
			.optional = true};
	const hz_config *config = cluster->client->config;
	bool smart = hzi_cluster_is_smart(cluster);
	hzi_list_init(&cluster->registrations.all);
	bool listed = add(cluster, &view_listener) != NULL;
	listed = listed &&
			(!smart || !config->backup_ack || add(cluster, &backup_listener) != NULL);
	listed = listed &&
			(!smart || !config->cp_direct_to_leader ||
					add(cluster, &leader_listener) != NULL);
	return listed ? HZ_OK : HZ_ERR_MEMORY;
}

void
hzi_registrations_stop(hzi_cluster *cluster)
{
	hzi_list *all = &cluster->registrations.all;
	hz_error err;
	hzi_fail(&err, HZ_ERR_CLOSED, "the client is closed");
	for (hzi_link *link = hzi_list_first(all); link != NULL; link = hzi_list_next(all, link)) {
		hzi_listening_answer(HZI_OUTER(link, hzi_listening, link), HZ_ERR_CLOSED, &err);
	}
}

void
hzi_registrations_clear(hzi_cluster *cluster)
{
	hzi_list *all = &cluster->registrations.all;
	hzi_link *next;
	for (hzi_link *link = hzi_list_first(all); link != NULL; link = next) {
		next = hzi_list_next(all, link);
		hzi_listening_destroy(HZI_OUTER(link, hzi_listening, link));
	}
}
