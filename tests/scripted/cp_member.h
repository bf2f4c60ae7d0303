// SPDX-License-Identifier: Apache-2.0
//
// Members with a CP subsystem as far as sessions, locks and semaphores need one: every name is in
// the one group, sessions and thread ids are counted, and calls that name a session get what their
// rule says. What those calls said is remembered.
#ifndef TESTS_SCRIPTED_CP_MEMBER_H
#define TESTS_SCRIPTED_CP_MEMBER_H

#include "tests/scripted/bench.h"

#include <stdint.h>

#define CP_CREATE 0x1e0100U
#define CP_MAKE 0x1f0100U
#define CP_CLOSE 0x1f0200U
#define CP_BEAT 0x1f0300U
#define CP_THREAD 0x1f0400U
#define CP_LOCK 0x070100U
#define CP_TRY_LOCK 0x070200U
#define CP_UNLOCK 0x070300U
#define CP_OWNERSHIP 0x070400U
#define CP_INIT 0x0c0100U
#define CP_ACQUIRE 0x0c0200U
#define CP_RELEASE 0x0c0300U
#define CP_DRAIN 0x0c0400U
#define CP_CHANGE 0x0c0500U
#define CP_KIND 0x0c0700U

#define CP_FENCE 7
#define CP_DRAINED 3

// What a call that names a session said.
typedef struct cp_said {
	uint32_t type;
	int64_t group;
	int64_t session;
	int64_t thread;
	uint8_t uid[17];    // as it stands on the wire
	int32_t permits;    // of semaphores; else 0
	int64_t timeout_ms; // of calls that have one; else 0
	int64_t at_ms;
} cp_said;

// Starts members with these rules for everything above, and a client. Sessions ask for a heartbeat
// every beat_ms.
void cp_start(bench *b, size_t members, int64_t beat_ms, const char *const *settings);

// All members do this with requests of a type, the next `times` times; 0: from now on.
void cp_on(const bench *b, uint32_t type, uint64_t times, hzt_rule rule, void *ctx);

// Rules of calls that name a session: they remember what was said, and answer as if it went well;
// without a fence or permit; with the hzt_error_answer in ctx; not now; not at all, by cutting the
// connection.
void cp_done(void *ctx, hzt_request *request);
void cp_no(void *ctx, hzt_request *request);
void cp_error(void *ctx, hzt_request *request);
void cp_hold(void *ctx, hzt_request *request);
void cp_cut(void *ctx, hzt_request *request);

// For calls that were held: as if it went well.
void cp_give(void *ctx, hzt_request *request);

// The group is another one from now on, for whoever asks.
void cp_renew_group(void);

// Semaphores that are opened from now on have no sessions.
void cp_without_sessions(bool without);

// How many calls of a type were remembered; the nth of them, from 0.
size_t cp_count(uint32_t type);
cp_said cp_nth(uint32_t type, size_t n);
void cp_await(uint32_t type, size_t n);

// Requests of a type that all members have received.
uint64_t cp_received(const bench *b, uint32_t type);

// Gives what is held to a rule; returns how many.
size_t cp_release(const bench *b, uint32_t type, hzt_rule rule, void *ctx);

#endif
