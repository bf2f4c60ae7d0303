// SPDX-License-Identifier: Apache-2.0
#include "transport/dial.h"

#include "base/fail.h"
#include "base/platform.h"
#include "transport/resolve.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define DOING_SIZE (HZI_ENDPOINT_TEXT + 16)

// A dead address must not use up the time of those behind it.
static int64_t
deadline_of_one(int64_t deadline_ns, size_t addresses_left)
{
	int64_t now_ns = hzi_now_ns();
	if (addresses_left == 1 || deadline_ns == HZI_NEVER || now_ns >= deadline_ns) {
		return deadline_ns;
	}
	return now_ns + (deadline_ns - now_ns) / (int64_t)addresses_left;
}

// On one host a dial to a port on which nobody listens can be given that same port as its own, and
// TCP then connects the socket to itself. It answers nothing but our own bytes.
static bool
is_connected_to_itself(int fd)
{
	struct sockaddr_storage own;
	struct sockaddr_storage peer;
	memset(&own, 0, sizeof(own));
	memset(&peer, 0, sizeof(peer));
	socklen_t own_size = sizeof(own);
	socklen_t peer_size = sizeof(peer);
	return getsockname(fd, (struct sockaddr *)&own, &own_size) == 0 &&
			getpeername(fd, (struct sockaddr *)&peer, &peer_size) == 0 &&
			own_size == peer_size && memcmp(&own, &peer, own_size) == 0;
}

static hz_err
finish_connect(int fd, const hzi_wait *wait, const char *doing, hz_error *err)
{
	hz_err code = hzi_wait_for(wait, fd, POLLOUT, doing, err);
	if (code != HZ_OK) {
		return code;
	}
	int number = 0;
	socklen_t size = sizeof(number);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) != 0) {
		number = errno;
	}
	return number == 0 ? HZ_OK : hzi_fail_system(err, HZ_ERR_IO, number, "%s", doing);
}

static hz_err
connect_socket(int fd, const hzi_endpoint *to, const hzi_wait *wait, hz_error *err)
{
	char text[HZI_ENDPOINT_TEXT];
	char doing[DOING_SIZE];
	(void)snprintf(doing, sizeof(doing), "connecting to %s", hzi_endpoint_text(to, text));
	if (connect(fd, (const struct sockaddr *)&to->address, to->size) != 0) {
		// After a signal the attempt goes on in the background as well.
		if (errno != EINPROGRESS && errno != EINTR) {
			return hzi_fail_system(err, HZ_ERR_IO, errno, "%s", doing);
		}
		hz_err code = finish_connect(fd, wait, doing, err);
		if (code != HZ_OK) {
			return code;
		}
	}
	if (is_connected_to_itself(fd)) {
		return hzi_fail_system(err, HZ_ERR_IO, ECONNREFUSED, "%s", doing);
	}
	return HZ_OK;
}

static hz_err
connect_one(const hzi_dial *dial, const hzi_endpoint *to, int64_t deadline_ns, hzi_stream *out,
		hz_error *err)
{
	int fd = -1;
	hz_err code = hzi_tcp_socket(to->address.ss_family, &dial->tcp, &fd, err);
	if (code != HZ_OK) {
		return code;
	}
	hzi_wait wait = dial->wait;
	wait.deadline_ns = deadline_ns;
	code = connect_socket(fd, to, &wait, err);
	if (code != HZ_OK) {
		hzi_tcp_close(fd);
		return code;
	}
	hzi_tcp_wrap(fd, out);
	return HZ_OK;
}

// Whether another address of the same host may do better.
static bool
is_worth_another(hz_err code)
{
	return code == HZ_ERR_IO || code == HZ_ERR_TIMEOUT;
}

static hz_err
connect_any(const hzi_dial *dial, const hzi_endpoints *to, hzi_stream *out, hz_error *err)
{
	hz_err code = HZ_ERR_RESOLVE;
	for (size_t i = 0; i < to->count; i++) {
		int64_t deadline_ns = deadline_of_one(dial->wait.deadline_ns, to->count - i);
		code = connect_one(dial, &to->at[i], deadline_ns, out, err);
		if (code == HZ_OK || !is_worth_another(code)) {
			break;
		}
	}
	return code;
}

hz_err
hzi_dial_open(const hzi_dial *dial, hzi_stream *out, hz_error *err)
{
	hzi_endpoints to;
	hz_err code = hzi_resolve(dial->host, dial->port, &dial->wait, &to, err);
	if (code == HZ_OK) {
		code = connect_any(dial, &to, out, err);
	}
	if (code == HZ_OK && dial->tls != NULL) {
		hzi_stream plain = *out;
		code = hzi_tls_open(
				dial->tls, &plain, dial->host, dial->port, &dial->wait, out, err);
	}
	if (code != HZ_OK && err != NULL) {
		err->retryable = code != HZ_ERR_CANCELLED;
	}
	return code;
}
