// SPDX-License-Identifier: Apache-2.0
#include "cli/session.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SHUTDOWN_MS 4000

// ---- Configuration ----

static bool
set(session *s, const char *key, const char *value)
{
	hz_error err = {0};
	if (hz_config_set(s->config, key, value, &err) != HZ_OK) {
		fprintf(stderr, "hzc: %s\n", err.message);
		return false;
	}
	return true;
}

// "a=x,b=y" by a table of the names that may stand there.
static bool
set_parts(session *s, const char *option, const char *text, const char *const (*keys)[2])
{
	char copy[4096];
	char *rest = NULL;
	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (char *part = strtok_r(copy, ",", &rest); part != NULL;
			part = strtok_r(NULL, ",", &rest)) {
		char *value = strchr(part, '=');
		size_t i = 0;
		if (value != NULL) {
			*value++ = '\0';
		}
		while (keys[i][0] != NULL && strcmp(keys[i][0], part) != 0) {
			i++;
		}
		if (value == NULL || keys[i][0] == NULL) {
			fprintf(stderr, "hzc: --%s: \"%s\" is not known\n", option, part);
			return false;
		}
		if (!set(s, keys[i][1], value)) {
			return false;
		}
	}
	return true;
}

static bool
set_tls(session *s, const char *text)
{
	static const char *const keys[][2] = {
			{"ca", "network.ssl.properties.trustCertCollectionFile"},
			{"name", "network.ssl.properties.serverName"},
			{"cert", "network.ssl.properties.keyCertChainFile"},
			{"key", "network.ssl.properties.keyFile"},
			{"password", "network.ssl.properties.keyPassword"},
			{NULL, NULL},
	};
	return set(s, "network.ssl.enabled", "true") && set_parts(s, "tls", text, keys);
}

// "interval/timeout"
static bool
set_heartbeat(session *s, const char *text)
{
	char interval[32];
	const char *slash = strchr(text, '/');
	if (slash == NULL || (size_t)(slash - text) >= sizeof(interval)) {
		fprintf(stderr, "hzc: --heartbeat-ms wants INTERVAL/TIMEOUT\n");
		return false;
	}
	(void)snprintf(interval, sizeof(interval), "%.*s", (int)(slash - text), text);
	return set(s, "properties.hazelcast.client.heartbeat.interval", interval) &&
			set(s, "properties.hazelcast.client.heartbeat.timeout", slash + 1);
}

static bool
set_invocation_timeout(session *s, const char *text)
{
	char seconds[32];
	long long ms = strtoll(text, NULL, 10);
	(void)snprintf(seconds, sizeof(seconds), "%lld", (ms + 999) / 1000);
	return set(s, "properties.hazelcast.client.invocation.timeout.seconds", seconds);
}

static bool
set_redo(session *s, const char *text)
{
	return set(s, "network.redo-operation", strcmp(text, "0") == 0 ? "false" : "true");
}

static bool
set_indeterminate(session *s, const char *text)
{
	return set(s, "properties.hazelcast.client.operation.fail.on.indeterminate.state",
			strcmp(text, "0") == 0 ? "false" : "true");
}

static bool
set_members(session *s, const char *text)
{
	return set(s, "network.cluster-members", text);
}

static bool
set_cluster(session *s, const char *text)
{
	return set(s, "cluster-name", text);
}

static bool
set_backend(session *s, const char *text)
{
	return set(s, "concurrency.backend", text);
}

// Any setting of the configuration, "key=value".
static bool
set_any(session *s, const char *text)
{
	char key[128];
	const char *value = strchr(text, '=');
	if (value == NULL || (size_t)(value - text) >= sizeof(key)) {
		fprintf(stderr, "hzc: --set wants KEY=VALUE\n");
		return false;
	}
	(void)snprintf(key, sizeof(key), "%.*s", (int)(value - text), text);
	return set(s, key, value + 1);
}

static void
log_line(void *ctx, hz_log_level level, const char *line)
{
	static const char *const names[] = {"", "error", "warning", "info", "debug", "trace"};
	(void)ctx;
	fprintf(stderr, "hzc: %s: %s\n", names[level], line);
}

bool
session_configure(session *s, const cli_options *o)
{
	static const struct {
		const char *name;
		bool (*set)(session *s, const char *text);
	} rows[] = {
			{"members", set_members},
			{"cluster", set_cluster},
			{"tls", set_tls},
			{"heartbeat-ms", set_heartbeat},
			{"invocation-timeout-ms", set_invocation_timeout},
			{"redo", set_redo},
			{"fail-on-indeterminate", set_indeterminate},
			{"backend", set_backend},
			{"set", set_any},
	};
	hz_error err = {0};
	if (hz_config_new(&s->config, &err) != HZ_OK ||
			hz_config_on_log(s->config, log_line, NULL, HZ_LOG_WARN, &err) != HZ_OK) {
		fprintf(stderr, "hzc: %s\n", err.message);
		return false;
	}
	// Options in the order in which they were given, for --set may be given several times.
	for (size_t i = 0; i < o->count; i++) {
		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
			if (strcmp(o->names[i], rows[k].name) == 0 &&
					!rows[k].set(s, o->values[i])) {
				return false;
			}
		}
	}
	return true;
}

// ---- What the process holds ----

static int
entries_of(const char *path)
{
	int n = 0;
	DIR *folder = opendir(path);
	if (folder == NULL) {
		return -1;
	}
	for (struct dirent *one; (one = readdir(folder)) != NULL;) {
		n += one->d_name[0] != '.';
	}
	(void)closedir(folder);
	return n;
}

holdings
holdings_now(void)
{
	long long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "re");
	if (statm == NULL || fscanf(statm, "%*s %lld", &pages) != 1) {
		pages = 0;
	}
	if (statm != NULL) {
		(void)fclose(statm);
	}
	return (holdings){.threads = entries_of("/proc/self/task"),
			.descriptors = entries_of("/proc/self/fd") - 1,
			.bytes = (int64_t)pages * sysconf(_SC_PAGESIZE)};
}

void
session_print_stats(session *s)
{
	hz_stats stats = {.size = sizeof(stats)};
	holdings have = holdings_now();
	(void)hz_client_stats(s->client, &stats);
	printf("{\"in_flight\":%llu,\"parked\":%llu,\"calls\":%llu,\"retries\":%llu,"
	       "\"connections\":%llu,\"pings\":%llu,\"reconnects\":%llu,\"disconnects\":%llu,"
	       "\"failed_dials\":%llu,\"events\":%llu,\"dropped_events\":%llu,"
	       "\"decode_errors\":%llu,\"late_items\":%llu,\"done\":%llu,\"failed\":%llu,"
	       "\"in_doubt\":%llu,\"threads\":%d,\"descriptors\":%d,\"bytes\":%lld}\n",
			(unsigned long long)stats.in_flight, (unsigned long long)stats.parked,
			(unsigned long long)stats.calls, (unsigned long long)stats.retries,
			(unsigned long long)stats.connections, (unsigned long long)stats.pings,
			(unsigned long long)stats.connects, (unsigned long long)stats.disconnects,
			(unsigned long long)stats.failed_dials, (unsigned long long)stats.events,
			(unsigned long long)stats.events_dropped,
			(unsigned long long)stats.decode_errors,
			(unsigned long long)stats.late_items,
			(unsigned long long)atomic_load(&s->done),
			(unsigned long long)atomic_load(&s->failed),
			(unsigned long long)atomic_load(&s->doubted), have.threads,
			have.descriptors, (long long)have.bytes);
	(void)fflush(stdout);
}

// ---- Signals ----

static sigset_t
awaited(void)
{
	sigset_t set;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGUSR1);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	return set;
}

static int64_t
shut_down(session *s)
{
	int64_t begun_ns = history_now_ns();
	(void)hz_client_shutdown(s->client, SHUTDOWN_MS, NULL);
	return (history_now_ns() - begun_ns) / 1000000;
}

static void *
take_signals(void *arg)
{
	session *s = arg;
	sigset_t set = awaited();
	int number = 0;
	while (sigwait(&set, &number) == 0 && !atomic_load(&s->ends)) {
		if (number == SIGUSR1) {
			session_print_stats(s);
			continue;
		}
		atomic_store(&s->stop, true);
		int64_t ms = shut_down(s);
		int64_t none = -1;
		if (atomic_compare_exchange_strong(&s->shut_ms, &none, ms)) {
			printf("{\"shutdown_ms\":%lld}\n", (long long)ms);
			(void)fflush(stdout);
		}
	}
	return NULL;
}

// ---- Life ----

bool
session_open(session *s, const cli_options *o)
{
	hz_error err = {0};
	sigset_t set = awaited();
	memset(s, 0, sizeof(*s));
	s->shut_ms = -1;
	s->history.fd = -1;
	// Before any other thread, so that all inherit it.
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	bool ok = session_configure(s, o) &&
			history_open(&s->history, options_text(o, "history", NULL));
	if (ok && hz_client_new(s->config, &s->client, &err) != HZ_OK) {
		fprintf(stderr, "hzc: %s: %s\n", hz_err_name((hz_err)err.code), err.message);
		ok = false;
	}
	if (ok && pthread_create(&s->signals, NULL, take_signals, s) != 0) {
		fprintf(stderr, "hzc: no thread\n");
		ok = false;
	}
	if (!ok) {
		hz_client_destroy(&s->client);
		hz_config_destroy(&s->config);
		history_close(&s->history);
	}
	return ok;
}

int
session_close(session *s)
{
	int64_t ms = shut_down(s);
	int64_t none = -1;
	bool own_end = atomic_compare_exchange_strong(&s->shut_ms, &none, ms);
	atomic_store(&s->ends, true);
	(void)pthread_kill(s->signals, SIGUSR1);
	(void)pthread_join(s->signals, NULL);
	printf("{\"done\":%llu,\"failed\":%llu,\"in_doubt\":%llu%s", (unsigned long long)s->done,
			(unsigned long long)s->failed, (unsigned long long)s->doubted,
			own_end ? "" : "}\n");
	if (own_end) {
		printf(",\"shutdown_ms\":%lld}\n", (long long)ms);
	}
	hz_client_destroy(&s->client);
	hz_config_destroy(&s->config);
	history_close(&s->history);
	return 0;
}

void
session_note(session *s, deed *d, const hz_error *err)
{
	atomic_fetch_add(err->code == HZ_OK             ? &s->done
					: err->in_doubt ? &s->doubted
							: &s->failed,
			1);
	history_call(&s->history, d, err);
}

// ---- Threads ----

typedef struct runner {
	pthread_t thread;
	void (*fn)(void *ctx, int number);
	void *ctx;
	int number;
	_Atomic int *running;
} runner;

static void *
run_one(void *arg)
{
	runner *r = arg;
	r->fn(r->ctx, r->number);
	atomic_fetch_sub(r->running, 1);
	return NULL;
}

// Sleeps in short steps: signals and the end of all threads end the wait early.
static void
wait_for(session *s, int64_t seconds, _Atomic int *running)
{
	int64_t end_ns = history_now_ns() + seconds * 1000000000;
	while (atomic_load(running) > 0 && !atomic_load(&s->stop) &&
			(seconds == 0 || history_now_ns() < end_ns)) {
		(void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
	atomic_store(&s->stop, true);
}

bool
session_run(session *s, int n, int64_t seconds, void (*fn)(void *ctx, int number), void *ctx)
{
	static _Atomic int running;
	runner *runners = calloc((size_t)n, sizeof(*runners));
	int started = 0;
	pthread_attr_t small;
	if (runners == NULL || pthread_attr_init(&small) != 0) {
		free(runners);
		return false;
	}
	(void)pthread_attr_setstacksize(&small, (size_t)256 << 10);
	atomic_store(&running, n);
	for (; started < n; started++) {
		runner *r = &runners[started];
		*r = (runner){.fn = fn, .ctx = ctx, .number = started, .running = &running};
		if (pthread_create(&r->thread, &small, run_one, r) != 0) {
			fprintf(stderr, "hzc: only %d of %d threads could be started\n", started,
					n);
			atomic_fetch_sub(&running, n - started);
			break;
		}
	}
	wait_for(s, seconds, &running);
	for (int i = 0; i < started; i++) {
		(void)pthread_join(runners[i].thread, NULL);
	}
	(void)pthread_attr_destroy(&small);
	free(runners);
	return started == n;
}
