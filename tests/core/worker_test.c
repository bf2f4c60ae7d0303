// SPDX-License-Identifier: Apache-2.0
//
// What comes to the invocation workers after their threads have ended: it is let go of by whoever
// brings it, callbacks of the application are not called any more.
#include "core/client.h"
#include "core/invocation.h"
#include "core/worker.h"
#include "protocol/gen/map.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static const hzi_op get_op = {&HZP_MAP_GET, HZ_RESULT_VALUE, 0, NULL};

// As much of a client as workers need; they are started and stopped.
static hz_client *
client_without_workers(void)
{
	hz_client *client = aligned_alloc(64, (sizeof(*client) + 63) / 64 * 64);
	HZT_CHECK(client != NULL);
	memset(client, 0, sizeof(*client));
	atomic_store(&client->refs, 1);
	HZT_OK(hz_config_new(&client->config, NULL));
	HZT_OK(hzi_fork_guard_init(&client->guard));
	HZT_OK(hzi_bus_new(&client->guard, &client->bus));
	HZT_OK(hzi_slab_init(&client->slab, client));
	HZT_OK(hzi_workers_start(client, 3));
	HZT_OK(hzi_workers_stop(client, HZI_NEVER));
	return client;
}

static void
free_client(hz_client *client)
{
	HZT_EQ_INT(hzi_slab_live(&client->slab), 0);
	HZT_EQ_INT(atomic_load(&client->refs), 1);
	hzi_workers_clear(client);
	hzi_slab_clear(&client->slab);
	hzi_bus_destroy(&client->bus);
	hzi_fork_guard_clear(&client->guard);
	hz_config_destroy(&client->config);
	free(client);
}

static void
never_called(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	(void)e;
	(void)result;
	(void)err;
	*(bool *)ctx = true;
}

// A failed call with a callback goes first to worker 0 and from there to another one: both are
// gone.
static void
a_late_call_is_let_go(void)
{
	bool called = false;
	hz_client *client = client_without_workers();
	hzi_call *call;
	hz_future refused;
	HZT_CHECK(hzi_call_begin_on(client, NULL, &get_op, &call, &refused));
	atomic_store(&client->closing, true);
	call->fn = never_called;
	call->ctx = &called;
	call->wanted = HZI_ACTION_CALLBACK;
	call->code = HZ_ERR_CLOSED;
	hzi_worker_drive(client, call);
	HZT_CHECK(!called);
	free_client(client);
}

static const hzt_case cases[] = {
		{"a_late_call_is_let_go", a_late_call_is_let_go},
};

HZT_MAIN("worker", cases)
