// SPDX-License-Identifier: Apache-2.0
//
// Listeners when there is no memory for telling them that something is missing: they are told with
// the next event. The linker puts the function below in front of the C library's.
#include "core/job.h"
#include "protocol/gen/topic.h"
#include "tests/scripted/bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define ADD HZP_TOPIC_ADD_MESSAGE_LISTENER_REQUEST.id
#define MESSAGE HZP_TOPIC_ADD_MESSAGE_LISTENER_TOPIC

enum { ROOM = 10 };

// As large as what lies in an inbox for a gap (events/dispatch.c). If it no longer is, nothing is
// refused, and the cases say so.
typedef struct as_gap_job {
	hzi_job job;
	void *dispatch;
	uint64_t listener;
	hz_gap gap;
} as_gap_job;

static atomic_bool refuses;
static atomic_int refused;

void *__real_malloc(size_t size);

// Threads of the client only.
void *
__wrap_malloc(size_t size)
{
	char name[16] = "";
	if (atomic_load(&refuses) && size == sizeof(as_gap_job) &&
			pthread_getname_np(pthread_self(), name, sizeof(name)) == 0 &&
			strncmp(name, "hz-", 3) == 0) {
		atomic_fetch_add(&refused, 1);
		return NULL;
	}
	return __real_malloc(size);
}

static bench b;
static hz_topic *topic;
static hz_listener_id id;

static struct {
	_Atomic int messages, gaps, before; // messages when the last gap came
	_Atomic int64_t lost_at_ms;
	_Atomic uint64_t dropped;
	atomic_bool waits, go;
} ear;

static bool
may_go(void *unused)
{
	(void)unused;
	return ear.go;
}

// Stays in its first message until it may go.
static void
on_message(void *ctx, const hz_message *message)
{
	(void)ctx;
	(void)message;
	ear.waits = true;
	hzt_await(may_go, NULL, PATIENCE_MS);
	ear.messages++;
}

static void
on_gap(void *ctx, const hz_gap *gap)
{
	(void)ctx;
	ear.lost_at_ms = gap->lost_at_ms;
	ear.dropped = gap->dropped;
	ear.before = ear.messages;
	ear.gaps++;
}

static void
begin(void)
{
	static const char *const little[] = {"hazelcast.client.event.queue.capacity", "10", NULL};
	const hz_message_listener listener = {
			.size = sizeof(listener), .message = on_message, .gap = on_gap};
	hz_error err;
	memset(&ear, 0, sizeof(ear));
	refuses = false;
	refused = 0;
	bench_start(&b, 1, little);
	HZT_OK_ERR(hz_topic_open(b.client, "t", NULL, &topic, &err), &err);
	HZT_OK_ERR(hz_topic_listen(topic, &listener, &id, &err), &err);
}

static void
end(void)
{
	hz_topic_close(&topic);
	bench_end(&b);
}

static void
tell(int n)
{
	static const uint8_t null[8];
	for (int i = 0; i < n; i++) {
		hzp_topic_add_message_listener_topic message = {.item = {null, sizeof(null)}};
		HZT_EQ_INT(hzt_scripted_event(b.member[0], ADD, &MESSAGE, &message), 1);
	}
}

static bool
has_come(void *number)
{
	return ear.messages >= *(int *)number;
}

static void
await_messages(int n)
{
	HZT_AWAIT(has_come, &n, PATIENCE_MS);
	HZT_EQ_INT(ear.messages, n);
}

static bool
is_stuck(void *unused)
{
	(void)unused;
	return ear.waits;
}

static bool
has_dropped(void *number)
{
	return bench_stats(&b).events_dropped >= *(uint64_t *)number;
}

static void
await_dropped(uint64_t n)
{
	HZT_AWAIT(has_dropped, &n, PATIENCE_MS);
	HZT_EQ_INT(bench_stats(&b).events_dropped, n);
}

static bool
has_refused(void *number)
{
	return refused >= *(int *)number;
}

// Fills its room while it is stuck, and three more, which are dropped untold.
static void
drop_three(void)
{
	begin();
	tell(1);
	HZT_AWAIT(is_stuck, NULL, PATIENCE_MS);
	tell(ROOM - 1);
	refuses = true;
	tell(3);
	await_dropped(3);
	// Each of them asks for the marker.
	HZT_AWAIT(has_refused, &(int){3}, PATIENCE_MS);
	HZT_EQ_INT(refused, 3);
	refuses = false;
}

static void
the_next_drop_tells_of_those_before(void)
{
	drop_three();
	tell(1);
	await_dropped(4);
	ear.go = true;
	await_messages(ROOM);
	tell(1);
	await_messages(ROOM + 1);
	HZT_EQ_INT(ear.gaps, 1);
	HZT_EQ_INT(ear.dropped, 4);
	HZT_EQ_INT(ear.lost_at_ms, 0);
	HZT_EQ_INT(ear.before, ROOM);
	end();
}

// Though nothing is dropped any more.
static void
the_next_event_tells_of_those_dropped(void)
{
	drop_three();
	ear.go = true;
	await_messages(ROOM);
	HZT_EQ_INT(ear.gaps, 0);
	tell(2);
	await_messages(ROOM + 2);
	HZT_EQ_INT(ear.gaps, 1);
	HZT_EQ_INT(ear.dropped, 3);
	HZT_EQ_INT(ear.before, ROOM);
	end();
}

// That it was a lost connection is forgotten, but not that something is missing.
static void
the_next_event_tells_of_a_lost_connection(void)
{
	begin();
	ear.go = true;
	refuses = true;
	hzt_scripted_disconnect(b.member[0], HZT_RESET);
	HZT_AWAIT(has_refused, &(int){1}, PATIENCE_MS);
	bench_await_connections(&b, 1);
	refuses = false;
	tell(2);
	await_messages(2);
	HZT_EQ_INT(ear.gaps, 1);
	HZT_EQ_INT(ear.before, 0);
	HZT_EQ_INT(ear.dropped, 1);
	end();
}

static const hzt_case cases[] = {
		{"the_next_drop_tells_of_those_before", the_next_drop_tells_of_those_before},
		{"the_next_event_tells_of_those_dropped", the_next_event_tells_of_those_dropped},
		{"the_next_event_tells_of_a_lost_connection",
				the_next_event_tells_of_a_lost_connection},
};

HZT_MAIN("event_memory", cases)
