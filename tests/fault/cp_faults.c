// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/cp_faults.h"

#include "tests/fault/rig.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GROUP "groupId: default("
#define LEADER "LEADER this"
#define BETWEEN_MS 4000 // faults of members, at least
#define CUTS_MS 1500    // between two, on average
#define LOOK_MS 2000    // for a call to cut off

static void
wait_ms(int64_t ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}

// ---- The leader ----

// A member's log has the state of a group's members whenever its own part changes. The highest term
// in which it says that it leads; -1 for none.
static long
term_of(const char *path)
{
	char line[1024];
	long term = -1, led = -1;
	bool inside = false;
	FILE *f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strstr(line, GROUP) != NULL) {
			const char *at = strstr(line, "term:");
			inside = at != NULL;
			term = at != NULL ? strtol(at + strlen("term:"), NULL, 10) : -1;
		} else if (inside && strstr(line, LEADER) != NULL) {
			led = term;
		} else if (line[0] == ']') {
			inside = false;
		}
	}
	if (f != NULL) {
		fclose(f);
	}
	return led;
}

// CP_MEMBERS: nobody has said that it leads.
static size_t
leader_of(hzt_cluster *cluster)
{
	size_t leader = CP_MEMBERS;
	long highest = -1;
	for (size_t i = 0; i < CP_MEMBERS; i++) {
		long term = term_of(hzt_cluster_log(cluster, i));
		if (term > highest) {
			highest = term;
			leader = i;
		}
	}
	return leader;
}

// ---- Members ----

// Mostly the leader, and it at first.
static size_t
choose(cp_faults *f)
{
	size_t leader = leader_of(f->cluster);
	bool other = leader == CP_MEMBERS ||
			(f->leaders_stopped > 0 && hzt_random(&f->seed, 4) == 0);
	return other ? hzt_random(&f->seed, CP_MEMBERS) : leader;
}

static void
stop_one(cp_faults *f)
{
	static const int64_t lengths_ms[] = {2000, 5000, 8000, 12000};
	size_t member = choose(f);
	int64_t ms = lengths_ms[hzt_random(&f->seed, 4)];
	bool leads = member == leader_of(f->cluster);
	hzt_cluster_stop(f->cluster, member);
	wait_ms(ms);
	hzt_cluster_cont(f->cluster, member);
	f->leaders_stopped += leads;
	f->others_stopped += !leads;
}

static void
kill_one(cp_faults *f)
{
	size_t member = choose(f);
	f->leader_killed = member == leader_of(f->cluster);
	hzt_cluster_kill(f->cluster, member);
	wait_ms(BETWEEN_MS);
	hzt_cluster_restart(f->cluster, member);
}

void
cp_faults_of_members(cp_faults *f)
{
	for (size_t i = 0; i < f->stops; i++) {
		wait_ms(BETWEEN_MS + hzt_random(&f->seed, BETWEEN_MS));
		stop_one(f);
	}
	wait_ms(2 * BETWEEN_MS);
	kill_one(f);
	wait_ms(BETWEEN_MS);
	f->over = true;
}

// ---- Connections ----

typedef struct call {
	cp_faults *faults;
	cp_kind kind;
	size_t seat;
	uint64_t number;
} call;

static bool
is_under_way(const call *c)
{
	const cp_seat *s = &c->faults->board->seats[c->seat];
	return s->ended[c->kind] < c->number;
}

static bool
finds_call(void *ctx)
{
	call *c = ctx;
	for (c->seat = 0; c->seat < CP_CLIENTS; c->seat++) {
		c->number = c->faults->board->seats[c->seat].begun[c->kind];
		if (is_under_way(c)) {
			return true;
		}
	}
	return false;
}

// All connections: whichever the call went by is one of them.
static void
cut(cp_faults *f, cp_kind kind)
{
	call c = {.faults = f, .kind = kind};
	if (!hzt_await(finds_call, &c, LOOK_MS)) {
		return;
	}
	for (size_t i = 0; i < CP_MEMBERS; i++) {
		hzt_proxy_cut(f->proxy[i], 0, HZT_CUT_RESET);
	}
	f->cuts[kind] += is_under_way(&c);
}

// An answer that is torn somewhere.
static void
tear(cp_faults *f)
{
	size_t i = hzt_random(&f->cut_seed, CP_MEMBERS);
	hzt_proxy_cut_after(
			f->proxy[i], HZT_TO_CLIENT, hzt_random(&f->cut_seed, 60), HZT_CUT_RESET);
}

void
cp_faults_of_connections(cp_faults *f)
{
	static const cp_kind kinds[] = {CP_LOCK, CP_ACQUIRE, CP_COUNT_DOWN};
	for (size_t i = 0; !f->over; i++) {
		wait_ms(hzt_random(&f->cut_seed, 2 * CUTS_MS));
		cut(f, kinds[i % 3]);
		wait_ms(hzt_random(&f->cut_seed, CUTS_MS));
		tear(f);
	}
	for (size_t i = 0; i < CP_MEMBERS; i++) {
		hzt_proxy_cut_after(f->proxy[i], HZT_TO_CLIENT, -1, HZT_CUT_RESET);
	}
}
