// SPDX-License-Identifier: Apache-2.0
//
// A member behind a proxy that cuts connections between request and response, for both backends:
// one client goes by the proxy, another one looks at the member itself. One at a time, made by the
// first case that needs it.
#ifndef TESTS_CP_CUT_H
#define TESTS_CP_CUT_H

#include "tests/cp/rig.h"
#include "tests/support/fault_proxy.h"

#include <stdbool.h>
#include <stdint.h>

// How long anything may take.
#define CUT_LONG_MS 60000

extern hzt_proxy *cut_proxy;
extern hz_client *cut_client; // by the proxy
extern hz_client *cut_direct; // past it

// Starts them, unless they run.
void cut_start(void);

// Cuts the connection once n more bytes of answers have come; no more of that.
void cut_after(int64_t n);
void cut_no_more(void);

// Whether the proxy lets new connections through to the member.
void cut_let_in(bool let_in);

// A case of both backends: a wait for a latch goes on where it was after a cut, with the time that
// is left.
void cut_wait_goes_on(void);

// The last case of each test: ends them, and nothing is left.
void cut_ends_the_members(void);

#endif
