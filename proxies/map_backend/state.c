// SPDX-License-Identifier: Apache-2.0
#include "proxies/map_backend/state.h"

#include "proxies/map_backend/base64.h"
#include "serialization/data.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const hzi_field COMMON[] = {
		{"destroyed", HZI_FIELD_BOOL, offsetof(hzi_state, destroyed)},
		{"writes", HZI_FIELD_I64, offsetof(hzi_state, writes)},
		{"writers", HZI_FIELD_TALLY, offsetof(hzi_state, writers)},
		{0},
};

// What a value shows to people is cut here.
#define SHOWN_MAX 200U

// ---- Tallies ----

static hzi_share *
find(const hzi_tally *tally, hz_uuid client)
{
	for (size_t i = 0; i < tally->count; i++) {
		hzi_share *share = &tally->items[i];
		if (share->client.msb == client.msb && share->client.lsb == client.lsb) {
			return share;
		}
	}
	return NULL;
}

int64_t
hzi_tally_get(const hzi_tally *tally, hz_uuid client)
{
	const hzi_share *share = find(tally, client);
	return share != NULL ? share->n : 0;
}

static bool
make_room(hzi_tally *tally)
{
	if (tally->count < tally->room) {
		return true;
	}
	size_t room = tally->room * 2 + 4;
	hzi_share *grown = realloc(tally->items, room * sizeof(*grown));
	if (grown == NULL) {
		return false;
	}
	tally->items = grown;
	tally->room = room;
	return true;
}

bool
hzi_tally_set(hzi_tally *tally, hz_uuid client, int64_t n)
{
	hzi_share *share = find(tally, client);
	if (share != NULL && n == 0) {
		*share = tally->items[--tally->count];
		return true;
	}
	if (share != NULL) {
		share->n = n;
		return true;
	}
	if (n == 0) {
		return true;
	}
	if (!make_room(tally)) {
		return false;
	}
	tally->items[tally->count++] = (hzi_share){client, n};
	return true;
}

static bool
copy_tally(hzi_tally *to, const hzi_tally *from)
{
	*to = (hzi_tally){0};
	if (from->count == 0) {
		return true;
	}
	to->items = malloc(from->count * sizeof(*to->items));
	if (to->items == NULL) {
		return false;
	}
	memcpy(to->items, from->items, from->count * sizeof(*to->items));
	to->count = to->room = from->count;
	return true;
}

// ---- States ----

void
hzi_state_clear(hzi_state *state)
{
	free(state->writers.items);
	free(state->holders.items);
	hzi_buf_clear(&state->data);
	memset(state, 0, sizeof(*state));
}

bool
hzi_state_copy(hzi_state *to, const hzi_state *from)
{
	*to = *from;
	to->data = (hzi_buf){0};
	to->holders = (hzi_tally){0};
	bool done = copy_tally(&to->writers, &from->writers) &&
			copy_tally(&to->holders, &from->holders) &&
			hzi_buf_append(&to->data, from->data.data, from->data.len);
	if (!done) {
		hzi_state_clear(to);
	}
	return done;
}

static size_t
oldest(const hzi_tally *writers)
{
	size_t found = 0;
	for (size_t i = 1; i < writers->count; i++) {
		if (writers->items[i].n < writers->items[found].n) {
			found = i;
		}
	}
	return found;
}

bool
hzi_state_sign(hzi_state *state, hz_uuid client)
{
	state->exists = true;
	state->writes++;
	if (state->writers.count >= HZI_WRITERS_MAX && find(&state->writers, client) == NULL) {
		size_t i = oldest(&state->writers);
		state->writers.items[i] = state->writers.items[--state->writers.count];
	}
	return hzi_tally_set(&state->writers, client, state->writes);
}

// ---- Writing ----

void
hzi_uuid_write(hz_uuid uuid, char to[HZI_UUID_TEXT])
{
	snprintf(to, HZI_UUID_TEXT, "%08" PRIx32 "-%04x-%04x-%04x-%012" PRIx64,
			(uint32_t)(uuid.msb >> 32), (unsigned)(uuid.msb >> 16 & 0xffff),
			(unsigned)(uuid.msb & 0xffff), (unsigned)(uuid.lsb >> 48),
			uuid.lsb & UINT64_C(0xffffffffffff));
}

static void
add(hzi_buf *out, const char *text)
{
	hzi_buf_append(out, text, strlen(text));
}

static void
add_i64(hzi_buf *out, int64_t n)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRId64, n);
	add(out, text);
}

static void
add_quoted(hzi_buf *out, const char *text)
{
	add(out, "\"");
	for (; *text != '\0'; text++) {
		char escape[8];
		if ((unsigned char)*text < ' ') {
			snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)(unsigned char)*text);
			add(out, escape);
		} else {
			hzi_buf_append(out, "\\", *text == '"' || *text == '\\' ? 1 : 0);
			hzi_buf_append(out, text, 1);
		}
	}
	add(out, "\"");
}

static void
add_tally(hzi_buf *out, const hzi_tally *tally)
{
	char uuid[HZI_UUID_TEXT];
	add(out, "{");
	for (size_t i = 0; i < tally->count; i++) {
		hzi_uuid_write(tally->items[i].client, uuid);
		add(out, i > 0 ? "," : "");
		add_quoted(out, uuid);
		add(out, ":");
		add_i64(out, tally->items[i].n);
	}
	add(out, "}");
}

// For people only: reading skips it.
static void
add_shown(hzi_buf *out, const hzi_buf *data)
{
	hz_value v;
	char text[SHOWN_MAX];
	if (hzi_value_view(data->data, data->len, true, &v) == HZ_OK) {
		hz_value_format(&v, text, sizeof(text));
		add_quoted(out, text);
	} else {
		add(out, "\"\"");
	}
}

static void
add_field(hzi_buf *out, const hzi_field *field, const void *at)
{
	const hzi_buf *data = at;
	if (field->kind == HZI_FIELD_DATA) {
		add(out, data->len > 0 ? "\"shows\":" : "\"shows\":null,");
		if (data->len > 0) {
			add_shown(out, data);
			add(out, ",");
		}
	}
	add_quoted(out, field->name);
	add(out, ":");
	switch (field->kind) {
	case HZI_FIELD_I64:
		add_i64(out, *(const int64_t *)at);
		break;
	case HZI_FIELD_BOOL:
		add(out, *(const bool *)at ? "true" : "false");
		break;
	case HZI_FIELD_TALLY:
		add_tally(out, at);
		break;
	case HZI_FIELD_DATA:
		add(out, "\"");
		hzi_base64_write(out, data->data, data->len);
		add(out, "\"");
		break;
	}
}

static void
add_fields(hzi_buf *out, const hzi_field *fields, const hzi_state *state, const char *before)
{
	for (; fields->name != NULL; fields++) {
		const void *at = (const char *)state + fields->offset;
		if (fields->offset == offsetof(hzi_state, destroyed) && !state->destroyed) {
			continue;
		}
		add(out, before);
		add_field(out, fields, at);
		before = ",";
	}
}

void
hzi_state_write(const hzi_state *state, const hzi_field *fields, hzi_buf *out)
{
	add(out, "{");
	if (!state->destroyed) {
		add_fields(out, fields, state, "");
	}
	add_fields(out, COMMON, state, state->destroyed ? "" : ",");
	add(out, "}");
}

// ---- Reading ----

typedef struct cursor {
	const char *p, *end;
	bool bad;
} cursor;

static void
skip_blanks(cursor *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\t' || *c->p == '\r')) {
		c->p++;
	}
}

static bool
take(cursor *c, char wanted)
{
	skip_blanks(c);
	if (!c->bad && c->p < c->end && *c->p == wanted) {
		c->p++;
		return true;
	}
	return false;
}

static void
need(cursor *c, char wanted)
{
	if (!take(c, wanted)) {
		c->bad = true;
	}
}

// The text between quotes, as it stands there.
static cursor
read_quoted(cursor *c)
{
	need(c, '"');
	cursor text = {c->p, c->p, c->bad};
	while (!c->bad && c->p < c->end && *c->p != '"') {
		c->p += *c->p == '\\' && c->end - c->p > 1 ? 2 : 1;
	}
	text.end = c->p;
	need(c, '"');
	return text;
}

static bool
is(cursor text, const char *name)
{
	size_t n = (size_t)(text.end - text.p);
	return n == strlen(name) && memcmp(text.p, name, n) == 0;
}

static int64_t
read_i64(cursor *c)
{
	bool negative = take(c, '-');
	uint64_t n = 0;
	bool any = false;
	uint64_t most = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
	skip_blanks(c);
	for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++) {
		unsigned digit = (unsigned)(*c->p - '0');
		c->bad = c->bad || n > (most - digit) / 10;
		n = c->bad ? 0 : n * 10 + digit;
		any = true;
	}
	c->bad = c->bad || !any;
	return negative ? (int64_t)(0 - n) : (int64_t)n;
}

static bool
read_word(cursor *c, const char *word)
{
	size_t n = strlen(word);
	skip_blanks(c);
	if ((size_t)(c->end - c->p) < n || memcmp(c->p, word, n) != 0) {
		return false;
	}
	c->p += n;
	return true;
}

static bool
read_bool(cursor *c)
{
	if (read_word(c, "true")) {
		return true;
	}
	c->bad = c->bad || !read_word(c, "false");
	return false;
}

static int
hex(char digit)
{
	const char *digits = "0123456789abcdef";
	const char *at = digit != '\0' ? strchr(digits, digit) : NULL;
	return at != NULL ? (int)(at - digits) : -1;
}

static hz_uuid
read_uuid(cursor *c)
{
	cursor text = read_quoted(c);
	uint64_t half[2] = {0, 0};
	unsigned digits = 0;
	for (; text.p < text.end; text.p++) {
		int digit = hex(*text.p);
		if (*text.p == '-') {
			continue;
		}
		if (digit < 0 || digits >= 32) {
			c->bad = true;
			break;
		}
		half[digits / 16] = half[digits / 16] << 4 | (unsigned)digit;
		digits++;
	}
	c->bad = c->bad || digits != 32;
	return (hz_uuid){half[0], half[1]};
}

static void
read_tally(cursor *c, hzi_tally *tally)
{
	need(c, '{');
	if (take(c, '}')) {
		return;
	}
	do {
		hz_uuid client = read_uuid(c);
		need(c, ':');
		int64_t n = read_i64(c);
		c->bad = c->bad || !hzi_tally_set(tally, client, n);
	} while (take(c, ','));
	need(c, '}');
}

static void
read_data(cursor *c, hzi_buf *data)
{
	cursor text = read_quoted(c);
	hzi_buf_reset(data);
	c->bad = c->bad || !hzi_base64_read(data, text.p, (size_t)(text.end - text.p));
}

// Something that this reader does not know: a number, a word or a text.
static void
skip_value(cursor *c)
{
	skip_blanks(c);
	if (c->p < c->end && *c->p == '"') {
		read_quoted(c);
		return;
	}
	const char *start = c->p;
	while (c->p < c->end && strchr(",}{[]\"", *c->p) == NULL) {
		c->p++;
	}
	c->bad = c->bad || c->p == start;
}

static const hzi_field *
find_field(const hzi_field *fields, cursor name)
{
	while (fields->name != NULL && !is(name, fields->name)) {
		fields++;
	}
	return fields->name != NULL ? fields : NULL;
}

static void
read_field(cursor *c, const hzi_field *fields, hzi_state *state)
{
	cursor name = read_quoted(c);
	need(c, ':');
	const hzi_field *field = find_field(fields, name);
	field = field != NULL ? field : find_field(COMMON, name);
	if (field == NULL) {
		skip_value(c);
		return;
	}
	void *at = (char *)state + field->offset;
	switch (field->kind) {
	case HZI_FIELD_I64:
		*(int64_t *)at = read_i64(c);
		break;
	case HZI_FIELD_BOOL:
		*(bool *)at = read_bool(c);
		break;
	case HZI_FIELD_TALLY:
		read_tally(c, at);
		break;
	case HZI_FIELD_DATA:
		read_data(c, at);
		break;
	}
}

bool
hzi_state_read(hzi_state *state, const hzi_field *fields, const char *text, size_t n)
{
	cursor c = {text, text + n, false};
	need(&c, '{');
	do {
		read_field(&c, fields, state);
	} while (!c.bad && take(&c, ','));
	need(&c, '}');
	skip_blanks(&c);
	state->exists = true;
	if (c.bad || c.p != c.end || state->writes < 1) {
		hzi_state_clear(state);
		return false;
	}
	return true;
}
