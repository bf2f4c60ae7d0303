// SPDX-License-Identifier: Apache-2.0
#include "core/cp_leaders_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

// JSON is YAML with fewer forms, and a parser of that is at hand.

#define UUID_TEXT 36U

// Of the keys of one group, those that were there.
enum { HAS_NAME = 1, HAS_SEED = 2, HAS_ID = 4, HAS_LEADER = 8, HAS_ALL = 15 };

typedef struct reader {
	yaml_parser_t parser;
	hzi_cp_told *told;
	size_t count, room;
	uint8_t *names; // behind the groups
	size_t names_left;

	// The group under way.
	unsigned depth; // objects that are open
	unsigned has;
	hzi_cp_told one;
} reader;

// ---- Scalars ----

static bool
read_number(const char *text, int64_t *out)
{
	char *end = NULL;
	errno = 0;
	long long n = strtoll(text, &end, 10);
	*out = n;
	return errno == 0 && end != text && *end == '\0';
}

static int
digit(char c)
{
	return c >= '0' && c <= '9'            ? c - '0'
			: c >= 'a' && c <= 'f' ? c - 'a' + 10
			: c >= 'A' && c <= 'F' ? c - 'A' + 10
					       : -1;
}

// 8-4-4-4-12 digits.
static bool
read_uuid(const char *text, size_t n, hz_uuid *out)
{
	uint64_t half[2] = {0, 0};
	unsigned digits = 0;
	for (size_t i = 0; i < n && n == UUID_TEXT; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		int d = digit(text[i]);
		if (dash ? text[i] != '-' : d < 0) {
			return false;
		}
		if (!dash) {
			half[digits / 16] = half[digits / 16] << 4 | (unsigned)d;
			digits++;
		}
	}
	*out = (hz_uuid){half[0], half[1]};
	return digits == 32;
}

static bool
keep_name(reader *r, const char *text, size_t n)
{
	if (n > r->names_left) {
		return false;
	}
	memcpy(r->names, text, n);
	r->one.group.name = (hzp_bytes){r->names, (uint32_t)n};
	r->names += n;
	r->names_left -= n;
	return true;
}

static bool
take_value(reader *r, const char *key, const char *text, size_t n)
{
	if (strcmp(key, "name") == 0) {
		r->has |= HAS_NAME;
		return keep_name(r, text, n);
	}
	if (strcmp(key, "seed") == 0) {
		r->has |= HAS_SEED;
		return read_number(text, &r->one.group.seed);
	}
	if (strcmp(key, "id") == 0) {
		r->has |= HAS_ID;
		return read_number(text, &r->one.group.id);
	}
	if (strcmp(key, "leaderUUID") == 0) {
		r->has |= HAS_LEADER;
		return strcmp(text, "null") == 0 || read_uuid(text, n, &r->one.member);
	}
	return true;
}

// ---- Structure ----

// False: it is not even YAML. Deleted by the caller.
static bool
next(reader *r, yaml_event_t *event)
{
	return yaml_parser_parse(&r->parser, event) != 0;
}

static bool
end_group(reader *r)
{
	if (r->has != HAS_ALL || r->count == r->room) {
		return false;
	}
	r->one.group.present = true;
	r->told[r->count++] = r->one;
	return true;
}

// The value of a key: a scalar, or another object, which is read on with it.
static bool
read_value(reader *r, const char *key, bool *deeper)
{
	yaml_event_t event;
	if (!next(r, &event)) {
		return false;
	}
	bool good = false;
	*deeper = event.type == YAML_MAPPING_START_EVENT && r->depth == 1 &&
			strcmp(key, "raftId") == 0;
	if (event.type == YAML_SCALAR_EVENT) {
		good = take_value(r, key, (const char *)event.data.scalar.value,
				event.data.scalar.length);
	}
	yaml_event_delete(&event);
	return good || *deeper;
}

// From behind its beginning to its end, with the object in it.
static bool
read_group(reader *r)
{
	r->depth = 1;
	r->has = 0;
	r->one = (hzi_cp_told){.member = {0, 0}};
	while (r->depth > 0) {
		yaml_event_t event;
		bool deeper = false, good = false;
		if (!next(r, &event)) {
			return false;
		}
		if (event.type == YAML_MAPPING_END_EVENT) {
			r->depth--;
			good = true;
		} else if (event.type == YAML_SCALAR_EVENT) {
			good = read_value(r, (const char *)event.data.scalar.value, &deeper);
			r->depth += deeper;
		}
		yaml_event_delete(&event);
		if (!good) {
			return false;
		}
	}
	return end_group(r);
}

static bool
expect(reader *r, yaml_event_type_t type)
{
	yaml_event_t event;
	if (!next(r, &event)) {
		return false;
	}
	bool good = event.type == type;
	yaml_event_delete(&event);
	return good;
}

static bool
read_all(reader *r)
{
	if (!expect(r, YAML_STREAM_START_EVENT) || !expect(r, YAML_DOCUMENT_START_EVENT) ||
			!expect(r, YAML_SEQUENCE_START_EVENT)) {
		return false;
	}
	for (;;) {
		yaml_event_t event;
		if (!next(r, &event)) {
			return false;
		}
		yaml_event_type_t type = event.type;
		yaml_event_delete(&event);
		if (type == YAML_SEQUENCE_END_EVENT) {
			return true;
		}
		if (type != YAML_MAPPING_START_EVENT || !read_group(r)) {
			return false;
		}
	}
}

static size_t
count_objects(const uint8_t *text, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		count += text[i] == '{';
	}
	return count;
}

hzi_cp_told *
hzi_cp_leaders_read(const uint8_t *text, size_t n, size_t *count)
{
	reader r = {.room = count_objects(text, n)};
	// What is read is no longer than what is written.
	r.told = malloc(r.room * sizeof(*r.told) + n + 1);
	if (r.told == NULL || yaml_parser_initialize(&r.parser) == 0) {
		free(r.told);
		return NULL;
	}
	r.names = (uint8_t *)(r.told + r.room);
	r.names_left = n;
	yaml_parser_set_input_string(&r.parser, text, n);
	bool good = read_all(&r);
	yaml_parser_delete(&r.parser);
	if (!good) {
		free(r.told);
		return NULL;
	}
	*count = r.count;
	return r.told;
}
