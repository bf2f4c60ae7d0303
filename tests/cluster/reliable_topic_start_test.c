// SPDX-License-Identifier: Apache-2.0
//
// Listeners of reliable topics: where they begin, and what they are told when messages are gone. The
// members give topics named small* room for ten messages.
#include "tests/cluster/reliable_ear.h"

// ---- Where it begins ----

static void
begins_with_the_next_message(void)
{
	static ear h;
	hz_reliable_listener listener;
	hz_listener_id id = {0};
	ear_begin("next", 5);
	listener = ear_listener(&h);
	HZT_OK_ERR(hz_reliable_topic_listen(ear_topic, &listener, NULL, &id, &ear_err), &ear_err);
	ear_publish(5, 105);
	ear_await_messages(&h, 100);
	HZT_EQ_INT(atomic_load(&h.first), 5);
	HZT_EQ_INT(atomic_load(&h.next), 105);
	ear_remove(&h, id);
	ear_finish();
}

static void
begins_with_the_oldest(void)
{
	static ear h;
	ear_begin("small", 25);
	hz_listener_id id = ear_listen(&h, HZ_RELIABLE_START_OLDEST, 0, false);
	ear_await_messages(&h, 10);
	HZT_EQ_INT(atomic_load(&h.first), 15);
	ear_publish(25, 27);
	ear_await_messages(&h, 12);
	HZT_EQ_INT(atomic_load(&h.gaps), 0);
	ear_remove(&h, id);
	ear_finish();
}

static void
begins_with_a_sequence(void)
{
	static ear h;
	ear_begin("sequence", 20);
	hz_listener_id id = ear_listen(&h, HZ_RELIABLE_START_SEQUENCE, 7, false);
	ear_await_messages(&h, 13);
	HZT_EQ_INT(atomic_load(&h.first), 7);
	HZT_EQ_INT(atomic_load(&h.gaps), 0);
	ear_remove(&h, id);
	ear_finish();
}

static bool
has_passed(void *until_ms)
{
	return hzt_now_ms() >= *(int64_t *)until_ms;
}

static bool
has_stored(void *ctx)
{
	return atomic_load(&((ear *)ctx)->stored) == 12;
}

// What one listener has stored another one goes on from: nothing is missing, nothing comes twice.
static void
goes_on_from_what_was_stored(void)
{
	static ear before, after;
	ear_begin("durable", 12);
	hz_listener_id id = ear_listen(&before, HZ_RELIABLE_START_OLDEST, 0, false);
	HZT_AWAIT(has_stored, &before, 20000);
	ear_remove(&before, id);
	ear_publish(12, 30);
	HZT_EQ_INT(atomic_load(&before.messages), 12);
	id = ear_listen(&after, HZ_RELIABLE_START_SEQUENCE, atomic_load(&before.stored), false);
	ear_await_messages(&after, 18);
	HZT_EQ_INT(atomic_load(&after.first), 12);
	ear_remove(&after, id);
	ear_finish();
}

// A listener outlives the lock owner of the handle that it was added with, and its deadline does not
// apply to a listener's waiting. Only a sanitizer sees whether the owner is asked for its number.
static void
what_applies_to_the_handle_is_not_for_listeners(void)
{
	static ear h;
	hz_lock_context *owner = NULL;
	ear_begin("owner", 0);
	HZT_OK_ERR(hz_lock_context_new(session_client(), &owner, &ear_err), &ear_err);
	HZT_OK(hz_reliable_topic_call(ear_topic, &(hz_call){.timeout_ms = 500, .owner = owner}));
	hz_listener_id id = ear_listen(&h, HZ_RELIABLE_START_NEXT, 0, false);
	HZT_OK(hz_reliable_topic_call(ear_topic, NULL));
	hz_lock_context_destroy(&owner);
	ear_publish(0, 1);
	ear_await_messages(&h, 1);
	int64_t until_ms = hzt_now_ms() + 700;
	HZT_AWAIT(has_passed, &until_ms, 10000);
	ear_publish(1, 3);
	ear_await_messages(&h, 3);
	ear_remove(&h, id);
	ear_finish();
}

// ---- What is gone ----

static void
lost_messages_end_a_listener(void)
{
	static ear h;
	ear_begin("small", 25);
	ear_listen(&h, HZ_RELIABLE_START_SEQUENCE, 3, false);
	ear_await_failure(&h, HZ_ERR_STALE_SEQUENCE, "12 messages are lost");
	HZT_EQ_INT(atomic_load(&h.messages), 0);
	HZT_EQ_INT(atomic_load(&h.gaps), 0);
	ear_finish();
}

static void
a_tolerant_listener_is_told_how_many_are_lost(void)
{
	static ear h;
	ear_begin("small", 25);
	hz_listener_id id = ear_listen(&h, HZ_RELIABLE_START_SEQUENCE, 3, true);
	ear_await_messages(&h, 10);
	HZT_EQ_INT(atomic_load(&h.gaps), 1);
	HZT_EQ_INT(atomic_load(&h.gap_from), 3);
	HZT_EQ_INT(atomic_load(&h.gap_to), 15);
	HZT_EQ_INT(atomic_load(&h.first), 15);
	ear_remove(&h, id);
	ear_finish();
}

// It waits in a message until all that it has read, and more, was overwritten.
static void
slow_one(bool loss_tolerant)
{
	static ear h;
	ear_begin("small", 0);
	hz_listener_id id = ear_listen(&h, HZ_RELIABLE_START_OLDEST, 0, loss_tolerant);
	atomic_store(&h.wait_at, 0);
	ear_publish(0, 1);
	sem_wait(&h.waits);
	ear_publish(1, 31);
	sem_post(&h.go);
	if (loss_tolerant) {
		ear_await_messages(&h, 11);
		HZT_EQ_INT(atomic_load(&h.gaps), 1);
		HZT_EQ_INT(atomic_load(&h.gap_from), 1);
		HZT_EQ_INT(atomic_load(&h.gap_to), 21);
		HZT_EQ_INT(atomic_load(&h.next), 31);
		ear_remove(&h, id);
	} else {
		ear_await_failure(&h, HZ_ERR_STALE_SEQUENCE, "20 messages are lost");
		HZT_EQ_INT(atomic_load(&h.messages), 1);
		HZT_EQ_INT(atomic_load(&h.stored), 1);
	}
	ear_finish();
}

static void
a_slow_listener_ends(void)
{
	slow_one(false);
}

static void
a_slow_tolerant_listener_goes_on(void)
{
	slow_one(true);
}

// The sequence is one of a topic that is no more, so the new one has not got that far.
static void
a_sequence_beyond_the_tail_shows_a_new_topic(void)
{
	static ear ends, bears;
	ear_begin("anew", 3);
	ear_listen(&ends, HZ_RELIABLE_START_SEQUENCE, 5000, false);
	ear_await_failure(&ends, HZ_ERR_STALE_SEQUENCE, "begun anew");
	HZT_EQ_INT(atomic_load(&ends.messages), 0);
	hz_listener_id id = ear_listen(&bears, HZ_RELIABLE_START_SEQUENCE, 5000, true);
	ear_await_messages(&bears, 3);
	HZT_EQ_INT(atomic_load(&bears.gaps), 1);
	HZT_EQ_INT(atomic_load(&bears.gap_from), 5000);
	HZT_EQ_INT(atomic_load(&bears.gap_to), 0);
	HZT_EQ_INT(atomic_load(&bears.first), 0);
	ear_publish(3, 5);
	ear_await_messages(&bears, 5);
	ear_remove(&bears, id);
	ear_finish();
}

// The sequence after the newest is no loss: it is where a listener that has heard all goes on.
static void
the_sequence_after_the_newest_is_fine(void)
{
	static ear h;
	ear_begin("tail", 3);
	hz_listener_id id = ear_listen(&h, HZ_RELIABLE_START_SEQUENCE, 3, false);
	ear_publish(3, 6);
	ear_await_messages(&h, 3);
	HZT_EQ_INT(atomic_load(&h.first), 3);
	ear_remove(&h, id);
	ear_finish();
}

static const hzt_case cases[] = {
		{"begins_with_the_next_message", begins_with_the_next_message},
		{"begins_with_the_oldest", begins_with_the_oldest},
		{"begins_with_a_sequence", begins_with_a_sequence},
		{"what_applies_to_the_handle_is_not_for_listeners",
				what_applies_to_the_handle_is_not_for_listeners},
		{"goes_on_from_what_was_stored", goes_on_from_what_was_stored},
		{"lost_messages_end_a_listener", lost_messages_end_a_listener},
		{"a_tolerant_listener_is_told_how_many_are_lost",
				a_tolerant_listener_is_told_how_many_are_lost},
		{"a_slow_listener_ends", a_slow_listener_ends},
		{"a_slow_tolerant_listener_goes_on", a_slow_tolerant_listener_goes_on},
		{"a_sequence_beyond_the_tail_shows_a_new_topic",
				a_sequence_beyond_the_tail_shows_a_new_topic},
		{"the_sequence_after_the_newest_is_fine", the_sequence_after_the_newest_is_fine},
};

HZT_MAIN("reliable_topic_start", cases)
