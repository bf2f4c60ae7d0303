// SPDX-License-Identifier: Apache-2.0
//
// A search for an order of the operations, after Wing and Gong, with Lowe's remembering of what has
// been tried: what counts of a beginning of the order is which operations are in it and the number
// they lead to; a beginning that was reached before by another way is not followed again.
//
// Operations in doubt could come anywhere after they began, or not at all, and so in too many ways
// to try them all. They are tried only where no answered operation can be the next, and at first
// only few of them in a row.
#include "tests/support/history_check.h"

#include <inttypes.h>
#include <stdlib.h>

#define NONE SIZE_MAX

typedef enum kind { GET, SET, ADD, CAS } kind;

typedef struct operation {
	kind kind;
	bool answered; // else it may be left out
	int64_t number[HZT_NUMBERS];
	uint64_t mark[2]; // at random: a set of operations is known by the sum of theirs
} operation;

// The beginnings and ends of operations by time, linked, so that they can be taken out and put back
// where they were.
typedef struct event {
	int64_t at_ns;
	size_t op;
	bool is_end;
	size_t previous, next, other; // its beginning or end; NONE
} event;

// An operation in the order, and what was before it.
typedef struct step {
	size_t event;
	int64_t number;
	size_t in_a_row;
} step;

typedef struct reached {
	uint64_t mark[2];
	int64_t number;
	size_t in_a_row;
	bool used;
} reached;

typedef struct search {
	operation *ops;
	event *events; // [0] stands before the first
	step *steps;
	reached *table;
	size_t op_count, event_count, step_count, room, table_count;
	size_t missing; // answered operations that are not in the order yet
	int64_t number;
	uint64_t mark[2];
	size_t in_a_row;       // operations in doubt at the end of the order
	size_t doubtful, most; // how many there are, and may be in a row
	size_t steps_left;
	int64_t stuck_ns; // the latest end that could not be passed
	hzt_verdict verdict;
} search;

static bool
kind_of(const hzt_deed *deed, kind *out)
{
	static const char *const names[] = {"get", "set", "add", "cas"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (hzt_deed_is(deed, names[i])) {
			*out = (kind)i;
			return true;
		}
	}
	return false;
}

// ---- What an operation does ----

// False: it cannot come here.
static bool
apply(const operation *op, int64_t *number)
{
	const int64_t *n = op->number;
	int64_t before = *number;
	switch (op->kind) {
	case GET:
		return before == n[0];
	case SET:
		*number = n[0];
		return true;
	case ADD:
		*number = (int64_t)((uint64_t)before + (uint64_t)n[0]);
		return !op->answered || *number == n[1];
	case CAS:
		// In doubt, one that did nothing need not be in the order.
		*number = before == n[0] ? n[1] : before;
		return op->answered ? (before == n[0]) == (n[2] != 0) : before == n[0];
	}
	return false;
}

// ---- Events ----

// At the same time beginnings come first: such operations may be in either order.
static int
by_time(const void *a, const void *b)
{
	const event *x = a, *y = b;
	if (x->at_ns != y->at_ns) {
		return x->at_ns < y->at_ns ? -1 : 1;
	}
	return (int)x->is_end - (int)y->is_end;
}

static void
take_out(search *s, size_t i)
{
	s->events[s->events[i].previous].next = s->events[i].next;
	if (s->events[i].next != NONE) {
		s->events[s->events[i].next].previous = s->events[i].previous;
	}
}

static void
put_back(search *s, size_t i)
{
	s->events[s->events[i].previous].next = i;
	if (s->events[i].next != NONE) {
		s->events[s->events[i].next].previous = i;
	}
}

static void
link_events(search *s, size_t *begin_of)
{
	qsort(s->events + 1, s->event_count - 1, sizeof(event), by_time);
	for (size_t i = 0; i < s->event_count; i++) {
		event *e = &s->events[i];
		e->previous = i > 0 ? i - 1 : NONE;
		e->next = i + 1 < s->event_count ? i + 1 : NONE;
		e->other = NONE;
		if (i > 0 && e->is_end) {
			e->other = begin_of[e->op];
			s->events[e->other].other = i;
		} else if (i > 0) {
			begin_of[e->op] = i;
		}
	}
}

static uint64_t
next_random(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t x = *state;
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static void
add_operation(search *s, const hzt_deed *deed, kind k, uint64_t *random)
{
	size_t i = s->op_count++;
	bool answered = deed->outcome == HZT_DONE;
	operation *op = &s->ops[i];
	*op = (operation){.kind = k, .answered = answered};
	for (size_t n = 0; n < HZT_NUMBERS; n++) {
		op->number[n] = deed->number[n];
	}
	op->mark[0] = next_random(random);
	op->mark[1] = next_random(random);
	s->events[s->event_count++] = (event){.at_ns = deed->begun_ns, .op = i};
	if (answered) {
		s->events[s->event_count++] =
				(event){.at_ns = deed->ended_ns, .op = i, .is_end = true};
		s->missing++;
	} else {
		s->doubtful++;
	}
}

static void
gather(search *s, const hzt_history *history)
{
	uint64_t random = 1;
	s->event_count = 1;
	for (size_t i = 0; i < history->count; i++) {
		const hzt_deed *deed = &history->deeds[i];
		kind k;
		if (deed->outcome != HZT_REFUSED && kind_of(deed, &k) &&
				(k != GET || deed->outcome == HZT_DONE)) {
			add_operation(s, deed, k, &random);
		}
	}
	s->verdict.seen = s->missing;
}

// ---- What was reached ----

static void
insert(reached *table, size_t room, const reached *entry)
{
	size_t i = (size_t)(entry->mark[0] ^ (uint64_t)entry->number) & (room - 1);
	while (table[i].used) {
		i = (i + 1) & (room - 1);
	}
	table[i] = *entry;
}

static bool
grow(search *s)
{
	size_t room = s->room * 2;
	reached *table = calloc(room, sizeof(*table));
	if (table == NULL) {
		return false;
	}
	for (size_t i = 0; i < s->room; i++) {
		if (s->table[i].used) {
			insert(table, room, &s->table[i]);
		}
	}
	free(s->table);
	s->table = table;
	s->room = room;
	return true;
}

// Whether nothing like it was reached before; it has been from now on.
static bool
is_new(search *s, const reached *entry)
{
	size_t i = (size_t)(entry->mark[0] ^ (uint64_t)entry->number) & (s->room - 1);
	for (; s->table[i].used; i = (i + 1) & (s->room - 1)) {
		const reached *r = &s->table[i];
		if (r->mark[0] == entry->mark[0] && r->mark[1] == entry->mark[1] &&
				r->number == entry->number && r->in_a_row <= entry->in_a_row) {
			return false;
		}
	}
	s->table[i] = *entry;
	s->table_count++;
	return true;
}

// ---- The search ----

// Puts the operation that begins here next into the order, if it can be and leads anywhere.
static bool
go_on(search *s, size_t i)
{
	const operation *op = &s->ops[s->events[i].op];
	int64_t number = s->number;
	size_t in_a_row = op->answered ? 0 : s->in_a_row + 1;
	if (in_a_row > s->most || !apply(op, &number)) {
		return false;
	}
	reached entry = {{s->mark[0] + op->mark[0], s->mark[1] + op->mark[1]}, number, in_a_row,
			true};
	if (!is_new(s, &entry)) {
		return false;
	}
	s->steps[s->step_count++] = (step){i, s->number, s->in_a_row};
	s->mark[0] = entry.mark[0];
	s->mark[1] = entry.mark[1];
	s->number = number;
	s->in_a_row = in_a_row;
	s->missing -= op->answered;
	take_out(s, i);
	if (s->events[i].other != NONE) {
		take_out(s, s->events[i].other);
	}
	return true;
}

// Takes the last operation out of the order again; returns where it begins.
static size_t
go_back(search *s)
{
	step last = s->steps[--s->step_count];
	const operation *op = &s->ops[s->events[last.event].op];
	if (s->events[last.event].other != NONE) {
		put_back(s, s->events[last.event].other);
	}
	put_back(s, last.event);
	s->mark[0] -= op->mark[0];
	s->mark[1] -= op->mark[1];
	s->number = last.number;
	s->in_a_row = last.in_a_row;
	s->missing += op->answered;
	return last.event;
}

typedef enum result { FOUND, NOT_FOUND, GIVEN_UP } result;

// Tries what begins before the first end, answered operations first.
static result
run(search *s)
{
	size_t at = s->events[0].next;
	bool answered = true; // which kind is being tried
	while (s->missing > 0) {
		if (s->steps_left-- == 0 || (s->table_count * 2 > s->room && !grow(s))) {
			return GIVEN_UP;
		}
		const event *e = &s->events[at];
		if (!e->is_end && s->ops[e->op].answered == answered && go_on(s, at)) {
			at = s->events[0].next;
			answered = true;
		} else if (!e->is_end) {
			at = e->next;
		} else if (answered) {
			at = s->events[0].next;
			answered = false;
		} else if (s->step_count == 0) {
			return NOT_FOUND;
		} else {
			// Whatever ends here had to come before.
			s->stuck_ns = e->at_ns > s->stuck_ns ? e->at_ns : s->stuck_ns;
			size_t last = go_back(s);
			answered = s->ops[s->events[last].op].answered;
			at = s->events[last].next;
		}
	}
	return FOUND;
}

static void
forget(search *s)
{
	for (size_t i = 0; i < s->room; i++) {
		s->table[i].used = false;
	}
	s->table_count = 0;
	while (s->step_count > 0) {
		go_back(s);
	}
}

static void
run_all(search *s, size_t most_steps)
{
	result r = run(s);
	while (r == NOT_FOUND && s->most < s->doubtful) {
		forget(s);
		s->most = s->most * 2 + 1;
		r = run(s);
	}
	if (r == NOT_FOUND) {
		hzt_verdict_say(&s->verdict, "no order explains what was answered up to %" PRId64,
				s->stuck_ns);
	} else if (r == GIVEN_UP) {
		hzt_verdict_say(&s->verdict,
				"no order was found in %zu steps; the search came to %" PRId64,
				most_steps, s->stuck_ns);
	}
}

static bool
prepare(search *s, const hzt_history *history)
{
	s->room = 1024;
	s->ops = calloc(history->count + 1, sizeof(*s->ops));
	s->events = calloc(2 * history->count + 1, sizeof(*s->events));
	s->steps = calloc(history->count + 1, sizeof(*s->steps));
	s->table = calloc(s->room, sizeof(*s->table));
	size_t *begin_of = calloc(history->count + 1, sizeof(*begin_of));
	bool ok = s->ops != NULL && s->events != NULL && s->steps != NULL && s->table != NULL &&
			begin_of != NULL;
	if (ok) {
		gather(s, history);
		link_events(s, begin_of);
	}
	free(begin_of);
	return ok;
}

hzt_verdict
hzt_check_atomic_long(const hzt_history *history, size_t most_steps)
{
	search s = {.verdict = {.fine = true}};
	if (prepare(&s, history)) {
		s.steps_left = most_steps;
		run_all(&s, most_steps);
	} else {
		hzt_verdict_say(&s.verdict, "no memory");
	}
	free(s.ops);
	free(s.events);
	free(s.steps);
	free(s.table);
	return s.verdict;
}
