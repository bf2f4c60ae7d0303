// SPDX-License-Identifier: Apache-2.0
//
// Listeners of reliable topics: how they end, and which ones never begin.
#include "tests/cluster/reliable_ear.h"

// ---- How it ends ----

static void
nothing_comes_after_removal(void)
{
	static ear gone, here;
	ear_begin("removed", 0);
	hz_listener_id id = ear_listen(&gone, HZ_RELIABLE_START_NEXT, 0, false);
	hz_listener_id other_id = ear_listen(&here, HZ_RELIABLE_START_NEXT, 0, false);
	ear_publish(0, 1);
	ear_await_messages(&gone, 1);
	ear_remove(&gone, id);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &ear_err), &ear_err);
	ear_publish(1, 50);
	ear_await_messages(&here, 50);
	HZT_EQ_INT(atomic_load(&gone.messages), 1);
	HZT_EQ_INT(atomic_load(&gone.ends), 1);
	ear_remove(&here, other_id);
	ear_finish();
}

// Its id is there when it is called for the first time, since nothing was published before.
static void
a_listener_may_remove_itself(void)
{
	static ear h;
	ear_begin("itself", 0);
	hz_listener_id id = ear_listen(&h, HZ_RELIABLE_START_NEXT, 0, false);
	h.leave = session_client();
	h.id = id;
	HZT_OK_ERR(hz_reliable_topic_publish_all(ear_other,
				   (const hz_value[]){hz_i64(0), hz_i64(1), hz_i64(2)}, 3, NULL,
				   &ear_err),
			&ear_err);
	ear_await_count(&h.ends, 1);
	HZT_EQ_INT(atomic_load(&h.messages), 1);
	HZT_EQ_INT(atomic_load(&h.stored), -1);
	HZT_EQ_INT(atomic_load(&h.failures), 0);
	HZT_EQ_INT(atomic_load(&h.odd), 0);
	ear_finish();
}

static void
a_refused_message_ends_a_listener(void)
{
	static ear h;
	ear_begin("refused", 0);
	ear_listen(&h, HZ_RELIABLE_START_OLDEST, 0, true);
	atomic_store(&h.refuse_at, 4);
	ear_publish(0, 10);
	ear_await_failure(&h, HZ_ERR_STATE, "refused message 4");
	HZT_EQ_INT(atomic_load(&h.messages), 5);
	HZT_EQ_INT(atomic_load(&h.stored), 4);
	ear_finish();
}

typedef struct destroyer {
	ear *h;
} destroyer;

// A read that reaches the member after the topic was destroyed waits in a new one.
static bool
ends_by_destroying(void *ctx)
{
	HZT_OK_ERR(hz_await_none(hz_reliable_topic_destroy_async(ear_other), &ear_err), &ear_err);
	return atomic_load(&((destroyer *)ctx)->h->ends) == 1;
}

static void
destroying_the_topic_ends_a_listener(void)
{
	static ear h;
	ear_begin("destroyed", 0);
	ear_listen(&h, HZ_RELIABLE_START_NEXT, 0, true);
	destroyer d = {&h};
	HZT_AWAIT(ends_by_destroying, &d, 20000);
	ear_await_failure(&h, HZ_ERR_DESTROYED, "");
	ear_finish();
}

static void
shutdown_ends_a_listener(void)
{
	static ear h;
	hz_client *client = session_client_with(NULL, NULL);
	ear_begin("shutdown", 0);
	hz_reliable_topic *theirs = NULL, *mine = ear_topic;
	HZT_OK_ERR(hz_reliable_topic_open(client, hz_reliable_topic_name(ear_topic), NULL, NULL,
				   &theirs, &ear_err),
			&ear_err);
	ear_topic = theirs;
	ear_listen(&h, HZ_RELIABLE_START_NEXT, 0, false);
	ear_topic = mine;
	h.name = hz_reliable_topic_name(ear_topic);
	ear_publish(0, 3);
	ear_await_messages(&h, 3);
	hz_reliable_topic_close(&theirs); // the listener stays
	ear_publish(3, 5);
	ear_await_messages(&h, 5);
	hz_client_destroy(&client);
	HZT_EQ_INT(atomic_load(&h.ends), 1);
	HZT_EQ_INT(atomic_load(&h.failures), 0);
	ear_finish();
}

// ---- Arguments ----

static void
arguments_are_checked(void)
{
	static ear h;
	hz_reliable_listen_options options = hz_reliable_listen_options_default();
	hz_listener_id id = {0};
	ear_begin("arguments", 0);
	hz_reliable_listener listener = ear_listener(&h), deaf = listener, sizeless = listener;
	deaf.message = NULL;
	sizeless.size = 0;
	HZT_EQ_INT(hz_reliable_topic_listen(NULL, &listener, NULL, &id, &ear_err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_listen(ear_topic, &listener, NULL, NULL, &ear_err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_listen(ear_topic, &deaf, NULL, &id, &ear_err),
			HZ_ERR_ARGUMENT);
	options.start = (hz_reliable_start)3;
	HZT_EQ_INT(hz_reliable_topic_listen(ear_topic, &listener, &options, &id, &ear_err),
			HZ_ERR_ARGUMENT);
	options.start = HZ_RELIABLE_START_SEQUENCE;
	options.sequence = -1;
	HZT_EQ_INT(hz_reliable_topic_listen(ear_topic, &listener, &options, &id, &ear_err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_STR(ear_err.message, "negative sequence");
	options.size = 0;
	HZT_EQ_INT(hz_reliable_topic_listen(ear_topic, &listener, &options, &id, &ear_err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 6);
	HZT_EQ_INT(hz_reliable_topic_listen(ear_topic, &sizeless, NULL, &id, &ear_err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_listen(ear_topic, NULL, NULL, &id, &ear_err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 6);
	HZT_EQ_INT(id.id, 0);
	ear_finish();
}

static const hzt_case cases[] = {
		{"nothing_comes_after_removal", nothing_comes_after_removal},
		{"a_listener_may_remove_itself", a_listener_may_remove_itself},
		{"a_refused_message_ends_a_listener", a_refused_message_ends_a_listener},
		{"destroying_the_topic_ends_a_listener", destroying_the_topic_ends_a_listener},
		{"shutdown_ends_a_listener", shutdown_ends_a_listener},
		{"arguments_are_checked", arguments_are_checked},
};

HZT_MAIN("reliable_topic_end", cases)
