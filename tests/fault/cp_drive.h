// SPDX-License-Identifier: Apache-2.0
//
// A process that uses locks, a semaphore, latches, numbers and ids without pause, writes down every
// call (tests/support/history.h), and tells how far it is (cp_board.h, if it was given one). It
// ends in order when its input ends, and at once with the thread that started it.
//
// Words of the command line, all KEY=VALUE:
//
//	seat=0         its place on the board
//	number=1       its number; threads are named number * 100 and up, so never use one twice
//	history=FILE   required
//	prefix=TEXT    what names of structures begin with
//	pause=80       milliseconds between two calls of a thread, on average
//
// and settings of the client by their keys, such as network.cluster-members=127.0.0.1:5701: what
// members it talks to, and by what means, is their affair.
#ifndef HZT_CP_DRIVE_H
#define HZT_CP_DRIVE_H

// Runs it; words may be changed. Returns the exit code: 0, or 1 with a line on standard output.
int cp_drive(int count, char **words);

// The name of a structure, and for those of which there are many (latch, number) of the n-th.
// Written into a buffer of 64.
void cp_drive_name(char *name, const char *prefix, const char *kind, long n);

// Numbers and ids are used for some seconds each, by all processes: which is the one now.
long cp_drive_turn(void);

#endif
