// SPDX-License-Identifier: Apache-2.0
//
// What processes that use CP structures tell the one that tests them, in memory that all share: how
// far each is, and what it has right now, so that it can be stopped, killed or cut off there.
#ifndef HZT_CP_BOARD_H
#define HZT_CP_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CP_CLIENTS 5
#define CP_LOCKS 2
#define CP_PERMITS 4
#define CP_BOARD_FD 3 // where a process finds it that was started with one

// What calls are counted by. Each has a thread of its own in a process, CP_LOCK one for each lock.
typedef enum cp_kind { CP_LOCK, CP_ACQUIRE, CP_COUNT_DOWN, CP_NUMBER, CP_ID, CP_KINDS } cp_kind;

// One process.
typedef struct cp_seat {
	_Atomic uint64_t begun[CP_KINDS]; // calls
	_Atomic uint64_t ended[CP_KINDS];
	_Atomic uint64_t done[CP_KINDS]; // those that got what they wanted
	_Atomic bool has_lock[CP_LOCKS];
	_Atomic bool has_permits;
	// How often an owner was told that it lost the lock, or that it does not have it.
	_Atomic uint64_t lost[CP_LOCKS], refused[CP_LOCKS];
	char why[256]; // it gave up
} cp_seat;

typedef struct cp_board {
	_Atomic int64_t fence[CP_LOCKS]; // the highest that anybody got
	_Atomic int32_t latches;         // that are set
	cp_seat seats[CP_CLIENTS];
} cp_board;

// Gives a new board and its descriptor, for the other processes; ends both. A failure fails the
// case.
cp_board *cp_board_new(int *descriptor);
void cp_board_destroy(cp_board **board, int descriptor);

// The board of the process that made this descriptor, in another one; NULL: there is none.
cp_board *cp_board_open(int descriptor);

#endif
