// SPDX-License-Identifier: Apache-2.0
//
// The client processes of a test (cp_drive.h), each on its seat of the board: started, stopped
// while they have something, killed, ended. All functions belong to one thread, for the processes
// end with it; they fail the case when a process is not what it should be.
#ifndef HZT_CP_CREW_H
#define HZT_CP_CREW_H

#include "tests/fault/cp_board.h"

#include <sys/types.h>

typedef struct cp_crew {
	cp_board *board;
	int descriptor; // of the board
	char addresses[256];
	char history[512];           // file
	const char *const *settings; // KEY=VALUE for the clients, ended by NULL
	int64_t started;
	pid_t pid[CP_CLIENTS]; // 0: nobody
	int input[CP_CLIENTS];
} cp_crew;

// Puts a new process on a seat that is free.
void cp_crew_start(cp_crew *crew, size_t seat);

// Stops a process (SIGSTOP) at a moment at which it has a lock; says which one. Returns its seat.
size_t cp_crew_freeze_owner(cp_crew *crew, uint64_t *seed, size_t *lock);
void cp_crew_thaw(cp_crew *crew, size_t seat);

// Kills a process (SIGKILL) that has permits. Returns its seat, which is free then.
size_t cp_crew_kill_holder(cp_crew *crew, uint64_t *seed);

// Ends a process in order, and waits for that.
void cp_crew_end(cp_crew *crew, size_t seat);

// Kills all that are left. For cases that failed, too.
void cp_crew_kill_all(cp_crew *crew);

// Waits until each has done something more of every kind.
void cp_crew_await_work(cp_crew *crew);

#endif
