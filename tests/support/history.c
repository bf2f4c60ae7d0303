// SPDX-License-Identifier: Apache-2.0
#include "tests/support/history.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE 512

static const char *const OUTCOMES[] = {"ok", "fail", "info"};

// ---- Writing ----

int
hzt_history_append(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
}

static int64_t
now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

// In one system call, so that lines of several processes do not mix.
static bool
write_line(int file, const hzt_deed *deed)
{
	char line[LINE_SIZE];
	int n = snprintf(line, sizeof(line),
			"{\"th\":%" PRId64
			",\"op\":\"%s\",\"k\":\"%s\",\"v\":\"%s\",\"t0\":%" PRId64
			",\"t1\":%" PRId64 ",\"rc\":\"%s\",\"err\":\"%s\"}\n",
			deed->thread, deed->op, deed->key, deed->value, deed->begun_ns,
			deed->ended_ns, OUTCOMES[deed->outcome], deed->error);
	ssize_t wrote;
	do {
		wrote = write(file, line, (size_t)n);
	} while (wrote < 0 && errno == EINTR);
	return wrote == n;
}

bool
hzt_deed_begin(int file, hzt_deed *deed)
{
	deed->begun_ns = now_ns();
	deed->ended_ns = 0;
	deed->outcome = HZT_IN_DOUBT;
	deed->error[0] = '\0';
	return write_line(file, deed);
}

bool
hzt_deed_end(int file, hzt_deed *deed)
{
	deed->ended_ns = now_ns();
	return write_line(file, deed);
}

// ---- Reading a line ----

static bool
skip(const char **at, const char *text)
{
	size_t n = strlen(text);
	if (strncmp(*at, text, n) != 0) {
		return false;
	}
	*at += n;
	return true;
}

static bool
take_number(const char **at, const char *name, int64_t *out)
{
	char *end;
	if (!skip(at, name)) {
		return false;
	}
	errno = 0;
	*out = strtoll(*at, &end, 10);
	bool ok = end != *at && errno == 0;
	*at = end;
	return ok;
}

static bool
take_text(const char **at, const char *name, char *out, size_t size)
{
	if (!skip(at, name) || !skip(at, "\"")) {
		return false;
	}
	size_t n = strcspn(*at, "\"\n");
	if ((*at)[n] != '"' || n >= size) {
		return false;
	}
	memcpy(out, *at, n);
	out[n] = '\0';
	*at += n + 1;
	return true;
}

static bool
take_outcome(const char **at, hzt_outcome *out)
{
	char text[8];
	if (!take_text(at, ",\"rc\":", text, sizeof(text))) {
		return false;
	}
	for (size_t i = 0; i < sizeof(OUTCOMES) / sizeof(OUTCOMES[0]); i++) {
		if (strcmp(text, OUTCOMES[i]) == 0) {
			*out = (hzt_outcome)i;
			return true;
		}
	}
	return false;
}

static void
find_numbers(hzt_deed *deed)
{
	const char *at = deed->value;
	while (deed->numbers < HZT_NUMBERS && take_number(&at, "", &deed->number[deed->numbers])) {
		deed->numbers++;
		if (!skip(&at, ":")) {
			return;
		}
	}
}

static bool
take_deed(const char *at, hzt_deed *deed)
{
	*deed = (hzt_deed){0};
	bool ok = take_number(&at, "{\"th\":", &deed->thread) &&
			take_text(&at, ",\"op\":", deed->op, sizeof(deed->op)) &&
			take_text(&at, ",\"k\":", deed->key, sizeof(deed->key)) &&
			take_text(&at, ",\"v\":", deed->value, sizeof(deed->value)) &&
			take_number(&at, ",\"t0\":", &deed->begun_ns) &&
			take_number(&at, ",\"t1\":", &deed->ended_ns) &&
			take_outcome(&at, &deed->outcome) &&
			take_text(&at, ",\"err\":", deed->error, sizeof(deed->error)) &&
			skip(&at, "}");
	find_numbers(deed);
	return ok && (*at == '\n' || *at == '\0');
}

// ---- Histories ----

static hzt_history *
make(size_t room)
{
	hzt_history *history = calloc(1, sizeof(*history));
	if (history == NULL) {
		return NULL;
	}
	history->deeds = calloc(room > 0 ? room : 1, sizeof(*history->deeds));
	if (history->deeds == NULL) {
		hzt_history_free(&history);
	}
	return history;
}

// A line under way has no end yet and comes before the one that has.
static int
by_begin(const void *a, const void *b)
{
	const hzt_deed *x = a, *y = b;
	if (x->begun_ns != y->begun_ns) {
		return x->begun_ns < y->begun_ns ? -1 : 1;
	}
	if (x->thread != y->thread) {
		return x->thread < y->thread ? -1 : 1;
	}
	return (x->ended_ns > y->ended_ns) - (x->ended_ns < y->ended_ns);
}

// Leaves one deed of the two lines that it has. What did not end ends never.
static void
join_lines(hzt_history *history)
{
	size_t n = 0;
	for (size_t i = 0; i < history->count; i++) {
		hzt_deed *deed = &history->deeds[i];
		const hzt_deed *next = i + 1 < history->count ? deed + 1 : NULL;
		if (deed->ended_ns == 0 && next != NULL && next->thread == deed->thread &&
				next->begun_ns == deed->begun_ns) {
			continue;
		}
		if (deed->ended_ns == 0) {
			deed->outcome = HZT_IN_DOUBT;
			deed->ended_ns = HZT_NEVER;
		}
		history->deeds[n++] = *deed;
	}
	history->count = n;
}

static size_t
lines_of(const char *text)
{
	size_t n = 1;
	while ((text = strchr(text, '\n')) != NULL) {
		text++;
		n++;
	}
	return n;
}

// Behind a line that was torn another process's begins, in the same line.
static const char *
last_brace(const char *line, size_t n)
{
	while (n > 0 && line[n] != '{') {
		n--;
	}
	return line + n;
}

static void
take_line(hzt_history *history, const char *line, size_t n)
{
	const char *begin = last_brace(line, n);
	hzt_deed deed;
	bool whole = take_deed(begin, &deed);
	if (whole) {
		history->deeds[history->count++] = deed;
	}
	history->torn += !whole || begin != line;
}

hzt_history *
hzt_history_parse(const char *text)
{
	hzt_history *history = make(lines_of(text));
	if (history == NULL) {
		return NULL;
	}
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		if (n > 0) {
			take_line(history, text, n);
		}
		text += n + (text[n] == '\n' ? 1 : 0);
	}
	qsort(history->deeds, history->count, sizeof(*history->deeds), by_begin);
	join_lines(history);
	return history;
}

static char *
read_text(FILE *f)
{
	struct stat state;
	if (fstat(fileno(f), &state) != 0) {
		return NULL;
	}
	size_t size = (size_t)state.st_size;
	char *text = malloc(size + 1);
	if (text != NULL) {
		text[fread(text, 1, size, f)] = '\0';
	}
	return text;
}

hzt_history *
hzt_history_read(const char *path)
{
	FILE *f = fopen(path, "r");
	if (f == NULL) {
		return NULL;
	}
	char *text = read_text(f);
	fclose(f);
	hzt_history *history = text != NULL ? hzt_history_parse(text) : NULL;
	free(text);
	return history;
}

hzt_history *
hzt_history_of(const hzt_history *history, const char *key)
{
	hzt_history *part = make(history->count);
	for (size_t i = 0; part != NULL && i < history->count; i++) {
		if (strcmp(history->deeds[i].key, key) == 0) {
			part->deeds[part->count++] = history->deeds[i];
		}
	}
	return part;
}

static bool
has_key(const char *const *keys, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(keys[i], key) == 0) {
			return true;
		}
	}
	return false;
}

size_t
hzt_history_keys(const hzt_history *history, const char *beginning, const char **keys, size_t room)
{
	size_t n = 0;
	for (size_t i = 0; i < history->count && n < room; i++) {
		const char *key = history->deeds[i].key;
		if (strncmp(key, beginning, strlen(beginning)) == 0 && !has_key(keys, n, key)) {
			keys[n++] = key;
		}
	}
	return n;
}

void
hzt_history_free(hzt_history **history)
{
	if (*history != NULL) {
		free((*history)->deeds);
		free(*history);
		*history = NULL;
	}
}
