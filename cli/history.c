// SPDX-License-Identifier: Apache-2.0
#include "cli/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX 2048
#define TEXT_MAX 512

bool
history_open(history *h, const char *path)
{
	h->fd = -1;
	if (path == NULL) {
		return true;
	}
	h->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (h->fd < 0) {
		fprintf(stderr, "hzc: %s: %s\n", path, strerror(errno));
	}
	return h->fd >= 0;
}

void
history_close(history *h)
{
	if (h->fd >= 0) {
		(void)close(h->fd);
		h->fd = -1;
	}
}

int64_t
history_now_ns(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
write_line(const history *h, const char *line, size_t size)
{
	ssize_t n;
	do {
		n = write(h->fd, line, size);
	} while (n < 0 && errno == EINTR);
	if (n != (ssize_t)size) {
		fprintf(stderr, "hzc: the history cannot be written: %s\n", strerror(errno));
	}
}

void
history_line(const history *h, const char *format, ...)
{
	char line[LINE_MAX];
	va_list args;
	if (h->fd < 0) {
		return;
	}
	va_start(args, format);
	int n = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	size_t size = n < 0 ? 0 : (size_t)n;
	size = size < sizeof(line) - 2 ? size : sizeof(line) - 2;
	line[size++] = '\n';
	write_line(h, line, size);
}

const char *
history_escape(char *to, size_t size, const char *text)
{
	size_t used = 0;
	for (; *text != '\0' && used + 7 < size; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\') {
			to[used++] = '\\';
			to[used++] = (char)c;
		} else if (c < 0x20) {
			used += (size_t)snprintf(to + used, size - used, "\\u%04x", c);
		} else {
			to[used++] = (char)c;
		}
	}
	to[used] = '\0';
	return to;
}

void
history_outcome(const history *h, deed *d, const char *rc, const char *name)
{
	char key[TEXT_MAX];
	char value[TEXT_MAX];
	d->ended_ns = history_now_ns();
	history_line(h,
			"{\"th\":%d,\"op\":\"%s\",\"k\":\"%s\",\"v\":\"%s\",\"t0\":%lld,\"t1\":%"
			"lld,"
			"\"rc\":\"%s\",\"err\":\"%s\"}",
			d->thread, d->op, history_escape(key, sizeof(key), d->key),
			history_escape(value, sizeof(value), d->value), (long long)d->begun_ns,
			(long long)d->ended_ns, rc, name);
}

void
history_call(const history *h, deed *d, const hz_error *err)
{
	const char *rc = err->code == HZ_OK ? "ok" : err->in_doubt ? "info" : "fail";
	history_outcome(h, d, rc, err->code == HZ_OK ? "" : hz_err_name((hz_err)err->code));
}
