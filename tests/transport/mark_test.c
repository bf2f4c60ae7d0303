// SPDX-License-Identifier: Apache-2.0
//
// Up to when a connection is known to have been well.
#include "transport/mark.h"

#include "tests/support/suite.h"

#include <pthread.h>
#include <stdbool.h>

#define SECOND INT64_C(1000000000)

static void
an_answer_tells_when_its_request_left(void)
{
	hzi_mark mark;
	hzi_mark_begin(&mark, 100);
	HZT_EQ_INT(hzi_mark_good(&mark), 100);
	hzi_mark_sending(&mark, 7, 200);
	HZT_EQ_INT(hzi_mark_good(&mark), 100);
	hzi_mark_answered(&mark, 7);
	HZT_EQ_INT(hzi_mark_good(&mark), 200);
	// Twice says no more than once.
	hzi_mark_answered(&mark, 7);
	HZT_EQ_INT(hzi_mark_good(&mark), 200);
}

static void
one_request_at_a_time_is_watched(void)
{
	hzi_mark mark;
	hzi_mark_begin(&mark, 100);
	hzi_mark_sending(&mark, 7, 200);
	hzi_mark_sending(&mark, 8, 300);
	hzi_mark_answered(&mark, 8);
	HZT_EQ_INT(hzi_mark_good(&mark), 100);
	hzi_mark_answered(&mark, 7);
	HZT_EQ_INT(hzi_mark_good(&mark), 200);
	hzi_mark_sending(&mark, 9, 400);
	hzi_mark_answered(&mark, 9);
	HZT_EQ_INT(hzi_mark_good(&mark), 400);
}

static void
one_that_is_not_answered_makes_room(void)
{
	hzi_mark mark;
	hzi_mark_begin(&mark, 100);
	hzi_mark_sending(&mark, 7, 200);
	hzi_mark_sending(&mark, 8, 200 + SECOND);
	hzi_mark_answered(&mark, 7);
	HZT_EQ_INT(hzi_mark_good(&mark), 100);
	hzi_mark_answered(&mark, 8);
	HZT_EQ_INT(hzi_mark_good(&mark), 200 + SECOND);
}

static void
a_made_up_answer_says_nothing(void)
{
	hzi_mark mark;
	hzi_mark_begin(&mark, 100);
	hzi_mark_sending(&mark, 7, 200);
	hzi_mark_answered(&mark, 7);
	mark.sent_ns = 900;
	hzi_mark_answered(&mark, 0);
	hzi_mark_answered(&mark, -1);
	HZT_EQ_INT(hzi_mark_good(&mark), 200);
}

static void
a_new_connection_forgets(void)
{
	hzi_mark mark;
	hzi_mark_begin(&mark, 100);
	hzi_mark_sending(&mark, 7, 200);
	hzi_mark_begin(&mark, 300);
	hzi_mark_answered(&mark, 7);
	HZT_EQ_INT(hzi_mark_good(&mark), 300);
}

// A writer whose every request takes the place of the one before, and a reader that answers them: a
// request that left at second n has the id n, so no answer may ever tell of a later second.
typedef struct race {
	hzi_mark mark;
	_Atomic int64_t newest;
	_Atomic bool stop;
} race;

static void *
send_on(void *arg)
{
	race *r = arg;
	for (int64_t n = 1; !r->stop; n++) {
		hzi_mark_sending(&r->mark, n, n * SECOND);
		r->newest = n;
	}
	return NULL;
}

static void
never_too_late_between_two_threads(void)
{
	static race r;
	pthread_t thread;
	int64_t told = 0;
	hzi_mark_begin(&r.mark, 0);
	HZT_EQ_INT(pthread_create(&thread, NULL, send_on, &r), 0);
	for (int i = 0; i < 2000000 || told < 100; i++) {
		int64_t id = r.newest - i % 3;
		int64_t before = hzi_mark_good(&r.mark);
		hzi_mark_answered(&r.mark, id);
		int64_t good = hzi_mark_good(&r.mark);
		if (good != before) {
			told++;
			HZT_EQ_INT(good, id * SECOND);
		}
	}
	r.stop = true;
	pthread_join(thread, NULL);
}

static const hzt_case cases[] = {
		{"an_answer_tells_when_its_request_left", an_answer_tells_when_its_request_left},
		{"one_request_at_a_time_is_watched", one_request_at_a_time_is_watched},
		{"one_that_is_not_answered_makes_room", one_that_is_not_answered_makes_room},
		{"a_made_up_answer_says_nothing", a_made_up_answer_says_nothing},
		{"a_new_connection_forgets", a_new_connection_forgets},
		{"never_too_late_between_two_threads", never_too_late_between_two_threads},
};

HZT_MAIN("transport/mark", cases)
