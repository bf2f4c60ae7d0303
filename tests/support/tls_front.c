// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tls_front.h"

#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMBERS_MAX 4
#define PATIENCE_MS 20000

struct hzt_tls_front {
	size_t members;
	int held[MEMBERS_MAX]; // sockets that keep a port until stunnel takes it
	uint16_t ports[MEMBERS_MAX];
	char addresses[MEMBERS_MAX * 24];
	pid_t pid;
	char *files[4]; // certificate, key, clients' authority, configuration
};

// ---- Ports ----

static struct sockaddr_in
loopback(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

// A bound socket that does not listen keeps others off a port; SO_REUSEADDR on both sides lets
// stunnel have it all the same.
static int
hold_port(uint16_t *port)
{
	struct sockaddr_in address = loopback(0);
	socklen_t size = sizeof(address);
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	HZT_CHECK(fd >= 0);
	HZT_EQ_INT(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	HZT_EQ_INT(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	HZT_EQ_INT(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

hzt_tls_front *
hzt_tls_front_new(size_t members)
{
	hzt_tls_front *front = calloc(1, sizeof(*front));
	HZT_CHECK(front != NULL && members <= MEMBERS_MAX);
	front->members = members;
	for (size_t i = 0; i < members; i++) {
		size_t used = strlen(front->addresses);
		front->held[i] = hold_port(&front->ports[i]);
		snprintf(front->addresses + used, sizeof(front->addresses) - used, "%s127.0.0.1:%u",
				i > 0 ? "," : "", front->ports[i]);
	}
	return front;
}

const char *
hzt_tls_front_addresses(const hzt_tls_front *front)
{
	return front->addresses;
}

// ---- The process ----

static void
forget_files(hzt_tls_front *front)
{
	for (size_t i = 0; i < sizeof(front->files) / sizeof(front->files[0]); i++) {
		if (front->files[i] != NULL) {
			remove(front->files[i]);
			free(front->files[i]);
			front->files[i] = NULL;
		}
	}
}

static void
stop(hzt_tls_front *front)
{
	if (front->pid > 0) {
		kill(front->pid, SIGKILL);
		waitpid(front->pid, NULL, 0);
		front->pid = 0;
	}
	forget_files(front);
}

static void
write_files(hzt_tls_front *front, const char *const *direct, const cert *own, const cert *clients)
{
	char text[4096];
	front->files[0] = cert_file(own->pem);
	front->files[1] = cert_file(own->key);
	int n = snprintf(text, sizeof(text),
			"foreground = yes\npid =\nsyslog = no\ndebug = warning\n"
			"sslVersionMin = TLSv1.2\nsocket = l:SO_REUSEADDR=1\n"
			"socket = l:TCP_NODELAY=1\nsocket = r:TCP_NODELAY=1\n"
			"cert = %s\nkey = %s\n",
			front->files[0], front->files[1]);
	if (clients != NULL) {
		front->files[2] = cert_file(clients->pem);
		n += snprintf(text + n, sizeof(text) - (size_t)n, "CAfile = %s\nverify = 2\n",
				front->files[2]);
	}
	for (size_t i = 0; i < front->members; i++) {
		n += snprintf(text + n, sizeof(text) - (size_t)n,
				"[m%zu]\naccept = 127.0.0.1:%u\nconnect = %s\n", i, front->ports[i],
				direct[i]);
	}
	HZT_CHECK((size_t)n < sizeof(text));
	front->files[3] = cert_file(text);
}

static bool
listens(void *ctx)
{
	const hzt_tls_front *front = ctx;
	HZT_EQ_INT(waitpid(front->pid, NULL, WNOHANG), 0); // stunnel has ended: see its output
	for (size_t i = 0; i < front->members; i++) {
		struct sockaddr_in address = loopback(front->ports[i]);
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		bool ok = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
		close(fd);
		if (!ok) {
			return false;
		}
	}
	return true;
}

void
hzt_tls_front_start(hzt_tls_front *front, const char *const *direct, const cert *own,
		const cert *clients)
{
	stop(front);
	write_files(front, direct, own, clients);
	pid_t parent = getpid();
	front->pid = fork();
	HZT_CHECK(front->pid >= 0);
	if (front->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent) {
			execlp("stunnel4", "stunnel4", front->files[3], (char *)NULL);
		}
		_exit(127);
	}
	HZT_AWAIT(listens, front, PATIENCE_MS);
}

void
hzt_tls_front_end(hzt_tls_front **front)
{
	if (*front != NULL) {
		stop(*front);
		for (size_t i = 0; i < (*front)->members; i++) {
			close((*front)->held[i]);
		}
		free(*front);
		*front = NULL;
	}
}
