// SPDX-License-Identifier: Apache-2.0
#include "core/cluster.h"

#include "base/fail.h"
#include "core/cluster_state.h"
#include "core/cp_leaders.h"
#include "core/cp_sessions.h"
#include "core/heartbeat.h"
#include "core/security.h"
#include "core/topology.h"
#include "core/upcalls.h"

#include <limits.h>
#include <stdlib.h>

// What members know this library by.
#define CLIENT_TYPE "CHZ"
#define CLIENT_VERSION "0.1.0"

// More views at once than any member has a reason to send.
enum { EVENTS_MAX = 4096 };

// ---- The inbox ----

static bool
send_job(hzi_cluster *cluster, hzi_job *job)
{
	pthread_mutex_lock(&cluster->send_lock);
	bool sent = !cluster->ended && hzi_mailbox_push(&cluster->inbox, &job->node);
	pthread_mutex_unlock(&cluster->send_lock);
	return sent;
}

static void
run_note(hzi_job *job)
{
	hzi_note *note = HZI_OUTER(job, hzi_note, job);
	note->run(note->cluster, note);
}

bool
hzi_note_send(hzi_cluster *cluster, hzi_note *note)
{
	note->cluster = cluster;
	note->job.run = run_note;
	return send_job(cluster, &note->job);
}

static void
run_call(hzi_job *job)
{
	hzi_call *call = HZI_OUTER(job, hzi_call, job);
	if (hzi_cluster_stopping(call->client->cluster)) {
		hzi_call_release(call);
		return;
	}
	call->cluster_done(call->ctx, call);
}

void
hzi_cluster_call_done(hz_client *client, hzi_call *call)
{
	call->job.run = run_call;
	if (!send_job(client->cluster, &call->job)) {
		hzi_call_release(call);
	}
}

static void
run_jobs(hzi_cluster *cluster)
{
	hzi_node *next;
	for (hzi_node *node = hzi_mailbox_take(&cluster->inbox); node != NULL; node = next) {
		next = node->next;
		hzi_job *job = hzi_job_of(node);
		job->run(job);
	}
}

// ---- Views ----

typedef struct view_event {
	hzi_note note;
	hzi_connection *conn;
	uint64_t conn_id;
	uint64_t listener;
	hzi_slice msg;
} view_event;

static void
destroy_event(hzi_cluster *cluster, view_event *event)
{
	atomic_fetch_sub_explicit(&cluster->events_queued, 1, memory_order_relaxed);
	hzi_slice_clear(&event->msg);
	free(event);
}

static hz_err
apply_event(hzi_cluster *cluster, const view_event *event, hz_error *err)
{
	const hzi_slice *msg = &event->msg;
	if (hzi_cluster_stopping(cluster)) {
		return HZ_OK;
	}
	return event->listener == HZI_LISTENER_CP
			? hzi_cp_leaders_event(cluster->client, event->conn_id, msg->p, msg->n, err)
			: hzi_topology_event(cluster, event->conn_id, msg->p, msg->n, err);
}

static void
read_event(hzi_cluster *cluster, hzi_note *note)
{
	view_event *event = HZI_OUTER(note, view_event, note);
	hz_client *client = cluster->client;
	hz_error err;
	hz_err e = apply_event(cluster, event, &err);
	if (e != HZ_OK) {
		hzi_peer *peer = cluster->peers.at[event->conn->index];
		atomic_fetch_add_explicit(&client->counters.decode_errors, e == HZ_ERR_PROTOCOL,
				memory_order_relaxed);
		hzi_log_write(&client->log, HZI_LOG_WARN, "a view of the cluster: %s", err.message);
		// What a view says is lost with it; another connection sends all of them again.
		// Nothing but a detour comes of a leader that is not known.
		if (peer->conn_id == event->conn_id && event->listener == HZI_LISTENER_VIEW) {
			hzi_peer_close(cluster, peer, e, "a view of the cluster could not be read");
		}
	}
	destroy_event(cluster, event);
}

void
hzi_cluster_event(hz_client *client, hzi_connection *conn, uint64_t conn_id, uint64_t listener,
		const hzi_slice *msg)
{
	hzi_cluster *cluster = client->cluster;
	uint32_t queued =
			atomic_fetch_add_explicit(&cluster->events_queued, 1, memory_order_relaxed);
	view_event *event = queued < EVENTS_MAX ? calloc(1, sizeof(*event)) : NULL;
	if (event == NULL) {
		atomic_fetch_sub_explicit(&cluster->events_queued, 1, memory_order_relaxed);
		hzi_io_close(conn->io, conn_id, HZ_ERR_LIMIT, "no room for a view of the cluster");
		return;
	}
	event->note.run = read_event;
	event->conn = conn;
	event->conn_id = conn_id;
	event->listener = listener;
	hzi_slice_take(&event->msg, msg->block, msg->p, msg->n);
	if (!hzi_note_send(cluster, &event->note)) {
		destroy_event(cluster, event);
	}
}

// ---- The transport's reports ----

void
hzi_cluster_dialled(void *client, hzi_connection *conn, hz_err code, hzi_handshake_reply *reply,
		const hz_error *err)
{
	hz_client *cl = client;
	hzi_peer_report_dialled(cl->cluster, conn, code, reply, err);
}

void
hzi_cluster_closed(
		void *client, hzi_connection *conn, uint64_t conn_id, hz_err code, const char *why)
{
	hz_client *cl = client;
	hzi_peer_report_closed(cl->cluster, conn, conn_id, code, why);
}

// ---- How far the client has come ----

static void
set_status(hzi_cluster *cluster, uint32_t status)
{
	if (atomic_exchange(&cluster->status, status) != status) {
		hzi_futex_wake(&cluster->status, INT_MAX);
	}
}

static void
set_verdict(hzi_cluster *cluster, const hz_error *why)
{
	pthread_mutex_lock(&cluster->lock);
	cluster->verdict = *why;
	pthread_mutex_unlock(&cluster->lock);
	set_status(cluster, HZI_CLUSTER_FAILED);
}

void
hzi_cluster_give_up(hzi_cluster *cluster, const hz_error *why)
{
	hz_client *client = cluster->client;
	hzi_log_write(&client->log, HZI_LOG_ERROR, "the client is closed: %s", why->message);
	// What is under way has failed with its connections; what waits for one looks at this.
	atomic_store(&client->closing, true);
	set_verdict(cluster, why);
	hzi_client_view_changed(client);
}

void
hzi_cluster_opened(hzi_cluster *cluster)
{
	hz_client *client = cluster->client;
	if (!cluster->connected) {
		cluster->connected = true;
		client->events->lifecycle(client->events_state, HZI_LIFECYCLE_CONNECTED);
	}
	// Told when calls work again, for that is when a program can do something about it.
	if (cluster->renewed) {
		cluster->renewed = false;
		client->events->lifecycle(client->events_state, HZI_LIFECYCLE_CHANGED_CLUSTER);
	}
}

// A program that starts finds all members connected that can be: a listener that it adds now misses
// nothing, and its first calls go straight to the owners.
static void
check_ready(hzi_cluster *cluster)
{
	if (cluster->connected &&
			atomic_load_explicit(&cluster->status, memory_order_relaxed) ==
					HZI_CLUSTER_STARTING &&
			hzi_connector_is_settled(cluster)) {
		set_status(cluster, HZI_CLUSTER_READY);
	}
}

void
hzi_cluster_check_lost(hzi_cluster *cluster)
{
	hz_client *client = cluster->client;
	if (!cluster->connected || hzi_peers_in(cluster, 1U << HZI_PEER_OPEN) > 0) {
		return;
	}
	cluster->connected = false;
	client->events->lifecycle(client->events_state, HZI_LIFECYCLE_DISCONNECTED);
	if (client->config->reconnect_mode == HZI_RECONNECT_OFF && !hzi_cluster_stopping(cluster)) {
		hz_error err;
		hzi_fail(&err, HZ_ERR_OFFLINE,
				"the last connection was lost, and reconnect-mode is OFF");
		hzi_cluster_give_up(cluster, &err);
	}
}

// The members that are connected now have taken over from those that are gone.
static void
tell_gap(hzi_cluster *cluster)
{
	hz_client *client = cluster->client;
	if (cluster->connected && cluster->lost_ns != 0) {
		client->events->gap(client->events_state, 0, cluster->lost_ns, hzi_now_ns());
		cluster->lost_ns = 0;
	}
}

// ---- The thread ----

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
advance_proxies(hz_client *client, int64_t now_ns)
{
	int64_t (*advance)(hz_client *, int64_t) = atomic_load(&client->proxies_advance);
	return advance != NULL ? advance(client, now_ns) : HZI_NEVER;
}

// Does what is due; returns when something will be.
static int64_t
look_round(hzi_cluster *cluster)
{
	tell_gap(cluster);
	check_ready(cluster);
	int64_t now_ns = hzi_now_ns();
	int64_t due_ns = hzi_heartbeat_all(cluster, now_ns);
	due_ns = earlier(due_ns, hzi_peers_check_setup(cluster, now_ns));
	due_ns = earlier(due_ns, hzi_registrations_advance(cluster, now_ns));
	due_ns = earlier(due_ns, hzi_cp_sessions_advance(cluster->client, now_ns));
	due_ns = earlier(due_ns, advance_proxies(cluster->client, now_ns));
	due_ns = earlier(due_ns, hzi_schemas_advance(cluster->client, now_ns));
	return earlier(due_ns, hzi_connector_advance(cluster, now_ns));
}

void
hzi_cluster_look(hz_client *client)
{
	hzi_mailbox_ring(&client->cluster->inbox);
}

// Nobody may send any more; what was sent is dealt with.
static void
end_inbox(hzi_cluster *cluster)
{
	pthread_mutex_lock(&cluster->send_lock);
	cluster->ended = true;
	pthread_mutex_unlock(&cluster->send_lock);
	run_jobs(cluster);
}

static void
run(void *arg)
{
	hzi_cluster *cluster = arg;
	while (!hzi_cluster_stopping(cluster)) {
		run_jobs(cluster);
		hzi_mailbox_wait(&cluster->inbox, look_round(cluster));
	}
	hzi_registrations_stop(cluster);
	hzi_peers_stop(cluster);
	run_jobs(cluster);
	end_inbox(cluster);
}

// ---- Life ----

static void
fill_options(hzi_cluster *cluster)
{
	hz_client *client = cluster->client;
	const hz_config *config = client->config;
	cluster->dial_options.tcp = (hzi_tcp_options){
			.no_delay = config->tcp_no_delay,
			.keep_alive = config->keep_alive,
			.reuse_address = config->reuse_address,
			.linger_s = config->linger_seconds,
			.buffer_kb = config->buffer_kb,
	};
	cluster->handshake = (hzi_handshake_request){
			.client_uuid = client->uuid,
			.correlation_id = 1,
			.routing = hzi_cluster_is_smart(cluster) ? HZI_ROUTING_SMART
								 : HZI_ROUTING_UNISOCKET,
			.cluster_name = config->cluster_name,
			.username = config->username,
			.password = config->password,
			.client_type = CLIENT_TYPE,
			.client_version = CLIENT_VERSION,
			.client_name = client->name,
			.cp_direct_to_leader = hzi_cluster_is_smart(cluster) &&
					config->cp_direct_to_leader,
			.labels = (const char *const *)config->labels.items,
			.label_count = config->labels.count,
	};
}

static hz_err
prepare(hzi_cluster *cluster)
{
	uint64_t seed = 0;
	hz_err e = hzi_random_bytes(&seed, sizeof(seed));
	hzi_dice_init(&cluster->dice, seed);
	if (e == HZ_OK) {
		e = hzi_connector_init(cluster);
	}
	if (e == HZ_OK) {
		e = hzi_registrations_init(cluster);
	}
	if (e == HZ_OK) {
		e = hzi_mailbox_init(&cluster->inbox, cluster->client->bus, "hz-cluster");
	}
	fill_options(cluster);
	return e;
}

hz_err
hzi_cluster_start(hz_client *client, hz_error *err)
{
	hzi_cluster *cluster = calloc(1, sizeof(*cluster));
	if (cluster == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the cluster thread");
	}
	cluster->client = client;
	client->cluster = cluster;
	pthread_mutex_init(&cluster->send_lock, NULL);
	pthread_mutex_init(&cluster->lock, NULL);
	hzi_list_init(&cluster->registrations.all);
	hz_err e = prepare(cluster);
	if (e == HZ_OK) {
		e = hzi_security_prepare(cluster, err);
		if (e != HZ_OK) {
			return e;
		}
	}
	if (e == HZ_OK && client->events->prepare != NULL) {
		e = client->events->prepare(client->events_state, err);
	}
	if (e == HZ_OK) {
		e = hzi_thread_start(&cluster->thread, "hz-cluster", run, cluster);
	}
	cluster->running = e == HZ_OK;
	return e == HZ_OK ? HZ_OK : hzi_fail(err, e, "no thread or descriptors for the cluster");
}

hz_err
hzi_cluster_await(hz_client *client, hz_error *err)
{
	hzi_cluster *cluster = client->cluster;
	while (atomic_load(&cluster->status) == HZI_CLUSTER_STARTING) {
		hzi_futex_wait(&cluster->status, HZI_CLUSTER_STARTING, HZI_NEVER);
	}
	if (atomic_load(&cluster->status) == HZI_CLUSTER_READY) {
		return HZ_OK;
	}
	pthread_mutex_lock(&cluster->lock);
	hz_error verdict = cluster->verdict;
	pthread_mutex_unlock(&cluster->lock);
	if (err != NULL) {
		*err = verdict;
	}
	return (hz_err)verdict.code;
}

void
hzi_cluster_stop(hz_client *client, int64_t deadline_ns)
{
	hzi_cluster *cluster = client->cluster;
	// None of these threads waits for a member or runs code of the application.
	(void)deadline_ns;
	if (cluster == NULL || !cluster->running) {
		return;
	}
	hz_error closed;
	hzi_fail(&closed, HZ_ERR_CLOSED, "the client is closed");
	atomic_store_explicit(&cluster->stop, true, memory_order_release);
	set_verdict(cluster, &closed);
	hzi_mailbox_ring(&cluster->inbox);
	hzi_thread_join(&cluster->thread);
	cluster->running = false;
}

void
hzi_cluster_clear(hz_client *client)
{
	hzi_cluster *cluster = client->cluster;
	if (cluster == NULL) {
		return;
	}
	hzi_registrations_clear(cluster);
	hzi_peers_clear(cluster);
	hzi_connector_clear(cluster);
	hzi_members_release(cluster->members);
	hzi_owners_destroy(&cluster->owners);
	hzi_mailbox_close(&cluster->inbox);
	hzi_security_clear(cluster);
	pthread_mutex_destroy(&cluster->send_lock);
	pthread_mutex_destroy(&cluster->lock);
	free(cluster);
	client->cluster = NULL;
}

hzi_members *
hzi_cluster_members(hz_client *client)
{
	hzi_cluster *cluster = client->cluster;
	pthread_mutex_lock(&cluster->lock);
	hzi_members *members = hzi_members_retain(cluster->members);
	pthread_mutex_unlock(&cluster->lock);
	return members;
}

hzi_connection *
hzi_cluster_connection_to(hz_client *client, hz_uuid member, uint64_t *id)
{
	hzi_cluster *cluster = client->cluster;
	hzi_connection *conn = NULL;
	pthread_mutex_lock(&cluster->lock);
	for (uint32_t i = 0; i < HZI_SLOTS_MAX && conn == NULL; i++) {
		const hzi_route *route = &cluster->routes[i];
		if (route->open_id != 0 && hzi_uuid_equal(route->member, member)) {
			conn = atomic_load_explicit(&client->slots[i], memory_order_acquire);
			*id = route->open_id;
		}
	}
	pthread_mutex_unlock(&cluster->lock);
	return conn;
}
