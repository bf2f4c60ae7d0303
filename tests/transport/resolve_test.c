// SPDX-License-Identifier: Apache-2.0
//
// Resolving: numeric addresses need no thread, names cannot hold anybody beyond the deadline.
#include "base/platform.h"
#include "tests/support/suite.h"
#include "tests/transport/peer.h"
#include "transport/resolve.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>

// ---- A name service of the test's own ----

static sem_t release;       // one post lets one lookup of "slow.example" end
static _Atomic int lookups; // of names, not of numbers
static _Atomic int fault;   // what "bad.example" is answered with
static _Atomic int answers; // how many addresses "many.example" has

typedef int lookup_function(
		const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int
look_up_many(lookup_function *real, const struct addrinfo *hints, struct addrinfo **out)
{
	for (int i = 0; i < atomic_load(&answers); i++) {
		int result = real("127.0.0.1", NULL, hints, out);
		if (result != 0) {
			return result;
		}
		out = &(*out)->ai_next;
	}
	return 0;
}

int
getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **out)
{
	lookup_function *real = (lookup_function *)dlsym(RTLD_NEXT, "getaddrinfo");
	if ((hints->ai_flags & AI_NUMERICHOST) != 0) {
		return real(host, service, hints, out);
	}
	atomic_fetch_add(&lookups, 1);
	if (strcmp(host, "slow.example") == 0) {
		while (sem_wait(&release) != 0) {
		}
		return real("127.0.0.1", service, hints, out);
	}
	if (strcmp(host, "bad.example") == 0) {
		errno = EMFILE;
		return atomic_load(&fault);
	}
	return strcmp(host, "many.example") == 0 ? look_up_many(real, hints, out)
						 : real(host, service, hints, out);
}

// ---- Cases ----

static hzi_wait
wait_ms(int64_t timeout_ms)
{
	return (hzi_wait){.deadline_ns = hzi_deadline_in_ms(timeout_ms)};
}

static void
check_numeric(const char *host, const char *want)
{
	int before = atomic_load(&lookups);
	hzi_endpoints found;
	hz_error err;
	// Not even a deadline that has passed matters.
	hzi_wait wait = wait_ms(0);
	HZT_OK_ERR(hzi_resolve(host, 5701, &wait, &found, &err), &err);
	HZT_EQ_INT(found.count, 1);
	char text[HZI_ENDPOINT_TEXT];
	HZT_EQ_STR(hzi_endpoint_text(&found.at[0], text), want);
	HZT_EQ_INT(atomic_load(&lookups), before);
}

static void
numeric(void)
{
	check_numeric("127.0.0.1", "127.0.0.1:5701");
	check_numeric("::1", "[::1]:5701");
	check_numeric("[::1]", "[::1]:5701");
	check_numeric("[2001:db8::0:7]", "[2001:db8::7]:5701");
	check_numeric("fe80::1%lo", "[fe80::1%lo]:5701");
	check_numeric("[fe80::1%1]", "[fe80::1%lo]:5701");
}

static void
name(void)
{
	hzi_endpoints found;
	hz_error err;
	hzi_wait wait = wait_ms(10000);
	HZT_OK_ERR(hzi_resolve("localhost", 5701, &wait, &found, &err), &err);
	HZT_CHECK(found.count >= 1);
	char text[HZI_ENDPOINT_TEXT];
	(void)hzi_endpoint_text(&found.at[0], text);
	HZT_CHECK(strcmp(text, "127.0.0.1:5701") == 0 || strcmp(text, "[::1]:5701") == 0);
}

static void
no_host(void)
{
	static const char *const hosts[] = {"", "[]"};
	hzi_endpoints found;
	hz_error err;
	hzi_wait wait = wait_ms(10000);
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		HZT_EQ_INT(hzi_resolve(hosts[i], 1, &wait, &found, &err), HZ_ERR_RESOLVE);
	}
	char longest[300];
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	HZT_EQ_INT(hzi_resolve(longest, 1, &wait, &found, &err), HZ_ERR_RESOLVE);
	HZT_EQ_INT(err.code, HZ_ERR_RESOLVE);
}

static void
fails_as_the_name_service_does(void)
{
	static const struct {
		int fault;
		hz_err want;
	} rows[] = {
			{EAI_NONAME, HZ_ERR_RESOLVE},
			{EAI_AGAIN, HZ_ERR_RESOLVE},
			{EAI_FAIL, HZ_ERR_RESOLVE},
			{EAI_SYSTEM, HZ_ERR_RESOLVE},
			{EAI_MEMORY, HZ_ERR_MEMORY},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		atomic_store(&fault, rows[i].fault);
		hzi_endpoints found;
		hz_error err;
		hzi_wait wait = wait_ms(10000);
		HZT_EQ_INT(hzi_resolve("bad.example", 1, &wait, &found, &err), rows[i].want);
		HZT_CHECK(strstr(err.message, "bad.example") != NULL);
		HZT_CHECK(rows[i].fault != EAI_SYSTEM || strstr(err.message, "open files") != NULL);
	}
}

static void
count_of_addresses(void)
{
	static const int counts[][2] = {{0, 0}, {1, 1}, {16, 16}, {40, HZI_ENDPOINTS_MAX}};
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		atomic_store(&answers, counts[i][0]);
		hzi_endpoints found;
		hzi_wait wait = wait_ms(10000);
		hz_err code = hzi_resolve("many.example", 1, &wait, &found, NULL);
		HZT_EQ_INT(code, counts[i][1] != 0 ? HZ_OK : HZ_ERR_RESOLVE);
		HZT_CHECK(code != HZ_OK || found.count == (size_t)counts[i][1]);
	}
}

static int
threads(void)
{
	DIR *folder = opendir("/proc/self/task");
	HZT_CHECK(folder != NULL);
	int count = 0;
	while (readdir(folder) != NULL) {
		count++;
	}
	(void)closedir(folder);
	return count;
}

typedef struct level {
	int descriptors;
	int threads;
} level;

static level
start_level(void)
{
	HZT_EQ_INT(sem_init(&release, 0, 0), 0);
	return (level){open_descriptors(), threads()};
}

// Not more than before; less, when a thread of an earlier case was still about to end then.
static bool
is_back(void *ctx)
{
	const level *was = ctx;
	return open_descriptors() <= was->descriptors && threads() <= was->threads;
}

static void
deadline_frees_who_waits(void)
{
	level before = start_level();
	enum { COUNT = 10 };
	for (int i = 0; i < COUNT; i++) {
		hzi_endpoints found;
		hz_error err;
		hzi_wait wait = wait_ms(20);
		int64_t start_ms = hzt_now_ms();
		HZT_EQ_INT(hzi_resolve("slow.example", 1, &wait, &found, &err), HZ_ERR_TIMEOUT);
		HZT_CHECK(hzt_now_ms() - start_ms < INT64_C(2000) * hzt_slowness());
		HZT_CHECK(strstr(err.message, "resolving slow.example") != NULL);
	}
	// The threads that nobody waits for clean up after themselves.
	for (int i = 0; i < COUNT; i++) {
		(void)sem_post(&release);
	}
	HZT_AWAIT(is_back, &before, 10000);
}

static bool
always(void *ctx)
{
	(void)ctx;
	return true;
}

static void
interrupted(void)
{
	level before = start_level();
	hzi_endpoints found;
	hzi_wait wait = wait_ms(60000);
	wait.interrupted = always;
	HZT_EQ_INT(hzi_resolve("slow.example", 1, &wait, &found, NULL), HZ_ERR_CANCELLED);
	(void)sem_post(&release);
	HZT_AWAIT(is_back, &before, 10000);
}

static void
answer_and_deadline_together(void)
{
	level before = start_level();
	for (int i = 0; i < 200; i++) {
		(void)sem_post(&release);
		hzi_endpoints found = {0};
		hzi_wait wait = {.deadline_ns = hzi_now_ns() + INT64_C(2000) * i};
		hz_err code = hzi_resolve("slow.example", 7, &wait, &found, NULL);
		HZT_CHECK(code == HZ_OK || code == HZ_ERR_TIMEOUT);
		HZT_EQ_INT(found.count, code == HZ_OK ? 1 : 0);
	}
	HZT_AWAIT(is_back, &before, 10000);
}

static const hzt_case cases[] = {
		{"numeric", numeric},
		{"name", name},
		{"no_host", no_host},
		{"fails_as_the_name_service_does", fails_as_the_name_service_does},
		{"count_of_addresses", count_of_addresses},
		{"deadline_frees_who_waits", deadline_frees_who_waits},
		{"interrupted", interrupted},
		{"answer_and_deadline_together", answer_and_deadline_together},
};

HZT_MAIN("transport/resolve", cases)
