// SPDX-License-Identifier: Apache-2.0
#include "transport/resolve.h"

#include "base/fail.h"
#include "base/platform.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The longest name that DNS knows, and room for an address with its scope.
#define HOST_MAX 255

// One lookup, shared by the thread that does it and the one that waits. Whoever lets go last frees
// it, and closes the descriptor that the other may still have to raise.
typedef struct lookup {
	_Atomic int users;
	_Atomic bool done; // published after what follows was written
	int done_fd;
	int result; // of getaddrinfo
	int number; // errno, if result is EAI_SYSTEM
	hzi_endpoints found;
	uint16_t port;
	char host[HOST_MAX + 1];
} lookup;

static void
lookup_release(lookup *look)
{
	if (atomic_fetch_sub_explicit(&look->users, 1, memory_order_acq_rel) == 1) {
		(void)close(look->done_fd);
		free(look);
	}
}

static void
set_port(struct sockaddr_storage *address, uint16_t port)
{
	if (address->ss_family == AF_INET) {
		((struct sockaddr_in *)address)->sin_port = htons(port);
	} else {
		((struct sockaddr_in6 *)address)->sin6_port = htons(port);
	}
}

static void
take_addresses(const struct addrinfo *list, uint16_t port, hzi_endpoints *out)
{
	out->count = 0;
	for (; list != NULL && out->count < HZI_ENDPOINTS_MAX; list = list->ai_next) {
		bool known = list->ai_family == AF_INET || list->ai_family == AF_INET6;
		if (!known || list->ai_addrlen > sizeof(struct sockaddr_storage)) {
			continue;
		}
		hzi_endpoint *to = &out->at[out->count++];
		memset(to, 0, sizeof(*to));
		memcpy(&to->address, list->ai_addr, list->ai_addrlen);
		to->size = list->ai_addrlen;
		set_port(&to->address, port);
	}
}

static int
look_up(const char *host, uint16_t port, int flags, hzi_endpoints *out)
{
	struct addrinfo hints = {
			.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
	struct addrinfo *list = NULL;
	int result = getaddrinfo(host, NULL, &hints, &list);
	if (result != 0) {
		return result;
	}
	take_addresses(list, port, out);
	freeaddrinfo(list);
	return out->count != 0 ? 0 : EAI_NONAME;
}

static void
run_lookup(void *arg)
{
	lookup *look = arg;
	errno = 0;
	look->result = look_up(look->host, look->port, 0, &look->found);
	look->number = errno;
	atomic_store_explicit(&look->done, true, memory_order_release);
	hzi_eventfd_raise(look->done_fd);
	lookup_release(look);
}

static hz_err
fail_lookup(const char *host, int result, int number, hz_error *err)
{
	if (result == EAI_MEMORY) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory to resolve %s", host);
	}
	if (result == EAI_SYSTEM) {
		return hzi_fail_system(err, HZ_ERR_RESOLVE, number, "cannot resolve %s", host);
	}
	return hzi_fail(err, HZ_ERR_RESOLVE, "cannot resolve %s: %s", host, gai_strerror(result));
}

// Starts a thread that owns one of the two uses. Gives the other, or NULL with *code.
static lookup *
lookup_start(const char *host, uint16_t port, hz_err *code, hz_error *err)
{
	lookup *look = calloc(1, sizeof(*look));
	if (look == NULL) {
		*code = hzi_fail(err, HZ_ERR_MEMORY, "no memory to resolve %s", host);
		return NULL;
	}
	atomic_init(&look->users, 2);
	atomic_init(&look->done, false);
	look->port = port;
	memcpy(look->host, host, strlen(host) + 1);
	*code = hzi_eventfd_open(&look->done_fd);
	if (*code != HZ_OK) {
		free(look);
		hzi_fail(err, *code, "no descriptor left to resolve %s", host);
		return NULL;
	}
	// Modules of the name service are foreign code: they get the system's stack size.
	hzi_thread thread;
	*code = hzi_thread_start_stack(&thread, "hz-resolve", 0, run_lookup, look);
	if (*code != HZ_OK) {
		(void)close(look->done_fd);
		free(look);
		hzi_fail(err, *code, "no thread left to resolve %s", host);
		return NULL;
	}
	hzi_thread_detach(&thread);
	return look;
}

static hz_err
resolve_name(const char *host, uint16_t port, const hzi_wait *wait, hzi_endpoints *out,
		hz_error *err)
{
	hz_err code = HZ_OK;
	lookup *look = lookup_start(host, port, &code, err);
	if (look == NULL) {
		return code;
	}
	char what[HOST_MAX + 16];
	(void)snprintf(what, sizeof(what), "resolving %s", host);
	while (code == HZ_OK && !atomic_load_explicit(&look->done, memory_order_acquire)) {
		code = hzi_wait_for(wait, look->done_fd, POLLIN, what, err);
	}
	if (code == HZ_OK && look->result != 0) {
		code = fail_lookup(host, look->result, look->number, err);
	} else if (code == HZ_OK) {
		*out = look->found;
	}
	lookup_release(look);
	return code;
}

// Copies host without the brackets that an IPv6 address may stand in.
static bool
copy_host(const char *host, char copy[HOST_MAX + 1])
{
	size_t size = strlen(host);
	if (size >= 2 && host[0] == '[' && host[size - 1] == ']') {
		host++;
		size -= 2;
	}
	if (size == 0 || size > HOST_MAX) {
		return false;
	}
	memcpy(copy, host, size);
	copy[size] = '\0';
	return true;
}

hz_err
hzi_resolve(const char *host, uint16_t port, const hzi_wait *wait, hzi_endpoints *out,
		hz_error *err)
{
	char name[HOST_MAX + 1];
	if (!copy_host(host, name)) {
		return hzi_fail(err, HZ_ERR_RESOLVE, "'%s' is no host name", host);
	}
	hzi_endpoints found;
	int result = look_up(name, port, AI_NUMERICHOST, &found);
	if (result == 0) {
		*out = found;
		return HZ_OK;
	}
	if (result == EAI_MEMORY) {
		return fail_lookup(name, result, 0, err);
	}
	return resolve_name(name, port, wait, out, err);
}

const char *
hzi_endpoint_text(const hzi_endpoint *endpoint, char text[HZI_ENDPOINT_TEXT])
{
	char host[64];
	char port[8];
	const struct sockaddr *address = (const struct sockaddr *)&endpoint->address;
	int result = getnameinfo(address, endpoint->size, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV);
	if (result != 0) {
		(void)snprintf(text, HZI_ENDPOINT_TEXT, "unknown address");
		return text;
	}
	bool brackets = endpoint->address.ss_family == AF_INET6;
	(void)snprintf(text, HZI_ENDPOINT_TEXT, brackets ? "[%s]:%s" : "%s:%s", host, port);
	return text;
}
