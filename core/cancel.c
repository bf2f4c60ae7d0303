// SPDX-License-Identifier: Apache-2.0
#include "core/cancel.h"

#include "base/fail.h"
#include "core/client.h"
#include "core/slab.h"

#include <stdatomic.h>
#include <stdlib.h>

struct hz_cancel {
	hz_client *client; // held
	_Atomic bool fired;
};

struct hz_lock_context {
	int64_t id;
};

static hz_err
enter(const hz_client *client, const void *out, hz_error *err)
{
	hz_err e = out == NULL ? HZ_ERR_ARGUMENT : hzi_client_enter(client);
	return e == HZ_OK ? HZ_OK : hzi_fail(err, e, "%s", hz_err_text(e));
}

// ---- Lock owners ----

HZ_API hz_err
hz_lock_context_new(hz_client *client, hz_lock_context **out, hz_error *err)
{
	hz_err e = enter(client, out, err);
	if (e != HZ_OK) {
		return e;
	}
	hz_lock_context *context = malloc(sizeof(*context));
	if (context == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a lock context");
	}
	// Threads count from 1 upward (hzi_thread_id), contexts from the other end.
	context->id = -1 - atomic_fetch_add(&client->lock_contexts, 1);
	*out = context;
	return HZ_OK;
}

HZ_API int64_t
hz_lock_context_id(const hz_lock_context *context)
{
	return context != NULL ? context->id : 0;
}

HZ_API void
hz_lock_context_destroy(hz_lock_context **context)
{
	if (context != NULL) {
		free(*context);
		*context = NULL;
	}
}

// ---- Cancel tokens ----

HZ_API hz_err
hz_cancel_new(hz_client *client, hz_cancel **out, hz_error *err)
{
	hz_err e = enter(client, out, err);
	if (e != HZ_OK) {
		return e;
	}
	hz_cancel *cancel = calloc(1, sizeof(*cancel));
	if (cancel == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a cancel token");
	}
	hzi_client_retain(client);
	cancel->client = client;
	*out = cancel;
	return HZ_OK;
}

bool
hzi_cancel_fired(const hz_cancel *cancel)
{
	return atomic_load(&cancel->fired);
}

static void
cancel_call(hz_client *client, hz_cancel *cancel, uint32_t slot)
{
	hzi_call *call = hzi_slab_at(&client->slab, slot);
	uint64_t word = atomic_load(&call->word);
	if (atomic_load_explicit(&call->cancel, memory_order_acquire) != cancel) {
		return;
	}
	// The generation read before the token makes sure that it is still this life of the record.
	hzi_call_give_up(call, HZI_WORD_GENERATION(word), HZ_ERR_CANCELLED);
}

HZ_API void
hz_cancel_fire(hz_cancel *cancel)
{
	if (cancel == NULL || hzi_forked(&cancel->client->guard)) {
		return;
	}
	hz_client *client = cancel->client;
	atomic_store(&cancel->fired, true);
	uint32_t count = hzi_slab_count(&client->slab);
	for (uint32_t slot = 0; slot < count; slot++) {
		cancel_call(client, cancel, slot);
	}
	hzi_client_view_changed(client); // calls that pause ask their token again
}

HZ_API void
hz_cancel_destroy(hz_cancel **cancel)
{
	if (cancel == NULL || *cancel == NULL) {
		return;
	}
	hz_cancel *gone = *cancel;
	*cancel = NULL;
	hz_client *client = gone->client;
	if (!hzi_forked(&client->guard)) {
		free(gone);
		hzi_client_release(client);
	}
}
