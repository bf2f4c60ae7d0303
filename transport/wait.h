// SPDX-License-Identifier: Apache-2.0
//
// Waiting for a descriptor while a connection is being made: with one deadline over everything,
// and ended early when the owner asks for it. Only the thread that dials uses it.
#ifndef HZI_TRANSPORT_WAIT_H
#define HZI_TRANSPORT_WAIT_H

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct hzi_wait {
	// Absolute, nanoseconds of CLOCK_MONOTONIC.
	int64_t deadline_ns;

	// Whether to give up; NULL: never. Asked before a wait, and at least every 100 ms.
	bool (*interrupted)(void *ctx);
	void *ctx;
} hzi_wait;

// Blocks until one of the poll(2) events of fd, or an error of it, is there: HZ_OK. The text says
// what was waited for, as in "connecting to 10.0.0.1:5701". Lends all. HZ_ERR_TIMEOUT at the
// deadline, HZ_ERR_CANCELLED when interrupted, HZ_ERR_IO when the system refuses to wait.
hz_err hzi_wait_for(const hzi_wait *wait, int fd, uint32_t events, const char *what, hz_error *err);

#endif
