// SPDX-License-Identifier: Apache-2.0
#include "transport/wait.h"

#include "base/fail.h"
#include "base/platform.h"

#include <errno.h>
#include <poll.h>

// How long `interrupted` is not asked at most.
#define TICK_MS 100

static int
next_timeout_ms(const hzi_wait *wait, int64_t now_ns)
{
	int left_ms = hzi_poll_timeout_ms(wait->deadline_ns, now_ns);
	if (wait->interrupted == NULL || (left_ms >= 0 && left_ms < TICK_MS)) {
		return left_ms;
	}
	return TICK_MS;
}

hz_err
hzi_wait_for(const hzi_wait *wait, int fd, uint32_t events, const char *what, hz_error *err)
{
	for (;;) {
		if (wait->interrupted != NULL && wait->interrupted(wait->ctx)) {
			return hzi_fail(err, HZ_ERR_CANCELLED, "interrupted while %s", what);
		}
		int64_t now_ns = hzi_now_ns();
		// A descriptor that is ready does not count any more: a peer that sends a byte now
		// and then must not be able to hold us for ever.
		if (now_ns >= wait->deadline_ns) {
			return hzi_fail(err, HZ_ERR_TIMEOUT, "deadline passed while %s", what);
		}
		struct pollfd one = {.fd = fd, .events = (short)events};
		int ready = poll(&one, 1, next_timeout_ms(wait, now_ns));
		if (ready < 0 && errno != EINTR) {
			return hzi_fail_system(err, HZ_ERR_IO, errno, "poll while %s", what);
		}
		if (ready > 0) {
			return HZ_OK;
		}
	}
}
