// SPDX-License-Identifier: Apache-2.0
#include "core/config_table.h"

#include "core/config.h"
#include "core/config_rows.h"
#include "core/text.h"

#include <stdint.h>
#include <string.h>

// A longer key is like no other; this bounds the work on a hostile one.
enum { KEY_MAX = 127 };

static const char properties[] = "properties.";

#define KIND_STRING "string"
#define KIND_PEM "string"
#define KIND_SECRET "secret"
#define KIND_LIST "list"
#define KIND_ADDRESSES "addresses"
#define KIND_BOOL "bool"
#define KIND_CHOICE "choice"
#define KIND_INTEGER "integer"
#define KIND_MILLIS "milliseconds"
#define KIND_SECONDS "seconds"
#define KIND_NUMBER "number"

// Choices leave min and max empty: "" as text, and +0 as a number.
static const hzi_config_row rows[] = {
#define ROW(name_, alias_, kind_, field_, min_, max_, default_, choices_, since_, text_)           \
	{                                                                                          \
			.key = {.name = (name_),                                                   \
					.alias_of = (alias_),                                      \
					.kind = KIND_##kind_,                                      \
					.default_value = (default_),                               \
					.min = #min_,                                              \
					.max = #max_,                                              \
					.choices = (choices_),                                     \
					.since = (since_),                                         \
					.text = (text_)},                                          \
			.kind = HZI_CONFIG_##kind_,                                                \
			.offset = offsetof(hz_config, field_),                                     \
			.size = sizeof(((hz_config *)NULL)->field_),                               \
			.min = min_ + 0,                                                           \
			.max = max_ + 0,                                                           \
	},
		HZI_CONFIG_ROWS(ROW)
#undef ROW
};

const hzi_config_row *
hzi_config_row_at(size_t index)
{
	return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}

// The name without "properties."; for what is no property, the name.
static const char *
short_name(const char *name)
{
	size_t head = sizeof(properties) - 1;
	return strncmp(name, properties, head) == 0 ? name + head : name;
}

const hzi_config_row *
hzi_config_row_find(const char *key)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *name = rows[i].key.name;
		if (strcmp(key, name) == 0 || strcmp(key, short_name(name)) == 0) {
			return &rows[i];
		}
	}
	return NULL;
}

bool
hzi_config_row_is_alias(const hzi_config_row *row)
{
	return row->key.alias_of[0] != '\0';
}

// Letters to insert, remove or replace to make one of the other (Levenshtein), '-' and '_' and the
// case of letters being alike. Both have at most KEY_MAX bytes.
static size_t
distance(hzi_span a, hzi_span b)
{
	size_t line[KEY_MAX + 1];
	for (size_t j = 0; j <= b.size; j++) {
		line[j] = j;
	}
	for (size_t i = 1; i <= a.size; i++) {
		size_t diagonal = line[0];
		line[0] = i;
		for (size_t j = 1; j <= b.size; j++) {
			bool same = hzi_text_same(
					(hzi_span){a.at + i - 1, 1}, (hzi_span){b.at + j - 1, 1});
			size_t best = diagonal + (same ? 0 : 1);
			diagonal = line[j];
			best = line[j - 1] + 1 < best ? line[j - 1] + 1 : best;
			line[j] = line[j] + 1 < best ? line[j] + 1 : best;
		}
	}
	return line[b.size];
}

// How far the key is from a name: from the whole of it, or from what stands behind one of its dots
// ("redo-operation"), which counts one more so that a whole name comes first.
static size_t
distance_to_name(hzi_span key, const char *name)
{
	size_t best = SIZE_MAX;
	for (const char *part = name; part != NULL; part = strchr(part, '.')) {
		size_t penalty = part == name ? 0 : 1;
		part += penalty;
		size_t found = distance(key, (hzi_span){part, strlen(part)}) + penalty;
		best = found < best ? found : best;
	}
	return best;
}

const char *
hzi_config_nearest(const char *key)
{
	hzi_span span = {key, strnlen(key, KEY_MAX + 1)};
	if (span.size > KEY_MAX) {
		return NULL;
	}
	const char *nearest = NULL;
	// A third of the letters wrong is a slip, more than that is another word.
	size_t best = span.size / 3 + 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t found = distance_to_name(span, rows[i].key.name);
		if (found < best) {
			best = found;
			nearest = rows[i].key.name;
		}
	}
	return nearest;
}
