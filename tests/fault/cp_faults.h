// SPDX-License-Identifier: Apache-2.0
//
// What happens to the members of a test and to the connections of their clients, by a plan that
// comes from a seed: the leader stands still, then another time; one member is killed and started
// again, with which the plan ends, for it is no CP member afterwards; connections are cut while
// calls are under way. Never are two members away at a time. Each part runs on a thread of its own.
#ifndef HZT_CP_FAULTS_H
#define HZT_CP_FAULTS_H

#include "tests/fault/cp_board.h"
#include "tests/support/cluster.h"
#include "tests/support/fault_proxy.h"

#define CP_MEMBERS 3

typedef struct cp_faults {
	hzt_cluster *cluster;
	hzt_proxy *proxy[CP_MEMBERS];
	cp_board *board;
	uint64_t seed, cut_seed; // of the two parts
	size_t stops;            // planned
	// What came of it.
	size_t leaders_stopped, others_stopped;
	bool leader_killed;
	_Atomic size_t cuts[CP_KINDS]; // while a call of that kind was under way
	_Atomic bool over;             // the members' part
} cp_faults;

// The members' part, until it is over.
void cp_faults_of_members(cp_faults *faults);

// The connections' part, until the members' is over.
void cp_faults_of_connections(cp_faults *faults);

#endif
