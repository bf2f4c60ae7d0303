// SPDX-License-Identifier: Apache-2.0
#include "tests/core/rig.h"

#include "core/slab.h"

#include <stdio.h>
#include <string.h>

// ---- The layer above ----

static rig *current;

static void
write_down(rig *r, char what)
{
	pthread_mutex_lock(&r->lock);
	if (r->logged < RIG_LOG - 1) {
		r->log[r->logged++] = what;
	}
	pthread_mutex_unlock(&r->lock);
}

static hz_err
on_start(hz_client *client, void **state, hz_error *err)
{
	(void)client;
	(void)err;
	*state = current;
	return HZ_OK;
}

static hz_err
on_stop(void *state, int64_t deadline_ns)
{
	(void)state;
	(void)deadline_ns;
	return HZ_OK;
}

static void
on_clear(void *state)
{
	(void)state;
}

static void
on_event(void *state, uint64_t listener, int32_t partition, const hzi_slice *msg)
{
	rig *r = state;
	(void)partition;
	(void)msg;
	atomic_store(&r->last_listener, listener);
	atomic_fetch_add(&r->events, 1);
}

static void
on_gap(void *state, uint64_t listener, int64_t lost_ns, int64_t regained_ns)
{
	struct rig *r = state;
	HZT_CHECK(lost_ns > 0 && lost_ns <= regained_ns);
	atomic_store(&r->last_gap, listener);
	write_down(state, 'g');
}

static void
on_lifecycle(void *state, hzi_lifecycle what)
{
	static const char letters[] = "SsCDXzZ";
	write_down(state, letters[what]);
}

static void
on_membership(void *state, const hz_member *member, bool added)
{
	HZT_CHECK(member->host != NULL && member->port != 0);
	write_down(state, added ? '+' : '-');
}

static void
on_connection(void *state, const hz_member *member, bool opened)
{
	HZT_CHECK(member->host != NULL && member->connected == opened);
	write_down(state, opened ? 'o' : 'c');
}

static const hzi_event_ops layer_above = {
		.start = on_start,
		.stop = on_stop,
		.clear = on_clear,
		.event = on_event,
		.gap = on_gap,
		.lifecycle = on_lifecycle,
		.membership = on_membership,
		.connection = on_connection,
};

// ---- Life ----

static void
set_all(hz_config *config, const char *const *settings)
{
	hz_error err;
	for (size_t i = 0; settings != NULL && settings[i] != NULL; i += 2) {
		HZT_OK_ERR(hz_config_set(config, settings[i], settings[i + 1], &err), &err);
	}
}

void
rig_members(rig *r, size_t n, const char *const *settings)
{
	static const char *const usual[] = {
			"connection-strategy.connection-retry.initial-backoff-millis", "20",
			"connection-strategy.connection-retry.max-backoff-millis", "100", NULL};
	char addresses[RIG_MEMBERS * 32] = "";
	size_t used = 0;
	memset(r, 0, sizeof(*r));
	pthread_mutex_init(&r->lock, NULL);
	r->members = n;
	for (size_t i = 0; i < n; i++) {
		r->member[i] = hzt_scripted_start(NULL);
		used += (size_t)snprintf(addresses + used, sizeof(addresses) - used, "%s%s",
				i > 0 ? "," : "", hzt_scripted_address(r->member[i]));
	}
	hzt_scripted_cluster(r->member, n);
	HZT_OK(hz_config_new(&r->config, NULL));
	HZT_OK(hz_config_set(r->config, "network.cluster-members", addresses, NULL));
	set_all(r->config, usual);
	set_all(r->config, settings);
}

hz_err
rig_connect(rig *r, hz_error *err)
{
	current = r;
	return hzi_client_create(r->config, &layer_above, &r->client, err);
}

void
rig_start(rig *r, size_t n, const char *const *settings)
{
	hz_error err;
	rig_members(r, n, settings);
	HZT_OK_ERR(rig_connect(r, &err), &err);
}

void
rig_end(rig *r)
{
	if (r->client != NULL) {
		int64_t before_ms = hzt_now_ms();
		HZT_OK(hz_client_shutdown(r->client, PATIENCE_MS, NULL));
		HZT_CHECK(hzt_now_ms() - before_ms < PATIENCE_MS / 2);
		HZT_EQ_INT(hzi_slab_live(&r->client->slab), 0);
		hz_client_destroy(&r->client);
	}
	for (size_t i = 0; i < r->members; i++) {
		hzt_scripted_end(&r->member[i]);
	}
	hz_config_destroy(&r->config);
	pthread_mutex_destroy(&r->lock);
}

// ---- Looking ----

size_t
rig_where(rig *r, char what, size_t n)
{
	size_t at = RIG_LOG;
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->logged && at == RIG_LOG; i++) {
		if (r->log[i] == what && --n == 0) {
			at = i;
		}
	}
	pthread_mutex_unlock(&r->lock);
	return at;
}

size_t
rig_count(rig *r, char what)
{
	size_t n = 0;
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->logged; i++) {
		n += r->log[i] == what;
	}
	pthread_mutex_unlock(&r->lock);
	return n;
}

typedef struct awaited {
	rig *r;
	char what;
	uint64_t n;
} awaited;

static bool
has_enough(void *ctx)
{
	awaited *a = ctx;
	return rig_count(a->r, a->what) >= a->n;
}

void
rig_await(rig *r, char what, size_t n)
{
	HZT_AWAIT(has_enough, (&(awaited){r, what, n}), PATIENCE_MS);
}

hz_stats
rig_stats(rig *r)
{
	hz_stats stats = {.size = sizeof(stats)};
	HZT_OK(hz_client_stats(r->client, &stats));
	return stats;
}

static bool
has_open(void *ctx)
{
	awaited *a = ctx;
	return rig_stats(a->r).connections == a->n;
}

void
rig_await_open(rig *r, uint64_t n)
{
	HZT_AWAIT(has_open, (&(awaited){r, 0, n}), PATIENCE_MS);
}
