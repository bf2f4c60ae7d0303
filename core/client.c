// SPDX-License-Identifier: Apache-2.0
#include "core/client.h"

#include "base/fail.h"
#include "core/cluster.h"
#include "core/cp_leaders.h"
#include "core/cp_sessions.h"
#include "core/upcalls.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local bool callback_thread;

bool
hzi_on_callback_thread(void)
{
	return callback_thread;
}

void
hzi_enter_callback_thread(void)
{
	callback_thread = true;
}

// ---- References ----

static void
free_client(hz_client *client)
{
	hzi_cluster_clear(client);
	if (client->events_state != NULL) {
		client->events->clear(client->events_state);
	}
	hzi_workers_clear(client);
	if (client->proxies_clear != NULL) {
		client->proxies_clear(client->proxies);
	}
	hzi_cp_leaders_clear(client);
	hzi_cp_sessions_clear(client);
	hzi_schemas_clear(&client->schemas);
	hzi_slab_clear(&client->slab);
	hzi_partitions_clear(&client->partitions);
	hzi_block_pool_destroy(&client->blocks);
	hzi_bus_destroy(&client->bus);
	hzi_fork_guard_clear(&client->guard);
	hz_config_destroy(&client->config);
	pthread_mutex_destroy(&client->life);
	free(client);
}

void
hzi_client_retain(hz_client *client)
{
	atomic_fetch_add_explicit(&client->refs, 1, memory_order_relaxed);
}

void
hzi_client_release(hz_client *client)
{
	if (atomic_fetch_sub_explicit(&client->refs, 1, memory_order_acq_rel) == 1) {
		free_client(client);
	}
}

hz_err
hzi_client_enter(const hz_client *client)
{
	if (client == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	if (hzi_forked(&client->guard)) {
		return HZ_ERR_FORKED;
	}
	return atomic_load_explicit(&client->closing, memory_order_acquire) ? HZ_ERR_CLOSED : HZ_OK;
}

// ---- What others ask ----

void
hzi_client_view_changed(hz_client *client)
{
	atomic_fetch_add(&client->view, 1);
	if (atomic_load(&client->viewers) != 0) {
		hzi_futex_wake(&client->view, INT_MAX);
	}
	hzi_worker_wake(client);
}

static uint32_t
first_slot(hz_client *client, uint32_t count)
{
	uint32_t n = atomic_fetch_add_explicit(&client->round_robin, 1, memory_order_relaxed);
	if (client->config->load_balancer == HZI_LB_RANDOM) {
		n = n * 2654435761U >> 7; // scattered, not secret
	}
	return n % count;
}

hzi_connection *
hzi_client_any(hz_client *client, uint64_t *id)
{
	uint32_t count = atomic_load_explicit(&client->slot_count, memory_order_acquire);
	if (count == 0) {
		return NULL;
	}
	uint32_t first = first_slot(client, count);
	for (uint32_t i = 0; i < count; i++) {
		hzi_connection *conn = atomic_load_explicit(
				&client->slots[(first + i) % count], memory_order_acquire);
		if (conn != NULL) {
			*id = atomic_load_explicit(&conn->open_id, memory_order_acquire);
			if (*id != 0) {
				return conn;
			}
		}
	}
	return NULL;
}

// ---- Start ----

// Both sides number the levels alike.
static void
write_log(void *ctx, hzi_log_level level, const char *line)
{
	const hz_config *config = ctx;
	config->log.fn(config->log.ctx, (hz_log_level)level, line);
}

static hz_err
copy_config(const hz_config *config, hz_config **out, hz_error *err)
{
	hz_config *own = NULL;
	hz_err e = HZ_OK;
	if (config == NULL) {
		e = hz_config_new(&own, err);
		config = own;
	}
	if (e == HZ_OK) {
		e = hzi_config_check(config, err);
	}
	if (e == HZ_OK) {
		e = hzi_config_copy(config, out);
		if (e != HZ_OK) {
			hzi_fail(err, e, "no memory for the configuration");
		}
	}
	hz_config_destroy(&own);
	return e;
}

static void
name_client(hz_client *client)
{
	static _Atomic uint32_t numbers;
	if (client->config->instance_name != NULL) {
		snprintf(client->name, sizeof(client->name), "%s", client->config->instance_name);
	} else {
		snprintf(client->name, sizeof(client->name), "hz.client_%u",
				atomic_fetch_add(&numbers, 1) + 1);
	}
}

// Everything that needs no thread.
static hz_err
prepare(hz_client *client, hz_error *err)
{
	hz_err e = hzi_fork_guard_init(&client->guard);
	if (e == HZ_OK) {
		e = hzi_bus_new(&client->guard, &client->bus);
	}
	if (e == HZ_OK) {
		e = hzi_block_pool_new(0, &client->blocks);
	}
	if (e == HZ_OK) {
		e = hzi_slab_init(&client->slab, client);
	}
	client->uuid = hzi_uuid_random();
	if (e == HZ_OK && client->uuid.msb == 0 && client->uuid.lsb == 0) {
		e = HZ_ERR_RESOURCE;
	}
	name_client(client);
	hzi_log_init(&client->log, client->config->log.fn != NULL ? write_log : NULL,
			client->config, (hzi_log_level)client->config->log.level);
	return e == HZ_OK ? HZ_OK
			  : hzi_fail(err, e, "the client cannot be set up: %s", hz_err_text(e));
}

static hz_err
start(hz_client *client, hz_error *err)
{
	hz_err e = client->events->start(client, &client->events_state, err);
	if (e != HZ_OK) {
		return e;
	}
	client->events->lifecycle(client->events_state, HZI_LIFECYCLE_STARTING);
	e = hzi_workers_start(client, (uint32_t)client->config->worker_threads);
	if (e != HZ_OK) {
		return hzi_fail(err, e, "no threads for invocation workers");
	}
	e = hzi_cluster_start(client, err);
	if (e == HZ_OK && !client->config->async_start) {
		e = hzi_cluster_await(client, err);
	}
	if (e == HZ_OK) {
		client->events->lifecycle(client->events_state, HZI_LIFECYCLE_STARTED);
	}
	return e;
}

hz_err
hzi_client_create(const hz_config *config, const hzi_event_ops *events, hz_client **out,
		hz_error *err)
{
	if (out == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a client needs a place to go");
	}
	hz_client *client = aligned_alloc(64, (sizeof(*client) + 63) / 64 * 64);
	if (client == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a client");
	}
	memset(client, 0, sizeof(*client));
	atomic_store(&client->refs, 1);
	pthread_mutex_init(&client->life, NULL);
	pthread_mutex_init(&client->cp_lock, NULL);
	hzi_schemas_init(&client->schemas);
	client->events = events;
	hz_err e = copy_config(config, &client->config, err);
	if (e == HZ_OK) {
		e = prepare(client, err);
	}
	if (e == HZ_OK) {
		e = start(client, err);
		if (e != HZ_OK) {
			hz_client_shutdown(client, 0, NULL);
		}
	}
	if (e != HZ_OK) {
		hzi_client_release(client);
		return e;
	}
	*out = client;
	return HZ_OK;
}

// ---- End ----

// The members' answers are not worth more: sessions that were not closed expire.
static int64_t
a_quarter_of(int64_t deadline_ns)
{
	int64_t now_ns = hzi_now_ns();
	int64_t most_ns = hzi_deadline_in_ms(5000);
	int64_t quarter_ns = now_ns + (deadline_ns - now_ns) / 4;
	return quarter_ns < most_ns ? quarter_ns : most_ns;
}

static hz_err
shut_down(hz_client *client, int64_t deadline_ns)
{
	hz_err e = HZ_OK;
	int64_t until_ns = a_quarter_of(deadline_ns);
	void (*closing)(hz_client *, int64_t) = atomic_load(&client->proxies_closing);
	if (closing != NULL) {
		closing(client, until_ns);
	}
	hzi_cp_sessions_close(client, until_ns);
	atomic_store(&client->closing, true);
	if (client->events_state != NULL) {
		client->events->lifecycle(client->events_state, HZI_LIFECYCLE_SHUTTING_DOWN);
	}
	if (client->workers.count != 0) {
		hzi_client_view_changed(client);
	}
	hzi_cluster_stop(client, deadline_ns);
	hzi_sweep_all(client);
	hz_err workers = hzi_workers_stop(client, deadline_ns);
	if (client->events_state != NULL) {
		client->events->lifecycle(client->events_state, HZI_LIFECYCLE_SHUTDOWN);
		e = client->events->stop(client->events_state, deadline_ns);
	}
	return e != HZ_OK ? e : workers;
}

HZ_API hz_err
hz_client_shutdown(hz_client *client, int64_t timeout_ms, hz_error *err)
{
	hz_err e = hzi_client_enter(client);
	if (e != HZ_OK && e != HZ_ERR_CLOSED) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	if (hzi_on_callback_thread()) {
		return hzi_fail(err, HZ_ERR_WOULD_DEADLOCK, "a callback may not end its client");
	}
	pthread_mutex_lock(&client->life);
	if (!client->shut) {
		if (timeout_ms == 0) {
			timeout_ms = client->config->shutdown_timeout_ms;
		}
		client->shut_result = shut_down(client, hzi_deadline_in_ms(timeout_ms));
		client->shut = true;
	}
	e = client->shut_result;
	pthread_mutex_unlock(&client->life);
	return e == HZ_OK ? HZ_OK
			  : hzi_fail(err, e, "a callback of the application is still running");
}

HZ_API void
hz_client_destroy(hz_client **client)
{
	if (client == NULL || *client == NULL) {
		return;
	}
	if (hzi_forked(&(*client)->guard)) {
		*client = NULL; // the memory is the parent's affair
		return;
	}
	if (hzi_on_callback_thread()) {
		return;
	}
	hz_client_shutdown(*client, 0, NULL);
	hzi_client_release(*client);
	*client = NULL;
}
